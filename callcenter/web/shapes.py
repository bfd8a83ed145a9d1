"""Calls as the outside sees them: JSON with RFC 3339 instants and ``*_ms`` durations.

The shape is promised to API users; the record inside may grow without it.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, structs

from ..domain.model import (
    AgentRef,
    Caller,
    CallRecord,
    Conversation,
    Direction,
    Disposition,
    EndedBy,
    Offer,
    OfferEnd,
    Outcome,
    SettledBy,
    Transfer,
    Visit,
    VisitEnd,
)
from .bodies import instant, instant_or_none


class OfferShape(Struct, frozen=True):
    """One agent being rung; ``end`` null while it rings."""

    agent: AgentRef
    at: str
    ended_at: str | None
    ring_ms: int | None
    end: OfferEnd | None


class VisitShape(Struct, frozen=True):
    """One stay in one queue; ``end`` null while waiting."""

    queue: str
    number: int
    entered_at: str
    left_at: str | None
    wait_ms: int | None
    end: VisitEnd | None
    key: str
    position: int
    offers: list[OfferShape]


class ConversationShape(Struct, frozen=True):
    """One agent joined with the customer; ``talk_ms`` includes ``hold_ms``.

    ``visit`` is the number of the stay in a queue that ended by it, null for a direct call.
    """

    agent: AgentRef
    queue: str
    visit: int | None
    joined_at: str
    parted_at: str | None
    talk_ms: int | None
    hold_ms: int
    wrapup_ms: int | None
    ended_by: EndedBy | None
    transfer: Transfer | None


class DispositionShape(Struct, frozen=True):
    """What came of the call, by the agent."""

    code: str
    resolved: bool | None
    note: str
    by: str
    at: str


class CallShape(Struct, frozen=True):
    """One customer's journey; ``outcome`` and ``ended_at`` null while it lasts."""

    id: str
    pbx: str
    uniqueid: str
    linkedid: str
    direction: Direction
    caller: Caller
    line: str
    customer_id: int | None
    started_at: str
    answered_at: str | None
    ended_at: str | None
    ended_by: EndedBy | None
    outcome: Outcome | None
    visits: list[VisitShape]
    direct: list[OfferShape]
    conversations: list[ConversationShape]
    ivr: list[str]
    recordings: list[str]
    survey: int | None
    disposition: DispositionShape | None
    note: str
    settled_by: SettledBy


class CallPageShape(Struct, frozen=True):
    """A page of calls, newest first; ``next_cursor`` null on the last one."""

    items: list[CallShape]
    next_cursor: str | None


class FactShape(Struct, frozen=True):
    """A fact with its number; ``fact`` has its ``kind`` and members as in the journal."""

    seq: int
    at: str
    fact: dict[str, Any]


class CallWithFacts(CallShape, frozen=True):
    """A call and all that was concluded about it, in order."""

    facts: list[FactShape]


def call_shape(record: CallRecord, *, private: bool = False) -> CallShape:
    """The call for the API. ``private``: a number that its owner hides is not shown."""
    told = record.disposition
    return CallShape(
        id=record.id,
        pbx=record.pbx,
        uniqueid=record.uniqueid,
        linkedid=record.linkedid,
        direction=record.direction,
        caller=_hidden(record.caller) if private else record.caller,
        line=record.line,
        customer_id=record.customer_id,
        started_at=instant(record.started_at),
        answered_at=instant_or_none(record.answered_at),
        ended_at=instant_or_none(record.ended_at),
        ended_by=record.ended_by,
        outcome=record.outcome,
        visits=[_visit(visit) for visit in record.visits],
        direct=[_offer(offer) for offer in record.direct],
        conversations=[_conversation(talk) for talk in record.conversations],
        ivr=record.ivr,
        recordings=record.recordings,
        survey=None,
        disposition=None if told is None else _disposition(told),
        note=record.note,
        settled_by=record.settled_by,
    )


def with_facts(
    record: CallRecord, facts: list[FactShape], *, private: bool = False
) -> CallWithFacts:
    """The call for the API, with all that was concluded about it."""
    return CallWithFacts(**structs.asdict(call_shape(record, private=private)), facts=facts)


def _hidden(caller: Caller) -> Caller:
    return caller if caller.presentation == "shown" else Caller(presentation=caller.presentation)


def _disposition(told: Disposition) -> DispositionShape:
    return DispositionShape(told.code, told.resolved, told.note, told.by, instant(told.at))


def _offer(offer: Offer) -> OfferShape:
    return OfferShape(
        offer.agent, instant(offer.at), instant_or_none(offer.ended_at), offer.ring_ms, offer.end
    )


def _visit(visit: Visit) -> VisitShape:
    return VisitShape(
        queue=visit.queue,
        number=visit.number,
        entered_at=instant(visit.entered_at),
        left_at=instant_or_none(visit.left_at),
        wait_ms=visit.wait_ms,
        end=visit.end,
        key=visit.key,
        position=visit.position,
        offers=[_offer(offer) for offer in visit.offers],
    )


def _conversation(talk: Conversation) -> ConversationShape:
    return ConversationShape(
        agent=talk.agent,
        queue=talk.queue,
        visit=talk.visit,
        joined_at=instant(talk.joined_at),
        parted_at=instant_or_none(talk.parted_at),
        talk_ms=talk.talk_ms,
        hold_ms=talk.hold_ms,
        wrapup_ms=talk.wrapup_ms,
        ended_by=talk.ended_by,
        transfer=talk.transfer,
    )


def agents_of(record: CallRecord) -> set[str]:
    """The ids of all agents who were rung for a call or talked on it."""
    offers = [offer for visit in record.visits for offer in visit.offers] + record.direct
    return {offer.agent.id for offer in offers} | {t.agent.id for t in record.conversations}

"""Calls of the past as queue_log tells them, made into records at once.

What ``corrections.imported`` says in a dozen facts a call is here built as the record that those
facts fold into, because a history has millions of calls and nobody waits for their single steps.
The facts can be told from the record afterwards (``facts_of``), for the call's life line.
"""

from __future__ import annotations

from .corrections import ended_by, ordered, outcome_of, rings_of, wait_of
from .facts import (
    AgentOffered,
    AnyFact,
    CallEnded,
    CallStarted,
    ConversationCorrected,
    CustomerLinked,
    OfferEnded,
    QueueEntered,
    VisitCorrected,
)
from .logged import LoggedCall, LoggedVisit
from .model import Caller, CallRecord, Conversation, Offer, Transfer, Visit
from .named import AgentNames

Linked = tuple[int | None, str, str]
"""Who a number is: the customer if it is one, the E.164, and the rule that said so."""


def record_of(
    pbx: str, call: LoggedCall, agents: AgentNames, linked: Linked | None, portion: str
) -> CallRecord:
    """The finished record of a call that we never saw: ``corrections.imported``, folded."""
    number = name = ""
    visits: list[Visit] = []
    talks: list[Conversation] = []
    offers = 0
    last = call.visits[0]
    last_s = last.last_s
    for place, logged in enumerate(call.visits, start=1):
        number, name = number or logged.caller, name or logged.name
        visit = _visit(place, logged)
        visits.append(visit)
        if logged.rings or logged.ring_s is not None:
            for agent, at, ring_ms, end in rings_of(logged, agents):
                offers += 1
                visit.offers.append(
                    Offer(
                        number=offers,
                        agent=agent,
                        at=at,
                        ended_at=at + ring_ms,
                        ring_ms=ring_ms,
                        end=end,
                    )
                )
        if logged.end == "answered":
            talks.append(_talk(len(talks) + 1, place, logged, agents))
        if logged.last_s > last_s:
            last, last_s = logged, logged.last_s
    customer_id, e164, _ = linked or (None, "", "")
    return CallRecord(
        id=f"{pbx}:{call.callid}",
        pbx=pbx,
        uniqueid=call.callid,
        linkedid=call.callid,
        direction="inbound",
        caller=Caller(number, e164, name, "shown" if number else "unavailable"),
        line="",
        started_at=visits[0].entered_at,
        customer_id=customer_id,
        answered_at=talks[0].joined_at if talks else None,
        ended_at=last_s * 1000,
        ended_by=ended_by(last),
        outcome="answered" if talks else outcome_of(last),
        visits=visits,
        conversations=talks,
        settled_by="queue_log",
        portion=portion,
    )


def number_of(call: LoggedCall) -> str:
    """The caller's number, as far as the log has one."""
    for visit in call.visits:
        if visit.caller:
            return visit.caller
    return ""


def facts_of(record: CallRecord, how: str = "") -> list[AnyFact]:
    """What was concluded about a call that came in a portion, before anything more was said of it.

    ``how`` is the rule that found the caller in the directory, empty where none did.
    """
    pbx, call = record.pbx, record.id
    caller = record.caller
    facts: list[AnyFact] = [
        CallStarted(
            at=record.started_at,
            pbx=pbx,
            call=call,
            uniqueid=record.uniqueid,
            linkedid=record.linkedid,
            channel=record.channel,
            direction=record.direction,
            number=caller.number,
            name=caller.name,
            presentation=caller.presentation,
            line=record.line,
            settled_by=record.settled_by,
        )
    ]
    if how:
        facts.append(
            CustomerLinked(
                at=record.started_at,
                pbx=pbx,
                call=call,
                customer_id=record.customer_id,
                e164=caller.e164,
                how=how,
            )
        )
    for visit in record.visits:
        facts += _told(record, visit)
    for talk in record.conversations:
        facts.append(
            ConversationCorrected(
                at=talk.joined_at,
                pbx=pbx,
                call=call,
                conversation=talk.number,
                agent=talk.agent,
                talk_ms=talk.talk_ms or 0,
                ended_by=talk.ended_by or "unknown",
                settled_by=record.settled_by,
                queue=talk.queue,
                visit=talk.visit,
                transfer=None if talk.transfer is None else talk.transfer.kind,
                to="" if talk.transfer is None else talk.transfer.to,
            )
        )
    facts.append(
        CallEnded(
            at=record.ended_at or record.started_at,
            pbx=pbx,
            call=call,
            ended_by=record.ended_by or "unknown",
            outcome=record.outcome or "unknown",
            settled_by=record.settled_by,
        )
    )
    return ordered(facts)


def _visit(place: int, logged: LoggedVisit) -> Visit:
    entered_at, wait_ms = logged.entered_s * 1000, wait_of(logged) * 1000
    return Visit(
        number=place,
        queue=logged.queue,
        entered_at=entered_at,
        position=logged.position,
        left_at=entered_at + wait_ms,
        wait_ms=wait_ms,
        end=logged.end or "unknown",
        key=logged.key,
    )


def _talk(number: int, place: int, logged: LoggedVisit, agents: AgentNames) -> Conversation:
    joined_s = logged.connected_s or logged.left_s or logged.entered_s
    talk_s = logged.talk_s
    if talk_s is None:
        talk_s = max(0, (logged.parted_s or joined_s) - joined_s)
    kind = logged.transfer
    return Conversation(
        number=number,
        agent=agents.of(logged.agent),
        joined_at=joined_s * 1000,
        queue=logged.queue,
        visit=place,
        parted_at=(joined_s + talk_s) * 1000,
        talk_ms=talk_s * 1000,
        ended_by=logged.by or "unknown",
        transfer=None if kind is None else Transfer(kind, logged.to),
    )


def _told(record: CallRecord, visit: Visit) -> list[AnyFact]:
    pbx, call = record.pbx, record.id
    left_at = visit.entered_at if visit.left_at is None else visit.left_at
    facts: list[AnyFact] = [
        QueueEntered(
            at=visit.entered_at,
            pbx=pbx,
            call=call,
            visit=visit.number,
            queue=visit.queue,
            position=visit.position,
        ),
        VisitCorrected(
            at=left_at,
            pbx=pbx,
            call=call,
            visit=visit.number,
            queue=visit.queue,
            reason=visit.end or "unknown",
            wait_ms=visit.wait_ms or 0,
            settled_by=record.settled_by,
            key=visit.key,
        ),
    ]
    for offer in visit.offers:
        ring_ms = offer.ring_ms or 0
        facts += [
            AgentOffered(
                at=offer.at,
                pbx=pbx,
                call=call,
                offer=offer.number,
                agent=offer.agent,
                visit=visit.number,
                queue=visit.queue,
            ),
            OfferEnded(
                at=offer.at + ring_ms,
                pbx=pbx,
                call=call,
                offer=offer.number,
                agent=offer.agent,
                end=offer.end or "cancelled",
                ring_ms=ring_ms,
                visit=visit.number,
            ),
        ]
    return facts

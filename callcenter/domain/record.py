"""Folding the facts of a call into its record: one function, live and afterwards.

``fold`` is total: a fact about a visit, offer or conversation that the record does not know (we
were started in the middle of a call, or a fact came twice) changes what it can and no more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .facts import (
    AgentAnswered,
    AgentOffered,
    AnyFact,
    CallAnswered,
    CallEnded,
    CallHeld,
    CallReclassified,
    CallResumed,
    CallStarted,
    CallTransferred,
    ConversationCorrected,
    ConversationEnded,
    CustomerLinked,
    DispositionSet,
    IvrStepped,
    NoteSaved,
    OfferEnded,
    QueueEntered,
    QueueLeft,
    QueueRefused,
    RecordingStarted,
    VisitCorrected,
    WrapUpEnded,
    WrapUpStarted,
)
from .model import (
    Caller,
    CallRecord,
    Conversation,
    Disposition,
    Offer,
    Transfer,
    Visit,
)


def begin(fact: CallStarted) -> CallRecord:
    """The record of a call that has just started."""
    return CallRecord(
        id=fact.call,
        pbx=fact.pbx,
        uniqueid=fact.uniqueid,
        linkedid=fact.linkedid,
        channel=fact.channel,
        direction=fact.direction,
        caller=Caller(number=fact.number, name=fact.name, presentation=fact.presentation),
        line=fact.line,
        started_at=fact.at,
        settled_by=fact.settled_by,
    )


def fold(record: CallRecord, fact: AnyFact) -> None:
    """Applies ``fact`` to the record of its call, in place."""
    step = _STEPS.get(type(fact))
    if step is not None:
        step(record, fact)


def visit_of(record: CallRecord, number: int | None) -> Visit | None:
    """The visit with this number."""
    return next((visit for visit in record.visits if visit.number == number), None)


def offer_of(record: CallRecord, number: int | None) -> Offer | None:
    """The offer with this number, made by a queue or directly."""
    every = [offer for visit in record.visits for offer in visit.offers] + record.direct
    return next((offer for offer in every if offer.number == number), None)


def conversation_of(record: CallRecord, number: int | None) -> Conversation | None:
    """The conversation with this number."""
    return next((talk for talk in record.conversations if talk.number == number), None)


def _reclassified(record: CallRecord, fact: CallReclassified) -> None:
    record.direction = fact.direction
    record.line = fact.line
    record.customer_leg = fact.leg
    if fact.anew:
        record.conversations, record.direct, record.answered_at = [], [], None
    e164 = record.caller.e164 if record.caller.number == fact.number else ""
    record.caller = Caller(fact.number, e164, fact.name, fact.presentation)


def _linked(record: CallRecord, fact: CustomerLinked) -> None:
    record.customer_id = fact.customer_id
    caller = record.caller
    record.caller = Caller(caller.number, fact.e164, caller.name, caller.presentation)


def _entered(record: CallRecord, fact: QueueEntered) -> None:
    if visit_of(record, fact.visit) is None:
        record.visits.append(
            Visit(
                number=fact.visit,
                queue=fact.queue,
                entered_at=fact.at,
                position=fact.position,
                leg=fact.leg,
            )
        )


def _left(record: CallRecord, fact: QueueLeft) -> None:
    visit = visit_of(record, fact.visit)
    if visit is not None:
        visit.left_at = fact.at
        visit.wait_ms = fact.wait_ms
        visit.end = fact.reason
        visit.key = fact.key
        if fact.reason == "answered" and record.answered_at is None:
            record.answered_at = fact.at


def _refused(record: CallRecord, fact: QueueRefused) -> None:
    if visit_of(record, fact.visit) is None:
        record.visits.append(
            Visit(
                number=fact.visit,
                queue=fact.queue,
                entered_at=fact.at,
                left_at=fact.at,
                wait_ms=0,
                end="refused",
            )
        )


def _corrected(record: CallRecord, fact: VisitCorrected) -> None:
    visit = visit_of(record, fact.visit)
    if visit is not None:
        visit.end = fact.reason
        visit.wait_ms = fact.wait_ms
        visit.left_at = visit.entered_at + fact.wait_ms
        visit.key = fact.key or visit.key
        if fact.reason == "answered" and record.answered_at is None:
            record.answered_at = visit.left_at
        record.settled_by = fact.settled_by


def _talk_corrected(record: CallRecord, fact: ConversationCorrected) -> None:
    talk = conversation_of(record, fact.conversation)
    if talk is None:
        talk = Conversation(number=fact.conversation, agent=fact.agent, joined_at=fact.at)
        record.conversations.append(talk)
    talk.agent, talk.queue, talk.visit = fact.agent, fact.queue, fact.visit
    if record.answered_at == talk.joined_at:
        record.answered_at = fact.at
    talk.joined_at, talk.parted_at = fact.at, fact.at + fact.talk_ms
    talk.talk_ms, talk.hold_ms = fact.talk_ms, min(talk.hold_ms, fact.talk_ms)
    talk.held_since = None
    talk.ended_by = fact.ended_by
    if fact.transfer is not None:
        talk.transfer = Transfer(fact.transfer, fact.to)
    if record.answered_at is None:
        record.answered_at = fact.at
    record.settled_by = fact.settled_by


def _offered(record: CallRecord, fact: AgentOffered) -> None:
    if offer_of(record, fact.offer) is not None:
        return
    visit = visit_of(record, fact.visit)
    offers = record.direct if visit is None else visit.offers
    offers.append(Offer(number=fact.offer, agent=fact.agent, at=fact.at, leg=fact.leg))


def _offer_ended(record: CallRecord, fact: OfferEnded) -> None:
    offer = offer_of(record, fact.offer)
    if offer is not None:
        offer.ended_at = fact.at
        offer.ring_ms = fact.ring_ms
        offer.end = fact.end


def _answered(record: CallRecord, fact: AgentAnswered) -> None:
    known = conversation_of(record, fact.conversation)
    if known is not None:
        if known.visit is None:
            known.queue, known.visit = fact.queue, fact.visit
        return
    if record.answered_at is None and record.direction != "outbound":
        record.answered_at = fact.at
    record.conversations.append(
        Conversation(
            number=fact.conversation,
            agent=fact.agent,
            joined_at=fact.at,
            queue=fact.queue,
            visit=fact.visit,
            leg=fact.leg,
        )
    )


def _far_end_answered(record: CallRecord, fact: CallAnswered) -> None:
    if record.answered_at is None:
        record.answered_at = fact.at


def _held(record: CallRecord, fact: CallHeld) -> None:
    talk = conversation_of(record, fact.conversation)
    if talk is not None and talk.held_since is None:
        talk.held_since = fact.at
        talk.holds += 1


def _resumed(record: CallRecord, fact: CallResumed) -> None:
    talk = conversation_of(record, fact.conversation)
    if talk is not None and talk.held_since is not None:
        talk.hold_ms += max(0, fact.at - talk.held_since)
        talk.held_since = None


def _parted(record: CallRecord, fact: ConversationEnded) -> None:
    talk = conversation_of(record, fact.conversation)
    if talk is not None:
        talk.parted_at = fact.at
        talk.talk_ms = fact.talk_ms
        talk.hold_ms = fact.hold_ms
        talk.held_since = None
        talk.ended_by = fact.ended_by


def _transferred(record: CallRecord, fact: CallTransferred) -> None:
    talk = conversation_of(record, fact.conversation)
    if talk is not None:
        talk.transfer = Transfer(fact.transfer, fact.to)
        if talk.parted_at is not None:
            # Told a moment after the end that it led to.
            talk.ended_by = "transfer"


def _recording(record: CallRecord, fact: RecordingStarted) -> None:
    if fact.file not in record.recordings:
        record.recordings.append(fact.file)


def _ivr(record: CallRecord, fact: IvrStepped) -> None:
    record.ivr.append(fact.step)


def _wrapping(record: CallRecord, fact: WrapUpStarted) -> None:
    talk = conversation_of(record, fact.conversation)
    if talk is not None:
        talk.wrapup_started_at = fact.at
        talk.wrapup_until = fact.until


def _wrapped(record: CallRecord, fact: WrapUpEnded) -> None:
    talk = conversation_of(record, fact.conversation)
    if talk is not None:
        talk.wrapup_ms = fact.wrapup_ms


def _noted(record: CallRecord, fact: NoteSaved) -> None:
    if fact.rev >= record.note_rev:
        record.note = fact.text
        record.note_rev = fact.rev


def _disposed(record: CallRecord, fact: DispositionSet) -> None:
    record.disposition = Disposition(
        code=fact.code, resolved=fact.resolved, note=fact.note, by=fact.by, at=fact.at
    )


def _ended(record: CallRecord, fact: CallEnded) -> None:
    record.ended_at = fact.at
    record.ended_by = fact.ended_by
    record.outcome = fact.outcome
    record.settled_by = fact.settled_by


_STEPS: dict[type, Callable[[CallRecord, Any], None]] = {
    CallReclassified: _reclassified,
    CustomerLinked: _linked,
    QueueEntered: _entered,
    QueueLeft: _left,
    QueueRefused: _refused,
    VisitCorrected: _corrected,
    ConversationCorrected: _talk_corrected,
    AgentOffered: _offered,
    OfferEnded: _offer_ended,
    AgentAnswered: _answered,
    CallAnswered: _far_end_answered,
    CallHeld: _held,
    CallResumed: _resumed,
    ConversationEnded: _parted,
    CallTransferred: _transferred,
    RecordingStarted: _recording,
    IvrStepped: _ivr,
    WrapUpStarted: _wrapping,
    WrapUpEnded: _wrapped,
    NoteSaved: _noted,
    DispositionSet: _disposed,
    CallEnded: _ended,
}

"""The facts that a call's record stands for, where the journal has none of its own.

A call that was imported from an old queue_log came as a whole, and of an old call the facts may be
deleted while its record is kept: what the record knows is told in their place.
"""

from __future__ import annotations

from .facts import (
    AgentAnswered,
    AgentOffered,
    AnyFact,
    CallEnded,
    CallStarted,
    CallTransferred,
    ConversationEnded,
    OfferEnded,
    QueueEntered,
    QueueLeft,
    WrapUpEnded,
)
from .model import CallRecord, Conversation, Offer, Visit


def facts_of(record: CallRecord) -> list[AnyFact]:
    """What happened as far as the record says, in no certain order."""
    told: list[AnyFact] = [
        CallStarted(
            at=record.started_at,
            pbx=record.pbx,
            call=record.id,
            uniqueid=record.uniqueid,
            linkedid=record.linkedid,
            channel=record.channel,
            direction=record.direction,
            line=record.line,
            settled_by=record.settled_by,
        )
    ]
    for offer in record.direct:
        told += _offer(record, offer, None)
    for visit in record.visits:
        told += _visit(record, visit)
    for talk in record.conversations:
        told += _talk(record, talk)
    if record.ended_at is not None:
        told.append(
            CallEnded(
                at=record.ended_at,
                pbx=record.pbx,
                call=record.id,
                ended_by=record.ended_by or "unknown",
                outcome=record.outcome or "unknown",
                settled_by=record.settled_by,
            )
        )
    return told


def _visit(record: CallRecord, visit: Visit) -> list[AnyFact]:
    pbx, call, number, queue = record.pbx, record.id, visit.number, visit.queue
    told: list[AnyFact] = [
        QueueEntered(
            at=visit.entered_at,
            pbx=pbx,
            call=call,
            visit=number,
            queue=queue,
            position=visit.position,
        )
    ]
    for offer in visit.offers:
        told += _offer(record, offer, visit)
    if visit.end is not None:
        wait_ms = visit.wait_ms or 0
        at = visit.entered_at + wait_ms if visit.left_at is None else visit.left_at
        told.append(
            QueueLeft(
                at=at,
                pbx=pbx,
                call=call,
                visit=number,
                queue=queue,
                reason=visit.end,
                wait_ms=wait_ms,
                key=visit.key,
            )
        )
    return told


def _offer(record: CallRecord, offer: Offer, visit: Visit | None) -> list[AnyFact]:
    pbx, call, number = record.pbx, record.id, None if visit is None else visit.number
    queue = "" if visit is None else visit.queue
    begun = AgentOffered(
        at=offer.at,
        pbx=pbx,
        call=call,
        offer=offer.number,
        agent=offer.agent,
        visit=number,
        queue=queue,
    )
    if offer.end is None:
        return [begun]
    ring_ms = offer.ring_ms or 0
    ended = OfferEnded(
        at=offer.at + ring_ms,
        pbx=pbx,
        call=call,
        offer=offer.number,
        agent=offer.agent,
        end=offer.end,
        ring_ms=ring_ms,
        visit=number,
    )
    return [begun, ended]


def _talk(record: CallRecord, talk: Conversation) -> list[AnyFact]:
    pbx, call, number = record.pbx, record.id, talk.number
    told: list[AnyFact] = [
        AgentAnswered(
            at=talk.joined_at,
            pbx=pbx,
            call=call,
            conversation=number,
            agent=talk.agent,
            queue=talk.queue,
            visit=talk.visit,
        )
    ]
    if talk.talk_ms is None:
        return told
    parted = talk.joined_at + talk.talk_ms
    told.append(
        ConversationEnded(
            at=parted,
            pbx=pbx,
            call=call,
            conversation=number,
            agent=talk.agent,
            ended_by=talk.ended_by or "unknown",
            talk_ms=talk.talk_ms,
            hold_ms=talk.hold_ms,
            queue=talk.queue,
        )
    )
    if talk.transfer is not None:
        kind, to = talk.transfer.kind, talk.transfer.to
        told.append(
            CallTransferred(
                at=parted, pbx=pbx, call=call, conversation=number, transfer=kind, to=to
            )
        )
    if talk.wrapup_ms is not None:
        told.append(
            WrapUpEnded(
                at=(talk.wrapup_started_at or parted) + talk.wrapup_ms,
                pbx=pbx,
                call=call,
                conversation=number,
                agent=talk.agent,
                wrapup_ms=talk.wrapup_ms,
            )
        )
    return told

"""What calls are found by: the values that stand beside a record where it is stored."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Raw, Struct

from .model import CallRecord

Place = tuple[str, int, str]
"""A queue or an agent, when the call began, and the call."""


class History(Struct, frozen=True):
    """Finished calls as they are stored. The records themselves are not in it: of ten thousand
    calls they would be the most.

    ``calls``: id, PBX, direction, beginning, end, outcome, customer, number, E.164, last fact, and
    the JSON of the record. ``queues``, ``agents``: where each of them was, and whose it was, in
    order: who stores them finds the next one's place beside the last one's.
    """

    calls: list[tuple[str, str, str, int, int | None, str | None, int | None, str, str, int, Raw]]
    queues: list[Place]
    agents: list[Place]


def history_of(records: Iterable[CallRecord], texts: Iterable[Raw]) -> History:
    """These calls, ``texts`` being the JSON of each in the same order."""
    history = History([], [], [])
    for record, text in zip(records, texts, strict=True):
        call, began, caller = record.id, record.started_at, record.caller
        history.calls.append(
            (
                call,
                record.pbx,
                record.direction,
                began,
                record.ended_at,
                record.outcome,
                record.customer_id,
                caller.number,
                caller.e164,
                record.last_seq,
                text,
            )
        )
        for queue in queues_of(record):
            history.queues.append((queue, began, call))
        for agent in agents_of(record):
            history.agents.append((agent, began, call))
    history.queues.sort()
    history.agents.sort()
    return history


def queues_of(record: CallRecord) -> list[str]:
    """The queues in which the call was, or talked for, each once."""
    queues: set[str] = set()
    for visit in record.visits:
        queues.add(visit.queue)
    for talk in record.conversations:
        if talk.queue:
            queues.add(talk.queue)
    return sorted(queues)


def agents_of(record: CallRecord) -> list[str]:
    """The agents who talked, or were called directly, each once.

    One who was merely rung by a queue is not meant: the call was not his.
    """
    agents: set[str] = set()
    for talk in record.conversations:
        agents.add(talk.agent.id)
    for offer in record.direct:
        agents.add(offer.agent.id)
    return sorted(agents)

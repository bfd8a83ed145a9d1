"""What one call, or one agent span, adds to which cells: the one way into the figures.

What a queue's visit brought about, its end, the phones it rang and the conversation it led to,
counts in the interval in which the visit was *entered*; what no queue made counts when it was
offered or joined. Time in a state is spread over the intervals it covered.

A call that goes on contributes what is already certain: the visit that was answered, the
conversation that has ended. A caller who still waits is not offered yet; he is in the live service
level by its own argument (``service_level.live``). Later the same call contributes more, and the
caller of this module replaces the former contribution by the new one (``cells.difference``), so
live and historical figures cannot part.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from callcenter.domain.model import CallRecord, Conversation, Offer, OfferEnd, Visit
from callcenter.domain.record import visit_of

from .counters import Cell, Counters, Scope
from .intervals import INTERVAL_MS, spread, start_of
from .records import AgentSpan, was_answered
from .rules import Rules
from .sketch import bucket_of

OFFER_SUMS: Mapping[OfferEnd, str] = MappingProxyType(
    {
        "answered": "offers_answered",
        "no_answer": "offers_missed",
        "rejected": "offers_rejected",
        "cancelled": "offers_cancelled",
        "unreachable": "offers_unreachable",
    }
)

CROSSING_MS = 1_000
"""Instants of different legs may cross within this, by the way that events take and by a gap of the
link; more is a clock that was set."""


class _Book:
    """The cells of one contribution."""

    def __init__(self, step_ms: int, cells: dict[Cell, Counters] | None = None) -> None:
        self._step_ms = step_ms
        self.cells = {} if cells is None else cells

    def add(self, at: int, scope: Scope, owner: str, part: Counters) -> None:
        cell = Cell(start_of(at, self._step_ms), scope, owner)
        held = self.cells.get(cell)
        if held is None:
            self.cells[cell] = part.copy()
        else:
            held.add(part)

    def add_everywhere(self, at: int, queue: str, agent: str, part: Counters) -> None:
        """To the whole centre, and to the queue and the agent where there is one."""
        self.add(at, "all", "", part)
        if queue:
            self.add(at, "queue", queue, part)
        if agent:
            self.add(at, "agent", agent, part)


def of_call(
    record: CallRecord, rules: Rules, *, step_ms: int = INTERVAL_MS
) -> dict[Cell, Counters]:
    """What this call, as far as it is known, adds to the cells of its queues, agents and of all.

    ``step_ms`` is the grid: one minute where a window must roll (``cells.coarser`` makes the
    quarters of them).
    """
    book = _Book(step_ms)
    # Of whom we lost sight, the end is put where we last saw him: no clock was set.
    seen = record.settled_by != "lost_sight"
    for visit in record.visits:
        _add_visit(book, visit, rules, seen=seen)
    for offer in record.direct:
        _add_offer(book, offer, offer.at, "", seen=seen)
    for talk in record.conversations:
        _add_conversation(book, record, talk)
    _add_journey(book, record)
    return book.cells


def of_span(span: AgentSpan, now: int, *, step_ms: int = INTERVAL_MS) -> dict[Cell, Counters]:
    """What this span adds to its agent's cells and to all; an open one counts until ``now``."""
    cells: dict[Cell, Counters] = {}
    add_span(cells, span, now, step_ms=step_ms)
    return cells


def add_span(
    cells: dict[Cell, Counters], span: AgentSpan, now: int, *, step_ms: int = INTERVAL_MS
) -> None:
    """Adds what ``of_span`` says to ``cells``, in place."""
    agent, state = span.agent_id, span.state
    end = now if span.end_ms is None else span.end_ms
    if span.end_ms is not None and end < span.start_ms:
        book = _Book(step_ms, cells)
        book.add_everywhere(span.start_ms, "", agent, Counters(clamped=1))
    for at, covered in spread(span.start_ms, end, step_ms):
        for cell in (Cell(at, "all", ""), Cell(at, "agent", agent)):
            held = cells.get(cell)
            if held is None:
                held = cells[cell] = Counters()
            held.state_ms[state] = held.state_ms.get(state, 0) + covered
            if state == "paused":
                held.paused_ms[span.reason] = held.paused_ms.get(span.reason, 0) + covered


def _add_visit(book: _Book, visit: Visit, rules: Rules, *, seen: bool) -> None:
    for offer in visit.offers:
        _add_offer(book, offer, visit.entered_at, visit.queue, seen=seen)
    if visit.end is None:
        return
    part = Counters()
    wait = _length(_wait_of(visit), part, visit.entered_at, visit.left_at if seen else None)
    limits = rules.of_queue(visit.queue)
    setattr(part, visit.end, 1)
    if visit.end == "answered":
        part.wait_answered_ms = wait
        part.waits_answered[bucket_of(wait)] = 1
        part.answered_in_t = int(wait <= limits.t_ms)
    elif visit.end == "abandoned":
        part.wait_abandoned_ms = wait
        part.waits_abandoned[bucket_of(wait)] = 1
        part.abandoned_in_t = int(wait <= limits.t_ms)
        part.short_abandoned = int(wait <= limits.short_abandon_ms)
    elif visit.end not in ("refused", "unknown"):
        # Where we lost sight, the wait is only how long we did not look.
        part.waits_left[bucket_of(wait)] = 1
    book.add_everywhere(visit.entered_at, visit.queue, "", part)


def _wait_of(visit: Visit) -> int:
    if visit.wait_ms is not None:
        return visit.wait_ms
    return 0 if visit.left_at is None else visit.left_at - visit.entered_at


def _add_offer(book: _Book, offer: Offer, at: int, queue: str, *, seen: bool) -> None:
    if offer.end is None:
        return
    part = Counters()
    setattr(part, OFFER_SUMS[offer.end], 1)
    part.ring_ms = _length(offer.ring_ms or 0, part, offer.at, offer.ended_at if seen else None)
    book.add_everywhere(at, queue, offer.agent.id, part)


def _add_conversation(book: _Book, record: CallRecord, talk: Conversation) -> None:
    if talk.talk_ms is None:
        return
    queue, at = _origin(record, talk)
    part = Counters()
    parted_at = None if talk.ended_by == "unknown" else talk.parted_at
    talked = _length(talk.talk_ms, part, talk.joined_at, parted_at)
    held = _length(talk.hold_ms, part)
    wrapped = _length(talk.wrapup_ms or 0, part)
    if queue:
        part.conversations = 1
        part.talk_ms, part.hold_ms, part.wrapup_ms = talked, held, wrapped
    else:
        part.direct_conversations = 1
        part.direct_talk_ms, part.direct_hold_ms, part.direct_wrapup_ms = talked, held, wrapped
    book.add_everywhere(at, queue, talk.agent.id, part)


def _origin(record: CallRecord, talk: Conversation) -> tuple[str, int]:
    """The queue that led to a conversation, or none, and the instant it counts at."""
    visit = visit_of(record, talk.visit)
    if visit is None:
        return talk.queue, talk.joined_at
    return visit.queue, visit.entered_at


def _add_journey(book: _Book, record: CallRecord) -> None:
    """The call as one journey of a customer who asked for an agent.

    It belongs to one queue at most, so that queues add up: the one that first answered it, else
    the one it entered first. To each agent who talked, it is an answered call of his.
    """
    if record.direction != "inbound":
        return
    answered = was_answered(record)
    asked = answered or bool(record.visits) or bool(record.direct)
    if not asked or (not answered and record.ended_at is None):
        return
    home = next(
        (visit for visit in record.visits if visit.end == "answered"),
        record.visits[0] if record.visits else None,
    )
    part = _journey(record.conversations, answered)
    if home is None:
        book.add_everywhere(record.started_at, "", "", part)
    else:
        book.add_everywhere(home.entered_at, home.queue, "", part)
    by_agent: dict[str, list[Conversation]] = {}
    for talk in record.conversations:
        by_agent.setdefault(talk.agent.id, []).append(talk)
    for agent, talks in by_agent.items():
        _, at = _origin(record, talks[0])
        book.add(at, "agent", agent, _journey(talks, answered=True))


def _journey(talks: list[Conversation], answered: bool) -> Counters:
    kinds = {talk.transfer.kind for talk in talks if talk.transfer is not None}
    return Counters(
        calls=1,
        calls_answered=int(answered),
        calls_transferred=int(bool(kinds)),
        transfers=dict.fromkeys(sorted(kinds), 1),
    )


def _length(ms: int, part: Counters, since: int = 0, until: int | None = None) -> int:
    """The duration, or nothing where a clock that was set back made it negative.

    The facts say nothing below zero, but their instants do: such a duration is counted, unless
    it is no more than the events of two legs may cross by.
    """
    if ms < 0 or ran_back(since, until):
        part.clamped += 1
    return max(0, ms)


def ran_back(since: int, until: int | None) -> bool:
    """Whether these instants (epoch ms) say that a clock was set back between them."""
    return until is not None and until < since - CROSSING_MS

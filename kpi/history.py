"""What many finished calls of the past add to the cells, summed as one goes.

The same sums as ``contributions.of_call`` of each call on the 15-minute grid, added up (a test
holds that), at a tenth of the cost: nothing is made for one call alone. Only calls as queue_log
tells them are summed here, inbound ones of which every conversation belongs to a visit; all others
go through ``of_call``.
"""

from __future__ import annotations

from collections.abc import Iterable

from callcenter.domain.model import CallRecord, Conversation, Offer, Visit

from .contributions import OFFER_SUMS, of_call, ran_back
from .counters import Cell, Counters
from .intervals import INTERVAL_MS
from .rules import Rules
from .sketch import bucket_of

_Cells = dict[tuple[int, str], Counters]


def of_history(records: Iterable[CallRecord], rules: Rules) -> dict[Cell, Counters]:
    """The cells of all these calls together."""
    sums = HistorySums(rules)
    sums.add(records)
    return sums.cells()


class HistorySums:
    """By quarter and queue, and by quarter and agent. Whatever a call adds to a queue it adds to
    the whole centre too, and nothing else, so the centre is summed from the queues at the end."""

    def __init__(self, rules: Rules) -> None:
        self._queues: _Cells = {}
        self._agents: _Cells = {}
        self._others: dict[Cell, Counters] = {}
        self._rules = rules
        self._buckets: dict[int, int] = {}

    def add(self, records: Iterable[CallRecord]) -> None:
        """Adds these calls."""
        for record in records:
            if _as_logged(record):
                self._call(record)
            else:
                for cell, counters in of_call(record, self._rules).items():
                    _add(self._others, cell, counters)

    def cells(self) -> dict[Cell, Counters]:
        """The cells of all calls that were added."""
        cells: dict[Cell, Counters] = {}
        for cell, counters in self._others.items():
            _add(cells, cell, counters)
        for (at, queue), counters in self._queues.items():
            _add(cells, Cell(at, "queue", queue), counters)
            _add(cells, Cell(at, "all", ""), counters)
        for (at, agent), counters in self._agents.items():
            _add(cells, Cell(at, "agent", agent), counters)
        return cells

    def _call(self, record: CallRecord) -> None:
        visits, talks = record.visits, record.conversations
        home: Counters | None = None
        for visit in visits:
            at = visit.entered_at - visit.entered_at % INTERVAL_MS
            queue = _cell(self._queues, at, visit.queue)
            self._visit(queue, visit)
            for offer in visit.offers:
                self._offer(queue, _cell(self._agents, at, offer.agent.id), offer)
            if home is None and visit.end == "answered":
                home = queue
        if len(talks) == 1:
            _journey(self._talk(talks[0], visits), talks, answered=True)
        elif talks:
            seen: dict[str, tuple[Counters, list[Conversation]]] = {}
            for talk in talks:
                agent = self._talk(talk, visits)
                seen.setdefault(talk.agent.id, (agent, []))[1].append(talk)
            for agent, his in seen.values():
                _journey(agent, his, answered=True)
        if home is None:
            at = visits[0].entered_at
            home = _cell(self._queues, at - at % INTERVAL_MS, visits[0].queue)
        _journey(home, talks, bool(talks))

    def _offer(self, queue: Counters, agent: Counters, offer: Offer) -> None:
        ring_ms = offer.ring_ms or 0
        queue.ring_ms += ring_ms
        agent.ring_ms += ring_ms
        if offer.end == "answered":
            queue.offers_answered += 1
            agent.offers_answered += 1
        else:
            name = OFFER_SUMS[offer.end or "cancelled"]
            setattr(queue, name, getattr(queue, name) + 1)
            setattr(agent, name, getattr(agent, name) + 1)

    def _talk(self, talk: Conversation, visits: list[Visit]) -> Counters:
        """Adds a talk; gives the sums of its agent."""
        visit = visits[(talk.visit or 0) - 1]
        at = visit.entered_at - visit.entered_at % INTERVAL_MS
        talk_ms = talk.talk_ms or 0
        queue = _cell(self._queues, at, visit.queue)
        agent = _cell(self._agents, at, talk.agent.id)
        queue.conversations += 1
        queue.talk_ms += talk_ms
        agent.conversations += 1
        agent.talk_ms += talk_ms
        return agent

    def _visit(self, sums: Counters, visit: Visit) -> None:
        wait, end = visit.wait_ms or 0, visit.end or "unknown"
        if end == "answered":
            sums.answered += 1
            sums.wait_answered_ms += wait
            self._sketch(sums.waits_answered, wait)
            if wait <= self._rules.of_queue(visit.queue).t_ms:
                sums.answered_in_t += 1
        elif end == "abandoned":
            limits = self._rules.of_queue(visit.queue)
            sums.abandoned += 1
            sums.wait_abandoned_ms += wait
            self._sketch(sums.waits_abandoned, wait)
            sums.abandoned_in_t += int(wait <= limits.t_ms)
            sums.short_abandoned += int(wait <= limits.short_abandon_ms)
        else:
            setattr(sums, end, getattr(sums, end) + 1)
            if end not in ("refused", "unknown"):
                self._sketch(sums.waits_left, wait)

    def _sketch(self, counts: dict[int, int], wait: int) -> None:
        bucket = self._buckets.get(wait)
        if bucket is None:
            bucket = self._buckets[wait] = bucket_of(wait)
        counts[bucket] = counts.get(bucket, 0) + 1


def _as_logged(record: CallRecord) -> bool:
    """Whether the call has only what queue_log tells, and its clock ran forward."""
    visits, talks = record.visits, record.conversations
    if record.direct or not visits or record.direction != "inbound" or record.ended_at is None:
        return False
    answered = 0
    for visit in visits:
        left_at, wait_ms = visit.left_at, visit.wait_ms
        if visit.end is None or wait_ms is None or wait_ms < 0:
            return False
        if ran_back(visit.entered_at, left_at):
            return False
        if visit.end == "answered":
            answered += 1
        for offer in visit.offers:
            if offer.end is None or (offer.ring_ms or 0) < 0 or ran_back(offer.at, offer.ended_at):
                return False
    if answered != len(talks):
        return False
    for talk in talks:
        if talk.talk_ms is None or talk.talk_ms < 0 or talk.hold_ms or talk.wrapup_ms is not None:
            return False
        if ran_back(talk.joined_at, talk.parted_at):
            return False
        place = talk.visit or 0
        if not 0 < place <= len(visits) or visits[place - 1].number != place:
            return False
    return True


def _cell(cells: _Cells, at: int, owner: str) -> Counters:
    key = (at, owner)
    found = cells.get(key)
    if found is None:
        found = cells[key] = Counters()
    return found


def _journey(sums: Counters, talks: list[Conversation], answered: bool) -> None:
    sums.calls += 1
    sums.calls_answered += int(answered)
    for place, talk in enumerate(talks):
        if talk.transfer is None:
            continue
        kinds = {other.transfer.kind for other in talks[place:] if other.transfer is not None}
        sums.calls_transferred += 1
        for kind in kinds:
            sums.transfers[kind] = sums.transfers.get(kind, 0) + 1
        return


def _add(cells: dict[Cell, Counters], cell: Cell, counters: Counters) -> None:
    held = cells.get(cell)
    if held is None:
        cells[cell] = counters.copy()
    else:
        held.add(counters)

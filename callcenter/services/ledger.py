"""The one fold: facts become call records, agent spans and sums, live and for the store alike.

Each batch of facts gives a ``Change``: the records and spans that it touched, as they stand after
it, and what it adds to the sums. The live figures take the sums at once; the projector stores the
same change with its place in the journal. After a crash the facts behind that place go through
here again, on the records as they were stored, so nothing is lost and nothing counts twice.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from copy import copy

from msgspec import Struct, field

from callcenter.domain import record as records
from callcenter.domain.facts import (
    AgentAnswered,
    AgentStateChanged,
    CallEnded,
    CallFact,
    CallReclassified,
    CallsImported,
    CallStarted,
    CallTransferred,
    ConversationCorrected,
    ConversationEnded,
    OfferEnded,
    QueueEntered,
    QueueLeft,
    QueueRefused,
    Recorded,
    VisitCorrected,
    WrapUpEnded,
)
from callcenter.domain.found import History, history_of
from callcenter.domain.model import CallRecord
from callcenter.domain.wire import records_of
from kpi import cells
from kpi.contributions import add_span, of_call
from kpi.counters import Cell, Counters
from kpi.history import HistorySums
from kpi.records import AgentSpan, was_answered
from kpi.rules import Rules

MINUTE_MS = 60_000
LINGER_MS = 600_000
"""How long a call that is over stays in memory, for what is still said of it."""
COUNTING = (
    CallReclassified,
    AgentAnswered,
    QueueLeft,
    QueueRefused,
    OfferEnded,
    ConversationEnded,
    WrapUpEnded,
    CallTransferred,
    CallEnded,
    VisitCorrected,
    ConversationCorrected,
)
"""The facts that can move a figure. After them the sums are what the records say: a restart takes
it that what stands in a stored record is in the stored sums."""


class Change(Struct, kw_only=True):
    """What a batch of facts changed. ``cells`` are on the minute grid and are to be added.

    ``history`` are calls of the past that came whole; a batch with such has nothing else in it.
    """

    seq: int = 0
    records: dict[str, CallRecord] = field(default_factory=dict)
    spans: list[AgentSpan] = field(default_factory=list)
    cells: dict[Cell, Counters] = field(default_factory=dict)
    history: list[History] = field(default_factory=list)


Imported = tuple[CallsImported, list[CallRecord]]
"""A portion of the past, and the calls that are in it."""


def change_of(portions: Iterable[Imported], rules: Rules) -> Change:
    """What calls of the past change. They are days old and finished: nothing is kept of them in
    memory, and their sums lie on the quarters at once, where no live window looks any more.

    A portion is asked for when all is done with the one before it, so that its records may go: a
    thousand calls stay where the processor has them at hand, ten thousand do not.
    """
    change, sums = Change(), HistorySums(rules)
    for fact, every in portions:
        sums.add(every)
        change.history.append(history_of(every, fact.calls))
    change.cells = sums.cells()
    return change


class _Entry(Struct, eq=False):
    """A call, what it adds to the sums, and whether facts came since that was reckoned."""

    record: CallRecord
    counted: dict[Cell, Counters] = field(default_factory=dict)
    fresh: bool = False


class Ledger:
    """Calls that are open or lately ended, and the open span of every agent."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.spans: dict[str, AgentSpan] = {}
        self.orphans = 0
        self.held: Callable[[CallRecord], bool] = lambda record: False
        """Whether somebody still works with a call that is over (a desk, until it is filed)."""
        self._entries: dict[str, _Entry] = {}
        self._ended: OrderedDict[str, int] = OrderedDict()

    def take_up(self, open_calls: Iterable[CallRecord], spans: Iterable[AgentSpan]) -> None:
        """Begins with calls and spans as they were stored."""
        for item in open_calls:
            self.load(item)
        for span in spans:
            if span.end_ms is None:
                self.spans[span.agent_id] = span

    def load(self, item: CallRecord) -> None:
        """Puts a stored call back into memory, because something is about to be said of it."""
        if item.id not in self._entries:
            self._entries[item.id] = _Entry(item, of_call(item, self.rules, step_ms=MINUTE_MS))
            if item.ended_at is not None:
                self._ended[item.id] = item.ended_at

    def take_back(self, lately: Iterable[CallRecord], now: int) -> None:
        """After a restart: of calls that ended within ``LINGER_MS`` before ``now`` those that
        somebody talked on and nobody has filed, which still stand on a desk."""
        for item in lately:
            unfiled = item.disposition is None and bool(item.conversations)
            if unfiled and item.ended_at is not None and now - item.ended_at < LINGER_MS:
                self.load(item)

    def drop(self, calls: Iterable[str]) -> None:
        """Forgets calls that are history and of which nothing more will be said now."""
        for call in calls:
            self._entries.pop(call, None)
            self._ended.pop(call, None)

    def get(self, call: str) -> CallRecord | None:
        """The record of a call that is in memory; to be read, not changed."""
        entry = self._entries.get(call)
        return None if entry is None else entry.record

    def open_calls(self) -> list[CallRecord]:
        """Calls in progress, oldest first."""
        return [e.record for e in self._entries.values() if e.record.ended_at is None]

    def unfinished(self) -> list[CallRecord]:
        """Calls in progress, and those after which somebody still works."""
        return [e.record for e in self._entries.values() if e.record.unfinished]

    def in_memory(self) -> list[CallRecord]:
        """Calls in progress and those lately ended."""
        return [entry.record for entry in self._entries.values()]

    def apply(self, batch: Sequence[Recorded]) -> Change:
        """Folds a batch and says what it changed."""
        past = [item.fact for item in batch if isinstance(item.fact, CallsImported)]
        change = Change()
        if past:
            change = change_of(((each, records_of(each)) for each in past), self.rules)
        change.seq = batch[-1].seq if batch else 0
        touched: dict[str, _Entry] = {}
        counting: dict[str, _Entry] = {}
        for item in batch:
            fact = item.fact
            if isinstance(fact, CallFact):
                entry = self._entries.get(fact.call)
                if entry is None:
                    if not isinstance(fact, CallStarted):
                        self.orphans += 1
                        continue
                    entry = self._entries[fact.call] = _Entry(records.begin(fact))
                elif item.seq and item.seq <= entry.record.last_seq:
                    continue
                else:
                    records.fold(entry.record, fact)
                if item.seq:
                    entry.record.last_seq = item.seq
                touched[fact.call] = entry
                if isinstance(fact, CallEnded):
                    self._ended[fact.call] = fact.at
                    # An answered call counts from its answer on: its end alone moves no sum.
                    if not entry.fresh or not was_answered(entry.record):
                        counting[fact.call] = entry
                    continue
                entry.fresh = False
                # To enter a queue moves nothing, unless somebody has answered the call before.
                if isinstance(fact, COUNTING) or (isinstance(fact, QueueEntered) and entry.counted):
                    counting[fact.call] = entry
            elif isinstance(fact, AgentStateChanged):
                self._span(fact, change)
        for entry in counting.values():
            now = of_call(entry.record, self.rules, step_ms=MINUTE_MS)
            _gather(change.cells, cells.difference(entry.counted, now))
            entry.counted, entry.fresh = now, True
        change.records = {call: clone(entry.record) for call, entry in touched.items()}
        if batch:
            self._forget(batch[-1].fact.at)
        return change

    def _span(self, fact: AgentStateChanged, change: Change) -> None:
        """Closes an agent's span and opens the next; of facts whose instants cross (a restart, a
        clock set back) the later one wins, and begins no earlier than the span it ends."""
        at, before = fact.at, self.spans.get(fact.agent.id)
        if before is not None:
            if (before.state, before.reason) == (fact.state, fact.reason):
                return
            at = max(at, before.start_ms)
            closed = AgentSpan(
                agent_id=before.agent_id,
                name=before.name,
                state=before.state,
                reason=before.reason,
                start_ms=before.start_ms,
                end_ms=at,
            )
            change.spans.append(closed)
            add_span(change.cells, closed, at, step_ms=MINUTE_MS)
        opened = AgentSpan(
            agent_id=fact.agent.id,
            name=fact.agent.name,
            state=fact.state,
            reason=fact.reason,
            start_ms=at,
        )
        self.spans[fact.agent.id] = opened
        change.spans.append(opened)

    def _forget(self, now: int) -> None:
        while self._ended:
            call, at = next(iter(self._ended.items()))
            if now - at < LINGER_MS:
                return
            del self._ended[call]
            entry = self._entries.get(call)
            if entry is None:
                continue
            if self.held(entry.record) or any(
                talk.wrapup_started_at is not None and talk.wrapup_ms is None
                for talk in entry.record.conversations
            ):
                self._ended[call] = now
                continue
            del self._entries[call]


def _gather(sums: dict[Cell, Counters], made: dict[Cell, Counters]) -> None:
    """``cells.apply`` of sums that were made for this and belong to nobody else: what falls into
    a new cell is taken as it is, without a copy."""
    again: dict[Cell, Counters] = {}
    for cell, counters in made.items():
        if cell in sums:
            again[cell] = counters
        elif not counters.is_zero():
            sums[cell] = counters
    cells.apply(sums, again)


def clone(item: CallRecord) -> CallRecord:
    """A copy that later facts do not change."""
    twin = copy(item)
    twin.visits = []
    for visit in item.visits:
        other = copy(visit)
        other.offers = [copy(offer) for offer in visit.offers]
        twin.visits.append(other)
    twin.direct = [copy(offer) for offer in item.direct]
    twin.conversations = [copy(talk) for talk in item.conversations]
    twin.ivr = list(item.ivr)
    twin.recordings = list(item.recordings)
    return twin

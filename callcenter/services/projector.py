"""Facts become rows: calls, agent spans and sums, in one transaction with their place.

The ledger has folded already; here its changes are stored in order, many at a time. A crash loses
nothing, because the place in the journal is stored with them: what lies behind it is read again
at the next start (``catch_up``).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from itertools import islice, takewhile

from callcenter.domain.facts import CallsImported, CallStarted, Recorded
from callcenter.domain.model import CallRecord
from callcenter.ports.errors import StoreUnavailable
from callcenter.ports.journal import Journal
from callcenter.supervise import Tasks
from kpi import cells
from kpi.counters import Cell, Counters
from kpi.intervals import INTERVAL_MS
from kpi.records import AgentSpan

from .ledger import Change, Ledger
from .ports_call_log import CallFilter, CallLog

READER = "calls"
BATCH = 500
CELLS = 1_500
"""Of so many changes, or of so many sums as they move, one transaction is made: the fold of them
holds the event loop (a lost link moves a sum of every agent)."""
PAUSE_S = 0.25
"""Between two writes: changes that come meanwhile are merged into one transaction."""
FAR = 1 << 53
"""An instant after all others: only open spans touch it."""
AFTER_CALLS = 3
"""Among so many last calls of an agent is the one after which he works."""
LIMIT = 50_000
"""Changes that may wait. Beyond it they are merged, which loses nothing but time stamps of none."""


class Projector:
    """Stores the ledger's changes."""

    def __init__(self, call_log: CallLog) -> None:
        self._call_log = call_log
        self._queue: deque[Change] = deque()
        self._filled = asyncio.Event()
        self._lock = asyncio.Lock()
        self._tasks = Tasks()
        self.place = 0
        self.failures = 0
        self.stored = 0

    def take(self, change: Change) -> None:
        """Queues a change; when too many wait, the two newest become one."""
        if len(self._queue) >= LIMIT and not (change.history or self._queue[-1].history):
            change = merged([self._queue.pop(), change])
        self._queue.append(change)
        self._filled.set()

    @property
    def waiting(self) -> int:
        """How many changes wait to be stored."""
        return len(self._queue)

    async def run(self) -> None:
        """Eternal: stores what waits."""
        while True:
            await self._filled.wait()
            await self.flush()
            await asyncio.sleep(PAUSE_S)

    async def flush(self) -> None:
        """Stores everything that waits now; after a failure it stays and is tried again.

        Who asks may give up (a page waits no longer than it must); what is being stored is stored
        and taken off the queue all the same, else the next one would add it to the sums again.
        """
        await asyncio.shield(self._tasks.brief("storing of calls", self._in_turn()))

    async def _in_turn(self) -> None:
        async with self._lock:
            await self._flush()

    def _next(self) -> list[Change]:
        """The oldest changes that wait, as many as are stored at a time."""
        some: list[Change] = []
        moved = 0
        for change in islice(self._queue, BATCH):
            moved += len(change.cells)
            if some and moved > CELLS:
                break
            some.append(change)
        return some

    async def _flush(self) -> None:
        while self._queue:
            some = self._next()
            # Calls of the past are stored by a way of their own, in their turn.
            some = list(takewhile(lambda change: not change.history, some)) or some[:1]
            change = some[0] if some[0].history else merged(some)
            try:
                await _store(self._call_log, change)
            except StoreUnavailable:
                self.failures += 1
                await asyncio.sleep(0.5)
                return
            for _ in some:
                self._queue.popleft()
            self.place = change.seq
            self.stored += len(change.records) + sum(len(h.calls) for h in change.history)
        self._filled.clear()


def merged(changes: list[Change]) -> Change:
    """Several changes in a row as one: the last state of each record, all spans, summed cells."""
    records: dict[str, CallRecord] = {}
    spans: dict[tuple[str, int], AgentSpan] = {}
    sums: dict[Cell, Counters] = {}
    for change in changes:
        records.update(change.records)
        for span in change.spans:
            spans[(span.agent_id, span.start_ms)] = span
        cells.apply(sums, change.cells)
    return Change(seq=changes[-1].seq, records=records, spans=list(spans.values()), cells=sums)


async def catch_up(
    journal: Journal,
    call_log: CallLog,
    ledger: Ledger,
    report: Callable[[int], None] | None = None,
) -> int:
    """Reads the facts behind the stored place through the ledger and stores what they change.

    Call it once at the start, before anything is committed. Gives the place reached.
    """
    place = await call_log.place(READER)
    spans = await _open_spans(call_log)
    ledger.take_up(await call_log.open_calls(), spans)
    for span in spans:
        if span.state == "wrap_up":
            last = await call_log.find(CallFilter(agent=span.agent_id, limit=AFTER_CALLS))
            for record in last.items:
                if record.unfinished:
                    ledger.load(record)
    while True:
        batch = await journal.read(place, 1000)
        if not batch:
            return place
        batch = _alike(batch)
        begun = {item.fact.call for item in batch if isinstance(item.fact, CallStarted)}
        named = {getattr(item.fact, "call", "") for item in batch}
        for call in named - begun - {""}:
            if ledger.get(call) is None:
                known = await call_log.get(call)
                if known is not None:
                    ledger.load(known)
        change = ledger.apply(batch)
        place = batch[-1].seq
        await _store(call_log, change)
        if report is not None:
            report(place)


async def _store(call_log: CallLog, change: Change) -> None:
    sums = cells.coarser(change.cells, INTERVAL_MS)
    if change.history:
        await call_log.save_history(READER, change.seq, change.history, sums)
    else:
        records = list(change.records.values())
        await call_log.save(READER, change.seq, records, change.spans, sums)


def _alike(batch: list[Recorded]) -> list[Recorded]:
    """The batch up to a portion of the past, or that portion alone: what was said of its calls
    later needs them stored, and many portions at once would fill the memory."""
    if isinstance(batch[0].fact, CallsImported):
        return batch[:1]
    return list(takewhile(lambda item: not isinstance(item.fact, CallsImported), batch))


async def _open_spans(call_log: CallLog) -> list[AgentSpan]:
    return [span for span in await call_log.spans(None, FAR - 1, FAR) if span.end_ms is None]

"""The single writer: what the switchboards concluded is committed, then published on the bus.

Apply, commit, publish: what a page has seen is never un-happened by a crash. When the journal
cannot be written the pages are told all the same, the facts wait here in order, up to a bound,
and are stored as soon as the journal answers again; until then the service is not ready and says
why. At the bound the writer waits, which fills the inbox of the link, which then cuts itself: a
roster repairs what a hole could not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from callcenter.domain.facts import AnyFact, Recorded
from callcenter.ports.bus import Bus
from callcenter.ports.clock import Clock
from callcenter.ports.errors import StoreUnavailable
from callcenter.ports.journal import Journal

from .ledger import Change, Ledger

Stored = Callable[[Change], None]

BACKLOG_LIMIT = 100_000
"""Facts that may wait for the journal; about a day of a small centre, an hour of a large one."""
RETRY_S = 0.5


class Engine:
    """Commits facts in order, one batch at a time."""

    def __init__(
        self,
        journal: Journal,
        ledger: Ledger,
        clock: Clock,
        bus: Bus,
        *,
        backlog_limit: int = BACKLOG_LIMIT,
    ) -> None:
        self._journal = journal
        self._ledger = ledger
        self._clock = clock
        self._bus = bus
        self._limit = backlog_limit
        self._lock = asyncio.Lock()
        self._stored: list[Stored] = []
        self._changes: list[Stored] = []
        self._backlog: list[tuple[list[AnyFact], Change]] = []
        self._waiting = 0
        self._room = asyncio.Event()
        self._room.set()
        self.committed = 0
        self.failures = 0
        self.trouble = ""

    @property
    def waiting(self) -> int:
        """How many facts wait for the journal."""
        return self._waiting

    def on_change(self, listener: Stored) -> None:
        """``listener`` hears what facts changed in the same tick, before the bus does."""
        self._changes.append(listener)

    def on_stored(self, listener: Stored) -> None:
        """``listener`` hears what changed once the facts behind it are in the journal."""
        self._stored.append(listener)

    async def commit(
        self,
        facts: Sequence[AnyFact],
        arrived_ms: float | None = None,
        change: Change | None = None,
    ) -> None:
        """Stores and publishes ``facts``.

        ``arrived_ms`` is the wall clock at which the message that led to them arrived. ``change``
        is what the facts change, where that is known already (calls of the past): the ledger, which
        would find it on the event loop, is not asked.
        """
        if not facts:
            return
        arrived = self._clock.wall_ms() if arrived_ms is None else arrived_ms
        await self._room.wait()
        async with self._lock:
            if self._backlog:
                self._keep(list(facts), arrived, change)
                return
            try:
                stored = await self._journal.append(facts)
            except StoreUnavailable as error:
                self.failures += 1
                self.trouble = error.sentence
                self._keep(list(facts), arrived, change)
                return
            self.committed += len(stored)
            change = self._publish(stored, arrived, change)
            for listener in self._stored:
                listener(change)

    async def retry(self) -> None:
        """Eternal: stores what waits, oldest first, as soon as the journal can be written."""
        while True:
            await asyncio.sleep(RETRY_S)
            async with self._lock:
                while self._backlog:
                    facts, change = self._backlog[0]
                    try:
                        stored = await self._journal.append(facts)
                    except StoreUnavailable as error:
                        self.failures += 1
                        self.trouble = error.sentence
                        break
                    self._backlog.pop(0)
                    self._waiting -= len(facts)
                    self.committed += len(stored)
                    change.seq = stored[-1].seq
                    for item in change.records.values():
                        item.last_seq = change.seq
                    for listener in self._stored:
                        listener(change)
                if not self._backlog:
                    self.trouble = ""
                if self._waiting < self._limit:
                    self._room.set()

    def _keep(self, facts: list[AnyFact], arrived: float, change: Change | None) -> None:
        change = self._publish([Recorded(0, fact) for fact in facts], arrived, change)
        self._backlog.append((facts, change))
        self._waiting += len(facts)
        if self._waiting >= self._limit:
            self._room.clear()

    def _publish(self, batch: Sequence[Recorded], arrived: float, change: Change | None) -> Change:
        if change is None:
            change = self._ledger.apply(batch)
        else:
            change.seq = batch[-1].seq
        for heard in self._changes:
            heard(change)
        self._bus.publish(batch, arrived)
        return change

"""Who hung up is settled by CEL where AMI did not tell: the link was cut, or nobody asked.

CEL has a channel's end at once, we may have that of the call hours later, when the link is back:
an end of a call that still goes on for us waits until then, and so does the stored place, so that
a restart of ours does not lose it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence

from callcenter.domain.hung_up import LegEnd, is_open, settled
from callcenter.domain.model import AgentRef, CallRecord
from callcenter.ports.clock import Clock
from callcenter.ports.errors import StoreUnavailable

from .ports_books import Books
from .ports_cel import EndedLegs
from .reconcile import Writer

log = logging.getLogger(__name__)

AGAIN_S = 5.0
"""How long after a failure of the store the log is taken up again."""
WAITING = 20_000
"""Ends that wait for their calls at most; the oldest are given up, and then the books know."""


class CelSettler:
    """Follows the CEL of one PBX. ``known_agents`` gives those that the board knows."""

    def __init__(
        self,
        pbx: str,
        cel: EndedLegs,
        books: Books,
        writer: Writer,
        clock: Clock,
        known_agents: Callable[[], Iterable[AgentRef]] = lambda: (),
    ) -> None:
        self._pbx = pbx
        self._cel = cel
        self._books = books
        self._writer = writer
        self._clock = clock
        self._known_agents = known_agents
        self._waiting: dict[str, LegEnd] = {}
        self.settled = 0
        self.failures = 0

    @property
    def key(self) -> str:
        """Under what the books store its place; no PBX can have such a name."""
        return f"{self._pbx} cel"

    async def run(self) -> None:
        """Eternal. While the store is away it waits and begins again at the stored place."""
        while True:
            try:
                kept = await self._books.place(self.key)
                self._waiting.clear()
                async for ends, place in self._cel.ends(kept):
                    await self._take(ends)
                    # A file that is not there yet has no mark.
                    if place != kept and place[2] and not self._waiting:
                        await self._books.keep_place(self.key, place)
                        kept = place
            except StoreUnavailable as error:
                self.failures += 1
                log.warning("CEL of %s waits for the store: %s", self._pbx, error.sentence)
            await asyncio.sleep(AGAIN_S)

    async def _take(self, ends: Sequence[LegEnd]) -> None:
        fresh = {f"{self._pbx}:{end.uniqueid}": end for end in ends}
        over = {call: end for call, end in self._waiting.items() if not self._goes_on(call)}
        asked = {**fresh, **over}
        if not asked:
            return
        records = await self._records(list(asked))
        for call, end in asked.items():
            record = records.get(call)
            self._waiting.pop(call, None)
            if record is not None and record.ended_at is None:
                self._wait(call, end)
            elif record is not None and is_open(record):
                await self._settle(record, end)

    def _goes_on(self, call: str) -> bool:
        record = self._writer.current(call)
        return record is not None and record.ended_at is None

    async def _records(self, calls: Sequence[str]) -> dict[str, CallRecord]:
        found = {call: self._writer.current(call) for call in calls}
        stored = await self._books.calls([call for call, record in found.items() if record is None])
        return {**stored, **{call: record for call, record in found.items() if record is not None}}

    def _wait(self, call: str, end: LegEnd) -> None:
        if len(self._waiting) >= WAITING:
            del self._waiting[next(iter(self._waiting))]
        self._waiting[call] = end

    async def _settle(self, record: CallRecord, end: LegEnd) -> None:
        refs: list[AgentRef] = [
            *(ref for ref in self._known_agents() if ref.id.startswith(f"{self._pbx}:")),
            *await self._books.agents(self._pbx),
            *(talk.agent for talk in record.conversations),
        ]
        agents = {ref.interface.casefold(): ref for ref in refs}
        facts = settled(record, end, agents, self._clock.wall_ms())
        if facts:
            await self._writer.commit([record], facts)
            self.settled += 1

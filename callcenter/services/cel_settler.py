"""Who hung up is settled by CEL where AMI did not tell: the link was cut, or nobody asked.

CEL has a channel's end at once, we may have that of the call hours later, when the link is back:
an end of a call that still goes on for us waits until then, and so does the stored place, so that
a restart of ours does not lose it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence

from callcenter.domain.heard import Heard
from callcenter.domain.hung_up import LegEnd, is_open, settled
from callcenter.domain.model import AgentRef, CallRecord
from callcenter.domain.unheard import unheard
from callcenter.ports.clock import Clock
from callcenter.ports.errors import StoreUnavailable

from .history import Link, Links
from .ports_books import Books
from .ports_cel import EndedLegs
from .reconcile import Writer

log = logging.getLogger(__name__)

AGAIN_S = 5.0
"""How long after a failure of the store the log is taken up again."""
WAIT_S = 15.0
"""How long after the end of a call that we do not have it is looked for again: by then we know
whether we heard the PBX, also after a start of ours."""
WAITING = 20_000
"""Ends that wait for their calls at most; the oldest are given up, and then the books know."""


class CelSettler:
    """Follows the CEL of one PBX. ``known_agents`` gives those that the board knows.

    ``trunks`` are the starts of names of lines to the outside: without them no call that nobody
    heard is made. ``link`` finds whose a number is.
    """

    def __init__(
        self,
        pbx: str,
        cel: EndedLegs,
        books: Books,
        writer: Writer,
        clock: Clock,
        known_agents: Callable[[], Iterable[AgentRef]] = lambda: (),
        *,
        trunks: tuple[str, ...] = (),
        link: Link | None = None,
        wait_s: float = WAIT_S,
    ) -> None:
        self._pbx = pbx
        self._cel = cel
        self._books = books
        self._writer = writer
        self._clock = clock
        self._known_agents = known_agents
        self._trunks = trunks
        self._links = Links(link)
        self._wait_s = wait_s
        self._waiting: dict[str, LegEnd] = {}
        self._unknown: dict[str, tuple[float, LegEnd]] = {}
        self.settled = 0
        self.made = 0
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
                self._unknown.clear()
                async for ends, place in self._cel.ends(kept):
                    await self._take(ends)
                    await self._make()
                    # A file that is not there yet has no mark.
                    idle = not self._waiting and not self._unknown
                    if place != kept and place[2] and idle:
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
            if record is None:
                if end.whole and end.first and end.channel.startswith(self._trunks or ("\0",)):
                    self._unknown[call] = (self._clock.monotonic() + self._wait_s, end)
            elif record.ended_at is None:
                self._wait(call, end)
            elif is_open(record):
                await self._settle(record, end)

    async def _make(self) -> None:
        """Calls that we never had, once it is certain that we did not hear."""
        now = self._clock.monotonic()
        due = {call: end for call, (at, end) in self._unknown.items() if at <= now}
        if not due:
            return
        records = await self._records(list(due))
        heard = Heard(await self._books.turns(self._pbx))
        agents = await self._agents()
        for call, end in due.items():
            self._unknown.pop(call)
            began = end.at if end.started_at is None else end.started_at
            if records.get(call) is not None or heard.throughout(began, end.at):
                continue
            facts = unheard(self._pbx, end, agents)
            if facts:
                await self._writer.commit([], await self._links.behind_start(facts))
                self.made += 1

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
        agents = await self._agents()
        agents |= {talk.agent.interface.casefold(): talk.agent for talk in record.conversations}
        facts = settled(record, end, agents, self._clock.wall_ms())
        if facts:
            await self._writer.commit([record], facts)
            self.settled += 1

    async def _agents(self) -> dict[str, AgentRef]:
        """All agents of this PBX by their interfaces, case folded."""
        board = [ref for ref in self._known_agents() if ref.id.startswith(f"{self._pbx}:")]
        refs = [*board, *await self._books.agents(self._pbx)]
        return {ref.interface.casefold(): ref for ref in refs}

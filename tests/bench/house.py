"""The whole pipeline in memory: from AMI bytes to facts, records, sums, rows and pushes enqueued.

Everything is the service's own (session, parser, translator, switchboard, engine, ledger, figures,
board, desks, live view, callers), put together as ``callcenter.app`` does; only the stores answer
at once and the sockets are lists. Every agent's desk is being looked at, as in a manned centre.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

from ami_bridge.account import AmiAccount
from ami_bridge.session import LinkCounters, Session
from callcenter import rules
from callcenter.bus.in_process import InProcessBus
from callcenter.directory.numbers import normalise
from callcenter.domain.board import Board
from callcenter.domain.customer import Customer, FollowUp, Match, Number
from callcenter.domain.facts import AgentStateChanged, AnyFact, Recorded
from callcenter.domain.model import CallRecord
from callcenter.observed import Observed
from callcenter.ports.clock import Clock
from callcenter.rooms import build_room
from callcenter.services import projector
from callcenter.services.callers import Callers
from callcenter.services.desks import Desks
from callcenter.services.engine import Engine
from callcenter.services.figures import LiveFigures
from callcenter.services.ledger import Change, Ledger
from callcenter.services.live_view import Live
from callcenter.services.wall import WallView
from callcenter.settings import Pbx, Settings
from callcenter.settings_secret import Secret
from callcenter.supervise import Tasks
from callcenter.web.histograms import Histograms

START_S = 1_795_400_000.0
"""Epoch seconds at which the made traffic begins: before noon of a day, UTC."""


class StreamClock:
    """Time as the stream has it: moved by whoever feeds the bytes."""

    def __init__(self) -> None:
        self.now_s = START_S

    def wall_ms(self) -> int:
        """Epoch milliseconds UTC."""
        return int(self.now_s * 1000)

    def wall_s(self) -> float:
        """Epoch seconds UTC."""
        return self.now_s

    def monotonic(self) -> float:
        """Seconds."""
        return self.now_s


class Rows:
    """Journal and call log whose writes are queued and forgotten."""

    def __init__(self) -> None:
        self.last = 0
        self.kinds: Counter[str] = Counter()
        self.waiting: list[Change] = []
        self.changes = 0
        self._cells = 0

    async def append(self, facts: Sequence[AnyFact]) -> list[Recorded]:
        """Numbers the facts as the journal does."""
        recorded = [Recorded(seq, fact) for seq, fact in enumerate(facts, self.last + 1)]
        self.last += len(recorded)
        return recorded

    def take(self, change: Change) -> None:
        """A change to be stored; the writer, which is not measured here, takes as many at once as
        the service's."""
        self.changes += 1
        self.waiting.append(change)
        self._cells += len(change.cells)
        if len(self.waiting) >= projector.BATCH or self._cells > projector.CELLS:
            self.waiting.clear()
            self._cells = 0

    async def history(
        self, customer_id: int | None, e164: str, limit: int, before_ms: int
    ) -> list[CallRecord]:
        """Nobody has called before."""
        return []


class People:
    """A directory that knows every caller, and no promises."""

    async def look_up(self, number: Number) -> list[Match]:
        """One customer."""
        customer = Customer(
            id=int(number.digits or 1), name="سارا احمدی", tags=["vip"], fields={"plan": "plus"}
        )
        return [Match(customer, "the same number", "exact")]

    async def open_of_customer(self, customer_id: int) -> list[FollowUp]:
        """None."""
        return []


class House:
    """The pipeline; ``feed`` bytes, then ``settle``."""

    def __init__(self, own_clock: Clock | None = None, port: int = 5038) -> None:
        settings = Settings()
        self.stream_clock = StreamClock()
        self.clock: Clock = own_clock or self.stream_clock
        clock = self.clock
        self.faults: list[str] = []
        self.tasks = Tasks(lambda name, error: self.faults.append(f"{name}: {error!r}"))
        self.rows = Rows()
        self.pushes = 0
        kpi_rules = rules.kpi_rules(settings)
        self.ledger = Ledger(kpi_rules)
        self.figures = LiveFigures(kpi_rules, clock.wall_ms())
        self.bus = InProcessBus()
        self.engine = Engine(cast(Any, self.rows), self.ledger, clock, self.bus)
        self.board = Board()
        self.live = Live(self.board, clock)
        # The link is built and never run: bytes come in by a session of our own. It answers no
        # question, as a link that is down.
        self.room = build_room(settings, _pbx(port), clock, self.tasks, ())
        self.switchboard = self.room.switchboard
        self.inbox = self.room.feed._inbox
        people = People()
        self.callers = Callers(
            directory=cast(Any, people),
            call_log=cast(Any, self.rows),
            follow_ups=cast(Any, people),
            clock=clock,
            tasks=self.tasks,
            normalise=lambda raw, line, shown: normalise(raw, "IR", shown),
            day_start=lambda: self.figures.day[0],
            commit=self._commit,
        )
        self.desks = Desks(
            ledger=self.ledger,
            board=self.board,
            callers=self.callers,
            figures=self.figures,
            clock=clock,
            rules=rules.desk_rules(settings, lambda agent: False),
            told=self.live.told,
        )
        self.live.desks = self.desks
        self.live.wall = WallView(self.board, self.figures, kpi_rules, fake=False)
        self.observed = Observed(Histograms(), self.ledger)
        self.live.subscribe(self._pushed)
        self.engine.on_change(self.figures.take)
        self.engine.on_stored(self.rows.take)
        self.bus.listen("live views", self._live)
        account = AmiAccount("pbx", 5038, "u", "s")
        self.session = Session(
            account, self.inbox, LinkCounters(), clock.monotonic, self.stream_clock.wall_s, "bench-"
        )
        self.session.data_received(b"Asterisk Call Manager/11.0.0\r\n")
        self.session.come_up()
        self.inbox.take_now()
        self._manned: set[str] = set()

    def start(self) -> None:
        """Begins to work the inbox off, within a running loop."""
        pump = self.room.pump(self.engine, self.clock, lambda ms: None)
        self.tasks.eternal("switchboard pbx1", pump)

    def feed(self, data: bytes, now_s: float) -> None:
        """Bytes arrive at ``now_s`` of the stream's time."""
        self.stream_clock.now_s = now_s
        self.session.data_received(data)

    async def settle(self) -> None:
        """Waits until everything that was fed has been worked off. Raises on a fault."""
        while len(self.inbox) and not self.faults:
            await asyncio.sleep(0)
        for _ in range(4):
            await asyncio.sleep(0)
        if self.faults:
            raise RuntimeError("; ".join(self.faults))

    async def stop(self) -> None:
        """Ends the tasks."""
        await self.tasks.stop()

    async def _commit(self, facts: Sequence[AnyFact]) -> None:
        await self.engine.commit(facts)

    def _live(self, batch: Sequence[Recorded], arrived_ms: float) -> None:
        for item in batch:
            self.board.apply(item.fact)
            self.rows.kinds[type(item.fact).__name__] += 1
            if isinstance(item.fact, AgentStateChanged) and item.fact.agent.id not in self._manned:
                self._manned.add(item.fact.agent.id)
                self.desks.snapshot(item.fact.agent.id)
        self.observed.facts(batch)
        self.desks.apply(batch, arrived_ms)
        self.live.apply(batch, arrived_ms)

    def _pushed(self, topic: str, number: int, what: object) -> None:
        self.pushes += 1


def _pbx(port: int) -> Pbx:
    return Pbx(
        host="127.0.0.1",
        port=port,
        username="u",
        secret=Secret("s"),
        trunks=("PJSIP/trunk-",),
    )

"""A house for the tests of the services: real rooms over stores in memory, a clock that stands.

Signals go in by a ``Playbook``; ``hear`` commits the facts they led to, as the service does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.json import Decoder
from msgspec.structs import replace

from callcenter.bus.in_process import InProcessBus
from callcenter.domain.board import Board
from callcenter.domain.customer import (
    Alert,
    Customer,
    FieldKind,
    FieldValue,
    FollowUp,
    Match,
    Number,
)
from callcenter.domain.facts import AnyFact, Recorded
from callcenter.domain.found import History
from callcenter.domain.model import CallRecord, Presentation
from callcenter.domain.wire import dumps, loads
from callcenter.ports.errors import StoreUnavailable
from callcenter.ports.pbx import PbxRefused
from callcenter.services.access import SignedIn
from callcenter.services.callers import Callers
from callcenter.services.commands import Commands
from callcenter.services.desk_state import DeskRules
from callcenter.services.desks import Desks
from callcenter.services.engine import Engine
from callcenter.services.figures import LiveFigures
from callcenter.services.ledger import Ledger, clone
from callcenter.services.ports_call_log import CallFilter, CallPage
from callcenter.services.projector import Projector
from callcenter.services.pushes import Deltas, Push
from callcenter.supervise import Tasks
from kpi import cells as sums
from kpi.counters import Cell, Counters
from kpi.records import AgentSpan, FcrCall
from kpi.rules import Rules
from tests.playbook import T0, Playbook

DAY_MS = 86_400_000
_records: Decoder[CallRecord] = Decoder(CallRecord)
DISPOSITIONS: list[dict[str, Any]] = [{"code": code} for code in ("sold", "callback", "a")]
FULL = "The disk is full: make room, then it goes on by itself."


class StandingClock:
    """A clock that goes only when it is moved."""

    def __init__(self, now: int = T0) -> None:
        self.now = now

    def wall_ms(self) -> int:
        return self.now

    def monotonic(self) -> float:
        return self.now / 1000


class Breakable:
    """A store that can be told to fail."""

    def __init__(self) -> None:
        self.down = False

    def check(self) -> None:
        if self.down:
            raise StoreUnavailable(FULL)


class MemoryJournal(Breakable):
    """The journal, through real bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[bytes] = []

    async def append(self, facts: Sequence[AnyFact]) -> list[Recorded]:
        self.check()
        await asyncio.sleep(0)
        self.check()
        first = len(self.lines) + 1
        self.lines += [dumps(fact) for fact in facts]
        return [Recorded(first + index, fact) for index, fact in enumerate(facts)]

    async def read(self, after: int, limit: int) -> list[Recorded]:
        self.check()
        some = self.lines[after : after + limit]
        return [Recorded(after + index, loads(line)) for index, line in enumerate(some, start=1)]

    async def last_seq(self) -> int:
        return len(self.lines)

    async def of_call(self, call: str) -> list[Recorded]:
        every = await self.read(0, len(self.lines))
        return [item for item in every if getattr(item.fact, "call", "") == call]


class MemoryCallLog(Breakable):
    """Rows and sums with the reader's place, all or nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.records: dict[str, CallRecord] = {}
        self.stored_spans: dict[tuple[str, int], AgentSpan] = {}
        self.sums: dict[Cell, Counters] = {}
        self.places: dict[str, int] = {}
        self.saves = 0

    async def save(
        self,
        reader: str,
        seq: int,
        records: Sequence[CallRecord],
        spans: Sequence[AgentSpan],
        cells: Mapping[Cell, Counters],
    ) -> None:
        self.check()
        if seq <= self.places.get(reader, 0):
            return
        self.saves += 1
        self.places[reader] = seq
        self.records.update((record.id, clone(record)) for record in records)
        self.stored_spans.update(((span.agent_id, span.start_ms), span) for span in spans)
        sums.apply(self.sums, cells)

    async def save_history(
        self,
        reader: str,
        seq: int,
        histories: Sequence[History],
        cells: Mapping[Cell, Counters],
    ) -> None:
        every = [_records.decode(row[-1]) for history in histories for row in history.calls]
        await self.save(reader, seq, every, (), cells)

    async def place(self, reader: str) -> int:
        self.check()
        return self.places.get(reader, 0)

    async def get(self, call_id: str) -> CallRecord | None:
        self.check()
        record = self.records.get(call_id)
        return None if record is None else clone(record)

    async def open_calls(self) -> list[CallRecord]:
        return [clone(record) for record in self.records.values() if record.ended_at is None]

    async def find(self, wanted: CallFilter) -> CallPage:
        self.check()
        return CallPage([], None)

    async def history(
        self, customer_id: int | None, e164: str, limit: int, before_ms: int
    ) -> list[CallRecord]:
        self.check()
        found = [
            record
            for record in self.records.values()
            if record.started_at < before_ms
            and (record.customer_id == customer_id if customer_id else record.caller.e164 == e164)
        ]
        return sorted(found, key=lambda record: -record.started_at)[:limit]

    async def count_today(self, e164: str, since_ms: int) -> int:
        return sum(r.caller.e164 == e164 for r in self.records.values())

    async def cells(self, from_ms: int, to_ms: int) -> dict[Cell, Counters]:
        return {c: v for c, v in self.sums.items() if from_ms <= c.interval_ms < to_ms}

    async def fcr_calls(self, from_ms: int, to_ms: int) -> list[FcrCall]:
        return []

    async def spans(self, agent_id: str | None, from_ms: int, to_ms: int) -> list[AgentSpan]:
        return sorted(self.stored_spans.values(), key=lambda span: span.start_ms)


class MemoryDirectory(Breakable):
    """Customers by E.164."""

    def __init__(self) -> None:
        super().__init__()
        self.by_number: dict[str, list[Customer]] = {}
        self.asked: list[str] = []
        self.delay_s = 0.0

    def with_customer(self, e164: str, customer: Customer) -> Customer:
        customer.id = 1 + sum(len(each) for each in self.by_number.values())
        self.by_number.setdefault(e164, []).append(customer)
        return customer

    async def look_up(self, number: Number) -> list[Match]:
        self.asked.append(number.e164)
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        self.check()
        return [Match(c, "number", "exact") for c in self.by_number.get(number.e164, [])]

    async def get(self, customer_id: int) -> Customer | None:
        self.check()
        every = [customer for each in self.by_number.values() for customer in each]
        return next((customer for customer in every if customer.id == customer_id), None)

    async def search(self, text: str, limit: int) -> list[Customer]:
        return []

    async def create(
        self,
        *,
        name: str,
        numbers: Sequence[tuple[str, str]] = (),
        code: str = "",
        tier: str = "",
        organisation: str = "",
        language: str = "",
        tags: Sequence[str] = (),
        fields: dict[str, FieldValue] | None = None,
        alert: Alert | None = None,
        notes: str = "",
    ) -> Customer:
        self.check()
        made = Customer(name=name, code=code, tier=tier, notes=notes)
        return self.with_customer(numbers[0][0] if numbers else "", made)

    async def update(self, customer: Customer) -> Customer:
        return customer

    async def field_kinds(self) -> list[FieldKind]:
        return []


class MemoryFollowUps(Breakable):
    """Promises in a list."""

    def __init__(self) -> None:
        super().__init__()
        self.items: dict[int, FollowUp] = {}

    async def add(self, follow_up: FollowUp) -> FollowUp:
        self.check()
        made = replace(follow_up, id=len(self.items) + 1)
        self.items[made.id] = made
        return made

    async def get(self, follow_up_id: int) -> FollowUp | None:
        return self.items.get(follow_up_id)

    async def open_of_customer(self, customer_id: int) -> list[FollowUp]:
        return [
            item
            for item in self.items.values()
            if item.customer_id == customer_id and item.done_at is None
        ]

    async def open_of_agent(self, agent_id: str, until_ms: int) -> list[FollowUp]:
        return [
            item
            for item in self.items.values()
            if item.for_agent == agent_id and item.done_at is None and item.due_at <= until_ms
        ]

    async def done(self, follow_up_id: int, at: int) -> bool:
        self.items[follow_up_id] = replace(self.items[follow_up_id], done_at=at)
        return True

    async def later(self, follow_up_id: int, due_at: int) -> bool:
        self.items[follow_up_id] = replace(self.items[follow_up_id], due_at=due_at)
        return True


class MemoryPbx:
    """An account for actions that notes what was asked of it."""

    def __init__(self) -> None:
        self.can_act = True
        self.paused: list[tuple[str, bool, str]] = []
        self.refuses = ""

    async def pause(self, interface: str, paused: bool, reason: str) -> None:
        if self.refuses:
            raise PbxRefused(self.refuses)
        self.paused.append((interface, paused, reason))


def normalise(raw: str, line: str, presentation: Presentation) -> Number:
    """Numbers of these tests: E.164 as they are, short ones internal."""
    return Number(
        raw,
        e164=raw if raw.startswith("+") else "",
        national=raw,
        withheld=presentation != "shown",
        internal=raw.isdecimal() and len(raw) < 6,
    )


AGENT = SignedIn(user_id=1, name="sara", role="agent", agent_id="pbx1:PJSIP/1001")
OTHER = SignedIn(user_id=2, name="omid", role="agent", agent_id="pbx1:PJSIP/1002")
BOSS = SignedIn(user_id=3, name="boss", role="supervisor")


class House:
    """The services put together over memory. ``pushed`` is all that the desks were told."""

    def __init__(self, rules: Rules | None = None, backlog_limit: int = 100_000) -> None:
        self.rules = rules or Rules()
        self.clock = StandingClock()
        self.journal = MemoryJournal()
        self.call_log = MemoryCallLog()
        self.directory = MemoryDirectory()
        self.follow_ups = MemoryFollowUps()
        self.pbx = MemoryPbx()
        self.tasks = Tasks()
        self.book = Playbook()
        self.ledger = Ledger(self.rules)
        self.board = Board()
        self.figures = LiveFigures(self.rules, self.clock.now)
        self.bus = InProcessBus()
        self.engine = Engine(
            self.journal, self.ledger, self.clock, self.bus, backlog_limit=backlog_limit
        )
        self.projector = Projector(self.call_log)
        self.pushed: list[tuple[str, Deltas | Push]] = []
        self.pops_painted: list[float] = []
        self.callers = Callers(
            directory=self.directory,
            call_log=self.call_log,
            follow_ups=self.follow_ups,
            clock=self.clock,
            tasks=self.tasks,
            normalise=normalise,
            day_start=lambda: self.clock.now - DAY_MS,
            commit=self.engine.commit,
        )
        self.desks = Desks(
            ledger=self.ledger,
            board=self.board,
            callers=self.callers,
            figures=self.figures,
            clock=self.clock,
            rules=DeskRules([], DISPOSITIONS, lambda queue: 20, lambda agent: True),
            told=lambda agent, change: self.pushed.append((agent, change)),
        )
        self.commands = Commands(
            engine=self.engine,
            ledger=self.ledger,
            call_log=self.call_log,
            callers=self.callers,
            desks=self.desks,
            directory=self.directory,
            follow_ups=self.follow_ups,
            pbxs={"pbx1": self.pbx},
            clock=self.clock,
            day_end=lambda: self.clock.now + DAY_MS,
            pop_shown=self.pops_painted.append,
        )
        self.engine.on_change(self.figures.take)
        self.bus.listen("board", self._board)
        self.bus.listen("desks", self.desks.apply)
        self.engine.on_stored(self.projector.take)
        self._heard = 0

    def _board(self, batch: Sequence[Recorded], arrived_ms: float) -> None:
        for item in batch:
            self.board.apply(item.fact)

    async def hear(self, arrived_ms: float | None = None) -> None:
        """Commits what the playbook led to since the last time; the clock goes with it."""
        new, self._heard = self.book.facts[self._heard :], len(self.book.facts)
        self.clock.now = max(self.clock.now, self.book.now)
        await self.engine.commit(new, arrived_ms)
        await self.settle()

    async def settle(self) -> None:
        """Lets look-ups that were begun come to their end."""
        for _ in range(12):
            await asyncio.sleep(0)

    def pops(self, kind: str = "pop", agent: str = AGENT.agent_id or "") -> list[dict[str, Any]]:
        """The bodies of the frames of this kind told to this agent."""
        return [
            change.body
            for who, change in self.pushed
            if who == agent and isinstance(change, Push) and change.t == kind
        ]

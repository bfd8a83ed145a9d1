"""The rest of the house, small: what the web room asks, answered from memory."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web
from argon2 import PasswordHasher

from callcenter.domain.customer import Alert, Customer, CustomerNumber, FieldKind, Match, Number
from callcenter.domain.facts import CallEnded, Recorded
from callcenter.domain.life_line import life_line
from callcenter.domain.life_step import Step
from callcenter.domain.model import AgentRef, Caller, CallRecord, Conversation, Disposition
from callcenter.ports.errors import StoreRefused
from callcenter.services.access import Access, SignedIn
from callcenter.services.passwords import Passwords
from callcenter.services.ports_call_log import CallFilter, CallPage
from callcenter.supervise import Tasks
from callcenter.web.asks import (
    Assets,
    Gauge,
    KpiQuery,
    KpiValue,
    Listener,
    NoSuchTopic,
    Published,
    Result,
    Site,
)
from callcenter.web.histograms import Histograms
from callcenter.web.server import House, WebSettings, make_app
from kpi.records import AgentSpan

from .memory_oversight import MemoryOversight
from .memory_users import MemoryUsers

ALI = "pbx1:PJSIP/1001"
SARA = "pbx1:PJSIP/1002"
PASSWORD = "correct horse"
FAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Clock:
    """A clock that a test can turn; monotonic time is the loop's own."""

    def __init__(self) -> None:
        self.now = 1_795_000_000_000

    def wall_ms(self) -> int:
        return self.now

    def monotonic(self) -> float:
        return asyncio.get_event_loop().time()


class View:
    """A live view whose state is nested maps, and which publishes what a test tells it to."""

    def __init__(self) -> None:
        self.number = 0
        self.state: dict[str, dict[str, Any]] = {
            "wall:main": {"queues": {"support": {"waiting": 0}}, "total": {"waiting": 0}},
            "queues:mine": {
                "queues": {
                    "support": {"waiting": 0},
                    "sales": {"waiting": 0},
                    "billing": {"waiting": 0},
                }
            },
            f"agent:{ALI}": {"calls": {}, "pops": []},
            f"agent:{SARA}": {"calls": {}, "pops": []},
        }
        self.serves = {ALI: frozenset({"support", "sales"}), SARA: frozenset({"billing"})}
        self.listeners: list[Listener] = []
        self.snapshots = 0

    def snapshot(self, topic: str, user: SignedIn) -> tuple[int, dict[str, Any]]:
        self.snapshots += 1
        if topic not in self.state:
            raise NoSuchTopic(topic)
        state: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self.state[topic]))
        if topic == "queues:mine":
            own = self.queues_of(user)
            state["queues"] = {q: v for q, v in state["queues"].items() if q in own}
        return self.number, state

    def subscribe(self, listener: Listener) -> None:
        self.listeners.append(listener)

    def queues_of(self, user: SignedIn) -> frozenset[str]:
        if user.role != "agent":
            return frozenset(self.state["queues:mine"]["queues"])
        return self.serves.get(user.agent_id or "", frozenset())

    def change(self, topic: str, *deltas: list[Any]) -> None:
        """Applies absolute changes to the state and publishes them."""
        for *path, value in deltas:
            node = self.state[topic]
            for step in path[:-1]:
                node = node.setdefault(step, {})
            if value is None:
                node.pop(path[-1], None)
            else:
                node[path[-1]] = value
        self.publish(topic, copy.deepcopy([list(delta) for delta in deltas]))

    def publish(self, topic: str, what: Published) -> None:
        self.number += 1
        for listener in self.listeners:
            listener(topic, self.number, what)


@dataclass
class Asked:
    """One command as the desk heard it."""

    who: SignedIn
    op: str
    do: str
    args: dict[str, Any]


class MemoryDesk:
    """Does nothing but remember; ``answers`` by command say how it went."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.acks: list[tuple[str, str, str, int, str]] = []
        self.answers: dict[str, Result | Exception] = {}
        self.slow_s = 0.0
        self.finished = 0

    async def note(self, call: str, user: SignedIn, rev: int, text: str, op: str) -> Result:
        return await self.command(user, op, "note", {"call": call, "rev": rev, "text": text})

    async def command(self, user: SignedIn, op: str, do: str, args: Mapping[str, Any]) -> Result:
        self.asked.append(Asked(user, op, do, dict(args)))
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        self.finished += 1
        answer = self.answers.get(do, Result(ok=True))
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def pop_acknowledged(
        self, user: SignedIn, call: str, what: str, ms: int, tab: str
    ) -> None:
        self.acks.append((user.name, call, what, ms, tab))


def a_call(number: int, agent: str) -> CallRecord:
    """An answered call of one agent."""
    ref = AgentRef(agent, "Ali", agent.partition(":")[2])
    at = 1_795_000_000_000 + number * 1000
    return CallRecord(
        id=f"pbx1:{number}.0",
        pbx="pbx1",
        uniqueid=f"{number}.0",
        linkedid=f"{number}.0",
        direction="inbound",
        caller=Caller(number="09123456789", e164="+989123456789", name="علی"),
        line="+982112345678",
        started_at=at + 7,
        ended_at=at + 60_000,
        outcome="answered",
        conversations=[Conversation(number=1, agent=ref, joined_at=at + 5000, talk_ms=50_000)],
        disposition=Disposition(code="resolved", resolved=True, by="ali", at=at + 61_000),
    )


class MemoryShifts:
    """Every agent was paused for lunch an hour ago, and is ready since."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.asked: list[tuple[str, int, int]] = []

    async def spans(self, agent_id: str, from_ms: int, to_ms: int) -> list[AgentSpan]:
        self.asked.append((agent_id, from_ms, to_ms))
        now = self.clock.wall_ms()
        lunch = AgentSpan(
            agent_id=agent_id,
            name="Ali",
            state="paused",
            reason="lunch",
            start_ms=now - 3_600_000,
            end_ms=now - 60_000,
        )
        return [
            lunch,
            AgentSpan(agent_id=agent_id, name="Ali", state="ready", start_ms=now - 60_000),
        ]


class MemoryCalls:
    """A call log of a few calls."""

    def __init__(self) -> None:
        self.records = {r.id: r for r in (a_call(1, ALI), a_call(2, SARA))}
        self.wanted: list[CallFilter] = []

    async def find(self, wanted: CallFilter) -> CallPage:
        self.wanted.append(wanted)
        if wanted.cursor == "bad":
            raise ValueError("the cursor is none of ours")
        items = [
            r
            for r in self.records.values()
            if not wanted.agent or r.conversations[0].agent.id == wanted.agent
        ]
        return CallPage(items[: wanted.limit], None)

    async def get(self, call_id: str) -> CallRecord | None:
        return self.records.get(call_id)

    async def facts(self, call_id: str) -> list[Recorded]:
        fact = CallEnded(
            at=1_795_000_060_000, pbx="pbx1", call=call_id, ended_by="caller", outcome="answered"
        )
        return [Recorded(7, fact)]

    async def life_line(self, record: CallRecord, facts: Sequence[Recorded]) -> list[Step]:
        return life_line(facts)


class MemoryFigures:
    """One figure for every question."""

    def __init__(self) -> None:
        self.asked: list[KpiQuery] = []

    async def kpi(self, query: KpiQuery) -> list[KpiValue]:
        self.asked.append(query)
        if "nonsense" in query.measures:
            raise ValueError("there is no measure 'nonsense'")
        return [
            KpiValue(
                measure="service_level",
                scope=query.scope,
                id="",
                at=query.from_ms,
                value=0.8,
                numerator=8,
                denominator=10,
            )
        ]


class MemoryDirectory:
    """A directory of a few customers."""

    def __init__(self) -> None:
        self.rows: dict[int, Customer] = {}

    async def look_up(self, number: Number) -> list[Match]:
        return []

    async def get(self, customer_id: int) -> Customer | None:
        return self.rows.get(customer_id)

    async def search(self, text: str, limit: int) -> list[Customer]:
        return [c for c in self.rows.values() if c.name.startswith(text)][:limit]

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
        fields: dict[str, Any] | None = None,
        alert: Alert | None = None,
        notes: str = "",
    ) -> Customer:
        if any(c.code == code for c in self.rows.values() if code):
            raise StoreRefused(f"The code {code} belongs to another customer.")
        customer = Customer(
            id=len(self.rows) + 1,
            name=name,
            code=code,
            numbers=[CustomerNumber(raw=raw, label=label) for raw, label in numbers],
            tags=list(tags),
            fields=dict(fields or {}),
            alert=alert,
            notes=notes,
        )
        self.rows[customer.id] = customer
        return customer

    async def update(self, customer: Customer) -> Customer:
        self.rows[customer.id] = customer
        return customer

    async def field_kinds(self) -> list[FieldKind]:
        return []


class MemoryGauges:
    """The board's numbers."""

    def __init__(self) -> None:
        self.queues = 4

    def ready(self) -> tuple[bool, list[str]]:
        return (False, ["No PBX is logged in."]) if self.queues == 0 else (True, [])

    def read(self) -> Iterable[Gauge]:
        names = [f"queue{number}" for number in range(self.queues)]
        return [
            Gauge.by(
                "callcenter_queue_waiting",
                "Callers waiting in a queue.",
                "gauge",
                ("pbx", "queue"),
                {("pbx1", name): 3.0 for name in names},
            ),
            Gauge.by(
                "callcenter_visits_total",
                "Visits ended, by how.",
                "counter",
                ("queue", "end"),
                {(name, end): 2.0 for name in names for end in ("answered", "abandoned")},
            ),
        ]


def shell(page: str, *, lang: str, theme: str, fake: bool, version: str) -> str:
    """A page's HTML as the browser application would make it."""
    return f'<!doctype html><html lang="{lang}" data-theme="{theme}"><title>{page}</title></html>'


@dataclass
class World:
    """A house with all its rooms faked but the web room and access."""

    root: Path
    clock: Clock = field(default_factory=Clock)
    users: MemoryUsers = field(default_factory=MemoryUsers)
    view: View = field(default_factory=View)
    desk: MemoryDesk = field(default_factory=MemoryDesk)
    calls: MemoryCalls = field(default_factory=MemoryCalls)
    oversight: MemoryOversight = field(default_factory=MemoryOversight)
    figures: MemoryFigures = field(default_factory=MemoryFigures)
    directory: MemoryDirectory = field(default_factory=MemoryDirectory)
    gauges: MemoryGauges = field(default_factory=MemoryGauges)
    histograms: Histograms = field(default_factory=Histograms)
    faults: list[tuple[str, BaseException | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.shifts = MemoryShifts(self.clock)
        self.tasks = Tasks(lambda name, error: self.faults.append((name, error)))
        self.access = Access(self.users, self.clock, passwords=Passwords(FAST))

    async def people(self) -> None:
        """Ali and Sara are agents, Shirin supervises, Dov administers, Noa is tied to nobody."""
        await self.access.add_user("ali", "agent", PASSWORD, ALI)
        await self.access.add_user("sara", "agent", PASSWORD, SARA)
        await self.access.add_user("noa", "agent", PASSWORD)
        await self.access.add_user("shirin", "supervisor", PASSWORD)
        await self.access.add_user("dov", "admin", PASSWORD)

    def app(self, settings: WebSettings | None = None, fake: bool = True) -> web.Application:
        """The application under test."""
        house = House(
            view=self.view,
            desk=self.desk,
            calls=self.calls,
            oversight=self.oversight,
            shifts=self.shifts,
            figures=self.figures,
            directory=self.directory,
            access=self.access,
            readiness=self.gauges,
            gauges=self.gauges,
            histograms=self.histograms,
            assets=Assets(self.root, shell),
            clock=self.clock,
            tasks=self.tasks,
            site=Site(name="Test centre", tz="Asia/Tehran", fake=fake, version="1.2.3"),
            epoch="e1",
        )
        return make_app(house, settings)

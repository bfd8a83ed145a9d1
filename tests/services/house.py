"""The house around reconciliation: a real database, the one writer, and a clock to set."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from callcenter.bus.in_process import InProcessBus
from callcenter.domain.facts import (
    AgentAnswered,
    AgentOffered,
    AnyFact,
    CallEnded,
    CallStarted,
    ConversationEnded,
    LinkLost,
    LinkRestored,
    OfferEnded,
    QueueEntered,
    QueueLeft,
)
from callcenter.domain.model import AgentRef, CallRecord, VisitEnd
from callcenter.services.engine import Engine
from callcenter.services.house_writer import HouseWriter
from callcenter.services.ledger import Ledger
from callcenter.services.projector import Projector
from callcenter.store.call_log import SqlCallLog
from callcenter.store.engine import Database
from callcenter.store.journal import SqlJournal
from callcenter.store.ledger_rows import SqlBooks
from callcenter.store.schema import open_database, upgrade
from kpi.rules import Rules

T0_S = 1_795_384_800
"""2026-11-22 22:00 UTC: 01:30 of the next day in Tehran."""
LEILA = AgentRef("pbx1:PJSIP/1001", "Leila", "PJSIP/1001")


class Clock:
    """Time that the test sets."""

    def __init__(self) -> None:
        self.now_ms = T0_S * 1000

    def wall_ms(self) -> int:
        return self.now_ms

    def monotonic(self) -> float:
        return self.now_ms / 1000


class House:
    """Store and writer, as the service has them."""

    def __init__(self, database: Database) -> None:
        rules = Rules(zone="Asia/Tehran")
        self.database = database
        self.clock = Clock()
        self.journal = SqlJournal(database)
        self.call_log = SqlCallLog(database, rules)
        self.books = SqlBooks(database)
        self.ledger = Ledger(rules)
        self.projector = Projector(self.call_log)
        self.bus = InProcessBus()
        self.engine = Engine(self.journal, self.ledger, self.clock, self.bus)
        self.engine.on_stored(self.projector.take)
        self.writer = HouseWriter(self.engine, self.ledger, self.projector)

    async def commit(self, facts: Iterable[AnyFact]) -> None:
        """What the live service concluded."""
        await self.engine.commit(list(facts))
        await self.projector.flush()

    async def record(self, call: str) -> CallRecord:
        """The stored call."""
        found = await self.call_log.get(call)
        assert found is not None, f"there is no call {call}"
        return found


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    """A house on a database of its own."""
    folder.mkdir(exist_ok=True)
    url = f"sqlite:///{folder}/house.db"
    await upgrade(url)
    database = await open_database(url)
    try:
        yield House(database)
    finally:
        await database.close()


def link(*turns: tuple[int, bool]) -> list[AnyFact]:
    """The link was restored (True) or lost at these seconds after ``T0_S``."""
    return [
        LinkRestored(at=(T0_S + s) * 1000, pbx="pbx1", gap_ms=0, restarted=False)
        if restored
        else LinkLost(at=(T0_S + s) * 1000, pbx="pbx1", why="cut")
        for s, restored in turns
    ]


def answered(callid: str, at: int, wait: int = 5, talk: int = 60) -> list[AnyFact]:
    """A call that AMI showed us whole: Leila answered it. Seconds after ``T0_S``."""
    ms = (T0_S + at) * 1000 + 300
    call = {"pbx": "pbx1", "call": f"pbx1:{callid}"}
    joined = ms + wait * 1000
    return [
        _started(callid, ms),
        QueueEntered(at=ms, visit=1, queue="support", position=1, **call),
        AgentOffered(at=ms, offer=1, agent=LEILA, visit=1, queue="support", **call),
        OfferEnded(
            at=joined, offer=1, agent=LEILA, end="answered", ring_ms=wait * 1000, visit=1, **call
        ),
        QueueLeft(
            at=joined, visit=1, queue="support", reason="answered", wait_ms=wait * 1000, **call
        ),
        AgentAnswered(at=joined, conversation=1, agent=LEILA, queue="support", visit=1, **call),
        ConversationEnded(
            at=joined + talk * 1000,
            conversation=1,
            agent=LEILA,
            ended_by="caller",
            talk_ms=talk * 1000,
            hold_ms=0,
            queue="support",
            **call,
        ),
        CallEnded(at=joined + talk * 1000, ended_by="caller", outcome="answered", **call),
    ]


def left(callid: str, at: int, wait: int, end: VisitEnd) -> list[AnyFact]:
    """A call that was not answered."""
    ms = (T0_S + at) * 1000 + 300
    call = {"pbx": "pbx1", "call": f"pbx1:{callid}"}
    over = ms + wait * 1000
    outcome = "unknown" if end == "unknown" else "abandoned"
    return [
        _started(callid, ms),
        QueueEntered(at=ms, visit=1, queue="support", position=1, **call),
        QueueLeft(at=over, visit=1, queue="support", reason=end, wait_ms=wait * 1000, **call),
        CallEnded(at=over, ended_by="caller", outcome=outcome, **call),
    ]


def _started(callid: str, ms: int) -> CallStarted:
    return CallStarted(
        at=ms,
        pbx="pbx1",
        call=f"pbx1:{callid}",
        uniqueid=callid,
        linkedid=callid,
        channel="PJSIP/trunk-1",
        direction="inbound",
        number="09121234567",
    )


def logged(
    callid: str, at: int, wait: int = 5, talk: int | None = 60, agent: str = "Leila"
) -> list[str]:
    """The log's lines of a call; ``talk`` None: the caller gave up."""
    s = T0_S + at
    lines = [f"{s}|{callid}|support|NONE|ENTERQUEUE||09121234567|1"]
    if talk is None:
        return [*lines, f"{s + wait}|{callid}|support|NONE|ABANDON|1|1|{wait}"]
    return [
        *lines,
        f"{s + wait}|{callid}|support|{agent}|CONNECT|{wait}|{callid}1|{wait}",
        f"{s + wait + talk}|{callid}|support|{agent}|COMPLETECALLER|{wait}|{talk}|1",
    ]


def write(path: Path, *calls: Sequence[str], end: int = 3_000) -> None:
    """A queue_log of these calls, and a line of a member at the end so that it covers the time."""
    lines = sorted(line for call in calls for line in call)
    first = f"{T0_S - 60}|NONE|NONE|NONE|CONFIGRELOAD|"
    last = f"{T0_S + end}|NONE|support|Leila|PAUSE|lunch"
    path.write_text("\n".join([first, *lines, last]) + "\n", encoding="utf-8")

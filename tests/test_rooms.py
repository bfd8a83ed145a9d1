"""One PBX's room: how it is wired from the settings, and what its pump makes of what is said."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from ami_bridge.fakepbx.clock import WallClock
from ami_bridge.fakepbx.server import FakePbx
from callcenter.app import SystemClock
from callcenter.bus.in_process import InProcessBus
from callcenter.domain.facts import AgentSeen, LinkRestored, QueueSeen, Recorded
from callcenter.rooms import build_room
from callcenter.services.engine import Engine
from callcenter.services.ledger import Ledger
from callcenter.settings import Account, Pbx, Secret, Settings, Trace
from callcenter.supervise import Tasks
from kpi.rules import Rules


class Pages:
    """A journal that takes every page."""

    def __init__(self) -> None:
        self.rows: list[Recorded] = []

    async def append(self, facts: Any) -> list[Recorded]:
        begun = len(self.rows)
        self.rows += [Recorded(begun + n, fact) for n, fact in enumerate(facts, start=1)]
        return self.rows[begun:]


def pbx(port: int = 1, actions: Account | None = None) -> Pbx:
    return Pbx(
        name="north",
        host="127.0.0.1",
        port=port,
        username="u",
        secret=Secret("s"),
        actions=actions,
    )


async def test_without_a_second_account_nothing_can_be_done_at_the_pbx() -> None:
    tasks = Tasks()
    assert build_room(Settings(), pbx(), SystemClock(), tasks, ()).actions is None
    account = Account(username="a", secret=Secret("b"))
    room = build_room(Settings(), pbx(actions=account), SystemClock(), tasks, ())
    assert room.actions is not None
    assert (room.actions.account.username, room.actions.account.events) == ("a", "off")
    assert (room.link.account.username, room.link.account.events) == ("u", "on")


async def test_silence_is_noticed_within_three_seconds_on_the_account_that_listens() -> None:
    room = build_room(Settings(), pbx(), SystemClock(), Tasks(), ())
    assert 3 * room.link.account.ping_interval_s <= 3.0


async def test_tls_is_as_the_settings_say() -> None:
    plain = build_room(Settings(), pbx(), SystemClock(), Tasks(), ())
    assert plain.link.account.tls is None
    hidden = Pbx(name="n", host="h", username="u", secret=Secret("s"), tls=True)
    tls = build_room(Settings(), hidden, SystemClock(), Tasks(), ()).link.account.tls
    assert tls is not None
    assert tls.verify


async def test_a_flight_recorder_is_there_only_when_a_trace_is_to_be_kept(tmp_path: Path) -> None:
    assert build_room(Settings(), pbx(), SystemClock(), Tasks(), ()).recorder is None
    settings = Settings(trace=Trace(keep="2h", folder=str(tmp_path)))
    room = build_room(settings, pbx(), SystemClock(), Tasks(), ())
    assert room.recorder is not None
    heard_without = build_room(Settings(), pbx(), SystemClock(), Tasks(), ()).link.listeners
    assert len(room.link.listeners) == len(heard_without) + 1


async def test_what_a_pbx_says_becomes_facts_in_the_journal_and_lines_in_the_recorder(
    tmp_path: Path,
) -> None:
    fake = FakePbx(WallClock(), seed=7, calls_per_minute=60, username="u", secret="s")
    port = await fake.start()
    faults: list[object] = []
    tasks = Tasks(lambda name, error: faults.append((name, error)))
    clock, journal = SystemClock(), Pages()
    engine = Engine(journal, Ledger(Rules()), clock, InProcessBus())
    settings = Settings(trace=Trace(keep="1h", folder=str(tmp_path), scrub=True))
    room = build_room(settings, pbx(port), clock, tasks, ())
    assert room.recorder is not None
    lags: list[float] = []
    tasks.eternal("link", room.link.run())
    tasks.eternal("pump", room.pump(engine, clock, lags.append))
    tasks.eternal("recorder", room.recorder.run())
    try:
        async with asyncio.timeout(20):
            while not any(isinstance(row.fact, LinkRestored) for row in journal.rows):
                await asyncio.sleep(0.05)
            while not list(tmp_path.glob("*.jsonl")):
                await asyncio.sleep(0.05)
        assert faults == []
    finally:
        await room.link.close()
        await tasks.stop()
        await fake.stop()
    facts = [row.fact for row in journal.rows]
    assert len({fact.agent.id for fact in facts if isinstance(fact, AgentSeen)}) == 12
    assert len({fact.queue for fact in facts if isinstance(fact, QueueSeen)}) == 4
    assert {row.fact.pbx for row in journal.rows} == {"north"}
    assert all(0 <= lag < 20_000 for lag in lags)
    told = room.numbers()
    assert (told.pbx, told.garbage, told.refused) == ("north", 0, 0)
    assert told.events >= 12
    (trace,) = tmp_path.glob("north-*.jsonl")
    lines = [json.loads(line) for line in trace.read_text(encoding="utf-8").splitlines()]
    assert any(["Event", "QueueMember"] in line["h"] for line in lines)
    assert "Emma Clarke" not in trace.read_text(encoding="utf-8")

"""What a recording gives again: the facts of the service that made it, byte for byte."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ami_bridge.fakepbx.server import FakePbx
from callcenter.domain import wire
from callcenter.domain.facts import AnyFact
from callcenter.rooms import build_room
from callcenter.settings import Settings, load
from callcenter.supervise import Tasks
from tests.virtual_time import VirtualLoop

ROOT = Path(__file__).parents[2]
NOON = 1_795_348_800_000
HOUR_S = 3600.0
CUT_AT_S = (1_000.0, 2_345.6)


class LoopClock:
    """The clocks of a house that lives in a virtual loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def wall_ms(self) -> int:
        return NOON + int(self._loop.time() * 1000)

    now = wall_ms

    def monotonic(self) -> float:
        return self._loop.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Noted:
    """Stands for the engine: notes what is committed."""

    def __init__(self) -> None:
        self.facts: list[bytes] = []

    async def commit(self, facts: Sequence[AnyFact], arrived_ms: float | None = None) -> None:
        await asyncio.sleep(0)
        self.facts += [wire.dumps(fact) for fact in facts]


def config(folder: Path) -> Path:
    path = folder / "callcenter.toml"
    path.write_text(
        "[site]\nname = 'T'\ntimezone = 'Asia/Tehran'\nregion = 'IR'\n"
        "[[pbx]]\nname = 'pbx1'\nhost = '127.0.0.1'\nport = 5000\nusername = 'u'\n"
        "secret = 's'\ntrunks = ['PJSIP/trunk-']\n"
        f"[trace]\nkeep = '24h'\nscrub = false\nfolder = '{folder}/traces'\n",
        encoding="utf-8",
    )
    path.chmod(0o600)
    return path


async def an_hour(loop: VirtualLoop, settings: Settings, minutes: float) -> list[bytes]:
    """A busy centre heard by a room as the service builds it; the link is cut on the way."""
    clock, tasks, noted = LoopClock(loop), Tasks(), Noted()
    fake = FakePbx(clock, seed=11, calls_per_minute=40, username="u", secret="s")
    await fake.start()
    room = build_room(settings, settings.pbx[0], clock, tasks, ())
    assert room.recorder is not None
    tasks.eternal("recorder", room.recorder.run())
    tasks.eternal("link", room.link.run())
    tasks.eternal("pump", room.pump(noted, clock, lambda ms: None))
    try:
        for cut_at in CUT_AT_S:
            await asyncio.sleep(cut_at - loop.time())
            loop.pipes[-1].abort()
        await asyncio.sleep(minutes * 60 - loop.time())
        await room.link.close()
    finally:
        await tasks.stop()
        await fake.stop()
    return noted.facts


def test_replay_of_an_hour_gives_the_facts_of_the_live_run_byte_for_byte(tmp_path: Path) -> None:
    """In another process, with other hashes; two cuts and the turn of the hour are in it."""
    settings = load(config(tmp_path), {})
    loop = VirtualLoop()
    try:
        live = loop.run_until_complete(an_hour(loop, settings, minutes=61))
    finally:
        loop.close()
    parts = sorted((tmp_path / "traces").iterdir())
    assert [path.suffix for path in parts] == [".gz", ".jsonl"]
    assert len(live) > 10_000
    settings_of = ["--config", str(tmp_path / "callcenter.toml")]
    done = subprocess.run(
        [sys.executable, "-m", "callcenter.cli", "trace", "replay", *map(str, parts), *settings_of],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        check=True,
    )
    again = done.stdout.splitlines()
    assert again[: len(live)] == live
    # After the last message a replay lets timers run out; the service had been stopped by then.
    late = {msgspec.json.decode(fact)["kind"] for fact in again[len(live) :]}
    assert not late & {"CallStarted", "QueueEntered", "AgentOffered"}

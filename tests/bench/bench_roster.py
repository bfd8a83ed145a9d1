"""T4: a roster of 100,000 rows, as 10,000 agents in ten queues each send it at a (re)connect.

The PBX is a process of its own, the link, the feed, the switchboard and everything behind it are
the service's own and run as in life. Told beside a bare parse of the same bytes: the time from the
first question to the fact that the view is whole, the process time, the longest stall of the loop
(a heartbeat that wants to beat each millisecond) and the most memory it took. The first connect
makes every agent known, the second (the link is cut) proves that they still are what they were.
"""

from __future__ import annotations

import asyncio
import time

from msgspec import Struct

from ami_bridge.fakepbx.load import Load
from callcenter import collector

from .bench_ami_parse import CHUNK, tight
from .bench_end_to_end import process
from .house import House
from .judging import Verdicts
from .pbx_load import QUEUES
from .service_process import resident_kb

AGENTS = 10_000
ROWS = 100_000
BEAT_S = 0.001
STALL_MS = 10.0
TIMES_TIGHT = 4.0
LIMIT_S = 120.0


class SystemClock:
    """The time as it is."""

    def wall_ms(self) -> int:
        """Epoch milliseconds UTC."""
        return int(time.time() * 1000)

    def wall_s(self) -> float:
        """Epoch seconds UTC."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds."""
        return time.monotonic()


class Heart:
    """Beats each millisecond and notes how late it was: that long somebody held the loop."""

    def __init__(self) -> None:
        self.worst_ms = 0.0
        self.worst_cpu_ms = 0.0

    async def beat(self) -> None:
        """For ever."""
        while True:
            began, spent = time.perf_counter(), time.thread_time()
            await asyncio.sleep(BEAT_S)
            late = time.perf_counter() - began - BEAT_S
            self.worst_ms = max(self.worst_ms, late * 1000)
            self.worst_cpu_ms = max(self.worst_cpu_ms, (time.thread_time() - spent) * 1000)


class Took(Struct, frozen=True):
    """One roster: seconds of wall and process time, the longest stall by the wall and by our
    own thread's time (ms), facts told."""

    wall_s: float
    cpu_s: float
    stall_ms: float
    stall_cpu_ms: float
    facts: int


async def _rosters(rounds: int) -> tuple[list[Took], float]:
    """The first roster and ``rounds`` further ones; and MB that the process grew to at most."""
    pbx = await process("-m", "tests.bench.pbx_load", str(AGENTS), "1")
    house = House(SystemClock(), int(await pbx.answer()))
    took: list[Took] = []
    before = resident_kb()
    most = before
    try:
        house.tasks.eternal("link", house.room.link.run())
        house.start()
        for number in range(1 + rounds):
            while house.room.link.state != "up":
                await asyncio.sleep(0.001)
            heart = Heart()
            beating = house.tasks.brief("heart", heart.beat())
            facts, cpu = house.rows.last, time.process_time()
            began = time.perf_counter()
            until = began + LIMIT_S
            while house.rows.kinds["LinkRestored"] <= number or house.switchboard.unsaid:
                if house.faults or time.perf_counter() > until:
                    raise RuntimeError("; ".join(house.faults) or "the roster never came")
                # Not oftener: to look costs 0.1 ms and would be counted as the roster's.
                await asyncio.sleep(0.01)
                most = max(most, resident_kb())
            wall = time.perf_counter() - began
            await asyncio.sleep(0.01)
            beating.cancel()
            took.append(
                Took(
                    wall,
                    time.process_time() - cpu,
                    heart.worst_ms,
                    heart.worst_cpu_ms,
                    house.rows.last - facts,
                )
            )
            known = len(house.board.agents)
            if known != AGENTS or house.room.feed.complaints:
                raise AssertionError(f"{known} agents known, {house.room.feed.complaints}")
            collector.keep()
            await pbx.tell("cut")
            while house.rows.kinds["LinkLost"] <= number or house.switchboard.unsaid:
                await asyncio.sleep(0.002)
    finally:
        await house.stop()
        await pbx.end()
    return took, (most - before) / 1024


def _reference(chunks: list[bytes]) -> float:
    began = time.perf_counter()
    tight(chunks)
    return time.perf_counter() - began


def run(verdicts: Verdicts, rounds: int) -> None:
    """Prints T4."""
    verdicts.title(f"T4: a roster of {ROWS:,} members")
    data = b"".join(Load(AGENTS, 1.0, QUEUES, start=int(time.time() * 1000)).roster("cc-1"))
    chunks = [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]
    if data.count(b"Event: QueueMember\r\n") != ROWS:
        raise AssertionError("the PBX of the benchmark has another roster")
    collector.calm()
    ref = [_reference(chunks) for _ in range(3)]
    took, grown_mb = asyncio.run(_rosters(rounds))
    ref += [_reference(chunks) for _ in range(3)]
    first, later = took[0], took[1:]
    verdicts.figure("tight str dict of the same bytes (ref)", ref, "s")
    for name, each in [("first connect", [first]), ("reconnect", later)]:
        verdicts.figure(f"{name}, wall", [one.wall_s for one in each], "s")
        verdicts.figure(f"{name}, process time", [one.cpu_s for one in each], "s")
        verdicts.figure(f"{name}, longest stall", [one.stall_ms for one in each], "ms")
        verdicts.figure("  of it our own work", [one.stall_cpu_ms for one in each], "ms")
    print(
        f"   {first.facts} facts first, {later[-1].facts} later; {grown_mb:.0f} MB at most beside"
    )
    reference = sorted(ref)[len(ref) // 2]
    for name, one in [("first", first), *[("reconnect", one) for one in later]]:
        verdicts.judge(f"T4 {name}: wall / tight", one.wall_s / reference, TIMES_TIGHT, ref=ref)
        verdicts.judge(f"T4 {name}: longest stall in ms", one.stall_ms, STALL_MS, ref=ref)

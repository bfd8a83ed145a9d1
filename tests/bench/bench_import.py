"""Import of the past: lines of an old queue_log a second, from the file into the database.

Run ``python -m tests.bench.bench_import [--calls N] [--repeat N]``. The log is that of
``bench_queue_log``. Timed are, in this order and on one core's count of seconds (the CPU time of
every thread of the process): parsing and folding alone; the first run of ``callcenter reconcile``
as the command does it when no service runs, into an empty database; a second run, which finds
every call; and an import beside the live work, while a task asks the loop every 5 ms whether it
still answers and another commits a fact every 50 ms. Everything of an import is in the time:
reading, records, callers' numbers, sums, journal, rows, indexes, every commit. ``--repeat``: how
often each caller is in the log.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ami_bridge.queue_log_file import LogFiles
from callcenter.books import linker
from callcenter.bus.in_process import InProcessBus
from callcenter.cli.reconcile import ALONE, PAST_ALONE
from callcenter.directory.directory import EmbeddedDirectory
from callcenter.domain.facts import QueueSeen
from callcenter.services.engine import Engine
from callcenter.services.history import AT_ONCE as PAST_AT_ONCE
from callcenter.services.house_writer import HouseWriter
from callcenter.services.ledger import Ledger
from callcenter.services.projector import Projector
from callcenter.services.reconcile import AT_ONCE, Reconciliation, Report
from callcenter.settings import Settings, Site
from callcenter.store.call_log import SqlCallLog
from callcenter.store.customers import SqlCustomers
from callcenter.store.journal import SqlJournal
from callcenter.store.ledger_rows import SqlBooks
from callcenter.store.schema import open_database, upgrade
from callcenter.supervise import Tasks
from kpi.rules import Rules

from . import bench_queue_log
from .judging import Verdicts, quantile

TARGET = 100_000
"""Lines a second on one core, end to end (the issue's own number)."""
PACE_S = 0.005
STALL_MS = 50.0
"""How late the loop may be beside an import, p99."""
FACTS_S = 0.05
QUIET_S = 3.0
ACK_MS = 150.0
"""How long the commit of a live fact may take beside an import, p99: its own, and the transaction
of some hundred calls before it."""


class Clock:
    """The real one."""

    def wall_ms(self) -> int:
        return int(time.time() * 1_000)

    def monotonic(self) -> float:
        return time.monotonic()


class Spent:
    """CPU and wall seconds since it was made."""

    def __init__(self) -> None:
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def now(self) -> tuple[float, float]:
        return time.process_time() - self._cpu, time.perf_counter() - self._wall


def lines(calls: int, repeat: int) -> Iterator[str]:
    """The log of ``bench_queue_log`` with callers who come back: each ``repeat`` times or so."""
    chance = random.Random(11)
    callers = [f"+98912{n:07d}" for n in chance.sample(range(10**7), max(1, calls // repeat))]
    number = callers[0]
    for line in bench_queue_log.lines(calls):
        before, found, after = line.partition("|ENTERQUEUE||")
        if found:
            if "|vip|" not in before:
                number = chance.choice(callers)
            line = f"{before}{found}{number}|{after.partition('|')[2]}"
        yield line


class Measured(NamedTuple):
    """One run: what it found, CPU and wall seconds, how late the loop was and how long the facts
    of the live work waited for the journal, ms."""

    report: Report
    cpu: float
    wall: float
    late: list[float]
    acks: list[float]
    idle: tuple[list[float], list[float]]
    """Both while nothing was imported."""


async def run(url: str, path: Path, *, alone: bool) -> Measured:
    """One run of reconciliation, as the command does it ``alone`` or as the service does."""
    settings = Settings(site=Site(timezone="Asia/Tehran", region="IR"))
    database = await open_database(url)
    rules, clock = Rules(zone="Asia/Tehran"), Clock()
    call_log = SqlCallLog(database, rules)
    ledger, projector = Ledger(rules), Projector(call_log)
    engine = Engine(SqlJournal(database), ledger, clock, InProcessBus())
    engine.on_stored(projector.take)
    work = Reconciliation(
        "pbx1",
        SqlBooks(database),
        HouseWriter(engine, ledger, projector, forget=ledger.drop),
        zone="Asia/Tehran",
        now_ms=clock.wall_ms,
        link=linker(settings, EmbeddedDirectory(SqlCustomers(database), clock, "IR")),
        at_once=ALONE if alone else AT_ONCE,
        past_at_once=PAST_ALONE if alone else PAST_AT_ONCE,
    )
    late: list[float] = []
    acks: list[float] = []
    idle: tuple[list[float], list[float]] = ([], [])
    tasks = Tasks()
    if not alone:
        tasks.eternal("how late the loop is", _watched(late))
        tasks.eternal("how long a live fact waits", _committed(engine, acks))
        # The same with nothing beside it: on a busy machine that alone may be too late.
        await asyncio.sleep(QUIET_S)
        idle = (list(late), list(acks))
        late.clear()
        acks.clear()
    spent = Spent()
    report = await work.run(LogFiles(path, [path]), None, None)
    cpu, wall = spent.now()
    await tasks.stop()
    await database.close()
    return Measured(report, cpu, wall, late, acks, idle)


async def _watched(late: list[float]) -> None:
    while True:
        asked = time.perf_counter()
        await asyncio.sleep(PACE_S)
        late.append((time.perf_counter() - asked - PACE_S) * 1000)


async def _committed(engine: Engine, acks: list[float]) -> None:
    while True:
        await asyncio.sleep(FACTS_S)
        fact = QueueSeen(at=1, pbx="live", queue="support", strategy="ringall", service_level_s=20)
        asked = time.perf_counter()
        await engine.commit([fact])
        acks.append((time.perf_counter() - asked) * 1000)


def judged(verdicts: Verdicts, calls: int, repeat: int = 4) -> None:
    """Measures and prints."""
    verdicts.title(f"import of the past: {calls:,} calls, each caller {repeat} times")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "queue_log"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines(calls, repeat))
        seconds, count, _ = bench_queue_log.measured(path)
        bare = count / seconds
        print(f"   parse and fold alone        {bare:>10,.0f} lines/s of CPU")
        reached = _ends(f"sqlite:///{folder}/alone.db", path, count, bare, calls)
        verdicts.judge("lines/s of CPU end to end / 100,000", reached / TARGET, 1.0, at_least=True)
        url = f"sqlite:///{folder}/beside.db"
        asyncio.run(upgrade(url))
        beside = asyncio.run(run(url, path, alone=False))
        _told("beside the live work", count, bare, beside)
        verdicts.delays("the loop is late beside it by", beside.late)
        verdicts.delays("a live fact is committed within", beside.acks)
        for name, values, idle, limit in (
            ("p99 of the loop's delay, ms", beside.late, beside.idle[0], STALL_MS),
            ("p99 of a live fact's commit, ms", beside.acks, beside.idle[1], ACK_MS),
        ):
            before = quantile(idle, 0.99)
            busy = f"without an import it is {before:.0f} ms" if before > limit / 4 else ""
            verdicts.judge(name, quantile(values, 0.99), limit, not_judged=busy)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"   memory at most {grown:.0f} MB; load average {os.getloadavg()[0]:.2f}")


def main() -> int:
    """Measures and prints; 1 when a target is missed."""
    ask = argparse.ArgumentParser()
    ask.add_argument("--calls", type=int, default=150_000)
    ask.add_argument("--repeat", type=int, default=4)
    wanted = ask.parse_args()
    verdicts = Verdicts()
    judged(verdicts, wanted.calls, wanted.repeat)
    return int(bool(verdicts.missed))


def _ends(url: str, path: Path, count: int, bare: float, calls: int) -> float:
    asyncio.run(upgrade(url))
    first = asyncio.run(run(url, path, alone=True))
    made = first.report
    assert made.created == calls, f"{made.created} calls were made of {calls}"
    _told("end to end, first run", count, bare, first)
    second = asyncio.run(run(url, path, alone=True))
    again = second.report
    assert (again.created, again.facts, again.corrected) == (0, 0, made.corrected), again
    _told("end to end, second run", count, bare, second)
    return count / first.cpu


def _told(name: str, count: int, bare: float, done: Measured) -> None:
    report, cpu, wall = done.report, done.cpu, done.wall
    print(
        f"   {name:<27} {count / cpu:>10,.0f} lines/s of CPU ({count / cpu / bare:.2f} of parse "
        f"and fold), {count / wall:,.0f} lines/s of wall; {report.created:,} made, "
        f"{report.corrected - report.created:,} found again",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())

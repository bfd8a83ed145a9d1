"""Import of the past: lines of an old queue_log a second, from the file into the database.

Run ``python -m tests.bench.bench_import [--calls N] [--repeat N]``. The log is that of
``bench_queue_log``. Timed are, in this order and on one core's count of seconds (the CPU time of
every thread of the process): parsing and folding alone; the first run of ``callcenter reconcile``
as the command does it when no service runs, into an empty database; a second run, which finds
every call; and an import beside the live work, while a task asks the loop every 5 ms whether it
still answers. Everything of an import is in the time: reading, records, callers' numbers, sums,
journal, rows, indexes, every commit. ``--repeat``: how often each caller is in the log.
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

from ami_bridge.queue_log_file import LogFiles
from callcenter.books import linker
from callcenter.bus.in_process import InProcessBus
from callcenter.cli.reconcile import ALONE, PAST_ALONE
from callcenter.directory.directory import EmbeddedDirectory
from callcenter.services.engine import Engine
from callcenter.services.history import PORTION
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


async def run(url: str, path: Path, *, alone: bool) -> tuple[Report, float, float, list[float]]:
    """One run of reconciliation: what it found, CPU and wall seconds, how late the loop was."""
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
        past_at_once=PAST_ALONE if alone else PORTION,
    )
    late: list[float] = []
    tasks = Tasks()
    if not alone:
        tasks.eternal("how late the loop is", _watched(late))
    spent = Spent()
    report = await work.run(LogFiles(path, [path]), None, None)
    cpu, wall = spent.now()
    await tasks.stop()
    await database.close()
    return report, cpu, wall, late


async def _watched(late: list[float]) -> None:
    while True:
        asked = time.perf_counter()
        await asyncio.sleep(PACE_S)
        late.append((time.perf_counter() - asked - PACE_S) * 1000)


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
        report, cpu, wall, late = asyncio.run(run(url, path, alone=False))
        _told("beside the live work", count, bare, report, cpu, wall)
        verdicts.delays("the loop is late beside it by", late)
        verdicts.judge("p99 of the loop's delay, ms", quantile(late, 0.99), STALL_MS)
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
    report, cpu, wall, _ = asyncio.run(run(url, path, alone=True))
    assert report.created == calls, f"{report.created} calls were made of {calls}"
    _told("end to end, first run", count, bare, report, cpu, wall)
    again, cpu2, wall2, _ = asyncio.run(run(url, path, alone=True))
    assert (again.created, again.facts, again.corrected) == (0, 0, report.corrected), again
    _told("end to end, second run", count, bare, again, cpu2, wall2)
    return count / cpu


def _told(name: str, count: int, bare: float, report: Report, cpu: float, wall: float) -> None:
    print(
        f"   {name:<27} {count / cpu:>10,.0f} lines/s of CPU ({count / cpu / bare:.2f} of parse "
        f"and fold), {count / wall:,.0f} lines/s of wall; {report.created:,} made, "
        f"{report.corrected - report.created:,} found again",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())

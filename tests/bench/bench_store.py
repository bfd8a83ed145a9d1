"""Speed of the store as ratios: the row writer (T11) and the look-up among a million (T13).

Run ``python -m tests.bench.bench_store [--customers N] [--rounds N]``. Reference and subject are
interleaved; medians with min and max are printed. A reference that spreads by more than 2 makes
the run "too noisy", and nothing is judged.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from callcenter.directory.directory import EmbeddedDirectory
from callcenter.directory.numbers import normalise
from callcenter.domain.facts import CallEnded
from callcenter.domain.wire import dumps
from callcenter.store.customers import SqlCustomers
from callcenter.store.journal import SqlJournal
from callcenter.store.schema import open_database, upgrade

GROUP = 100
GROUPS = 60
LOOKS = 1_000


class Clock:
    """The real one."""

    def wall_ms(self) -> int:
        return int(time.time() * 1_000)

    def monotonic(self) -> float:
        return time.monotonic()


def told(name: str, values: Sequence[float], unit: str) -> str:
    """Median with its spread, for people."""
    middle = statistics.median(values)
    return f"{name:<44} {middle:>10.3f} {unit} ({min(values):.3f}-{max(values):.3f})"


def p99(values: Sequence[float]) -> float:
    """The value that one in a hundred exceeds."""
    return sorted(values)[int(len(values) * 0.99)]


class Verdict:
    """Collects what was reached; noisy references judge nothing."""

    def __init__(self) -> None:
        self.failed = False

    def say(self, name: str, ratio: float, limit: str, ok: bool, ref: Sequence[float]) -> None:
        """Prints one ratio against its limit."""
        noisy = max(ref) > 2 * min(ref)
        word = "too noisy" if noisy else "reached" if ok else "MISSED"
        self.failed |= not noisy and not ok
        print(f"{name:<44} {ratio:>10.2f} x  ({limit})  {word}")


def _facts(n: int) -> list[CallEnded]:
    return [
        CallEnded(at=i, pbx="pbx1", call=f"pbx1:{n}.{i}", ended_by="caller", outcome="answered")
        for i in range(GROUP)
    ]


def _fsyncs(folder: Path) -> list[float]:
    spent = []
    with (folder / "sync").open("wb", buffering=0) as file:
        for _ in range(200):
            file.write(b"x" * 4_096)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            spent.append(time.perf_counter() - began)
    return spent


async def writing(folder: Path, rounds: int, verdict: Verdict) -> None:
    """T11: rows a second by group commit, against the driver in a thread."""
    url = f"sqlite:///{folder}/journal.db"
    await upgrade(url)
    database = await open_database(url)
    journal = SqlJournal(database)
    thread = ThreadPoolExecutor(1)
    loop = asyncio.get_running_loop()
    bare = await loop.run_in_executor(thread, _bare, folder / "bare.db")
    reference, subject, acks = [], [], []
    last = 0
    for turn in range(rounds):
        rows: list[list[tuple[object, ...]]] = []
        for group in range(GROUPS):
            facts = _facts(turn * GROUPS + group)
            rows.append(
                [
                    (last + i + 1, f.at, f.pbx, "CallEnded", f.call, 1, dumps(f).decode())
                    for i, f in enumerate(facts)
                ]
            )
            last += len(facts)
        began = time.perf_counter()
        for group_rows in rows:
            await loop.run_in_executor(thread, _insert, bare, group_rows)
        reference.append(GROUPS * GROUP / (time.perf_counter() - began))
        groups = [_facts(turn * GROUPS + group) for group in range(GROUPS)]
        began = time.perf_counter()
        for facts in groups:
            asked = time.perf_counter()
            await journal.append(facts)
            acks.append(time.perf_counter() - asked)
        subject.append(GROUPS * GROUP / (time.perf_counter() - began))
    await loop.run_in_executor(thread, bare.close)
    thread.shutdown()
    await database.close()
    syncs = _fsyncs(folder)
    print(told("reference: sqlite3 in a thread, groups of 100", reference, "rows/s"))
    print(told("journal.append, groups of 100", subject, "rows/s"))
    ratio = statistics.median(subject) / statistics.median(reference)
    verdict.say("T11 journal / sqlite3 in a thread", ratio, ">= 0.3", ratio >= 0.3, reference)
    sync = statistics.median(syncs)
    late = p99(acks)
    print(f"fdatasync p50 {sync * 1e3:.3f} ms; ack p50 {statistics.median(acks) * 1e3:.2f} ms")
    limit = 0.005 + 20 * sync
    name = f"T11 ack p99 ({len(acks)} samples) / (5 ms + 20 fdatasync)"
    verdict.say(name, late / limit, "<= 1", late <= limit, reference)


def _bare(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(
        "CREATE TABLE journal (seq INTEGER PRIMARY KEY, at, pbx, kind, call, version, fact)"
    )
    connection.execute("CREATE INDEX journal_of_call ON journal (call, seq)")
    return connection


def _insert(connection: sqlite3.Connection, rows: list[tuple[object, ...]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO journal VALUES (?,?,?,?,?,?,?)", rows)
    connection.execute("COMMIT")


def _fill(path: Path, count: int) -> None:
    """A million customers with a number each, past our code: it is the reading that is measured."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.executemany(
            "INSERT INTO customers (id, name, code, tier, organisation, language, tags, fields,"
            " notes, created_at, updated_at) VALUES (?, ?, ?, 'gold', '', 'fa', '[\"vip\"]',"
            " '{\"visits\":3}', '', 1, 1)",
            ((n, f"Customer {n}", f"C{n}") for n in range(1, count + 1)),
        )
        connection.executemany(
            "INSERT INTO customer_numbers VALUES (?, 0, ?, ?, '', ?, 'IR', ?, ?)",
            (
                (
                    n,
                    f"0{9_100_000_000 + n}",
                    f"+98{9_100_000_000 + n}",
                    f"0{9_100_000_000 + n}",
                    str(9_100_000_000 + n),
                    str(9_100_000_000 + n)[::-1],
                )
                for n in range(1, count + 1)
            ),
        )
    connection.close()


async def looking_up(folder: Path, rounds: int, count: int, verdict: Verdict) -> None:
    """T13: a look-up that misses the cache and one that hits it, against sqlite3 inline."""
    url = f"sqlite:///{folder}/customers.db"
    await upgrade(url)
    _fill(folder / "customers.db", count)
    database = await open_database(url)
    bare = sqlite3.connect(folder / "customers.db", isolation_level=None)
    dice = random.Random(13)
    reference, missed, hit, slowest = [], [], [], []
    for _ in range(rounds):
        numbers = [
            normalise(f"+98{9_100_000_000 + dice.randint(1, count)}", "IR") for _ in range(LOOKS)
        ]
        reference.append(_inline(bare, [number.e164 for number in numbers]))
        directory = EmbeddedDirectory(SqlCustomers(database), Clock(), "IR")
        spent = []
        for number in numbers:
            began = time.perf_counter()
            found = await directory.look_up(number)
            spent.append(time.perf_counter() - began)
            assert len(found) == 1
        missed.append(statistics.median(spent) * 1e6)
        slowest += spent
        began = time.perf_counter()
        for number in numbers:
            await directory.look_up(number)
        hit.append((time.perf_counter() - began) / LOOKS * 1e6)
    bare.close()
    await database.close()
    print(told(f"reference: sqlite3 inline among {count:,}", reference, "us"))
    print(told("look_up, not in the cache", missed, "us"))
    print(told("look_up, in the cache", hit, "us"))
    ref = statistics.median(reference)
    miss_ratio, hit_ratio = statistics.median(missed) / ref, statistics.median(hit) / ref
    verdict.say("T13 miss / sqlite3 inline", miss_ratio, "<= 60", miss_ratio <= 60, reference)
    verdict.say("T13 hit / sqlite3 inline", hit_ratio, "<= 0.2", hit_ratio <= 0.2, reference)
    middle = statistics.median(missed) / 1_000
    verdict.say("T13 miss p50 in ms", middle, "<= 1", middle <= 1, reference)
    print(f"miss p99 {p99(slowest) * 1e3:.2f} ms ({len(slowest)} samples)")


def _inline(connection: sqlite3.Connection, numbers: Sequence[str]) -> float:
    spent = []
    for e164 in numbers:
        began = time.perf_counter()
        connection.execute(
            "SELECT c.* FROM customer_numbers n JOIN customers c ON c.id = n.customer_id"
            " WHERE n.e164 = ?",
            (e164,),
        ).fetchall()
        spent.append(time.perf_counter() - began)
    return statistics.median(spent) * 1e6


async def main(rounds: int, count: int) -> int:
    """Both benchmarks; 1 when a target is missed."""
    verdict = Verdict()
    print(f"load average before: {os.getloadavg()[0]:.2f}")
    with tempfile.TemporaryDirectory() as folder:
        await writing(Path(folder), rounds, verdict)
        await looking_up(Path(folder), rounds, count, verdict)
    print(f"load average after: {os.getloadavg()[0]:.2f}")
    return int(verdict.failed)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--customers", type=int, default=1_000_000)
    given = arguments.parse_args()
    sys.exit(asyncio.run(main(given.rounds, given.customers)))

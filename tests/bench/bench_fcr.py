"""What first-call resolution costs: a week of calls read from the store and compared.

The store is a real SQLite file. The figure is told per call and for the 460,000 calls that a
thousand agents have in a week of five days, and how long the loop was held while it was made: the
service makes it in the background, and waits fifty times as long as it took before the next.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from callcenter.domain.model import AgentRef, Caller, CallRecord, Conversation, Offer, Visit
from callcenter.store.call_log import SqlCallLog
from callcenter.store.engine import Database
from callcenter.store.schema import upgrade
from kpi import fcr
from kpi.rules import Rules

from .bench_roster import Heart
from .judging import Verdicts
from .service_process import resident_kb

WEEK_CALLS = 460_000
NOW = 1_795_400_000_000
CALLERS = 3
"""Calls for each customer."""
SARA = AgentRef("pbx1:PJSIP/1001", "سارا احمدی", "PJSIP/1001")
BATCH = 2_000
TIMES = 50
"""The service waits so many times as long as it took."""
STALL_MS = 15.0


def _call(number: int, calls: int) -> CallRecord:
    began = NOW - fcr.WINDOW_MS + number * (fcr.WINDOW_MS // calls)
    answered = began + 12_000
    offer = Offer(
        number=1, agent=SARA, at=began + 5_000, ended_at=answered, ring_ms=7_000, end="answered"
    )
    return CallRecord(
        id=f"pbx1:{began / 1000:.3f}.{number}",
        pbx="pbx1",
        uniqueid=f"{began / 1000:.3f}.{number}",
        linkedid=f"{began / 1000:.3f}.{number}",
        direction="inbound",
        caller=Caller(f"0912{number // CALLERS:07d}", f"+98912{number // CALLERS:07d}", "Sara"),
        line="600",
        started_at=began,
        customer_id=number // CALLERS if number % 4 else None,
        answered_at=answered,
        ended_at=answered + 180_000,
        ended_by="caller",
        outcome="answered",
        visits=[
            Visit(
                number=1,
                queue="support",
                entered_at=began,
                left_at=answered,
                wait_ms=12_000,
                end="answered",
                offers=[offer],
            )
        ],
        conversations=[
            Conversation(
                number=1,
                agent=SARA,
                joined_at=answered,
                queue="support",
                visit=1,
                parted_at=answered + 180_000,
                talk_ms=180_000,
                ended_by="caller",
            )
        ],
    )


async def _measure(calls: int, verdicts: Verdicts) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'callcenter.db'}"
        await upgrade(url)
        database = Database(url)
        log = SqlCallLog(database, Rules())
        for first in range(0, calls, BATCH):
            made = [_call(n, calls) for n in range(first, min(calls, first + BATCH))]
            await log.save("bench", first + 1, made, [], {})
        heart = Heart()
        beating = asyncio.get_running_loop().create_task(heart.beat())
        before, cpu, began = resident_kb(), time.process_time(), time.perf_counter()
        found = await log.fcr_calls(0, NOW + 1)
        read_s = time.process_time() - cpu
        await asyncio.sleep(0.01)
        reading_ms, reading_cpu_ms = heart.worst_ms, heart.worst_cpu_ms
        heart.worst_ms = heart.worst_cpu_ms = 0.0
        cpu = time.process_time()
        figure = await asyncio.to_thread(fcr.repeat, found, NOW - fcr.WINDOW_MS, NOW + 1, NOW)
        compared_s = time.process_time() - cpu
        await asyncio.sleep(0.01)
        wall_s = time.perf_counter() - began
        grown = resident_kb() - before
        beating.cancel()
        await database.close()
    if len(found) != calls or figure.ratio.denominator != calls:
        raise AssertionError(f"{len(found)} calls read, {figure.ratio.denominator} issues")
    each = (read_s + compared_s) / calls * 1e6
    whole = each * WEEK_CALLS / 1e6
    print(
        f"   {calls:,} calls: read {read_s / calls * 1e6:.1f} us each, compared "
        f"{compared_s / calls * 1e6:.1f} us each, {wall_s:.1f} s in all, {grown / 1024:.0f} MB\n"
        f"   for {WEEK_CALLS:,} calls: {whole:.1f} s of a core each {whole * TIMES:.0f} s "
        f"({100 / TIMES:.0f} % of it), {grown / calls * WEEK_CALLS / 1024:.0f} MB meanwhile\n"
        f"   longest stall while reading {reading_ms:.1f} ms (own work {reading_cpu_ms:.1f} ms),"
        f" while comparing {heart.worst_ms:.1f} ms"
    )
    verdicts.judge("FCR longest stall while reading, own work, ms", reading_cpu_ms, STALL_MS)


def run(verdicts: Verdicts, calls: int) -> None:
    """Prints what it costs."""
    verdicts.title("first-call resolution of a week")
    asyncio.run(_measure(calls, verdicts))

"""T8: from AMI bytes to the pop in the browser, through the real service, at 1,000 agents.

Three processes: the PBX (``pbx_load``), the service on SQLite with a directory of 100,000 customers
(``service_process``), and the browsers (``hub_load``), one signed-in agent each, which read their
own desk and their queues' figures, broadcast by the service. The delay of a pop is from when the
bytes that say "this phone rings" were due to its frame in the browser. Every call must pop, once.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from callcenter.store.schema import upgrade
from callcenter.store.users import digest

from .bench_hub import Browsers
from .bench_store import _fill
from .judging import Verdicts, quantile
from .pbx_load import CUSTOMERS

EVENTS_PER_S = 370.0
WARM_S = 6.0
IDLE_LIMIT_MS = 2.5
"""T7's idle p99 above which this machine is too slow for targets in ms (PERF.md)."""
LIMITS = (("p50", 0.5, 3.0), ("p99", 0.99, 10.0))
MAX_MS = 50.0
CPU_PERCENT = 10.0
"""Of a core, for each thousand agents (T16)."""


class Run(NamedTuple):
    """What one run gave: delays in ms after the warm-up, and what the service used."""

    delays: list[float]
    missing: int
    double: int
    late_ms: float
    cpu_share: float
    rss_mb: float
    frames_per_s: float
    use: dict[str, Any]


def _port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


async def _furnish(database: Path, agents: int) -> list[str]:
    """Customers, users and sessions, past our code: only reading them is measured."""
    await upgrade(f"sqlite:///{database}")
    _fill(database, CUSTOMERS)
    secrets = [f"{number:064x}" for number in range(1, agents + 1)]
    now = int(time.time() * 1000)
    with sqlite3.connect(database) as connection:
        connection.executemany(
            "INSERT INTO users (id, name, name_folded, role, password_hash, agent_id, lang, theme,"
            " disabled, created_at) VALUES (?, ?, ?, 'agent', 'x', ?, 'fa', '', 0, 0)",
            (
                (n, f"user{n}", f"user{n}", f"pbx1:PJSIP/{20000 + n - 1}")
                for n in range(1, agents + 1)
            ),
        )
        connection.executemany(
            "INSERT INTO sessions VALUES (?, ?, ?, ?, ?)",
            (
                (digest(secret), n, now, now + 36_000_000, now)
                for n, secret in enumerate(secrets, 1)
            ),
        )
    connection.close()
    return secrets


async def process(*arguments: str) -> Browsers:
    """A Python process that is told lines and answers with lines."""
    return Browsers(
        await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=64_000_000,
        )
    )


async def end_to_end(agents: int, seconds: float, events_per_s: float, profile: str = "") -> Run:
    """One run with everything fresh."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "callcenter.db"
        secrets = await _furnish(database, agents)
        pbx = await process("-m", "tests.bench.pbx_load", str(agents), str(events_per_s))
        ami_port = await pbx.answer()
        port = _port()
        service = await process(
            *("-m", "tests.bench.service_process", str(database), str(port), ami_port),
            *((profile,) if profile else ()),
        )
        await service.answer()
        await service.tell("ready")
        browsers = await process(str(Path(__file__).with_name("hub_load.py")))
        await browsers.tell(f"open hub {port} {agents} /ws " + " ".join(secrets))
        before = json.loads(await service.tell("use"))
        frames = json.loads(await browsers.tell("pops"))["frames"]
        began = time.monotonic()
        played = json.loads(await pbx.tell(f"play {seconds}"))
        await asyncio.sleep(1)
        spent = time.monotonic() - began
        after = json.loads(await service.tell("use"))
        told = json.loads(await browsers.tell("pops"))
        for each in (browsers, service, pbx):
            await each.end()
    arrived: dict[str, float] = {}
    double = 0
    for call, at in told["pops"]:
        double += call in arrived
        arrived.setdefault(call.partition(":")[2], at)
    first = min(played["due"].values()) + WARM_S
    due = played["due"]
    return Run(
        [(arrived[call] - at) * 1000 for call, at in due.items() if call in arrived and at > first],
        sum(call not in arrived for call in due),
        double,
        played["late_ms"],
        (after["cpu_s"] - before["cpu_s"]) / spent,
        after["rss_kb"] / 1024,
        (told["frames"] - frames) / spent / agents,
        after,
    )


def run(verdicts: Verdicts, agents: int, seconds: float, idle: list[float], profile: str) -> None:
    """Prints T8; ``idle`` are the p99 (ms) of T7's idle pops in this run."""
    verdicts.title(f"T8: from AMI bytes to the browser, {agents:,} agents, {seconds:.0f} s")
    done = asyncio.run(end_to_end(agents, seconds, EVENTS_PER_S, profile))
    verdicts.delays("AMI bytes due -> pop received", done.delays)
    use = done.use
    print(
        f"   {EVENTS_PER_S:.0f} events/s, {CUSTOMERS:,} customers; {done.frames_per_s:.2f} frames/s"
        f" to each browser; {done.missing} pops missing, {done.double} twice; the PBX wrote "
        f"{done.late_ms:.1f} ms late at worst\n"
        f"   the service: {done.cpu_share * 100:.0f} % of a core, {done.rss_mb:.0f} MB, "
        f"{use['facts']} facts, {use['orphans']} orphaned, {use['odd']} odd signals, "
        f"{use['lookups_failed']} look-ups failed, {use['waiting']} changes waiting "
        f"{use['why'] or ''}"
    )
    verdicts.judge(
        f"T16 the service's CPU at {EVENTS_PER_S:.0f} events/s, % of a core",
        done.cpu_share * 100,
        CPU_PERCENT * agents / 1000,
    )
    verdicts.judge("T8 pops missing or twice", done.missing + done.double, 0, timing=False)
    too_slow = ""
    if not idle:
        too_slow = "T7's idle p99 was not measured"
    elif quantile(idle, 0.5) > IDLE_LIMIT_MS:
        too_slow = f"T7's idle p99 is {quantile(idle, 0.5):.1f} ms, above {IDLE_LIMIT_MS} ms"
    few = "" if len(done.delays) >= 1000 else f"only {len(done.delays)} samples"
    for name, part, limit in LIMITS:
        why = too_slow or (few if name == "p99" else "")
        verdicts.judge(f"T8 {name} in ms", quantile(done.delays, part), limit, not_judged=why)
    verdicts.judge("T8 max in ms", max(done.delays), MAX_MS, not_judged=too_slow)
    if idle:
        ratio = quantile(done.delays, 0.99) / quantile(idle, 0.5)
        verdicts.judge("T8 p99 / T7 idle p99", ratio, 8.0, ref=idle, not_judged=few)

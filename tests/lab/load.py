"""Load on a real Asterisk, and the product's sums against queue_log's own.

``python -m tests.lab.load [--seconds 180] [--rate 20] [--seed 1]`` makes calls through Local
channels with random outcomes (answered, given up, by key, timed out, rung in vain), cuts AMI twice
in between, waits until all is over and compares: offered, answered, abandoned, timed out and by
key of every queue must be equal, the answered within 20 s and each agent's talk equal but for the
whole seconds in which queue_log counts, and no call unexplained.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from .ami import AmiError
from .conf import LOAD_QUEUES
from .lab import Lab
from .product import Product
from .truth import who

AGENTS = {0: 80, 1: 30, 2: 4, 3: 0}
"""Agents of each queue: plenty, enough, too few, none."""
SHARES = (60, 25, 10, 5)
"""Of a hundred callers, how many call each queue."""
CUTS = ((1 / 3, 2.0), (2 / 3, 4.0))
"""When AMI is cut, as a share of the whole, and for how many seconds."""
T_S = 20
ENDS = {
    "CONNECT": "answered",
    "ABANDON": "abandoned",
    "EXITWITHTIMEOUT": "timed_out",
    "EXITWITHKEY": "key",
}
SETTLE_S = 90
"""After the last call: until reconciliation (15 s after a gap) has told the last one."""


class Sums(Struct):
    """What one witness says: counts by (queue, what), and talk seconds and calls by agent."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    talk_s: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    recorded: Counter[tuple[str, str]] = field(default_factory=Counter)
    """The product's once more, visit by visit from its calls."""
    borderline: Counter[str] = field(default_factory=Counter)
    """By queue: answered after a wait that rounding may put on either side of T."""


def of_log(text: str) -> Sums:
    """Asterisk's own sums: its lines, counted one by one."""
    sums = Sums()
    for line in text.splitlines():
        _, _, queue, agent, event, *params = line.split("|")
        if event == "ENTERQUEUE":
            sums.counts[queue, "offered"] += 1
        elif event in ENDS:
            sums.counts[queue, ENDS[event]] += 1
        if event == "CONNECT":
            sums.counts[queue, "answered_in_t"] += int(params[0]) <= T_S
            sums.borderline[queue] += abs(int(params[0]) - T_S) <= 1
        elif event.startswith("COMPLETE"):
            number = agent.removeprefix("Agent ")
            sums.talk_s[number] += int(params[1])
            sums.calls[number] += 1
    return sums


def of_product(product: Product, calls: list[dict[str, Any]]) -> Sums:
    """The product's: its sums of intervals by queue, its calls by agent."""
    sums = Sums()
    for queue, counters in product.rows("SELECT id, counters FROM kpi_cells WHERE scope='queue'"):
        told = json.loads(counters)
        ends = ("answered", "abandoned", "timed_out", "key", "emptied", "withdrawn", "system")
        for what in ("answered", "abandoned", "timed_out", "key", "answered_in_t"):
            sums.counts[queue, what] += told.get(what, 0)
        sums.counts[queue, "offered"] += sum(told.get(end, 0) for end in (*ends, "unknown"))
    for call in calls:
        for visit in call["visits"]:
            sums.recorded[visit["queue"], str(visit["end"])] += 1
        for talk in call["conversations"]:
            number = who(talk["agent"])
            sums.talk_s[number] += (talk["talk_ms"] or 0) / 1000
            sums.calls[number] += 1
    return sums


def differences(ours: Sums, theirs: Sums) -> list[str]:
    """Where the sums are not equal, as sentences."""
    wrong: list[str] = []
    for number in range(LOAD_QUEUES):
        queue = f"load{number}"
        for what in ("offered", "answered", "abandoned", "timed_out", "key"):
            one, other = ours.counts[queue, what], theirs.counts[queue, what]
            if one != other:
                wrong.append(f"{queue} {what}: {one}, queue_log says {other}")
            if what != "offered" and ours.recorded and one != ours.recorded[queue, what]:
                recorded = ours.recorded[queue, what]
                wrong.append(f"{queue} {what}: {one} in the sums, {recorded} in the calls")
        one, other = ours.counts[queue, "answered_in_t"], theirs.counts[queue, "answered_in_t"]
        if abs(one - other) > theirs.borderline[queue]:
            wrong.append(f"{queue} answered within {T_S} s: {one}, queue_log says {other}")
    for agent in sorted({*ours.calls, *theirs.calls}):
        if ours.calls[agent] != theirs.calls[agent]:
            wrong.append(
                f"{agent}: {ours.calls[agent]} talks, queue_log says {theirs.calls[agent]}"
            )
        elif abs(ours.talk_s[agent] - theirs.talk_s[agent]) > ours.calls[agent]:
            wrong.append(
                f"{agent}: {ours.talk_s[agent]:.1f} s of talk in {ours.calls[agent]} calls, "
                f"queue_log says {theirs.talk_s[agent]} s"
            )
    return wrong


class Result(Struct):
    """What a run came to."""

    calls: int
    failed: int
    seconds: float
    slowest_s: float
    ours: Sums
    theirs: Sums
    wrong: list[str]
    said: str
    unexplained: list[str]
    open: int


async def staff(lab: Lab, dice: random.Random) -> None:
    """Signs the agents in; each has his own ring and talk times, and some never answer."""
    number = 1000
    for queue, count in AGENTS.items():
        for _ in range(count):
            number += 1
            ring = -1 if dice.random() < 0.05 else dice.choice((0, 0, 1))
            for name, value in (("RING", ring), ("TALK", dice.choice((1, 1, 2, 3)))):
                await lab.ami.action("Setvar", Variable=f"{name}_{number}", Value=value)
            await lab.ami.action(
                "QueueAdd",
                Queue=f"load{queue}",
                Interface=f"Local/{number}@agents/n",
                MemberName=f"Agent {number}",
            )


def script(dice: random.Random) -> str:
    """What a caller does: stays until he is served, gives up soon or later, presses a key."""
    drawn = dice.random()
    if drawn < 0.75:
        return "stay-60"
    if drawn < 0.92:
        return f"stay-{dice.choice((1, 1, 2, 3, 5))}"
    return f"key-1-{dice.choice((1, 2))}"


async def callers(lab: Lab, dice: random.Random, rate: float, seconds: float) -> int:
    """Calls ``rate`` times a second for ``seconds``; the number that Asterisk refused to make."""
    begun = time.monotonic()
    refused = 0
    asked: set[asyncio.Task[None]] = set()

    async def one(number: int) -> None:
        nonlocal refused
        queue = dice.choices(range(LOAD_QUEUES), SHARES)[0]
        try:
            await lab.ami.action(
                "Originate",
                Channel=f"Local/{script(dice)}@callers/n",
                Context="from-trunk",
                Exten=f"+9821910090{queue}",
                Priority=1,
                CallerID=f"<+98913{number:07d}>",
                Async="true",
            )
        except AmiError:
            refused += 1

    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
        task = asyncio.create_task(one(number))
        asked.add(task)
        task.add_done_callback(asked.discard)
    await asyncio.gather(*asked)
    return refused


async def cuts(lab: Lab, seconds: float) -> None:
    """Cuts AMI while the load runs."""
    begun = time.monotonic()
    for share, lasts_s in CUTS:
        await asyncio.sleep(max(0.0, begun + share * seconds - time.monotonic()))
        await lab.proxy.cut()
        await asyncio.sleep(lasts_s)
        await lab.proxy.restore()


async def slowest(product: Product, worst: list[float]) -> None:
    """Asks for the board once a second; the longest answer stands in ``worst`` (seconds)."""
    while True:
        asked = time.monotonic()
        await product.live()
        worst[0] = max(worst[0], time.monotonic() - asked)
        await asyncio.sleep(1)


async def run(folder: Path, *, rate: float, seconds: float, seed: int) -> Result:
    """One run, from an empty lab to the comparison."""
    dice = random.Random(seed)
    async with Lab(sites=0) as lab:
        product = Product(lab, folder, queue_log=True)
        await product.start()
        worst = [0.0]
        watch = asyncio.create_task(slowest(product, worst))
        try:
            await staff(lab, dice)
            begun = time.monotonic()
            failed, _ = await asyncio.gather(callers(lab, dice, rate, seconds), cuts(lab, seconds))
            await _quiet(lab)
            took = time.monotonic() - begun
            said, ours, theirs, wrong, left = await _settled(lab, product)
            listed = [
                f"{call}: {'; '.join(json.loads(why))}"
                for call, why in product.rows("SELECT call_id, why FROM ledger_calls")
            ]
            total = int(rate * seconds)
            return Result(total, failed, took, worst[0], ours, theirs, wrong, said, listed, left)
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
            await product.stop()


async def _quiet(lab: Lab) -> None:
    """Waits until no channel is left."""
    while len(await lab.ami.action("CoreShowChannels")) > 2:
        await asyncio.sleep(0.5)


async def _settled(lab: Lab, product: Product) -> tuple[str, Sums, Sums, list[str], int]:
    """Compares until it is right, or time is up: what waited for reconciliation comes by itself."""
    until = time.monotonic() + SETTLE_S
    theirs = of_log(lab.asterisk.queue_log.read_text(encoding="utf-8"))
    while True:
        calls = await product.calls()
        ours = of_product(product, calls)
        wrong = differences(ours, theirs)
        if not wrong or time.monotonic() > until:
            break
        await asyncio.sleep(2)
    said = await product.command("reconcile")
    left = sum(call["ended_at"] is None for call in calls)
    return said, ours, theirs, wrong, left


def printed(result: Result) -> None:
    """The figures, for people."""
    print(f"{result.calls} calls, {result.failed} refused, over after {result.seconds:.0f} s")
    print(f"slowest answer of the board: {result.slowest_s * 1000:.0f} ms")
    for number in range(LOAD_QUEUES):
        queue = f"load{number}"
        names = ("offered", "answered", "answered_in_t", "abandoned", "timed_out", "key")
        told = ", ".join(
            f"{name} {result.ours.counts[queue, name]}/{result.theirs.counts[queue, name]}"
            for name in names
        )
        print(f"{queue} (ours/queue_log): {told}")
    talked = sum(result.ours.talk_s.values())
    logged = sum(result.theirs.talk_s.values())
    print(f"talk: {talked:.0f} s, queue_log {logged:.0f} s, of {len(result.ours.calls)} agents")
    print(result.said)
    for text in (*result.wrong, *result.unexplained[:20]):
        print(f"WRONG {text}")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--rate", type=float, default=20, help="calls a second")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = run(Path(folder), rate=asked.rate, seconds=asked.seconds, seed=asked.seed)
        result = asyncio.run(made)
    printed(result)
    return 1 if result.wrong or result.unexplained or result.open else 0


if __name__ == "__main__":
    sys.exit(main())

"""Whether memory stays within bounds: up to a million calls through the pipeline.

``python -m tests.bench --memory [CALLS]``. The stream's time runs on as in life: 35,000 calls a
day, as a thousand agents have, so a million take a month, midnights included; a call is forgotten
ten minutes after its end. What grows from step to step is then kept for ever by something. Nobody
files a disposition: every desk keeps as many cards as it may, and has them after some two days,
which is within the hundred thousand calls that are not judged.

Most calls are of the shortest stories of each kind, each twentieth of all stories in turn, and
events that the service does not read are left out: it is memory that is looked at, not speed.
"""

from __future__ import annotations

import asyncio
import gc
import time
from itertools import cycle
from statistics import median

from msgspec import Struct

from ami_bridge.feed import HEARD
from callcenter import collector

from .house import START_S, House
from .judging import Verdicts
from .service_process import resident_kb
from .traffic import Story, stories, traffic

CALLS = 400_000
STEP = 100_000
FIRST = 10_000
CHUNK_S = 0.5
EVERY_S = 2.5
ROLL_S = 30.0
LEAST_STEPS = 4
GROWTH = 1.05
"""What the later half of the steps may have over the earlier half, each by its median: how many
objects there are in one moment depends on the calls of that moment."""
SHORT = (
    "answered_agent_hangup",
    "abandon_nobody_rung",
    "answered_caller_hangup",
    "queue_timeout",
    "outbound_no_answer",
    "exit_key_voicemail",
    "direct_given_up",
    "ivr_hangup",
)


class Step(Struct, frozen=True):
    """What there was after so many calls."""

    calls: int
    rss_kb: int
    objects: int


def _told() -> list[Story]:
    """Nineteen short stories and one of all, and so on until all were there."""
    every = {
        story.name: story._replace(events=[e for e in story.events if _name(e[1]) in HEARD])
        for story in stories()
    }
    short = cycle(every[name] for name in SHORT)
    told = []
    for story in every.values():
        told += [next(short) for _ in range(19)]
        told.append(story)
    return told


def _name(text: str) -> str:
    return text.partition("\r\n")[0].removeprefix("Event: ")


async def grow(calls: int, step: int = STEP) -> list[Step]:
    """Feeds at least ``calls`` calls; what there is at each step, printed as it goes."""
    house = House()
    house.start()
    await asyncio.sleep(0)
    seen: list[Step] = []
    until, rolled, next_step = CHUNK_S, 0.0, FIRST
    waiting = bytearray()
    began = time.monotonic()
    for at_s, data in traffic(_told(), START_S, every_s=EVERY_S):
        if at_s > until:
            house.feed(bytes(waiting), START_S + until)
            await house.settle()
            waiting.clear()
            until = at_s + CHUNK_S
            if at_s - rolled > ROLL_S:
                rolled = at_s
                house.figures.roll(house.clock.wall_ms())
                house.live.step()
            begun = house.rows.kinds["CallStarted"]
            if begun >= next_step:
                seen.append(_step(begun, house, at_s, time.monotonic() - began))
                next_step = (begun // step + 1) * step
            if begun >= calls:
                break
        waiting += data
    await house.stop()
    return seen


def _step(begun: int, house: House, at_s: float, took_s: float) -> Step:
    gc.collect()
    step = Step(begun, resident_kb(), len(gc.get_objects()))
    print(
        f"   {begun:>9,} calls  {step.rss_kb / 1024:7.1f} MB  {step.objects:>9,} objects  "
        f"{len(house.ledger.in_memory())} records, {len(house.callers._known)} callers, "
        f"{len(house.switchboard.scene.legs)} legs, {len(house.board.agents)} agents, "
        f"day {at_s / 86_400:.2f}  ({took_s:.0f} s)",
        flush=True,
    )
    return step


def run(verdicts: Verdicts, calls: int) -> None:
    """Prints and judges the growth after the first hundred thousand calls."""
    verdicts.title(f"memory over {calls:,} calls")
    collector.calm()
    seen = asyncio.run(grow(calls))
    settled = [step for step in seen if step.calls >= STEP]
    if len(settled) < LEAST_STEPS:
        verdicts.unjudged.append("memory")
        print(
            f"   not judged: it takes {LEAST_STEPS} steps of {STEP:,} calls to say whether it grows"
        )
        return
    early, late = settled[: len(settled) // 2], settled[len(settled) // 2 :]
    since = f"{early[0].calls:,} to {early[-1].calls:,} calls, and later"
    for what, growth in (
        ("resident memory", median(s.rss_kb for s in late) / median(s.rss_kb for s in early)),
        ("objects", median(s.objects for s in late) / median(s.objects for s in early)),
    ):
        verdicts.judge(f"{what}, {since}", growth, GROWTH, timing=False)

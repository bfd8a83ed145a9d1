"""Whether memory stays within bounds: hundreds of thousands of calls through the pipeline.

``python -m tests.bench --memory CALLS``. The stream's time runs on as in life (a call is forgotten
ten minutes after its end), so what grows from step to step is kept for ever by something. Nobody
files a disposition: every desk keeps as many cards as it may.
"""

from __future__ import annotations

import asyncio
import gc
import time

from .house import START_S, House
from .service_process import resident_kb
from .traffic import stories, traffic

STEP = 50_000
CHUNK_S = 0.5
ROLL_S = 30.0


async def grow(calls: int, step: int = STEP) -> list[tuple[int, int]]:
    """Feeds at least ``calls`` calls; (calls begun, RSS in kB) at each step, printed as it goes."""
    house = House()
    house.start()
    await asyncio.sleep(0)
    seen: list[tuple[int, int]] = []
    until, rolled, next_step = CHUNK_S, 0.0, step // 5
    waiting = bytearray()
    began = time.monotonic()
    for at_s, data in traffic(stories(), START_S):
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
                gc.collect()
                seen.append((begun, resident_kb()))
                print(
                    f"   {begun:>8} calls  {seen[-1][1] / 1024:7.1f} MB  "
                    f"{len(house.ledger.in_memory())} records, {len(house.callers._known)} callers,"
                    f" {len(house.switchboard.scene.legs)} legs, "
                    f"{len(house.board.agents)} agents  ({time.monotonic() - began:.0f} s)",
                    flush=True,
                )
                next_step = step // 5 if not seen else (begun // step + 1) * step
            if begun >= calls:
                break
        waiting += data
    await house.stop()
    return seen


def run(calls: int) -> int:
    """Prints the growth; 1 when a later step took more than 20 % above an earlier one."""
    seen = asyncio.run(grow(calls))
    if len(seen) < 3:
        print("   too few steps to say whether memory grows")
        return 0
    growth = seen[-1][1] / seen[1][1]
    print(f"   from {seen[1][0]} to {seen[-1][0]} calls: {growth:.2f} x")
    return int(growth > 1.2)

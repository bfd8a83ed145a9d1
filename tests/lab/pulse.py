"""Whether the lab itself kept going: phones that stand still are no witnesses.

All phones of a lab live in one event loop. When the machine does not let it run for some seconds
(everything else on it has its turn), phones neither answer the PBX's question whether they are
there, and count as unreachable for the next half minute, nor pick up before the queue tries the
next one. Then a story fails, or its clocks are wrong, and neither Asterisk nor the product is to
blame. So the loop takes its own pulse, and a story during which it stood still is no measurement.
"""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress

EVERY_S = 0.1
STILL_S = 1.0
"""A standstill this long is noted; what a story measures may be wrong by a little more."""


NICENESS = -10


def served_first() -> None:
    """Has this thread, and what it starts from now on, served before the rest of the machine.

    Debian starts Asterisk with real-time priority, and phones have processors of their own; here
    both share two cores with browsers. Where that is not allowed, all are served alike.
    """
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)


def run_first(loop: asyncio.AbstractEventLoop) -> None:
    """The whole work of a thread: this event loop, served first."""
    served_first()
    loop.run_forever()


class Pulse:
    """Notes when the running event loop did not come to its turn."""

    def __init__(self) -> None:
        self._stood: list[tuple[float, float]] = []
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to listen."""
        self._task = asyncio.create_task(self._beat())

    async def stop(self) -> None:
        """Ends that."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def stood_still(self, since: float) -> float:
        """The longest standstill that ended after ``since`` (epoch s), in seconds; 0 if none."""
        return max((long for ended, long in self._stood if ended >= since), default=0.0)

    async def _beat(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(EVERY_S)
            late = time.monotonic() - before - EVERY_S
            if late >= STILL_S:
                self._stood.append((time.time(), late))

"""The clock that the fake PBX lives by, handed in so that a test can be its own clock."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Wall time and a way to let it pass."""

    def now(self) -> int:
        """Epoch milliseconds UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Returns after that many seconds of this clock."""
        ...


class WallClock:
    """The real one."""

    def now(self) -> int:
        """Epoch milliseconds UTC."""
        return time.time_ns() // 1_000_000

    async def sleep(self, seconds: float) -> None:
        """Sleeps."""
        await asyncio.sleep(seconds)

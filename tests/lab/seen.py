"""What a phone has seen of one call, on its own clock, and waiting for it.

Times are epoch seconds (``t_*``), None while they have not come. ``ended_by`` is ``here`` (this
phone hung up, refused or gave up) or ``there``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Self


class Seen:
    """The instants of one call; ``name`` is whose phone saw them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.code = 0
        self.final = False
        self.ended_by = ""
        self.t_start = time.time()
        self.t_ring: float | None = None
        self.t_answer: float | None = None
        self.t_end: float | None = None
        self.holds: list[list[float]] = []
        self._changed = asyncio.Event()

    def rings(self) -> None:
        """The phone rings (or the far one does)."""
        if self.t_ring is None:
            self.t_ring = time.time()
            self._tell()

    def talks(self) -> None:
        """Somebody has answered."""
        if self.t_answer is None:
            self.t_answer = time.time()
            self._tell()

    def ended(self, by: str) -> None:
        """The call is over."""
        if self.final:
            return
        self.final = True
        self.ended_by = by
        self.t_end = time.time()
        for hold in self.holds:
            if len(hold) == 1:
                hold.append(self.t_end)
        self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _until(self, done: Callable[[], object], seconds: float, what: str) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not done():
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"{self._name}: not {what} within {seconds} s") from None

    async def answered(self, seconds: float = 30) -> Self:
        """Waits until somebody talks; fails if the call ends before."""
        await self._until(lambda: self.t_answer or self.final, seconds, "answered")
        assert self.t_answer is not None, f"{self._name}: ended with {self.code}, not answered"
        return self

    async def ringing(self, seconds: float = 10) -> Self:
        """Waits until it rings."""
        await self._until(lambda: self.t_ring or self.final, seconds, "ringing")
        return self

    async def finished(self, seconds: float = 60) -> Self:
        """Waits until it is over."""
        await self._until(lambda: self.final, seconds, "over")
        return self

    async def over(self, seconds: float) -> None:
        """Waits ``seconds``, or until the call ends, whichever comes first."""
        with suppress(AssertionError):
            await self._until(lambda: self.final, seconds, "over")

    @property
    def talk(self) -> float:
        """Seconds from answer to end, 0 when never answered."""
        return (self.t_end or time.time()) - self.t_answer if self.t_answer else 0.0

    @property
    def ring(self) -> float:
        """Seconds it rang."""
        end = self.t_answer or self.t_end or time.time()
        return end - self.t_ring if self.t_ring else 0.0

    @property
    def hold_time(self) -> float:
        """Seconds on hold, by this phone's own keys."""
        return sum(hold[1] - hold[0] for hold in self.holds if len(hold) == 2)

"""First-call resolution, computed anew from the call log from time to time."""

from __future__ import annotations

import asyncio
import logging

from callcenter.ports.clock import Clock
from callcenter.ports.directory import Directory
from callcenter.ports.errors import StoreUnavailable
from kpi import fcr

from .callers import Callers
from .figures import LiveFigures
from .ports_call_log import CallLog

log = logging.getLogger(__name__)

EVERY_S = 30.0


class Resolving:
    """What the live figures need of the stored calls, and the cards of the customers' fields."""

    def __init__(
        self,
        figures: LiveFigures,
        callers: Callers,
        directory: Directory,
        call_log: CallLog,
        clock: Clock,
    ) -> None:
        self._figures = figures
        self._callers = callers
        self._directory = directory
        self._call_log = call_log
        self._clock = clock

    async def run(self, every_s: float = EVERY_S) -> None:
        """Eternal: computes it every so many seconds, or less often where that takes long.

        A store that is away is asked again, and until then the last figure stands.
        """
        while True:
            began = self._clock.monotonic()
            try:
                await self.once()
            except StoreUnavailable as error:
                log.warning("first-call resolution could not be computed: %s", error.sentence)
            took = self._clock.monotonic() - began
            await asyncio.sleep(max(every_s, took * 50))

    async def once(self) -> None:
        """Computes it now. Raises ``StoreUnavailable``."""
        now = self._clock.wall_ms()
        self._callers.field_kinds = await self._directory.field_kinds()
        calls = await self._call_log.fcr_calls(now - fcr.WINDOW_MS - fcr.RESUMED_MS, now + 1)
        await asyncio.to_thread(self._figures.resolution, calls, now)

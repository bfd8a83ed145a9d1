"""The flight recorder: what one PBX said, kept for a while, an hour to a file.

Each hour has its own trace (``NAME-20261122T19.jsonl``, hours UTC); the hour before it is
compressed, and what is older than may be kept is deleted. Numbers and names are replaced on
request, consistently within one run of the service, by a key that nobody keeps.
"""

from __future__ import annotations

import asyncio
import gzip
import logging
import secrets
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from .protocol import Message
from .scrub import Scrubber
from .trace import Recorder

log = logging.getLogger(__name__)

FLUSH_S = 1.0
HOUR_S = 3600


class FlightRecorder:
    """Keeps the stream of one link. ``keep_s`` seconds; ``wall_s`` gives epoch seconds UTC."""

    def __init__(
        self, name: str, folder: Path, keep_s: int, scrub: bool, wall_s: Callable[[], float]
    ) -> None:
        self._name = name
        self._folder = folder
        self._keep_s = keep_s
        self._wall_s = wall_s
        self._scrubber = Scrubber(secrets.token_bytes(32)) if scrub else None
        self._hour = -1
        self._recorder: Recorder | None = None
        self.lost = 0

    def record(self, message: Message, wall_s: float) -> None:
        """Notes a message; to be a listener of the link. Never waits or raises.

        Before ``run`` had its turn, too: the roster comes right after the login.
        """
        self._page().record(message, wall_s)

    async def run(self) -> None:
        """Eternal: writes, and turns the page with the hour. A full disk is warned of."""
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        try:
            await self._tidy_or_warn()
            while True:
                hour = self._this_hour()
                if hour != self._hour:
                    await self._turn(hour)
                await asyncio.sleep(FLUSH_S)
                await self._flush(self._page())
        finally:
            await self._flush(self._page())

    def _this_hour(self) -> int:
        return int(self._wall_s()) // HOUR_S

    def _page(self) -> Recorder:
        return self._recorder or self._begin(self._this_hour())

    def _begin(self, hour: int) -> Recorder:
        """A page for this hour; nothing is written yet."""
        self._hour = hour
        self._recorder = Recorder(self._path(hour), self._scrubber)
        return self._recorder

    def _path(self, hour: int) -> Path:
        began = datetime.fromtimestamp(hour * HOUR_S, UTC)
        return self._folder / f"{self._name}-{began:%Y%m%dT%H}.jsonl"

    async def _flush(self, recorder: Recorder) -> None:
        try:
            await recorder.flush()
        except OSError as error:
            log.warning("the flight recorder of %s cannot write: %s", self._name, error)

    async def _turn(self, hour: int) -> None:
        full = self._recorder
        # First the new page: what is said while the old one is written belongs there.
        self._begin(hour)
        if full is not None:
            await self._flush(full)
            self.lost += full.counters.lost + full.waiting
        await self._tidy_or_warn()

    async def _tidy_or_warn(self) -> None:
        try:
            await asyncio.to_thread(self._tidy, self._path(self._hour))
        except OSError as error:
            log.warning("old traces of %s cannot be tidied: %s", self._name, error)

    def _tidy(self, current: Path) -> None:
        oldest = self._wall_s() - self._keep_s
        for path in sorted(self._folder.glob(f"{self._name}-*.jsonl*")):
            if path.stat().st_mtime < oldest:
                path.unlink()
            elif path.suffix == ".jsonl" and path != current:
                packed = path.with_name(path.name + ".gz")
                with path.open("rb") as plain, gzip.open(packed, "wb") as small:
                    shutil.copyfileobj(plain, small)
                path.unlink()

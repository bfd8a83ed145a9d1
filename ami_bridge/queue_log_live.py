"""The queue_log of a running PBX: calls a few seconds after their last line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

from callcenter.domain.logged import LoggedCall

from .queue_log_tail import POLL_S, Place, Tail
from .queue_log_visits import VisitFold

QUIET_S = 3
"""A call that is over comes out this long after its last line."""


class LiveLog:
    """The port ``GrowingLog`` over a tail. ``wall_s`` gives epoch seconds by the PBX's clock."""

    def __init__(self, path: Path, wall_s: Callable[[], float], poll_s: float = POLL_S) -> None:
        self._path = path
        self._wall_s = wall_s
        self._poll_s = poll_s
        self.tail = Tail(path)
        self.fold = VisitFold(quiet_s=QUIET_S)

    async def calls(
        self, place: tuple[int, int, str] | None
    ) -> AsyncGenerator[tuple[list[LoggedCall], tuple[int, int, str]], None]:
        """Eternal: calls that are over, and the place behind their lines.

        It begins at ``place``; without one at the end of the file, for what was before is history.
        A place may come without calls.
        """
        known = None if place is None else Place(*place)
        self.tail = Tail(self._path, known, from_end=True)
        while True:
            moved, calls = await asyncio.to_thread(self._step)
            if moved or calls:
                now = self.tail.place
                yield calls, (now.inode, now.offset, now.mark)
            if not moved:
                await asyncio.sleep(self._poll_s)

    def _step(self) -> tuple[bool, list[LoggedCall]]:
        piece = self.tail.read()
        self.fold.texts(piece.lines)
        # On a quiet PBX no line moves the log's time on.
        self.fold.now_s = max(self.fold.now_s, int(self._wall_s()))
        return bool(piece.lines), self.fold.ready()

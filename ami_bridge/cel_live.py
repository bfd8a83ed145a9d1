"""The CEL of a running PBX, from its file or its table: channels that are gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from callcenter.domain.hung_up import LegEnd
from callcenter.ports.log_tables import LogTable, Row
from callcenter.services.ports_cel import Place

from .cel import CelFold
from .log_table_tail import TableTail, Trouble, pause_s
from .queue_log_table import AGAIN_S, place_of, stand_of
from .queue_log_tail import POLL_S, Tail
from .queue_log_tail import Place as FilePlace


class CelFile:
    """The port ``EndedLegs`` over cel-custom/Master.csv. ``zone``: of times without one."""

    def __init__(self, path: Path, zone: str, poll_s: float = POLL_S) -> None:
        self._path = path
        self._poll_s = poll_s
        self._zone = zone
        self.fold = CelFold(zone)
        self.tail = Tail(path)

    async def ends(self, place: Place | None) -> AsyncIterator[tuple[list[LegEnd], Place]]:
        """Eternal: see the port. Without a place it begins at the end of the file."""
        # What was stored of a table says nothing of a file.
        known = None if place is None or stand_of(place) else FilePlace(*place)
        self.tail = Tail(self._path, known, from_end=True)
        self.fold = CelFold(self._zone)
        while True:
            piece = await asyncio.to_thread(self.tail.read)
            ends = self.fold.texts(piece.lines)
            yield ends, (piece.place.inode, piece.place.offset, piece.place.mark)
            if not piece.lines:
                await asyncio.sleep(self._poll_s)


class CelTable:
    """The port ``EndedLegs`` over a table. ``trouble`` says why it cannot be read."""

    def __init__(
        self, table: LogTable, zone: str, wall_s: Callable[[], float], poll_s: float = POLL_S
    ) -> None:
        self._table = table
        self._zone = zone
        self._wall_s = wall_s
        self._poll_s = poll_s
        self.fold = CelFold(zone)
        self.trouble = Trouble()

    async def ends(self, place: Place | None) -> AsyncIterator[tuple[list[LegEnd], Place]]:
        """Eternal: see the port. Without a place it begins behind what is there."""
        tail = TableTail(self._table, self._wall_s, stand_of(place))
        self.fold = CelFold(self._zone)
        try:
            while True:
                rows: list[Row] = []
                began_s = self._wall_s()
                try:
                    rows, _ = await tail.read()
                    self.trouble.now(None)
                except OSError as error:
                    self.trouble.now(error)
                    await asyncio.sleep(AGAIN_S)
                yield self.fold.table(rows), place_of(tail.stand)
                if not rows:
                    await asyncio.sleep(pause_s(self._poll_s, self._wall_s() - began_s))
        finally:
            await self._table.close()

"""queue_log in a table: as a book for any past time, and its end as it grows.

The same two ports as over files (``queue_log_file``, ``queue_log_live``), so that everything
behind them works equally.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator

from callcenter.domain.logged import LoggedCall
from callcenter.ports.log_tables import Layout, LogTable, Row
from callcenter.services.ports_books import Portion

from .log_table_tail import Stand, TableTail, Trouble, pause_s
from .queue_log_file import BEFORE_S
from .queue_log_live import QUIET_S
from .queue_log_rows import Lines
from .queue_log_tail import POLL_S
from .queue_log_visits import VisitFold
from .wall_times import WallTimes

PAGE = 10_000
"""Rows of one portion."""
AGAIN_S = 10.0
"""How long after a failure the table is asked again."""
DAY_MS = 86_400_000
MARK = "table"
"""What stands in a stored place of a table where a file has the hash of its last line."""


class TableBook:
    """The port ``LogSource`` over a table. ``zone``: of its times.

    It is read in a thread, and each portion by a connection of its own: a back-fill may take long,
    and nothing of it is left when it ends early.
    """

    def __init__(self, table: LogTable, zone: str, page: int = PAGE) -> None:
        self._table = table
        self._zone = zone
        self._page = page

    def portions(self, from_ms: int | None, to_ms: int | None) -> Iterator[Portion]:
        """Its calls, at least those of this time. Blocks; raises ``OSError``."""
        lines, fold = Lines(self._zone), VisitFold()
        layout = asyncio.run(self._table.layout())
        since = None
        if from_ms is not None:
            since = lines.times.text(max(0, from_ms - BEFORE_S * 1000), epoch=layout.epochs)
        ends = asyncio.run(self._table.ends(since))
        done = size = 0
        if ends is not None:
            size = max(1, self._done(ends, ends[1]))
            for rows, at in self._pages(layout, ends):
                fold.texts(lines.of(rows, layout))
                done = self._done(ends, at)
                yield _portion(fold, fold.ready(), min(done, size), size)
                if to_ms is not None and fold.now_s * 1000 > to_ms + DAY_MS:
                    break
        yield _portion(fold, fold.rest(), size, size)

    def _pages(self, layout: Layout, ends: tuple[Row, Row]) -> Iterator[tuple[list[Row], Row]]:
        """The rows in portions, with the last row of each."""
        number, time, limit = ends[0].number - 1, ends[0].time, self._page
        while True:
            if layout.numbered:
                rows = asyncio.run(self._table.after(number, limit))
                if rows:
                    yield rows, rows[-1]
                    number = rows[-1].number
                if len(rows) < limit:
                    return
                continue
            rows = asyncio.run(self._table.since(time, limit))
            if len(rows) < limit:
                if rows:
                    yield rows, rows[-1]
                return
            # The last moment may not be whole: it begins the next portion.
            whole = [row for row in rows if row.time != rows[-1].time]
            if whole:
                yield whole, whole[-1]
                time, limit = rows[-1].time, self._page
            else:
                limit *= 2

    def _done(self, ends: tuple[Row, Row], at: Row) -> int:
        """How far a row is: in rows, or in seconds where they have no numbers."""
        if ends[0].number:
            return at.number - ends[0].number + 1
        times = WallTimes(self._zone)
        first, here = times.read(ends[0].time), times.read(at.time)
        return ((here or 0) - (first or 0)) // 1000


def _portion(fold: VisitFold, calls: list[LoggedCall], done: int, size: int) -> Portion:
    return Portion(calls, done, size, (fold.first_s or 0) * 1000, fold.now_s * 1000)


class LiveTable:
    """The port ``GrowingLog`` over a table. ``wall_s`` gives epoch seconds by the PBX's clock.

    A table that cannot be read is asked again; ``trouble`` says why.
    """

    def __init__(
        self, table: LogTable, zone: str, wall_s: Callable[[], float], poll_s: float = POLL_S
    ) -> None:
        self._table = table
        self._zone = zone
        self._wall_s = wall_s
        self._poll_s = poll_s
        self.fold = VisitFold(quiet_s=QUIET_S)
        self.trouble = Trouble()

    async def calls(
        self, place: tuple[int, int, str] | None
    ) -> AsyncGenerator[tuple[list[LoggedCall], tuple[int, int, str]], None]:
        """Eternal: calls that are over, and the place behind their rows.

        It begins at ``place``; without one, or with that of a file, behind what is there now.
        """
        lines = Lines(self._zone)
        tail = TableTail(self._table, self._wall_s, stand_of(place))
        try:
            while True:
                rows: list[Row] = []
                began_s = self._wall_s()
                try:
                    rows, layout = await tail.read()
                    self.trouble.now(None)
                    self.fold.texts(lines.of(rows, layout))
                except OSError as error:
                    self.trouble.now(error)
                    await asyncio.sleep(AGAIN_S)
                # On a quiet PBX no line moves the log's time on.
                self.fold.now_s = max(self.fold.now_s, int(self._wall_s()))
                calls = self.fold.ready()
                if rows or calls:
                    yield calls, place_of(tail.stand)
                if not rows:
                    await asyncio.sleep(pause_s(self._poll_s, self._wall_s() - began_s))
        finally:
            await self._table.close()


def stand_of(place: tuple[int, int, str] | None) -> Stand | None:
    """The stored place of a table; None for that of a file."""
    if place is None or not place[2].startswith(MARK):
        return None
    return Stand(place[1], place[2].removeprefix(f"{MARK} ").removeprefix(MARK))


def place_of(stand: Stand) -> tuple[int, int, str]:
    """What is stored of a place in a table."""
    return (0, stand.number, f"{MARK} {stand.time}")

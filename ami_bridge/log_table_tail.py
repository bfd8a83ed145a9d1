"""The end of a table that Asterisk writes a log into, by asking again and again.

Rows get their numbers when they are written and are seen when that is committed: one may be seen
after the next. So numbers that are missing are asked for again for half a minute. A table without
numbers is asked for the last seconds over and over, and what was seen is left out.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from callcenter.ports.log_tables import Layout, LogTable, Row

log = logging.getLogger(__name__)

LIMIT = 5_000
"""Rows asked for at once."""
LATE_S = 30.0
"""How long a missing number is waited for."""
MISSING = 500
"""Missing numbers that are asked for at once at most, the newest of them."""
OVERLAP_S = 10
"""How far back a table without numbers is asked again."""
SLOW = 20


class Stand(Struct, frozen=True):
    """Up to where a table was read: the last number, or the last time as text."""

    number: int = 0
    time: str = ""


def pause_s(poll_s: float, took_s: float) -> float:
    """How long to wait after a look in vain: a table that is slow to search is not searched all
    the time (one look in ``SLOW`` times what it takes, a minute at most)."""
    return max(poll_s, min(SLOW * took_s, 60.0))


class Trouble:
    """Why a table cannot be read, told to the log once each time it begins and ends."""

    def __init__(self) -> None:
        self.says = ""

    def now(self, error: OSError | None) -> None:
        """What the last look came to."""
        says = "" if error is None else str(error.strerror or error)
        if says and says != self.says:
            log.warning("The %s cannot be read: %s", error and error.filename, says)
        elif self.says and not says:
            log.info("The table can be read again.")
        self.says = says


class TableTail:
    """Reads what is new. ``wall_s`` gives seconds by our clock. Raises ``OSError``."""

    def __init__(
        self, table: LogTable, wall_s: Callable[[], float], stand: Stand | None = None
    ) -> None:
        self._table = table
        self._wall_s = wall_s
        self._known = stand is not None
        self.stand = stand or Stand()
        self._missing: dict[int, float] = {}
        self._seen: Counter[Row] = Counter()
        self.late = 0

    async def read(self) -> tuple[list[Row], Layout]:
        """New rows in their order. Without a stand it begins behind what is there."""
        layout = await self._table.layout()
        if not self._known:
            await self._begin(layout)
            self._known = True
        rows = await (self._numbered() if layout.numbered else self._timed())
        return rows, layout

    async def _begin(self, layout: Layout) -> None:
        ends = await self._table.ends(None)
        if ends is None:
            return
        self.stand = Stand(ends[1].number, ends[1].time)
        if not layout.numbered:
            # What stands there at this moment is history.
            self._seen.update(await self._table.since(self._back(), LIMIT))

    async def _numbered(self) -> list[Row]:
        now = self._wall_s()
        for number in [n for n, since in self._missing.items() if now - since > LATE_S]:
            del self._missing[number]
        last = self.stand.number
        rows = await self._table.after(last, LIMIT, list(self._missing)[-MISSING:])
        for row in rows:
            if self._missing.pop(row.number, None) is not None:
                self.late += 1
                continue
            for number in range(max(last + 1, row.number - MISSING), row.number):
                self._missing[number] = now
            last = row.number
        if rows and last > self.stand.number:
            self.stand = Stand(last, rows[-1].time)
        if not rows:
            await self._check_not_emptied()
        return rows

    async def _check_not_emptied(self) -> None:
        """A table that was emptied and begins to count anew is read from its beginning."""
        ends = await self._table.ends(None)
        if ends is not None and ends[1].number < self.stand.number:
            self.stand = Stand(ends[0].number - 1)
            self._missing.clear()

    async def _timed(self) -> list[Row]:
        since = self._back()
        limit = LIMIT
        while True:
            rows = await self._table.since(since, limit)
            if len(rows) < limit:
                break
            # The last moment may not be whole.
            rows = [row for row in rows if row.time != rows[-1].time]
            if rows and rows[-1].time > self.stand.time:
                break
            limit *= 2
        there = Counter(rows)
        fresh: list[Row] = []
        seen = Counter(self._seen)
        for row in rows:
            if seen[row] > 0:
                seen[row] -= 1
            else:
                fresh.append(row)
        if rows:
            self.stand = Stand(0, max(self.stand.time, rows[-1].time))
        self._seen = there
        return fresh

    def _back(self) -> str:
        """The time from which it is asked: somewhat before the last that was seen."""
        time = self.stand.time
        if time.isdigit():
            return str(int(time) - OVERLAP_S)
        try:
            wall = datetime.strptime(time[:19], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - wall time
        except ValueError:
            return time or "0"
        return f"{wall - timedelta(seconds=OVERLAP_S):%Y-%m-%d %H:%M:%S}"

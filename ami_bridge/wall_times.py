"""Instants of times that a log writes without a zone.

Asterisk writes the local time of its machine into tables (``YYYY-MM-DD HH:MM:SS.ffffff``) unless it
was told to write GMT; old schemas have epoch seconds. A column that knows zones was given the same
text, so its offset is that of the database's session and means nothing: it is left away.

In autumn an hour comes twice and the text does not say which of the two it is. Two things tell: a
channel is not older than the second in its own Uniqueid, and rows stand in the order in which they
were written. Where neither speaks the first of the two is meant.

Source: main/logger.c, cel/cel_pgsql.c of Asterisk 13 to 22; ASTERISK 2.4.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

SLACK_MS = 600_000
"""Rows may stand this far out of order; a step back by more is the repeated hour."""
BORN = re.compile(r"(?:^|-)([0-9]{9,11})\.[0-9]+$")
"""The second in which a channel was made, in its Uniqueid (``systemname-epoch.counter``)."""
WALL = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}):([0-9]{2})(?:[.]([0-9]+))?")
EPOCH = re.compile(r"([0-9]{9,11})(?:[.]([0-9]+))?")


class WallTimes:
    """Reads times in the order of the log. ``zone`` is an IANA name."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._minutes: dict[str, tuple[int, int] | None] = {}
        self.last_ms = 0

    def read(self, text: str, uniqueid: str = "") -> int | None:
        """Epoch ms of a row's time, None when it is none. ``uniqueid``: the channel's."""
        found = WALL.match(text)
        if found is None:
            epoch = EPOCH.fullmatch(text)
            if epoch is None:
                return None
            at = int(epoch[1]) * 1000 + _ms(epoch[2])
        else:
            both = self._minute(f"{found[1]} {found[2]}")
            if both is None:
                return None
            rest = int(found[3]) * 1000 + _ms(found[4])
            first, second = both[0] + rest, both[1] + rest
            at = first
            if second != first and (first < self.last_ms - SLACK_MS or first < born_ms(uniqueid)):
                at = second
        self.last_ms = max(self.last_ms, at)
        return at

    def text(self, at_ms: int, *, epoch: bool = False) -> str:
        """An instant as such a log writes it, in whole seconds."""
        if epoch:
            return str(at_ms // 1000)
        at = datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(self._zone)
        return at.strftime("%Y-%m-%d %H:%M:%S")

    def _minute(self, text: str) -> tuple[int, int] | None:
        """The two instants that a minute on the wall may be, mostly the same."""
        if text not in self._minutes:
            if len(self._minutes) > 10_000:
                self._minutes.clear()
            try:
                wall = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=self._zone)
            except ValueError:
                self._minutes[text] = None
            else:
                first = round(wall.timestamp() * 1000)
                second = round(wall.replace(fold=1).timestamp() * 1000)
                # In spring the missing hour's readings stand the other way round.
                self._minutes[text] = (first, max(first, second))
        return self._minutes[text]


def born_ms(uniqueid: str) -> int:
    """The second in which a channel was made, epoch ms; 0 where its id does not tell."""
    found = BORN.search(uniqueid)
    return 0 if found is None else int(found[1]) * 1000


def _ms(fraction: str | None) -> int:
    return int(f"{fraction or '0'}000"[:3])

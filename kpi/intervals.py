"""The 15-minute grid that every counter lies on.

Cells are quarters of an hour counted from the epoch in UTC. Every time zone in use since 1992 is
a whole number of quarters away from UTC, also in summer, so each local hour, day, week and month
is a whole number of cells; ``calendars`` finds which.
"""

from __future__ import annotations

from collections.abc import Iterator

INTERVAL_MS = 900_000
"""The base interval: 15 minutes."""


def start_of(at: int, step_ms: int = INTERVAL_MS) -> int:
    """The start of the interval that the instant is in."""
    return at - at % step_ms


def spread(start: int, end: int, step_ms: int = INTERVAL_MS) -> Iterator[tuple[int, int]]:
    """Cuts a duration along the grid: pairs of an interval's start and the ms covered in it.

    Nothing when the end is not after the start.
    """
    while start < end:
        cell = start_of(start, step_ms)
        until = min(end, cell + step_ms)
        yield cell, until - start
        start = until

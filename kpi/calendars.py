"""Hours, days, weeks and months of the site, as instants.

A day begins when the site's clocks first show midnight, or, where the clocks skip midnight, at
the moment they skip it; so days of 23 and 25 hours come out by themselves. Months are those of
the reader's calendar, Gregorian or Jalali; the Jalali one is ``jdatetime``'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

import jdatetime  # type: ignore[import-untyped]  # it ships no types

from .intervals import INTERVAL_MS, start_of

Calendar = Literal["gregorian", "jalali"]
Unit = Literal["quarter", "hour", "day", "week", "month"]
Bounds = tuple[int, int]
"""First instant, and the first one after; epoch ms UTC."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_DAY = timedelta(days=1)
MONDAY, SATURDAY, SUNDAY = 0, 5, 6
"""Weekdays as ``date.weekday`` numbers them; a week begins on Saturday in Iran, on Sunday in
Israel."""


def day_bounds(now: int, tz: ZoneInfo) -> Bounds:
    """The site's day that the instant is in."""
    day = _local(now, tz).date()
    return _midnight(day, tz), _midnight(day + _DAY, tz)


def week_bounds(now: int, tz: ZoneInfo, first_weekday: int = MONDAY) -> Bounds:
    """The week that the instant is in."""
    day = _local(now, tz).date()
    first = day - _DAY * ((day.weekday() - first_weekday) % 7)
    return _midnight(first, tz), _midnight(first + _DAY * 7, tz)


def month_bounds(now: int, tz: ZoneInfo, calendar: Calendar = "gregorian") -> Bounds:
    """The month that the instant is in."""
    day = _local(now, tz).date()
    first = _first_of_month(day, calendar)
    # No month of either calendar is longer than 31 days nor shorter than 28.
    return _midnight(first, tz), _midnight(_first_of_month(first + _DAY * 32, calendar), tz)


def hour_bounds(now: int, tz: ZoneInfo) -> Bounds:
    """The hour on the site's clocks that the instant is in.

    An hour that the clocks show twice is two hours; where they are set by half an hour, the
    hour of the change is two short ones.
    """
    return next(hour for hour in _hours(day_bounds(now, tz), tz) if hour[1] > now)


def cuts(
    from_ms: int,
    to_ms: int,
    unit: Unit,
    tz: ZoneInfo,
    calendar: Calendar = "gregorian",
    first_weekday: int = MONDAY,
) -> list[Bounds]:
    """All units that have a part in the period, whole, in order, without gap or overlap."""
    if unit == "hour":
        days = cuts(from_ms, to_ms, "day", tz)
        hours = [hour for day in days for hour in _hours(day, tz)]
        return [hour for hour in hours if hour[0] < to_ms and hour[1] > from_ms]
    found: list[Bounds] = []
    at = from_ms
    while at < to_ms:
        if unit == "quarter":
            bounds = (start_of(at), start_of(at) + INTERVAL_MS)
        elif unit == "day":
            bounds = day_bounds(at, tz)
        elif unit == "week":
            bounds = week_bounds(at, tz, first_weekday)
        else:
            bounds = month_bounds(at, tz, calendar)
        found.append(bounds)
        at = bounds[1]
    return found


def _local(at: int, tz: ZoneInfo) -> datetime:
    return (_EPOCH + _MS * at).astimezone(tz)


def _midnight(day: date, tz: ZoneInfo) -> int:
    # fold=0 is the first of two midnights, and for a skipped one the moment of the skip.
    return (datetime(day.year, day.month, day.day, tzinfo=tz) - _EPOCH) // _MS


def _first_of_month(day: date, calendar: Calendar) -> date:
    if calendar == "gregorian":
        return day.replace(day=1)
    first: date = jdatetime.date.fromgregorian(date=day).replace(day=1).togregorian()
    return first


def _hours(day: Bounds, tz: ZoneInfo) -> Iterator[Bounds]:
    starts: list[int] = []
    offset = None
    for at in range(*day, INTERVAL_MS):
        local = _local(at, tz)
        if local.minute == 0 or local.utcoffset() != offset:
            starts.append(at)
        offset = local.utcoffset()
    yield from pairwise([*starts, day[1]])

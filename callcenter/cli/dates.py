"""Days and instants as options: ``2026-03-01``, or RFC 3339 with its offset."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import click


def checked(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """An option's callback: the text, if it is a day or an instant."""
    try:
        bounds(value, "UTC")
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{value!r} is neither a day such as 2026-03-01 nor an instant such as "
            "2026-03-01T08:30:00Z (with Z or an offset).",
            context,
            parameter,
        ) from None
    return value


def bounds(text: str, zone: str) -> tuple[int, int]:
    """Epoch ms UTC: of a day its start and the next day's in ``zone``; an instant twice.

    Raises ValueError or OverflowError when the text is neither.
    """
    text = text.strip()
    if len(text) == 10:
        day = date.fromisoformat(text)
        return _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("without an offset nobody knows which instant it is")
    return _ms(at), _ms(at)


def _midnight(day: date, zone: str) -> int:
    return _ms(datetime.combine(day, time(), ZoneInfo(zone)))


def _ms(at: datetime) -> int:
    return round((at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)

"""Tables and instants as the commands print them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def aligned(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows under their headers, columns two spaces apart."""
    lines = [headers, *rows]
    widths = [max(width(line[n]) for line in lines) for n in range(len(headers))]
    return "\n".join(
        "  ".join(padded(cell, size) for cell, size in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def padded(text: str, size: int) -> str:
    """The text with spaces behind it up to ``size`` columns of a terminal."""
    return text + " " * max(0, size - width(text))


def width(text: str) -> int:
    """How many columns of a terminal the text takes; marks take none, wide letters two."""
    return sum(
        0
        if unicodedata.category(letter) in ("Mn", "Me", "Cf")
        else 2
        if unicodedata.east_asian_width(letter) in ("W", "F")
        else 1
        for letter in text
    )


def clipped(text: str, size: int) -> str:
    """The beginning of the text that fits into ``size`` columns."""
    while width(text) > size:
        text = text[:-1]
    return text


def plain(text: str) -> str:
    """The text without what would steer a terminal: names come from telephones."""
    return "".join(
        letter
        if unicodedata.category(letter) not in ("Cc", "Zl", "Zp")
        else "\N{REPLACEMENT CHARACTER}"
        for letter in text
    )


def instant(at_ms: int, zone: str) -> str:
    """An instant (epoch ms UTC) on the site's clocks, to the second."""
    return (
        datetime.fromtimestamp(at_ms / 1000, UTC)
        .astimezone(ZoneInfo(zone))
        .strftime("%Y-%m-%d %H:%M:%S")
    )

"""Reading the flight recorder: the AMI events of one call, found among hours of all calls.

A call is found by its legs' unique ids. What names one of them names others (the other end of a
dialling, of a Local pair, of a transfer), and those are legs of the same journey: the search goes
over the call's own time until it learns no new one. Nothing here is async: it runs in a thread.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from .trace import TraceLine, opened

HOUR_S = 3600
MOST_FILES = 49
"""Hours of recording that are searched at most: a call of two days is a mistake."""
MOST_LEGS = 200
"""Legs that one call may have here; a trace of a confused PBX must not become everything."""
TURNS = 4
"""How often the time is gone through while new legs turn up: of a leg that joined late (a transfer
to somebody who was talked to before) what came before is only found in the next turn."""


class Found(msgspec.Struct, frozen=True):
    """The events of a call in order; ``more``: there were too many. ``files`` were searched."""

    lines: list[TraceLine]
    more: bool
    files: int


class FlightLog:
    """The recordings of one PBX in ``folder``."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name = name
        self._folder = folder

    def events_of(self, ids: Iterable[str], from_s: float, to_s: float, most: int) -> Found:
        """At most ``most`` events, from the first, of the call with these unique ids.

        ``from_s`` and ``to_s`` are epoch seconds UTC by our clock. Raises ``OSError``.
        """
        legs = {one for one in ids if one}
        lines: list[TraceLine] = []
        files = 0
        for _ in range(TURNS):
            known = len(legs)
            files, lines = 0, []
            for path in self._paths(from_s, to_s):
                files += 1
                for line in _lines(path, legs):
                    if from_s <= line.t <= to_s and _joins(line, legs):
                        lines.append(line)
            if len(legs) == known:
                break
        return Found(lines[:most], len(lines) > most, files)

    def _paths(self, from_s: float, to_s: float) -> Iterator[Path]:
        """The files of these hours that are there, packed or not, in order."""
        first, last = int(from_s) // HOUR_S, int(to_s) // HOUR_S
        for hour in range(first, min(last, first + MOST_FILES - 1) + 1):
            began = datetime.fromtimestamp(hour * HOUR_S, UTC)
            plain = self._folder / f"{self._name}-{began:%Y%m%dT%H}.jsonl"
            packed = plain.with_name(plain.name + ".gz")
            # While an hour is being packed both are there, and the plain one is whole.
            if plain.exists():
                yield plain
            elif packed.exists():
                yield packed


def _lines(path: Path, legs: set[str]) -> Iterator[TraceLine]:
    """Lines that name one of ``legs`` somewhere; those learnt meanwhile count from there on."""
    decoder = msgspec.json.Decoder(TraceLine)
    try:
        file = opened(path)
    except FileNotFoundError:
        # It was packed between looking and opening.
        path = path.with_name(path.name + ".gz")
        file = opened(path)
    with file:
        known = 0
        pattern = re.compile(b"")
        for raw in file:
            if len(legs) != known:
                known = len(legs)
                pattern = re.compile(b"|".join(re.escape(leg.encode()) for leg in sorted(legs)))
            if not pattern.search(raw):
                continue
            try:
                yield decoder.decode(raw)
            except msgspec.MsgspecError:
                # The last line of a recording that was killed, or is being written now.
                continue


def _joins(line: TraceLine, legs: set[str]) -> bool:
    """Whether this is an event of the call; what else it names is the call's from now on.

    A bridge's id joins nobody: those who are parked share one, and so do the guests of a room.
    """
    named = {value for key, value in line.h if value and _names_a_leg(key)}
    if named.isdisjoint(legs):
        return False
    if len(legs) + len(named) <= MOST_LEGS:
        legs |= named
    return True


def _names_a_leg(key: str) -> bool:
    folded = key.lower()
    return folded.endswith(("uniqueid", "linkedid")) and "bridge" not in folded

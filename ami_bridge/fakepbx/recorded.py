"""A recorded story, with gaps where ids, instants, phones, callers and queues of its own stood.

A recording holds what one real PBX said once. To be said again, maybe many times at once, whatever
belongs to that one time is taken out: in each value a gap ``%(Kx)s`` stands for it, where ``K`` is
its kind and ``x`` what was recorded. ``names`` fills the gaps of one playing.

The answers that the recorder's own questions had are rows here: how the PBX was when a life of the
link began. All instants are epoch microseconds of the recording.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from ami_bridge import trace

Headers = tuple[tuple[str, str], ...]

LEG, SUFFIX, BRIDGE, INSTANT, AGENT, CALLER, QUEUE = "LSBTACQ"
"""Kinds of gaps: a Uniqueid, the hexadecimal end of a channel's name, a bridge's id, whole epoch
seconds, an agent's number, a customer's number, a queue's name."""

_ASKED = "snap"
"""How the ActionIDs of the recorder's own questions begin."""
_ROWS = ("CoreShowChannel", "QueueParams", "QueueMember", "QueueEntry")
_INSTANTS = ("LoginTime", "LastCall", "LastPause")
_COUNTS = ("Time", "Usec", "Duration", "Timeout")
"""Ends of the names of headers that hold a count, which may look like an agent's number."""
_QUEUES = ("Queue", "Device", "AppData")
"""Headers that name queues; elsewhere the word may be a name or a place in the dialplan."""
_NOBODY = ("", "<unknown>", "none")
_BRIDGE_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ALWAYS = (
    rf"(?P<B>{_BRIDGE_ID})"
    r"|(?P<C>\+98912\d{7})(?!\d)"
    r"|(?<![\d.+:])(?P<A>10\d\d)(?![\d.])"
    r"|(?<=-)(?P<S>[0-9a-f]{8})(?![0-9a-f-])"
)
"""The numbers are those of the lab: its phones are 1001 to 1012, its callers +98912 and so on."""


class Said(NamedTuple):
    """One event: when it arrived, what its Timestamp says, and its headers with gaps."""

    came: int
    stamp: int
    name: str
    klass: str
    body: Headers


class Life(NamedTuple):
    """One life of the link: when it began, how the PBX was then, and what it said."""

    began: int
    rows: tuple[Headers, ...]
    events: tuple[Said, ...]


class Recorded(NamedTuple):
    """A story by its name; it has more than one life when the link was cut in it."""

    name: str
    lives: tuple[Life, ...]

    @property
    def began(self) -> int:
        """When the recorder signed in."""
        return self.lives[0].began

    @property
    def events(self) -> Iterator[Said]:
        """All events of all lives."""
        return (said for life in self.lives for said in life.events)


def read(folder: Path) -> Recorded:
    """The story in ``ami.jsonl`` of this folder.

    Raises ``trace.TraceError`` (file, line, what) for lines that are no trace, ValueError when it
    does not begin with the answer to a login, or OSError.
    """
    lines = list(trace.read(folder / "ami.jsonl"))
    wanted = _wanted(lines)
    lives: list[Life] = []
    for life in _lives(lines):
        if not _is_login(life[0]):
            raise ValueError(
                f"{folder / 'ami.jsonl'} does not begin with the answer to a login: "
                "record it anew, as tests/traces/README.md says."
            )
        rows = tuple(
            _with_gaps(line.h, wanted)
            for line in life
            if line.message.name in _ROWS and _is_answer(line)
        )
        events = tuple(_said(line, wanted) for line in life if _is_event(line))
        lives.append(Life(_us(life[0].t), rows, events))
    return Recorded(folder.name, tuple(lives))


def _lives(lines: Iterable[trace.TraceLine]) -> list[list[trace.TraceLine]]:
    lives: list[list[trace.TraceLine]] = []
    for line in lines:
        if not lives or _is_login(line):
            lives.append([])
        lives[-1].append(line)
    return lives


def _is_answer(line: trace.TraceLine) -> bool:
    return line.message.get("ActionID").startswith(_ASKED)


def _is_login(line: trace.TraceLine) -> bool:
    return _is_answer(line) and line.message.get("Message") == "Authentication accepted"


def _is_event(line: trace.TraceLine) -> bool:
    """Said to everybody: not an answer, nor a greeting or a farewell to the recorder alone."""
    return line.message.name not in ("Response", "FullyBooted") and not _is_answer(line)


def _said(line: trace.TraceLine, wanted: re.Pattern[str]) -> Said:
    message = line.message
    body = [(k, v) for k, v in line.h if k not in ("Event", "Privilege", "Timestamp")]
    came = _us(line.t)
    stamp = message.get("Timestamp")
    return Said(
        came,
        _us(float(stamp)) if stamp else came,
        message.name,
        message.get("Privilege").partition(",")[0],
        _with_gaps(body, wanted),
    )


def _us(seconds: float) -> int:
    return round(seconds * 1_000_000)


def _wanted(lines: Iterable[trace.TraceLine]) -> re.Pattern[str]:
    """What must become gaps in this recording: its legs and queues, and what is so in all."""
    legs: set[str] = set()
    queues: set[str] = set()
    for line in lines:
        for key, value in line.h:
            if key.lower().endswith(("uniqueid", "linkedid")) and value not in _NOBODY:
                if not re.fullmatch(_BRIDGE_ID, value):
                    legs.add(value)
            elif key == "Queue" and value:
                queues.add(value)
    parts = [_ALWAYS]
    if queues:
        parts.insert(0, rf"(?<![A-Za-z0-9_-])(?P<Q>{_either(queues)})(?![A-Za-z0-9-])")
    if legs:
        parts.insert(0, rf"(?<!\d)(?P<L>{_either(legs)})(?!\d)")
    return re.compile("|".join(parts))


def _either(texts: set[str]) -> str:
    longest_first = sorted(texts, key=lambda text: (-len(text), text))
    return "|".join(map(re.escape, longest_first))


def _with_gaps(headers: Iterable[tuple[str, str]], wanted: re.Pattern[str]) -> Headers:
    return tuple((key, _value(key, value, wanted)) for key, value in headers)


def _value(key: str, value: str, wanted: re.Pattern[str]) -> str:
    if key in _INSTANTS:
        return value if value in ("", "0") else f"%({INSTANT}{value})s"
    text = value.replace("%", "%%")
    if key.endswith(_COUNTS):
        return text

    def gap(found: re.Match[str]) -> str:
        if found.lastgroup == QUEUE and key not in _QUEUES:
            return found[0]
        return f"%({found.lastgroup}{found[0]})s"

    return wanted.sub(gap, text)

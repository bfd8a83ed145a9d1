"""Traffic made of the recorded stories: the same events, as many times over as wanted.

Each playing of a story gets ids, channels, bridges, agents and callers of its own and begins a
little after the one before it, so that calls overlap as they do in life: fifty events in a row are
of many calls, and no batch folds one call from beginning to end. Story follows story in a fixed
order, so every kind of end is there in the same share.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

from ami_bridge import trace

TRACES = Path(__file__).resolve().parents[1] / "traces"
CUT = ("ami_cut", "ami_frozen")
"""Stories in which the link is cut: without their rosters they end nowhere."""
LANES = 100
"""Sets of agents that take turns; a story's agent 1001 is 071001 in lane 7."""
EVERY_S = 0.2
"""A story begins each 200 ms: some 350 events a second, the mean load of 1,000 agents."""

_OTHERS = (
    r"(?P<caller>\+98912)\d{5}(?P<last>\d\d)(?!\d)"
    r"|(?<![\d.+])(?P<agent>10\d\d)(?![\d.])"
    r"|(?P<channel>-[0-9a-f]{8})(?![0-9a-f-])"
)


class Story(NamedTuple):
    """One recorded story: when each event came, seconds from the first, and its text with gaps."""

    name: str
    events: list[tuple[float, str]]


class Sent(NamedTuple):
    """An event to be sent: seconds after the start, and the bytes."""

    at_s: float
    data: bytes


def stories(folder: Path = TRACES) -> list[Story]:
    """The recorded stories in order of name. Raises when there is none."""
    found = [
        _story(path.parent.name, path)
        for path in sorted(folder.glob("*/ami.jsonl"))
        if not path.parent.name.startswith(CUT)
    ]
    if not found:
        raise FileNotFoundError(f"There is no recorded story in {folder}.")
    return found


def traffic(
    told: list[Story], start: float, first: int = 0, every_s: float = EVERY_S
) -> Iterator[Sent]:
    """All stories again and again without an end, merged by time. ``start`` is epoch seconds; a
    story begins each ``every_s``."""
    waiting: list[tuple[float, int, int, Story, dict[str, str]]] = []
    for playing in count(first):
        begins = (playing - first) * every_s
        while waiting and waiting[0][0] <= begins:
            yield _send(waiting, start)
        story = told[playing % len(told)]
        gaps = {"n": str(playing + 1), "lane": f"{playing % LANES:02d}"}
        heapq.heappush(waiting, (begins, playing, 0, story, gaps))


def _send(waiting: list[tuple[float, int, int, Story, dict[str, str]]], start: float) -> Sent:
    at, playing, step, story, gaps = heapq.heappop(waiting)
    offset, text = story.events[step]
    if step + 1 < len(story.events):
        due = at - offset + story.events[step + 1][0]
        heapq.heappush(waiting, (due, playing, step + 1, story, gaps))
    serial = int(gaps["n"])
    data = text % {**gaps, "caller": f"{serial % 10**5:05d}", "stamp": f"{start + at:.6f}"}
    return Sent(at, data.encode())


def _story(name: str, path: Path) -> Story:
    lines = [line for line in trace.read(path) if _is_event(line)]
    ids = {
        value
        for line in lines
        for key, value in line.h
        if key.lower().endswith(("uniqueid", "linkedid")) and value
    }
    longest_first = sorted(ids, key=lambda value: (-len(value), value))
    wanted = re.compile("|".join([*map(re.escape, longest_first), _OTHERS]))
    began = lines[0].t
    return Story(name, [(max(0.0, line.t - began), _with_gaps(line.h, wanted)) for line in lines])


def _is_event(line: trace.TraceLine) -> bool:
    """Live events only: the answers to what the recorder asked are left out."""
    keys = {key for key, _ in line.h}
    return "ActionID" not in keys and line.h[0][0] == "Event" and line.h[0][1] != "FullyBooted"


def _with_gaps(headers: list[tuple[str, str]], wanted: re.Pattern[str]) -> str:
    said = []
    for key, value in headers:
        text = "%(stamp)s" if key == "Timestamp" else wanted.sub(_gap, value.replace("%", "%%"))
        said.append(f"{key}: {text}\r\n")
    return "".join(said) + "\r\n"


def _gap(found: re.Match[str]) -> str:
    if found["caller"]:
        return f"{found['caller']}%(caller)s{found['last']}"
    if found["agent"]:
        return f"%(lane)s{found['agent']}"
    return f"{found[0]}%(n)s"

"""Traffic made of the recorded stories: the same events, as many times over as wanted.

Each playing of a story gets ids, channels, bridges, agents and callers of its own and begins a
little after the one before it, so that calls overlap as they do in life: fifty events in a row are
of many calls, and no batch folds one call from beginning to end. Story follows story in a fixed
order, so every kind of end is there in the same share. The stories are the fake PBX's own
(``recorded``); this is only quicker than a PBX, which keeps a state as well.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

from ami_bridge.fakepbx import recorded
from ami_bridge.fakepbx.recorded import AGENT, BRIDGE, CALLER, INSTANT, LEG, SUFFIX

TRACES = Path(__file__).resolve().parents[1] / "traces"
CUT = ("ami_cut", "ami_frozen")
"""Stories in which the link is cut: without their rosters they end nowhere."""
LANES = 100
"""Sets of agents that take turns; a story's agent 1001 is 071001 in lane 7."""
EVERY_S = 0.2
"""A story begins each 200 ms: some 350 events a second, the mean load of 1,000 agents."""
IDS = 1000
"""No story has so many gaps."""


class Story(NamedTuple):
    """One recorded story: when each event came, seconds from the first, and its text with gaps.

    ``began_s`` is when the first one came, epoch seconds.
    """

    name: str
    events: list[tuple[float, str]]
    began_s: int


class Sent(NamedTuple):
    """An event to be sent: seconds after the start, and the bytes."""

    at_s: float
    data: bytes


class _Gaps(dict[str, str]):
    """What stands in the gaps of playing number ``serial`` that begins at ``start`` (epoch s)."""

    def __init__(self, serial: int, start: int, began_s: int) -> None:
        super().__init__()
        self._serial = serial
        self._start = start
        self._later_s = start - began_s

    def __missing__(self, gap: str) -> str:
        self[gap] = filled = self._filled(gap[0], gap[1:])
        return filled

    def _filled(self, kind: str, text: str) -> str:
        number = self._serial * IDS + len(self)
        if kind == LEG:
            return f"{self._start}.{number}"
        if kind == SUFFIX:
            return f"{number & 0xFFFFFFFF:08x}"
        if kind == BRIDGE:
            return f"{self._serial & 0xFFFFFFFF:08x}{text[8:]}"
        if kind == AGENT:
            return f"{self._serial % LANES:02d}{text}"
        if kind == CALLER:
            return f"{text[:6]}{(self._serial + 1) % 10**5:05d}{text[-2:]}"
        return str(int(text) + self._later_s) if kind == INSTANT else text


def stories(folder: Path = TRACES) -> list[Story]:
    """The recorded stories in order of name. Raises FileNotFoundError when there is none."""
    found = [
        _story(recorded.read(path.parent))
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
    waiting: list[tuple[float, int, int, Story, _Gaps]] = []
    for playing in count(first):
        begins = (playing - first) * every_s
        while waiting and waiting[0][0] <= begins:
            yield _send(waiting, start)
        story = told[playing % len(told)]
        gaps = _Gaps(playing, int(start + begins), story.began_s)
        heapq.heappush(waiting, (begins, playing, 0, story, gaps))


def _send(waiting: list[tuple[float, int, int, Story, _Gaps]], start: float) -> Sent:
    at, playing, step, story, gaps = heapq.heappop(waiting)
    offset, text = story.events[step]
    if step + 1 < len(story.events):
        due = at - offset + story.events[step + 1][0]
        heapq.heappush(waiting, (due, playing, step + 1, story, gaps))
    gaps["stamp"] = f"{start + at:.6f}"
    return Sent(at, (text % gaps).encode())


def _story(told: recorded.Recorded) -> Story:
    events = list(told.events)
    began = events[0].came
    return Story(
        told.name,
        [(max(0, said.came - began) / 1_000_000, _text(said)) for said in events],
        began // 1_000_000,
    )


def _text(said: recorded.Said) -> str:
    headers = (
        ("Event", said.name),
        ("Privilege", f"{said.klass},all"),
        ("Timestamp", "%(stamp)s"),
        *said.body,
    )
    return "".join(f"{key}: {value}\r\n" for key, value in headers) + "\r\n"

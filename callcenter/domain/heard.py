"""When we heard a PBX without a gap, by the facts about its link.

We hear it from the roster (``LinkRestored``) until the link is lost. A second ``LinkRestored``
without a loss between is a start of ours: we were not there since the last fact before it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from msgspec import Struct

from .facts import AnyFact, LinkLost, LinkRestored

MARGIN_MS = 5_000
"""A loss is noticed some seconds late: what happened just before it may have escaped us."""
FAR = 1 << 53


class LinkFact(Struct, frozen=True):
    """A turn of the link. ``before_ms``: the last fact before it, where it is a restoration."""

    at: int
    restored: bool
    before_ms: int = 0


class Heard:
    """Spans in which we heard all, ascending."""

    def __init__(self, turns: Iterable[LinkFact]) -> None:
        self._spans: list[tuple[int, int]] = []
        since: int | None = None
        for turn in turns:
            if turn.restored:
                if since is not None:
                    self._add(since, turn.before_ms)
                since = turn.at
            elif since is not None:
                self._add(since, turn.at)
                since = None
        if since is not None:
            self._add(since, FAR)
        self._starts = [start for start, _ in self._spans]

    def throughout(self, from_ms: int, to_ms: int) -> bool:
        """Whether nothing can have escaped us between these instants."""
        place = bisect_right(self._starts, from_ms) - 1
        return place >= 0 and to_ms + MARGIN_MS <= self._spans[place][1]

    def partly(self, from_ms: int, to_ms: int) -> bool:
        """Whether we heard at any moment between these instants."""
        place = bisect_right(self._starts, to_ms) - 1
        return place >= 0 and from_ms <= self._spans[place][1]

    def gaps(self, from_ms: int, to_ms: int) -> list[tuple[int, int]]:
        """The times between two spans that touch ``from_ms`` to ``to_ms``, whole."""
        between = zip(self._spans, self._spans[1:], strict=False)
        every = [(end, start) for (_, end), (start, _) in between]
        return [(lost, back) for lost, back in every if lost <= to_ms and back >= from_ms]

    def _add(self, start: int, end: int) -> None:
        if end > start:
            self._spans.append((start, end))


def turns(facts: Iterable[AnyFact]) -> list[LinkFact]:
    """The turns of one PBX's link among its facts, in order."""
    found: list[LinkFact] = []
    last = 0
    for fact in facts:
        if isinstance(fact, LinkRestored):
            found.append(LinkFact(fact.at, True, fact.before_ms or last))
        elif isinstance(fact, LinkLost):
            found.append(LinkFact(fact.at, False))
        last = max(last, fact.at)
    return found

"""Waits: percentiles and the longest, in ms.

The periods' values come from the sketches in the counters and are within 1 % of the true ones.
Those of now come from the visits that are open.
"""

from __future__ import annotations

from collections.abc import Iterable

from . import sketch
from .counters import Counters


def answered(c: Counters, share: float) -> int | None:
    """The wait that ``share`` (0 to 1) of the answered callers did not exceed."""
    return sketch.percentile(c.waits_answered, share)


def abandoned(c: Counters, share: float) -> int | None:
    """The wait that ``share`` (0 to 1) of those who gave up did not exceed."""
    return sketch.percentile(c.waits_abandoned, share)


def longest(c: Counters) -> int | None:
    """The longest wait of the period, however it ended; None when nobody waited."""
    every = (c.waits_answered, c.waits_abandoned, c.waits_left)
    return max((top for top in map(sketch.longest, every) if top is not None), default=None)


def longest_now(entered_at: Iterable[int], now: int) -> int | None:
    """How long the oldest of the open visits has waited; None when nobody waits."""
    return max((max(0, now - at) for at in entered_at), default=None)

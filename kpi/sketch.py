"""Waits as counts in buckets whose width grows with the wait: percentiles that add and subtract.

A bucket stands for one number of milliseconds that is at most 1 % away from every wait counted in
it. The borders are made with whole numbers only, so two machines put the same wait into the same
bucket and counters agree bit for bit. Merging is adding counts, taking a call out again is
subtracting them; both are exact.

A sketch is a plain ``dict[int, int]`` of bucket and count, so that counters treat it as any other
map of sums. Below 100 ms each millisecond has its own bucket; the waits of one day need 781
buckets at most.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from itertools import accumulate
from math import ceil

LONGEST_MS = 366 * 24 * 3_600_000
"""Waits above one year share the last bucket: no caller waits so long, a broken clock may."""


def _borders() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Lowest wait of each bucket, and the wait that stands for the bucket."""
    lowest, middle = [], []
    low = 0
    while low <= LONGEST_MS:
        # The largest stand-in that is within 1 % of the lowest wait, then the largest wait that
        # is within 1 % of the stand-in: the bucket cannot be made wider.
        stand_in = low * 101 // 100
        lowest.append(low)
        middle.append(stand_in)
        low = stand_in * 100 // 99 + 1
    return tuple(lowest), tuple(middle)


_LOWEST, _MIDDLE = _borders()


def bucket_of(wait_ms: int) -> int:
    """The bucket of this wait; a negative wait is in the first."""
    return max(0, bisect_right(_LOWEST, wait_ms) - 1)


def wait_of(bucket: int) -> int:
    """The wait in ms that stands for a bucket, within 1 % of every wait in it."""
    return _MIDDLE[bucket]


def size(counts: Mapping[int, int]) -> int:
    """How many waits are counted."""
    return sum(counts.values())


def percentile(counts: Mapping[int, int], share: float) -> int | None:
    """The wait in ms that ``share`` (0 to 1) of the callers did not exceed; None without any.

    By nearest rank: an actual caller's wait, not something between two of them.
    """
    total = size(counts)
    if total <= 0:
        return None
    # Rounding first keeps 0.95 * 100 from becoming rank 96 by a binary fraction.
    rank = min(total, max(1, ceil(round(share * total, 9))))
    buckets = sorted(counts)
    seen = list(accumulate(counts[bucket] for bucket in buckets))
    return wait_of(buckets[bisect_left(seen, rank)])


def longest(counts: Mapping[int, int]) -> int | None:
    """The longest wait in ms, within 1 %; None without any."""
    return wait_of(max(counts)) if counts else None

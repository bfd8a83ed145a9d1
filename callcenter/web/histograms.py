"""Distributions since the start of the process, for Prometheus; fixed buckets, in seconds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

LATENCY_S = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0)
WAITING_S = (5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 300.0, 600.0, 1200.0)
TALKING_S = (15.0, 30.0, 60.0, 120.0, 180.0, 300.0, 450.0, 600.0, 900.0, 1800.0, 3600.0)
MAX_QUEUES = 100
"""Queues with a distribution of their own; those beyond share the label ``other``."""


class Histogram:
    """Counts per bucket; upper bounds are inclusive."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = tuple(bounds)
        self._counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe_ms(self, ms: float) -> None:
        """One case of ``ms`` milliseconds; a negative one (clocks differ) counts as 0."""
        seconds = max(0.0, ms / 1000)
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self.sum += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """Cumulative counts by upper bound, ending in ``+Inf``."""
        names = [*(str(bound) for bound in self._bounds), "+Inf"]
        return [(name, float(n)) for name, n in zip(names, accumulate(self._counts), strict=True)]


class ByQueue:
    """One histogram per queue, bounded in number."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self.histograms: dict[str, Histogram] = {}

    def observe_ms(self, queue: str, ms: float) -> None:
        """One case in ``queue``; empty for calls that no queue gave."""
        name = queue if queue in self.histograms or len(self.histograms) < MAX_QUEUES else "other"
        self.histograms.setdefault(name, Histogram(self._bounds)).observe_ms(ms)


class Histograms:
    """All distributions the service keeps; the composition root hands their ``observe_ms`` out."""

    def __init__(self) -> None:
        self.pop_latency = Histogram(LATENCY_S)
        self.ami_lag = Histogram(LATENCY_S)
        self.waiting = ByQueue(WAITING_S)
        self.talking = ByQueue(TALKING_S)
        self.handling = ByQueue(TALKING_S)

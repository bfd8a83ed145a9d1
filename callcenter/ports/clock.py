"""The clock, handed in wherever time is read, so that a test can turn it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """Wall time for what is stored, monotonic time for what is measured."""

    def wall_ms(self) -> int:
        """Epoch milliseconds UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back."""
        ...


def wall_seconds(clock: Clock) -> Callable[[], float]:
    """The clock for who counts epoch seconds (UTC), as AMI and the logs of Asterisk do."""
    return lambda: clock.wall_ms() / 1000

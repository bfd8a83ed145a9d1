"""A clock that stands still until it is turned."""

from __future__ import annotations


class StandingClock:
    """Wall time in ms and monotonic time in s, both by hand."""

    def __init__(self) -> None:
        self.at = 1_790_000_000_000

    def wall_ms(self) -> int:
        return self.at

    def monotonic(self) -> float:
        return self.at / 1_000

    def turn(self, ms: int) -> None:
        """Lets ``ms`` pass."""
        self.at += ms

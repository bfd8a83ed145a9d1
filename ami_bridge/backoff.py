"""How long to wait before trying again: doubling from a first delay up to a longest one."""

from __future__ import annotations

from random import Random


class Backoff:
    """Delays in seconds, doubling from ``first_s`` to ``longest_s``.

    Each delay is shortened by chance by up to half, so that many clients of one PBX that came back
    do not knock in the same moment; it is never longer than the plain doubling.
    """

    def __init__(self, first_s: float, longest_s: float, rng: Random) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._rng = rng
        self._next_s = first_s

    def next(self) -> float:
        """The next delay in seconds."""
        delay = self._next_s
        self._next_s = min(self._longest_s, delay * 2)
        return delay * (1.0 - self._rng.random() / 2)

    def reset(self) -> None:
        """Begins with the first delay again."""
        self._next_s = self._first_s

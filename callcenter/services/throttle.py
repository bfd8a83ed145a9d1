"""A growing delay after failures, per key (a user's name, an address).

Pure: time is passed in, nothing is awaited. The number of keys is bounded, the oldest goes first,
so that an attacker with many names or addresses fills no memory.
"""

from __future__ import annotations

from msgspec import Struct


class _Tally(Struct):
    failures: int
    last_at: int


class Throttle:
    """After ``free`` failures each further one doubles the wait, from ``first_ms`` to ``most_ms``.

    A key without a failure for ``forget_ms`` starts afresh.
    """

    def __init__(
        self,
        free: int,
        first_ms: int,
        most_ms: int,
        forget_ms: int = 3_600_000,
        most_keys: int = 10_000,
    ) -> None:
        self._free = free
        self._first_ms = first_ms
        self._most_ms = most_ms
        self._forget_ms = forget_ms
        self._most_keys = most_keys
        self._tallies: dict[str, _Tally] = {}

    def wait_ms(self, key: str, now: int) -> int:
        """How long this key must still wait before its next try; 0 when it need not."""
        tally = self._tallies.get(key)
        if tally is None or now - tally.last_at >= self._forget_ms:
            return 0
        over = tally.failures - self._free
        if over < 0:
            return 0
        delay = min(self._first_ms << min(over, 30), self._most_ms)
        return max(0, tally.last_at + delay - now)

    def failed(self, key: str, now: int) -> None:
        """Counts one failure."""
        tally = self._tallies.pop(key, None)
        if tally is None or now - tally.last_at >= self._forget_ms:
            tally = _Tally(0, now)
        tally.failures += 1
        tally.last_at = now
        while len(self._tallies) >= self._most_keys:
            del self._tallies[next(iter(self._tallies))]
        self._tallies[key] = tally

    def take_back(self, key: str) -> None:
        """One failure less: what was counted beforehand turned out to be a success."""
        tally = self._tallies.get(key)
        if tally is not None:
            tally.failures -= 1
            if tally.failures <= 0:
                del self._tallies[key]

    def forget(self, key: str) -> None:
        """The key starts afresh."""
        self._tallies.pop(key, None)

    def __len__(self) -> int:
        return len(self._tallies)

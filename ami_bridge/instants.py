"""When something happened, on our clock.

Asterisk stamps a message when it formats it, by its own clock (``timestampevents=yes``); we stamp
its arrival by ours. The distance of the two is the clocks' difference plus the delay, and delay is
never negative: so the smallest distance of the last minute is taken as the difference, and an
event's instant is its own stamp plus that. A burst after a freeze keeps the right instants, and an
event is never in our future.

A clock that jumps is followed at once: forward the distance becomes smaller than any before, back
the stamps themselves run backwards, which they never do otherwise, so all that was known of the
difference is void. A clock that drifts is followed within a minute.
"""

from __future__ import annotations

WINDOW_MS = 30_000
STEP_MS = 250.0
"""Stamps may cross by less than this, being made by several threads; more is a clock set back."""
LEAP_MS = 60_000.0
"""A difference that became smaller by more than this is a clock set forward, not a delay over."""


class Instants:
    """Maps one PBX's time stamps to our clock (epoch ms UTC)."""

    def __init__(self) -> None:
        self._now_min: float | None = None
        self._last_min: float | None = None
        self._since = 0.0
        self._last_said = 0.0
        self.steps = 0
        """Times the PBX's clock was set, as far as it could be noticed."""

    def forget(self) -> None:
        """What was known of the clocks' difference may be old: a new life of the link begins."""
        self._now_min = self._last_min = None
        self._last_said = 0.0

    @property
    def skew_ms(self) -> float:
        """How far the PBX's clock is behind ours, in ms, as far as known."""
        known = [value for value in (self._now_min, self._last_min) if value is not None]
        return min(known) if known else 0.0

    def of(self, stamp: str, arrived_ms: float) -> int:
        """The instant of a message with this ``Timestamp`` header (may be empty)."""
        if not stamp:
            return int(arrived_ms)
        try:
            said = float(stamp) * 1000.0
        except ValueError:
            return int(arrived_ms)
        distance = arrived_ms - said
        if said < self._last_said - STEP_MS:
            self.steps += 1
            self._now_min = self._last_min = None
        elif self._now_min is not None and distance < self._now_min - LEAP_MS:
            self.steps += 1
        self._last_said = said
        if self._now_min is None or arrived_ms - self._since > WINDOW_MS:
            self._last_min = self._now_min
            self._now_min = distance
            self._since = arrived_ms
        elif distance < self._now_min:
            self._now_min = distance
        low = self._now_min
        if self._last_min is not None and self._last_min < low:
            low = self._last_min
        at = said + low
        return int(at if at < arrived_ms else arrived_ms)

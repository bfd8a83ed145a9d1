"""Average speed of answer: how long those who were answered had waited, in ms."""

from __future__ import annotations

from .counters import Counters
from .ratio import Ratio


def average(c: Counters) -> Ratio:
    """Waiting time of the answered visits by their number."""
    return Ratio(c.wait_answered_ms, c.answered)

"""Utilisation: of the time an agent was signed in, how much he was busy with callers."""

from __future__ import annotations

from .counters import Counters
from .occupancy import busy_ms
from .ratio import Ratio

NOT_SIGNED_IN = ("signed_out", "unknown")
"""Time that nobody saw is no proof of a shift."""


def signed_in_ms(c: Counters) -> int:
    """Time in any state that proves a shift, pauses and an unreachable phone included."""
    return sum(ms for state, ms in c.state_ms.items() if state not in NOT_SIGNED_IN)


def utilisation(c: Counters) -> Ratio:
    """Busy of signed in."""
    return Ratio(busy_ms(c), signed_in_ms(c))


def state_share(c: Counters, state: str) -> Ratio:
    """Time in one agent state of the time signed in."""
    return Ratio(c.state_ms.get(state, 0), signed_in_ms(c))


def pause_share(c: Counters, reason: str) -> Ratio:
    """Time paused for one reason of the time signed in."""
    return Ratio(c.paused_ms.get(reason, 0), signed_in_ms(c))

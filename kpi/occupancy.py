"""Occupancy: of the time an agent was there for callers, how much he was busy with them.

From agent states, by wall clock: an agent is in one state at a time, so two calls at once, or a
call of another queue, count once. Held is talking. Pauses, an unreachable phone and time that
nobody saw are in neither half.
"""

from __future__ import annotations

from .counters import Counters
from .ratio import Ratio


def busy_ms(c: Counters) -> int:
    """Time in conversation, on hold in it, or in wrap-up."""
    time = c.state_ms.get
    return time("talking", 0) + time("held", 0) + time("wrap_up", 0)


def occupancy(c: Counters) -> Ratio:
    """Busy of busy, ringing and ready."""
    busy = busy_ms(c)
    return Ratio(busy, busy + c.state_ms.get("offered", 0) + c.state_ms.get("ready", 0))

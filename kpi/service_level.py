"""Service level: the share of callers who were answered within T.

Five definitions are in use and differ by eight points on one ordinary day, so each has its name.
The default is ``net``: a caller who hangs up at once could not have been served and is left out;
everybody else who was not answered in time is a miss, however he left.
"""

from __future__ import annotations

from collections.abc import Iterable

from .counters import Counters
from .ratio import Ratio


def net(c: Counters) -> Ratio:
    """Answered within T of the offered, short abandons left out."""
    return Ratio(c.answered_in_t, c.offered - c.short_abandoned)


def of_answered(c: Counters) -> Ratio:
    """Answered within T of the answered."""
    return Ratio(c.answered_in_t, c.answered)


def of_offered(c: Counters) -> Ratio:
    """Answered within T of all offered."""
    return Ratio(c.answered_in_t, c.offered)


def of_answered_and_abandoned(c: Counters) -> Ratio:
    """Answered within T of the answered and the abandoned; other ends left out."""
    return Ratio(c.answered_in_t, c.answered + c.abandoned)


def abandons_ignored(c: Counters) -> Ratio:
    """As ``of_answered_and_abandoned``, those who hung up within T left out."""
    return Ratio(c.answered_in_t, c.answered + c.abandoned - c.abandoned_in_t)


def abandons_met(c: Counters) -> Ratio:
    """As ``of_answered_and_abandoned``, those who hung up within T counted as served."""
    return Ratio(c.answered_in_t + c.abandoned_in_t, c.answered + c.abandoned)


def late(waits_ms: Iterable[int], t_ms: int) -> int:
    """How many of those who wait now have waited longer than T already."""
    return sum(wait > t_ms for wait in waits_ms)


def live(c: Counters, late_waiting: int) -> Ratio:
    """``net`` now: who still waits and is beyond T (see ``late``) is a miss already.

    Whatever becomes of such a caller, he will be a miss in ``net`` too, so the live value runs
    into the historical one and does not jump to it.
    """
    settled = net(c)
    return Ratio(settled.numerator, settled.denominator + late_waiting)

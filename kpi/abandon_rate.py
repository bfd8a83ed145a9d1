"""Abandon rate: the share of callers who gave up waiting."""

from __future__ import annotations

from .counters import Counters
from .ratio import Ratio


def net(c: Counters) -> Ratio:
    """Abandoned of the offered visits, the short ones left out of both."""
    return Ratio(c.abandoned - c.short_abandoned, c.offered - c.short_abandoned)


def raw(c: Counters) -> Ratio:
    """Abandoned of the offered visits, the short ones included."""
    return Ratio(c.abandoned, c.offered)


def journeys(c: Counters) -> Ratio:
    """Calls that nobody answered anywhere, of the calls that asked for an agent.

    A caller who overflowed from one queue to another and was answered there is no loss here.
    """
    return Ratio(c.calls - c.calls_answered, c.calls)

"""Answer rate: of callers by agents, and of ringings by an agent."""

from __future__ import annotations

from .counters import Counters
from .ratio import Ratio


def rate(c: Counters) -> Ratio:
    """Answered of the offered visits."""
    return Ratio(c.answered, c.offered)


def of_offers(c: Counters) -> Ratio:
    """Ringings answered of those that were the agent's to answer.

    Left out are those that another agent's answer or the caller's leaving cut short, and phones
    that could not be reached.
    """
    return Ratio(c.offers_answered, c.offers_answered + c.offers_missed + c.offers_rejected)

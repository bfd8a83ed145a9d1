"""The levels that a centre starts with: rules per metric, and the limits they are held against.

From the benchmarks of the definitions. "Never critical" is on purpose: an alarm needs an answer
in time by somebody in the room, and nobody can answer a figure of the whole day.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from types import MappingProxyType

from .levels import LevelRule, Limits, Reading

_S = 1000

_RULES = (
    LevelRule(
        metric="sl_30", better="high", deadband=0.03, on_ms=60 * _S, off_ms=120 * _S, min_n=10
    ),
    LevelRule(
        metric="sl_today", better="high", deadband=0.01, on_ms=300 * _S, off_ms=300 * _S, min_n=20
    ),
    LevelRule(
        metric="waiting", better="low", deadband=1, on_ms=15 * _S, off_ms=30 * _S, at_limit=True
    ),
    LevelRule(metric="oldest", better="low", off_ms=10 * _S, at_limit=True),
    LevelRule(
        metric="abandon", better="low", deadband=0.005, on_ms=120 * _S, off_ms=300 * _S, min_n=20
    ),
    LevelRule(metric="free", better="high", on_ms=20 * _S, off_ms=20 * _S, at_limit=True),
    LevelRule(
        metric="occupancy", better="low", deadband=0.02, on_ms=600 * _S, off_ms=600 * _S, min_n=5
    ),
    LevelRule(metric="aht", better="low", deadband=0.05, on_ms=600 * _S, off_ms=600 * _S, min_n=10),
    LevelRule(metric="fcr", better="high"),
    LevelRule(metric="pause", better="low"),
    LevelRule(metric="wrap_up", better="low"),
)
RULES: Mapping[str, LevelRule] = MappingProxyType({rule.metric: rule for rule in _RULES})
"""The default rule of each metric. Shares are from 0 to 1, times in ms; ``aht`` is the handle
time divided by the queue's usual one; ``occupancy`` has agents for its sample."""

FREE = Limits(1, 0)
OCCUPANCY = Limits(0.88, 0.93)
AHT = Limits(1.25)
FCR = Limits()


def of_service_level_30(target: float) -> Limits:
    """The last 30 minutes: critical 15 points below the target."""
    return Limits(target, target - 0.15)


def of_service_level_today(target: float) -> Limits:
    """The day so far."""
    return Limits(target)


def of_waiting(free: int, talking: int) -> Limits:
    """Callers waiting: one for four agents at work, and never fewer than five, is too many."""
    warn = max(5, -(-(free + talking) // 4))
    return Limits(warn, 2 * warn)


def of_oldest(t_ms: int) -> Limits:
    """The longest wait in ms, by the queue's T."""
    return Limits(3 * t_ms, 6 * t_ms)


def of_abandon(target: float) -> Limits:
    """The abandon rate: critical 3 points above the target."""
    return Limits(target, target + 0.03)


def of_limit(limit_ms: int | None) -> Limits:
    """A pause or wrap-up, by what it may take; None where it may take any time."""
    return Limits(limit_ms)


def free_reading(free: int, waiting: int) -> Reading:
    """Free agents matter while somebody waits; otherwise there are enough, however few."""
    return Reading(value=free if waiting > 0 else inf)

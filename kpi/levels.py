"""When a figure is a warning: one state machine, run on the server, the same for every screen.

A level rises when the value is past the limit for a while without a break, and falls when it is
back past the limit by a deadband for a while, so that a value that trembles around its limit does
not blink. It holds while the data is stale, and there is none while the sample is too small or
the queue is closed. The machine is a function from one state to the next; the caller keeps the
state and brings the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

Level = Literal["none", "ok", "warn", "crit"]
Better = Literal["low", "high"]

LEAD_ORDER = ("oldest", "waiting", "sl_30", "free")
"""Metrics of a queue's row, the most urgent first."""

_GRAIN = 1e-9
"""Below this a difference is the binary fraction's, not the figure's."""


class LevelRule(Struct, frozen=True, kw_only=True):
    """How one metric's level moves. The limits come apart, because many depend on the queue.

    ``at_limit``: the limit itself is past the limit already. ``deadband`` is in the metric's own
    unit. ``min_n`` is the smallest sample that may have a level.
    """

    metric: str
    better: Better
    deadband: float = 0.0
    on_ms: int = 0
    off_ms: int = 0
    min_n: int = 0
    at_limit: bool = False


class Limits(Struct, frozen=True):
    """The limits now, in the metric's unit; None never comes to that level."""

    warn: float | None = None
    crit: float | None = None


class Reading(Struct, frozen=True, kw_only=True):
    """The metric now. ``value`` None: not known. ``n`` is the sample it rests on."""

    value: float | None
    n: int = 0
    stale: bool = False
    open: bool = True


class LevelState(Struct, frozen=True, kw_only=True):
    """The level, and the timers that may move it. Instants are epoch ms UTC.

    ``past_*`` is since when the value is past that limit, ``back_*`` since when it is back from
    it by the deadband, None while it is not.
    """

    level: Level = "none"
    since: int = 0
    stale: bool = False
    past_warn: int | None = None
    past_crit: int | None = None
    back_warn: int | None = None
    back_crit: int | None = None


def advance(
    state: LevelState, rule: LevelRule, limits: Limits, reading: Reading, now: int
) -> LevelState:
    """The next state. Called at each change of the value and about once a second."""
    if not reading.open:
        return _at(state, "none", now)
    if reading.stale:
        # What was not seen for a while cannot be "without a break": the timers begin again.
        return replace(_at(state, state.level, now), stale=True)
    value = reading.value
    if value is None or reading.n < rule.min_n:
        return _at(state, "none", now)
    timed = LevelState(
        level=state.level,
        since=state.since,
        past_warn=_run(state.past_warn, _is_past(rule, limits.warn, value), now),
        past_crit=_run(state.past_crit, _is_past(rule, limits.crit, value), now),
        back_warn=_run(state.back_warn, _is_back(rule, limits.warn, value), now),
        back_crit=_run(state.back_crit, _is_back(rule, limits.crit, value), now),
    )
    level = _moved(timed, rule, now)
    return timed if level == timed.level else replace(timed, level=level, since=now)


def lead_of(levels: Mapping[str, Level]) -> str | None:
    """The metric whose cell is filled in a queue's row: the most urgent critical one, or none.

    One filled cell a row, because a red flood is no alarm.
    """
    return next((metric for metric in LEAD_ORDER if levels.get(metric) == "crit"), None)


def _at(state: LevelState, level: Level, now: int) -> LevelState:
    return LevelState(level=level, since=state.since if level == state.level else now)


def _moved(state: LevelState, rule: LevelRule, now: int) -> Level:
    level: Level = "ok" if state.level == "none" else state.level
    if _lasts(state.past_crit, rule.on_ms, now):
        return "crit"
    if level == "ok" and _lasts(state.past_warn, rule.on_ms, now):
        return "warn"
    if level == "crit" and _lasts(state.back_crit, rule.off_ms, now):
        level = "warn"
    if level == "warn" and _lasts(state.back_warn, rule.off_ms, now):
        level = "ok"
    return level


def _run(since: int | None, holds: bool, now: int) -> int | None:
    """The start of a condition that holds; a clock that was set back starts it anew."""
    if not holds:
        return None
    return now if since is None else min(since, now)


def _lasts(since: int | None, long_enough_ms: int, now: int) -> bool:
    return since is not None and now - since >= long_enough_ms


def _is_past(rule: LevelRule, limit: float | None, value: float) -> bool:
    if limit is None:
        return False
    excess = value - limit if rule.better == "low" else limit - value
    return excess >= -_GRAIN if rule.at_limit else excess > _GRAIN


def _is_back(rule: LevelRule, limit: float | None, value: float) -> bool:
    if limit is None:
        return True
    room = limit - value if rule.better == "low" else value - limit
    return room >= rule.deadband - _GRAIN and not _is_past(rule, limit, value)

"""Figures of any period, from the stored sums and by the functions that make the live ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from callcenter.ports.clock import Clock
from kpi import calendars, fcr
from kpi.counters import Cell, Counters
from kpi.measures import MEASURES, Value
from kpi.ratio import Ratio
from kpi.rules import Rules

from .ports_call_log import CallLog

KpiScope = Literal["all", "queue", "agent"]
KpiInterval = Literal["15m", "30m", "1h", "1d", "total"]
STEPS: dict[KpiInterval, int] = {"15m": 900_000, "30m": 1_800_000, "1h": 3_600_000}
FCR = "fcr_repeat"


class KpiQuery(Struct, frozen=True, kw_only=True):
    """Which measures (none: all of the catalogue), of what, over which time, in which steps."""

    from_ms: int
    to_ms: int
    scope: KpiScope = "all"
    ids: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    interval: KpiInterval = "total"


class KpiValue(Struct, frozen=True, kw_only=True):
    """One figure; ``value`` None when there is nothing to divide by, never a zero made up."""

    measure: str
    scope: KpiScope
    id: str
    at: int
    value: float | None
    numerator: float | None = None
    denominator: float | None = None


class Figures:
    """Answers ``KpiQuery``. A measure is asked for by its id, or by ``id.variant``."""

    def __init__(self, call_log: CallLog, rules: Rules, clock: Clock) -> None:
        self._call_log = call_log
        self._rules = rules
        self._clock = clock

    async def kpi(self, query: KpiQuery) -> list[KpiValue]:
        """One value per measure, id and interval, in that order of time.

        Raises ValueError that names a measure not known.
        """
        wanted = list(_variants(query.measures))
        stored = await self._call_log.cells(query.from_ms, query.to_ms)
        sums = self._grouped(stored, query)
        values: list[KpiValue] = []
        for (at, owner), counters in sorted(sums.items()):
            for name, variant in wanted:
                if name == FCR:
                    continue
                value = MEASURES[name][variant](counters)
                label = name if variant == next(iter(MEASURES[name])) else f"{name}.{variant}"
                values.append(_value(label, query.scope, owner, at, value))
        if any(name == FCR for name, _ in wanted) and query.scope == "all":
            values.append(await self._resolution(query))
        return values

    def _grouped(
        self, stored: dict[Cell, Counters], query: KpiQuery
    ) -> dict[tuple[int, str], Counters]:
        ids = frozenset(query.ids)
        sums: dict[tuple[int, str], Counters] = {}
        if query.interval == "total" and (ids or query.scope == "all"):
            for owner in sorted(ids) or [""]:
                sums[(query.from_ms, owner)] = Counters()
        for cell, counters in stored.items():
            if cell.scope != query.scope or (ids and cell.id not in ids):
                continue
            key = (self._start(cell.interval_ms, query), cell.id)
            held = sums.get(key)
            if held is None:
                sums[key] = counters.copy()
            else:
                held.add(counters)
        return sums

    def _start(self, at: int, query: KpiQuery) -> int:
        if query.interval == "total":
            return query.from_ms
        if query.interval == "1d":
            return calendars.day_bounds(at, ZoneInfo(self._rules.zone))[0]
        if query.interval == "1h":
            return calendars.hour_bounds(at, ZoneInfo(self._rules.zone))[0]
        return at - at % STEPS[query.interval]

    async def _resolution(self, query: KpiQuery) -> KpiValue:
        calls = await self._call_log.fcr_calls(
            query.from_ms - fcr.RESUMED_MS, query.to_ms + fcr.WINDOW_MS
        )
        found = fcr.repeat(calls, query.from_ms, query.to_ms, self._clock.wall_ms())
        return _value(FCR, "all", "", query.from_ms, found.ratio)


def _variants(measures: Iterable[str]) -> Iterable[tuple[str, str]]:
    asked = list(measures) or [*MEASURES, FCR]
    for name in asked:
        measure, _, variant = name.partition(".")
        if measure in (FCR, "fcr"):
            yield FCR, ""
            continue
        known = MEASURES.get(measure)
        if known is None or (variant and variant not in known):
            raise ValueError(
                f"There is no measure {name!r}; there are {', '.join([*MEASURES, FCR])}."
            )
        yield measure, variant or next(iter(known))


def _value(measure: str, scope: KpiScope, owner: str, at: int, value: Value) -> KpiValue:
    if isinstance(value, Ratio):
        return KpiValue(
            measure=measure,
            scope=scope,
            id=owner,
            at=at,
            value=value.value,
            numerator=value.numerator,
            denominator=value.denominator,
        )
    return KpiValue(measure=measure, scope=scope, id=owner, at=at, value=value)

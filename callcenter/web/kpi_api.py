"""Figures of a period: measures by scope and interval, each with what it was divided from."""

from __future__ import annotations

from typing import cast

from aiohttp import web
from msgspec import Struct

from ..ports.clock import Clock
from ..services.access import SignedIn
from .asks import Figures, KpiInterval, KpiQuery, KpiScope
from .bodies import Query, answer, instant
from .codes import Code, Refusal
from .operations import Operation, Param

LONGEST_MS = 400 * 86_400_000
DAY_MS = 86_400_000
PARAMS = (
    Param("from", "Start of the period (RFC 3339); 24 hours before ``to`` when not given."),
    Param("to", "End of the period, exclusive (RFC 3339); now when not given."),
    Param("measures", "Names from the catalogue, with commas; all when not given."),
    Param("scope", "Of what: everything together, each queue, each agent.", KpiScope),
    Param("id", "Only these queues or agents, with commas or repeated."),
    Param("interval", "Steps of the answer; ``total`` is one value for the period.", KpiInterval),
)


class KpiValueShape(Struct, frozen=True):
    """One figure; ``value`` null when there was nothing to divide by."""

    measure: str
    scope: KpiScope
    id: str
    at: str
    value: float | None
    numerator: float | None
    denominator: float | None


class KpiAnswer(Struct, frozen=True):
    """The figures asked for, and the period they cover."""

    start: str
    end: str
    interval: KpiInterval
    values: list[KpiValueShape]


class KpiApi:
    """Agents see their own figures only."""

    def __init__(self, figures: Figures, clock: Clock) -> None:
        self._figures = figures
        self._clock = clock

    def operations(self) -> list[Operation]:
        """The routes of this room."""
        return [
            Operation(
                method="GET",
                path="/api/v1/kpi",
                summary="Measures by scope and interval, with numerator and denominator.",
                handler=self.kpi,
                params=PARAMS,
                answer=KpiAnswer,
            )
        ]

    async def kpi(self, request: web.Request, who: SignedIn) -> web.StreamResponse:
        """GET /api/v1/kpi"""
        query = Query(request)
        query.known(*(param.name for param in PARAMS))
        end = query.instant("to")
        end = self._clock.wall_ms() if end is None else end
        start = query.instant("from")
        start = end - DAY_MS if start is None else start
        if not start < end <= start + LONGEST_MS:
            raise Refusal(
                Code.BAD_VALUE, "from must be before to, and the period at most 400 days."
            )
        interval = query.choice("interval", KpiInterval) or "total"
        wanted = KpiQuery(
            from_ms=start,
            to_ms=end,
            scope=cast(KpiScope, query.choice("scope", KpiScope) or "all"),
            ids=query.texts("id"),
            measures=query.texts("measures"),
            interval=cast(KpiInterval, interval),
        )
        if who.role == "agent" and (wanted.scope != "agent" or wanted.ids != (who.agent_id,)):
            raise Refusal(
                Code.FORBIDDEN, "An agent sees his own figures only: scope=agent and his own id."
            )
        try:
            values = await self._figures.kpi(wanted)
        except ValueError as error:
            raise Refusal(Code.BAD_VALUE, f"The figures cannot be made: {error}.") from error
        shapes = [
            KpiValueShape(
                v.measure, v.scope, v.id, instant(v.at), v.value, v.numerator, v.denominator
            )
            for v in values
        ]
        return answer(KpiAnswer(instant(start), instant(end), wanted.interval, shapes))

"""For those who look after the house: names of ids, the ledger, links and stores as they stand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web
from msgspec import Struct

from ..ports.clock import Clock
from ..services.access import SignedIn
from ..services.overseen import BookSeen, HouseCounts, LinkCounts, Names
from ..services.ports_books import DayTally
from .asks import Oversight, Site
from .bodies import Query, answer, instant, instant_or_none
from .codes import Code, Refusal
from .operations import ADMIN, LEADERS, Operation, Param

DAYS = 31
MOST_DAYS = 400

LEDGER_PARAMS = (
    Param("from", "The first day (2026-11-22, the site's days); 31 days when not given."),
    Param("to", "The last day; today when not given."),
    Param("pbx", "One PBX only."),
)


class UnexplainedShape(Struct, frozen=True):
    """A call that nobody can explain: what differs, our record of it, and queue_log's."""

    pbx: str
    day: str
    call: str
    at: str
    why: list[str]
    ours: Any
    logged: Any


class DayShape(Struct, frozen=True):
    """One day of one PBX. ``known``: of the equal calls, how many each named peculiarity of
    queue_log explains."""

    pbx: str
    day: str
    equal: int
    corrected: int
    unexplained: int
    known: dict[str, int]
    made_at: str


class LedgerShape(Struct, frozen=True):
    """The ledger: what our record and Asterisk's own log say of the same calls.

    ``books`` counts over all time; ``days`` newest first; ``more``: not all unexplained are listed.
    """

    from_day: str
    to_day: str
    books: list[BookSeen]
    days: list[DayShape]
    unexplained: list[UnexplainedShape]
    more: bool
    lies: dict[str, str]


class LinkShape(LinkCounts, frozen=True, kw_only=True):
    """One PBX as its link stands, the instant in RFC 3339."""

    since: str | None


class HouseShape(HouseCounts, frozen=True, kw_only=True):
    """The house, with its links."""

    links: list[LinkShape]


class OversightApi:
    """``names`` for everybody, the ledger for supervisors too, the house for administrators."""

    def __init__(self, oversight: Oversight, clock: Clock, site: Site) -> None:
        self._oversight = oversight
        self._clock = clock
        self._zone = ZoneInfo(site.tz)

    def operations(self) -> list[Operation]:
        """The routes of this room."""
        return [
            Operation(
                method="GET",
                path="/api/v1/names",
                summary="What ids are called: titles of queues, agents, dispositions.",
                handler=self.names,
                answer=Names,
            ),
            Operation(
                method="GET",
                path="/api/v1/ledger",
                summary="The ledger: calls equal, corrected and unexplained per day and PBX.",
                handler=self.ledger,
                roles=LEADERS,
                params=LEDGER_PARAMS,
                answer=LedgerShape,
            ),
            Operation(
                method="GET",
                path="/api/v1/house",
                summary="The house as it stands: links, journal, call log, and what is wrong.",
                handler=self.house,
                roles=ADMIN,
                answer=HouseShape,
            ),
        ]

    async def names(self, request: web.Request, who: SignedIn) -> web.StreamResponse:
        """GET /api/v1/names"""
        names = self._oversight.names()
        if who.role == "agent":
            # His colleagues' names he reads in his customers' history; a list he needs not have.
            own = [agent for agent in names.agents if agent.id == who.agent_id]
            names = msgspec.structs.replace(names, agents=own)
        return answer(names)

    async def ledger(self, request: web.Request, who: SignedIn) -> web.StreamResponse:
        """GET /api/v1/ledger"""
        query = Query(request)
        query.known(*(param.name for param in LEDGER_PARAMS))
        today = datetime.fromtimestamp(self._clock.wall_ms() / 1000, UTC).astimezone(self._zone)
        to_day = _day(query.text("to"), "to") or today.date()
        from_day = _day(query.text("from"), "from") or to_day - timedelta(days=DAYS - 1)
        if not timedelta(0) <= to_day - from_day < timedelta(days=MOST_DAYS):
            raise Refusal(
                Code.BAD_VALUE,
                f"from is {from_day}, to is {to_day}: ask for 1 to {MOST_DAYS} days.",
            )
        first, last = from_day.isoformat(), to_day.isoformat()
        seen = await self._oversight.ledger(first, last, query.text("pbx"))
        days = sorted(seen.days, key=lambda day: (day.day, day.pbx), reverse=True)
        unexplained = [
            UnexplainedShape(
                pbx=item.pbx,
                day=item.day,
                call=item.call,
                at=instant(item.at),
                why=item.why,
                ours=msgspec.json.decode(item.ours),
                logged=msgspec.json.decode(item.logged),
            )
            for item in seen.unexplained
        ]
        return answer(
            LedgerShape(
                from_day=first,
                to_day=last,
                books=seen.books,
                days=[_tally(day) for day in days],
                unexplained=unexplained,
                more=seen.more,
                lies=seen.lies,
            )
        )

    async def house(self, request: web.Request, who: SignedIn) -> web.StreamResponse:
        """GET /api/v1/house"""
        seen = msgspec.structs.asdict(self._oversight.house())
        links = [
            LinkShape(**{**msgspec.structs.asdict(link), "since": instant_or_none(link.since)})
            for link in seen.pop("links")
        ]
        return answer(HouseShape(**seen, links=links))


def _day(text: str, where: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(
            Code.BAD_VALUE, f"{where} is {text[:40]!r}; write a day such as 2026-11-22."
        ) from None


def _tally(day: DayTally) -> DayShape:
    return DayShape(
        pbx=day.pbx,
        day=day.day,
        equal=day.equal,
        corrected=day.corrected,
        unexplained=day.unexplained,
        known=day.known,
        made_at=instant(day.made_at),
    )

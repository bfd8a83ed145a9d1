"""Who is calling: looked up once per call, early, so that it is there when the phone rings.

The look-up starts with the call and not with the ringing. What it found is kept beside the call
until that is over; a slow or broken store makes the pop poorer, never later. The customer found is
said as a fact; with several matches nothing is said until a person chooses.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Literal

from msgspec import Struct, field

from callcenter.domain.customer import Customer, FieldKind, FollowUp, Match, Number
from callcenter.domain.facts import AnyFact, CustomerLinked
from callcenter.domain.model import CallRecord, Presentation
from callcenter.ports.clock import Clock
from callcenter.ports.directory import Directory
from callcenter.ports.errors import StoreUnavailable
from callcenter.ports.follow_ups import FollowUps
from callcenter.supervise import Tasks

from .ports_call_log import CallLog

log = logging.getLogger(__name__)

HISTORY = 6
LIMIT_S = 3.0
"""After this the screen says that the customer's data cannot be had (UI A.1)."""
AT_ONCE = 32
"""Look-ups under way at the same time; others wait their turn."""

MatchKind = Literal["one", "many", "none", "withheld", "internal", "pending", "unavailable"]
Normalise = Callable[[str, str, Presentation], Number]
"""(number as it came, line dialled, presentation) -> what it means."""


class CallerInfo(Struct, kw_only=True):
    """What is known of a caller. ``history`` is newest first, ``history_n`` how many there are."""

    number: Number
    match: MatchKind = "pending"
    matches: list[Match] = field(default_factory=list)
    customer: Customer | None = None
    history: list[CallRecord] = field(default_factory=list)
    history_n: int = 0
    today: int = 1
    follow_ups: list[FollowUp] = field(default_factory=list)


class Callers:
    """Looks callers up and keeps what was found while their calls last."""

    def __init__(
        self,
        *,
        directory: Directory,
        call_log: CallLog,
        follow_ups: FollowUps,
        clock: Clock,
        tasks: Tasks,
        normalise: Normalise,
        day_start: Callable[[], int],
        commit: Callable[[Sequence[AnyFact]], Coroutine[Any, Any, None]],
        latest: Callable[[str], CallRecord | None] = lambda call: None,
        stored: Callable[[], Coroutine[Any, Any, None]] | None = None,
    ) -> None:
        self._directory = directory
        self._call_log = call_log
        self._follow_ups = follow_ups
        self._clock = clock
        self._tasks = tasks
        self._normalise = normalise
        self._day_start = day_start
        self._commit = commit
        self._latest = latest
        self._stored = stored
        self._known: dict[str, CallerInfo] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._changed: Callable[[str], None] = lambda call: None
        self.field_kinds: list[FieldKind] = []
        self.failures = 0

    def on_change(self, listener: Callable[[str], None]) -> None:
        """``listener(call)`` hears when more is known of a call's caller."""
        self._changed = listener

    def national(self, line: str) -> str:
        """A line of ours as people of its country write it; as it came when it is no number."""
        return self._normalise(line, line, "shown").national or line

    def e164(self, typed: str) -> str:
        """A number as somebody types it, for the site's own region; empty when it makes none."""
        return self._normalise(typed, "", "shown").e164

    def get(self, call: str) -> CallerInfo | None:
        """What is known now of the caller of this call."""
        return self._known.get(call)

    def begin(self, record: CallRecord, *, resumed: bool = False) -> CallerInfo:
        """Begins the look-up of a call, unless the same number is being looked up for it.

        ``resumed``: the call was under way before a restart of ours, and whom it was linked with
        then, by its number or by a person, still holds.
        """
        caller = record.caller
        number = self._normalise(caller.number, record.line, caller.presentation)
        known = self._known.get(record.id)
        if known is not None and known.number == number and known.match != "unavailable":
            return known
        info = CallerInfo(number=number)
        self._known[record.id] = info
        if number.withheld or not number.raw:
            info.match = "withheld"
            if record.customer_id is not None or (known is not None and known.number.e164):
                # That the caller hides was learned after the look-up had begun: it is taken back.
                work = self._commit([self._linked(record, info, "withheld")])
                self._tasks.brief(f"unlink the caller of {record.id}", work)
        elif number.internal or record.direction == "internal":
            info.match = "internal"
        else:
            work = self._find(record, info, resumed)
            self._tasks.brief(f"look up the caller of {record.id}", work)
        return info

    def forget(self, call: str) -> None:
        """The call is over and filed."""
        self._known.pop(call, None)

    async def chosen(self, record: CallRecord, customer: Customer, how: str) -> None:
        """A person said which customer this is."""
        info = self._known.get(record.id) or self.begin(record)
        info.customer, info.match, info.matches = customer, "one", []
        await self._commit([self._linked(record, info, how)])
        await self._surroundings(record, info)
        self._changed(record.id)

    def _linked(self, record: CallRecord, info: CallerInfo, how: str) -> CustomerLinked:
        return CustomerLinked(
            at=self._clock.wall_ms(),
            pbx=record.pbx,
            call=record.id,
            customer_id=info.customer.id if info.customer is not None else None,
            e164=info.number.e164,
            how=how,
        )

    async def _find(self, record: CallRecord, info: CallerInfo, resumed: bool) -> None:
        """Whose number it is, at once; then what there was before, which takes longer.

        The call is linked in between: when the same person calls again in a moment, this call is
        part of what there was before, however long its own history takes.
        """
        known: Customer | None = None
        matches: list[Match] = []
        try:
            async with self._slots, asyncio.timeout(LIMIT_S):
                if resumed and record.customer_id is not None:
                    known = await self._directory.get(record.customer_id)
                matches = [] if known else await self._directory.look_up(info.number)
        except (StoreUnavailable, TimeoutError) as error:
            self.failures += 1
            info.match = "unavailable"
            log.warning("the caller of %s could not be looked up: %s", record.id, error)
        else:
            if known is not None:
                info.match, info.customer = "one", known
            elif len(matches) == 1:
                info.match, info.customer = "one", matches[0].customer
            elif matches:
                info.match, info.matches = "many", matches
            else:
                info.match = "none"
        if self._other_by_now(record, info):
            return
        self._changed(record.id)
        if known is None and (info.customer is not None or info.number.e164):
            rule = matches[0].rule if info.match == "one" else info.match
            work = self._commit([self._linked(record, info, rule)])
            linking = self._tasks.brief(f"link the caller of {record.id}", work)
            # A journal that cannot be written does not keep the history from the screen.
            await asyncio.wait([linking], timeout=LIMIT_S)
        if info.match == "unavailable":
            return
        try:
            async with self._slots, asyncio.timeout(LIMIT_S):
                await self._surroundings(record, info)
        except (StoreUnavailable, TimeoutError) as error:
            self.failures += 1
            log.warning("the history of %s could not be read: %s", record.id, error)
        if not self._other_by_now(record, info):
            self._changed(record.id)

    def _other_by_now(self, record: CallRecord, info: CallerInfo) -> bool:
        """Meanwhile the number turned out to be another one, or hidden."""
        return self._known.get(record.id, info) is not info

    async def _surroundings(self, record: CallRecord, info: CallerInfo) -> None:
        customer = info.customer.id if info.customer is not None else None
        e164 = info.number.e164
        if customer is None and not e164:
            return
        if self._stored is not None:
            # The call before this one may have ended a moment ago: it belongs to the history.
            await self._stored()
        past = await self._call_log.history(customer, e164, 100, record.started_at)
        # What is stored may be a moment behind what is known.
        info.history = [self._latest(item.id) or item for item in past[:HISTORY]]
        info.history_n = len(past)
        info.today = 1 + sum(item.started_at >= self._day_start() for item in past)
        if customer is not None:
            info.follow_ups = await self._follow_ups.open_of_customer(customer)

"""One run of reconciliation: the log of a PBX, call by call, against the records of a time.

What the log has and we could not see becomes facts, committed in portions, so a run that is cut
short leaves whole calls and the next one goes on. Then our own calls of that time are looked for
in the log. At the end the days' rows of the ledger are put in place of those that were there:
a second run finds all that the first one did, and says the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct, field

from callcenter.domain.facts import AnyFact, CallFact, CallStarted, CustomerLinked, Recorded
from callcenter.domain.heard import Heard
from callcenter.domain.logged import LoggedCall
from callcenter.domain.model import AgentRef, CallRecord
from callcenter.domain.named import AgentNames
from callcenter.domain.reconcile import Judged, judge, paired, unlogged
from callcenter.ports.errors import StoreUnavailable

from .engine import Engine
from .ledger import Ledger
from .ports_books import Books, DayTally, LogSource, Portion, Unexplained
from .projector import Projector

AT_ONCE = 40
"""Calls of one transaction beside the live work: live facts wait for it, some hundredths of a
second. Who has the database for himself may take many more."""
PAGE = 500
DAY_MS = 86_400_000
LONG_MS = 14_400_000
"""How long a call may have gone on before it entered a queue under another leg."""

Progress = Callable[[int, int], Awaitable[None]]
"""Told after each portion: bytes read, of how many."""
Link = Callable[[str, str], Awaitable[tuple[int | None, str, str] | None]]
"""(number, line) -> customer, E.164 and rule; None when the number means nothing."""

_encoder = msgspec.json.Encoder()


class Writer(Protocol):
    """Where corrections go."""

    def current(self, call: str) -> CallRecord | None:
        """The record of a call that is in memory: newer than the stored one."""
        ...

    async def commit(self, records: Sequence[CallRecord], facts: Sequence[AnyFact]) -> None:
        """Commits facts; ``records`` are the calls that they change, as they were stored."""
        ...

    async def settle(self) -> None:
        """Waits until what was committed is in the call log. Raises ``StoreUnavailable``."""
        ...


class HouseWriter:
    """The port ``Writer`` over the house's one writer.

    ``forget`` lets calls go from memory that are history (the ledger keeps ended calls for ten
    minutes of their own time, which a back-fill beside the live work would pile up).
    """

    def __init__(
        self,
        engine: Engine,
        ledger: Ledger,
        projector: Projector,
        forget: Callable[[Sequence[str]], None] = lambda calls: None,
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._projector = projector
        self._forget = forget

    def current(self, call: str) -> CallRecord | None:
        """The record of a call that is in memory."""
        return self._ledger.get(call)

    async def commit(self, records: Sequence[CallRecord], facts: Sequence[AnyFact]) -> None:
        """Loads what the facts change, commits them, and lets finished history go.

        Raises ``StoreUnavailable`` when they wait for the journal: they are not lost, but a run
        that goes on would fill the memory that live facts may need.
        """
        for record in records:
            self._ledger.load(record)
        await self._engine.commit(facts)
        self._nothing_waits()
        await self._projector.flush()
        self._forget([fact.call for fact in facts if isinstance(fact, CallStarted)])

    async def settle(self) -> None:
        """Stores what waits. Raises ``StoreUnavailable`` when facts wait for the journal."""
        self._nothing_waits()
        await self._projector.flush()

    def _nothing_waits(self) -> None:
        if self._engine.waiting:
            raise StoreUnavailable(f"{self._engine.trouble} The run stopped; run it again.")


def without_history(batch: Sequence[Recorded]) -> Sequence[Recorded]:
    """The facts without those of calls that were made from a log: history rings no phone and is
    on no wall. All facts of such a call come in one batch with its start."""
    past = {
        item.fact.call
        for item in batch
        if isinstance(item.fact, CallStarted) and item.fact.settled_by != "ami"
    }
    if not past:
        return batch
    return [i for i in batch if not (isinstance(i.fact, CallFact) and i.fact.call in past)]


class Report(Struct, kw_only=True):
    """What a run found. ``pending``: calls that go on, here or there; they are judged later."""

    pbx: str
    days: list[DayTally] = field(default_factory=list)
    unexplained: list[Unexplained] = field(default_factory=list)
    equal: int = 0
    corrected: int = 0
    created: int = 0
    pending: int = 0
    facts: int = 0


class Reconciliation:
    """Compares one PBX's log with the records. Without a ``writer`` nothing is changed."""

    def __init__(
        self,
        pbx: str,
        books: Books,
        writer: Writer | None,
        *,
        zone: str,
        now_ms: Callable[[], int],
        link: Link | None = None,
        known_agents: Iterable[AgentRef] = (),
        at_once: int = AT_ONCE,
    ) -> None:
        self._pbx = pbx
        self._books = books
        self._writer = writer
        self._zone = ZoneInfo(zone)
        self._at_once = at_once
        self._now_ms = now_ms
        self._link = link
        self._names = AgentNames(pbx)
        for ref in known_agents:
            self._names.learn(ref)
        self._heard = Heard(())
        self._seen: set[str] = set()
        self._links: dict[str, tuple[int | None, str, str] | None] = {}
        self._days: dict[str, DayTally] = {}
        self._report = Report(pbx=pbx)

    async def run(
        self,
        source: LogSource,
        from_ms: int | None,
        to_ms: int | None,
        progress: Progress | None = None,
    ) -> Report:
        """Compares the calls that entered their first queue in ``from_ms`` <= time < ``to_ms``.

        The caller gives whole days of the site. To be used once. Raises ``OSError`` when the log
        cannot be read, ``StoreUnavailable``.
        """
        self._heard = Heard(await self._books.turns(self._pbx))
        for ref in await self._books.agents(self._pbx):
            self._names.learn(ref)
        if self._writer is not None:
            await self._writer.settle()
        first = last = 0
        portions = await asyncio.to_thread(source.portions, from_ms, to_ms)
        while True:
            portion: Portion | None = await asyncio.to_thread(next, portions, None)
            if portion is None:
                break
            self._seen.update(f"{self._pbx}:{call.callid}" for call in portion.calls)
            wanted = [
                call
                for call in portion.calls
                if _inside(call.visits[0].entered_s * 1000, from_ms, to_ms)
            ]
            for start in range(0, len(wanted), self._at_once):
                await self._judge(wanted[start : start + self._at_once], portion.last_ms)
            first, last = portion.first_ms, portion.last_ms
            if progress is not None:
                await progress(portion.done, portion.size)
        if self._writer is not None:
            await self._writer.settle()
        if last:
            await self._look_for_ours(max(first, from_ms or 0), min(last, to_ms or last))
        report = self._report
        report.days = sorted(self._days.values(), key=lambda day: day.day)
        if self._writer is not None:
            await self._books.write_days(report.days, report.unexplained)
        return report

    # -- the log's calls -------------------------------------------------------------------

    async def _judge(self, calls: Sequence[LoggedCall], until_ms: int) -> None:
        records = await self._records(calls)
        claimed: dict[str, set[int]] = {}
        of_leg: dict[str, CallRecord] = {}
        for call in calls:
            if f"{self._pbx}:{call.callid}" not in records:
                found = await self._under_another_leg(call)
                if found is not None:
                    of_leg[call.callid] = found
                    claimed.setdefault(found.id, set()).update(
                        ours.number
                        for ours, theirs in paired(found, call)
                        if ours is not None and theirs is not None
                    )
        facts: list[AnyFact] = []
        changed: list[CallRecord] = []
        for call in calls:
            record = records.get(f"{self._pbx}:{call.callid}") or of_leg.get(call.callid)
            if record is not None:
                self._seen.add(record.id)
            going_on = not call.over and call.last_s * 1000 > until_ms - DAY_MS
            if going_on or (record is not None and record.ended_at is None):
                self._report.pending += 1
                continue
            elsewhere = claimed.get(record.id, set()) if record is not None else set()
            judged = judge(self._pbx, record, call, self._names, self._heard, elsewhere)
            self._enter(judged)
            if judged.facts:
                facts += await self._linked(judged.facts)
                if record is not None:
                    changed.append(record)
                else:
                    self._report.created += 1
        self._report.facts += len(facts)
        if facts and self._writer is not None:
            await self._writer.commit(changed, facts)

    async def _records(self, calls: Sequence[LoggedCall]) -> dict[str, CallRecord]:
        ids = [f"{self._pbx}:{call.callid}" for call in calls]
        records = await self._books.calls(ids)
        for call in ids:
            current = self._current(call)
            if current is not None:
                records[call] = current
        for record in records.values():
            self._learn(record)
        return records

    def _current(self, call: str) -> CallRecord | None:
        return self._writer.current(call) if self._writer is not None else None

    def _learn(self, record: CallRecord) -> None:
        for talk in record.conversations:
            self._names.learn(talk.agent)
        for visit in record.visits:
            for offer in visit.offers:
                self._names.learn(offer.agent)

    async def _under_another_leg(self, call: LoggedCall) -> CallRecord | None:
        """A call of ours that entered this queue in this moment, though under another id."""
        first = call.visits[0]
        at = first.entered_s * 1000
        if not self._heard.throughout(at, at):
            return None
        for record in await self._books.near(self._pbx, first.queue, at - LONG_MS, at + 2_000):
            record = self._current(record.id) or record
            ours, theirs = paired(record, call)[0]
            if ours is not None and theirs is not None and _close(ours.entered_at, at):
                self._learn(record)
                return record
        return None

    async def _linked(self, facts: list[AnyFact]) -> list[AnyFact]:
        """The facts with the customer's link behind the start, where his number says who he is."""
        start = facts[0]
        if self._link is None or not isinstance(start, CallStarted) or not start.number:
            return facts
        if start.number not in self._links:
            if len(self._links) > 100_000:
                self._links.clear()
            self._links[start.number] = await self._link(start.number, start.line)
        found = self._links[start.number]
        if found is None:
            return facts
        customer_id, e164, how = found
        linked = CustomerLinked(
            at=start.at,
            pbx=start.pbx,
            call=start.call,
            customer_id=customer_id,
            e164=e164,
            how=how,
        )
        return [start, linked, *facts[1:]]

    # -- our calls -------------------------------------------------------------------------

    async def _look_for_ours(self, from_ms: int, to_ms: int) -> None:
        """Our calls in the time that the log covers, and which it has not."""
        after = ""
        while True:
            page = await self._books.calls_of(self._pbx, from_ms, to_ms, after, PAGE)
            for record in page:
                covered = record.ended_at is not None and record.ended_at <= to_ms
                if record.id in self._seen or not covered or self._found_later(record):
                    continue
                judged = unlogged(record)
                if judged is not None and judged.at < to_ms:
                    self._enter(judged)
            if len(page) < PAGE:
                return
            after = page[-1].id

    def _found_later(self, record: CallRecord) -> bool:
        """Whether the record rests on what was found afterwards, and not seen by us."""
        if record.settled_by == "cel":
            return not self._heard.throughout(record.started_at, record.ended_at or 0)
        return record.settled_by == "queue_log"

    # -- the ledger ------------------------------------------------------------------------

    def _enter(self, judged: Judged) -> None:
        day = f"{datetime.fromtimestamp(judged.at / 1000, UTC).astimezone(self._zone):%Y-%m-%d}"
        tally = self._days.get(day)
        if tally is None:
            tally = self._days[day] = DayTally(pbx=self._pbx, day=day, made_at=self._now_ms())
        if judged.verdict == "unexplained":
            tally.unexplained += 1
            self._report.unexplained.append(
                Unexplained(
                    pbx=self._pbx,
                    day=day,
                    call=judged.call,
                    at=judged.at,
                    why=judged.why,
                    ours=_json(judged.ours),
                    logged=_json(judged.logged),
                )
            )
        elif judged.verdict == "corrected":
            tally.corrected += 1
            self._report.corrected += 1
        else:
            tally.equal += 1
            self._report.equal += 1
            for name in judged.known:
                tally.known[name] = tally.known.get(name, 0) + 1


def _json(value: Any) -> str:
    return _encoder.encode(value).decode()


def _close(one: int, other: int) -> bool:
    return abs(one - other - 500) <= 2_500


def _inside(at: int, from_ms: int | None, to_ms: int | None) -> bool:
    return (from_ms is None or at >= from_ms) and (to_ms is None or at < to_ms)

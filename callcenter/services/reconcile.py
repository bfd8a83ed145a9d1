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

from callcenter.domain.facts import (
    AnyFact,
    CallFact,
    CallsImported,
    CallStarted,
    Recorded,
)
from callcenter.domain.heard import Heard
from callcenter.domain.logged import LoggedCall
from callcenter.domain.model import AgentRef, CallRecord
from callcenter.domain.named import AgentNames
from callcenter.domain.reconcile import WORSE, Judged, holds, judge, paired, unlogged
from kpi.intervals import start_of

from .history import AT_ONCE as PAST_AT_ONCE
from .history import Link, Links, Past, seldom_collected
from .ledger import Imported
from .ports_books import Books, DayTally, LogSource, Portion, Unexplained

AT_ONCE = 40
"""Calls of one transaction beside the live work: live facts wait for it, some hundredths of a
second. Who has the database for himself may take many more."""
PAGE = 500
DAY_MS = 86_400_000
LONG_MS = 14_400_000
"""How long a call may have gone on before it entered a queue under another leg."""

Progress = Callable[[int, int], Awaitable[None]]
"""Told after each portion: bytes read, of how many."""

_encoder = msgspec.json.Encoder()


class Writer(Protocol):
    """Where corrections go."""

    def current(self, call: str) -> CallRecord | None:
        """The record of a call that is in memory: newer than the stored one."""
        ...

    async def commit(self, records: Sequence[CallRecord], facts: Sequence[AnyFact]) -> None:
        """Commits facts; ``records`` are the calls that they change, as they were stored."""
        ...

    async def commit_history(self, portions: Iterable[Imported]) -> None:
        """Commits calls of the past. ``portions`` are asked for in a thread."""
        ...

    async def settle(self) -> None:
        """Waits until what was committed is in the call log. Raises ``StoreUnavailable``."""
        ...


def without_history(batch: Sequence[Recorded]) -> Sequence[Recorded]:
    """The facts without those of calls that were made from a log: history rings no phone and is
    on no wall. All facts of such a call come in one batch with its start."""
    batch = [item for item in batch if not isinstance(item.fact, CallsImported)]
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
        past_at_once: int = PAST_AT_ONCE,
    ) -> None:
        self._pbx = pbx
        self._books = books
        self._writer = writer
        self._zone = ZoneInfo(zone)
        self._at_once = at_once
        self._past_at_once = past_at_once
        self._now_ms = now_ms
        self._link = link
        self._names = AgentNames(pbx)
        for ref in known_agents:
            self._names.learn(ref)
        self._heard = Heard(())
        self._seen: set[str] = set()
        self._parts: dict[str, Judged] = {}
        self._links = Links(link)
        self._days: dict[str, DayTally] = {}
        self._quarters: dict[int, DayTally] = {}
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
        with seldom_collected():
            return await self._run(source, from_ms, to_ms, progress)

    async def _run(
        self,
        source: LogSource,
        from_ms: int | None,
        to_ms: int | None,
        progress: Progress | None,
    ) -> Report:
        self._heard = Heard(await self._books.turns(self._pbx))
        for ref in await self._books.agents(self._pbx):
            self._names.learn(ref)
        if self._writer is not None:
            await self._writer.settle()
        past = Past(
            self._pbx,
            self._books,
            self._writer,
            names=self._names,
            heard=self._heard,
            links=self._links,
            now_ms=self._now_ms(),
            at_once=self._past_at_once,
        )
        first = last = 0
        portions = await asyncio.to_thread(source.portions, from_ms, to_ms)
        while True:
            portion: Portion | None = await asyncio.to_thread(next, portions, None)
            if portion is None:
                break
            wanted = portion.calls
            if from_ms is not None or to_ms is not None:
                wanted = self._wanted(portion.calls, from_ms, to_ms)
            async for rest in past.without(wanted):
                for start in range(0, len(rest), self._at_once):
                    await self._judge(rest[start : start + self._at_once], portion.last_ms)
            first, last = portion.first_ms, portion.last_ms
            if progress is not None:
                await progress(portion.done, portion.size)
        if self._writer is not None:
            await self._writer.settle()
        self._enter_past(past)
        if last:
            await self._look_for_ours(max(first, from_ms or 0), min(last, to_ms or last))
        report = self._report
        report.days = sorted(self._days.values(), key=lambda day: day.day)
        if self._writer is not None:
            await self._books.write_days(report.days, report.unexplained)
        return report

    # -- the log's calls -------------------------------------------------------------------

    def _wanted(
        self, calls: Sequence[LoggedCall], from_ms: int | None, to_ms: int | None
    ) -> list[LoggedCall]:
        wanted: list[LoggedCall] = []
        for call in calls:
            if _inside(call.visits[0].entered_s * 1000, from_ms, to_ms):
                wanted.append(call)
            else:
                self._seen.add(f"{self._pbx}:{call.callid}")
        return wanted

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
            self._enter_part(record, judged)
            if judged.facts:
                facts += await self._links.behind_start(judged.facts)
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
        """A call of ours for which this leg waited, though it has another's id."""
        first = call.visits[0]
        at = first.entered_s * 1000
        if not self._heard.partly(at, max(visit.last_s for visit in call.visits) * 1000 + 999):
            return None
        for record in await self._books.near(self._pbx, first.queue, at - LONG_MS, at + 2_000):
            record = self._current(record.id) or record
            if holds(record, call):
                self._learn(record)
                return record
        return None

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

    def _tally(self, at: int) -> DayTally:
        """The row of the day; days begin with a quarter of an hour everywhere."""
        quarter = start_of(at)
        tally = self._quarters.get(quarter)
        if tally is None:
            tally = self._quarters[quarter] = self._of_day(at)
        return tally

    def _of_day(self, at: int) -> DayTally:
        day = f"{datetime.fromtimestamp(at / 1000, UTC).astimezone(self._zone):%Y-%m-%d}"
        tally = self._days.get(day)
        if tally is None:
            tally = self._days[day] = DayTally(pbx=self._pbx, day=day, made_at=self._now_ms())
        return tally

    def _enter_past(self, past: Past) -> None:
        """Calls that were made from the log are corrected ones, as in every later run."""
        for at, count in past.created.items():
            self._tally(at).corrected += count
            self._report.corrected += count
            self._report.created += count
        self._report.facts += past.facts

    def _enter_part(self, record: CallRecord | None, judged: Judged) -> None:
        """Enters a call, and once only if the log has it in parts."""
        legs = record is not None and (record.customer_leg or any(v.leg for v in record.visits))
        before = self._parts.get(judged.call) if legs else None
        if before is not None:
            if judged.verdict == before.verdict == "equal":
                judged.known += [name for name in before.known if name not in judged.known]
            elif WORSE[judged.verdict] <= WORSE[before.verdict]:
                return
            self._enter(before, -1)
        if legs:
            self._parts[judged.call] = judged
        self._enter(judged)

    def _enter(self, judged: Judged, count: int = 1) -> None:
        tally = self._tally(judged.at)
        day = tally.day
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
            tally.corrected += count
            self._report.corrected += count
        else:
            tally.equal += count
            self._report.equal += count
            for name in judged.known:
                tally.known[name] = tally.known.get(name, 0) + count


def _json(value: Any) -> str:
    return _encoder.encode(value).decode()


def _inside(at: int, from_ms: int | None, to_ms: int | None) -> bool:
    return (from_ms is None or at >= from_ms) and (to_ms is None or at < to_ms)

"""The ledger of reconciliation in the database, and what reconciliation asks of the call log."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import ARRAY, ColumnElement, Text, and_, cast, delete, func, insert, select, tuple_

from callcenter.domain.facts import LinkRestored
from callcenter.domain.heard import LinkFact
from callcenter.domain.model import AgentRef, CallRecord
from callcenter.domain.wire import loads
from callcenter.services.ports_books import DayTally, Job, Unexplained
from kpi.records import AgentSpan

from .call_rows import record_of
from .engine import OnDatabase, unbroken
from .heard import last_said
from .tables import (
    call_queues,
    calls,
    journal,
    ledger_calls,
    ledger_days,
    ledger_jobs,
    log_places,
    spans,
)
from .upsert import upsert

PORTION = 500
"""Ids asked for by one statement, well below the limits of both databases."""

_encoder = msgspec.json.Encoder()
_names: msgspec.json.Decoder[dict[str, int]] = msgspec.json.Decoder(dict[str, int])
_texts: msgspec.json.Decoder[list[str]] = msgspec.json.Decoder(list[str])
_spans: msgspec.json.Decoder[AgentSpan] = msgspec.json.Decoder(AgentSpan)
_OPEN_JOBS = ("asked", "running")


class SqlBooks(OnDatabase):
    """The port ``Books`` over a ``Database``."""

    @unbroken
    async def write_days(
        self, days: Sequence[DayTally], unexplained: Sequence[Unexplained]
    ) -> None:
        """Puts whole days in place of what was known of them, in one transaction."""
        if not days:
            return
        keys = [(day.pbx, day.day) for day in days]
        async with self._database.write() as connection:
            for start in range(0, len(keys), PORTION):
                which = tuple_(ledger_calls.c.pbx, ledger_calls.c.day)
                some = keys[start : start + PORTION]
                await connection.execute(delete(ledger_calls).where(which.in_(some)))
            rows = [_day_row(day) for day in days]
            await connection.execute(upsert(ledger_days, self._database.sqlite), rows)
            if unexplained:
                found = [_call_row(item) for item in unexplained]
                await connection.execute(upsert(ledger_calls, self._database.sqlite), found)

    async def days(self, from_day: str, to_day: str, pbx: str = "") -> list[DayTally]:
        """The days from ``from_day`` to ``to_day``, both included, by day and PBX."""
        table = ledger_days.c
        query = select(ledger_days).where(table.day >= from_day, table.day <= to_day)
        if pbx:
            query = query.where(table.pbx == pbx)
        async with self._database.read() as connection:
            rows = (await connection.execute(query.order_by(table.day, table.pbx))).mappings()
            return [DayTally(**{**row, "known": _names.decode(row["known"])}) for row in rows]

    async def unexplained(self, limit: int, pbx: str = "", day: str = "") -> list[Unexplained]:
        """Unexplained calls, newest first."""
        table = ledger_calls.c
        query = select(ledger_calls)
        if pbx:
            query = query.where(table.pbx == pbx)
        if day:
            query = query.where(table.day == day)
        async with self._database.read() as connection:
            ordered = query.order_by(table.at.desc(), table.call_id).limit(limit)
            rows = (await connection.execute(ordered)).mappings()
            return [
                Unexplained(
                    pbx=row["pbx"],
                    day=row["day"],
                    call=row["call_id"],
                    at=row["at"],
                    why=_texts.decode(row["why"]),
                    ours=row["ours"],
                    logged=row["logged"],
                )
                for row in rows
            ]

    async def unreconciled(self) -> dict[str, int]:
        """How many calls of each PBX are unexplained, all days together."""
        query = select(ledger_calls.c.pbx, func.count()).group_by(ledger_calls.c.pbx)
        async with self._database.read() as connection:
            return {row[0]: int(row[1]) for row in await connection.execute(query)}

    async def turns(self, pbx: str) -> list[LinkFact]:
        """When the link of this PBX was lost and restored, in order."""
        table = journal.c
        query = (
            select(table.seq, table.at, table.kind, table.fact)
            .where(table.pbx == pbx, table.kind.in_(("LinkLost", "LinkRestored")))
            .order_by(table.seq)
        )
        found: list[LinkFact] = []
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
            lost = True
            for seq, at, kind, said in rows:
                before = 0
                if kind == "LinkRestored" and not lost:
                    # A start of ours: when we last said something of this PBX we still heard it.
                    fact = loads(said)
                    before = fact.before_ms if isinstance(fact, LinkRestored) else 0
                    before = before or await last_said(connection, pbx, seq)
                lost = kind == "LinkLost"
                found.append(LinkFact(at, not lost, before))
        return found

    async def agents(self, pbx: str) -> list[AgentRef]:
        """Every agent of this PBX that was ever recorded, by his last name."""
        newest = (
            select(spans.c.agent_id, func.max(spans.c.start_ms).label("start"))
            .where(spans.c.agent_id >= f"{pbx}:", spans.c.agent_id < f"{pbx};")
            .group_by(spans.c.agent_id)
            .subquery()
        )
        query = select(spans.c.span).join(
            newest,
            and_(spans.c.agent_id == newest.c.agent_id, spans.c.start_ms == newest.c.start),
        )
        async with self._database.read() as connection:
            found = [_spans.decode(row[0]) for row in await connection.execute(query)]
        prefix = len(pbx) + 1
        return [AgentRef(s.agent_id, s.name, s.agent_id[prefix:]) for s in found]

    async def calls(self, ids: Sequence[str]) -> dict[str, CallRecord]:
        """The stored calls with these ids."""
        found: dict[str, CallRecord] = {}
        async with self._database.read() as connection:
            for start in range(0, len(ids), PORTION):
                query = select(calls.c.record).where(calls.c.id.in_(ids[start : start + PORTION]))
                for row in await connection.execute(query):
                    record = record_of(row[0])
                    found[record.id] = record
        return found

    async def known(self, ids: Sequence[str]) -> set[str]:
        """Those of these ids under which a call is stored."""
        if not self._database.sqlite:
            query = select(calls.c.id).where(calls.c.id == func.any(cast(ids, ARRAY(Text))))
        else:
            given = func.json_each(_encoder.encode(ids).decode()).table_valued("value")
            query = select(calls.c.id).where(calls.c.id.in_(select(given.c.value)))
        async with self._database.read() as connection:
            return {row[0] for row in await connection.execute(query)}

    async def calls_of(
        self, pbx: str, from_ms: int, to_ms: int, after: str, limit: int
    ) -> list[CallRecord]:
        """Calls of a PBX that began in ``from_ms`` <= start < ``to_ms``, by start and id; without
        those of the past of which nothing is known but what queue_log told.

        ``after`` is the id of the last call of the page before, or empty.
        """
        table = calls.c
        ours = (table.pbx == pbx) & (table.last_seq > 0)
        query = select(table.record).where(ours, table.started_at < to_ms)
        if after:
            begun = select(table.started_at).where(table.id == after).scalar_subquery()
            query = query.where(
                (table.started_at > begun) | ((table.started_at == begun) & (table.id > after)),
                table.started_at >= begun,
            )
        else:
            query = query.where(table.started_at >= from_ms)
        query = query.order_by(table.started_at, table.id).limit(limit)
        async with self._database.read() as connection:
            return [record_of(row[0]) for row in await connection.execute(query)]

    async def near(self, pbx: str, queue: str, from_ms: int, to_ms: int) -> list[CallRecord]:
        """Calls of a PBX that were in this queue and began in this time."""
        query = (
            select(calls.c.record)
            .join(call_queues, call_queues.c.call_id == calls.c.id)
            .where(
                call_queues.c.queue == queue,
                call_queues.c.started_at >= from_ms,
                call_queues.c.started_at < to_ms,
                calls.c.pbx == pbx,
            )
        )
        async with self._database.read() as connection:
            return [record_of(row[0]) for row in await connection.execute(query)]

    # -- jobs and places -------------------------------------------------------------------

    @unbroken
    async def ask(self, job: Job, now_ms: int) -> int:
        """Asks the running service for a back-fill; gives the job's number."""
        async with self._database.write() as connection:
            values = {**_job_values(job), "asked_at": now_ms}
            done = await connection.execute(insert(ledger_jobs).values(values))
            key = done.inserted_primary_key
            assert key is not None, "an insert of one row has its key"
            return int(key[0])

    async def job(self, number: int) -> Job | None:
        """How a job stands."""
        return await self._job(ledger_jobs.c.id == number)

    async def next_job(self) -> Job | None:
        """The oldest job that is asked for or was interrupted."""
        return await self._job(ledger_jobs.c.state.in_(_OPEN_JOBS))

    async def _job(self, which: ColumnElement[bool]) -> Job | None:
        columns = [column for column in ledger_jobs.c if column.name != "asked_at"]
        query = select(*columns).where(which).order_by(ledger_jobs.c.id).limit(1)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().first()
            return None if row is None else Job(**{str(key): value for key, value in row.items()})

    @unbroken
    async def tell_job(self, job: Job) -> None:
        """Stores state, progress and result of a job."""
        values = _job_values(job)
        async with self._database.write() as connection:
            await connection.execute(
                ledger_jobs.update().where(ledger_jobs.c.id == job.id).values(values)
            )

    async def place(self, pbx: str) -> tuple[int, int, str] | None:
        """Where the tail of this PBX's log stood: inode, offset, mark."""
        table = log_places.c
        query = select(table.inode, table.offset, table.mark).where(table.pbx == pbx)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
            return None if row is None else (row[0], row[1], row[2])

    @unbroken
    async def keep_place(self, pbx: str, place: tuple[int, int, str]) -> None:
        """Stores where the tail stands."""
        inode, offset, mark = place
        values = {"pbx": pbx, "inode": inode, "offset": offset, "mark": mark}
        async with self._database.write() as connection:
            await connection.execute(upsert(log_places, self._database.sqlite), [values])


def _day_row(day: DayTally) -> dict[str, object]:
    return {
        "pbx": day.pbx,
        "day": day.day,
        "equal": day.equal,
        "corrected": day.corrected,
        "unexplained": day.unexplained,
        "known": _encoder.encode(day.known).decode(),
        "made_at": day.made_at,
    }


def _call_row(item: Unexplained) -> dict[str, object]:
    return {
        "pbx": item.pbx,
        "day": item.day,
        "call_id": item.call,
        "at": item.at,
        "why": _encoder.encode(item.why).decode(),
        "ours": item.ours,
        "logged": item.logged,
    }


def _job_values(job: Job) -> dict[str, object]:
    return {
        "pbx": job.pbx,
        "file": job.file,
        "from_ms": job.from_ms,
        "to_ms": job.to_ms,
        "dry_run": job.dry_run,
        "state": job.state,
        "done": job.done,
        "size": job.size,
        "said": job.said,
    }

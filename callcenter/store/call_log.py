"""The call log in the database: calls as they are told, agent spans, the sums of intervals."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Integer, Select, bindparam, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.found import History
from callcenter.domain.model import CallRecord
from callcenter.services.ports_call_log import CallFilter, CallPage
from kpi.counters import Cell, Counters, dumps, loads
from kpi.records import AgentSpan, FcrCall, fcr_call
from kpi.rules import Rules

from . import tables
from .call_rows import (
    agent_rows,
    call_row,
    outline_of,
    page_of,
    page_query,
    queue_rows,
    record_of,
)
from .engine import Database
from .history_rows import named, stored
from .tables import call_agents, call_queues, calls, places
from .upsert import insert_new, upsert

PORTION = 300
"""Cells read by one statement: three parameters each, well below the limit of both databases."""

FCR_PORTION = 100
"""Calls read at once for first-call resolution, which looks at a week of them."""

_PLACE = select(places.c.seq).where(places.c.reader == bindparam("reader"))
_GET = select(calls.c.record).where(calls.c.id == bindparam("id"))
_OPEN = select(calls.c.record).where(calls.c.ended_at.is_(None)).order_by(calls.c.started_at)
_COUNT = (
    select(func.count())
    .select_from(calls)
    .where(calls.c.e164 == bindparam("e164"), calls.c.started_at >= bindparam("since"))
)
_BEFORE = (
    select(calls.c.record)
    .where(calls.c.started_at < bindparam("before"))
    .order_by(calls.c.started_at.desc())
    .limit(bindparam("limit", type_=Integer))
)
_OF_CUSTOMER = _BEFORE.where(calls.c.customer_id == bindparam("key"))
_OF_E164 = _BEFORE.where(calls.c.e164 == bindparam("key"))
_BETWEEN = (
    select(calls.c.record)
    .where(calls.c.started_at >= bindparam("from_ms"), calls.c.started_at < bindparam("to_ms"))
    .order_by(calls.c.started_at, calls.c.id)
)
_CELL = tables.cells.c
_CELLS = select(_CELL.interval_ms, _CELL.scope, _CELL.id, _CELL.counters)
_CELLS_BETWEEN = _CELLS.where(
    _CELL.interval_ms >= bindparam("from_ms"), _CELL.interval_ms < bindparam("to_ms")
)
_SPAN = tables.spans.c

_Work = list[tuple[Any, list[dict[str, object]]]]
_encoder = msgspec.json.Encoder()
_span_decoder: msgspec.json.Decoder[AgentSpan] = msgspec.json.Decoder(AgentSpan)


class SqlCallLog:
    """The port ``CallLog`` over a ``Database``; ``rules`` say what a call means for FCR."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules

    async def save(
        self,
        reader: str,
        seq: int,
        records: Sequence[CallRecord],
        spans: Sequence[AgentSpan],
        cells: Mapping[Cell, Counters],
    ) -> None:
        """Stores a batch with the reader's place in one transaction; see the port."""
        # Every value is taken now: records and counters go on changing while we wait.
        whole = {record.id: record for record in records}.values()
        by_start = {(span.agent_id, span.start_ms): _span_row(span) for span in spans}
        deltas = {cell: counters.copy() for cell, counters in cells.items()}
        work: _Work = [
            (upsert(calls, self._database.sqlite), [call_row(record) for record in whole]),
            (
                insert_new(call_queues, self._database.sqlite),
                [row for record in whole for row in queue_rows(record)],
            ),
            (
                insert_new(call_agents, self._database.sqlite),
                [row for record in whole for row in agent_rows(record)],
            ),
            (upsert(tables.spans, self._database.sqlite), list(by_start.values())),
            (upsert(places, self._database.sqlite), [{"reader": reader, "seq": seq}]),
        ]
        await self._database.finish(self._store(reader, seq, work, deltas))

    async def save_history(
        self,
        reader: str,
        seq: int,
        histories: Sequence[History],
        cells: Mapping[Cell, Counters],
    ) -> None:
        """Stores finished calls of the past with the reader's place; see the port."""
        if self._database.sqlite:
            given = tuple(histories)
            work = partial(stored, reader=reader, seq=seq, histories=given, sums=dict(cells))
            await self._database.finish(self._database.in_one_hop(work))
            return
        rows = await asyncio.to_thread(named, tuple(histories))
        every: _Work = [
            (upsert(table, False) if table is calls else insert_new(table, False), values)
            for table, values in rows
        ]
        every.append((upsert(places, False), [{"reader": reader, "seq": seq}]))
        await self._database.finish(self._store(reader, seq, every, cells))

    async def _store(
        self, reader: str, seq: int, work: _Work, deltas: Mapping[Cell, Counters]
    ) -> None:
        async with self._database.write() as connection:
            place = (await connection.execute(_PLACE, {"reader": reader})).scalar_one_or_none()
            if place is not None and seq <= place:
                return
            for statement, rows in work:
                if rows:
                    await connection.execute(statement, rows)
            await self._add(connection, deltas)

    async def place(self, reader: str) -> int:
        """Up to which number ``reader`` has read the journal, 0 at first."""
        async with self._database.read() as connection:
            found = (await connection.execute(_PLACE, {"reader": reader})).scalar_one_or_none()
            return found or 0

    async def get(self, call_id: str) -> CallRecord | None:
        """The call with this id."""
        found = await self._records(_GET, {"id": call_id})
        return found[0] if found else None

    async def open_calls(self) -> list[CallRecord]:
        """Calls that have not ended, oldest first."""
        return await self._records(_OPEN, {})

    async def find(self, wanted: CallFilter) -> CallPage:
        """A page of calls, newest first. Raises ``BadFilter``."""
        query = page_query(wanted)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return page_of(rows, wanted.limit)

    async def history(
        self, customer_id: int | None, e164: str, limit: int, before_ms: int
    ) -> list[CallRecord]:
        """Calls of a customer or a number that began before ``before_ms``, newest first."""
        # Two index reads, each already in order; one OR over both would sort all of them.
        found: dict[str, CallRecord] = {}
        for query, key in ((_OF_CUSTOMER, customer_id), (_OF_E164, e164 or None)):
            if key is not None:
                values = {"key": key, "before": before_ms, "limit": limit}
                found.update({each.id: each for each in await self._records(query, values)})
        newest = sorted(found.values(), key=lambda record: record.started_at, reverse=True)
        return newest[:limit]

    async def count_today(self, e164: str, since_ms: int) -> int:
        """How many calls of this number began at or after ``since_ms``."""
        if not e164:
            return 0
        async with self._database.read() as connection:
            values = {"e164": e164, "since": since_ms}
            return int((await connection.execute(_COUNT, values)).scalar_one())

    async def cells(self, from_ms: int, to_ms: int) -> dict[Cell, Counters]:
        """The sums of intervals that begin in ``from_ms`` <= start < ``to_ms``."""
        async with self._database.read() as connection:
            rows = await connection.execute(_CELLS_BETWEEN, {"from_ms": from_ms, "to_ms": to_ms})
            return {Cell(row[0], row[1], row[2]): loads(row[3]) for row in rows}

    async def fcr_calls(self, from_ms: int, to_ms: int) -> list[FcrCall]:
        """Calls of that time as first-call resolution sees them, oldest first."""
        found: list[FcrCall] = []
        async with self._database.read() as connection:
            # In portions: a month of calls is not held as records at once, and reading a portion
            # holds the loop for a millisecond, not for the time of a pop.
            rows = await connection.stream(_BETWEEN, {"from_ms": from_ms, "to_ms": to_ms})
            async for portion in rows.partitions(FCR_PORTION):
                found += [fcr_call(outline_of(row[0]), self._rules) for row in portion]
        return found

    async def spans(self, agent_id: str | None, from_ms: int, to_ms: int) -> list[AgentSpan]:
        """Spans that touch ``from_ms`` to ``to_ms``, of one agent or of all, by start."""
        query = (
            select(_SPAN.span)
            .where(_SPAN.start_ms < to_ms, or_(_SPAN.end_ms > from_ms, _SPAN.end_ms.is_(None)))
            .order_by(_SPAN.start_ms, _SPAN.agent_id)
        )
        if agent_id is not None:
            query = query.where(_SPAN.agent_id == agent_id)
        async with self._database.read() as connection:
            return [_span_decoder.decode(row[0]) for row in await connection.execute(query)]

    async def _records(self, query: Select[Any], values: dict[str, Any]) -> list[CallRecord]:
        async with self._database.read() as connection:
            return [record_of(row[0]) for row in await connection.execute(query, values)]

    async def _add(self, connection: AsyncConnection, deltas: Mapping[Cell, Counters]) -> None:
        """Adds to the sums: read, add, write, which is safe in the one write transaction."""
        order = sorted(deltas)
        for start in range(0, len(order), PORTION):
            portion = order[start : start + PORTION]
            query = _CELLS.where(tuple_(_CELL.interval_ms, _CELL.scope, _CELL.id).in_(portion))
            rows = await connection.execute(query)
            sums = {Cell(row[0], row[1], row[2]): loads(row[3]) for row in rows}
            values = []
            for cell in portion:
                total = sums.get(cell, Counters())
                total.add(deltas[cell])
                values.append({**cell._asdict(), "counters": dumps(total).decode()})
            await connection.execute(upsert(tables.cells, self._database.sqlite), values)


def _span_row(span: AgentSpan) -> dict[str, object]:
    return {
        "agent_id": span.agent_id,
        "start_ms": span.start_ms,
        "end_ms": span.end_ms,
        "span": _encoder.encode(span).decode(),
    }

"""Retention: what is older than the settings say is deleted, in small transactions.

Calls go by their start, with what finds them; facts by when they happened, but never those that a
reader has not read, those of calls that go on, or the last one (which carries the numbering).
Customers and open follow-ups are kept: they have no age.
"""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import ColumnElement, Table, and_, delete, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from .engine import Database
from .tables import (
    call_agents,
    call_queues,
    calls,
    cells,
    follow_ups,
    journal,
    places,
    sessions,
    spans,
)

AT_ONCE = 500
"""Rows of one transaction: the writer of facts waits no longer than that."""

DAY_MS = 86_400_000


class Ages(Struct, frozen=True, kw_only=True):
    """How many days each kind is kept; None keeps it for ever."""

    calls_days: int | None = None
    journal_days: int | None = None
    spans_days: int | None = None
    figures_days: int | None = None
    done_follow_ups_days: int | None = None


class Deleted(Struct, kw_only=True):
    """How many of each kind were deleted."""

    calls: int = 0
    facts: int = 0
    spans: int = 0
    figures: int = 0
    follow_ups: int = 0
    sessions: int = 0


async def delete_old(database: Database, ages: Ages, now_ms: int) -> Deleted:
    """Deletes what is older at ``now_ms`` than ``ages``; safe to interrupt and to repeat.

    Raises ``StoreUnavailable``; what was deleted until then stays deleted.
    """
    gone = Deleted()
    gone.sessions = await _drain(database, sessions, sessions.c.expires_at <= now_ms)
    if ages.calls_days is not None:
        gone.calls = await _drain(
            database,
            calls,
            and_(
                calls.c.started_at < now_ms - ages.calls_days * DAY_MS,
                calls.c.ended_at.is_not(None),
            ),
        )
    if ages.spans_days is not None:
        gone.spans = await _drain(
            database, spans, spans.c.end_ms <= now_ms - ages.spans_days * DAY_MS
        )
    if ages.figures_days is not None:
        before = now_ms - ages.figures_days * DAY_MS
        gone.figures = await _drain(database, cells, cells.c.interval_ms < before)
    if ages.done_follow_ups_days is not None:
        before = now_ms - ages.done_follow_ups_days * DAY_MS
        gone.follow_ups = await _drain(database, follow_ups, follow_ups.c.done_at < before)
    if ages.journal_days is not None:
        gone.facts = await _facts(database, now_ms - ages.journal_days * DAY_MS)
    return gone


async def _drain(database: Database, table: Table, old: ColumnElement[bool]) -> int:
    keys = list(table.primary_key.columns)
    total = 0
    while True:
        async with database.write() as connection:
            rows = (await connection.execute(select(*keys).where(old).limit(AT_ONCE))).all()
            if table is calls:
                await _forget_calls(connection, [row[0] for row in rows])
            if rows:
                which = keys[0].in_([row[0] for row in rows])
                if len(keys) > 1:
                    which = tuple_(*keys).in_([tuple(row) for row in rows])
                await connection.execute(delete(table).where(which))
        total += len(rows)
        if len(rows) < AT_ONCE:
            return total


async def _forget_calls(connection: AsyncConnection, ids: list[str]) -> None:
    for table in (call_queues, call_agents):
        await connection.execute(delete(table).where(table.c.call_id.in_(ids)))


async def _facts(database: Database, before_ms: int) -> int:
    async with database.read() as connection:
        last = (await connection.execute(select(func.max(journal.c.seq)))).scalar() or 0
        read = (await connection.execute(select(func.min(places.c.seq)))).scalar() or 0
    going_on = select(calls.c.id).where(calls.c.ended_at.is_(None))
    return await _drain(
        database,
        journal,
        and_(
            journal.c.seq < last,
            journal.c.seq <= read,
            journal.c.at < before_ms,
            journal.c.call.is_(None) | journal.c.call.not_in(going_on),
        ),
    )

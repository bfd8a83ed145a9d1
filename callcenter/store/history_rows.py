"""Calls of the past stored many at once: rows in the driver's own shape, four statements in all.

With SQLite this is one hop to the writer's thread, in which the rows are made as well: beside the
live work the event loop has nothing to do with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite

from callcenter.domain.history import History
from callcenter.domain.model import CallRecord
from kpi.counters import Cell, Counters, dumps, loads

from .call_rows import agents_of, queues_of
from .tables import call_agents, call_queues, calls, cells, places
from .upsert import insert_new, upsert

CALL_COLUMNS = tuple(column.name for column in calls.columns)


def stored(
    connection: sqlite3.Connection,
    reader: str,
    seq: int,
    histories: Sequence[History],
    sums: Mapping[Cell, Counters],
) -> None:
    """Stores the calls, adds the sums and moves the reader, inside the caller's transaction.

    Nothing when the reader is at ``seq`` already.
    """
    found = connection.execute("SELECT seq FROM places WHERE reader = ?", (reader,)).fetchone()
    if found is not None and seq <= found[0]:
        return
    every = [record for history in histories for record in history.records]
    connection.executemany(_text(upsert(calls, True), calls), call_rows(histories))
    connection.executemany(
        _text(insert_new(call_queues, True), call_queues),
        [(queue, one.started_at, one.id) for one in every for queue in queues_of(one)],
    )
    connection.executemany(
        _text(insert_new(call_agents, True), call_agents),
        [(agent, one.started_at, one.id) for one in every for agent in agents_of(one)],
    )
    _add(connection, sums)
    connection.execute(_text(upsert(places, True), places), (reader, seq))


def call_rows(histories: Sequence[History]) -> Iterator[tuple[object, ...]]:
    """The rows of the calls, in the order of the table's columns."""
    for history in histories:
        for record, text in zip(history.records, history.texts, strict=True):
            yield call_values(record, bytes(text).decode())


def call_values(record: CallRecord, text: str) -> tuple[object, ...]:
    """One row, in the order of ``CALL_COLUMNS``."""
    caller = record.caller
    return (
        record.id,
        record.pbx,
        record.direction,
        record.started_at,
        record.ended_at,
        record.outcome,
        record.customer_id,
        caller.number,
        caller.e164,
        record.last_seq,
        text,
    )


def _add(connection: sqlite3.Connection, sums: Mapping[Cell, Counters]) -> None:
    rows = []
    for cell, counters in sums.items():
        found = connection.execute(
            "SELECT counters FROM kpi_cells WHERE interval_ms = ? AND scope = ? AND id = ?", cell
        ).fetchone()
        total = counters
        if found is not None:
            total = loads(found[0])
            total.add(counters)
        rows.append((*cell, dumps(total).decode()))
    connection.executemany(_text(upsert(cells, True), cells), rows)


def _text(statement: Any, table: Table) -> str:
    names = [column.name for column in table.columns]
    made = statement.compile(dialect=sqlite.dialect(paramstyle="qmark"), column_keys=names)
    assert list(made.positiontup or ()) == names, "values are given in the order of the columns"
    return str(made)

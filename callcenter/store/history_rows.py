"""Calls of the past stored many at once: rows in the driver's own shape, four statements in all.

With SQLite this is one hop to the writer's thread, in which the rows are made as well: beside the
live work the event loop has nothing to do with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Table
from sqlalchemy.dialects import sqlite

from callcenter.domain.history import History
from callcenter.domain.model import CallRecord
from kpi.counters import Cell, Counters, dumps, loads

from .call_rows import agents_of, queues_of
from .tables import call_agents, call_queues, calls, cells, places
from .upsert import insert_new, upsert

Row = tuple[object, ...]


class Rows(Struct, frozen=True):
    """Rows of three tables, each in the order of its columns."""

    calls: list[Row]
    queues: list[Row]
    agents: list[Row]

    def named(self) -> list[tuple[Table, list[dict[str, object]]]]:
        """The rows by table, for a driver that takes them by name."""
        tables = ((calls, self.calls), (call_queues, self.queues), (call_agents, self.agents))
        return [
            (table, [dict(zip(table.columns.keys(), row, strict=True)) for row in rows])
            for table, rows in tables
        ]


def stored(
    connection: sqlite3.Connection,
    reader: str,
    seq: int,
    rows: Rows,
    sums: Mapping[Cell, Counters],
) -> None:
    """Stores the calls, adds the sums and moves the reader, inside the caller's transaction.

    Nothing when the reader is at ``seq`` already.
    """
    found = connection.execute("SELECT seq FROM places WHERE reader = ?", (reader,)).fetchone()
    if found is not None and seq <= found[0]:
        return
    connection.executemany(_text(upsert(calls, True), calls), rows.calls)
    connection.executemany(_text(insert_new(call_queues, True), call_queues), rows.queues)
    connection.executemany(_text(insert_new(call_agents, True), call_agents), rows.agents)
    _add(connection, sums)
    connection.execute(_text(upsert(places, True), places), (reader, seq))


def rows_of(histories: Sequence[History]) -> Rows:
    """The rows of these calls; made before the transaction, for which others wait."""
    every = [record for history in histories for record in history.records]
    return Rows(
        calls=[
            _call(record, bytes(text).decode())
            for history in histories
            for record, text in zip(history.records, history.texts, strict=True)
        ],
        queues=[(queue, one.started_at, one.id) for one in every for queue in queues_of(one)],
        agents=[(agent, one.started_at, one.id) for one in every for agent in agents_of(one)],
    )


def _call(record: CallRecord, text: str) -> Row:
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

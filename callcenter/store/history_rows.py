"""Calls of the past stored many at once: rows in the driver's own shape, four statements in all.

With SQLite this is one hop to the writer's thread: beside the live work the event loop has nothing
to do with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import lru_cache

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import sqlite

from callcenter.domain.found import History
from kpi.counters import Cell, Counters, dumps, loads

from .tables import call_agents, call_queues, calls, cells, places
from .upsert import as_text, insert_new, upsert

Row = tuple[object, ...]


def named(histories: Sequence[History]) -> list[tuple[Table, list[dict[str, object]]]]:
    """The rows by table, for a driver that takes them by name."""
    tables: list[tuple[Table, list[Row]]] = [
        (calls, [(*row[:-1], bytes(row[-1]).decode()) for each in histories for row in each.calls]),
        (call_queues, [row for each in histories for row in each.queues]),
        (call_agents, [row for each in histories for row in each.agents]),
    ]
    return [
        (table, [dict(zip(table.columns.keys(), row, strict=True)) for row in rows])
        for table, rows in tables
    ]


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
    for each in histories:
        connection.executemany(_over(calls), each.calls)
        connection.executemany(_new(call_queues), each.queues)
        connection.executemany(_new(call_agents), each.agents)
    _add(connection, sums)
    connection.execute(_over(places), (reader, seq))


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
    connection.executemany(_over(cells), rows)


@lru_cache(maxsize=8)
def _over(table: Table) -> str:
    statement = upsert(table, True)
    if table is calls:
        # The JSON goes as the bytes that it is; as text it would be read and written once more.
        statement = statement.values(record=as_text("record"))
    return _text(statement, table)


@lru_cache(maxsize=8)
def _new(table: Table) -> str:
    return _text(insert_new(table, True), table)


def _text(statement: Insert, table: Table) -> str:
    names = [column.name for column in table.columns]
    made = statement.compile(dialect=sqlite.dialect(paramstyle="qmark"), column_keys=names)
    assert list(made.positiontup or ()) == names, "values are given in the order of the columns"
    return str(made)

"""Calls of the past stored many at once: rows in the driver's own shape, four statements in all.

With SQLite this is one hop to the writer's thread, in which the rows are made as well: beside the
live work the event loop has nothing to do with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import cast

from msgspec import Raw, Struct
from sqlalchemy import Insert, Table
from sqlalchemy.dialects import sqlite

from callcenter.domain.history import History
from callcenter.domain.model import CallRecord
from kpi.counters import Cell, Counters, dumps, loads

from .call_rows import agents_of, queues_of
from .tables import call_agents, call_queues, calls, cells, places
from .upsert import as_text, insert_new, upsert

Row = tuple[object, ...]


class Rows(Struct, frozen=True):
    """Rows of three tables, each in the order of its columns; a call's record, the last of its
    columns, as the bytes of its JSON."""

    calls: list[Row]
    queues: list[Row]
    agents: list[Row]

    def named(self) -> list[tuple[Table, list[dict[str, object]]]]:
        """The rows by table, for a driver that takes them by name."""
        whole = [(*row[:-1], bytes(cast(Raw, row[-1])).decode()) for row in self.calls]
        tables = ((calls, whole), (call_queues, self.queues), (call_agents, self.agents))
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
    connection.executemany(_over(calls), rows.calls)
    connection.executemany(_new(call_queues), rows.queues)
    connection.executemany(_new(call_agents), rows.agents)
    _add(connection, sums)
    connection.execute(_over(places), (reader, seq))


def rows_of(histories: Sequence[History]) -> Rows:
    """The rows of these calls; made before the transaction, for which others wait."""
    rows = Rows([], [], [])
    for history in histories:
        for record, text in zip(history.records, history.texts, strict=True):
            call, began, caller = record.id, record.started_at, record.caller
            rows.calls.append(
                (
                    call,
                    record.pbx,
                    record.direction,
                    began,
                    record.ended_at,
                    record.outcome,
                    record.customer_id,
                    caller.number,
                    caller.e164,
                    record.last_seq,
                    text,
                )
            )
            for queue in queues_of(record):
                rows.queues.append((queue, began, call))
            for agent in agents_of(record):
                rows.agents.append((agent, began, call))
    return rows


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

"""Queues and members that Asterisk reads from a database each time somebody asks (realtime).

Each lab instance has an SQLite file of its own with two tables, ``queues`` and ``queue_members``,
as Asterisk's documentation has them. The queue ``realtime`` of each site stands in the first; rows
of the second may name any queue, those of ``queues.conf`` too. Members that rows make come and go
without an event of AMI.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

FILE = "db/realtime.sqlite3"
"""The database, in the folder of an instance."""
_TABLES = """
CREATE TABLE queues (
    name TEXT PRIMARY KEY, strategy TEXT, timeout INTEGER, retry INTEGER, wrapuptime INTEGER,
    ringinuse TEXT, setinterfacevar TEXT, setqueueentryvar TEXT
);
CREATE TABLE queue_members (
    uniqueid INTEGER PRIMARY KEY AUTOINCREMENT, queue_name TEXT NOT NULL, interface TEXT NOT NULL,
    membername TEXT, state_interface TEXT, penalty INTEGER, paused INTEGER, wrapuptime INTEGER,
    ringinuse TEXT DEFAULT 'no', reason_paused TEXT,
    UNIQUE (queue_name, interface)
);
"""
Value = str | int


def configure(folder: Path, inside: str) -> None:
    """Writes the files that lead Asterisk to the database; ``inside`` is the instance's folder.

    ``batch`` 0: else Asterisk keeps the file locked for a moment after each of its own changes.
    """
    (folder / "extconfig.conf").write_text(
        "[settings]\nqueues => sqlite3,lab,queues\nqueue_members => sqlite3,lab,queue_members\n"
    )
    (folder / "res_config_sqlite3.conf").write_text(
        f"[lab]\ndbfile => {inside}/{FILE}\nrequirements = warn\nbatch = 0\n"
    )


class Tables:
    """The database of one instance, as an administrator's program changes it."""

    def __init__(self, home: Path) -> None:
        self._file = home / FILE

    def make(self, queues: list[str]) -> None:
        """Makes the tables with these queues and no member."""
        with closing(sqlite3.connect(self._file)) as database, database:
            database.executescript(_TABLES)
            database.executemany(
                "INSERT INTO queues VALUES (?, 'ringall', 6, 1, 5, 'no', 'yes', 'yes')",
                [(queue,) for queue in queues],
            )

    def enter(self, queue: str, interface: str, **columns: Value) -> None:
        """A new row: a member of this queue."""
        row = {"queue_name": queue, "interface": interface, **columns}
        places = ", ".join("?" for _ in row)
        self._run(f"INSERT INTO queue_members ({', '.join(row)}) VALUES ({places})", *row.values())

    def change(self, queue: str, interface: str, column: str, value: Value) -> None:
        """Changes one column of a member's row."""
        where = "WHERE queue_name = ? AND interface = ?"
        self._run(f"UPDATE queue_members SET {column} = ? {where}", value, queue, interface)

    def strike(self, queue: str, interface: str) -> None:
        """Deletes a member's row."""
        where = "WHERE queue_name = ? AND interface = ?"
        self._run(f"DELETE FROM queue_members {where}", queue, interface)

    def value(self, queue: str, interface: str, column: str) -> Value:
        """What a column of a member's row has now."""
        with closing(sqlite3.connect(self._file)) as database:
            query = f"SELECT {column} FROM queue_members WHERE queue_name = ? AND interface = ?"
            found: Value = database.execute(query, (queue, interface)).fetchone()[0]
            return found

    def _run(self, statement: str, *values: Value) -> None:
        with closing(sqlite3.connect(self._file, timeout=10)) as database, database:
            changed = database.execute(statement, values).rowcount
        assert changed == 1, f"{statement} {values}: {changed} rows"

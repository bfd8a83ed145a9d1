"""Appending to SQLite in one hop to a thread: BEGIN IMMEDIATE, the rows, COMMIT.

A pop waits for this commit, and through SQLAlchemy and aiosqlite it is four hops between threads,
each waiting for a turn of the loop; in one it takes a third of the time and a quarter of the work.
The statement is still written in SQLAlchemy. The connection is this thread's own.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from sqlalchemy.exc import IntegrityError


class OneHop:
    """One connection to a SQLite file, used from a thread of its own."""

    def __init__(self, file: Path, busy_ms: int) -> None:
        self._file = file
        self._busy_ms = busy_ms
        self._thread: ThreadPoolExecutor | None = None
        self._connection: sqlite3.Connection | None = None

    async def insert(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        """Stores ``rows`` in one durable transaction.

        Raises ``IntegrityError`` of SQLAlchemy, or ``OSError`` with SQLite's own words for what
        the world caused; then nothing is stored, and the connection is opened anew next time.
        """
        await self.run(lambda connection: connection.executemany(statement, rows))

    async def run(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """Does ``work`` in one durable transaction, in the thread. Raises as ``insert``."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._run, work)

    async def close(self) -> None:
        """Closes the connection and ends the thread; both come again when they are needed."""
        thread, self._thread = self._thread, None
        if thread is not None:
            await asyncio.get_running_loop().run_in_executor(thread, self._drop)
            thread.shutdown(wait=False)

    def _run(self, work: Callable[[sqlite3.Connection], object]) -> None:
        try:
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
            try:
                work(connection)
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.IntegrityError as error:
            raise IntegrityError(None, None, error) from error
        except sqlite3.Error as error:
            self._drop()
            raise OSError(str(error)) from error

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            made = sqlite3.connect(self._file, isolation_level=None, check_same_thread=False)
            made.execute(f"PRAGMA busy_timeout={self._busy_ms}")
            made.execute("PRAGMA journal_mode=WAL")
            made.execute("PRAGMA synchronous=FULL")
            made.execute("PRAGMA cache_size=-32768")
            self._connection = made
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()

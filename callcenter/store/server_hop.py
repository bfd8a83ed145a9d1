"""Appending to a server on a connection of its own, and never waiting long for an answer.

A pop waits for the commit of its facts. A server that is away says so at once; one that is frozen,
or behind a network that swallows everything, says nothing for a quarter of an hour. After
``ANSWER_S`` the connection is dropped as it is (to end it in order would mean to wait for the same
server), the facts wait in memory, and the next try begins with a new connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

ANSWER_S = 2.0
BYTES_PER_S = 500_000
"""What is much (calls of the past, a thousand in a row) is given its time beyond that."""


class ServerHop:
    """One driver connection of ``engine``, opened at the first use and again after an error."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._held: AsyncConnection | None = None
        self._driver: Any = None
        self._one_at_a_time = asyncio.Lock()

    async def insert(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        """Stores ``rows`` in one durable transaction.

        Raises ``IntegrityError`` of SQLAlchemy; ``OSError`` with the driver's words for what the
        world caused. Where there was no answer, they may be stored nevertheless.
        """
        size = sum(len(value) for row in rows for value in row if isinstance(value, str))
        # The driver makes it one transaction, and one trip to the server.
        await self._within(
            ANSWER_S + size / BYTES_PER_S,
            lambda driver: driver.executemany(statement, rows),
        )

    async def rows(self, statement: str, values: Sequence[object]) -> Sequence[Sequence[Any]]:
        """The rows of a small SELECT. Raises ``OSError`` as ``insert`` does."""
        found: Sequence[Sequence[Any]] = await self._within(
            ANSWER_S, lambda driver: driver.fetch(statement, *values)
        )
        return found

    async def close(self) -> None:
        """Ends the connection; it comes again when it is needed."""
        async with self._one_at_a_time:
            await self._drop()

    async def _within(self, limit_s: float, work: Callable[[Any], Any]) -> Any:
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(limit_s):
                    return await work(await self._open())
            except TimeoutError as error:
                await self._drop()
                raise OSError(f"no answer within {limit_s:.0f} s") from error
            except BaseException as error:
                await self._drop()
                if not _of_the_driver(error):
                    raise
                if type(error).__name__ == "UniqueViolationError":
                    raise IntegrityError(None, None, error) from error
                raise OSError(str(error)) from error

    async def _open(self) -> Any:
        if self._driver is None:
            self._held = await self._engine.connect()
            raw = await self._held.get_raw_connection()
            self._driver = raw.driver_connection
        return self._driver

    async def _drop(self) -> None:
        held, self._held = self._held, None
        driver, self._driver = self._driver, None
        if driver is not None:
            driver.terminate()
        if held is not None:
            await held.invalidate()
            await held.close()


def _of_the_driver(error: BaseException) -> bool:
    # Not by its classes: who keeps his calls in a file has no driver of a server installed.
    return isinstance(error, Exception) and type(error).__module__.startswith("asyncpg.")

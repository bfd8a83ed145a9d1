"""Small reads past SQLAlchemy, for look-ups while a phone rings.

Through SQLAlchemy a look-up costs 0.7 ms, most of it in checking a connection out and in; on a
driver connection that stays open it costs 0.1 ms (PERF.md 3). Statements are still written in
SQLAlchemy and compiled once, so that both databases have one source.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


class Quick:
    """One driver connection, opened at the first use and again after an error."""

    def __init__(self, engine: AsyncEngine, where: str, sqlite: bool) -> None:
        self._engine = engine
        self._where = where
        self._sqlite = sqlite
        self._held: AsyncConnection | None = None
        self._driver: Any = None
        # PostgreSQL's driver refuses a second statement while one is under way; SQLite's queues.
        self._one_at_a_time = asyncio.Lock()
        # The statement is kept beside its text so that its id is not given to another.
        self._texts: dict[int, tuple[Select[Any], str, tuple[str, ...], dict[str, Any]]] = {}

    async def rows(
        self, statement: Select[Any], values: Mapping[str, object]
    ) -> Sequence[Sequence[Any]]:
        """The rows. After an error the connection is opened anew and asked once more."""
        text, given = self.text(statement, values)
        async with self._one_at_a_time:
            fresh = self._driver is None
            try:
                return await self._ask(text, given)
            except asyncio.CancelledError:
                await self._drop()
                raise
            except Exception:
                await self._drop()
                if fresh:
                    raise
            return await self._ask(text, given)

    async def close(self) -> None:
        """Gives the connection back."""
        async with self._one_at_a_time:
            await self._drop()

    async def _ask(self, text: str, given: list[object]) -> Sequence[Sequence[Any]]:
        if self._driver is None:
            held = await self._engine.connect()
            self._held = held
            raw = await held.get_raw_connection()
            self._driver = raw.driver_connection
        if self._sqlite:
            rows: Sequence[Sequence[Any]] = await self._driver.execute_fetchall(text, given)
        else:
            rows = await self._driver.fetch(text, *given)
        return rows

    async def _drop(self) -> None:
        held, self._held = self._held, None
        driver, self._driver = self._driver, None
        if driver is not None and not self._sqlite:
            # To end it in order would mean to wait for a server that may say nothing any more.
            driver.terminate()
        if held is not None:
            await held.invalidate()
            await held.close()

    def text(
        self, statement: Select[Any], values: Mapping[str, object]
    ) -> tuple[str, list[object]]:
        """The statement for the driver, compiled once, and its values in order."""
        kept = self._texts.get(id(statement))
        if kept is None:
            compiled = statement.compile(
                dialect=self._engine.dialect, compile_kwargs={"render_postcompile": True}
            )
            names = tuple(compiled.positiontup or ())
            kept = (statement, str(compiled), names, dict(compiled.params))
            self._texts[id(statement)] = kept
        return kept[1], [(kept[3] | dict(values))[name] for name in kept[2]]

"""Connections to the database: SQLite in a file by default, PostgreSQL behind the same code.

One connection writes, several read. SQLite runs in WAL with ``synchronous=FULL``: a commit is on
the disk when it returns, and since facts are committed in groups that costs one fdatasync a group
(PERF.md 3). Writers begin with BEGIN IMMEDIATE, so that a transaction never fails half-way because
somebody else was first.

Look-ups while a phone rings go past SQLAlchemy (``quick``): statements are compiled once and run
on a driver connection of their own, which costs a tenth.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Insert, Select, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from callcenter.ports.errors import StoreRefused
from callcenter.supervise import Tasks

from .errors import told
from .one_hop import OneHop
from .quick import Quick
from .server_hop import ServerHop

P = ParamSpec("P")
S = TypeVar("S", bound="OnDatabase")
T = TypeVar("T")

READERS = 4
"""Read connections: pages and reports beside the writer; each is a thread with SQLite."""

BUSY_MS = 5_000
"""How long a SQLite connection waits for another program's lock."""
JOURNAL_BUSY_MS = 500
"""The same for facts, behind which a pop waits: then they wait in memory and the pop goes out."""
ENTER_S = 4.0
"""How long a server may take to answer, or all its connections to be in use, before we go away."""
SILENT_S = 5.0
"""So long a server that did not answer is not asked again."""
NO_ANSWER = f"no answer within {ENTER_S:.0f} s"


def parse(url: str) -> URL:
    """The database URL with our drivers named.

    Raises ``StoreRefused`` when it is none, or names a database that we do not speak.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreRefused(
            f"[database] url is «{url}», which is no database URL; write "
            "sqlite:///callcenter.db or postgresql://user:password@host/name."
        ) from None
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise StoreRefused(
                "[database] url names a database in memory; calls must outlive the program: "
                "write a file, such as sqlite:///callcenter.db."
            )
        return parsed.set(drivername="sqlite+aiosqlite")
    if kind in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+asyncpg")
    raise StoreRefused(
        f"[database] url asks for «{parsed.drivername}»; we speak sqlite and postgresql."
    )


def shown(url: URL) -> str:
    """The URL for people: without the password and the driver."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(drivername="postgresql").render_as_string(hide_password=True)


class Database:
    """The connections to one database. Make it with ``Database(url)``, end it with ``close()``."""

    def __init__(self, url: str, *, readers: int = READERS, busy_ms: int = BUSY_MS) -> None:
        """Connects to nothing yet. ``busy_ms``: see ``BUSY_MS``. Raises ``StoreRefused``."""
        self.url = parse(url)
        self.where = shown(self.url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self._busy_ms = busy_ms
        self._writing = asyncio.Lock()
        self._silent_until = 0.0
        self._tasks = Tasks()
        self._compiled: dict[int, tuple[str, tuple[str, ...], Insert]] = {}
        self._writer = self._engine(size=1, writes=True)
        self._readers = self._engine(size=readers, writes=False)
        self._quick = Quick(self._readers, self.where, self.sqlite)
        file = self.file
        self._one_hop = None if file is None else OneHop(file, min(busy_ms, JOURNAL_BUSY_MS))
        self._server_hop = ServerHop(self._readers) if file is None else None

    @property
    def file(self) -> Path | None:
        """The SQLite file, None for a server."""
        return Path(str(self.url.database)) if self.sqlite else None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """The one write connection in a transaction: committed at the end, or rolled back.

        Raises ``StoreUnavailable``; ``IntegrityError`` of a broken rule passes to the caller.
        """
        async with self._writing:
            with told(self.where):
                self._check_folder()
                connection = await self._entered(self._writer)
                try:
                    async with connection.begin():
                        yield connection
                finally:
                    await connection.close()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A read connection with one view of the data until it is left."""
        with told(self.where):
            self._check_folder()
            connection = await self._entered(self._readers)
            try:
                yield connection
            finally:
                await connection.close()

    async def finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs ``work`` to its end, even when whoever waits for it is cancelled meanwhile.

        A transaction that is cut in the middle leaves a connection behind which holds SQLite's
        lock until it is collected: the next writer would stand still for seconds.
        """
        return await asyncio.shield(self._tasks.brief("store write", work))

    async def append(self, statement: Insert, rows: Sequence[Mapping[str, object]]) -> None:
        """Inserts rows in a transaction of their own, by the shortest way there is.

        Raises ``StoreUnavailable``; ``IntegrityError`` of a broken rule passes to the caller.
        """
        compiled = self._compiled.get(id(statement))
        if compiled is None:
            made = statement.compile(dialect=self._writer.dialect, column_keys=list(rows[0]))
            compiled = (str(made), tuple(made.positiontup or ()), statement)
            self._compiled[id(statement)] = compiled
        text, names, _ = compiled
        values = [tuple(row[name] for name in names) for row in rows]
        if self._server_hop is not None:
            # A server has room for two writers, and the other one may be waiting for an answer.
            with told(self.where):
                await self._server_hop.insert(text, values)
            self._silent_until = 0.0  # It answers, and whoever has a question may ask again.
            return
        assert self._one_hop is not None
        async with self._writing:
            with told(self.where):
                self._check_folder()
                await self._one_hop.insert(text, values)

    async def asked(
        self, statement: Select[Any], values: Mapping[str, object] | None = None
    ) -> Sequence[Sequence[Any]]:
        """What ``quick`` gives, within the time that ``append`` has for its answer."""
        if self._server_hop is None:
            return await self.quick(statement, values)
        with told(self.where):
            text, given = self._quick.text(statement, values or {})
            return await self._server_hop.rows(text, given)

    async def in_one_hop(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """Does ``work`` with the driver's own connection, in its thread and one transaction.

        For SQLite only, and for what is so much that SQLAlchemy's share of it would be half. Raises
        as ``append`` does.
        """
        assert self._one_hop is not None, "a server has no file"
        async with self._writing:
            with told(self.where):
                self._check_folder()
                await self._one_hop.run(work)

    async def quick(
        self, statement: Select[Any], values: Mapping[str, object] | None = None
    ) -> Sequence[Sequence[Any]]:
        """Rows of a small SELECT, past SQLAlchemy; ``values`` fill its named parameters.

        The statement must be one object that lives on (it is compiled once and kept by identity).
        Column types are not converted: the driver's values come as they are.
        """
        with told(self.where):
            return await self._quick.rows(statement, values or {})

    async def close(self) -> None:
        """Closes every connection; a commit under way is awaited."""
        async with self._writing:
            await self._quick.close()
            if self._one_hop is not None:
                await self._one_hop.close()
            if self._server_hop is not None:
                await self._server_hop.close()
            await self._readers.dispose()
            await self._writer.dispose()
        await self._tasks.stop()

    async def _entered(self, engine: AsyncEngine) -> AsyncConnection:
        """A connection that works: of a server, that has answered just now.

        One that says nothing (frozen, or behind a network that swallows everything) is not waited
        for, and for a while nobody else asks it: a page that would hang is told.
        """
        connection = engine.connect()
        if self.sqlite:
            return await connection.start()
        clock = asyncio.get_running_loop()
        if clock.time() < self._silent_until:
            raise OSError(NO_ANSWER)
        try:
            async with asyncio.timeout(ENTER_S):
                return await connection.start()
        except TimeoutError as error:
            self._silent_until = clock.time() + SILENT_S
            raise OSError(NO_ANSWER) from error

    def _check_folder(self) -> None:
        # The driver would tell it too, but its thread outlives a connection that was never made.
        if self.file is not None and not self.file.parent.is_dir():
            raise OSError("unable to open database file")

    def _engine(self, *, size: int, writes: bool) -> AsyncEngine:
        engine = create_async_engine(
            self.url,
            # Two connections more, which are kept for good: for look-ups, for facts.
            pool_size=size if writes else size + 2,
            max_overflow=0,
            pool_timeout=10,
            # A server may have been restarted since; with a file there is nothing to ask.
            pool_pre_ping=not self.sqlite,
            connect_args={} if self.sqlite else _server_arguments(),
        )
        if self.sqlite:
            busy_ms = self._busy_ms

            @event.listens_for(engine.sync_engine, "connect")
            def _connected(connection: Any, _entry: ConnectionPoolEntry) -> None:
                # The driver shall not begin transactions by itself; ``_begun`` does.
                connection.isolation_level = None
                cursor = connection.cursor()
                cursor.execute(f"PRAGMA busy_timeout={busy_ms}")
                if writes:
                    cursor.execute("PRAGMA journal_mode=WAL")
                    cursor.execute("PRAGMA synchronous=FULL")
                else:
                    cursor.execute("PRAGMA query_only=ON")
                cursor.execute("PRAGMA foreign_keys=ON")
                cursor.execute("PRAGMA cache_size=-32768")
                cursor.close()

            @event.listens_for(engine.sync_engine, "begin")
            def _begun(connection: Connection) -> None:
                connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

        return engine


class OnDatabase:
    """Base of what keeps its rows in a ``Database``."""

    def __init__(self, database: Database) -> None:
        self._database = database


def unbroken(
    method: Callable[Concatenate[S, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[S, P], Coroutine[Any, Any, T]]:
    """Makes a writing method of an ``OnDatabase`` one that cancelling does not cut in two."""

    @wraps(method)
    async def whole(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._database.finish(method(self, *args, **kwargs))

    return whole


def _server_arguments() -> dict[str, Any]:
    return {"timeout": 10, "server_settings": {"application_name": "callcenter"}}

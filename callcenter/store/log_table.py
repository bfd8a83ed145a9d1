"""A log that Asterisk writes into a table of its own database, PostgreSQL or MySQL: read only.

Names of columns are taken as the table has them, in any case of letters. Times are compared with
literals that we make of numbers ourselves: the server then reads them as the column's type, as it
reads what Asterisk writes. They come back as text, as they were written.

The database is the PBX's, not ours: what is wrong with it is an ``OSError`` with a sentence, as of
a file that cannot be read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from errno import EIO
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    String,
    cast,
    column,
    inspect,
    literal_column,
    or_,
    select,
    table,
    types,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchTableError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from callcenter.ports.errors import StoreRefused
from callcenter.ports.log_tables import Layout, Row, Wanted

CONNECT_S = 10
ANSWER_S = 120
"""How long an answer may take: without an index on its times a large table is slow to search."""
KINDS = {
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
    "mysql": "mysql+aiomysql",
    "mariadb": "mysql+aiomysql",
}


class _Known(Struct, frozen=True):
    """The table as it was found: the columns in our order, and what they are."""

    layout: Layout
    number: ColumnElement[Any] | None
    time: ColumnElement[Any]
    source: Any
    numeric: bool


class SqlLogTable:
    """The port ``LogTable``. ``name`` may have a schema before a dot; ``url`` has no password.

    ``keep``: the connection is kept between questions (a tail), else each question makes one, from
    whatever event loop it is asked. Raises ``StoreRefused`` when the URL is none of ours or its
    driver is missing.
    """

    def __init__(
        self, url: str, name: str, wanted: Wanted, *, password: str = "", keep: bool = False
    ) -> None:
        self._url = parsed(url, password)
        _driver(self._url)
        self._schema, _, self._name = name.rpartition(".")
        self._wanted = wanted
        self._keep = keep
        self._engine: AsyncEngine | None = None
        self._known: _Known | None = None

    @property
    def where(self) -> str:
        """Server, database and table for people."""
        url = self._url
        at = url.host or "this machine"
        port = f":{url.port}" if url.port else ""
        name = f"{self._schema}.{self._name}" if self._schema else self._name
        return f"table {name} of {url.get_backend_name()} {at}{port}/{url.database or ''}"

    async def layout(self) -> Layout:
        """How it is made; ``OSError`` names what it lacks."""
        return (await self._look()).layout

    async def ends(self, since: str | None) -> tuple[Row, Row] | None:
        """The first and the last row from this time on."""
        known = await self._look()
        by = known.time if known.number is None else known.number
        query = self._rows(known)
        if since is not None:
            query = query.where(known.time >= _literal(since, known.numeric))
        async with self._connected() as connection:
            first = (await connection.execute(query.order_by(by).limit(1))).first()
            last = (await connection.execute(query.order_by(by.desc()).limit(1))).first()
        return None if first is None or last is None else (_row(first), _row(last))

    async def after(self, number: int, limit: int, also: Sequence[int] = ()) -> list[Row]:
        """Rows behind this number, and those of the numbers in ``also``."""
        known = await self._look()
        assert known.number is not None, "asked of numbered tables only"
        which: ColumnElement[bool] = known.number > number
        if also:
            which = or_(which, known.number.in_(also))
        query = self._rows(known).where(which).order_by(known.number).limit(limit)
        return await self._ask(query)

    async def since(self, time: str, limit: int) -> list[Row]:
        """Rows from this time on."""
        known = await self._look()
        query = self._rows(known).order_by(known.time).limit(limit)
        if time:
            query = query.where(known.time >= _literal(time, known.numeric))
        return await self._ask(query)

    async def close(self) -> None:
        """Closes the connection."""
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.dispose()

    # -- the table -------------------------------------------------------------------------

    def _rows(self, known: _Known) -> Select[Any]:
        number = literal_column("0") if known.number is None else known.number
        names: list[ColumnElement[Any]] = [column(name) for name in known.layout.columns]
        # As text: as it was written, and the same of every type and driver.
        return select(number, cast(known.time, String), *names).select_from(known.source)

    async def _ask(self, query: Select[Any]) -> list[Row]:
        async with self._connected() as connection:
            return [_row(found) for found in await connection.execute(query)]

    async def _look(self) -> _Known:
        if self._known is None:
            async with self._connected() as connection:
                found = await connection.run_sync(self._columns)
                known = await self._sort_out(connection, found)
                # What times an empty table has as text is not known yet.
                empty = (await connection.execute(self._rows(known).limit(1))).first() is None
            if empty:
                return known
            self._known = known
        return self._known

    def _columns(self, connection: Connection) -> list[Any]:
        schema = self._schema or None
        try:
            return list(inspect(connection).get_columns(self._name, schema=schema))
        except NoSuchTableError:
            raise _unreadable(
                self.where, "there is no such table, or this user may not see it"
            ) from None

    async def _sort_out(self, connection: AsyncConnection, found: list[Any]) -> _Known:
        wanted = self._wanted
        there = {str(each["name"]).casefold(): each for each in found}
        lacking = [name for name in (wanted.time, *wanted.columns) if name not in there]
        group = next((g for g in wanted.either if all(name in there for name in g)), None)
        if wanted.either and group is None:
            lacking.append(" or ".join(" to ".join((g[0], g[-1])[: len(g)]) for g in wanted.either))
        if lacking:
            says = f"it lacks the column {', '.join(lacking)}"
            raise _unreadable(self.where, says)
        names = tuple(str(there[name]["name"]) for name in (*wanted.columns, *(group or ())))
        number = _number_of(found)
        time: ColumnElement[Any] = column(str(there[wanted.time]["name"]))
        source = table(self._name, schema=self._schema or None)
        numeric = isinstance(there[wanted.time]["type"], types.Integer | types.Numeric)
        epochs = numeric
        if isinstance(there[wanted.time]["type"], types.String):
            newest = select(time).select_from(source).order_by(time.desc()).limit(1)
            epochs = str((await connection.execute(newest)).scalar() or "")[:10].isdigit()
        layout = Layout(columns=names, numbered=number is not None, epochs=epochs)
        return _Known(
            layout=layout,
            number=None if number is None else column(number, BigInteger),
            time=time,
            source=source,
            numeric=numeric,
        )

    # -- the connection --------------------------------------------------------------------

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        engine = self._engine or self._made()
        try:
            async with asyncio.timeout(ANSWER_S), engine.connect() as connection:
                yield connection
        except TimeoutError as error:
            says = f"no answer in {ANSWER_S} s; an index on {self._wanted.time} would help"
            raise _unreadable(self.where, says) from error
        except OSError as error:
            if error.filename == self.where:
                raise
            raise _unreadable(self.where, _cause(error)) from error
        except SQLAlchemyError as error:
            # Perhaps somebody changed the table: it is looked at anew.
            self._known = None
            raise _unreadable(self.where, _cause(error)) from error
        finally:
            if not self._keep:
                await engine.dispose()

    def _made(self) -> AsyncEngine:
        kept: dict[str, Any] = {"pool_size": 1, "max_overflow": 0, "pool_pre_ping": True}
        pool: dict[str, Any] = kept if self._keep else {"poolclass": NullPool}
        engine = create_async_engine(
            self._url, connect_args=_arguments(self._url), isolation_level="AUTOCOMMIT", **pool
        )
        if self._keep:
            self._engine = engine
        return engine


def parsed(url: str, password: str = "") -> URL:
    """The URL with our driver. Raises ``StoreRefused``."""
    try:
        found = make_url(url)
        driver = KINDS[found.get_backend_name()]
    except (ArgumentError, KeyError):
        raise StoreRefused(
            f"«{url}» is no address of a table: write postgresql://USER@HOST/NAME or "
            "mysql://USER@HOST/NAME."
        ) from None
    found = found.set(drivername=driver)
    if password and found.get_backend_name() == "mysql":
        # The driver sends Latin-1, the server was told UTF-8.
        password = password.encode().decode("latin-1")
    return found.set(password=password) if password else found


def _driver(url: URL) -> None:
    """Raises ``StoreRefused`` when the package that speaks with this server is not installed."""
    try:
        url.get_dialect().import_dbapi()
    except ImportError:
        extra = "mysql" if url.get_backend_name() == "mysql" else "postgres"
        raise StoreRefused(
            f"«{url.render_as_string()}» needs a package that is not installed: "
            f"pip install 'callcenter[{extra}]'."
        ) from None


def _arguments(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "mysql":
        return {"connect_timeout": CONNECT_S, "charset": "utf8mb4"}
    settings = {"application_name": "callcenter", "datestyle": "ISO, YMD"}
    return {"timeout": CONNECT_S, "server_settings": settings}


def _number_of(found: list[Any]) -> str | None:
    """The column that numbers the rows, if there is one."""
    for each in found:
        whole = isinstance(each["type"], types.Integer)
        counts = each.get("autoincrement") is True or str(each["name"]).casefold() == "id"
        if whole and counts:
            return str(each["name"])
    return None


def _literal(time: str, numeric: bool) -> ColumnElement[Any]:
    """A time as the server shall read it. Only what can stand in a time gets into the statement."""
    safe = "".join(letter for letter in time if letter.isascii() and letter in "0123456789-: .")
    if numeric and safe.isdigit():
        return literal_column(safe)
    return literal_column(f"'{safe}'")


def _row(found: Any) -> Row:
    number, time, *values = found
    texts = tuple("" if value is None else str(value) for value in values)
    return Row(int(number), "" if time is None else str(time), texts)


def _unreadable(where: str, says: str) -> OSError:
    return OSError(EIO, says, where)


def _cause(error: BaseException) -> str:
    """What the driver said, in one line."""
    said = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
    return said.splitlines()[0].rstrip(".")

"""Databases for tests: a file of SQLite, and a real PostgreSQL server started for the session."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from callcenter.store.engine import Database
from callcenter.store.schema import open_database, upgrade
from callcenter.store.tables import metadata
from tests.store.postgres import PostgresServer

TEMPLATE = "migrated"


@contextmanager
def postgres_server() -> Iterator[str]:
    """Starts a server on a free port; gives the URL without the database's name."""
    server = PostgresServer()
    try:
        server.start()
        # In a thread: the first test that asks for the server may have a loop running.
        with ThreadPoolExecutor(1) as aside:
            aside.submit(asyncio.run, _make_template(server.url)).result()
        yield server.url
    finally:
        server.remove()


async def _make_template(url: str) -> None:
    await _command(f"{url}/postgres", f"CREATE DATABASE {TEMPLATE}")
    await upgrade(f"{url}/{TEMPLATE}")


async def _command(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def new_postgres(server: str) -> str:
    """The URL of a database that is empty but for the schema: the session's one, swept."""
    names = ", ".join(table.name for table in metadata.sorted_tables)
    await _command(f"{server}/{TEMPLATE}", f"TRUNCATE {names} RESTART IDENTITY CASCADE")
    return f"{server}/{TEMPLATE}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of the session's PostgreSQL server."""
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with the current schema, of each kind in turn."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/callcenter.db"
        await upgrade(url)
        return url
    return await new_postgres(request.getfixturevalue("postgres"))


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """The same, opened."""
    opened = await open_database(url)
    yield opened
    await opened.close()


@pytest.fixture
async def file_url(tmp_path: Path) -> str:
    """An embedded database with the current schema."""
    url = f"sqlite:///{tmp_path}/callcenter.db"
    await upgrade(url)
    return url

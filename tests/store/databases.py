"""Databases for tests: a file of SQLite, and a real PostgreSQL server started for the session.

The server is Debian's ``postgresql``; it refuses to run as root, so a root session runs it as the
user ``postgres``. A machine without it fails the tests: half of the store would go untested.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from callcenter.store.engine import Database
from callcenter.store.schema import open_database, upgrade
from callcenter.store.tables import metadata

TEMPLATE = "migrated"


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    if there is None:
        pytest.fail("There is no PostgreSQL server here: install Debian's package postgresql.")
    return Path(there).parent


@contextmanager
def postgres_server() -> Iterator[str]:
    """Starts a server on a free port; gives the URL without the database's name."""
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="callcenter-pg-", dir="/tmp"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"

    def run(*command: str) -> None:
        done = subprocess.run(
            [*as_user, *command], cwd=folder, capture_output=True, text=True, timeout=60
        )
        if done.returncode:
            pytest.fail(f"{command[0]} failed: {done.stdout}{done.stderr}")

    control = str(binaries / "pg_ctl")
    try:
        run(
            *(str(binaries / "initdb"), "-D", str(data), "-U", "tester", "-A", "trust"),
            *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
        )
        options = (
            f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} "
            "-c fsync=off -c shared_buffers=32MB"
        )
        run(control, "-D", str(data), "-l", str(folder / "log"), "-o", options, "-w", "start")
        try:
            url = f"postgresql://tester@127.0.0.1:{port}"
            # In a thread: the first test that asks for the server may have a loop running.
            with ThreadPoolExecutor(1) as aside:
                aside.submit(asyncio.run, _make_template(url)).result()
            yield url
        finally:
            run(control, "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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

"""Connections: durable commits, one sentence for every way in which a database is not there."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from callcenter.ports.errors import StoreUnavailable
from callcenter.store.engine import Database
from callcenter.store.errors import told
from callcenter.store.follow_ups import SqlFollowUps
from callcenter.store.journal import SqlJournal
from callcenter.store.schema import upgrade
from tests.store.databases import TEMPLATE
from tests.store.samples import lost


def path_of(url: str) -> str:
    return url.removeprefix("sqlite:///")


async def test_a_commit_of_the_embedded_database_is_on_the_disk(file_url: str) -> None:
    database = Database(file_url)
    async with database.write() as connection:
        assert (await connection.execute(text("PRAGMA journal_mode"))).scalar() == "wal"
        assert (await connection.execute(text("PRAGMA synchronous"))).scalar() == 2
    await database.close()


async def test_readers_go_on_while_somebody_writes(database: Database) -> None:
    journal = SqlJournal(database)
    await journal.append([lost()])
    async with database.write() as connection:
        await connection.execute(text("DELETE FROM journal"))
        assert await asyncio.wait_for(journal.last_seq(), 2) == 1
    assert await journal.last_seq() == 0


async def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    await SqlJournal(database).append([lost()])
    with contextlib.suppress(RuntimeError):
        async with database.write() as connection:
            await connection.execute(text("DELETE FROM journal"))
            raise RuntimeError
    assert await SqlJournal(database).last_seq() == 1


async def test_a_locked_database_is_told_and_works_again_when_free(file_url: str) -> None:
    database = Database(file_url, busy_ms=50)
    journal = SqlJournal(database)
    await journal.append([lost()])
    with contextlib.closing(sqlite3.connect(path_of(file_url), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="another program holds it locked"):
            await journal.append([lost()])
    assert [item.seq for item in await journal.append([lost()])] == [2]
    await database.close()


async def pragma(database: Database, text: str) -> int:
    """A pragma on the connection by which facts are appended, in its own thread."""
    hop = database._one_hop
    assert hop is not None

    def run() -> int:
        row = hop._open().execute(f"PRAGMA {text}").fetchone()
        return 0 if row is None else int(row[0])

    return await asyncio.get_running_loop().run_in_executor(hop._thread, run)


async def test_a_full_disk_is_told_and_nothing_is_half_stored(file_url: str) -> None:
    database = Database(file_url)
    journal = SqlJournal(database)
    await journal.append([lost()])
    await pragma(database, f"max_page_count={await pragma(database, 'page_count')}")
    with pytest.raises(StoreUnavailable, match="the disk is full"):
        await journal.append([lost()] * 10_000)
    assert (await journal.append([lost()]))[0].seq == 2
    await database.close()


async def test_a_read_only_database_is_told(file_url: str) -> None:
    database = Database(file_url)
    await pragma(database, "query_only=ON")
    with pytest.raises(StoreUnavailable, match="it is read-only"):
        await SqlJournal(database).append([lost()])
    async with database.write() as connection:
        await connection.execute(text("PRAGMA query_only=ON"))
    with pytest.raises(StoreUnavailable, match="it is read-only"):
        await SqlFollowUps(database).done(1, 1)
    await database.close()


async def test_a_folder_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        await upgrade(f"sqlite:///{tmp_path}/no/such/folder/calls.db")


async def test_a_server_that_cuts_the_connections_is_found_again(postgres: str) -> None:
    url = f"{postgres}/{TEMPLATE}"
    database, other = Database(url), Database(url)
    one = select(text("1"))
    assert [row[0] for row in await database.quick(one)] == [1]
    await SqlJournal(database).last_seq()
    async with other.write() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'callcenter' AND pid <> pg_backend_pid()"
            )
        )
    assert [row[0] for row in await database.quick(one)] == [1]
    await SqlJournal(database).last_seq()
    await database.close()
    await other.close()


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.TooManyConnectionsError("remaining connection slots are reserved"),
        asyncpg.CannotConnectNowError("the database system is not yet accepting connections"),
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
        asyncpg.DeadlockDetectedError("deadlock detected"),
    ],
)
def test_what_a_server_says_of_itself_is_told_whatever_its_words(error: Exception) -> None:
    with (
        pytest.raises(StoreUnavailable, match="The database there is not available: "),
        told("there"),
    ):
        raise error
    with pytest.raises(StoreUnavailable), told("there"):
        raise DBAPIError("SELECT 1", None, error)


async def test_what_an_operator_cancels_is_told(postgres: str) -> None:
    database = Database(f"{postgres}/{TEMPLATE}")

    async def sleep() -> None:
        async with database.read() as connection:
            await connection.execute(text("SET LOCAL statement_timeout = 1"))
            await connection.execute(text("SELECT pg_sleep(5)"))

    with pytest.raises(StoreUnavailable, match="canceling statement"):
        await sleep()
    await database.close()


def test_a_statement_that_is_wrong_is_a_fault_of_ours() -> None:
    error = asyncpg.UndefinedColumnError('column "secq" is not there')
    with pytest.raises(asyncpg.UndefinedColumnError), told("there"):
        raise error
    with pytest.raises(DBAPIError), told("there"):
        raise DBAPIError("SELECT secq", None, error)


async def test_a_write_that_nobody_waits_for_any_more_is_finished(database: Database) -> None:
    journal = SqlJournal(database)
    append = asyncio.ensure_future(journal.append([lost()]))
    await asyncio.sleep(0)
    append.cancel()
    began = time.monotonic()
    assert (await journal.append([lost()]))[0].seq == 2
    assert time.monotonic() - began < 2

"""The schema: brought up from nothing, and never run on by a program that does not know it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from callcenter.ports.errors import StoreRefused, StoreUnavailable
from callcenter.store.engine import Database
from callcenter.store.schema import head, open_database, upgrade
from callcenter.store.tables import metadata


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


async def test_the_migrations_make_just_the_tables_that_the_code_uses(database: Database) -> None:
    async with database.read() as connection:
        assert await connection.run_sync(_differences) == []


async def test_upgrading_an_upgraded_database_changes_nothing(url: str) -> None:
    assert await upgrade(url) == (head(), head())


async def test_upgrading_from_nothing_tells_so(tmp_path: Path) -> None:
    assert await upgrade(f"sqlite:///{tmp_path}/new.db") == (None, head())


async def test_a_database_that_is_newer_is_refused_with_a_sentence(url: str) -> None:
    database = Database(url)
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    with pytest.raises(StoreRefused, match=r"newer version of this program .* 9999"):
        await open_database(url)
    with pytest.raises(StoreRefused, match="install that version, or restore a backup"):
        await upgrade(url)
    database = Database(url)
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": head()})
    await database.close()


async def test_a_database_without_schema_asks_for_the_upgrade(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    with pytest.raises(StoreRefused, match="callcenter db upgrade"):
        await open_database(f"sqlite:///{tmp_path}/empty.db")


async def test_a_missing_file_is_not_made_by_opening(tmp_path: Path) -> None:
    with pytest.raises(StoreRefused, match="callcenter db upgrade"):
        await open_database(f"sqlite:///{tmp_path}/none.db")
    assert not (tmp_path / "none.db").exists()


async def test_a_file_that_is_no_database_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("Dear customer, " * 100)
    with pytest.raises(StoreUnavailable, match="no SQLite database"):
        await open_database(f"sqlite:///{tmp_path}/letter.db")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("calls.db", "no database URL"),
        ("mysql://host/name", "sqlite and postgresql"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
    ],
)
async def test_a_url_that_cannot_be_gets_a_sentence(url: str, said: str) -> None:
    with pytest.raises(StoreRefused, match=said):
        await upgrade(url)


async def test_a_password_is_never_in_a_sentence() -> None:
    with pytest.raises(StoreUnavailable, match="nothing answers there") as raised:
        await upgrade("postgresql://callcenter:very-secret@127.0.0.1:1/calls")
    assert "very-secret" not in raised.value.sentence
    assert "127.0.0.1" in raised.value.sentence


async def test_the_migrations_make_the_same_indexes_and_conditions(tmp_path: Path) -> None:
    """Alembic's comparison does not look at the condition of an index."""
    await upgrade(f"sqlite:///{tmp_path}/migrated.db")
    engine = create_engine(f"sqlite:///{tmp_path}/made.db")
    metadata.create_all(engine)
    engine.dispose()
    assert _indexes(tmp_path / "migrated.db") == _indexes(tmp_path / "made.db")


def _indexes(file: Path) -> dict[str, str]:
    connection = sqlite3.connect(file)
    try:
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        )
        return {name: sql.replace('"', "") for name, sql in rows}
    finally:
        connection.close()

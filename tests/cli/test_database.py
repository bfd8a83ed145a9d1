"""Schema, backup and the fold from the journal."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from callcenter.rules import kpi_rules
from callcenter.services import projector
from callcenter.services.ledger import Ledger
from callcenter.settings import Settings
from callcenter.store.call_log import SqlCallLog
from callcenter.store.journal import SqlJournal
from callcenter.store.schema import open_database

from .conftest import Cli

STORIES = ("hold_unhold", "overflow", "abandon_long", "rna_then_other", "blind_dtmf_agent")


def rows(cli: Cli, table: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(cli.folder / "calls.db")) as connection:
        return sorted(connection.execute(f"SELECT * FROM {table}").fetchall())


def as_the_service_did(cli: Cli) -> None:
    async def work() -> None:
        database = await open_database(cli.url)
        try:
            rules = kpi_rules(Settings())
            call_log = SqlCallLog(database, rules)
            await projector.catch_up(SqlJournal(database), call_log, Ledger(rules))
        finally:
            await database.close()

    asyncio.run(work())


def change(cli: Cli, statement: str) -> None:
    with closing(sqlite3.connect(cli.folder / "calls.db")) as connection:
        connection.execute(statement)
        connection.commit()


def test_upgrade_makes_a_database_and_says_so_and_does_nothing_twice(cli: Cli) -> None:
    assert "was made" in cli("db", "upgrade").stdout
    assert "already" in cli("db", "upgrade").stdout


def test_a_database_newer_than_the_program_is_left_alone(cli: Cli) -> None:
    cli("db", "upgrade")
    change(cli, "UPDATE alembic_version SET version_num = '9999'")
    for command in (("db", "upgrade"), ("user", "list"), ("db", "rebuild")):
        assert "newer version" in cli.refused(*command, code=1)


def test_a_database_that_is_none_is_told_with_its_place(cli: Cli) -> None:
    (cli.folder / "calls.db").write_text("this is a letter to my aunt, not a database" * 50)
    assert "calls.db" in cli.refused("db", "upgrade", code=1)


def test_a_folder_that_does_not_exist_is_told(cli: Cli) -> None:
    cli.env["CALLCENTER_DATABASE__URL"] = f"sqlite:///{cli.folder}/no/such/calls.db"
    assert "no/such" in cli.refused("user", "list", code=1)


def test_a_backup_has_everything_and_overwrites_nothing(cli: Cli) -> None:
    cli("user", "add", "noa", "--role", "admin", input="correct horse")
    copy = cli.folder / "copy.db"
    assert "whole and checked" in cli("db", "backup", str(copy)).stdout
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT name FROM users").fetchall() == [("noa",)]
    assert "already" in cli.refused("db", "backup", str(copy), code=1)


def test_a_backup_of_nothing_or_to_nowhere_is_told(cli: Cli) -> None:
    assert "no database" in cli.refused("db", "backup", str(cli.folder / "copy.db"), code=1)
    cli("db", "upgrade")
    assert "gone" in cli.refused("db", "backup", str(cli.folder / "gone" / "copy.db"), code=1)
    assert "is a directory" in cli.refused("db", "backup", str(cli.folder))


def test_a_rebuild_brings_back_what_the_service_had_stored(
    cli: Cli, journalled: Callable[..., int]
) -> None:
    facts = journalled(*STORIES)
    as_the_service_did(cli)
    tables = ("calls", "call_queues", "call_agents", "agent_spans", "kpi_cells", "places")
    before = {table: rows(cli, table) for table in tables}
    assert len(before["calls"]) >= len(STORIES)
    assert before["kpi_cells"]
    change(cli, "UPDATE calls SET record = '{}', outcome = 'nonsense'")
    change(cli, "DELETE FROM kpi_cells")
    said = cli("db", "rebuild").stdout
    assert f"{facts} facts" in said
    assert {table: rows(cli, table) for table in tables} == before


def test_a_rebuild_that_was_stopped_half_way_is_completed_by_the_next(
    cli: Cli, journalled: Callable[..., int]
) -> None:
    journalled(*STORIES)
    cli("db", "rebuild")
    whole = rows(cli, "calls"), rows(cli, "kpi_cells")
    change(cli, "DELETE FROM calls WHERE rowid % 2")
    cli("db", "rebuild")
    assert (rows(cli, "calls"), rows(cli, "kpi_cells")) == whole


def test_calls_older_than_the_journal_are_not_given_up_unasked(
    cli: Cli, journalled: Callable[..., int]
) -> None:
    journalled(*STORIES)
    cli("db", "rebuild")
    before = rows(cli, "calls")
    change(cli, "DELETE FROM journal WHERE seq <= (SELECT max(seq) FROM journal) - 5")
    said = cli.refused("db", "rebuild", code=1)
    assert "older than the journal" in said
    assert rows(cli, "calls") == before
    told = cli("db", "rebuild", "--drop-older")
    assert "could not be folded" in told.stderr
    assert len(rows(cli, "calls")) < len(before)


def test_a_rebuild_beside_a_running_service_is_refused(cli: Cli) -> None:
    cli("db", "upgrade")
    with socket.create_server(("127.0.0.1", 0)) as server:
        cli.env["CALLCENTER_HTTP__PORT"] = str(server.getsockname()[1])
        assert "Stop the service first" in cli.refused("db", "rebuild", code=1)


def test_a_rebuild_of_no_database_is_told(cli: Cli) -> None:
    assert "There is no database" in cli.refused("db", "rebuild", code=1)


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense"])
def test_a_database_we_do_not_speak_is_a_wrong_setting(cli: Cli, url: str) -> None:
    cli.env["CALLCENTER_DATABASE__URL"] = url
    assert "sqlite:///" in cli.refused("db", "upgrade")


def test_the_backup_is_a_single_file(cli: Cli, tmp_path: Path) -> None:
    cli("db", "upgrade")
    target = tmp_path / "backup"
    target.mkdir()
    cli("db", "backup", str(target / "copy.db"))
    assert [path.name for path in target.iterdir()] == ["copy.db"]

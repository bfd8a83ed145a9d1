"""Appending to SQLite in one hop to a thread."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from callcenter.store.one_hop import OneHop

INSERT = "INSERT INTO facts (seq, word) VALUES (?, ?)"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "facts.db"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE facts (seq INTEGER PRIMARY KEY, word TEXT)")
    made.close()
    return path


def stored(file: Path) -> list[tuple[int, str]]:
    connection = sqlite3.connect(file)
    rows = list(connection.execute("SELECT seq, word FROM facts ORDER BY seq"))
    connection.close()
    return rows


async def test_rows_are_stored_in_one_transaction(file: Path) -> None:
    hop = OneHop(file, 100)
    await hop.insert(INSERT, [(1, "آ"), (2, "ב")])
    assert stored(file) == [(1, "آ"), (2, "ב")]
    await hop.close()


async def test_a_broken_rule_stores_nothing_and_the_next_rows_are_taken(file: Path) -> None:
    hop = OneHop(file, 100)
    await hop.insert(INSERT, [(1, "a")])
    with pytest.raises(IntegrityError):
        await hop.insert(INSERT, [(2, "b"), (1, "again")])
    await hop.insert(INSERT, [(2, "c")])
    assert stored(file) == [(1, "a"), (2, "c")]
    await hop.close()


async def test_a_locked_file_is_told_in_sqlites_words_and_taken_up_again(file: Path) -> None:
    hop = OneHop(file, 10)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OSError, match="locked"):
        await hop.insert(INSERT, [(1, "a")])
    other.execute("ROLLBACK")
    other.close()
    await hop.insert(INSERT, [(1, "a")])
    assert stored(file) == [(1, "a")]
    await hop.close()


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir, this is no database at all. " * 50)
    hop = OneHop(path, 10)
    with pytest.raises(OSError, match="not a database"):
        await hop.insert(INSERT, [(1, "a")])
    await hop.close()


async def test_closing_twice_is_closing_once_and_the_next_rows_open_it_again(file: Path) -> None:
    hop = OneHop(file, 100)
    await hop.close()
    await hop.insert(INSERT, [(1, "a")])
    await hop.close()
    await hop.close()
    await hop.insert(INSERT, [(2, "b")])
    await hop.close()
    assert stored(file) == [(1, "a"), (2, "b")]

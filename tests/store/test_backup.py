"""Backup: a whole copy of what was committed, taken while the service writes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from callcenter.ports.errors import StoreRefused, StoreUnavailable
from callcenter.store.backup import backup
from callcenter.store.journal import SqlJournal
from callcenter.store.schema import open_database
from tests.store.samples import lost


async def test_a_copy_taken_while_writing_opens_without_a_gap(
    file_url: str, tmp_path: Path
) -> None:
    database = await open_database(file_url)
    journal = SqlJournal(database)
    await journal.append([lost()] * 5_000)
    copying = asyncio.ensure_future(backup(file_url, tmp_path / "copy.db"))
    for _ in range(20):
        await journal.append([lost()])
    assert await copying > 0
    await database.close()
    copy = await open_database(f"sqlite:///{tmp_path}/copy.db")
    last = await SqlJournal(copy).last_seq()
    assert last >= 5_000
    seqs = [item.seq for item in await SqlJournal(copy).read(0, 10_000)]
    assert seqs == list(range(1, last + 1))
    await copy.close()


async def test_progress_ends_at_all_pages(file_url: str, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    await backup(file_url, tmp_path / "copy.db", lambda done, every: told.append((done, every)))
    assert told[-1][0] == told[-1][1] > 0


async def test_a_file_that_is_there_is_never_written_over(file_url: str, tmp_path: Path) -> None:
    await backup(file_url, tmp_path / "copy.db")
    with pytest.raises(StoreRefused, match="already"):
        await backup(file_url, tmp_path / "copy.db")


async def test_what_cannot_be_copied_gets_a_sentence(file_url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        await backup(file_url, tmp_path / "no" / "copy.db")
    with pytest.raises(StoreRefused, match="no database"):
        await backup(f"sqlite:///{tmp_path}/none.db", tmp_path / "copy.db")
    with pytest.raises(StoreRefused, match="pg_dump"):
        await backup("postgresql://host/name", tmp_path / "copy.db")

"""The journal: numbered without a gap, durable once acknowledged, the same on both databases."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Insert, make_url

from callcenter.domain.facts import CallsImported
from callcenter.domain.wire import written
from callcenter.ports.errors import StoreUnavailable
from callcenter.store.engine import Database
from callcenter.store.journal import SqlJournal
from callcenter.store.schema import open_database
from tests.store.appending import whole_groups
from tests.store.mortal import lives
from tests.store.samples import ended, lost, record, started

ROUNDS = 300


async def test_facts_get_ascending_numbers_from_one(database: Database) -> None:
    journal = SqlJournal(database)
    first = await journal.append([started(), ended()])
    second = await journal.append([lost()])
    assert [item.seq for item in first + second] == [1, 2, 3]
    assert await journal.last_seq() == 3


async def test_an_empty_journal_ends_at_zero(database: Database) -> None:
    journal = SqlJournal(database)
    assert await journal.last_seq() == 0
    assert await journal.append([]) == []
    assert await journal.read(0, 10) == []


async def test_facts_are_read_as_they_were_written_letter_by_letter(database: Database) -> None:
    journal = SqlJournal(database)
    written = await journal.append([started(), lost(), ended()])
    assert await journal.read(0, 10) == written


async def test_reading_goes_on_after_a_number_and_stops_at_the_limit(database: Database) -> None:
    journal = SqlJournal(database)
    written = await journal.append([lost(at) for at in range(10)])
    assert await journal.read(3, 4) == written[3:7]


async def test_a_portion_of_the_past_ends_what_is_read_at_once(database: Database) -> None:
    journal = SqlJournal(database)
    calls = written([record("pbx1:5.0"), record("pbx1:6.0")])
    portion = CallsImported(at=1, pbx="pbx1", portion="pbx1:5.0+2", calls=calls)
    facts = await journal.append([lost(1), lost(2), portion, portion, lost(3)])
    assert await journal.read(0, 10) == facts[:3]
    assert await journal.read(0, 2) == facts[:2]
    assert await journal.read(2, 10) == facts[2:3]
    assert await journal.read(3, 10) == facts[3:4]
    assert await journal.read(4, 10) == facts[4:]
    assert await journal.of_call("pbx1:5.0+2") == facts[2:4]
    assert await journal.of_call("pbx1:5.0") == []


async def test_the_facts_of_one_call_are_found_among_others(database: Database) -> None:
    journal = SqlJournal(database)
    written = await journal.append(
        [started("pbx1:1.0"), started("pbx1:2.0"), lost(), ended("pbx1:1.0")]
    )
    assert await journal.of_call("pbx1:1.0") == [written[0], written[3]]
    assert await journal.of_call("pbx1:9.0") == []


async def test_numbering_goes_on_after_a_restart(url: str) -> None:
    for expected in (1, 2, 3):
        database = await open_database(url)
        recorded = await SqlJournal(database).append([lost()])
        await database.close()
        assert recorded[0].seq == expected


async def test_appends_at_the_same_time_wait_for_each_other(database: Database) -> None:
    journal = SqlJournal(database)
    batches = await asyncio.gather(*(journal.append([lost(), lost()]) for _ in range(20)))
    numbers = sorted(item.seq for batch in batches for item in batch)
    assert numbers == list(range(1, 41))
    assert all(batch[1].seq == batch[0].seq + 1 for batch in batches)


async def test_an_append_that_is_cancelled_leaves_no_gap(database: Database) -> None:
    journal = SqlJournal(database)
    dice = random.Random(5)
    kept = 0
    for _ in range(40):
        append = asyncio.ensure_future(journal.append([lost()]))
        await asyncio.sleep(dice.random() * 0.002)
        append.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            kept = (await append)[-1].seq
    last = (await journal.append([lost()]))[0].seq
    assert last > kept
    assert [item.seq for item in await journal.read(0, 1000)] == list(range(1, last + 1))


async def test_a_second_writer_is_told_and_nothing_is_lost(database: Database) -> None:
    ours, theirs = SqlJournal(database), SqlJournal(database)
    await ours.append([lost()])
    await theirs.append([lost()])
    with pytest.raises(StoreUnavailable, match="another program"):
        await ours.append([lost()])
    again = await ours.append([lost()])
    assert again[0].seq == 3


@pytest.mark.parametrize("reached", [True, False])
async def test_facts_whose_commit_is_in_doubt_are_there_once_when_they_come_again(
    database: Database, monkeypatch: pytest.MonkeyPatch, *, reached: bool
) -> None:
    journal, append = SqlJournal(database), database.append
    await journal.append([lost(1)])

    async def cut(statement: Insert, rows: Sequence[Mapping[str, object]]) -> None:
        if reached:
            await append(statement, rows)
        raise StoreUnavailable("the connection was cut")

    monkeypatch.setattr(database, "append", cut)
    facts = [lost(2), lost(3)]
    with pytest.raises(StoreUnavailable):
        await journal.append(facts)
    monkeypatch.setattr(database, "append", append)
    assert [item.seq for item in await journal.append(facts)] == [2, 3]
    assert [item.seq for item in await journal.append([lost(2), lost(3)])] == [4, 5]
    assert [item.fact.at for item in await journal.read(0, 9)] == [1, 2, 3, 2, 3]


async def test_no_acknowledged_fact_is_lost_when_the_writer_is_killed(file_url: str) -> None:
    dice = random.Random(20_260_801)
    acknowledged = seen = 0
    killed_at_work = recovered = 0
    file = Path(make_url(file_url).database or "")
    with lives("appending", file_url) as writers:
        for number in range(ROUNDS):
            # Each fifth dies while it opens the file that the one before left behind; the others
            # from before the first commit to some dozens of commits later.
            opening = number % 5 == 4
            delay = dice.random() * 0.06 if opening else dice.random() ** 1.5 * 0.1
            recovered += file.with_name(f"{file.name}-wal").exists()
            told = await writers.killed(str(seen), delay, opening=opening)
            # What it found when it was open again: everything that was ever acknowledged.
            found = [int(line.removeprefix("open ")) for line in told if line.startswith("open ")]
            assert all(last >= acknowledged for last in found)
            seen = max([seen, *found])
            numbers = [int(line) for line in told if line.isdecimal()]
            killed_at_work += bool(numbers)
            acknowledged = max([acknowledged, *numbers])
    assert killed_at_work > ROUNDS // 2
    assert recovered > ROUNDS // 2, "nobody but the next writer sees to what a killed one left"
    database = await open_database(file_url)
    assert await whole_groups(SqlJournal(database), 0) >= acknowledged
    await database.close()
    with contextlib.closing(sqlite3.connect(file)) as look:
        assert look.execute("PRAGMA integrity_check").fetchall() == [("ok",)]

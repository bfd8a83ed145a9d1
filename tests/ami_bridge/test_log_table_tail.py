"""The end of a table: rows that are seen late or twice, a table without numbers, one emptied."""

from __future__ import annotations

import pytest

from ami_bridge import log_table_tail
from ami_bridge.log_table_tail import LATE_S, Stand, TableTail, pause_s
from tests.ami_bridge.tables import Table


async def read(tail: TableTail) -> list[int]:
    """The seconds of the new rows."""
    rows, _ = await tail.read()
    return [int(row.time[14:16]) * 60 + int(row.time[17:]) for row in rows]


async def test_it_begins_behind_what_is_there_and_a_row_that_is_seen_late_is_not_lost() -> None:
    table, now = Table(), [0.0]
    table.put(7, 1)
    tail = TableTail(table, lambda: now[0])
    assert await read(tail) == []
    table.put(8, 2)
    table.put(10, 4)
    assert await read(tail) == [2, 4]
    table.put(9, 3)
    assert await read(tail) == [3]
    assert (await read(tail), tail.stand.number, tail.late) == ([], 10, 1)
    table.put(13, 5)
    assert await read(tail) == [5]
    now[0] += LATE_S + 1
    await read(tail)
    assert table.asked_also == [], "a number that never came is not asked for for ever"


async def test_a_stored_place_is_where_it_goes_on_and_an_emptied_table_is_read_anew() -> None:
    table = Table()
    for number in range(1, 6):
        table.put(number, number)
    tail = TableTail(table, lambda: 0.0, Stand(3, "2026-11-22 10:00:03"))
    assert await read(tail) == [4, 5]
    table.rows.clear()
    assert await read(tail) == []
    table.put(1, 9)
    await read(tail)
    assert await read(tail) == [9]


async def test_without_numbers_the_last_seconds_are_asked_again_and_nothing_comes_twice() -> None:
    table = Table(numbered=False)
    table.put(0, 100)
    tail = TableTail(table, lambda: 0.0)
    assert await read(tail) == []
    table.put(0, 103)
    table.put(0, 103)
    assert await read(tail) == [103, 103], "two rows may be alike"
    table.put(0, 97)
    table.put(0, 105)
    table.put(0, 103)
    assert await read(tail) == [97, 103, 105]
    assert await read(tail) == []


async def test_without_numbers_a_moment_is_not_parted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_table_tail, "LIMIT", 4)
    table = Table(numbered=False)
    tail = TableTail(table, lambda: 0.0, Stand(0, "2026-11-22 10:00:00"))
    for second in (1, 2, 2, 3, 3, 3, 3, 3, 3, 4):
        table.put(0, second)
    seen: list[int] = []
    for _ in range(6):
        seen += await read(tail)
    assert seen == [1, 2, 2, 3, 3, 3, 3, 3, 3, 4]


def test_a_table_that_is_slow_to_search_is_searched_less() -> None:
    assert [pause_s(1.0, took) for took in (0.001, 0.5, 30.0, -5.0)] == [1.0, 10.0, 60.0, 1.0]

"""The end of a table: rows that are seen late or twice, a table without numbers, one emptied."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from ami_bridge import log_table_tail
from ami_bridge.log_table_tail import LATE_S, Stand, TableTail
from ami_bridge.queue_log_table import LiveTable
from callcenter.ports.log_tables import Layout, Row


class Table:
    """A table in memory, as a server answers."""

    where = "table queue_log of memory"

    def __init__(self, *, numbered: bool = True) -> None:
        self.numbered = numbered
        self.rows: list[Row] = []
        self.asked_also: list[int] = []
        self.away = False

    def put(self, number: int, second: int, event: str = "PAUSE", callid: str = "NONE") -> None:
        time = f"2026-11-22 10:{second // 60:02d}:{second % 60:02d}"
        number = number if self.numbered else 0
        data = ("", "0912", "1") if event == "ENTERQUEUE" else ("1", "1", "4")
        self.rows.append(Row(number, time, (callid, "support", "NONE", event, *data)))

    async def layout(self) -> Layout:
        if self.away:
            raise OSError(5, "the server is away", self.where)
        columns = ("callid", "queuename", "agent", "event", "data1", "data2", "data3")
        return Layout(columns=columns, numbered=self.numbered, epochs=False)

    def _sorted(self) -> list[Row]:
        return sorted(self.rows, key=lambda row: (row.number, row.time))

    async def ends(self, since: str | None) -> tuple[Row, Row] | None:
        rows = self._sorted()
        return (rows[0], rows[-1]) if rows else None

    async def after(self, number: int, limit: int, also: Sequence[int] = ()) -> list[Row]:
        self.asked_also = list(also)
        return [r for r in self._sorted() if r.number > number or r.number in also][:limit]

    async def since(self, time: str, limit: int) -> list[Row]:
        return [row for row in self._sorted() if row.time >= time][:limit]

    async def close(self) -> None:
        pass


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


@pytest.mark.parametrize("numbered", [True, False])
async def test_calls_come_out_of_a_table_and_it_may_be_away_meanwhile(
    numbered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ami_bridge.queue_log_table.AGAIN_S", 0.01)
    table, now = Table(numbered=numbered), [1_795_341_604.0]  # 10:00:04
    table.put(1, 0)
    live = LiveTable(table, "UTC", lambda: now[0], poll_s=0.01)
    told = live.calls((77, 4_711, "the place of a file"))
    first = asyncio.ensure_future(anext(told))
    await asyncio.sleep(0.05)
    table.away = True
    await asyncio.sleep(0.05)
    assert live.trouble == "the server is away"
    table.put(2, 1, "ENTERQUEUE", "1.0")
    table.put(3, 5, "ABANDON", "1.0")
    table.away = False
    calls, place = await asyncio.wait_for(first, 5)
    assert (calls, live.trouble) == ([], "")
    now[0] += 60
    calls, again = await asyncio.wait_for(anext(told), 5)
    assert [(call.callid, call.visits[0].end) for call in calls] == [("1.0", "abandoned")]
    assert again == place
    await told.aclose()  # type: ignore[attr-defined]  # a generator
    table.put(4, 70, "ENTERQUEUE", "2.0")
    later = LiveTable(table, "UTC", lambda: now[0], poll_s=0.01)
    _, last = await asyncio.wait_for(anext(later.calls(place)), 5)
    assert last != place
    assert later.fold.counters.lines >= 1

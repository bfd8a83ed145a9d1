"""queue_log in a table, as it grows; as a book it is tested on real servers in ``tests/store``."""

from __future__ import annotations

import asyncio

import pytest

from ami_bridge.queue_log_table import LiveTable, TableBook
from tests.ami_bridge.tables import Table


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
    assert live.trouble.says == "the server is away"
    table.put(2, 1, "ENTERQUEUE", "1.0")
    table.put(3, 5, "ABANDON", "1.0")
    table.away = False
    calls, place = await asyncio.wait_for(first, 5)
    assert (calls, live.trouble.says) == ([], "")
    now[0] += 60
    calls, again = await asyncio.wait_for(anext(told), 5)
    assert [(call.callid, call.visits[0].end) for call in calls] == [("1.0", "abandoned")]
    assert again == place
    await told.aclose()
    table.put(4, 70, "ENTERQUEUE", "2.0")
    later = LiveTable(table, "UTC", lambda: now[0], poll_s=0.01)
    _, last = await asyncio.wait_for(anext(later.calls(place)), 5)
    assert last != place
    assert later.fold.counters.lines >= 1


def test_a_book_of_an_empty_table_has_nothing_and_one_that_is_away_says_so() -> None:
    table = Table()
    assert [(p.calls, p.done) for p in TableBook(table, "UTC").portions(None, None)] == [([], 0)]
    table.away = True
    with pytest.raises(OSError, match="the server is away"):
        list(TableBook(table, "UTC").portions(None, None))


@pytest.mark.parametrize("numbered", [True, False])
def test_a_book_ends_a_day_behind_the_time_that_is_wanted(numbered: bool) -> None:
    table = Table(numbered=numbered)
    for number in range(1, 40):
        table.put(number, number, "ENTERQUEUE", f"{number}.0")
        table.put(100 + number, number + 4, "ABANDON", f"{number}.0")
    book = TableBook(table, "UTC", page=4)
    portions = list(book.portions(1_795_341_600_000, 1_795_341_700_000))
    calls = [call.callid for portion in portions for call in portion.calls]
    assert sorted(calls) == sorted(f"{number}.0" for number in range(1, 40))
    assert portions[-1].done == portions[-1].size
    few = list(book.portions(1_795_341_600_000 - 86_500_000, 1_795_341_600_000 - 86_400_000))
    assert len(few) < len(portions)

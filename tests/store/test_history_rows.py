"""Calls of the past: a thousand rows at once, found as any others, all or none of them."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError

from callcenter.domain.found import History, history_of
from callcenter.domain.model import CallRecord
from callcenter.domain.wire import written
from callcenter.services.ports_call_log import CallFilter
from callcenter.store.call_log import SqlCallLog
from callcenter.store.engine import Database
from kpi.counters import Cell, Counters
from kpi.rules import Rules
from tests.store.samples import LEILA, OMID, record

CELL = Cell(900_000, "queue", "پشتیبانی")


def stored(records: list[CallRecord]) -> History:
    """As they come to be stored."""
    return history_of(records, written(records))


@pytest.fixture
def log(database: Database) -> SqlCallLog:
    return SqlCallLog(database, Rules())


async def test_calls_of_the_past_are_stored_as_any_others_and_once(log: SqlCallLog) -> None:
    every = [
        record("pbx1:1.0", queue="sales", agent=LEILA, rung=OMID, customer_id=7),
        record("pbx1:2.0", queue="sales", outcome="abandoned"),
        record("pbx1:3.0", queue="", direct=OMID),
    ]
    history, sums = stored(every), {CELL: Counters(answered=1, waits_answered={7: 1})}
    await log.save("log", 1, [], [], sums)
    for _ in range(2):
        await log.save_history("log", 2, [history, stored([record("pbx1:4.0")])], sums)
    assert await log.place("log") == 2
    assert await log.cells(0, 1 << 53) == {CELL: Counters(answered=2, waits_answered={7: 2})}
    for each in every:
        assert await log.get(each.id) == each
    assert {c.id for c in (await log.find(CallFilter(queue="sales"))).items} == {
        "pbx1:1.0",
        "pbx1:2.0",
    }
    assert [c.id for c in (await log.find(CallFilter(agent=LEILA.id))).items] == ["pbx1:1.0"]
    assert [c.id for c in (await log.find(CallFilter(agent=OMID.id))).items] == ["pbx1:3.0"]
    assert [c.id for c in (await log.find(CallFilter(customer_id=7))).items] == ["pbx1:1.0"]
    found = await log.find(CallFilter(number="+989121234567", outcome="abandoned"))
    assert [c.id for c in found.items] == ["pbx1:2.0"]
    await log.save_history("log", 3, [], sums)
    assert (await log.cells(0, 1 << 53))[CELL].answered == 3


async def test_a_portion_that_cannot_be_stored_whole_is_not_stored(log: SqlCallLog) -> None:
    broken = record("pbx1:2.0")
    broken.line = ""
    broken.direction = None  # type: ignore[assignment]  # the column refuses it
    history = stored([record("pbx1:1.0"), broken])
    with pytest.raises(IntegrityError):
        await log.save_history("log", 1, [history], {CELL: Counters(answered=1)})
    assert await log.get("pbx1:1.0") is None
    assert await log.place("log") == 0
    assert await log.cells(0, 1 << 53) == {}
    await log.save("log", 1, [record("pbx1:3.0")], [], {})
    assert await log.get("pbx1:3.0") is not None


async def test_a_run_that_is_cancelled_while_it_stores_leaves_no_half(log: SqlCallLog) -> None:
    history = stored([record(f"pbx1:{n}.0") for n in range(2_000)])
    storing = asyncio.ensure_future(log.save_history("log", 1, [history], {}))
    await asyncio.sleep(0.001)
    storing.cancel()
    await asyncio.gather(storing, return_exceptions=True)
    await log.save("log", 2, [], [], {})
    found = [await log.get(f"pbx1:{n}.0") for n in (0, 1_000, 1_999)]
    assert len({call is None for call in found}) == 1

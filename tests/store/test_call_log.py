"""The call log: a batch with the reader's place, exactly once; calls found as people ask."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from callcenter.domain.model import Disposition
from callcenter.services.ports_call_log import BadFilter, CallFilter
from callcenter.store.call_log import SqlCallLog
from callcenter.store.engine import Database
from kpi.counters import Cell, Counters
from kpi.records import AgentSpan, fcr_call
from kpi.rules import Rules
from tests.store.samples import LEILA, OMID, record

CELL = Cell(900_000, "queue", "پشتیبانی")


@pytest.fixture
def log(database: Database) -> SqlCallLog:
    return SqlCallLog(database, Rules())


async def test_a_call_comes_back_whole(log: SqlCallLog) -> None:
    call = record(agent=LEILA, rung=OMID, customer_id=7)
    call.disposition = Disposition(code="resolved", resolved=True, note="تمام شد", by="leila")
    await log.save("log", 1, [call], [], {})
    assert await log.get(call.id) == call
    assert await log.get("pbx1:9.9") is None


async def test_a_call_saved_again_replaces_what_was_known(log: SqlCallLog) -> None:
    await log.save("log", 1, [record(queue="", outcome=None)], [], {})
    later = record(queue="billing", agent=LEILA)
    await log.save("log", 2, [later], [], {})
    assert await log.open_calls() == []
    assert (await log.find(CallFilter(queue="billing"))).items == [later]


async def test_calls_that_go_on_are_open_oldest_first(log: SqlCallLog) -> None:
    young, old = record("a", 2_000, outcome=None), record("b", 1_000, outcome=None)
    await log.save("log", 1, [young, old, record("c", 500)], [], {})
    assert await log.open_calls() == [old, young]


async def test_a_record_that_changes_while_it_is_saved_is_stored_as_it_was(
    log: SqlCallLog,
) -> None:
    call, sums = record(outcome=None), Counters(answered=1)
    saving = asyncio.ensure_future(log.save("log", 1, [call], [], {CELL: sums}))
    await asyncio.sleep(0)
    call.outcome = "abandoned"
    sums.answered = 99
    await saving
    stored = await log.get(call.id)
    assert stored is not None
    assert stored.outcome is None
    assert (await log.cells(0, 1_000_000))[CELL].answered == 1


async def test_a_batch_that_is_repeated_counts_once(log: SqlCallLog) -> None:
    for _ in range(3):
        await log.save("log", 5, [record()], [], {CELL: Counters(answered=1, talk_ms=40)})
    assert await log.cells(0, 1_000_000) == {CELL: Counters(answered=1, talk_ms=40)}
    assert await log.place("log") == 5
    assert await log.place("another") == 0


async def test_sums_add_up_and_can_be_taken_out_again(log: SqlCallLog) -> None:
    first = Counters(answered=1, waits_answered={3: 1}, paused_ms={"ناهار": 5})
    second = Counters(answered=2, waits_answered={3: 1, 9: 4})
    await log.save("log", 1, [], [], {CELL: first})
    await log.save("log", 2, [], [], {CELL: second})
    assert await log.cells(0, 1_000_000) == {CELL: first + second}
    await log.save("log", 3, [], [], {CELL: Counters() - first})
    assert await log.cells(0, 1_000_000) == {CELL: second}


async def test_more_cells_than_one_statement_takes_are_added(log: SqlCallLog) -> None:
    many = {Cell(0, "agent", f"pbx1:PJSIP/{n}"): Counters(answered=n + 1) for n in range(1_000)}
    await log.save("log", 1, [], [], many)
    await log.save("log", 2, [], [], many)
    assert await log.cells(0, 1) == {cell: sums + sums for cell, sums in many.items()}


async def test_cells_are_those_whose_interval_begins_in_the_range(log: SqlCallLog) -> None:
    cells = {Cell(at, "all", ""): Counters(answered=at) for at in (100, 200, 300)}
    await log.save("log", 1, [], [], cells)
    assert [cell.interval_ms for cell in await log.cells(100, 300)] == [100, 200]


async def test_pages_show_every_call_once_newest_first(log: SqlCallLog) -> None:
    # Many at one instant: the cursor must not lose or repeat any of them.
    calls = [record(f"pbx1:{n:03}", 1_000 + n // 10) for n in range(95)]
    await log.save("log", 1, calls, [], {})
    for base in (CallFilter(limit=7), CallFilter(limit=7, queue="support")):
        seen, wanted = [], base
        while True:
            page = await log.find(wanted)
            seen += page.items
            if page.next_cursor is None:
                break
            wanted = replace(base, cursor=page.next_cursor)
        assert seen == sorted(calls, key=lambda call: (call.started_at, call.id), reverse=True)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (CallFilter(from_ms=2_000), ["d", "c", "b"]),
        (CallFilter(to_ms=2_000), ["a"]),
        (CallFilter(queue="billing"), ["b"]),
        (CallFilter(agent=LEILA.id), ["c", "a"]),
        (CallFilter(agent=OMID.id), ["d"]),
        (CallFilter(agent=LEILA.id, queue="support"), ["c", "a"]),
        (CallFilter(agent=OMID.id, queue="support"), []),
        (CallFilter(customer_id=7), ["b"]),
        (CallFilter(number="+989129999999"), ["c"]),
        (CallFilter(number="09129999999"), ["c"]),
        (CallFilter(outcome="abandoned"), ["b"]),
        (CallFilter(outcome="abandoned", agent=LEILA.id), []),
        (CallFilter(queue="no such queue"), []),
    ],
)
async def test_calls_are_found_by(log: SqlCallLog, wanted: CallFilter, found: list[str]) -> None:
    calls = [
        record("a", 1_000, agent=LEILA, rung=OMID),
        record("b", 2_000, queue="billing", outcome="abandoned", customer_id=7),
        record("c", 3_000, agent=LEILA, number="09129999999", e164="+989129999999"),
        record("d", 4_000, queue="", direct=OMID, outcome="no_answer"),
    ]
    await log.save("log", 1, calls, [], {})
    assert [call.id for call in (await log.find(wanted)).items] == found


@pytest.mark.parametrize("limit", [0, -1, 501])
async def test_a_page_has_from_one_to_500_calls(log: SqlCallLog, limit: int) -> None:
    with pytest.raises(BadFilter, match="from 1 to 500"):
        await log.find(CallFilter(limit=limit))


@pytest.mark.parametrize("cursor", ["x", "ÄÖ", "####", "MTIz", "fHw="])
async def test_a_cursor_that_is_none_gets_a_sentence(log: SqlCallLog, cursor: str) -> None:
    with pytest.raises(BadFilter, match="next_cursor"):
        await log.find(CallFilter(cursor=cursor))


async def test_history_joins_customer_and_number_without_doubles(log: SqlCallLog) -> None:
    calls = [
        record("both", 1_000, customer_id=7),
        record("by number", 2_000),
        record("by customer", 3_000, customer_id=7, e164="+982188887777"),
        record("somebody else", 4_000, customer_id=8, e164="+982188887778"),
        record("now", 5_000, customer_id=7),
    ]
    await log.save("log", 1, calls, [], {})
    found = await log.history(7, "+989121234567", 10, 5_000)
    assert [call.id for call in found] == ["by customer", "by number", "both"]
    assert [call.id for call in await log.history(7, "+989121234567", 1, 5_000)] == ["by customer"]
    assert await log.history(None, "", 10, 5_000) == []


async def test_calls_without_a_number_are_nobodys_history(log: SqlCallLog) -> None:
    await log.save("log", 1, [record("withheld", 1_000, number="", e164="")], [], {})
    assert await log.history(None, "", 10, 5_000) == []
    assert await log.count_today("", 0) == 0


async def test_calls_of_today_are_counted(log: SqlCallLog) -> None:
    calls = [record(f"c{at}", at) for at in (999, 1_000, 2_000)]
    await log.save("log", 1, calls, [], {})
    assert await log.count_today("+989121234567", 1_000) == 2


async def test_first_call_resolution_gets_the_calls_of_its_time(log: SqlCallLog) -> None:
    calls = [record(f"c{at}", at, agent=LEILA) for at in (1_000, 2_000, 3_000)]
    await log.save("log", 1, list(reversed(calls)), [], {})
    expected = [fcr_call(call, Rules()) for call in calls[:2]]
    assert await log.fcr_calls(1_000, 3_000) == expected


def span(agent: str, start: int, end: int | None) -> AgentSpan:
    return AgentSpan(
        agent_id=agent, name="x", state="paused", reason="ناهار", start_ms=start, end_ms=end
    )


async def test_spans_that_touch_a_time_are_found(log: SqlCallLog) -> None:
    before, over = span("a", 0, 100), span("a", 100, 250)
    still, after = span("b", 150, None), span("b", 300, 400)
    await log.save("log", 1, [], [after, still, over, before], {})
    assert await log.spans(None, 100, 300) == [over, still]
    assert await log.spans("b", 0, 1_000) == [still, after]


async def test_a_span_that_has_ended_replaces_the_open_one(log: SqlCallLog) -> None:
    await log.save("log", 1, [], [span("a", 0, None)], {})
    await log.save("log", 2, [], [span("a", 0, 50)], {})
    assert await log.spans("a", 0, 100) == [span("a", 0, 50)]

"""The live sums: the day and its change, rolling windows, open spans, what was stored."""

from __future__ import annotations

import pytest

from callcenter.services.figures import TREND_POINTS, LiveFigures
from callcenter.services.ledger import Change
from kpi.counters import Cell, Counters, Scope
from kpi.intervals import INTERVAL_MS
from kpi.records import AgentSpan
from kpi.rules import Rules

from .centre import DAY_MS, House

MINUTE = 60_000
MIDNIGHT = 1_795_392_000_000
"""2026-11-23 00:00 UTC."""
NOON = MIDNIGHT + DAY_MS // 2


def counted(at: int, *, answered: int) -> Change:
    part = Counters(answered=answered)
    return Change(cells={Cell(at, "all", ""): part, Cell(at, "queue", "support"): part.copy()})


def open_span(since: int, state: str = "ready") -> AgentSpan:
    return AgentSpan(
        agent_id="a",
        name="Sara",
        state=state,  # type: ignore[arg-type]  # one of the states, by the tests
        start_ms=since,
    )


@pytest.fixture
def figures() -> LiveFigures:
    return LiveFigures(Rules(), NOON)


def test_what_a_call_adds_is_in_the_day_and_in_the_window(figures: LiveFigures) -> None:
    figures.take(counted(NOON, answered=1))
    figures.take(counted(NOON, answered=1))
    assert figures.today("queue", "support").answered == 2
    assert figures.today("queue", "sales").answered == 0
    assert figures.window("all", "", 30, NOON).answered == 2


def test_window_forgets_what_is_older_than_it(figures: LiveFigures) -> None:
    figures.take(counted(NOON, answered=1))
    assert figures.window("all", "", 30, NOON + 29 * MINUTE).answered == 1
    assert figures.window("all", "", 30, NOON + 30 * MINUTE).answered == 0
    assert figures.window("all", "", 60, NOON + 30 * MINUTE).answered == 1


def test_window_takes_what_comes_after_it_was_read(figures: LiveFigures) -> None:
    assert figures.window("queue", "support", 30, NOON).answered == 0
    figures.take(counted(NOON, answered=1))
    assert figures.window("queue", "support", 30, NOON).answered == 1
    figures.take(counted(NOON, answered=-1))
    assert figures.window("queue", "support", 30, NOON).answered == 0


def test_call_entered_before_the_window_is_not_in_it(figures: LiveFigures) -> None:
    figures.window("all", "", 30, NOON)
    figures.take(counted(NOON - 45 * MINUTE, answered=1))
    assert figures.window("all", "", 30, NOON).answered == 0
    assert figures.today("all").answered == 1


def test_day_changes_at_midnight_of_the_site() -> None:
    figures = LiveFigures(Rules(zone="Asia/Tehran"), MIDNIGHT - 4 * 3_600_000)
    tehran_midnight = MIDNIGHT - 12_600_000
    figures.take(counted(tehran_midnight - MINUTE, answered=1))
    figures.take(counted(tehran_midnight, answered=10))
    assert figures.today("all").answered == 1
    assert not figures.roll(tehran_midnight - 1)
    assert figures.roll(tehran_midnight)
    assert figures.today("all").answered == 10
    assert not figures.roll(tehran_midnight + 1)


def test_old_minutes_and_quarters_are_forgotten(figures: LiveFigures) -> None:
    figures.take(counted(NOON, answered=1))
    figures.roll(NOON + 2 * DAY_MS)
    assert figures.today("all").answered == 0
    assert figures.trend("all", "", NOON + 2 * DAY_MS) == [None] * TREND_POINTS
    assert figures.window("all", "", 60, NOON).answered == 0


def test_trend_has_a_hole_where_nothing_was_counted(figures: LiveFigures) -> None:
    figures.take(counted(NOON, answered=1))
    figures.take(counted(NOON - 2 * INTERVAL_MS, answered=3))
    last = [None if c is None else c.answered for c in figures.trend("all", "", NOON)[-3:]]
    assert last == [3, None, 1]
    assert len(figures.trend("queue", "support", NOON)) == TREND_POINTS


def test_open_span_counts_until_now_when_it_is_read(figures: LiveFigures) -> None:
    figures.take(Change(spans=[open_span(NOON)]))
    for minutes in (1, 7):
        now = NOON + minutes * MINUTE
        own = figures.today_with_open("agent", "a", now)
        assert own.state_ms == {"ready": minutes * MINUTE}
        assert figures.today_with_open("all", "", now).state_ms == own.state_ms
        assert figures.occupancy_window(now).state_ms == own.state_ms
    assert figures.today_with_open("agent", "b", NOON).state_ms == {}
    assert figures.today_with_open("queue", "support", NOON).state_ms == {}


def test_open_span_from_yesterday_counts_from_midnight() -> None:
    figures = LiveFigures(Rules(), MIDNIGHT + 5 * MINUTE)
    figures.take(Change(spans=[open_span(MIDNIGHT - 3_600_000)]))
    today = figures.today_with_open("agent", "a", MIDNIGHT + 5 * MINUTE)
    assert today.state_ms == {"ready": 5 * MINUTE}


async def test_figures_loaded_from_the_store_are_the_live_ones() -> None:
    house = House()
    book = house.book.with_members("support", "1001").waiting().wait(3).ringing()
    book.wait(2).talking().wait(90).hangs_up("c", "a", "b-a").wait(60)
    book.waiting("d").wait(9)
    await house.hear()
    await house.projector.flush()
    again = LiveFigures(house.rules, house.clock.now)
    log = house.call_log
    again.load(log.sums, log.records.values(), log.stored_spans.values(), house.clock.now)
    now = house.clock.now
    owners: list[tuple[Scope, str]] = [
        ("all", ""),
        ("queue", "support"),
        ("agent", "pbx1:PJSIP/1001"),
    ]
    for scope, owner in owners:
        live = house.figures.today_with_open(scope, owner, now)
        assert again.today_with_open(scope, owner, now) == live
        assert live != Counters()
    assert again.window("queue", "support", 30, now) == house.figures.window(
        "queue", "support", 30, now
    )
    assert again.occupancy_window(now).state_ms == house.figures.occupancy_window(now).state_ms


def test_first_call_resolution_without_calls_has_no_value(figures: LiveFigures) -> None:
    figures.resolution([], NOON)
    assert figures.fcr is not None
    assert figures.fcr.ratio.value is None

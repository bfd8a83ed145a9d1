"""Adding cells up, and replacing a contribution without a trace."""

from kpi.cells import apply, coarser, difference, fold, total
from kpi.counters import Cell, Counters
from kpi.intervals import INTERVAL_MS

SUPPORT, SALES = Cell(0, "queue", "support"), Cell(0, "queue", "sales")


def test_a_contribution_that_grew_is_replaced_by_adding_the_difference() -> None:
    before, after = {SUPPORT: Counters(answered=1)}, {SUPPORT: Counters(answered=1, talk_ms=5)}
    change = difference(before, after)
    assert change == {SUPPORT: Counters(talk_ms=5)}
    cells = dict(before)
    apply(cells, change)
    assert cells == after


def test_a_contribution_that_went_away_leaves_no_cell() -> None:
    before = {SUPPORT: Counters(timed_out=1), SALES: Counters()}
    change = difference(before, {SALES: Counters(answered=1)})
    assert change == {SUPPORT: Counters(timed_out=-1), SALES: Counters(answered=1)}
    cells = {SUPPORT: Counters(timed_out=1)}
    apply(cells, change)
    assert cells == {SALES: Counters(answered=1)}


def test_what_did_not_change_is_not_in_the_difference() -> None:
    same = {SUPPORT: Counters(answered=1)}
    assert difference(same, same) == {}
    assert difference({}, {SUPPORT: Counters()}) == {}
    assert difference({SUPPORT: Counters()}, {}) == {}


def test_applying_shares_nothing_with_the_change() -> None:
    change = {SUPPORT: Counters(state_ms={"ready": 5})}
    cells = fold([change])
    apply(cells, change)
    assert cells == {SUPPORT: Counters(state_ms={"ready": 10})}
    assert change == {SUPPORT: Counters(state_ms={"ready": 5})}


def test_a_total_is_of_the_queues_that_are_asked_for_and_of_the_period() -> None:
    later = Cell(INTERVAL_MS, "queue", "support")
    cells = {
        SUPPORT: Counters(answered=1),
        SALES: Counters(answered=2),
        later: Counters(answered=4),
        Cell(0, "all", ""): Counters(answered=8),
    }
    assert total(cells, "queue", ["support"], 0, INTERVAL_MS).answered == 1
    assert total(cells, "queue", ["support", "sales"], 0, INTERVAL_MS).answered == 3
    assert total(cells, "queue", ["support"], INTERVAL_MS, 2 * INTERVAL_MS).answered == 4
    assert total(cells, "all", [""], 0, 9 * INTERVAL_MS).answered == 8


def test_a_wider_grid_has_the_same_sums() -> None:
    fine = {Cell(minute * 60_000, "queue", "support"): Counters(answered=1) for minute in range(20)}
    assert coarser(fine, INTERVAL_MS) == {
        SUPPORT: Counters(answered=15),
        Cell(INTERVAL_MS, "queue", "support"): Counters(answered=5),
    }

"""First-call resolution: repeats, drops, call-backs, withheld numbers, and the agent's word."""

import pytest

from kpi.fcr import flagged, repeat
from kpi.ratio import Ratio
from kpi.records import FcrCall

MINUTE, HOUR = 60_000, 3_600_000
DAY = 24 * HOUR
WEEKS_LATER = 30 * DAY
"""Monday 00:00 is 0 in these tests."""


def call(key: str | None, at: int, **given) -> FcrCall:
    defaults = {"direction": "inbound", "answered": True, "ended_at": at + 5 * MINUTE}
    return FcrCall(id=f"{key}{at}", key=key, started_at=at, **(defaults | given))


def measured(calls, now: int = WEEKS_LATER, **how):
    return repeat(calls, 0, 7 * DAY, now, **how)


def week() -> list[FcrCall]:
    """Eight answered calls: A three times, B, C twice with the first cut, D, E."""
    tuesday, thursday = DAY, 3 * DAY
    return [
        call("A", 10 * HOUR),
        call("A", tuesday + 9 * HOUR),
        call("A", thursday + 12 * HOUR),
        call("B", 11 * HOUR),
        call("C", 12 * HOUR, dropped=True),
        call("C", 12 * HOUR + 20 * MINUTE),
        call("D", 13 * HOUR),
        call("E", 14 * HOUR),
    ]


def test_worked_example_seven_days_without_the_merge_of_drops() -> None:
    assert measured(week(), merge_drops=False).ratio == Ratio(5, 8)


def test_worked_example_24_hours() -> None:
    assert measured(week(), merge_drops=False, window_ms=DAY).ratio == Ratio(6, 8)


def test_worked_example_seven_days_with_the_merge() -> None:
    found = measured(week())
    assert found.ratio == Ratio(5, 7)
    assert found.ratio.value == pytest.approx(0.714, abs=0.0005)


def test_the_figure_is_provisional_until_every_window_has_passed() -> None:
    assert measured(week(), now=7 * DAY).provisional
    assert measured(week(), now=7 * DAY).open_windows == 5
    assert not measured(week()).provisional


def test_a_call_that_goes_on_keeps_the_figure_provisional() -> None:
    assert measured([call("A", 0, ended_at=None)]).open_windows == 1


def test_a_later_abandoned_call_is_a_repeat_and_no_issue_of_its_own() -> None:
    calls = [call("A", 0), call("A", DAY, answered=False, abandoned=True)]
    assert measured(calls).ratio == Ratio(0, 1)


def test_a_later_call_that_was_neither_answered_nor_abandoned_is_no_repeat() -> None:
    assert measured([call("A", 0), call("A", DAY, answered=False)]).ratio == Ratio(1, 1)


def test_a_call_exactly_at_the_end_of_the_window_is_a_repeat_and_later_is_none() -> None:
    edge = 5 * MINUTE + DAY
    assert measured([call("A", 0), call("A", edge)], window_ms=DAY).ratio == Ratio(1, 2)
    assert measured([call("A", 0), call("A", edge + 1)], window_ms=DAY).ratio == Ratio(2, 2)


def test_our_own_call_back_closes_the_issue_and_is_no_repeat() -> None:
    calls = [call("A", 0), call("A", HOUR, direction="outbound"), call("A", DAY)]
    assert measured(calls).ratio == Ratio(2, 2)


def test_a_call_back_that_did_not_reach_the_customer_closes_nothing() -> None:
    calls = [call("A", 0), call("A", HOUR, direction="outbound", answered=False), call("A", DAY)]
    assert measured(calls).ratio == Ratio(1, 2)


def test_calls_about_different_reasons_are_no_repeat_of_each_other() -> None:
    bill, line = {"reason": "bill"}, {"reason": "line"}
    assert measured([call("A", 0, **bill), call("A", DAY, **line)]).ratio == Ratio(2, 2)
    assert measured([call("A", 0, **bill), call("A", DAY, **bill)]).ratio == Ratio(1, 2)
    assert measured([call("A", 0, **bill), call("A", DAY)]).ratio == Ratio(1, 2)


def test_a_drop_that_is_resumed_after_31_minutes_is_a_repeat() -> None:
    resumed_at = 5 * MINUTE + 31 * MINUTE
    assert measured([call("A", 0, dropped=True), call("A", resumed_at)]).ratio == Ratio(1, 2)


def test_a_call_cut_twice_and_resumed_twice_is_one_issue() -> None:
    calls = [
        call("A", 0, dropped=True),
        call("A", 20 * MINUTE, dropped=True),
        call("A", 40 * MINUTE),
    ]
    assert measured(calls).ratio == Ratio(1, 1)


def test_an_attempt_that_was_abandoned_between_drop_and_resumption_is_part_of_the_issue() -> None:
    calls = [
        call("A", 0, dropped=True),
        call("A", 10 * MINUTE, answered=False, abandoned=True),
        call("A", 12 * MINUTE),
    ]
    assert measured(calls).ratio == Ratio(1, 1)


def test_an_issue_belongs_to_the_period_in_which_it_began() -> None:
    calls = [call("A", -10 * MINUTE, dropped=True), call("A", 10 * MINUTE)]
    assert measured(calls).ratio == Ratio(0, 0)
    assert measured([call("A", 7 * DAY)]).ratio.value is None


def test_withheld_numbers_are_out_of_the_denominator_and_counted() -> None:
    calls = [
        call(None, 0),
        call(None, HOUR),
        call(None, 8 * DAY),
        call(None, 2 * HOUR, answered=False, abandoned=True),
        call(None, 3 * HOUR, direction="outbound"),
    ]
    found = measured(calls)
    assert (found.ratio, found.withheld) == (Ratio(0, 0), 2)


def test_internal_calls_are_nobody_s_issue() -> None:
    found = measured([call("A", 0), call("A", HOUR, direction="internal")])
    assert found.ratio == Ratio(1, 1)


def test_the_order_in_which_calls_come_does_not_matter() -> None:
    assert measured(reversed(week())) == measured(week())


def test_a_call_that_comes_twice_is_no_repeat_of_itself() -> None:
    assert measured([*week(), *week()]) == measured(week())


def test_flagged_is_the_share_of_the_marked_calls_and_net_leaves_out_the_not_resolvable() -> None:
    calls = [
        call("A", 0, resolved=True),
        call("B", 0, resolved=True),
        call("C", 0, resolved=False),
        call("D", 0, resolved=False, not_resolvable=True),
        call("E", 0),
        call("F", 0, resolved=True, direction="outbound"),
    ]
    assert flagged(calls) == Ratio(2, 4)
    assert flagged(calls, net=True) == Ratio(2, 3)
    assert flagged([]).value is None

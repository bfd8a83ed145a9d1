"""Abandon rate: the worked example, and journeys instead of visits."""

from kpi import abandon_rate
from kpi.counters import Counters
from kpi.ratio import Ratio

DAY = Counters(answered=1000, abandoned=60, short_abandoned=10, timed_out=25, emptied=5, key=8)


def test_worked_example_net_is_50_of_1088() -> None:
    assert abandon_rate.net(DAY) == Ratio(50, 1088)
    assert round(100 * (abandon_rate.net(DAY).value or 0), 1) == 4.6


def test_worked_example_raw_is_5_5_percent() -> None:
    assert round(100 * (abandon_rate.raw(DAY).value or 0), 1) == 5.5


def test_of_journeys_those_that_nobody_answered_anywhere_are_lost() -> None:
    assert abandon_rate.journeys(Counters(calls=10, calls_answered=8)) == Ratio(2, 10)


def test_without_callers_there_is_no_rate() -> None:
    assert abandon_rate.net(Counters()).value is None

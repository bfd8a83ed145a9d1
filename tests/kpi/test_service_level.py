"""Service level: the worked example, all six definitions, and the live value."""

import pytest

from kpi import service_level
from kpi.counters import Counters
from kpi.ratio import Ratio

DAY = Counters(
    answered=1000,
    answered_in_t=860,
    abandoned=60,
    short_abandoned=10,
    abandoned_in_t=20,
    timed_out=25,
    emptied=5,
    key=8,
)


@pytest.mark.parametrize(
    ("measure", "percent"),
    [
        (service_level.net, 79.0),
        (service_level.of_answered, 86.0),
        (service_level.of_offered, 78.3),
        (service_level.of_answered_and_abandoned, 81.1),
        (service_level.abandons_ignored, 82.7),
        (service_level.abandons_met, 83.0),
    ],
)
def test_worked_example(measure, percent: float) -> None:
    assert DAY.offered == 1098
    assert round(100 * measure(DAY).value, 1) == percent


def test_the_default_is_860_of_1088() -> None:
    assert service_level.net(DAY) == Ratio(860, 1088)


def test_a_day_of_short_abandons_only_has_no_service_level() -> None:
    assert service_level.net(Counters(abandoned=3, short_abandoned=3)).value is None


def test_a_caller_at_t_is_not_late_and_one_millisecond_later_is() -> None:
    assert service_level.late([20_000], 20_000) == 0
    assert service_level.late([20_001, 500, 90_000], 20_000) == 2


def test_a_caller_who_waits_beyond_t_is_a_miss_at_once() -> None:
    assert service_level.live(DAY, 3) == Ratio(860, 1091)


@pytest.mark.parametrize(
    "end",
    [
        Counters(answered=1),
        Counters(abandoned=1),
        Counters(timed_out=1),
        Counters(key=1),
        Counters(unknown=1),
    ],
)
def test_the_live_value_does_not_jump_when_a_late_caller_s_visit_ends(end: Counters) -> None:
    assert service_level.live(DAY, 1) == service_level.live(DAY + end, 0)

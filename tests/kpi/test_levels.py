"""When a figure is a warning: limits, delays, deadbands, samples, closed queues and old data."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi import level_rules
from kpi.level_rules import RULES
from kpi.levels import LevelRule, LevelState, Limits, Reading, advance, lead_of

S = 1000
SL30 = RULES["sl_30"]
SL30_LIMITS = level_rules.of_service_level_30(0.8)


class Watch:
    """A level as it is watched over time; seconds are from the start."""

    def __init__(self, rule: LevelRule, limits: Limits) -> None:
        self.rule, self.limits, self.state = rule, limits, LevelState()

    def see(self, second: float, value: float | None, **reading) -> str:
        reading = Reading(value=value, **({"n": 50} | reading))
        self.state = advance(self.state, self.rule, self.limits, reading, int(second * S))
        return self.state.level


def test_a_level_rises_only_when_the_value_was_past_the_limit_without_a_break() -> None:
    watch = Watch(SL30, SL30_LIMITS)
    assert watch.see(0, 0.79) == "ok"
    assert watch.see(59, 0.79) == "ok"
    assert watch.see(59.5, 0.80) == "ok"
    assert watch.see(60, 0.79) == "ok"
    assert watch.see(119, 0.79) == "ok"
    assert watch.see(120, 0.79) == "warn"
    assert watch.state.since == 120 * S


def test_the_target_itself_is_no_warning() -> None:
    watch = Watch(SL30, SL30_LIMITS)
    watch.see(0, 0.80)
    assert watch.see(3600, 0.80) == "ok"


def test_a_value_far_beyond_both_limits_goes_straight_to_critical() -> None:
    watch = Watch(SL30, SL30_LIMITS)
    watch.see(0, 0.5)
    assert watch.see(60, 0.5) == "crit"


def test_a_warning_becomes_critical_when_it_gets_worse() -> None:
    watch = Watch(SL30, SL30_LIMITS)
    watch.see(0, 0.7)
    assert watch.see(60, 0.6) == "warn"
    assert watch.see(119, 0.6) == "warn"
    assert watch.see(120, 0.6) == "crit"


def test_a_level_falls_only_beyond_the_deadband_and_after_the_off_delay() -> None:
    watch = Watch(SL30, SL30_LIMITS)
    watch.see(0, 0.7)
    watch.see(60, 0.7)
    assert watch.see(100, 0.829) == "warn"
    assert watch.see(900, 0.829) == "warn"
    assert watch.see(1000, 0.83) == "warn"
    assert watch.see(1119, 0.83) == "warn"
    assert watch.see(1120, 0.83) == "ok"


def test_critical_falls_to_a_warning_first_where_the_value_is_only_that_good() -> None:
    watch = Watch(SL30, SL30_LIMITS)
    watch.see(0, 0.5)
    watch.see(60, 0.5)
    assert watch.see(100, 0.66) == "crit"
    assert watch.see(300, 0.66) == "crit"
    assert watch.see(400, 0.75) == "crit"
    assert watch.see(520, 0.75) == "warn"


def test_critical_falls_to_ok_at_once_where_the_value_is_good() -> None:
    watch = Watch(SL30, SL30_LIMITS)
    watch.see(0, 0.5)
    watch.see(60, 0.5)
    watch.see(100, 0.95)
    assert watch.see(220, 0.95) == "ok"


def test_too_small_a_sample_has_no_level() -> None:
    watch = Watch(SL30, SL30_LIMITS)
    watch.see(0, 0.5)
    watch.see(60, 0.5)
    assert watch.see(61, 0.5, n=9) == "none"
    assert watch.state.since == 61 * S
    assert watch.see(62, 0.5, n=10) == "ok"


def test_a_figure_that_is_not_known_has_no_level() -> None:
    assert Watch(SL30, SL30_LIMITS).see(0, None) == "none"


def test_a_closed_queue_has_no_level() -> None:
    watch = Watch(RULES["oldest"], level_rules.of_oldest(20_000))
    assert watch.see(0, 120_000) == "crit"
    assert watch.see(1, 120_000, open=False) == "none"


def test_old_data_holds_the_level_and_says_so_and_restarts_the_delays() -> None:
    watch = Watch(SL30, SL30_LIMITS)
    watch.see(0, 0.5)
    watch.see(60, 0.5)
    assert watch.see(70, None, stale=True) == "crit"
    assert watch.state.stale
    assert watch.state.since == 60 * S
    assert watch.see(500, 0.95) == "crit"
    assert not watch.state.stale
    assert watch.see(619, 0.95) == "crit"
    assert watch.see(620, 0.95) == "ok"


def test_the_day_s_service_level_is_never_critical() -> None:
    watch = Watch(RULES["sl_today"], level_rules.of_service_level_today(0.8))
    watch.see(0, 0.1)
    assert watch.see(300, 0.1) == "warn"
    assert watch.see(9000, 0.1) == "warn"


def test_a_level_whose_limit_was_taken_away_falls() -> None:
    watch = Watch(SL30, SL30_LIMITS)
    watch.see(0, 0.5)
    watch.see(60, 0.5)
    watch.limits = Limits()
    watch.see(61, 0.5)
    assert watch.see(181, 0.5) == "ok"


def test_a_clock_that_is_set_back_starts_the_delay_anew() -> None:
    watch = Watch(SL30, SL30_LIMITS)
    watch.see(1000, 0.7)
    assert watch.see(10, 0.7) == "ok"
    assert watch.see(69, 0.7) == "ok"
    assert watch.see(70, 0.7) == "warn"


@pytest.mark.parametrize(
    ("free", "talking", "warn"), [(0, 0, 5), (4, 16, 5), (9, 14, 6), (8, 24, 8)]
)
def test_waiting_is_too_many_at_a_quarter_of_the_agents_at_work(
    free: int, talking: int, warn: int
) -> None:
    assert level_rules.of_waiting(free, talking) == Limits(warn, 2 * warn)


def test_the_number_waiting_warns_at_the_limit_and_falls_one_below_it() -> None:
    watch = Watch(RULES["waiting"], level_rules.of_waiting(2, 2))
    watch.see(0, 5, n=0)
    assert watch.see(15, 5, n=0) == "warn"
    watch.see(20, 4, n=0)
    assert watch.see(49, 4, n=0) == "warn"
    assert watch.see(50, 4, n=0) == "ok"


def test_the_longest_wait_warns_at_three_t_and_is_critical_at_six_at_once() -> None:
    watch = Watch(RULES["oldest"], level_rules.of_oldest(20_000))
    assert watch.see(0, 59_999) == "ok"
    assert watch.see(1, 60_000) == "warn"
    assert watch.see(2, 120_000) == "crit"
    watch.see(3, 0)
    assert watch.see(12, 0) == "crit"
    assert watch.see(13, 0) == "ok"


def test_abandoning_at_the_target_is_no_warning_and_beyond_it_is() -> None:
    watch = Watch(RULES["abandon"], level_rules.of_abandon(0.05))
    watch.see(0, 0.05)
    assert watch.see(999, 0.05) == "ok"
    watch.see(1000, 0.051)
    assert watch.see(1120, 0.051) == "warn"
    watch.see(1121, 0.081)
    assert watch.see(1241, 0.081) == "crit"


def test_free_agents_matter_only_while_somebody_waits() -> None:
    watch = Watch(RULES["free"], level_rules.FREE)

    def see(second: int, free: int, waiting: int) -> str:
        reading = level_rules.free_reading(free, waiting)
        watch.state = advance(watch.state, watch.rule, watch.limits, reading, second * S)
        return watch.state.level

    see(0, 0, 0)
    assert see(100, 0, 0) == "ok"
    see(101, 1, 1)
    assert see(121, 1, 1) == "warn"
    see(122, 0, 1)
    assert see(142, 0, 1) == "crit"
    see(150, 0, 0)
    assert see(170, 0, 0) == "ok"


def test_occupancy_handle_time_and_limits_of_one_agent() -> None:
    assert Watch(RULES["occupancy"], level_rules.OCCUPANCY).see(0, 0.99, n=4) == "none"
    watch = Watch(RULES["aht"], level_rules.AHT)
    watch.see(0, 1.26)
    assert watch.see(600, 1.26) == "warn"
    watch = Watch(RULES["pause"], level_rules.of_limit(1_800_000))
    assert watch.see(0, 1_800_000) == "ok"
    assert watch.see(1, 1_800_001) == "warn"
    assert Watch(RULES["pause"], level_rules.of_limit(None)).see(0, 9**9) == "ok"
    assert Watch(RULES["fcr"], level_rules.FCR).see(0, 0.01) == "ok"


@given(st.lists(st.tuples(st.integers(0, 400), st.floats(0.4, 1.0)), min_size=1, max_size=60))
@settings(deadline=None)
def test_a_critical_level_always_has_a_minute_past_the_limit_behind_it(steps) -> None:
    watch, at, past_since = Watch(SL30, SL30_LIMITS), 0, None
    for pause, value in steps:
        at += pause
        before = watch.state.level
        past_since = (at if past_since is None else past_since) if value < 0.65 - 1e-9 else None
        if watch.see(at, value) == "crit" and before != "crit":
            assert past_since is not None
            assert at - past_since >= 60


def test_one_cell_of_a_row_is_filled_the_most_urgent_critical_one() -> None:
    every = {"free": "crit", "sl_30": "crit", "waiting": "crit", "oldest": "crit"}
    assert lead_of(every) == "oldest"
    assert lead_of(every | {"oldest": "warn"}) == "waiting"
    assert lead_of({"sl_30": "crit", "free": "crit"}) == "sl_30"
    assert lead_of({"free": "crit", "abandon": "crit"}) == "free"


def test_a_row_without_a_critical_metric_has_no_filled_cell() -> None:
    assert lead_of({"oldest": "warn", "waiting": "ok", "abandon": "crit"}) is None
    assert lead_of({}) is None

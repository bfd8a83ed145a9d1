"""Hours, days, weeks and months of the site, on long and short days too."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.calendars import (
    SATURDAY,
    SUNDAY,
    cuts,
    day_bounds,
    hour_bounds,
    month_bounds,
    week_bounds,
)
from kpi.intervals import INTERVAL_MS

TEHRAN = ZoneInfo("Asia/Tehran")
JERUSALEM = ZoneInfo("Asia/Jerusalem")
BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
HOUR = 3_600_000


def ms(*when: int, tz: ZoneInfo = TEHRAN, fold: int = 0) -> int:
    return int(datetime(*when, tzinfo=tz, fold=fold).timestamp() * 1000)


def test_a_day_in_tehran_begins_at_half_past_eight_in_the_evening_utc() -> None:
    start, end = day_bounds(ms(2026, 3, 21, 14, 5), TEHRAN)
    assert datetime.fromtimestamp(start / 1000, UTC).isoformat() == "2026-03-20T20:30:00+00:00"
    assert end - start == 24 * HOUR


def test_the_last_millisecond_is_in_the_day_and_midnight_is_in_the_next() -> None:
    start, end = day_bounds(ms(2026, 3, 21, 14, 5), TEHRAN)
    assert day_bounds(end - 1, TEHRAN) == (start, end)
    assert day_bounds(end, TEHRAN)[0] == end


@pytest.mark.parametrize(
    ("day", "hours"), [((2026, 3, 27), 23), ((2026, 10, 25), 25), ((2026, 6, 1), 24)]
)
def test_a_day_on_which_the_clocks_are_set_has_23_or_25_hours(
    day: tuple[int, int, int], hours: int
) -> None:
    bounds = day_bounds(ms(*day, 12, tz=JERUSALEM), JERUSALEM)
    assert bounds[1] - bounds[0] == hours * HOUR
    assert len(cuts(*bounds, "hour", JERUSALEM)) == hours
    assert len(cuts(*bounds, "quarter", JERUSALEM)) == 4 * hours


def test_a_day_whose_midnight_is_skipped_begins_at_the_skip() -> None:
    # Iran set its clocks from 24:00 to 01:00 on 22 March 2022.
    start, end = day_bounds(ms(2022, 3, 22, 12), TEHRAN)
    assert datetime.fromtimestamp(start / 1000, TEHRAN).hour == 1
    assert end - start == 23 * HOUR


def test_an_hour_that_is_shown_twice_is_two_hours() -> None:
    first = hour_bounds(ms(2026, 10, 25, 2, 30, tz=BERLIN), BERLIN)
    second = hour_bounds(ms(2026, 10, 25, 2, 30, tz=BERLIN, fold=1), BERLIN)
    assert first[1] == second[0]
    assert first[1] - first[0] == second[1] - second[0] == HOUR


def test_clocks_set_by_half_an_hour_make_a_short_hour() -> None:
    day = day_bounds(ms(2026, 10, 4, 12, tz=LORD_HOWE), LORD_HOWE)
    lengths = {end - start for start, end in cuts(*day, "hour", LORD_HOWE)}
    assert lengths == {HOUR, HOUR // 2}


def test_an_hour_in_tehran_begins_at_half_past_in_utc() -> None:
    start, end = hour_bounds(ms(2026, 3, 21, 9, 59), TEHRAN)
    assert (start, end) == (ms(2026, 3, 21, 9), ms(2026, 3, 21, 10))
    assert start % HOUR == HOUR // 2


def test_farvardin_1405_is_the_month_from_21_march_to_20_april() -> None:
    bounds = month_bounds(ms(2026, 4, 5, 12), TEHRAN, "jalali")
    assert bounds == (ms(2026, 3, 21), ms(2026, 4, 21))


def test_esfand_of_a_leap_year_has_30_days() -> None:
    leap = month_bounds(ms(2025, 3, 5, 12), TEHRAN, "jalali")
    plain = month_bounds(ms(2026, 3, 5, 12), TEHRAN, "jalali")
    assert (leap[1] - leap[0]) // (24 * HOUR) == 30
    assert (plain[1] - plain[0]) // (24 * HOUR) == 29


def test_a_gregorian_month_is_the_calendar_s() -> None:
    assert month_bounds(ms(2026, 12, 31, 23), TEHRAN) == (ms(2026, 12, 1), ms(2027, 1, 1))


def test_a_week_begins_on_monday_saturday_or_sunday() -> None:
    friday = ms(2026, 3, 20, 12)
    assert week_bounds(friday, TEHRAN) == (ms(2026, 3, 16), ms(2026, 3, 23))
    assert week_bounds(friday, TEHRAN, SATURDAY) == (ms(2026, 3, 14), ms(2026, 3, 21))
    assert week_bounds(friday, TEHRAN, SUNDAY) == (ms(2026, 3, 15), ms(2026, 3, 22))


@given(
    st.integers(ms(2020, 1, 1), ms(2030, 1, 1)),
    st.integers(1, 40 * 24 * HOUR),
    st.sampled_from(["quarter", "hour", "day", "week", "month"]),
    st.sampled_from([TEHRAN, JERUSALEM, BERLIN, LORD_HOWE]),
    st.sampled_from(["gregorian", "jalali"]),
)
@settings(deadline=None)
def test_cuts_cover_the_period_on_the_grid_without_gap_or_overlap(
    start: int, length: int, unit: str, tz: ZoneInfo, calendar: str
) -> None:
    length = min(length, 3 * 24 * HOUR) if unit in ("quarter", "hour") else length
    found = cuts(start, start + length, unit, tz, calendar)  # type: ignore[arg-type]  # drawn
    assert found[0][0] <= start < found[0][1]
    assert found[-1][0] < start + length <= found[-1][1]
    assert all(one[1] == other[0] for one, other in pairwise(found))
    assert all(edge % INTERVAL_MS == 0 for bounds in found for edge in bounds)


def test_an_empty_period_has_no_units() -> None:
    assert cuts(5, 5, "day", TEHRAN) == []

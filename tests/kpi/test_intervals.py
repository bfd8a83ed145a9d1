"""The grid of quarters, and durations spread over it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.intervals import INTERVAL_MS, spread, start_of

MINUTE = 60_000


def test_a_conversation_from_10_50_to_11_35_gives_10_30_and_5_minutes_to_three_half_hours(
    make,
) -> None:
    start = make.T0 + 50 * MINUTE
    parts = list(spread(start, start + 45 * MINUTE, 30 * MINUTE))
    assert parts == [
        (make.T0 + 30 * MINUTE, 10 * MINUTE),
        (make.T0 + 60 * MINUTE, 30 * MINUTE),
        (make.T0 + 90 * MINUTE, 5 * MINUTE),
    ]


@given(st.integers(0, 2**41), st.integers(0, 10**8))
@settings(deadline=None)
def test_the_parts_add_up_to_the_duration_and_lie_on_the_grid(start: int, length: int) -> None:
    parts = list(spread(start, start + length))
    assert sum(covered for _, covered in parts) == length
    assert all(cell % INTERVAL_MS == 0 and 0 < covered <= INTERVAL_MS for cell, covered in parts)
    assert [cell for cell, _ in parts] == sorted({cell for cell, _ in parts})


def test_a_duration_that_ends_before_it_begins_covers_nothing() -> None:
    assert list(spread(5_000, 4_000)) == []


def test_an_instant_on_the_border_is_in_the_interval_that_begins() -> None:
    assert start_of(INTERVAL_MS) == INTERVAL_MS
    assert start_of(INTERVAL_MS - 1) == 0


def test_every_time_zone_is_whole_quarters_away_from_utc_since_1993() -> None:
    quarter = timedelta(minutes=15)
    moments = [
        datetime(year, month, 1, tzinfo=UTC) for year in range(1993, 2038) for month in (1, 7)
    ]
    crooked = {
        name
        for name in available_timezones()
        for zone in [ZoneInfo(name)]
        for at in moments
        if (at.astimezone(zone).utcoffset() or timedelta()) % quarter
    }
    assert crooked == set()

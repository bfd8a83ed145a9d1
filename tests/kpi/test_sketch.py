"""Percentiles from counts: within 1 %, mergeable, and subtractable without a trace."""

from collections import Counter
from math import ceil

from hypothesis import given, settings
from hypothesis import strategies as st

from kpi import sketch

waits = st.integers(0, sketch.LONGEST_MS)
many_waits = st.lists(waits, max_size=60)


def of(values: list[int]) -> dict[int, int]:
    return dict(Counter(map(sketch.bucket_of, values)))


@given(waits)
@settings(deadline=None)
def test_every_wait_is_within_one_percent_of_its_bucket(wait: int) -> None:
    assert abs(sketch.wait_of(sketch.bucket_of(wait)) - wait) * 100 <= wait


@given(st.lists(waits, min_size=1, max_size=80), st.sampled_from([0.0, 0.5, 0.9, 0.95, 1.0]))
@settings(deadline=None)
def test_a_percentile_is_within_one_percent_of_the_caller_at_that_rank(
    values: list[int], share: float
) -> None:
    rank = max(1, ceil(round(share * len(values), 9)))
    true = sorted(values)[rank - 1]
    found = sketch.percentile(of(values), share)
    assert found is not None
    assert abs(found - true) * 100 <= true


@given(st.lists(waits, min_size=1, max_size=40))
@settings(deadline=None)
def test_the_longest_is_within_one_percent(values: list[int]) -> None:
    found = sketch.longest(of(values))
    assert found is not None
    assert abs(found - max(values)) * 100 <= max(values)


@given(waits, waits)
@settings(deadline=None)
def test_a_longer_wait_is_never_in_a_lower_bucket(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert sketch.bucket_of(low) <= sketch.bucket_of(high)


def test_below_100_ms_every_wait_is_exact() -> None:
    assert [sketch.wait_of(sketch.bucket_of(ms)) for ms in range(100)] == list(range(100))


def test_95_percent_of_100_callers_is_the_95th_caller() -> None:
    assert sketch.percentile(of(list(range(1, 101))), 0.95) == 95


def test_without_waits_there_is_no_percentile_and_no_longest() -> None:
    assert sketch.percentile({}, 0.5) is None
    assert sketch.longest({}) is None


def test_waits_that_cannot_be_are_in_the_first_and_the_last_bucket() -> None:
    assert sketch.bucket_of(-5) == 0
    assert sketch.bucket_of(sketch.LONGEST_MS * 9) == sketch.bucket_of(sketch.LONGEST_MS)


def test_the_waits_of_one_day_need_781_buckets_at_most() -> None:
    assert sketch.bucket_of(24 * 3_600_000) == 780

"""Percentiles and the longest wait, of a period and now."""

from collections import Counter

from kpi import wait
from kpi.counters import Counters
from kpi.sketch import bucket_of

HOUR = Counters(
    waits_answered=dict(Counter(bucket_of(1_000 * second) for second in range(1, 101))),
    waits_abandoned={bucket_of(30_000): 2},
    waits_left={bucket_of(300_000): 1},
)


def within_one_percent(found: int | None, true: int) -> bool:
    return found is not None and abs(found - true) * 100 <= true


def test_answered_and_abandoned_have_their_own_percentiles() -> None:
    assert within_one_percent(wait.answered(HOUR, 0.5), 50_000)
    assert within_one_percent(wait.answered(HOUR, 0.9), 90_000)
    assert within_one_percent(wait.answered(HOUR, 0.95), 95_000)
    assert within_one_percent(wait.abandoned(HOUR, 0.5), 30_000)


def test_the_longest_wait_of_a_period_counts_every_end() -> None:
    assert within_one_percent(wait.longest(HOUR), 300_000)
    assert wait.longest(Counters()) is None


def test_the_longest_wait_now_is_the_oldest_open_visit_s() -> None:
    assert wait.longest_now([5_000, 9_000], 10_000) == 5_000
    assert wait.longest_now([11_000], 10_000) == 0
    assert wait.longest_now([], 10_000) is None

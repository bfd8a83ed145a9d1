"""Average speed of answer."""

from kpi import speed_of_answer
from kpi.counters import Counters


def test_it_is_the_wait_of_the_answered_by_their_number() -> None:
    counters = Counters(answered=4, wait_answered_ms=50_000, abandoned=3, wait_abandoned_ms=9**9)
    assert speed_of_answer.average(counters).value == 12_500
    assert speed_of_answer.average(Counters(abandoned=3)).value is None

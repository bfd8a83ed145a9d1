"""Answer rate of callers and of ringings."""

from kpi import answer_rate
from kpi.counters import Counters
from kpi.ratio import Ratio


def test_callers_answered_of_those_offered() -> None:
    counters = Counters(answered=1000, abandoned=60, timed_out=38, refused=7)
    assert answer_rate.rate(counters) == Ratio(1000, 1098)


def test_a_ringing_that_another_agent_s_answer_cut_short_is_not_held_against_the_agent() -> None:
    counters = Counters(offers_answered=6, offers_missed=2, offers_rejected=1, offers_cancelled=9)
    assert answer_rate.of_offers(counters) == Ratio(6, 9)

"""Transfer rate."""

from kpi import transfer_rate
from kpi.counters import Counters
from kpi.ratio import Ratio

DAY = Counters(calls_answered=20, calls_transferred=5, transfers={"blind": 4, "attended": 2})


def test_a_call_with_two_transfers_is_one_transferred_call() -> None:
    assert transfer_rate.rate(DAY) == Ratio(5, 20)


def test_each_kind_has_its_rate() -> None:
    assert transfer_rate.by_kind(DAY, "blind") == Ratio(4, 20)
    assert transfer_rate.by_kind(DAY, "parked") == Ratio(0, 20)

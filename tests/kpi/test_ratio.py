"""A quotient shows both halves, and a dash when there is nothing to divide by."""

from kpi.ratio import Ratio


def test_a_quotient_is_numerator_by_denominator() -> None:
    assert Ratio(3, 4).value == 0.75


def test_without_a_denominator_there_is_no_figure_neither_0_nor_100_percent() -> None:
    assert Ratio(0, 0).value is None
    assert Ratio(2, -1).value is None

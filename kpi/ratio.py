"""A figure that is a quotient, with both of its halves.

The halves travel with the figure because a total is made from counters, never from averages, and
because a reader must be able to see how many cases a percentage rests on.
"""

from __future__ import annotations

from msgspec import Struct


class Ratio(Struct, frozen=True):
    """``numerator / denominator``; what the halves count is the measure's business."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        """The quotient; None, shown as a dash, when there is nothing to divide by.

        A denominator below zero can only come of counters that are a difference; that is no
        population either.
        """
        if self.denominator <= 0:
            return None
        return self.numerator / self.denominator

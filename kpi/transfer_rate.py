"""Transfer rate: the share of answered calls that somebody handed on."""

from __future__ import annotations

from callcenter.domain.model import TransferKind

from .counters import Counters
from .ratio import Ratio


def rate(c: Counters) -> Ratio:
    """Calls with at least one transfer of the calls answered."""
    return Ratio(c.calls_transferred, c.calls_answered)


def by_kind(c: Counters, kind: TransferKind) -> Ratio:
    """Calls with at least one transfer of this kind of the calls answered.

    A call may have transfers of two kinds, so the kinds can add up to more than ``rate``.
    """
    return Ratio(c.transfers.get(kind, 0), c.calls_answered)

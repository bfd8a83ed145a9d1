"""Handle time: what a conversation takes of an agent, in ms.

Talk has hold in it already, so hold is never added. Ringing is beside it. By default the
conversations that a queue made; ``with_direct`` has direct, outbound and internal ones as well.
"""

from __future__ import annotations

from .counters import Counters
from .ratio import Ratio


def average(c: Counters) -> Ratio:
    """Talk and wrap-up of queue conversations by their number."""
    return Ratio(c.talk_ms + c.wrapup_ms, c.conversations)


def with_direct(c: Counters) -> Ratio:
    """Talk and wrap-up of all conversations by their number."""
    return Ratio(
        c.talk_ms + c.wrapup_ms + c.direct_talk_ms + c.direct_wrapup_ms,
        c.conversations + c.direct_conversations,
    )


def talk(c: Counters) -> Ratio:
    """Talk, hold included, of queue conversations by their number."""
    return Ratio(c.talk_ms, c.conversations)


def wrapup(c: Counters) -> Ratio:
    """Wrap-up of queue conversations by their number."""
    return Ratio(c.wrapup_ms, c.conversations)


def hold_share(c: Counters) -> Ratio:
    """Hold of the talk of queue conversations."""
    return Ratio(c.hold_ms, c.talk_ms)


def ring(c: Counters) -> Ratio:
    """Ringing by the number of offers, answered or not."""
    return Ratio(c.ring_ms, c.offers)

"""The sums that every figure is made from.

Nothing but sums, so that a quarter of an hour, a day and a month, one queue and all queues differ
only in what was added. Everything that can be added can be taken out again, which is how a call
that goes on replaces what it contributed before.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import Struct, field, to_builtins

Scope = Literal["queue", "agent", "all"]


class Cell(NamedTuple):
    """Where a sum belongs: the interval's start (epoch ms UTC), and whose it is.

    ``id`` is the queue's or the agent's, and empty for the whole centre.
    """

    interval_ms: int
    scope: Scope
    id: str


class Counters(Struct, kw_only=True, omit_defaults=True, gc=False):
    """The sums of one cell. Durations are ms; maps hold no zeros."""

    answered: int = 0
    """Visits joined with an agent."""
    abandoned: int = 0
    """Visits in which the customer hung up, short ones included."""
    timed_out: int = 0
    key: int = 0
    emptied: int = 0
    withdrawn: int = 0
    system: int = 0
    unknown: int = 0
    refused: int = 0
    """Never entered; beside the offered visits, not among them."""
    short_abandoned: int = 0
    """Of ``abandoned``: within the queue's short limit."""
    answered_in_t: int = 0
    """Of ``answered``: within the queue's T."""
    abandoned_in_t: int = 0
    """Of ``abandoned``: within the queue's T."""
    wait_answered_ms: int = 0
    wait_abandoned_ms: int = 0
    waits_answered: dict[int, int] = field(default_factory=dict)
    """Sketch (see ``sketch``) of the waits of answered visits."""
    waits_abandoned: dict[int, int] = field(default_factory=dict)
    waits_left: dict[int, int] = field(default_factory=dict)
    """Sketch of the waits of visits that ended in any other way but refused and unknown."""

    conversations: int = 0
    """Conversations of queue calls that have ended."""
    talk_ms: int = 0
    """Hold included."""
    hold_ms: int = 0
    """Of ``talk_ms``."""
    wrapup_ms: int = 0
    direct_conversations: int = 0
    """Conversations that no queue made: direct, outbound, internal."""
    direct_talk_ms: int = 0
    direct_hold_ms: int = 0
    direct_wrapup_ms: int = 0

    calls: int = 0
    """Inbound journeys that asked for an agent and are answered or over."""
    calls_answered: int = 0
    calls_transferred: int = 0
    """Of ``calls_answered``: with at least one transfer."""
    transfers: dict[str, int] = field(default_factory=dict)
    """Of ``calls_answered``: with at least one transfer of this kind."""

    offers_answered: int = 0
    offers_missed: int = 0
    """Rung without an answer."""
    offers_rejected: int = 0
    offers_cancelled: int = 0
    """Another agent was faster, or the caller went."""
    offers_unreachable: int = 0
    ring_ms: int = 0

    state_ms: dict[str, int] = field(default_factory=dict)
    """Time in each agent state."""
    paused_ms: dict[str, int] = field(default_factory=dict)
    """Of the paused time: by reason."""

    clamped: int = 0
    """Durations that came out negative (a clock was set back) and were counted as nothing."""

    @property
    def offered(self) -> int:
        """Visits that entered and ended: the sum of the ends, refused ones excepted."""
        return (
            self.answered
            + self.abandoned
            + self.timed_out
            + self.key
            + self.emptied
            + self.withdrawn
            + self.system
            + self.unknown
        )

    @property
    def offers(self) -> int:
        """Ringings of an agent's phone that have ended."""
        return (
            self.offers_answered
            + self.offers_missed
            + self.offers_rejected
            + self.offers_cancelled
            + self.offers_unreachable
        )

    def add(self, other: Counters) -> None:
        """Adds ``other`` to these, in place."""
        self._change(to_builtins(other), 1)

    def subtract(self, other: Counters) -> None:
        """Takes ``other`` out of these, in place."""
        self._change(to_builtins(other), -1)

    def add_to(self, sums: Iterable[Counters]) -> None:
        """Adds these to each of ``sums``, in place."""
        moved = to_builtins(self)
        for each in sums:
            each._change(moved, 1)

    def copy(self) -> Counters:
        """The same sums, sharing nothing."""
        return Counters(**to_builtins(self))

    def __add__(self, other: Counters) -> Counters:
        fresh = self.copy()
        fresh._change(to_builtins(other), 1)
        return fresh

    def __sub__(self, other: Counters) -> Counters:
        fresh = self.copy()
        fresh._change(to_builtins(other), -1)
        return fresh

    def is_zero(self) -> bool:
        """Whether nothing is counted."""
        return self == _NOTHING

    def _change(self, moved: dict[str, Any], sign: int) -> None:
        # Of some forty sums a call moves four or five: ``moved`` has only what is not zero
        # (``omit_defaults``), and is a copy, because a counter may be taken out of itself.
        for name, amount in moved.items():
            if type(amount) is int:
                setattr(self, name, getattr(self, name) + sign * amount)
                continue
            mine = getattr(self, name)
            for key, part in amount.items():
                total = mine.get(key, 0) + sign * part
                if total:
                    mine[key] = total
                else:
                    mine.pop(key, None)


_NOTHING = Counters()
_MAPS = tuple(each.name for each in msgspec.structs.fields(Counters) if each.type is not int)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Counters] = msgspec.json.Decoder(Counters)


def dumps(counters: Counters) -> bytes:
    """The counters as JSON; equal counters give equal bytes. What is zero is left out."""
    ordered = counters.copy()
    for name in _MAPS:
        setattr(ordered, name, dict(sorted(getattr(ordered, name).items())))
    return _encoder.encode(ordered)


def loads(data: bytes | str) -> Counters:
    """The counters in ``data``.

    Raises ``msgspec.ValidationError`` when they are none.
    """
    return _decoder.decode(data)

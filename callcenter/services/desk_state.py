"""What is kept of one agent's desk, and what every desk offers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct, field

from callcenter.domain.customer import Customer, FieldKind
from kpi import handle_time
from kpi.counters import Counters


class Card(Struct, eq=False):
    """A card as it was made; it holds until something is said of its call, or until ``until``
    (epoch ms), when an alert on it ends. ``kinds`` are the fields it was made by, ``customer``
    whose part of it stays as it is when a ``stale`` one is made anew."""

    made: dict[str, Any]
    kinds: Sequence[FieldKind]
    until: int | None
    customer: Customer | None = None
    stale: bool = False


class DeskState(Struct, eq=False):
    """One agent's desk. ``arrived`` is when AMI told of each ringing call (ms)."""

    calls: dict[str, None] = field(default_factory=dict)
    arrived: dict[str, float] = field(default_factory=dict)
    follow_ups: dict[str, dict[str, Any]] = field(default_factory=dict)
    recent: list[dict[str, Any]] = field(default_factory=list)
    cards: dict[str, Card] = field(default_factory=dict)
    shown: dict[str, Any] | None = None
    counted: tuple[int, ...] = ()
    day: dict[str, Any] = field(default_factory=dict)

    def take_off(self, call: str) -> None:
        """The call is on this desk no more."""
        self.calls.pop(call, None)
        self.arrived.pop(call, None)

    def day_of(self, sums: Counters) -> dict[str, Any]:
        """The agent's own figures of today, made anew when one of their sums has moved."""
        counted = (
            sums.conversations,
            sums.talk_ms,
            sums.wrapup_ms,
            sums.direct_conversations,
            sums.direct_talk_ms,
            sums.direct_wrapup_ms,
            sums.state_ms.get("paused", 0),
        )
        if counted != self.counted:
            self.counted, self.day = counted, day_of(sums)
        return self.day


class DeskRules(Struct, frozen=True):
    """What every desk offers, as the pages take it, and limits per queue (seconds)."""

    pause_reasons: list[dict[str, Any]]
    dispositions: list[dict[str, Any]]
    ring_limit_s: Callable[[str], int | None]
    can_set: Callable[[str], bool]


def day_of(counted: Counters) -> dict[str, Any]:
    """An agent's own figures of today; None where there is nothing to divide by."""
    handled = handle_time.with_direct(counted).value
    wrapped = handle_time.wrapup(counted).value
    return {
        "answered": counted.conversations + counted.direct_conversations,
        "aht_ms": None if handled is None else round(handled),
        "wrap_ms": None if wrapped is None else round(wrapped),
        "pause_ms": counted.state_ms.get("paused", 0),
    }

"""What a site sets about its figures: limits per queue, the time zone, codes with a meaning.

The defaults are those of the definitions: 80 % in 20 seconds, an abandon within 5 seconds is
short.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field


class QueueRules(Struct, frozen=True, kw_only=True):
    """The limits of one queue. ``target`` and ``abandon_target`` are shares from 0 to 1."""

    t_ms: int = 20_000
    short_abandon_ms: int = 5_000
    target: float = 0.8
    abandon_target: float = 0.05


class Rules(Struct, frozen=True, kw_only=True):
    """The limits of all queues; a queue that is not named has ``default``.

    ``zone`` is the IANA name of the site's time zone. ``not_resolvable`` are the disposition codes
    that mean "nobody here could have resolved this". ``reasons`` maps a disposition code to the
    reason of the contact, where a site's codes say one: two calls with different reasons are no
    repeat of each other.
    """

    queues: Mapping[str, QueueRules] = field(default_factory=dict)
    default: QueueRules = QueueRules()
    zone: str = "UTC"
    not_resolvable: frozenset[str] = frozenset()
    reasons: Mapping[str, str] = field(default_factory=dict)

    def of_queue(self, queue: str) -> QueueRules:
        """The limits of this queue."""
        return self.queues.get(queue, self.default)

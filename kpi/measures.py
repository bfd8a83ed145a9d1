"""Every measure that counters alone give, by its id and variant: what the API and reports call.

``definitions`` says in words what each of them is. The first variant of a measure is its default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from operator import attrgetter
from types import MappingProxyType
from typing import get_args

from callcenter.domain.model import AGENT_STATES, TransferKind

from . import (
    abandon_rate,
    answer_rate,
    handle_time,
    occupancy,
    service_level,
    speed_of_answer,
    transfer_rate,
    utilisation,
    wait,
)
from .counters import Counters
from .ratio import Ratio

Value = Ratio | int | None
"""A quotient with both halves, a count or duration in ms, or nothing."""
Measure = Callable[[Counters], Value]

VISITS = (
    "offered",
    "answered",
    "abandoned",
    "short_abandoned",
    "timed_out",
    "key",
    "emptied",
    "withdrawn",
    "system",
    "unknown",
    "refused",
)
OFFERS = ("answered", "missed", "rejected", "cancelled", "unreachable")
PERCENTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95}


def _state_ms(state: str, counters: Counters) -> int:
    return counters.state_ms.get(state, 0)


def _by_kind(kind: TransferKind, counters: Counters) -> Ratio:
    return transfer_rate.by_kind(counters, kind)


def _state_share(state: str, counters: Counters) -> Ratio:
    return utilisation.state_share(counters, state)


def _waits(measure: Callable[[Counters, float], int | None], share: float) -> Measure:
    return lambda counters: measure(counters, share)


def _all_conversations(counters: Counters) -> int:
    return counters.conversations + counters.direct_conversations


MEASURES: Mapping[str, Mapping[str, Measure]] = MappingProxyType(
    {
        "visits": {name: attrgetter(name) for name in VISITS},
        "service_level": {
            "net": service_level.net,
            "of_answered": service_level.of_answered,
            "of_offered": service_level.of_offered,
            "of_answered_and_abandoned": service_level.of_answered_and_abandoned,
            "abandons_ignored": service_level.abandons_ignored,
            "abandons_met": service_level.abandons_met,
        },
        "abandon_rate": {
            "net": abandon_rate.net,
            "raw": abandon_rate.raw,
            "journeys": abandon_rate.journeys,
        },
        "speed_of_answer": {"average": speed_of_answer.average},
        "wait": {
            f"{end}_{name}": _waits(measure, share)
            for end, measure in (("answered", wait.answered), ("abandoned", wait.abandoned))
            for name, share in PERCENTILES.items()
        },
        "longest_wait": {"period": wait.longest},
        "answer_rate": {"of_visits": answer_rate.rate, "of_offers": answer_rate.of_offers},
        "handle_time": {
            "queue": handle_time.average,
            "with_direct": handle_time.with_direct,
            "talk": handle_time.talk,
            "wrap_up": handle_time.wrapup,
            "ring": handle_time.ring,
        },
        "hold_share": {"queue": handle_time.hold_share},
        "conversations": {
            "queue": attrgetter("conversations"),
            "with_direct": _all_conversations,
        },
        "transfer_rate": {
            "any": transfer_rate.rate,
            **{kind: partial(_by_kind, kind) for kind in get_args(TransferKind)},
        },
        "offers": {name: attrgetter(f"offers_{name}") for name in OFFERS},
        "occupancy": {"wall_clock": occupancy.occupancy},
        "utilisation": {"signed_in": utilisation.utilisation},
        "state_time": {state: partial(_state_ms, state) for state in AGENT_STATES},
        "state_share": {
            state: partial(_state_share, state)
            for state in AGENT_STATES
            if state not in utilisation.NOT_SIGNED_IN
        },
    }
)

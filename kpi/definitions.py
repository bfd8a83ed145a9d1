"""The catalogue: what every figure is, in words and in three languages.

Documentation, tooltips and the API are made from it. A definition that changes gets a new version,
and figures are published with theirs. ``measures``, ``service_level.live``, ``wait.longest_now``
and ``fcr`` compute what is described here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from . import definitions_agents, definitions_queues
from .definition import Definition

LETTERS: Mapping[str, str] = MappingProxyType(
    {
        "O": "offered: visits that entered a queue and ended, however they ended",
        "A": "answered visits",
        "A_T": "answered visits with a wait of at most T",
        "B": "abandoned visits: the caller hung up while waiting",
        "B_s": "short abandons: abandoned with a wait of at most the short limit (5 s)",
        "B_T": "abandoned visits with a wait of at most T",
        "W_T": "callers waiting now who have waited longer than T",
        "T": "the queue's answer-time threshold (20 s)",
    }
)
"""The letters of the formulas."""

DEFINITIONS: Mapping[str, Definition] = MappingProxyType(
    {entry.id: entry for entry in (*definitions_queues.ENTRIES, *definitions_agents.ENTRIES)}
)
"""Every measure by its id, in the order in which they are shown."""

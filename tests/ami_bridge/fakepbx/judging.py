"""What the service concluded from a played story, held against the truth of that playing.

The truth of a playing is the recorded one with the numbers of its site and its own later times.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ami_bridge.fakepbx.names import caller_at, phone_at, queue_at
from ami_bridge.fakepbx.player import Playing
from ami_bridge.fakepbx.recorded import LEG, QUEUE
from tests.ami_bridge.replaying import WRAPUP_S, Played, shifts_of, truth_of
from tests.ami_bridge.test_stories import as_the_house_counts, calls_of_agents, customers_calls
from tests.lab import spans
from tests.lab.truth import Comparison

LONG_AGO_S = 10**9
"""Numbers above this are instants, in epoch seconds; all others are durations."""
AS_WRITTEN = ("scenario", "log", "alt", "why")
"""Parts of a truth that nobody compares here."""


def truth_at(folder: Path, playing: Playing, site: int) -> dict[str, Any]:
    """What really happened in this playing."""
    truth = truth_of(folder)
    if folder.parent.name == "given":
        truth = as_the_house_counts(truth)
    queues = {gap[1:] for gap in playing.names if gap[0] == QUEUE}

    def here(value: Any, key: str = "") -> Any:
        if key in AS_WRITTEN:
            return value
        if isinstance(value, dict):
            return {here(name): here(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [here(inner, key) for inner in value]
        if isinstance(value, int | float) and value > LONG_AGO_S:
            return value + playing.later_s
        if isinstance(value, str):
            if value in queues:
                return queue_at(site, value)
            text = re.sub(r"\+98912\d{7}", lambda found: caller_at(site, found[0]), value)
            return re.sub(r"(?<!\d)10\d\d(?!\d)", lambda found: phone_at(site, found[0]), text)
        return value

    moved: dict[str, Any] = here(truth)
    return moved


def wrap_ups(site: int) -> dict[str, int]:
    """The lab's rule of after-call work, for the queues of this site."""
    return {queue_at(site, queue): seconds for queue, seconds in WRAPUP_S.items()}


def judged(folder: Path, playing: Playing, outcome: Played, site: int = 0) -> list[str]:
    """Where the outcome is not as the truth has it, as sentences; calls, their number, shifts."""
    truth = truth_at(folder, playing, site)
    legs = {leg for gap, leg in playing.names.items() if gap[0] == LEG}
    calls = {key: record for key, record in outcome.calls.items() if key.partition(":")[2] in legs}
    own = truth.get("house_calls", calls_of_agents(truth))
    if len(calls) != len(truth["calls"]) + own:
        return [f"{len(truth['calls'])} calls and {own} of the house were made, not {list(calls)}"]
    wrong: list[str] = []
    for call, record in zip(truth["calls"], customers_calls(truth, calls), strict=True):
        wanted = (call["direction"], call["number"])
        if (record["direction"], record["caller"]["number"]) != wanted:
            wrong.append(f"{wanted} called, not {record['direction']} {record['caller']}")
        wrong += Comparison(call, record, truth["tol"]).texts()
    if "spans" in truth:
        told = {
            interface: shift
            for interface, shift in shifts_of(outcome.facts).items()
            if interface in truth["spans"]
        }
        wrong += spans.differences(truth, told)
    return wrong

"""A PBX whose clock is set in the middle of a story: an hour on, an hour back.

Every story comes out as if nobody had touched the clock: the same facts in the same order, the
same ends, durations within the delay of a message, none negative.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

from ami_bridge.trace import TraceLine
from callcenter.domain.facts import AnyFact
from tests.invariants import (
    all_of_it,
    calls_are_told_in_one_piece,
    durations_are_not_negative,
    every_entry_is_left_once,
    nothing_is_open,
    spans_follow_each_other,
)
from tests.lab import spans

from .replaying import WRAPUP_S, flat, folders, lines, listen, play, shifts_of, truth_of

EVERY = [pytest.param(folder, id=folder.parent.name + "/" + folder.name) for folder in folders()]
HOUR_S = 3_600.0
PLACES = 4


def set_clock(messages: Iterable[TraceLine], place: int, by_s: float) -> list[TraceLine]:
    """The trace of a PBX whose clock is set by so much before message ``place``."""
    shifted = []
    for index, line in enumerate(messages):
        headers = [
            (key, f"{float(value) + by_s:.6f}")
            if key == "Timestamp" and index >= place
            else (key, value)
            for key, value in line.h
        ]
        shifted.append(TraceLine(line.t, line.n, headers))
    return shifted


def slowest(messages: Iterable[TraceLine]) -> float:
    """The most that a message took longer on its way than the fastest, in ms: after the clock was
    set an instant cannot be known better than that."""
    stamped = [(line.t, dict(line.h).get("Timestamp")) for line in messages]
    taken = [arrived - float(stamp) for arrived, stamp in stamped if stamp]
    return (max(taken) - min(taken)) * 1000 + 2


def told(facts: Iterable[AnyFact]) -> list[tuple[str, dict[str, object], list[int]]]:
    """Each fact: its kind, what it says, and its instants and durations."""
    found = []
    for fact in facts:
        said = msgspec.to_builtins(fact)
        times = [said.pop(key) or 0 for key in sorted(said) if key in ("at", "until")]
        times += [said.pop(key) for key in sorted(said) if key.endswith("_ms")]
        found.append((type(fact).__name__, said, times))
    return found


@pytest.mark.parametrize("by_s", [HOUR_S, -HOUR_S], ids=["an hour on", "an hour back"])
@pytest.mark.parametrize("folder", EVERY)
def test_clock_that_is_set_changes_nothing(folder: Path, by_s: float) -> None:
    messages = lines(folder)
    near_ms = slowest(messages)
    before = told(play(flat(listen(messages)), WRAPUP_S).facts)
    for part in range(1, PLACES):
        place = len(messages) * part // PLACES
        facts, calls, board = play(flat(listen(set_clock(messages, place, by_s))), WRAPUP_S)
        all_of_it(facts, calls, board)
        after = told(facts)
        assert [(kind, said) for kind, said, _ in after] == [
            (kind, said) for kind, said, _ in before
        ]
        for (kind, _, times), (_, _, wanted) in zip(after, before, strict=True):
            for ours, true in zip(times, wanted, strict=True):
                assert abs(ours - true) <= near_ms, (kind, times, wanted)
        assert spans.differences(truth_of(folder), shifts_of(facts)) == []


@pytest.mark.parametrize("by_s", [HOUR_S, -HOUR_S], ids=["an hour on", "an hour back"])
@pytest.mark.parametrize("folder", EVERY)
def test_clock_of_the_whole_machine_is_set(folder: Path, by_s: float) -> None:
    """Ours as well: then nobody knows better, but nothing is negative and the order holds."""
    messages = lines(folder)
    place = len(messages) // 2
    ours = [
        TraceLine(line.t + (by_s if index >= place else 0.0), line.n, line.h)
        for index, line in enumerate(set_clock(messages, place, by_s))
    ]
    facts, calls, board = play(flat(listen(ours)), WRAPUP_S)
    durations_are_not_negative(facts)
    calls_are_told_in_one_piece(facts)
    every_entry_is_left_once(facts)
    spans_follow_each_other(facts)
    nothing_is_open(calls.values())
    assert board.scene.calls == {}

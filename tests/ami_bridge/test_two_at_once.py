"""Two recorded stories at once on one PBX, with the same agents: each comes out as it does alone.

The second begins somewhere within the first. Its members are told as events and its list of
channels, which knows nothing of the first, is left out. Agents are compared by their numbers: where
one phone is a member by itself and behind a Local channel as well, whose member speaks is a choice.
"""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from callcenter.domain.model import CallRecord
from callcenter.domain.signals import (
    LegSeen,
    LinkWentDown,
    MemberSeen,
    QueueKnown,
    RosterBegan,
    RosterEnded,
    Signal,
)

from .replaying import flat, folders, heard, play
from .test_partial import ends, talks

PAIRS = 60
NUMBER = re.compile(r"(?:PJSIP|Local)/(\d+)[@/\w-]*")


@cache
def alone(folder: Path) -> tuple[Signal, ...] | None:
    """A story without its roster but with the members of it; None if it is more than that."""
    told: list[Signal] = []
    listed = False
    for signal in flat(heard(folder)):
        if isinstance(signal, RosterBegan | RosterEnded):
            listed = isinstance(signal, RosterBegan)
        elif isinstance(signal, MemberSeen):
            told.append(replace(signal, row=False))
        elif isinstance(signal, LinkWentDown) or (listed and not isinstance(signal, QueueKnown)):
            return None
        else:
            told.append(signal)
    return tuple(told)


def came_to(calls: dict[str, CallRecord], later_ms: int = 0) -> tuple[str, object]:
    """Ends, and who talked from when to when; agents by their numbers."""
    spoken = [
        (call, NUMBER.sub(r"\1", agent), joined - later_ms, parted - later_ms, held)
        for call, agent, joined, parted, held, *_ in talks(calls)
    ]
    return NUMBER.sub(r"\1", repr(ends(calls))), sorted(spoken)


STORIES = {folder: story for folder in folders() if (story := alone(folder))}


@pytest.mark.parametrize("seed", range(20))
def test_two_stories_at_once_come_out_as_they_do_alone(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(PAIRS):
        one, two = dice.sample(sorted(STORIES), 2)
        if not legs(STORIES[one]) & legs(STORIES[two]):
            told_together(one, two, dice)


def told_together(one: Path, two: Path, dice: random.Random) -> None:
    """The second begins at some moment of the first; both come out as they do alone."""
    first, second = STORIES[one], STORIES[two]
    later = first[0].at + dice.randrange(1 + first[-1].at - first[0].at) - second[0].at
    moved = [replace(signal, at=signal.at + later) for signal in second]
    calls = play(sorted([*first, *moved], key=lambda signal: signal.at)).calls
    ours, theirs = play(list(first)).calls, play(list(second)).calls
    assert calls.keys() == ours.keys() | theirs.keys()
    mine = {name: record for name, record in calls.items() if name in ours}
    others = {name: record for name, record in calls.items() if name in theirs}
    assert came_to(mine) == came_to(ours), f"{one.name}, with {two.name} beside it"
    assert came_to(others, later) == came_to(theirs), f"{two.name}, with {one.name} beside it"


def legs(story: tuple[Signal, ...]) -> set[str]:
    """The channels of a story."""
    return {signal.leg for signal in story if isinstance(signal, LegSeen)}


def test_most_stories_can_be_told_beside_others() -> None:
    assert len(STORIES) > 0.9 * len(folders())

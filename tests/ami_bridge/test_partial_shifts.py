"""Shifts of agents whatever the stream goes through: doubled, crossed, cut and restored.

The spans that come out are the ones that the story tells of, by its own clock.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from callcenter.domain.facts import AgentStateChanged
from callcenter.domain.signals import LinkWentDown
from tests.invariants import spans_follow_each_other
from tests.lab import spans

from .interrupted import with_gap
from .pbx_model import PbxModel
from .replaying import WRAPUP_S, flat, folders, heard, lines, listen, play, shifts_of, truth_of
from .test_partial import crossed

OF_AGENTS = [
    pytest.param(folder, id=folder.name) for folder in folders() if "spans" in truth_of(folder)
]


def states(folder: Path) -> set[str]:
    """All that the agents of this story were."""
    told: dict[str, list[dict[str, Any]]] = truth_of(folder)["spans"]
    return {span["state"] for shift in told.values() for span in shift}


UNWRAPPED = [p for p in OF_AGENTS if "wrap_up" not in states(Path(str(p.values[0])))]
"""A cut ends after-call work, for nobody sees its end then; elsewhere a cut changes nothing."""


def test_the_stories_are_there() -> None:
    assert len(OF_AGENTS) >= 17
    assert len(UNWRAPPED) >= 8


@pytest.mark.parametrize("folder", OF_AGENTS)
def test_shifts_of_a_story_told_twice_message_by_message(folder: Path) -> None:
    doubled = [m for m in lines(folder) for _ in range(1 if m.message.get("ActionID") else 2)]
    facts, _, _ = play(flat(listen(doubled)), WRAPUP_S)
    assert spans.differences(truth_of(folder), shifts_of(facts)) == []


@pytest.mark.parametrize("folder", OF_AGENTS)
@pytest.mark.parametrize("seed", range(5))
def test_shifts_of_a_story_whose_legs_and_members_cross(folder: Path, seed: int) -> None:
    facts, _, _ = play(crossed(flat(heard(folder)), random.Random(seed)), WRAPUP_S)
    spans_follow_each_other(facts)
    assert spans.differences(truth_of(folder), shifts_of(facts)) == []


@pytest.mark.parametrize("folder", UNWRAPPED)
def test_shifts_of_a_story_that_is_cut_and_restored_at_once(folder: Path) -> None:
    story, truth = heard(folder), truth_of(folder)
    for cut in range(1, len(story) + 1):
        facts, _, _ = with_gap(story, cut, cut)
        assert spans.differences(truth, shifts_of(facts)) == [], (
            f"cut before {story[cut : cut + 1]}"
        )


@pytest.mark.parametrize("folder", OF_AGENTS)
def test_nobody_knows_what_an_agent_does_while_the_link_is_down(folder: Path) -> None:
    """The gap is told as such, and what the roster says holds from its end on."""
    story = flat(heard(folder))
    half = len(story) // 2
    lost = max(signal.at for signal in story[:half])
    rows = PbxModel(story).rows(lost + 60_000)
    facts, _, _ = play([*story[:half], LinkWentDown(lost, "cut"), *rows], WRAPUP_S)
    spans_follow_each_other(facts)
    for agent in {f.agent.id for f in facts if isinstance(f, AgentStateChanged)}:
        unknown = [
            (span["from"], span["to"])
            for span in spans.told(shifts_of(facts)[agent.partition(":")[2]])
            if span["state"] == "unknown"
        ]
        assert unknown == [(lost / 1000, lost / 1000 + 60)]

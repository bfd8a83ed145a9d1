"""Recorded stories of which something is missing, doubled or crossed: upright, whatever comes.

A story may lose its beginning (we were started in the middle), may be told twice, its legs may
cross by some milliseconds, and the link may be cut anywhere. Nothing is raised, no duration is
negative, everything ends, and what could be seen is told right.
"""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest

from callcenter.domain.facts import LinkLost, LinkRestored
from callcenter.domain.model import CallRecord
from callcenter.domain.signals import LinkWentDown, Signal
from tests.invariants import all_of_it

from .pbx_model import PbxModel
from .replaying import (
    TRACES,
    flat,
    folders,
    heard,
    lines,
    listen,
    long_after,
    new_board,
    play,
    tell,
)

EVERY = [pytest.param(folder, id=str(folder.relative_to(TRACES))) for folder in folders()]
WINDOW_MS = 50
MISSED_AT_ONCE = 8
"""Signals that a cut in the middle swallows in one of the tests."""


def ends(calls: dict[str, CallRecord]) -> list[object]:
    """What a call came to, without instants."""
    return [
        (
            record.id,
            record.direction,
            record.outcome,
            [(v.queue, v.end, v.key, [(o.agent.id, o.end) for o in v.offers]) for v in r_visits],
            [(talk.agent.id, talk.queue) for talk in record.conversations],
        )
        for record in calls.values()
        for r_visits in [record.visits]
    ]


@pytest.mark.parametrize("folder", EVERY)
def test_story_without_its_first_messages(folder: Path) -> None:
    messages = lines(folder)
    for missing in range(1, len(messages)):
        all_of_it(*play(flat(listen(messages[missing:]))))


@pytest.mark.parametrize("folder", EVERY)
def test_story_without_one_message(folder: Path) -> None:
    """Any single message may be lost; a roster afterwards ends what its loss left open."""
    messages = lines(folder)
    for missing in range(len(messages)):
        story = flat(listen(messages[:missing] + messages[missing + 1 :]))
        after = PbxModel(flat(heard(folder))).rows(story[-1].at + 60_000)
        all_of_it(*play(story + after))


@pytest.mark.parametrize("folder", EVERY)
def test_story_told_twice_message_by_message_is_the_same_story(folder: Path) -> None:
    _, once, _ = play(flat(heard(folder)))
    doubled = [m for m in lines(folder) for _ in range(1 if m.message.get("ActionID") else 2)]
    facts, twice, board = play(flat(listen(doubled)))
    all_of_it(facts, twice, board)
    assert {key: msgspec.to_builtins(record) for key, record in twice.items()} == {
        key: msgspec.to_builtins(record) for key, record in once.items()
    }


@pytest.mark.parametrize("folder", EVERY)
@pytest.mark.parametrize("seed", range(5))
def test_legs_that_cross_within_fifty_milliseconds(folder: Path, seed: int) -> None:
    """The order of the signals about one leg is kept, that of different legs is not."""
    story = flat(heard(folder))
    mixed = crossed(story, random.Random(seed))
    assert sorted(map(repr, mixed)) == sorted(map(repr, story))
    facts, calls, board = play(mixed)
    all_of_it(facts, calls, board)
    assert ends(calls) == ends(play(story)[1])


@pytest.mark.parametrize("folder", EVERY)
def test_cut_and_restored_at_once_changes_no_ending(folder: Path) -> None:
    story = flat(heard(folder))
    whole = ends(play(story)[1])
    for cut in range(len(story) + 1):
        facts, calls, board = played_with_gap(story, cut, cut)
        all_of_it(facts, calls, board)
        if cut:
            assert sum(isinstance(fact, LinkLost) for fact in facts) >= 1
        assert ends(calls) == whole, f"cut before {story[cut:cut + 1]}"


@pytest.mark.parametrize("folder", EVERY)
def test_cut_that_swallows_some_signals(folder: Path) -> None:
    story = flat(heard(folder))
    for cut in range(len(story) + 1):
        all_of_it(*played_with_gap(story, cut, min(len(story), cut + MISSED_AT_ONCE)))


@pytest.mark.parametrize("folder", EVERY)
def test_cut_until_everything_is_over_ends_every_call_unseen(folder: Path) -> None:
    story = flat(heard(folder))
    for cut in range(1, len(story) + 1):
        facts, calls, board = played_with_gap(story, cut, len(story))
        all_of_it(facts, calls, board)
        open_at_the_cut = fold_open(story[:cut])
        for call in open_at_the_cut:
            assert calls[call].settled_by == "lost_sight"
            assert calls[call].ended_by == "unknown"


@pytest.mark.parametrize("folder", EVERY)
def test_restart_of_the_pbx_at_any_point_ends_everything(folder: Path) -> None:
    story = flat(heard(folder))
    for cut in range(1, len(story) + 1):
        at = max(signal.at for signal in story[:cut])
        empty = PbxModel().rows(at + 5_000, restarted=True)
        facts, calls, board = play([*story[:cut], LinkWentDown(at, "restart"), *empty])
        all_of_it(facts, calls, board)
        assert [fact.restarted for fact in facts if isinstance(fact, LinkRestored)][-1]
        ended = {end for r in calls.values() for v in r.visits for end in [v.end]}
        assert ended <= {*ends_so_far(story[:cut]), "system", "answered"}


def played_with_gap(story: list[Signal], cut: int, back: int) -> tuple[object, ...]:
    """The story with the link down from signal ``cut`` on, and a roster before ``back``."""
    model = PbxModel(story[:back])
    lost_at = max((signal.at for signal in story[:cut]), default=story[0].at)
    back_at = max((signal.at for signal in story[:back]), default=lost_at)
    gap = [LinkWentDown(lost_at, "cut"), *model.rows(back_at)]
    board = new_board()
    facts = tell(board, [*story[:cut], *gap, *story[back:]])
    facts += long_after(board, story[-1].at)
    from tests.playbook import fold

    return facts, fold(facts), board


def fold_open(story: list[Signal]) -> list[str]:
    """The calls that are open after these signals."""
    board = new_board()
    tell(board, story)
    return list(board.scene.calls)


def ends_so_far(story: list[Signal]) -> set[str | None]:
    """How visits ended within these signals."""
    from tests.playbook import fold

    board = new_board()
    calls = fold(tell(board, story))
    return {visit.end for record in calls.values() for visit in record.visits}


def crossed(story: list[Signal], dice: random.Random) -> list[Signal]:
    """The story with its legs shuffled against each other within windows."""
    mixed: list[Signal] = []
    window: list[Signal] = []
    for signal in story:
        if window and signal.at - window[0].at > WINDOW_MS:
            mixed += shuffled(window, dice)
            window = []
        window.append(signal)
    return mixed + shuffled(window, dice)


def shuffled(window: list[Signal], dice: random.Random) -> list[Signal]:
    """Some order in which no two signals that share a leg (or a member) have changed places."""
    left = list(window)
    order: list[Signal] = []
    while left:
        free: list[int] = []
        before: set[str] = set()
        for index, signal in enumerate(left):
            about = subjects(signal)
            if not about & before and "all" not in before and not (before and "all" in about):
                free.append(index)
            before |= about
        order.append(left.pop(dice.choice(free)))
    return order


def subjects(signal: Signal) -> set[str]:
    """The legs, or the member, that a signal is about; ``all`` for the roster's brackets."""
    fields = (
        *("leg", "caller", "dest", "swap", "one", "two", "transferer", "second"),
        *("transferee", "target", "picker"),
    )
    found = {str(getattr(signal, name)) for name in fields if getattr(signal, name, "")}
    if interface := getattr(signal, "interface", ""):
        found.add(f"member {interface}")
    return found or {"all"}

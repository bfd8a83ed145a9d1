"""Recorded stories of which something is missing, doubled or crossed: upright, whatever comes.

A story may lose its beginning (we were started in the middle), may be told twice, its legs may
cross by some milliseconds, and the link may be cut anywhere. Nothing is raised, no duration is
negative, everything ends, and what could be seen is told right.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from callcenter.domain.facts import LinkLost, LinkRestored
from callcenter.domain.model import CallRecord
from callcenter.domain.signals import (
    BridgeJoined,
    BridgeParted,
    DialBegan,
    DialEnded,
    LegSeen,
    LinkWentDown,
    MemberCompleted,
    MemberGone,
    MemberSeen,
    QueueEvidence,
    QueueWraps,
    Signal,
)
from tests.expected import fold
from tests.invariants import all_of_it

from .interrupted import with_gap, with_restart
from .pbx_model import PbxModel
from .replaying import (
    TRACES,
    Heard,
    flat,
    folders,
    heard,
    lines,
    listen,
    new_board,
    play,
    tell,
)

EVERY = [pytest.param(folder, id=str(folder.relative_to(TRACES))) for folder in folders()]
WHOLE = [param for param in EVERY if "ami_cut" not in str(param.id)]
"""The stories without a cut of their own."""
QUIET_MS = 100
WINDOW_MS = 50
MISSED_AT_ONCE = 8
"""Messages that a cut in the middle swallows in one of the tests."""


def ends(calls: dict[str, CallRecord]) -> list[object]:
    """What a call came to, without instants."""
    return [
        (
            record.id,
            record.direction,
            record.outcome,
            [
                (visit.queue, visit.end, visit.key, [(o.agent.id, o.end) for o in visit.offers])
                for visit in record.visits
            ],
            [(talk.agent.id, talk.queue) for talk in record.conversations],
        )
        for record in sorted(calls.values(), key=lambda record: record.id)
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
    true = play(story)[1]
    assert ends(calls) == ends(true)
    assert handed_on(calls) == handed_on(true)


def handed_on(calls: dict[str, CallRecord]) -> list[object]:
    """How customers were handed on, and by whom."""
    return sorted(
        (record.id, talk.agent.id, talk.transfer.kind)
        for record in calls.values()
        for talk in record.conversations
        if talk.transfer is not None
    )


@pytest.mark.parametrize("folder", EVERY)
def test_cut_and_restored_at_once_changes_no_ending(folder: Path) -> None:
    story = heard(folder)
    whole = ends(play(flat(story))[1])
    for cut in range(len(story) + 1):
        facts, calls, board = with_gap(story, cut, cut)
        all_of_it(facts, calls, board)
        if cut:
            assert sum(isinstance(fact, LinkLost) for fact in facts) >= 1
        assert ends(calls) == whole, f"cut before {story[cut : cut + 1]}"


@pytest.mark.parametrize("folder", EVERY)
def test_cut_that_swallows_some_signals(folder: Path) -> None:
    story = heard(folder)
    for cut in range(len(story) + 1):
        all_of_it(*with_gap(story, cut, min(len(story), cut + MISSED_AT_ONCE)))


@pytest.mark.parametrize("folder", EVERY)
def test_cut_until_everything_is_over_ends_every_call_unseen(folder: Path) -> None:
    story = heard(folder)
    for cut in range(1, len(story) + 1):
        facts, calls, board = with_gap(story, cut, len(story))
        all_of_it(facts, calls, board)
        open_at_the_cut = open_calls(flat(story[:cut]))
        for call in open_at_the_cut:
            assert calls[call].settled_by == "lost_sight"
            assert calls[call].ended_by == "unknown"


@pytest.mark.parametrize("folder", EVERY)
def test_restart_of_the_pbx_at_any_point_ends_everything(folder: Path) -> None:
    story = heard(folder)
    for cut in range(1, len(story) + 1):
        before = flat(story[:cut])
        at = max((signal.at for signal in before), default=story[0].at)
        empty = PbxModel().rows(at + 5_000, restarted=True)
        facts, calls, board = play([*before, LinkWentDown(at, "restart"), *empty])
        all_of_it(facts, calls, board)
        assert [fact.restarted for fact in facts if isinstance(fact, LinkRestored)][-1]
        ended = {visit.end for record in calls.values() for visit in record.visits}
        # A refusal without its queue's name may have been held back for it when the link went.
        held_back = {"refused"} if any(isinstance(s, QueueEvidence) for s in before) else set()
        if leaves_a_queue(story[:cut]):
            held_back.add("withdrawn")
        assert ended <= {*ends_so_far(before), *held_back, "system", "answered"}


@pytest.mark.parametrize("folder", EVERY)
def test_killed_and_started_again_at_any_point_the_books_are_straight(folder: Path) -> None:
    story = heard(folder)
    for cut in range(1, len(story)):
        all_of_it(*with_restart(story, cut, cut))


@pytest.mark.parametrize("folder", WHOLE)
def test_killed_and_started_again_in_a_quiet_moment_nothing_is_told_otherwise(folder: Path) -> None:
    """What was concluded is in the records; only evidence not yet used goes with the process."""
    story = heard(folder)
    whole = play(flat(story))
    for cut in range(1, len(story)):
        if story[cut].at - story[cut - 1].at < QUIET_MS or leaves_a_queue(story[:cut]):
            continue
        calls = with_restart(story, cut, cut).calls
        where = f"restarted before {story[cut : cut + 1]}"
        assert ends(calls) == ends(whole.calls), where
        for ours, theirs in zip(talks(calls), talks(whole.calls), strict=True):
            assert ours[:2] == theirs[:2], where
            assert ours[2:] == pytest.approx(theirs[2:], abs=QUIET_MS), where


def leaves_a_queue(story: tuple[Heard, ...]) -> bool:
    """Somebody left a queue just now, and why is being waited for: that is in no record yet.

    Nor is it that a waiting caller hung up, which the queue may notice late (ASTERISK 3.1 d).
    """
    board = new_board()
    tell(board, flat(story))
    visits = [visit for track in board.scene.calls.values() for visit in track.visits.values()]
    return any(visit.left_at or visit.hungup_at or visit.bridged_at for visit in visits)


def talks(calls: dict[str, CallRecord]) -> list[tuple[str, str, int, int, int, int, int]]:
    """Who talked from when to when, held and worked after it how long (ms)."""
    return sorted(
        (
            record.id,
            talk.agent.id,
            talk.joined_at,
            talk.parted_at or 0,
            talk.hold_ms,
            talk.wrapup_started_at or 0,
            talk.wrapup_ms or 0,
        )
        for record in calls.values()
        for talk in record.conversations
    )


def open_calls(story: list[Signal]) -> list[str]:
    """The calls that are open after these signals."""
    board = new_board()
    tell(board, story)
    return list(board.scene.calls)


def ends_so_far(story: list[Signal]) -> set[str | None]:
    """How visits ended within these signals."""
    board = new_board()
    calls = fold(tell(board, story))
    return {visit.end for record in calls.values() for visit in record.visits}


def crossed(story: list[Signal], dice: random.Random) -> list[Signal]:
    """The story with its legs shuffled against each other within windows."""
    callers = {s.dest: s.caller for s in story if isinstance(s, DialBegan)}
    mixed: list[Signal] = []
    window: list[Signal] = []
    for signal in story:
        if window and signal.at - window[0].at > WINDOW_MS:
            mixed += shuffled(window, dice, callers)
            window = []
        window.append(signal)
    return mixed + shuffled(window, dice, callers)


def shuffled(window: list[Signal], dice: random.Random, callers: Mapping[str, str]) -> list[Signal]:
    """Some order in which no two signals that share a leg (or a member) have changed places."""
    left = list(window)
    order: list[Signal] = []
    while left:
        free: list[int] = []
        before: set[str] = set()
        for index, signal in enumerate(left):
            about = subjects(signal, callers)
            if not about & before and "all" not in before and not (before and "all" in about):
                free.append(index)
            before |= about
        order.append(left.pop(dice.choice(free)))
    return order


def subjects(signal: Signal, callers: Mapping[str, str]) -> set[str]:
    """The legs, or the member, that a signal is about; ``all`` for the roster's brackets.

    A DialEnd is about the caller too, and the birth of a leg about the one that dials it (else
    about the birth of the one that it was born of).
    """
    fields = (
        *("leg", "caller", "dest", "swap", "one", "two", "transferer", "second"),
        *("transferee", "target", "picker"),
    )
    found = {str(getattr(signal, name)) for name in fields if getattr(signal, name, "")}
    if isinstance(signal, BridgeJoined | BridgeParted):
        # Told by whoever has the bridge locked.
        found.add(f"bridge {signal.bridge}")
    if isinstance(signal, MemberCompleted):
        # Worked off by a pool of threads, like what follows from a device's state.
        return {f"completion of {signal.leg}"}
    if interface := getattr(signal, "interface", ""):
        state = isinstance(signal, MemberSeen | MemberGone | QueueWraps)
        found.add(f"state of {interface}" if state else f"member {interface}")
    if isinstance(signal, DialEnded) and signal.dest in callers:
        found.add(callers[signal.dest])
    if isinstance(signal, LegSeen):
        found.add(f"birth of {signal.leg}")
        parent = callers.get(signal.leg, "")
        found |= {parent} if parent else {f"birth of {signal.linkedid or signal.leg}"}
    return found or {"all"}

"""Cut off before any message of any story, for a moment or for hours: the log completes it.

After the replay with its gap the calls are compared with what queue_log has of them, corrected, and
compared once more. Every stay is there then, and came to what the phones saw or, where that fell
into the gap and queue_log has it otherwise, to queue_log's word; nothing is open, nothing is
unexplained, and a second comparison finds nothing more.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from callcenter.domain.model import CallRecord, Conversation, Visit
from callcenter.domain.reconcile import WORSE, Judged, Verdict
from tests.ami_bridge.interrupted import with_gap, with_restart
from tests.ami_bridge.replaying import TRACES, Played, folders, heard, truth_of

from .test_reconcile_stories import ENDS, LIES, apply, as_logged, reconciled

EVERY = [
    pytest.param(folder, id=str(folder.relative_to(TRACES)))
    for folder in folders()
    if "ami_cut" not in folder.name
]
HOURS_MS = 3 * 3_600_000
SWALLOWED = (8, 30)
"""Messages that a short gap hides: an end and what led to it, or a call's entering and answer."""
ROUNDING_MS = 250
"""Beside the tolerance of a story: the moment between a queue's look at the clock and the event."""
UNTOLD = {
    # No list of channels in the model of the PBX says who signed in to a pool of agents.
    "pool_two_calls",
    # Nor who was called by whom: of a call out that entered a queue meanwhile both legs are calls.
    "outbound_to_queue",
}
SPLIT_IN_THE_GAP = {
    # When he was parked, bridged, handed on or joined by a third one nobody heard, and queue_log
    # counts on: what we have lies between both, some seconds from the truth.
    "atxfer_threeway",
    "atxfer_threeway_colleague_leaves",
    "bridged_while_waiting",
    "conference_agents_leave_first",
    "conference_caller_leaves_first",
    "keyed_ask_by_the_caller",
    "keyed_ask_in_vain_by_the_caller",
    "local_n_atxfer",
    "local_n_blind",
    "local_n_park",
    "park_comes_back",
    "park_retrieve",
    "park_same_agent",
    "park_then_blind",
    "pool_hands_on",
    "redirect_waiting",
    "redirected_while_ringing",
}
THREE = {
    # Of whom two agents met behind the gap, the log names the one of whom we did not know then.
    "atxfer_threeway",
    "atxfer_threeway_colleague_leaves",
    "keyed_ask_by_the_caller",
}


def by_call(verdicts: list[Judged]) -> dict[str, Verdict]:
    """The verdict on each call: the worse one where the log has it in parts."""
    found: dict[str, Verdict] = {}
    for each in verdicts:
        if WORSE[each.verdict] >= WORSE[found.get(each.call, "equal")]:
            found[each.call] = each.verdict
    return found


def as_told(visit: Visit, told: dict[str, Any], tolerance: float) -> bool:
    """Whether this stay came to what the truth, or queue_log, says."""
    versions = [told, {**told, **told.get("log", {})}]
    ends = {ENDS.get(each["result"], each["result"]) for each in versions}
    if "open" in ends:
        ends |= {"unknown", "answered", "system", "withdrawn"}
    waits = [each["wait"] for each in versions if each.get("wait") is not None]
    near = any(abs((visit.wait_ms or 0) - wait * 1000) <= tolerance for wait in waits)
    return (
        visit.queue.casefold() == told["queue"].casefold()
        and visit.end in ends
        and (near or not waits)
    )


def talked_as_told(record: CallRecord, visit: Visit, told: dict[str, Any], off: float) -> bool:
    """Whether the conversation that ended this stay lasted as the truth, or queue_log, says."""
    talk = next((talk for talk in record.conversations if talk.visit == visit.number), None)
    lengths = [told.get("talk"), told.get("log", {}).get("talk")]
    known = [length * 1000 for length in lengths if length is not None]
    return talk is not None and (
        not known or any(abs((talk.talk_ms or 0) - length) <= off for length in known)
    )


def twice_at_once(record: CallRecord) -> list[Conversation]:
    """Conversations in which an agent would talk with the customer while he does already."""
    talks = sorted(record.conversations, key=lambda talk: (talk.agent.id, talk.joined_at))
    return [
        later
        for talk, later in pairwise(talks)
        if talk.agent.id == later.agent.id and later.joined_at < (talk.parted_at or 0)
    ]


def complete(folder: Path, played: Played, where: str, *, sure: bool) -> None:
    """Compares, corrects, compares again, and looks at what is in the records then."""
    facts, calls, _ = played
    truth = truth_of(folder)
    first = reconciled(folder, facts, calls)
    assert [each.why for each in first if each.verdict == "unexplained"] == [], where
    apply(calls, [fact for each in first for fact in each.facts])
    assert [record.id for record in calls.values() if record.ended_at is None] == [], where
    second = reconciled(folder, facts, calls)
    assert [fact for each in second for fact in each.facts] == [], where
    assert by_call(second) == by_call(first), where
    if folder.name not in THREE:
        assert [talk for record in calls.values() for talk in twice_at_once(record)] == [], where
    left = [(v, c) for c in calls.values() for v in c.visits if v.end != "refused"]
    tolerance = truth["tol"] * 1000 + ROUNDING_MS
    for told in [visit for stays in as_logged(truth) for visit in stays]:
        same = [(v, c) for v, c in left if as_told(v, told, tolerance if sure else 4_500)]
        assert same, f"{where}: no stay is as {told}"
        left.remove(same[0])
        visit, record = same[0]
        if visit.end == "answered" and "agent" in told and told["result"] != "open":
            off = tolerance if sure else 5_000
            assert talked_as_told(record, visit, told, off), f"{where}: {record}"


@pytest.mark.parametrize("folder", EVERY)
def test_link_lost_for_hours_in_any_moment_of_a_story(folder: Path) -> None:
    story = heard(folder)
    for cut in range(1, len(story) + 1):
        played = with_gap(story, cut, len(story), HOURS_MS)
        complete(folder, played, f"lost before {story[cut : cut + 1]}", sure=True)


@pytest.mark.parametrize("swallowed", SWALLOWED)
@pytest.mark.parametrize("folder", [each for each in EVERY if each.id not in UNTOLD])
def test_link_lost_for_a_moment_in_any_moment_of_a_story(folder: Path, swallowed: int) -> None:
    story = heard(folder)
    sure = folder.name not in SPLIT_IN_THE_GAP
    for cut in range(1, len(story) + 1):
        back = min(len(story), cut + swallowed)
        complete(
            folder,
            with_gap(story, cut, back),
            f"lost before {story[cut : cut + 1]}",
            sure=sure,
        )


@pytest.mark.parametrize("folder", EVERY)
def test_service_down_for_hours_from_any_moment_of_a_story(folder: Path) -> None:
    story = heard(folder)
    for cut in range(1, len(story) + 1):
        played = with_restart(story, cut, len(story), HOURS_MS)
        complete(folder, played, f"stopped before {story[cut : cut + 1]}", sure=True)


def test_the_exceptions_are_stories() -> None:
    names = {folder.name for folder in folders()}
    assert names >= UNTOLD | SPLIT_IN_THE_GAP | THREE
    assert LIES.keys() & SPLIT_IN_THE_GAP

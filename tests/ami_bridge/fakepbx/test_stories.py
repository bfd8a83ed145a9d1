"""The fake plays each recorded story as the real Asterisk did: names, headers, values, order.

``recorded/`` holds what Asterisk 22 sent, folded by ``compact``. For every leg, device, member and
bridge its own events must be equal, one by one; between two of them Asterisk itself keeps no order.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ami_bridge.fakepbx.plan import Talk

from .compact import by_subject, compact
from .stories_played import STORIES, answered

RECORDED = Path(__file__).parent / "recorded"

RACES = {
    # The dial state was told before the phone's own state, this once of nine.
    "rna_then_other": "DialState",
    # The queue saw the end later than usual.
    "ringall_three": "AgentComplete",
}
"""Where a recording shows one side of a race that the other recordings show the other way."""


def recorded(story: str) -> list[str]:
    return (RECORDED / f"{story}.txt").read_text("utf-8").splitlines()


def without(lines: list[str], event: str | None) -> list[str]:
    return [line for line in lines if event is None or not line.startswith(f"{event} ")]


@pytest.mark.parametrize("story", sorted(STORIES))
def test_story_says_what_the_real_asterisk_said(story: str) -> None:
    real = recorded(story)
    played = compact(event.headers() for event in STORIES[story]().said)
    race = RACES.get(story)
    assert by_subject(without(played, race)) == by_subject(without(real, race))
    assert len(played) == len(real)


@pytest.mark.parametrize("story", sorted(STORIES))
def test_story_leaves_nothing_behind(story: str) -> None:
    scene = STORIES[story]()
    assert scene.ex.pbx.channels == {}
    assert scene.ex.pbx.bridges == {}
    assert all(not queue.waiting for queue in scene.ex.pbx.queues.values())
    assert scene.ex.pbx.devices["PJSIP/trunk"] == "NOT_INUSE"


def test_every_recording_has_its_story() -> None:
    told = {path.stem for path in RECORDED.glob("*.txt")}
    assert told - set(STORIES) == {"answered_caller_hangup_local"}
    assert set(STORIES) <= told


def test_caller_who_ends_the_talk_gives_the_order_recorded_over_local_channels() -> None:
    # That recording has Local legs, which the fake does not dial; what a Local leg alone makes
    # is taken out, and the order of the rest must be that of the two legs of ours.
    local = {"NewCallerid", "LocalBridge", "NewConnectedLine", "Newstate", "Newchannel"}
    local |= {"OriginateResponse", "DialBegin", "DialEnd"}

    def names(lines: list[str], leg: str) -> list[str]:
        own = [line for line in by_subject(lines)[leg] if not line.startswith("Bridge")]
        found = [re.split(r"[ |]", line, maxsplit=1)[0] for line in own]
        return [name for name in found if name not in local]

    real = recorded("answered_caller_hangup_local")
    scene = answered(Talk(6, "caller"))()
    played = compact(event.headers() for event in scene.said)
    assert names(played, "L1") == names(real, "L1")
    assert names(played, "L2") == names(real, "L3")
    reasons = [line for line in played if line.startswith("AgentComplete ")]
    assert [line.endswith("TalkTime=6 | Reason=caller") for line in reasons] == [True]


def test_no_two_events_have_the_same_time_and_time_never_goes_back() -> None:
    stamps = [event.at for event in STORIES["atxfer_dtmf"]().said]
    assert stamps == sorted(set(stamps))

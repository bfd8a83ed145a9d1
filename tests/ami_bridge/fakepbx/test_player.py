"""The fake PBX plays every recorded story: the same events, with ids, times and people of its own.

Story by story what a client of the fake hears is held against what the real Asterisk said, and
what the service concludes from it against what really happened.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ami_bridge.protocol import Message
from tests.ami_bridge.replaying import TRACES, WRAPUP_S, folders, lines, play

from .compact import BRIDGE_ID, INSTANTS, UNIQUEID, by_subject, compact
from .judging import judged
from .playing import START, Stage, said

EVERY = [pytest.param(folder, id=str(folder.relative_to(TRACES))) for folder in folders()]
ROWS = ("CoreShowChannel", "QueueParams", "QueueMember", "QueueEntry")
FARTHEST_MS = 1
"""The fake's clock has whole milliseconds."""


def played(folder: Path) -> Stage:
    """The story, played alone."""
    stage = Stage()
    stage.play(folder)
    stage.sign_in()
    stage.run()
    return stage


@pytest.mark.parametrize("folder", EVERY)
def test_story_says_what_the_real_asterisk_said(folder: Path) -> None:
    """Names, headers, values, and the order, which is that of each leg too."""
    stage = played(folder)
    real = compact(line.h for line in said(folder))
    ours = compact(list(message.items()) for _, message in stage.told)
    assert real
    assert by_subject(ours) == by_subject(real)
    assert ours == real


@pytest.mark.parametrize("folder", EVERY)
def test_ids_are_new_and_instants_are_later_by_the_same_seconds(folder: Path) -> None:
    stage = Stage()
    playing = stage.play(folder)
    stage.sign_in()
    stage.run()
    real = said(folder)
    began = lines(folder)[0].t * 1000
    assert 0 <= playing.begins - START <= 1000
    for (at, message), line in zip(stage.told, real, strict=True):
        assert at - playing.begins == pytest.approx(line.t * 1000 - began, abs=FARTHEST_MS)
        for (key, ours), (_, theirs) in zip(message.items(), line.h, strict=True):
            if key == "Timestamp":
                assert float(ours) - float(theirs) == pytest.approx(playing.later_s, abs=2e-6)
            elif key in INSTANTS and theirs != "0":
                assert int(ours) - int(theirs) == playing.later_s
            else:
                for ids in (UNIQUEID, BRIDGE_ID):
                    found = ids.finditer(theirs)
                    assert not any(known.group() in ours for known in found), (key, ours)


@pytest.mark.parametrize("folder", EVERY)
def test_lists_say_at_first_and_after_a_cut_what_the_real_asterisk_answered(folder: Path) -> None:
    """From the fake's state: queues with their counters, members, channels, who waits."""
    stage = played(folder)
    real = [line.message for line in lines(folder) if line.message.name in ROWS]
    assert real
    for names in (("CoreShowChannel",), ROWS[1:]):
        assert listed(stage.rows, names) == listed(real, names)


def listed(rows: list[Message], names: tuple[str, ...]) -> list[str]:
    """The rows of these names as lines, without what only the question decides."""
    return compact(
        [("Event", row.name), ("Privilege", ""), *rest]
        for row in rows
        if row.name in names
        for rest in [[(k, v) for k, v in row.items() if k not in ("Event", "ActionID")]]
    )


@pytest.mark.parametrize("folder", EVERY)
def test_service_concludes_what_really_happened(folder: Path) -> None:
    stage = Stage()
    playing = stage.play(folder)
    stage.sign_in()
    stage.run()
    outcome = play(stage.signals(), WRAPUP_S)
    assert judged(folder, playing, outcome) == []
    assert outcome.board.odd == 0


@pytest.mark.parametrize("folder", EVERY)
def test_nothing_of_a_story_is_left_on_the_pbx(folder: Path) -> None:
    stage = played(folder)
    assert stage.ex.pbx.channels == {}
    # Asterisk keeps the bridges of a parking lot and of the agent pool.
    bridges = stage.ex.pbx.bridges.values()
    assert all(b.technology == "holding_bridge" and not b.channels for b in bridges)
    assert all(not queue.waiting for queue in stage.ex.pbx.queues.values())

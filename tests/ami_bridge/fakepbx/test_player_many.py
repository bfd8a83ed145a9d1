"""Recorded stories played all at once on one fake PBX.

Each playing has a site of its own (its phones, callers and queues), so each must come out as its
own truth says.
"""

from __future__ import annotations

import random

import pytest

from tests.ami_bridge.replaying import TRACES, folders, play
from tests.invariants import all_of_it

from .judging import judged, wrap_ups
from .playing import Stage

CUT = ("ami_cut_call_ends_unseen", "ami_cut_midcall", "ami_cut_while_waiting")
"""Stories in which the link is cut: that cuts it for the others too."""
AT_ONCE = 20
WITHIN_S = 15.0
"""So far apart they begin: each is still going on when the last one has begun, or nearly."""


@pytest.mark.parametrize("seed", range(4))
def test_many_stories_at_once_come_out_each_as_its_truth(seed: int) -> None:
    dice = random.Random(seed)
    chosen = dice.sample([f for f in folders() if f.name not in CUT], AT_ONCE)
    stage = Stage(seed)
    playings = [
        (folder, stage.play(folder, site, dice.uniform(0, WITHIN_S)), site)
        for site, folder in enumerate(chosen, 1)
    ]
    stage.sign_in()
    stage.run()
    assert all(playing.over for _, playing, _ in playings)
    rules = {queue: s for site in range(AT_ONCE + 1) for queue, s in wrap_ups(site).items()}
    outcome = play(stage.signals(), rules)
    all_of_it(*outcome)
    wrong = {
        folder.name: texts
        for folder, playing, site in playings
        if (texts := judged(folder, playing, outcome, site))
    }
    assert wrong == {}
    assert outcome.board.odd == 0


def test_same_story_many_times_at_once_is_as_many_stories() -> None:
    folder = TRACES / "atxfer_dtmf_queue"
    stage = Stage()
    playings = [stage.play(folder, site, 0.1 * site) for site in range(10)]
    stage.sign_in()
    stage.run()
    ids = [value for playing in playings for gap, value in playing.names.items() if gap[0] in "LSB"]
    assert len(ids) == len(set(ids)) >= 100
    rules = {queue: s for site in range(10) for queue, s in wrap_ups(site).items()}
    outcome = play(stage.signals(), rules)
    for site, playing in enumerate(playings):
        assert judged(folder, playing, outcome, site) == []

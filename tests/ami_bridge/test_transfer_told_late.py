"""Asterisk tells a transfer once all is done, in the thread that did it.

The legs that it sent away live in threads of their own: on a busy machine they leave, dial and are
gone before the transfer is told. Who talked, whom he gave the caller to and who ended it are the
same then. Only what is over already stays as it was told: an agent's own call to whom he asked,
and a caller who handed the agent on and went.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from callcenter.domain.model import CallRecord
from callcenter.domain.signals import Transferred

from .replaying import TRACES, Heard, flat, folders, heard, play

LATE_MS = 10
STEPPED_IN = "atxfer_to_waiting"
"""Whoever steps into a leg that is gone cannot be seen to."""


def handed_on(folder: Path) -> list[int]:
    """Which messages of a story tell a transfer."""
    return [
        place
        for place, item in enumerate(heard(folder))
        if any(isinstance(signal, Transferred) for signal in item.signals)
    ]


EVERY = [
    pytest.param(folder, id=str(folder.relative_to(TRACES)))
    for folder in folders()
    if handed_on(folder) and "by_the_caller" not in folder.name and folder.name != STEPPED_IN
]


def told_after(story: tuple[Heard, ...], place: int, last: int) -> list[Heard]:
    """The story with one message told after another."""
    at = story[last].at
    late = Heard(at, [replace(signal, at=at) for signal in story[place].signals])
    return [*story[:place], *story[place + 1 : last + 1], late, *story[last + 1 :]]


def came_of(calls: dict[str, CallRecord]) -> list[object]:
    """How the customers' calls went, and who gave whom to whom."""
    return [
        (
            call.id,
            call.outcome,
            call.ended_by,
            [
                (visit.queue, visit.end, [(o.agent.id, o.end) for o in visit.offers])
                for visit in call.visits
            ],
            [
                (talk.agent.id, talk.joined_at, talk.ended_by, talk.transfer)
                for talk in call.conversations
            ],
        )
        for call in sorted(calls.values(), key=lambda call: call.id)
        if call.direction == "inbound"
    ]


def talks(calls: dict[str, CallRecord]) -> list[int]:
    """How long the customers' talks were (ms)."""
    return [
        talk.talk_ms or 0
        for call in sorted(calls.values(), key=lambda call: call.id)
        if call.direction == "inbound"
        for talk in call.conversations
    ]


@pytest.mark.parametrize("folder", EVERY)
def test_transfer_that_is_told_after_the_legs_are_gone(folder: Path) -> None:
    story = heard(folder)
    true = play(flat(story)).calls
    for place in handed_on(folder):
        last = place + 1
        while last < len(story) and story[last].at - story[place].at <= LATE_MS:
            calls = play(flat(told_after(story, place, last))).calls
            assert came_of(calls) == came_of(true), f"{last - place} messages later"
            assert talks(calls) == pytest.approx(talks(true), abs=LATE_MS)
            last += 1


def test_there_are_stories_of_transfers() -> None:
    assert len(EVERY) > 40

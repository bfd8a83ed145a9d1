"""A member's Local dials his phones before the queue has said that it rings him.

app_queue tells ``AgentCalled`` and ``DialBegin`` once the Local is under way, and the dialplan
behind it runs in another thread: on a busy machine its messages come first, up to the next thing
that the queue's own thread tells. What comes of the story does not depend on that; nor on whether
the phones behind the Local were members by themselves before.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from callcenter.domain.model import CallRecord
from callcenter.domain.signals import (
    BridgeJoined,
    CallerGaveUp,
    CallerLeft,
    DialBegan,
    DialEnded,
    LegState,
    MemberCalled,
    MemberGone,
    MemberMissed,
    MemberSeen,
    PickedUp,
    RosterEnded,
    Signal,
)

from .replaying import TRACES, Heard, flat, folders, heard, play
from .test_partial import ends, talks

OF_THE_QUEUE = (BridgeJoined, CallerGaveUp, CallerLeft, MemberMissed, PickedUp)
PHONES = [f"PJSIP/{1000 + number}" for number in range(1, 6)]


def of(item: Heard, *kinds: type[Signal]) -> bool:
    """Whether a message told something of these kinds."""
    return any(isinstance(signal, kinds) for signal in item.signals)


def rung(folder: Path) -> int | None:
    """Which message says that the first Local member is rung, if one is and its dial follows."""
    story = heard(folder)
    for place, item in enumerate(story):
        for signal in item.signals:
            if isinstance(signal, MemberCalled) and signal.interface.startswith("Local/"):
                return place if of(story[place + 1], DialBegan) else None
    return None


EVERY = [
    pytest.param(folder, id=str(folder.relative_to(TRACES)))
    for folder in folders()
    if rung(folder) is not None
]


def next_of_the_queue(following: tuple[Heard, ...], member: str) -> int:
    """Which message the queue's own thread tells next, of this member's leg."""
    return next(
        number
        for number, item in enumerate(following)
        if of(item, *OF_THE_QUEUE)
        or any(isinstance(s, DialEnded | LegState) and member == own(s) for s in item.signals)
    )


def own(signal: DialEnded | LegState) -> str:
    """The leg that it is about."""
    return signal.dest if isinstance(signal, DialEnded) else signal.leg


def told_late(story: tuple[Heard, ...], place: int, by: int) -> list[Heard]:
    """The story with two messages told after the ``by`` that follow them; instants in order."""
    end = place + 2 + by
    order = [*story[:place], *story[place + 2 : end], *story[place : place + 2], *story[end:]]
    return [Heard(item.at, moved.signals) for item, moved in zip(story, order, strict=True)]


def came_to(calls: dict[str, CallRecord]) -> tuple[object, object]:
    """Ends, whoever of several was told first that he is rung; and who talked."""
    for record in calls.values():
        for visit in record.visits:
            visit.offers.sort(key=lambda offer: offer.agent.id)
    return ends(calls), [talk[:2] for talk in talks(calls)]


def members_before(story: list[Heard]) -> list[Heard]:
    """The story of a PBX on which every phone was a member by itself, and is none any more."""
    ready = next(place for place, item in enumerate(story) if of(item, RosterEnded)) + 1
    at = story[ready].at
    signed: list[Signal] = [
        MemberSeen(at, "old", phone, phone, phone, status=1, paused=False) for phone in PHONES
    ]
    gone: list[Signal] = [MemberGone(at, "old", phone) for phone in PHONES]
    return [*story[:ready], Heard(at, signed + gone), *story[ready:]]


@pytest.mark.parametrize("known", [False, True], ids=["new phones", "phones of members"])
@pytest.mark.parametrize("folder", EVERY)
def test_member_whose_phones_ring_before_the_queue_says_so(folder: Path, known: bool) -> None:
    story, place = heard(folder), rung(folder)
    assert place is not None
    true = play(flat(story)).calls
    member = next(s.dest for s in story[place].signals if isinstance(s, MemberCalled))
    until = next_of_the_queue(story[place + 2 :], member)
    for by in range(until + 1):
        late = told_late(story, place, by)
        calls = play(flat(members_before(late) if known else late)).calls
        assert came_to(calls) == came_to(true), f"{by} messages later"


def test_there_are_stories_of_local_members() -> None:
    assert len(EVERY) > 20

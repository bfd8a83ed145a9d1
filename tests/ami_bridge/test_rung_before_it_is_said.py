"""Phones ring before it is said who rings them.

app_queue tells ``AgentCalled`` and ``DialBegin`` once the member's channel is under way, and so
does a dialplan with its ``DialBegin``; the phone, and the dialplan behind a member's Local, live in
other threads: on a busy machine their messages come first, up to the next thing that the dialling
thread tells. What comes of the story does not depend on that; nor on whether the phones behind the
Local were members by themselves before.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from callcenter.domain.model import CallRecord
from callcenter.domain.signals import (
    BridgeJoined,
    CallerGaveUp,
    CallerLeft,
    DialBegan,
    DialEnded,
    LegGone,
    LegSeen,
    LegState,
    MemberCalled,
    MemberGone,
    MemberMissed,
    MemberSeen,
    PickedUp,
    RosterEnded,
    Signal,
)
from callcenter.domain.switchboard import Switchboard

from .replaying import TRACES, Heard, flat, folders, heard, play
from .test_partial import ends, talks

OF_THE_QUEUE = (BridgeJoined, CallerGaveUp, CallerLeft, MemberMissed, PickedUp)
PHONES = [f"PJSIP/{1000 + number}" for number in range(1, 6)]


def of(item: Heard, *kinds: type[Signal]) -> bool:
    """Whether a message told something of these kinds."""
    return any(isinstance(signal, kinds) for signal in item.signals)


def rung(folder: Path) -> int | None:
    """Which message says that the first member is rung, if one is and its dial follows."""
    story = heard(folder)
    for place, item in enumerate(story):
        if of(item, MemberCalled):
            return place if of(story[place + 1], DialBegan) else None
    return None


def dialled_behind(folder: Path) -> list[int]:
    """Which messages say that a Local channel dials a phone."""
    story = heard(folder)
    halves = {s.leg for item in story for s in item.signals if isinstance(s, LegSeen) and half(s)}
    return [
        place
        for place, item in enumerate(story)
        for signal in item.signals
        if isinstance(signal, DialBegan) and signal.caller in halves and signal.dest not in halves
    ]


def half(signal: LegSeen) -> bool:
    """Whether this is one of the two channels of a Local."""
    return signal.name.startswith("Local/")


EVERY = [
    pytest.param(folder, id=str(folder.relative_to(TRACES)))
    for folder in folders()
    if rung(folder) is not None
]
BEHIND = [
    pytest.param(folder, id=str(folder.relative_to(TRACES)))
    for folder in folders()
    if dialled_behind(folder)
]


def next_of_the_queue(following: tuple[Heard, ...], member: str) -> int:
    """Which message the queue's own thread tells next, of this member's leg."""
    return next(
        number
        for number, item in enumerate(following)
        if of(item, *OF_THE_QUEUE)
        or any(isinstance(s, DialEnded) and s.dest == member for s in item.signals)
    )


def told_late(story: tuple[Heard, ...], place: int, by: int, several: int = 2) -> list[Heard]:
    """The story with ``several`` messages told after the ``by`` that follow them; instants in
    order."""
    late = place + several
    order = [*story[:place], *story[late : late + by], *story[place:late], *story[late + by :]]
    return [Heard(item.at, moved.signals) for item, moved in zip(story, order, strict=True)]


def came_to(calls: dict[str, CallRecord]) -> tuple[object, object]:
    """Ends, whoever of several was told first that he is rung; and who talked."""
    for record in calls.values():
        for visit in record.visits:
            visit.offers.sort(key=lambda offer: offer.agent.id)
    return ends(calls), [talk[:2] for talk in talks(calls)]


def members_before(story: Iterable[Heard], known: str) -> list[Heard]:
    """The story of a PBX on which every phone was a member before, by itself or behind a Local."""
    told = list(story)
    if known == "new phones":
        return told
    ready = next(place for place, item in enumerate(told) if of(item, RosterEnded)) + 1
    at = told[ready].at
    members = [
        (phone if known == "phones of members" else f"Local/{phone[-4:]}@elsewhere", phone)
        for phone in PHONES
    ]
    signed: list[Signal] = [
        MemberSeen(at, "old", member, member, phone, status=1, paused=False)
        for member, phone in members
    ]
    gone: list[Signal] = [MemberGone(at, "old", member) for member, _ in members]
    return [*told[:ready], Heard(at, signed + gone), *told[ready:]]


def as_in_order(story: Iterable[Heard], known: str) -> dict[str, CallRecord]:
    """The calls as they are told in order: who rang for a queue is its member, whoever else has
    his phone. Who speaks where no queue rang is that phone's first member."""
    return play(flat(members_before(story, known))).calls


def nobody_rings(board: Switchboard) -> bool:
    """Whether no agent has a leg left that rings or talks."""
    return not any(agent.busy_legs or agent.ringing_legs for agent in board.scene.agents.all())


KNOWN = pytest.mark.parametrize(
    "known", ["new phones", "phones of members", "phones behind members"]
)


@KNOWN
@pytest.mark.parametrize("folder", EVERY)
def test_member_whose_phones_ring_before_the_queue_says_so(folder: Path, known: str) -> None:
    story, place = heard(folder), rung(folder)
    assert place is not None
    true = as_in_order(story, known)
    member = next(s.dest for s in story[place].signals if isinstance(s, MemberCalled))
    until = next_of_the_queue(story[place + 2 :], member)
    for by in range(until + 1):
        late = told_late(story, place, by)
        _, calls, board = play(flat(members_before(late, known)))
        assert came_to(calls) == came_to(true), f"{by} messages later"
        assert nobody_rings(board)


@KNOWN
@pytest.mark.parametrize("folder", BEHIND)
def test_phone_behind_a_local_that_rings_before_its_dial_is_told(folder: Path, known: str) -> None:
    story = heard(folder)
    true = as_in_order(story, known)
    for place in dialled_behind(folder):
        dial = next(s for s in story[place].signals if isinstance(s, DialBegan))
        by = 0
        while not of_the_caller(story[place + 1 + by], dial):
            by += 1
            if any(
                isinstance(s, LegState) and s.leg == dial.dest for s in story[place + by].signals
            ):
                break
        late = told_late(story, place, by, several=1)
        _, calls, board = play(flat(members_before(late, known)))
        assert came_to(calls) == came_to(true), f"{by} messages later"
        assert nobody_rings(board)


def of_the_caller(item: Heard, dial: DialBegan) -> bool:
    """Whether the thread that dialled tells this."""
    return any(
        (isinstance(s, LegGone | BridgeJoined | LegState) and s.leg == dial.caller)
        or (isinstance(s, DialEnded) and s.dest == dial.dest)
        for s in item.signals
    )


def test_there_are_stories_of_local_members() -> None:
    assert len(EVERY) > 20

"""Clients that come while a recorded story is being played are told what is true then.

The lists come from the fake's state, which follows the events, and never from the recording. They
are held against the state as it can be worked out from all that was said so far (``PbxModel``), and
must lead the service to the same end.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from msgspec.structs import asdict

from ami_bridge.fakepbx.following import OF_BEFORE
from ami_bridge.protocol import Message
from ami_bridge.translate import party
from callcenter.domain.model import CallRecord
from callcenter.domain.signals import (
    BridgeJoined,
    LegSeen,
    LinkWentDown,
    MemberSeen,
    PoolJoined,
    Signal,
    SpyBegan,
    Transferred,
    WaitingRow,
)
from tests.ami_bridge.pbx_model import PbxModel
from tests.ami_bridge.replaying import TRACES, flat, folders, heard, play
from tests.ami_bridge.test_partial import ends
from tests.invariants import all_of_it

from .playing import Stage

EVERY = [pytest.param(folder, id=str(folder.relative_to(TRACES))) for folder in folders()]
ONE_LIFE = [param for param in EVERY if "ami_cut" not in str(param.id)]
"""After a cut the state is what the recorder was told, which is in no event."""
POINTS = 5
"""So many times each story is broken off."""
EACH = 4
"""After so many messages a client asks, where it is only looked at what he is told."""
ENDING_MS = 500
"""So much earlier than an end the first word of it is said, at most."""
SWAPPED_MS = 50
"""Within this after a transfer into a queue the channels change places (ASTERISK 4.3)."""
SILENT = {"linkedid", "context", "exten", "number", "cname"}
"""What of a channel changes without an event of its own; later events show it."""
OWN = {"at", "age_ms", "pausing"}
"""What rows have of the question itself."""

Points = dict[int, list[Signal]]
"""By how many messages were heard before: the roster as it was told then."""


def asked(folder: Path, points: set[int]) -> tuple[Stage, Points]:
    """The played story, and at these points of it what a client is told that comes there."""
    stage = Stage()
    stage.play(folder)
    stage.sign_in()
    rosters: Points = {}

    def ask() -> None:
        if len(stage.heard) in points:
            rosters[len(stage.heard)] = stage.roster()

    stage.after_each = ask
    stage.run()
    return stage, rosters


def broken_off(folder: Path) -> tuple[Stage, Points]:
    """The played story, and some points of it."""
    dice = random.Random(folder.name)
    return asked(folder, set(dice.sample(range(2, len(heard(folder))), POINTS)))


def changing_places(before: list[Signal], at: int) -> bool:
    """Whether channels are changing places: the model has done it at the transfer."""
    return any(isinstance(s, Transferred) and s.steps_in and at - s.at < SWAPPED_MS for s in before)


def shown(rows: list[Signal]) -> dict[str, list[object]]:
    """What the rows say, in an order of its own."""
    kinds = (LegSeen, BridgeJoined, MemberSeen)
    told: dict[str, list[object]] = {kind.__name__: [] for kind in kinds}
    for row in rows:
        if isinstance(row, kinds):
            fields = {k: v for k, v in asdict(row).items() if k not in SILENT | OWN}
            told[type(row).__name__].append(sorted(fields.items()))
    told["waiting"] = [(r.leg, r.queue) for r in rows if isinstance(r, WaitingRow)]
    return {kind: sorted(items, key=repr) for kind, items in told.items()}


@pytest.mark.parametrize("folder", EVERY)
def test_roster_is_the_state_that_was_told_so_far(folder: Path) -> None:
    stage, rosters = asked(folder, set(range(2, len(heard(folder)) + 1, EACH)))
    assert rosters
    for point, roster in rosters.items():
        before = flat(stage.heard[:point])
        at = roster[0].at
        if not changing_places(before, at):
            assert shown(roster) == shown(PbxModel(before).rows(at)), f"at message {point}"


@pytest.mark.parametrize("folder", ONE_LIFE)
def test_channels_are_shown_as_they_were_last_said_to_be(folder: Path) -> None:
    stage, rosters = broken_off(folder)
    messages = [message for _, message in stage.told]
    for point, roster in rosters.items():
        last = last_blocks(messages[: point - 1])
        coming = last_blocks(messages[: point - 2 : -1])
        for row in [row for row in roster if isinstance(row, LegSeen)]:
            shown_now = (row.context, row.exten, row.number, row.cname)
            assert shown_now == last[row.leg][1:], f"at message {point}"
            # A Linkedid changes silently; the next event of the leg has it.
            assert row.linkedid in (last[row.leg][0], coming.get(row.leg, last[row.leg])[0])


def last_blocks(messages: list[Message]) -> dict[str, tuple[str, ...]]:
    """By leg what the last of these messages that shows it says of it."""
    keys = ("Linkedid", "Context", "Exten", "CallerIDNum", "CallerIDName")
    found = {}
    for message in messages:
        for key, _ in message.items() if message.name not in OF_BEFORE else ():
            if key.endswith("ChannelState"):
                prefix = key.removesuffix("ChannelState")
                block = tuple(party(message.get(prefix + name)) for name in keys)
                found[message.get(f"{prefix}Uniqueid")] = block
    return found


@pytest.mark.parametrize("folder", EVERY)
def test_client_that_signs_in_again_at_any_point_sees_the_same_story(folder: Path) -> None:
    stage, rosters = broken_off(folder)
    whole = ends(play(stage.signals()).calls)
    assert rosters
    for point, roster in rosters.items():
        before, after = flat(stage.heard[:point]), flat(stage.heard[point:])
        lost = LinkWentDown(max(signal.at for signal in before), "cut")
        outcome = play([*before, lost, *roster, *after])
        all_of_it(*outcome)
        if not changing_places(before, roster[0].at):
            assert told_or_doubted(ends(outcome.calls), whole), f"again before message {point}"


def told_or_doubted(told: list[object], whole: list[object]) -> bool:
    """Whether the calls came out as they do without a gap. Whom Asterisk itself hung up just after
    one may have hung up unseen in it: that nobody was seen to is no evidence then."""
    return told == whole or repr(told) == repr(whole).replace("withdrawn", "abandoned")


@pytest.mark.parametrize("folder", EVERY)
def test_client_that_signs_in_first_at_any_point_sees_what_is_left_to_see(folder: Path) -> None:
    """As much as if he were told all that lists can say of what happened before."""
    stage, rosters = broken_off(folder)
    for point, roster in rosters.items():
        before, after = flat(stage.heard[:point]), flat(stage.heard[point:])
        at = roster[0].at
        outcome = play([*roster, *after])
        all_of_it(*outcome)
        if not changing_places(before, at) and not took_an_older_id(folder, before):
            known = play([*as_lists_say(before, roster), *after])
            assert left_to_see(outcome.calls, at) == left_to_see(known.calls, at), point


def took_an_older_id(folder: Path, before: list[Signal]) -> bool:
    """Whether the customer's leg was joined with an older call of the agent's own: he has its
    Linkedid then, by which a list that is the first we see makes him a part of that call."""
    joined = any(isinstance(signal, BridgeJoined) for signal in before)
    return folder.name == "bridged_while_waiting" and joined


def as_lists_say(before: list[Signal], roster: list[Signal]) -> list[Signal]:
    """The model's rows; what channels run, which it does not know, is taken from the roster."""
    rows = PbxModel(before).rows(roster[0].at)
    runs = [row for row in roster if isinstance(row, PoolJoined | SpyBegan)]
    legs = [place for place, row in enumerate(rows, 1) if isinstance(row, LegSeen)]
    place = max(legs, default=1)
    return [*rows[:place], *runs, *rows[place:]]


def left_to_see(calls: dict[str, CallRecord], at: int) -> dict[str, object]:
    """What of these calls can be told by who came at ``at`` (epoch ms) and not before.

    Calls, visits and conversations that begin later, whole; of those under way how they end. What
    is ending just then may have said so already: of that nothing.
    """
    later = [record for record in calls.values() if record.started_at > at]
    visits = [visit for record in calls.values() for visit in record.visits]
    talks = [talk for record in calls.values() for talk in record.conversations]
    soon = at + ENDING_MS
    return {
        "calls": [(record.id, record.direction, record.outcome) for record in later],
        "visits": sorted(
            (visit.queue, visit.end, visit.key, [(o.agent.id, o.end) for o in visit.offers])
            for visit in visits
            if visit.entered_at > at
        ),
        "waiting": sorted(
            (visit.queue, visit.end, visit.key)
            for visit in visits
            if visit.entered_at <= at and visit.left_at is not None and visit.left_at > soon
        ),
        "talks": sorted((talk.agent.id, talk.queue) for talk in talks if talk.joined_at > at),
        "talking": sorted(
            talk.agent.id
            for talk in talks
            if talk.joined_at <= at and talk.parted_at is not None and talk.parted_at > soon
        ),
    }


@pytest.mark.parametrize("folder", EVERY)
def test_legs_in_one_basic_bridge_have_one_linkedid(folder: Path) -> None:
    """Silently: no event tells it of those who were in it before (ASTERISK 4.2)."""
    stage = Stage()
    stage.play(folder)
    stage.sign_in()
    pbx = stage.ex.pbx

    def look() -> None:
        for bridge in pbx.bridges.values():
            if bridge.kind == "basic":
                assert len({pbx.channels[leg].linkedid for leg in bridge.channels}) <= 1

    stage.after_each = look
    stage.run()
    assert stage.told


@pytest.mark.parametrize(
    ("story", "began", "ended", "kind"),
    [
        ("pool_two_calls", "AgentLogin", "AgentLogoff", PoolJoined),
        ("listened_to", "ChanSpyStart", "ChanSpyStop", SpyBegan),
    ],
)
def test_who_waits_in_the_pool_or_listens_is_shown_as_such(
    story: str, began: str, ended: str, kind: type[Signal]
) -> None:
    folder = TRACES / story
    stage, rosters = asked(folder, set(range(2, len(heard(folder)) + 1)))
    names = [message.name for _, message in stage.told]
    first, last = names.index(began) + 2, names.index(ended) + 2
    assert {
        point for point, rows in rosters.items() if any(isinstance(row, kind) for row in rows)
    } == set(range(first, last))

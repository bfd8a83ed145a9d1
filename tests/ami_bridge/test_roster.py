"""The state after a (re)connect: asked from the PBX, told as signals, in an order that works."""

from __future__ import annotations

import pytest

from ami_bridge import roster
from ami_bridge.actions import Headers
from ami_bridge.answers import Answer, LinkError
from ami_bridge.message import Message
from callcenter.domain.signals import (
    BridgeJoined,
    LegSeen,
    LocalPaired,
    MemberSeen,
    PoolJoined,
    QueueKnown,
    RosterBegan,
    RosterEnded,
    Signal,
    SpyBegan,
    WaitingRow,
)

ASKED = 1_795_375_109_000


def row(event: str, **headers: str) -> Message:
    return Message.of([("Event", event), *headers.items()])


def response(how: str = "Success", **headers: str) -> Message:
    return Message.of([("Response", how), *headers.items()])


CHANNELS = [
    row("CoreShowChannel", Uniqueid="2", Linkedid="1", Channel="PJSIP/1001-2", BridgeId="b"),
    row(
        "CoreShowChannel",
        Uniqueid="1",
        Linkedid="1",
        Channel="PJSIP/trunk-1",
        ChannelState="6",
        CallerIDNum="+98912",
        Duration="01:02:03",
        BridgeId="b",
    ),
    row("CoreShowChannel", Uniqueid="5", Linkedid="1", Channel="Local/1@a-9;2"),
    row("CoreShowChannel", Uniqueid="4", Linkedid="1", Channel="Local/1@a-9;1"),
    row("CoreShowChannel", Uniqueid="6", Linkedid="1", Channel="Local/2@a-8;1"),
    row("CoreShowChannel", Uniqueid="7", Linkedid="1", Channel="Local/2@a-8;2"),
    row("CoreShowChannel", Uniqueid="8", Linkedid="1", Channel="Local/3@a-7;1"),
    row("Something", Uniqueid="9"),
]
QUEUES = [
    row("QueueEntry", Queue="support", Uniqueid="1", Wait="12", Position="3"),
    row("QueueMember", Queue="support", Location="PJSIP/1001", Name="Sara", Paused="1"),
    row("QueueParams", Queue="support", Strategy="ringall", ServiceLevel="20"),
]


def told(restarted: bool = False) -> list[Signal]:
    answers = roster.Roster(ASKED, "now", QUEUES, CHANNELS)
    return list(roster.signals(answers, restarted, ASKED + 50))


def test_brackets_stand_around_and_bear_the_times_of_question_and_answer() -> None:
    first, *_, last = told(restarted=True)
    assert first == RosterBegan(ASKED, True)
    assert last == RosterEnded(ASKED + 50)


def test_queues_come_first_then_members_channels_bridges_and_who_waits() -> None:
    order = [type(signal) for signal in told()]
    kinds = list(dict.fromkeys(order))
    assert kinds == [
        RosterBegan,
        QueueKnown,
        MemberSeen,
        LegSeen,
        LocalPaired,
        BridgeJoined,
        WaitingRow,
        RosterEnded,
    ]


def test_heads_of_journeys_come_before_the_legs_that_belong_to_them() -> None:
    legs = [signal for signal in told() if isinstance(signal, LegSeen)]
    assert legs[0].leg == "1"
    assert (legs[0].number, legs[0].state, legs[0].row) == ("+98912", 6, True)
    assert legs[0].age_ms == 3_723_000


def test_halves_of_a_local_are_paired_by_name_whichever_comes_first() -> None:
    pairs = [(p.one, p.two) for p in told() if isinstance(p, LocalPaired)]
    assert pairs == [("4", "5"), ("6", "7")]


def test_bridges_and_waiting_callers_are_rows() -> None:
    assert {s.leg for s in told() if isinstance(s, BridgeJoined) and s.row} == {"1", "2"}
    [waiting] = [s for s in told() if isinstance(s, WaitingRow)]
    assert waiting == WaitingRow(ASKED - 12_000, "1", "support", 3)
    [member] = [s for s in told() if isinstance(s, MemberSeen)]
    assert (member.member, member.interface, member.paused, member.row) == (
        "Sara",
        "PJSIP/1001",
        True,
        True,
    )


@pytest.mark.parametrize("odd", ["", "1:2", "a:b:c", "12"])
def test_duration_that_cannot_be_read_is_no_age(odd: str) -> None:
    channels = [row("CoreShowChannel", Uniqueid="1", Linkedid="1", Channel="x-1", Duration=odd)]
    signals = roster.signals(roster.Roster(ASKED, "", [], channels), False, ASKED)
    assert [s.age_ms for s in signals if isinstance(s, LegSeen)] == [0]


class Asked:
    """A link that answers what a test says."""

    def __init__(self, **answers: Answer) -> None:
        self.answers = answers

    async def ask(self, action: Headers, timeout_s: float = 10.0) -> Answer:
        name = dict(action)["Action"]
        if name not in self.answers:
            raise LinkError(f"{name} was not answered")
        return self.answers[name]


def answers(**more: Answer) -> Asked:
    started = {"CoreStartupDate": "2026-11-22", "CoreStartupTime": "19:18:27"}
    usual = {
        "CoreStatus": Answer(response(**started)),
        "QueueStatus": Answer(response(), QUEUES),
        "CoreShowChannels": Answer(response(), CHANNELS),
    }
    return Asked(**(usual | more))


async def test_everything_is_asked_for() -> None:
    found = await roster.ask(answers(), ASKED)
    assert found == roster.Roster(ASKED, "2026-11-22 19:18:27", QUEUES, CHANNELS, ())


async def test_what_is_refused_is_complained_of_with_what_to_do() -> None:
    no = Answer(response("Error", Message="Permission denied"))
    found = await roster.ask(answers(CoreStatus=no, QueueStatus=no, CoreShowChannels=no), ASKED)
    assert found.started == ""
    assert len(found.complaints) == 3
    assert all("Permission denied" in text for text in found.complaints)
    assert "write=reporting" in found.complaints[2]


async def test_link_that_does_not_answer_is_an_error() -> None:
    with pytest.raises(LinkError):
        await roster.ask(Asked(), ASKED)


def test_legs_that_wait_in_the_agent_pool_or_listen_are_told_as_such() -> None:
    channels = [
        row(
            "CoreShowChannel",
            Uniqueid="1",
            Linkedid="1",
            Application="AgentLogin",
            ApplicationData="1001,s",
        ),
        row("CoreShowChannel", Uniqueid="2", Linkedid="2", Application="ChanSpy"),
    ]
    answers = roster.Roster(ASKED, "now", [], channels)
    told = list(roster.signals(answers, False, ASKED))
    assert PoolJoined(ASKED, "1", "1001") in told
    assert SpyBegan(ASKED, "2") in told

"""A story's queues, members and callers on a PBX where others have theirs, and after a cut."""

from __future__ import annotations

from ami_bridge.fakepbx.following import Follower
from ami_bridge.fakepbx.model import Member, Pbx, Queue, Waiting

CHANNEL = {
    "ChannelState": "6",
    "ChannelStateDesc": "Up",
    "CallerIDNum": "+989121234501",
    "CallerIDName": "<unknown>",
    "ConnectedLineNum": "<unknown>",
    "ConnectedLineName": "<unknown>",
    "Language": "en",
    "AccountCode": "",
    "Context": "did",
    "Exten": "600",
    "Priority": "5",
}
MEMBER = dict.fromkeys(
    ("Penalty", "CallsTaken", "LastCall", "LastPause", "LoginTime", "InCall", "Paused"), "0"
) | {"Queue": "support", "Status": "1", "PausedReason": "", "Membership": "dynamic"}


COMPLETED = {"Queue": "support", "HoldTime": "8", "TalkTime": "40"}


def channel(uniqueid: str, **more: str) -> dict[str, str]:
    """A channel's block."""
    name = f"PJSIP/trunk-{uniqueid}"
    return {"Channel": name, **CHANNEL, "Uniqueid": uniqueid, "Linkedid": uniqueid, **more}


def member(interface: str) -> dict[str, str]:
    """A member's body as events and lists have it."""
    names = {"Interface": interface, "MemberName": interface, "Location": interface}
    return {**MEMBER, **names, "Name": interface, "StateInterface": interface}


def test_what_happened_while_the_link_was_cut_is_done_when_it_is_back() -> None:
    """One caller went, one came and has waited since; one agent signed out, one in."""
    pbx = Pbx(0)
    now = [100_000]
    follower = Follower(pbx, lambda: now[0])
    other = pbx.queues["support"] = Queue("support")
    other.members["PJSIP/9"] = Member("support", "PJSIP/9", "of another story", "PJSIP/9")
    bridge = {"BridgeUniqueid": "b", "BridgeType": "basic", "BridgeTechnology": "simple_bridge"}
    bridge |= {"BridgeCreator": "<unknown>", "BridgeName": "", "BridgeVideoSourceMode": "none"}
    follower.take("QueueMemberAdded", tuple(member("PJSIP/1001").items()))
    follower.take("Newchannel", tuple(channel("1.1").items()))
    follower.take(
        "QueueCallerJoin", tuple((channel("1.1") | {"Queue": "support", "Position": "1"}).items())
    )
    follower.take("Newchannel", tuple(channel("1.2").items()))
    follower.take("BridgeEnter", tuple((channel("1.2") | bridge).items()))
    assert (list(pbx.channels), list(pbx.bridges)) == (["1.1", "1.2"], ["b"])
    entry = {"Uniqueid": "2.1", "Queue": "support", "Position": "1", "Wait": "7", "Priority": "3"}
    row = channel("2.1", Application="Queue", ApplicationData="support", Duration="00:01:02")
    rows = [
        {"Event": "QueueMember", **member("PJSIP/1002")},
        {"Event": "CoreShowChannel", **row, "BridgeId": ""},
        {"Event": "QueueEntry", **entry},
    ]
    follower.furnish(tuple(row.items()) for row in rows)
    assert list(other.members) == ["PJSIP/9", "PJSIP/1002"]
    assert other.waiting == [Waiting("2.1", now[0] - 7_000, 1, 3)]
    assert pbx.bridges == {}
    [left] = pbx.channels.values()
    assert (left.uniqueid, left.application, left.created) == ("2.1", "Queue", now[0] - 62_000)
    follower.take("Hangup", tuple(channel("2.1").items()))
    assert (pbx.channels, other.waiting) == ({}, [])
    follower.take("AgentComplete", tuple((channel("2.1") | COMPLETED).items()))
    assert pbx.channels == {}, "who hung up does not come back by a late event"
    assert (other.completed, other.completed_in_level, other.hold_s, other.talk_s) == (1, 1, 2, 10)

"""Calls that were not recorded: what AMI does to them, and calls that no queue makes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ami_bridge.fakepbx.model import Channel
from ami_bridge.fakepbx.plan import DialFate, Fate, Party, Talk
from ami_bridge.fakepbx.stories import call_out, direct_call, internal_call

from .stories_played import SUPPORT, Scene


def names(scene: Scene) -> list[str]:
    return [event.name for event in scene.said]


def value(scene: Scene, event: str, header: str) -> str:
    return next(dict(e.body)[header] for e in scene.said if e.name == event)


def leg(scene: Scene, device: str) -> Channel:
    return scene.ex.pbx.channels_of(device)[0]


def nothing_left(scene: Scene) -> bool:
    pbx = scene.ex.pbx
    devices = [state for name, state in pbx.devices.items() if name.startswith("PJSIP/")]
    idle = all(state == "NOT_INUSE" for state in devices)
    return not pbx.channels and not pbx.bridges and idle


def talking() -> Scene:
    scene = Scene()
    scene.sign_in("support", "1001")
    scene.call(SUPPORT, Fate(Talk(60)))
    scene.run(5)
    return scene


def test_waiting_caller_hung_up_by_ami_is_cut_without_a_hangup_request() -> None:
    scene = Scene()
    scene.call(SUPPORT, Fate(Talk(5)))
    scene.run(3)
    caller = leg(scene, "PJSIP/trunk")
    assert scene.ex.interfere(caller, f"hangup {caller.uniqueid}")
    scene.run(1)
    assert "HangupRequest" not in names(scene)
    assert names(scene).index("QueueCallerAbandon") < names(scene).index("QueueCallerLeave")
    assert nothing_left(scene)


def test_ringing_phone_hung_up_by_ami_did_not_answer_and_the_caller_waits_on() -> None:
    scene = Scene(ring_s={"PJSIP/1001": None})
    scene.sign_in("support", "1001")
    scene.call(SUPPORT, Fate(Talk(5)))
    scene.run(2)
    phone = leg(scene, "PJSIP/1001")
    scene.ex.interfere(phone, f"hangup {phone.uniqueid}")
    scene.run(0.5)
    assert "AgentRingNoAnswer" in names(scene)
    assert len(scene.ex.pbx.queues["support"].waiting) == 1


@pytest.mark.parametrize("device", ["PJSIP/trunk", "PJSIP/1001"])
def test_talk_ended_by_ami_is_completed_with_reason_caller_whichever_leg_it_was(
    device: str,
) -> None:
    scene = talking()
    channel = leg(scene, device)
    scene.ex.interfere(channel, f"hangup {channel.uniqueid}")
    scene.run(1)
    assert value(scene, "AgentComplete", "Reason") == "caller"
    assert "HangupRequest" not in names(scene)
    assert nothing_left(scene)


def test_redirected_caller_rings_the_other_phone_and_no_transfer_is_told() -> None:
    scene = talking()
    scene.ex.interfere(leg(scene, "PJSIP/trunk"), "goto PJSIP/1002")
    scene.run(5)
    talking_to = [channel.device for channel in scene.ex.pbx.channels.values() if channel.bridge]
    assert sorted(talking_to) == ["PJSIP/1002", "PJSIP/trunk"]
    scene.run(60)
    assert not {"BlindTransfer", "AttendedTransfer"} & set(names(scene))
    assert nothing_left(scene)


def test_linkedid_of_a_bridge_is_the_oldest_of_its_parties() -> None:
    scene = talking()
    linked = {channel.linkedid for channel in scene.ex.pbx.channels.values()}
    assert linked == {leg(scene, "PJSIP/trunk").uniqueid}


Begin = Callable[[Scene, DialFate], None]


def direct(scene: Scene, fate: DialFate) -> None:
    story = direct_call(
        scene.ex, Party("+972541234567", "נועה"), "+982191001001", "PJSIP/1001", fate
    )
    scene.sim.spawn("direct", story)


def out(scene: Scene, fate: DialFate) -> None:
    scene.sim.spawn("out", call_out(scene.ex, "PJSIP/1001", "+989121112233", fate))


def inside(scene: Scene, fate: DialFate) -> None:
    scene.sim.spawn("inside", internal_call(scene.ex, "PJSIP/1001", "PJSIP/1002", fate))


@pytest.mark.parametrize("begin", [direct, out, inside])
def test_dialled_call_rings_is_answered_talked_and_leaves_nothing(begin: Begin) -> None:
    scene = Scene()
    begin(scene, DialFate(4.0, Talk(10.0)))
    scene.run()
    told = names(scene)
    order = ["Newchannel", "DialBegin", "DialState", "DialEnd", "BridgeCreate", "BridgeEnter"]
    assert [told.index(name) for name in order] == sorted(told.index(name) for name in order)
    assert value(scene, "DialEnd", "DialStatus") == "ANSWER"
    assert told.count("BridgeEnter") == told.count("BridgeLeave") == told.count("Hangup") == 2
    assert nothing_left(scene)


@pytest.mark.parametrize("begin", [direct, out, inside])
@pytest.mark.parametrize(("patience_s", "status"), [(6.0, "CANCEL"), (99.0, "NOANSWER")])
def test_dialled_call_that_nobody_answers_ends_unanswered(
    begin: Begin, patience_s: float, status: str
) -> None:
    scene = Scene()
    begin(scene, DialFate(None, patience_s=patience_s))
    scene.run()
    assert value(scene, "DialEnd", "DialStatus") == status
    assert ("HangupRequest" in names(scene)) == (status == "CANCEL")
    assert "BridgeEnter" not in names(scene)
    assert nothing_left(scene)


def test_caller_of_a_heavier_queue_is_served_first() -> None:
    scene = Scene()
    for name in ("support", "overflow"):
        scene.sign_in(name, "1001")
    scene.ex.pbx.queues["overflow"].weight = 10
    heavy = SUPPORT.__class__("+982191000603", "603", "overflow", tells=False)
    scene.call(SUPPORT, Fate(Talk(10)))
    scene.run(5)
    scene.call(SUPPORT, Fate(Talk(10)))
    scene.run(1)
    scene.call(heavy, Fate(Talk(10)))
    scene.run(60)
    served = [dict(e.body)["Queue"] for e in scene.said if e.name == "AgentConnect"]
    assert served == ["support", "overflow", "support"]

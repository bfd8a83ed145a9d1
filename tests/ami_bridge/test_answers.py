"""What an action got for an answer, collected until it is complete."""

import asyncio

import pytest

from ami_bridge import actions
from ami_bridge.answers import LinkError, NoAnswer
from ami_bridge.inbox import Arrived


def names(items):
    return [
        item.message.name if isinstance(item, Arrived) else type(item).__name__ for item in items
    ]


async def taken(inbox, count):
    items = []
    async with asyncio.timeout(4):
        while len(items) < count:
            items += await inbox.take()
    return items


async def test_list_items_go_to_the_asker_and_live_events_to_the_inbox(pbx, new_link, until):
    def queue_status(peer, action):
        line = f"ActionID: {action['ActionID']}\r\n"
        peer.send(f"Response: Success\r\n{line}EventList: start\r\nMessage: x\r\n\r\n")
        peer.send(f"Event: QueueParams\r\nQueue: sales\r\n{line}\r\n")
        peer.send("Event: Live\r\n\r\n")
        peer.send("Event: UserEvent\r\nActionID: somebody-else\r\n\r\n")
        peer.send(f"Event: QueueMember\r\nName: علی\r\n{line}\r\n")
        peer.send(f"Event: QueueStatusComplete\r\n{line}EventList: Complete\r\n\r\n")

    pbx.answers["QueueStatus"] = queue_status
    link = new_link()
    await until(lambda: link.state == "up", "login")
    answer = await link.ask(actions.queue_status())
    assert answer.ok
    assert [item.name for item in answer.items] == ["QueueParams", "QueueMember"]
    assert answer.items[1].get("Name") == "علی"
    assert answer.complete is not None
    assert answer.complete.name == "QueueStatusComplete"
    assert names(link.inbox.take_now()) == ["LinkCameUp", "Live", "UserEvent"]


async def test_answers_of_many_askers_are_not_mixed_up(pbx, new_link, until):
    waiting = []

    def getvar(peer, action):
        waiting.append(action)
        if len(waiting) == 20:
            for one in reversed(waiting):
                peer.respond(one, f"Success\r\nValue: {one['Variable']}")

    pbx.answers["Getvar"] = getvar
    link = new_link()
    await until(lambda: link.state == "up", "login")
    answers = await asyncio.gather(*(link.ask(actions.getvar(f"V{n}")) for n in range(20)))
    assert [answer.response.get("Value") for answer in answers] == [f"V{n}" for n in range(20)]


async def test_refusal_of_an_action_is_an_answer(pbx, new_link, until):
    link = new_link()
    await until(lambda: link.state == "up", "login")
    answer = await link.ask(actions.core_status())
    assert not answer.ok
    assert answer.message == "Invalid/unknown command"


async def test_late_answer_of_a_given_up_action_reaches_nobody(pbx, new_link, until):
    kept = []
    pbx.answers["CoreShowChannels"] = lambda _, action: kept.append(action)
    link = new_link()
    await until(lambda: link.state == "up", "login")
    with pytest.raises(NoAnswer, match=r"CoreShowChannels was not answered within 0.05 s"):
        await link.ask(actions.core_show_channels(), timeout_s=0.05)
    line = f"ActionID: {kept[0]['ActionID']}\r\n"
    pbx.peer.send(f"Response: Success\r\n{line}EventList: start\r\n\r\n")
    pbx.peer.send(f"Event: CoreShowChannel\r\n{line}\r\n")
    pbx.peer.send(f"Event: CoreShowChannelsComplete\r\n{line}EventList: Complete\r\n\r\n")
    pbx.peer.event("Live")
    items = await taken(link.inbox, 2)
    assert names(items) == ["LinkCameUp", "Live"]
    assert link.counters.timeouts == 1
    assert link.counters.unexpected == 3


async def test_answer_to_originate_comes_at_once_and_its_event_later_with_the_same_id(
    pbx, new_link, until
):
    def originate(peer, action):
        peer.respond(action, "Success\r\nMessage: Originate successfully queued")
        peer.event("OriginateResponse", ActionID=action["ActionID"], Response="Success")

    pbx.answers["Originate"] = originate
    link = new_link()
    await until(lambda: link.state == "up", "login")
    answer = await link.ask(actions.originate("PJSIP/1001", "agents", "600"))
    assert answer.ok
    items = await taken(link.inbox, 2)
    assert names(items) == ["LinkCameUp", "OriginateResponse"]
    assert items[1].message.action_id == answer.action_id


async def test_list_that_never_ends_is_bounded(pbx, new_link, until):
    def endless(peer, action):
        line = f"ActionID: {action['ActionID']}\r\n"
        peer.send(f"Response: Success\r\n{line}EventList: start\r\n\r\n")
        for _ in range(10):
            peer.send(f"Event: CoreShowChannel\r\n{line}\r\n")

    pbx.answers["CoreShowChannels"] = endless
    link = new_link(max_list_items=5)
    await until(lambda: link.state == "up", "login")
    with pytest.raises(LinkError, match="more than 5 items"):
        await link.ask(actions.core_show_channels())


async def test_items_that_are_worked_off_as_they_come_are_counted_but_not_kept(
    pbx, new_link, until
):
    def queue_status(peer, action):
        line = f"ActionID: {action['ActionID']}\r\n"
        peer.send(f"Response: Success\r\n{line}EventList: start\r\nMessage: x\r\n\r\n")
        peer.send(f"Event: QueueParams\r\nQueue: sales\r\n{line}\r\n")
        for n in range(3):
            peer.send(f"Event: QueueMember\r\nName: {n}\r\n{line}\r\n")
        peer.send(f"Event: QueueStatusComplete\r\n{line}EventList: Complete\r\n\r\n")

    pbx.answers["QueueStatus"] = queue_status
    link = new_link()
    await until(lambda: link.state == "up", "login")
    came = []

    def worked_off(item):
        came.append(item.get("Name"))
        return item.name == "QueueMember"

    answer = await link.ask(actions.queue_status(), 5.0, worked_off)
    assert came == ["", "0", "1", "2"]
    assert [item.name for item in answer.items] == ["QueueParams"]

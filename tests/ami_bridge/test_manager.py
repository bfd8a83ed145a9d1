"""panoramisk's Manager on a leash: what its users know works, its own will is gone."""

import asyncio

import panoramisk
import pytest

from ami_bridge.answers import LinkLost
from ami_bridge.manager import as_panoramisk
from ami_bridge.protocol import Message


async def test_patterns_reach_callbacks_as_panoramisk_messages(pbx, new_link, until):
    link = new_link(run=False)
    heard = []

    @link.manager.register_event("Queue*")
    def queues(manager, event):
        heard.append((manager is link.manager, event.event, event.queue, event.chanvariable))

    running = asyncio.get_running_loop().create_task(link.run())
    await until(lambda: link.state == "up", "login")
    pbx.peer.send(
        "Event: QueueCallerJoin\r\nQueue: فروش\r\nChanVariable: a=1\r\nChanVariable: b=2\r\n\r\n"
        "Event: Hangup\r\n\r\n"
    )
    await until(lambda: link.counters.events == 2, "events")
    assert heard == [(True, "QueueCallerJoin", "فروش", ["a=1", "b=2"])]
    assert isinstance(link.manager, panoramisk.Manager)
    await link.close()
    await running


async def test_send_action_gives_a_response_or_a_list(pbx, new_link, until):
    def channels(peer, action):
        line = f"ActionID: {action['ActionID']}\r\n"
        peer.send(f"Response: Success\r\n{line}EventList: start\r\n\r\n")
        peer.send(f"Event: CoreShowChannel\r\n{line}\r\n")
        peer.send(f"Event: CoreShowChannelsComplete\r\n{line}EventList: Complete\r\n\r\n")

    pbx.answers["CoreShowChannels"] = channels
    link = new_link()
    await until(lambda: link.state == "up", "login")
    pong = await link.manager.send_action({"Action": "Ping"})
    assert pong.success
    assert pong.ping == "Pong"
    whole = await link.manager.send_action({"Action": "CoreShowChannels"})
    assert [m.event for m in whole] == ["", "CoreShowChannel", "CoreShowChannelsComplete"]
    first = await link.manager.send_action({"Action": "CoreShowChannels"}, as_list=False)
    assert first.eventlist == "start"
    command = await link.manager.send_action(panoramisk.actions.Action({"Action": "Ping"}))
    assert command.success


async def test_lost_connection_fails_the_future(pbx, new_link, until):
    pbx.answers["Getvar"] = lambda peer, _: peer.cut()
    link = new_link()
    await until(lambda: link.state == "up", "login")
    with pytest.raises(LinkLost):
        await link.manager.send_action({"Action": "Getvar", "Variable": "X"})


@pytest.mark.parametrize(
    "what", ["connect", "close", "ping", "run_forever", "connection_made", "connection_lost"]
)
async def test_what_belongs_to_the_link_is_refused(new_link, what):
    manager = new_link(run=False).manager
    arguments = [None] if what.startswith("connection") else []
    with pytest.raises(RuntimeError, match="belongs to AmiLink"):
        getattr(manager, what)(*arguments)


def test_conversion_merges_cases_and_leaves_values_alone():
    known = as_panoramisk(
        Message.of([("Event", "X"), ("CHANVAR", "a"), ("ChanVar", "b"), ("Result", "a%20b")])
    )
    assert known["chanvar"] == ["a", "b"]
    assert known.result == "a%20b"
    output = as_panoramisk(Message.of([("Response", "Success"), ("Output", "a"), ("Output", "b")]))
    assert list(output.iter_lines()) == ["a", "b"]

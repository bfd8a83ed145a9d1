"""The link to one Asterisk: kept for ever, honest about its state."""

import asyncio
import time

import pytest

from ami_bridge import actions
from ami_bridge.answers import LinkLost
from ami_bridge.inbox import Arrived, Inbox, LinkCameUp, LinkWentDown


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


async def test_events_stand_in_the_inbox_in_order_behind_the_marker(pbx, new_link):
    def login(peer, action):
        # Response and events in one chunk: the marker must still come first.
        peer.send(
            f"Response: Success\r\nActionID: {action['ActionID']}\r\n\r\n"
            "Event: FullyBooted\r\n\r\nEvent: A\r\nN: 1\r\n\r\nEvent: B\r\n\r\n"
        )

    pbx.answers["Login"] = login
    before_ms = int(time.time() * 1000)
    link = new_link()
    items = await taken(link.inbox, 4)
    assert names(items) == ["LinkCameUp", "FullyBooted", "A", "B"]
    assert items[0].banner == "Asterisk Call Manager/11.0.0"
    assert items[2].message.get("N") == "1"
    assert before_ms <= items[1].wall_ms <= round(time.time() * 1000)
    assert items[1].mono_s <= time.monotonic()


async def test_lost_link_leaves_a_marker_and_comes_back(pbx, new_link, until):
    link = new_link()
    await until(lambda: link.state == "up", "login")
    pbx.peer.event("A")
    await until(lambda: link.counters.events == 1, "event")
    pbx.peer.cut()
    await until(lambda: link.counters.reconnects == 1, "reconnect")
    pbx.peer.event("B")
    items = await taken(link.inbox, 5)
    assert names(items) == ["LinkCameUp", "A", "LinkWentDown", "LinkCameUp", "B"]
    assert "closed the connection" in items[2].why


async def test_pings_are_answered_and_timed(pbx, new_link, until):
    link = new_link()
    await until(lambda: link.counters.pings >= 3, "pings")
    assert 0 < link.counters.last_rtt_ms < 1000
    assert link.counters.pings_missed == 0


async def test_asking_while_down_fails_at_once_with_the_reason(new_link):
    link = new_link(run=False)
    with pytest.raises(LinkLost, match="down: not started"):
        await link.ask(actions.ping())
    with pytest.raises(ValueError, match="line break"):
        await link.ask({"Action": "Ping", "X": "a\nb"})


async def test_full_inbox_cuts_the_link_and_nothing_is_dropped_in_between(pbx, new_link, until):
    inbox = Inbox(limit=10)
    link = new_link(inbox=inbox)
    await until(lambda: link.state == "up", "login")
    for n in range(30):
        pbx.peer.event("E", N=str(n))
    await until(lambda: link.counters.overflows == 1, "overflow")
    await asyncio.sleep(0.1)
    assert len(pbx.peers) == 1, "it must not come back before the inbox has room"
    assert link.state == "down"
    items = inbox.take_now(100)
    assert names(items) == ["LinkCameUp", *["E"] * 9, "LinkWentDown"]
    assert [i.message.get("N") for i in items[1:-1]] == [str(n) for n in range(9)]
    await until(lambda: link.state == "up", "reconnect")
    assert names(inbox.take_now()) == ["LinkCameUp"]


async def test_markers_find_room_in_a_full_inbox():
    inbox = Inbox(limit=1)
    assert inbox.put(LinkCameUp(0.0, 0, ""))
    assert inbox.put(LinkWentDown("x", 1.0, 0))
    assert len(inbox) == 2
    assert inbox.lag_ms(lambda: 2.5) == 2500.0


async def test_nobody_listening_is_tried_again_with_growing_delays(pbx, new_link, until):
    await pbx.stop()
    link = new_link()
    await until(lambda: "cannot be reached" in link.why, "sentence")
    await pbx.start(pbx.port)
    await until(lambda: link.state == "up", "login")


async def test_two_links_to_two_accounts_work_side_by_side(pbx, new_link, until):
    first, second = new_link(), new_link()
    await until(lambda: first.state == second.state == "up", "logins")
    pbx.peers[0].event("OnlyFirst")
    pbx.peers[1].event("OnlySecond")
    seen = names(await taken(first.inbox, 2)) + names(await taken(second.inbox, 2))
    assert sorted(seen) == ["LinkCameUp", "LinkCameUp", "OnlyFirst", "OnlySecond"]


async def test_cancelled_link_leaves_no_task_and_no_connection(pbx, new_link, until):
    link = new_link(run=False)
    running = asyncio.get_running_loop().create_task(link.run())
    await until(lambda: link.state == "up", "login")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await asyncio.wait_for(pbx.peer.gone.wait(), 2)
    assert link.state == "down"
    assert names(link.inbox.take_now()) == ["LinkCameUp", "LinkWentDown"]


async def test_close_says_goodbye_and_run_returns(pbx, new_link, until):
    link = new_link(run=False)
    running = asyncio.get_running_loop().create_task(link.run())
    await until(lambda: link.state == "up", "login")
    await link.close()
    await asyncio.wait_for(running, 2)
    await asyncio.wait_for(pbx.peer.gone.wait(), 2)
    assert [a["Action"] for a in pbx.actions] == ["Logoff"]
    assert link.state == "closed"
    await link.run()  # returns at once
    assert len(pbx.peers) == 1

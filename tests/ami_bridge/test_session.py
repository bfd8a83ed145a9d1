"""One connection: what it does with bytes costs nobody else anything."""

import asyncio
import time
from random import Random

import pytest

from ami_bridge import actions
from ami_bridge.account import AmiAccount
from ami_bridge.answers import LinkError, LinkLost, NoAnswer
from ami_bridge.inbox import Arrived, Inbox
from ami_bridge.session import LinkCounters, Session


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


async def test_open_actions_are_bounded(pbx, new_link, until):
    pbx.answers["Getvar"] = lambda *_: None
    link = new_link(max_open_actions=3, ping_interval_s=5.0)
    await until(lambda: link.state == "up", "login")
    await until(lambda: link.counters.pings == 1 and link.counters.last_rtt_ms > 0, "ping")
    asked = [
        asyncio.get_running_loop().create_task(link.ask(actions.getvar("V"), 0.2)) for _ in range(4)
    ]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(result) for result in results] == [NoAnswer] * 3 + [LinkError]


async def test_peer_that_does_not_read_is_given_up():
    class Clogged(asyncio.Transport):
        aborted = False

        def write(self, data):
            pass

        def get_write_buffer_size(self):
            return 1 << 20

        def abort(self):
            self.aborted = True

    account = AmiAccount("pbx", 5038, "u", "s")
    session = Session(account, Inbox(), LinkCounters(), time.monotonic, time.time, "x-")
    transport = Clogged()
    session.connection_made(transport)
    with pytest.raises(LinkLost, match="does not read"):
        await session.ask(actions.ping(), 1.0)
    assert transport.aborted


async def test_listener_that_raises_and_inbox_that_fails_cost_no_connection(pbx, new_link, until):
    class Broken(Inbox):
        def put(self, item):
            if isinstance(item, Arrived) and item.message.name == "Bad":
                raise RuntimeError("a bug")
            return super().put(item)

    def listener(message, wall_s):
        raise RuntimeError("another bug")

    link = new_link(inbox=Broken())
    link.listeners.append(listener)
    await until(lambda: link.state == "up", "login")
    pbx.peer.send("Event: A\r\n\r\nEvent: Bad\r\n\r\nEvent: B\r\n\r\n")
    assert names(await taken(link.inbox, 3)) == ["LinkCameUp", "A", "B"]
    assert len(pbx.peers) == 1
    assert link.counters.faults >= 4


@pytest.mark.parametrize("seed", range(5))
async def test_any_bytes_over_tcp_leave_the_link_standing_and_are_counted(
    pbx, new_link, until, seed
):
    rng = Random(seed)
    link = new_link(ping_interval_s=5.0)
    await until(lambda: link.counters.last_rtt_ms > 0, "login and first ping")
    for _ in range(50):
        pbx.peer.send(rng.randbytes(rng.randrange(1, 300)) + b"\r\n" * rng.randrange(3))
        await asyncio.sleep(0)
    pbx.peer.send("\r\n\r\nno header\r\n\r\nEvent: Alive\r\n\r\n")
    await until(
        lambda: any(
            isinstance(item, Arrived) and item.message.name == "Alive"
            for item in link.inbox.take_now(1000)
        ),
        "the event behind the garbage",
    )
    assert link.counters.garbage >= 1
    assert link.counters.damaged >= 1
    assert link.state == "up"
    assert len(pbx.peers) == 1
    answer = await link.ask(actions.ping())
    assert answer.ok


async def test_events_that_the_consumer_does_not_read_are_counted_and_left_out(
    pbx, new_link, until
):
    link = new_link(inbox=Inbox(wanted=frozenset(("A",))))
    await until(lambda: link.state == "up", "login")
    before = link.counters.events
    pbx.peer.send("Event: A\r\n\r\nEvent: B\r\n\r\nEvent: A\r\n\r\n")
    assert names(await taken(link.inbox, 3)) == ["LinkCameUp", "A", "A"]
    assert link.counters.events == before + 3

"""The inbox: bounded, in order, markers always."""

import asyncio

import pytest

from ami_bridge.inbox import Arrived, Inbox, LinkCameUp
from ami_bridge.protocol import Message


def event(n):
    return Arrived(Message.of([("Event", "E"), ("N", str(n))]), float(n), n * 1000)


async def test_items_come_out_as_they_went_in_up_to_the_wanted_number():
    inbox = Inbox()
    for n in range(5):
        assert inbox.put(event(n))
    assert [item.wall_ms for item in inbox.take_now(3)] == [0, 1000, 2000]
    assert [item.wall_ms for item in await inbox.take()] == [3000, 4000]
    assert inbox.take_now() == []


async def test_taker_waits_for_the_next_item():
    inbox = Inbox()
    taker = asyncio.get_running_loop().create_task(inbox.take())
    await asyncio.sleep(0.01)
    assert not taker.done()
    inbox.put(event(1))
    assert len(await taker) == 1


async def test_event_beyond_the_bound_is_told_and_a_marker_is_taken():
    inbox = Inbox(limit=4)
    assert [inbox.put(event(n)) for n in range(6)] == [True] * 4 + [False] * 2
    assert inbox.put(LinkCameUp(9.0, 9000, ""))
    assert len(inbox) == 5


async def test_room_is_there_again_when_half_is_worked_off():
    inbox = Inbox(limit=4)
    await asyncio.wait_for(inbox.room(), 1)
    for n in range(5):
        inbox.put(event(n))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(inbox.room(), 0.02)
    inbox.take_now(1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(inbox.room(), 0.02)
    inbox.take_now(1)
    await asyncio.wait_for(inbox.room(), 1)


async def test_lag_is_the_age_of_the_oldest_item():
    inbox = Inbox()
    assert inbox.lag_ms(lambda: 100.0) == 0.0
    inbox.put(event(2))
    inbox.put(event(3))
    assert inbox.lag_ms(lambda: 3.5) == 1500.0

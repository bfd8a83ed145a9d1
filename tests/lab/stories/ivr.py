"""The menu in front of the queues: a key leads into a queue, or the caller goes before one."""

from __future__ import annotations

import asyncio

from ..phone import Plan
from ..stage import Stage, Truth
from .told import Told, answered_visit, inbound, seconds


async def ivr_then_queue(stage: Stage) -> Truth:
    """He presses 1 in the menu after 2 s and is answered in support."""
    agent = await stage.agent(1, Plan(answer_after=1.5))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(610)).answered()
    await asyncio.sleep(2)
    await call.press("1")
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(2)
    await call.hangup()
    await desk.finished()
    await stage.gone()
    visit = answered_visit(stage, "support", agent, call, desk, "caller")
    # The visit begins with the key, which is when the phone begins to ring.
    visit["wait"] = seconds(desk.ring)
    return inbound(stage, [visit], "caller", ivr=["main:1"])


async def ivr_hangup(stage: Stage) -> Truth:
    """He listens to the menu for 2 s and hangs up."""
    call = await (await stage.call_in(610)).answered()
    await asyncio.sleep(2)
    await call.hangup()
    await stage.gone()
    truth = inbound(stage, [], "caller", legs=[], ivr=[])
    truth["calls"][0]["outcome"] = "ivr"
    return truth


STORIES = [
    Told("ivr_then_queue", "a key in the menu leads into support", ivr_then_queue),
    Told("ivr_hangup", "the caller goes in the menu", ivr_hangup),
]

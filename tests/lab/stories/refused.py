"""Queues that take nobody: nobody there, full, and those that let their callers out again."""

from __future__ import annotations

import asyncio

from ..phone import Plan
from ..stage import Stage, Truth
from .told import Told, answered_visit, inbound, seconds


async def join_empty(stage: Stage) -> Truth:
    """Billing takes nobody when its only agent is paused."""
    agent = await stage.agent(2)
    await stage.sign_in(agent, "billing")
    await stage.pause(agent, "billing", "lunch")
    call = await stage.call_in(601)
    await call.finished()
    await stage.gone()
    return inbound(stage, [{"queue": stage.queue("billing"), "result": "join_empty"}], "pbx")


async def queue_full(stage: Stage) -> Truth:
    """Tiny has room for one; the second caller is turned away, the first one gives up later."""
    other = stage.lab.next_number()
    first = await (await stage.call_in(604)).answered()
    await asyncio.sleep(1)
    second = await stage.call_in(604, number=other)
    await second.finished()
    await asyncio.sleep(2)
    await first.hangup()
    await stage.gone()
    tiny = stage.queue("tiny")
    waited = {"queue": tiny, "result": "abandoned", "wait": seconds(first.talk), "by": "caller"}
    turned = inbound(stage, [{"queue": tiny, "result": "full"}], "pbx")["calls"][0]
    return {
        "kind": "sip",
        "calls": [
            inbound(stage, [waited], "caller")["calls"][0],
            {**turned, "id": "c2", "number": other},
        ],
    }


async def leave_empty(stage: Stage) -> Truth:
    """The last agent of billing pauses; the caller who waits is let out and hung up."""
    agent = await stage.agent(3)
    await stage.sign_in(agent, "billing")
    call = await (await stage.call_in(601)).answered()
    await asyncio.sleep(2)
    await stage.pause(agent, "billing", "lunch")
    await call.finished()
    await stage.gone()
    visit = {
        "queue": stage.queue("billing"),
        "result": "leave_empty",
        "wait": seconds(call.talk),
        # Pausing does not stop the ringing: the ring runs out first.
        "rna": [agent.number],
    }
    return inbound(stage, [visit], "pbx")


async def refused_then_answered(stage: Stage) -> Truth:
    """Refused by billing, he calls support at once and is answered: two calls of one number."""
    agent = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(agent, "support")
    refused = await stage.call_in(601)
    await refused.finished()
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(2)
    await desk.hangup()
    await call.finished()
    await stage.gone()
    first = inbound(stage, [{"queue": stage.queue("billing"), "result": "join_empty"}], "pbx")
    visit = answered_visit(stage, "support", agent, call, desk, "agent")
    second = inbound(stage, [visit], "agent")["calls"][0]
    return {"kind": "sip", "calls": [first["calls"][0], {**second, "id": "c2"}]}


STORIES = [
    Told("join_empty", "billing takes nobody when its only agent is paused", join_empty),
    Told("queue_full", "tiny takes no second caller", queue_full),
    Told("leave_empty", "the last agent pauses, the waiting caller is let out", leave_empty),
    Told("refused_then_answered", "two calls of one number", refused_then_answered),
]

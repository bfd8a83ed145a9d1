"""Callers who give up, and visits that end by themselves: timed out, by key, to another queue."""

from __future__ import annotations

import asyncio

from ..phone import Plan
from ..stage import Stage, Truth
from .told import Told, answered_visit, inbound, seconds


async def _given_up(stage: Stage, after: float, *, ringing: bool) -> Truth:
    if ringing:
        agent = await stage.agent(1)
        await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    await asyncio.sleep(after)
    await call.hangup()
    await stage.gone()
    visit = {
        "queue": stage.queue("support"),
        "result": "abandoned",
        "wait": seconds(call.talk),
        "by": "caller",
    }
    return inbound(stage, [visit], "caller")


async def abandon_short(stage: Stage) -> Truth:
    """He goes after 1 s, while an agent is being rung."""
    return await _given_up(stage, 1, ringing=True)


async def abandon_long(stage: Stage) -> Truth:
    """He goes after 7 s; the agent who was rung did not answer in his 6 s."""
    truth = await _given_up(stage, 6.6, ringing=True)
    truth["calls"][0]["visits"][0]["rna"] = [stage.extension(1)]
    return truth


async def abandon_nobody_rung(stage: Stage) -> Truth:
    """He goes after 3 s; nobody was signed in."""
    return await _given_up(stage, 3, ringing=False)


async def abandon_local(stage: Stage) -> Truth:
    """Over Local channels he goes after 3 s."""
    begun = await stage.local_caller(600, "stay-3")
    await stage.ami.wait_for(
        lambda m: m.event == "QueueCallerAbandon" and m.get("Uniqueid") == begun.get("Uniqueid"), 20
    )
    await stage.gone()
    visit = {"queue": stage.queue("support"), "result": "abandoned", "wait": 3, "by": "caller"}
    return {**inbound(stage, [visit], "caller"), "kind": "local"}


async def queue_timeout(stage: Stage) -> Truth:
    """Nobody comes in 10 s; the dialplan hangs up."""
    call = await (await stage.call_in(600)).answered()
    await call.finished()
    await stage.gone()
    visit = {"queue": stage.queue("support"), "result": "timeout", "wait": seconds(call.talk)}
    return inbound(stage, [visit], "pbx")


async def exit_key_voicemail(stage: Stage) -> Truth:
    """He presses 1 after 3 s, speaks on the voicemail for a while and hangs up."""
    call = await (await stage.call_in(600)).answered()
    await asyncio.sleep(3)
    waited = call.talk
    await call.press("1")
    await asyncio.sleep(3)
    await call.hangup()
    await stage.gone()
    visit = {
        "queue": stage.queue("support"),
        "result": "exit_key",
        "wait": seconds(waited),
        "key": "1",
    }
    if stage.version < 18:
        # It tells the leave with the place of the queue, and says nothing of the new one.
        visit["unseen"] = ["key"]
    return inbound(stage, [visit], "caller", voicemail=True)


async def overflow(stage: Stage) -> Truth:
    """10 s in support without an answer, then the queue overflow answers: two visits, one call."""
    agent = await stage.agent(8, Plan(answer_after=2))
    await stage.sign_in(agent, "overflow", name="O'Brien, Zoe")
    call = await (await stage.call_in(606)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(3)
    await desk.hangup()
    await call.finished()
    await stage.gone()
    assert call.t_answer is not None
    assert desk.t_ring is not None
    second = answered_visit(stage, "overflow", agent, call, desk, "agent")
    first = {
        "queue": stage.queue("support"),
        "result": "timeout",
        "wait": seconds(desk.t_ring - call.t_answer),
    }
    return inbound(stage, [first, {**second, "wait": seconds(desk.ring)}], "agent")


STORIES = [
    Told("abandon_short", "the caller goes after 1 s, while it rings", abandon_short),
    Told("abandon_long", "the caller goes after 7 s", abandon_long),
    Told("abandon_nobody_rung", "the caller goes, nobody was rung", abandon_nobody_rung),
    Told("abandon_local", "the same over Local channels", abandon_local, kind="local"),
    Told("queue_timeout", "10 s without an answer, then the dialplan hangs up", queue_timeout),
    Told("exit_key_voicemail", "out of the queue by key 1", exit_key_voicemail),
    Told("overflow", "10 s in support, then answered in overflow", overflow),
]

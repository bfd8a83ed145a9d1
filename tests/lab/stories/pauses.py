"""Pauses: in one queue or in all, for another reason, by the queue, while it rings or in a talk."""

from __future__ import annotations

import asyncio
import time

from ..phone import Plan
from ..stage import Agent, Stage, Truth
from .shifts import NO_CALL, Shift, into_the_wrap_up, on_shift, with_shifts, wrap_up_ends
from .told import Told, answered_visit, inbound, seconds


async def _everywhere(stage: Stage, agent: Agent, reason: str, *, paused: bool = True) -> None:
    await stage.ami.action(
        "QueuePause",
        Interface=agent.interface,
        Paused="true" if paused else "false",
        Reason=reason,
    )


async def paused_in_one_queue(stage: Stage) -> Truth:
    """Paused in support he still serves sales: no pause. Paused in sales too: one pause."""
    agent = await stage.agent(1)
    shift = Shift(agent)
    await stage.sign_in(agent, "support")
    await stage.sign_in(agent, "sales")
    shift.now("ready")
    await asyncio.sleep(1)
    await stage.pause(agent, "support", "training")
    await asyncio.sleep(2)
    await stage.pause(agent, "sales", "lunch")
    shift.now("paused", "lunch")
    await asyncio.sleep(2)
    await stage.pause(agent, "support", "", paused=False)
    shift.now("ready")
    await asyncio.sleep(1)
    await stage.pause(agent, "sales", "", paused=False)
    await asyncio.sleep(1)
    return with_shifts(NO_CALL, shift)


async def paused_in_all(stage: Stage) -> Truth:
    """Paused in all three queues at once, then for another reason, then back."""
    agent = await stage.agent(1)
    shift = Shift(agent)
    for queue in ("support", "sales", "vip"):
        await stage.sign_in(agent, queue)
        if queue == "support":
            shift.now("ready")
    await asyncio.sleep(1)
    await _everywhere(stage, agent, "lunch")
    shift.now("paused", "lunch")
    await asyncio.sleep(2)
    await _everywhere(stage, agent, "lunch")
    await asyncio.sleep(1)
    await _everywhere(stage, agent, "آموزش | training")
    shift.now("paused", "آموزش | training")
    await asyncio.sleep(2)
    await _everywhere(stage, agent, "back", paused=False)
    shift.now("ready")
    await asyncio.sleep(1)
    return with_shifts(NO_CALL, shift)


async def signs_in_paused(stage: Stage) -> Truth:
    """Added paused: he begins with a pause; a second queue that has him ready makes him ready."""
    agent = await stage.agent(1)
    shift = Shift(agent)
    await stage.ami.action(
        "QueueAdd",
        Queue=stage.queue("support"),
        Interface=agent.interface,
        MemberName=agent.name,
        Paused="true",
    )
    shift.now("paused")
    await asyncio.sleep(2)
    await stage.sign_in(agent, "sales")
    shift.now("ready")
    await asyncio.sleep(2)
    await stage.sign_out(agent, "support")
    await asyncio.sleep(1)
    return with_shifts(NO_CALL, shift)


async def autopaused(stage: Stage) -> Truth:
    """Does not answer a queue that pauses whoever does not: offered 6 s, then paused by it."""
    agent, shift = await on_shift(stage, "auto")
    call = await (await stage.call_in(627)).answered()
    rung = await (await agent.desk.next_call()).ringing()
    shift.now("offered", at=rung.t_ring)
    await rung.finished()
    shift.now("paused", "Auto-Pause", at=rung.t_end)
    await asyncio.sleep(1.5)
    await call.hangup()
    await stage.gone()
    await stage.pause(agent, "auto", "", paused=False)
    shift.now("ready")
    await asyncio.sleep(1)
    await stage.sign_out(agent, "auto")
    shift.now("signed_out")
    await asyncio.sleep(1)
    visit = {
        "queue": stage.queue("auto"),
        "result": "abandoned",
        "wait": seconds(call.talk),
        "by": "caller",
        "rna": [agent.number],
    }
    return with_shifts(inbound(stage, [visit], "caller"), shift)


async def paused_while_ringing(stage: Stage) -> Truth:
    """Pausing does not stop the ringing: he is rung until it runs out, then paused."""
    agent, shift = await on_shift(stage, "support")
    call = await (await stage.call_in(600)).answered()
    rung = await (await agent.desk.next_call()).ringing()
    shift.now("offered", at=rung.t_ring)
    await asyncio.sleep(1)
    await stage.pause(agent, "support", "lunch")
    await rung.finished()
    shift.now("paused", "lunch", at=rung.t_end)
    await asyncio.sleep(1.5)
    await call.hangup()
    await stage.gone()
    visit = {
        "queue": stage.queue("support"),
        "result": "abandoned",
        "wait": seconds(call.talk),
        "by": "caller",
        "rna": [agent.number],
    }
    return with_shifts(inbound(stage, [visit], "caller"), shift)


async def paused_in_the_talk(stage: Stage) -> Truth:
    """Paused for lunch in the middle of a talk: at lunch from its end on, without after-call work.

    Back before the queue's 5 s are over he is free all the same: it was his own word.
    """
    agent, shift = await on_shift(stage, "support", Plan(answer_after=1))
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    shift.took(desk)
    await asyncio.sleep(1)
    await stage.pause(agent, "support", "lunch")
    await asyncio.sleep(1)
    await call.hangup()
    await desk.finished()
    shift.now("paused", "lunch", at=desk.t_end)
    await stage.gone()
    await asyncio.sleep(6)
    await stage.pause(agent, "support", "", paused=False)
    shift.now("ready")
    await asyncio.sleep(1)
    visit = answered_visit(stage, "support", agent, call, desk, "caller")
    return with_shifts(inbound(stage, [visit], "caller"), shift)


async def _answered(stage: Stage, shift: Shift) -> tuple[dict[str, object], float]:
    """A call of 2 s that the agent ends; its visit and its end."""
    agent = shift.agent
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    shift.took(desk)
    await asyncio.sleep(2)
    await desk.hangup()
    await call.finished()
    assert desk.t_end is not None
    shift.now("wrap_up", at=desk.t_end)
    return answered_visit(stage, "support", agent, call, desk, "agent"), desk.t_end


async def wrap_up_by_rule(stage: Stage) -> Truth:
    """The queue's 5 s after the talk, then he is ready."""
    _, shift = await on_shift(stage, "support", Plan(answer_after=1))
    visit, ended = await _answered(stage, shift)
    shift.now("ready", at=wrap_up_ends(ended))
    await stage.gone()
    await asyncio.sleep(7)
    return with_shifts(inbound(stage, [visit], "agent"), shift)


async def wrap_up_by_pause(stage: Stage) -> Truth:
    """He extends the queue's 5 s by a pause that says after-call work, to 8 s."""
    agent, shift = await on_shift(stage, "support", Plan(answer_after=1))
    visit, ended = await _answered(stage, shift)
    await into_the_wrap_up(ended)
    await stage.pause(agent, "support", "wrap-up")
    await stage.gone()
    await asyncio.sleep(max(0.0, ended + 8 - time.time()))
    await stage.pause(agent, "support", "", paused=False)
    shift.now("ready")
    await asyncio.sleep(1)
    return with_shifts(inbound(stage, [visit], "agent"), shift)


async def lunch_in_the_wrap_up(stage: Stage) -> Truth:
    """1 s into the after-call work he goes to lunch: that is what he does from then on."""
    agent, shift = await on_shift(stage, "support", Plan(answer_after=1))
    visit, ended = await _answered(stage, shift)
    await into_the_wrap_up(ended)
    await stage.pause(agent, "support", "lunch")
    shift.now("paused", "lunch")
    await stage.gone()
    await asyncio.sleep(5)
    await stage.pause(agent, "support", "", paused=False)
    shift.now("ready")
    await asyncio.sleep(1)
    return with_shifts(inbound(stage, [visit], "agent"), shift)


async def signs_out_in_the_wrap_up(stage: Stage) -> Truth:
    """1 s into the after-call work he signs out."""
    agent, shift = await on_shift(stage, "support", Plan(answer_after=1))
    visit, ended = await _answered(stage, shift)
    await into_the_wrap_up(ended)
    await stage.sign_out(agent, "support")
    shift.now("signed_out")
    await stage.gone()
    await asyncio.sleep(5)
    return with_shifts(inbound(stage, [visit], "agent"), shift)


STORIES = [
    Told("paused_in_one_queue", "a pause in one of two queues is none", paused_in_one_queue, due=3),
    Told("paused_in_all", "one span a pause, a new one a reason", paused_in_all, due=3),
    Told("signs_in_paused", "added paused", signs_in_paused, due=3),
    Told("autopaused", "paused by the queue after no answer", autopaused, due=3),
    Told("paused_while_ringing", "the ringing goes on", paused_while_ringing, due=3),
    Told("paused_in_the_talk", "from the talk to lunch", paused_in_the_talk, due=3),
    Told("wrap_up_by_rule", "the queue's own wrap-up", wrap_up_by_rule, due=3),
    Told("wrap_up_by_pause", "extended by a pause", wrap_up_by_pause, due=3),
    Told("lunch_in_the_wrap_up", "lunch ends after-call work", lunch_in_the_wrap_up, due=3),
    Told("signs_out_in_the_wrap_up", "so does signing out", signs_out_in_the_wrap_up, due=3),
]

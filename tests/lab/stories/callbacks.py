"""Callers who leave the queue by a key and are called back, keeping their place in it."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from ..phone import Plan
from ..stage import Agent, Stage, Truth
from .told import Told, inbound, seconds

WHY = "queue_log counts from when the agent took the call-back, not from when the customer answered"


async def _asked(stage: Stage) -> tuple[Truth, Agent]:
    """A caller waits 2 s and presses 2; then an agent comes."""
    agent = await stage.agent(1, Plan(answer_after=1))
    call = await (await stage.call_in(600)).answered()
    await asyncio.sleep(2)
    await call.press("2")
    await call.finished(5)
    visit = {
        "queue": stage.queue("support"),
        "result": "exit_key",
        "key": "2",
        "wait": seconds(call.talk),
    }
    await stage.gone()
    await stage.sign_in(agent, "support")
    return inbound(stage, [visit], "pbx"), agent


async def _call_back(stage: Stage) -> float:
    """What a call-back server does: a Local channel takes the customer's place in the queue."""
    await stage.ami.action(
        "Originate",
        ["__SITE=" + ("" if stage.site == 0 else str(stage.site))],
        Channel="Local/600@callback/n",
        Context="callback-customer",
        Exten=stage.number,
        Priority=1,
        Timeout=60000,
        CallerID=f"Call-back <{stage.number}>",
        Async="true",
    )
    return time.time()


def _called_back(stage: Stage, first: Truth, visit: dict[str, Any], **more: Any) -> Truth:
    call = {
        "id": "c2",
        "direction": "outbound",
        "number": stage.number,
        "visits": [{"queue": stage.queue("support"), "result": "answered", **visit}],
    }
    return {"kind": "sip", "calls": [*first["calls"], {**call, **more}], "house_calls": 0}


async def callback_kept(stage: Stage) -> Truth:
    """The agent answers, the customer is dialled, answers after 2 s, and hangs up after 3 s."""
    first, agent = await _asked(stage)
    stage.lab.line.plans[stage.number] = Plan(answer_after=2)
    asked = await _call_back(stage)
    desk = await (await agent.desk.next_call()).answered()
    assert desk.t_answer is not None
    far = await (await stage.lab.line.call_for(stage.number)).answered()
    await asyncio.sleep(3)
    await far.hangup()
    await desk.finished()
    await stage.gone()
    assert desk.t_end is not None
    visit = {
        "agent": agent.number,
        "wait": seconds(desk.t_answer - asked),
        "ring": seconds(desk.ring),
        "talk": seconds(far.talk),
        "by": "caller",
        "log": {"talk": seconds(desk.talk), "by": "caller"},
        "why": WHY,
    }
    return _called_back(stage, first, visit, outcome="answered", ended_by="caller")


async def callback_busy(stage: Stage) -> Truth:
    """The agent answers, but the customer is busy: he talked with nobody."""
    first, agent = await _asked(stage)
    stage.lab.line.plans[stage.number] = Plan(refuse_with=486, refuse_after=1.5)
    asked = await _call_back(stage)
    desk = await (await agent.desk.next_call()).answered()
    assert desk.t_answer is not None
    await desk.finished()
    await stage.gone()
    visit = {
        "wait": seconds(desk.t_answer - asked),
        "log": {"agent": agent.number, "talk": seconds(desk.talk), "by": "caller"},
        "why": WHY,
    }
    return _called_back(stage, first, visit, outcome="busy", legs=[])


async def callback_customer_first(stage: Stage) -> Truth:
    """The other way: the customer is dialled first, answers, and waits in the queue."""
    agent = await stage.agent(1, Plan(answer_after=2))
    await stage.sign_in(agent, "support")
    stage.lab.line.plans[stage.number] = Plan(answer_after=1)
    await stage.ami.action(
        "Originate",
        ["__SITE=" + ("" if stage.site == 0 else str(stage.site))],
        Channel=f"PJSIP/{stage.number}@trunk",
        Context="did",
        Exten="600",
        Priority=1,
        Timeout=20000,
        CallerID=f"Call-back <{stage.number}>",
        Async="true",
    )
    desk = await (await agent.desk.next_call()).answered()
    far = await stage.lab.line.call_for(stage.number)
    assert far.t_answer is not None
    assert desk.t_answer is not None
    await asyncio.sleep(3)
    await desk.hangup()
    await far.finished()
    await stage.gone()
    visit = {
        "queue": stage.queue("support"),
        "result": "answered",
        "agent": agent.number,
        "wait": seconds(desk.t_answer - far.t_answer),
        "ring": seconds(desk.ring),
        "talk": seconds(desk.talk),
        "by": "agent",
    }
    call = {"id": "c1", "direction": "outbound", "number": stage.number, "visits": [visit]}
    call |= {"outcome": "answered", "ended_by": "agent"}
    return {"kind": "sip", "calls": [call], "house_calls": 0}


STORIES = [
    Told("callback_kept", "called back without losing his place", callback_kept, due=3),
    Told("callback_busy", "called back in vain", callback_busy, due=3),
    Told("callback_customer_first", "dialled first, then queued", callback_customer_first, due=3),
]

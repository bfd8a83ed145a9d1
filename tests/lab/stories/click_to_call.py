"""A program dials for the agent: first his own phone, then the customer."""

from __future__ import annotations

import asyncio
from typing import Any

from ..phone import Plan
from ..stage import Agent, Stage, Truth
from .told import Told, seconds


async def _clicked(stage: Stage, agent: Agent, channel: str = "") -> None:
    """What the program asks of Asterisk."""
    await stage.ami.action(
        "Originate",
        Channel=channel or agent.interface,
        Context="click-to-call",
        Exten=stage.number,
        Priority=1,
        Timeout=4000,
        CallerID=f"Click <{stage.number}>",
        Async="true",
    )


def _made(stage: Stage, outcome: str, **more: Any) -> Truth:
    call = {
        "id": "c1",
        "direction": "outbound",
        "number": stage.number,
        "visits": [],
        "outcome": outcome,
    }
    return {"kind": "sip", "calls": [{**call, **more}], "house_calls": 0}


async def _answered(stage: Stage, channel: str) -> Truth:
    agent = await stage.agent(6, Plan(answer_after=1))
    stage.lab.line.plans[stage.number] = Plan(answer_after=2)
    await _clicked(stage, agent, channel.format(agent.number))
    desk = await (await agent.desk.next_call()).answered()
    far = await (await stage.lab.line.call_for(stage.number)).answered()
    await asyncio.sleep(3)
    await desk.hangup()
    await far.finished()
    await stage.gone()
    talk = {"agent": agent.number, "talk": seconds(far.talk), "by": "agent"}
    return _made(stage, "answered", legs=[talk], ended_by="agent")


async def click_answered(stage: Stage) -> Truth:
    """The agent picks up, the customer answers 2 s later, the agent ends it."""
    return await _answered(stage, "PJSIP/{}")


async def click_by_local(stage: Stage) -> Truth:
    """The same by a Local channel to the agent, as FreePBX's programs do it."""
    return await _answered(stage, "Local/{}@internal")


async def click_by_local_n(stage: Stage) -> Truth:
    """The same by a Local channel that stays."""
    return await _answered(stage, "Local/{}@internal/n")


async def click_agent_away(stage: Stage) -> Truth:
    """The agent does not pick up: the customer was never dialled."""
    agent = await stage.agent(6)
    await _clicked(stage, agent)
    rung = await agent.desk.next_call()
    await rung.finished(10)
    await stage.gone()
    assert not any(stage.number in call.here for call in stage.lab.line.incoming)
    return _made(stage, "no_answer", legs=[])


async def click_customer_busy(stage: Stage) -> Truth:
    """The agent picks up, the customer is busy. For Asterisk the call was a success."""
    agent = await stage.agent(6, Plan(answer_after=1))
    stage.lab.line.plans[stage.number] = Plan(refuse_with=486, refuse_after=1)
    await _clicked(stage, agent)
    desk = await (await agent.desk.next_call()).answered()
    await desk.finished(10)
    await stage.gone()
    return _made(stage, "busy", legs=[])


async def click_customer_away(stage: Stage) -> Truth:
    """The customer does not answer; the agent gives up after 3 s."""
    agent = await stage.agent(6, Plan(answer_after=1))
    await _clicked(stage, agent)
    desk = await (await agent.desk.next_call()).answered()
    await (await stage.lab.line.call_for(stage.number)).ringing()
    await asyncio.sleep(3)
    await desk.hangup()
    await stage.gone()
    return _made(stage, "no_answer", legs=[], ended_by="agent")


STORIES = [
    Told("click_answered", "answered when the customer answers", click_answered, due=3),
    Told("click_by_local", "the same through a Local channel", click_by_local, due=3),
    Told("click_by_local_n", "the same through one that stays", click_by_local_n, due=3),
    Told("click_agent_away", "the agent does not pick up", click_agent_away, due=3),
    Told("click_customer_busy", "the customer is busy", click_customer_busy, due=3),
    Told("click_customer_away", "the customer does not answer", click_customer_away, due=3),
]

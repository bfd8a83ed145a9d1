"""Calls that no queue has a part in: to an agent's own number, out, and between agents."""

from __future__ import annotations

import asyncio
from typing import Any

from ..call import SipCall
from ..phone import Plan
from ..stage import Agent, Stage, Truth
from .told import Told, inbound, leg, seconds


def direct_number(extension: str) -> str:
    """What a caller outside dials for a phone."""
    return f"+98219100{extension}"


async def direct_call(stage: Stage) -> Truth:
    """The caller dials the agent's own number; 2 s of ringing, 3 s of talk, the agent ends it."""
    agent = await stage.agent(6, Plan(answer_after=2))
    call = await stage.call_number(direct_number(agent.number))
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(3)
    await desk.hangup()
    await call.finished()
    await stage.gone()
    truth = inbound(stage, [], "agent", legs=[leg(agent, desk, "agent")])
    truth["calls"][0]["outcome"] = "answered"
    return truth


async def direct_given_up(stage: Stage) -> Truth:
    """The agent's own number rings 3 s, then the caller gives up."""
    agent = await stage.agent(6)
    call = await stage.call_number(direct_number(agent.number))
    desk = await agent.desk.next_call()
    await asyncio.sleep(3)
    await call.hangup()
    await desk.finished()
    await stage.gone()
    truth = inbound(stage, [], "caller", legs=[])
    truth["calls"][0]["outcome"] = "no_answer"
    return truth


def _made(stage: Stage, direction: str, number: str, outcome: str, **more: Any) -> Truth:
    call = {"id": "c1", "direction": direction, "number": number, "visits": [], "outcome": outcome}
    return {"kind": "sip", "calls": [{**call, **more}]}


async def outbound_call(stage: Stage) -> Truth:
    """The agent dials a customer, who answers after 2 s and hangs up after 3 s."""
    agent = await stage.agent(6)
    customer = stage.number
    stage.lab.line.plans[customer] = Plan(answer_after=2)
    call = await (await agent.desk.call(customer)).answered()
    await asyncio.sleep(3)
    far = await reached(stage, customer)
    await far.hangup()
    await call.finished()
    await stage.gone(agent.number)
    talk = {"agent": agent.number, "talk": seconds(call.talk), "by": "caller"}
    return _made(stage, "outbound", customer, "answered", legs=[talk], ended_by="caller")


async def outbound_no_answer(stage: Stage) -> Truth:
    """The agent dials a customer, who does not answer; he gives up after 3 s."""
    agent = await stage.agent(6)
    call = await (await agent.desk.call(stage.number)).ringing()
    await asyncio.sleep(3)
    await call.hangup()
    await stage.gone(agent.number)
    return _made(stage, "outbound", stage.number, "no_answer", legs=[], ended_by="agent")


async def outbound_busy(stage: Stage) -> Truth:
    """The agent dials a customer who is busy."""
    agent = await stage.agent(6)
    stage.lab.line.plans[stage.number] = Plan(refuse_with=486)
    call = await agent.desk.call(stage.number)
    await call.finished()
    await stage.gone(agent.number)
    return _made(stage, "outbound", stage.number, "busy", legs=[])


async def internal_call(stage: Stage) -> Truth:
    """One agent dials another; 2 s of ringing, 3 s of talk, the one who was called ends it."""
    one = await stage.agent(6)
    other = await stage.agent(7, Plan(answer_after=2))
    call = await (await one.desk.call(other.number)).answered()
    desk = await (await other.desk.next_call()).answered()
    await asyncio.sleep(3)
    await desk.hangup()
    await call.finished()
    await stage.gone(one.number)
    talk = {"agent": other.number, "talk": seconds(desk.talk), "by": "agent"}
    return _made(stage, "internal", one.number, "answered", legs=[talk], peer=other.number)


async def internal_unanswered(stage: Stage) -> Truth:
    """One agent rings another for 3 s and gives up."""
    one = await stage.agent(6)
    other = await stage.agent(7)
    call = await (await one.desk.call(other.number)).ringing()
    await asyncio.sleep(3)
    await call.hangup()
    await (await other.desk.next_call()).finished()
    await stage.gone(one.number)
    return _made(stage, "internal", one.number, "no_answer", legs=[], peer=other.number)


async def _ring_group(stage: Stage, *plans: Plan) -> list[Agent]:
    agents = [await stage.agent(place, plan) for place, plan in enumerate(plans, start=6)]
    name = "GROUP_620" + ("" if stage.site == 0 else str(stage.site))
    await stage.set_global(name, "&".join(agent.interface for agent in agents))
    return agents


async def ring_group(stage: Stage) -> Truth:
    """Two phones ring for a direct number; the second one answers after 2 s."""
    _, other = await _ring_group(stage, Plan(), Plan(answer_after=2))
    call = await stage.call_in(620)
    desk = await (await other.desk.next_call()).answered()
    await asyncio.sleep(3)
    await call.hangup()
    await desk.finished()
    await stage.gone()
    truth = inbound(stage, [], "caller", legs=[leg(other, desk, "caller")])
    truth["calls"][0]["outcome"] = "answered"
    return truth


async def ring_group_given_up(stage: Stage) -> Truth:
    """Two phones ring for a direct number, one of them is busy; the caller gives up after 3 s."""
    one, _ = await _ring_group(stage, Plan(), Plan(refuse_with=486))
    call = await stage.call_in(620)
    desk = await one.desk.next_call()
    await asyncio.sleep(3)
    await call.hangup()
    await desk.finished()
    await stage.gone()
    truth = inbound(stage, [], "caller", legs=[])
    truth["calls"][0]["outcome"] = "no_answer"
    return truth


async def reached(stage: Stage, number: str) -> SipCall:
    """The call that reaches the outside line for ``number``."""
    for _ in range(200):
        found = [call for call in stage.lab.line.incoming if number in call.here]
        if found:
            return found[0]
        await asyncio.sleep(0.05)
    raise AssertionError(f"nobody called {number} within 10 s")


STORIES = [
    Told("direct_call", "a call to an agent's own number", direct_call),
    Told("direct_given_up", "the caller of an agent's own number gives up", direct_given_up),
    Told("outbound_call", "an agent calls a customer", outbound_call),
    Told("outbound_no_answer", "the customer does not answer", outbound_no_answer),
    Told("outbound_busy", "the customer is busy", outbound_busy),
    Told("internal_call", "agents call each other", internal_call),
    Told(
        "internal_unanswered",
        "an agent calls another in vain",
        internal_unanswered,
        due=3,
    ),
    Told("ring_group", "two phones ring for a direct number", ring_group, due=3),
    Told("ring_group_given_up", "and nobody answers", ring_group_given_up, due=3),
]

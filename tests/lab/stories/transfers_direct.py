"""Calls that no queue had, handed on: to an agent's own number, and calls that agents made."""

from __future__ import annotations

import asyncio

from ..call import SipCall
from ..phone import Plan
from ..stage import Agent, Stage, Truth
from .direct import direct_number, reached
from .handing import next_talk, refer, transfer, visit_after
from .told import Told, inbound, leg, part


async def direct_to_queue(stage: Stage) -> Truth:
    """A call to an agent's own number; he hands it on into the queue support."""
    agent = await stage.agent(6, Plan(answer_after=1))
    other = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(other, "support")
    call = await stage.call_number(direct_number(agent.number))
    desk = await next_talk(agent)
    await asyncio.sleep(2)
    moved = await refer(desk, "600")
    talk = await next_talk(other)
    await asyncio.sleep(2)
    await talk.hangup()
    await call.finished()
    await stage.gone()
    visit = visit_after(stage, "support", other, talk, moved, "agent")
    return inbound(
        stage,
        [visit],
        "agent",
        legs=[leg(agent, desk, "transfer", method="blind", to="600")],
        transfers=[transfer("blind", agent, "600", "REFER")],
    )


async def _out(stage: Stage) -> tuple[Agent, SipCall, SipCall]:
    """An agent has called a customer and talks with him for 2 s: agent, his phone, the customer."""
    agent = await stage.agent(6)
    stage.lab.line.plans[stage.number] = Plan(answer_after=1)
    desk = await (await agent.desk.call(stage.number)).answered()
    far = await reached(stage, stage.number)
    await asyncio.sleep(2)
    return agent, desk, far


async def outbound_to_agent(stage: Stage) -> Truth:
    """An agent has called a customer and hands him on to a colleague."""
    other = await stage.agent(7, Plan(answer_after=1))
    agent, desk, far = await _out(stage)
    moved = await refer(desk, other.number)
    talk = await next_talk(other)
    await asyncio.sleep(2)
    await far.hangup()
    await talk.finished()
    await stage.gone(agent.number)
    assert desk.t_answer is not None
    legs = [
        part(agent, desk.t_answer, moved, "transfer", method="blind", to=other.number),
        leg(other, talk, "caller"),
    ]
    call = {
        "id": "c1",
        "direction": "outbound",
        "number": stage.number,
        "visits": [],
        "outcome": "answered",
        "ended_by": "caller",
        "legs": legs,
        "transfers": [transfer("blind", agent, other.number, "REFER")],
    }
    return {"kind": "sip", "calls": [call]}


async def outbound_to_queue(stage: Stage) -> Truth:
    """An agent has called a customer and hands him on into the queue support."""
    other = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(other, "support")
    agent, desk, far = await _out(stage)
    moved = await refer(desk, "600")
    talk = await next_talk(other)
    await asyncio.sleep(2)
    await talk.hangup()
    await far.finished()
    await stage.gone(agent.number)
    assert desk.t_answer is not None
    legs = [part(agent, desk.t_answer, moved, "transfer", method="blind", to="600")]
    call = {
        "id": "c1",
        "direction": "outbound",
        "number": stage.number,
        "visits": [visit_after(stage, "support", other, talk, moved, "agent")],
        "outcome": "answered",
        "ended_by": "agent",
        "legs": legs,
        "transfers": [transfer("blind", agent, "600", "REFER")],
        # Asterisk takes the place in the dialplan from which a line was dialled for its number.
        "log_number": "s",
    }
    return {"kind": "sip", "calls": [call]}


STORIES = [
    Told("direct_to_queue", "from an agent's own number to a queue", direct_to_queue, due=3),
    Told("outbound_to_agent", "a customer called is handed on", outbound_to_agent, due=3),
    Told("outbound_to_queue", "a customer called, into a queue", outbound_to_queue, due=3),
]

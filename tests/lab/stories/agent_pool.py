"""Agents of app_agent_pool: they stay on the line and calls come to them by a beep."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from ..call import SipCall
from ..stage import Agent, Stage, Truth
from .told import Told, inbound, seconds


async def _connected(stage: Stage, call: SipCall) -> float:
    """When the caller was put through: his queue says so, for the agent's phone does not ring."""
    queue = stage.queue("support")
    await stage.ami.wait_for(lambda m: m.event == "AgentConnect" and m.get("Queue") == queue, 15)
    return time.time()


def _visit(
    stage: Stage, agent: Agent, call: SipCall, at: float, until: float | None, by: str
) -> dict[str, Any]:
    assert call.t_answer is not None
    assert until is not None
    return {
        "queue": stage.queue("support"),
        "result": "answered",
        "agent": agent.number,
        "wait": seconds(at - call.t_answer),
        "talk": seconds(until - at),
        "by": by,
        "rung": [agent.number],
    }


async def pool_two_calls(stage: Stage) -> Truth:
    """One stay on the line, two callers: the first one hangs up, then the second one does."""
    agent, line = await stage.in_pool(1)
    await stage.sign_in(agent, "support")
    calls = []
    for number in (stage.number, stage.lab.next_number()):
        connected = asyncio.create_task(_connected(stage, line))
        call = await (await stage.call_in(600, number=number)).answered()
        at = await connected
        await asyncio.sleep(2)
        await call.hangup()
        visit = _visit(stage, agent, call, at, call.t_end, "caller")
        calls += inbound(stage, [visit], "caller", number=number)["calls"]
        await asyncio.sleep(0.5)
    await line.hangup()
    await stage.gone()
    calls[1]["id"] = "c2"
    return {"kind": "sip", "calls": calls, "house_calls": 1}


async def pool_signs_out(stage: Stage) -> Truth:
    """He hangs up in the middle of a talk: that ends it, and signs him out."""
    agent, line = await stage.in_pool(1)
    await stage.sign_in(agent, "support")
    connected = asyncio.create_task(_connected(stage, line))
    call = await (await stage.call_in(600)).answered()
    at = await connected
    await asyncio.sleep(2)
    await line.hangup()
    await call.finished()
    await stage.gone()
    visit = _visit(stage, agent, call, at, line.t_end, "agent")
    return {**inbound(stage, [visit], "agent"), "house_calls": 1}


STORIES = [
    Told("pool_two_calls", "two calls on one stay of a pool's agent", pool_two_calls, due=3),
    Told("pool_signs_out", "a pool's agent hangs up in mid-talk", pool_signs_out, due=3),
]

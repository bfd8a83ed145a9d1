"""The customer is taken into a conference: who shares the room with him talks with him."""

from __future__ import annotations

import asyncio
import time

from ..call import SipCall
from ..phone import Plan
from ..stage import Agent, Stage, Truth
from .told import Told, answered_visit, inbound, seconds

ROOM = "800"


async def _into_room(stage: Stage) -> tuple[Agent, SipCall, SipCall]:
    """A caller talks 2 s with the first agent, who hands him on into the room."""
    agent = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(2)
    assert await desk.refer(ROOM) == 202
    await asyncio.sleep(0.3)
    await desk.hangup()
    return agent, call, desk


def _talk(agent: Agent, since: float | None, until: float | None, by: str) -> dict[str, object]:
    assert since is not None
    assert until is not None
    return {"agent": agent.number, "talk": seconds(until - since), "by": by}


def _truth(
    stage: Stage,
    first: tuple[Agent, SipCall, SipCall],
    legs: list[dict[str, object]],
    kind: str,
    how: str,
    house_calls: int,
) -> Truth:
    agent, call, desk = first
    visit = answered_visit(stage, "support", agent, call, desk, "transfer")
    visit.update(result="transferred", to=ROOM, method=kind, how=how)
    transfer = {"kind": kind, "by": agent.number, "to": ROOM, "how": how}
    truth = inbound(stage, [visit], "caller", legs=legs, transfers=[transfer])
    return {**truth, "house_calls": house_calls}


async def conference_caller_leaves_first(stage: Stage) -> Truth:
    """Both agents dial into the room; 2 s later the caller hangs up, they stay for a second."""
    first = await _into_room(stage)
    agent, call, _ = first
    other = await stage.agent(2)
    back = await (await agent.desk.call(ROOM)).answered()
    await asyncio.sleep(0.3)
    second = await (await other.desk.call(ROOM)).answered()
    await asyncio.sleep(2)
    await call.hangup()
    await asyncio.sleep(1)
    await back.hangup()
    await second.hangup()
    for number in (stage.number, agent.number, other.number):
        await stage.gone(number)
    legs = [
        _talk(agent, back.t_answer, call.t_end, "caller"),
        _talk(other, second.t_answer, call.t_end, "caller"),
    ]
    return _truth(stage, first, legs, "blind", "REFER", 2)


async def conference_agents_leave_first(stage: Stage) -> Truth:
    """The second agent waits in the room already; they go one after the other, the caller last."""
    other = await stage.agent(2)
    second = await (await other.desk.call(ROOM)).answered()
    first = await _into_room(stage)
    agent, call, _ = first
    came = time.time()
    back = await (await agent.desk.call(ROOM)).answered()
    await asyncio.sleep(1.5)
    await back.hangup()
    await asyncio.sleep(1.5)
    await second.hangup()
    await asyncio.sleep(1.5)
    await call.hangup()
    for number in (stage.number, agent.number, other.number):
        await stage.gone(number)
    legs = [
        _talk(agent, back.t_answer, back.t_end, "agent"),
        _talk(other, came, second.t_end, "agent"),
    ]
    return _truth(stage, first, legs, "blind", "REFER", 2)


async def conference_after_asking(stage: Stage) -> Truth:
    """*2 800: the agent looks into the room, where a colleague is, and puts the caller in."""
    other = await stage.agent(2)
    second = await (await other.desk.call(ROOM)).answered()
    agent = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(2)
    await desk.press("*2")
    await asyncio.sleep(1)
    await desk.press(ROOM)
    await asyncio.sleep(5)
    await desk.hangup()
    put_in = time.time()
    await asyncio.sleep(2)
    await call.hangup()
    await asyncio.sleep(0.5)
    await second.hangup()
    for number in (stage.number, agent.number, other.number):
        await stage.gone(number)
    legs = [_talk(other, put_in, call.t_end, "caller")]
    truth = _truth(stage, (agent, call, desk), legs, "attended", "DTMF", 1)
    truth["calls"][0]["visits"][0]["alt"] = {"result": "answered", "by": "agent"}
    return truth


STORIES = [
    Told(
        "conference_caller_leaves_first",
        "two agents in one room with the caller talk with him both",
        conference_caller_leaves_first,
        due=3,
    ),
    Told(
        "conference_agents_leave_first",
        "each agent's talk ends when he leaves the room",
        conference_agents_leave_first,
        due=3,
    ),
    Told(
        "conference_after_asking",
        "put into a room by an attended transfer",
        conference_after_asking,
        due=3,
    ),
]

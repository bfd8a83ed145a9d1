"""Longer journeys: calls that no queue had, asked about, parked, picked up; chains of detours."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from ..call import SipCall
from ..phone import Plan
from ..stage import Agent, Stage, Truth
from .conference import ROOM
from .direct import direct_number, reached
from .handing import dtmf, first_talk, handed_on, next_talk, refer, transfer, until
from .told import Told, answered_visit, inbound, leg, part, seconds


async def _direct(stage: Stage) -> tuple[Agent, SipCall, SipCall]:
    """A caller to an agent's own number has talked with him for 2 s: agent, caller, desk."""
    agent = await stage.agent(6, Plan(answer_after=1))
    call = await stage.call_number(direct_number(agent.number))
    desk = await next_talk(agent)
    await asyncio.sleep(2)
    return agent, call, desk


def _answered(truth: Truth) -> Truth:
    truth["calls"][0]["outcome"] = "answered"
    return truth


async def _asked(agent: Agent, desk: SipCall, other: Agent) -> tuple[SipCall, float]:
    """The agent holds, asks a colleague for 2 s and connects: his phone, and when."""
    await desk.hold()
    asked = await (await agent.desk.call(other.number)).answered()
    talk = await next_talk(other)
    await asyncio.sleep(2)
    assert await desk.refer_to(asked) == 202
    moved = time.time()
    await asyncio.sleep(0.3)
    await desk.hangup()
    return talk, moved


async def direct_atxfer(stage: Stage) -> Truth:
    """A call to an agent's own number; he asks a colleague and connects."""
    other = await stage.agent(7, Plan(answer_after=1))
    agent, call, desk = await _direct(stage)
    talk, moved = await _asked(agent, desk, other)
    await asyncio.sleep(2)
    await call.hangup()
    await talk.finished()
    await stage.gone()
    assert talk.t_end is not None
    legs = [
        leg(agent, desk, "transfer", method="attended", to=other.number),
        part(other, moved, talk.t_end, "caller"),
    ]
    moves = [transfer("attended", agent, other.number, "REFER")]
    return _answered(inbound(stage, [], "caller", legs=legs, transfers=moves))


async def direct_atxfer_dtmf(stage: Stage) -> Truth:
    """The same by *2; the agent hangs up, the colleague ends the call."""
    other = await stage.agent(7, Plan(answer_after=1))
    agent, call, desk = await _direct(stage)
    await dtmf(desk, "*2", other.number)
    talk = await next_talk(other)
    await asyncio.sleep(2)
    await desk.hangup()
    moved = time.time()
    await asyncio.sleep(2)
    await talk.hangup()
    await call.finished()
    await stage.gone()
    assert talk.t_end is not None
    legs = [
        leg(agent, desk, "transfer", method="attended", to=other.number),
        part(other, moved, talk.t_end, "agent"),
    ]
    moves = [transfer("attended", agent, other.number, "DTMF")]
    return _answered(inbound(stage, [], "agent", legs=legs, transfers=moves))


async def direct_picked_up(stage: Stage) -> Truth:
    """An agent's own number rings; a colleague dials *8 and has the caller."""
    agent = await stage.agent(6)
    other = await stage.agent(7)
    call = await stage.call_number(direct_number(agent.number))
    await (await agent.desk.next_call()).ringing()
    await asyncio.sleep(1)
    taken = await (await other.desk.call("*8")).answered()
    await asyncio.sleep(2)
    await call.hangup()
    await taken.finished()
    await stage.gone()
    assert taken.t_answer is not None
    assert taken.t_end is not None
    legs = [part(other, taken.t_answer, taken.t_end, "caller")]
    return _answered(inbound(stage, [], "caller", legs=legs))


async def direct_parked(stage: Stage) -> Truth:
    """A call to an agent's own number, parked by #72 for 2 s, fetched by a colleague."""
    other = await stage.agent(7)
    agent, call, desk = await _direct(stage)
    space, away = await _parked(stage, desk)
    fetched = await _fetched(stage, other, space)
    await asyncio.sleep(2)
    await fetched.hangup()
    await call.finished()
    if not desk.final:
        await desk.hangup()
    await stage.gone()
    assert desk.t_answer is not None
    assert fetched.t_answer is not None
    assert fetched.t_end is not None
    legs = [
        part(agent, desk.t_answer, away, "transfer", method="parked", to=space),
        part(other, fetched.t_answer, fetched.t_end, "agent"),
    ]
    moves = [transfer("parked", agent, space, "DTMF")]
    return _answered(inbound(stage, [], "agent", legs=legs, transfers=moves))


async def _parked(stage: Stage, desk: SipCall) -> tuple[str, float]:
    parked = asyncio.create_task(
        stage.ami.wait_for(
            lambda m: m.event == "ParkedCall" and m.get("ParkeeCallerIDNum") == stage.number
        )
    )
    await asyncio.sleep(0)
    await desk.press("#72")
    return (await parked).get("ParkingSpace"), time.time()


async def _fetched(stage: Stage, other: Agent, space: str) -> SipCall:
    await asyncio.sleep(2)
    return await (await other.desk.call(space)).answered()


async def park_then_blind(stage: Stage) -> Truth:
    """A queue's caller, parked, fetched by a colleague, who hands him on blindly to a third."""
    middle = await stage.agent(2)
    last = await stage.agent(3, Plan(answer_after=1))
    first = await first_talk(stage)
    space, away = await _parked(stage, first.desk)
    fetched = await _fetched(stage, middle, space)
    await asyncio.sleep(2)
    moved = await refer(fetched, last.number)
    talk = await next_talk(last)
    await asyncio.sleep(2)
    await first.call.hangup()
    await talk.finished()
    if not first.desk.final:
        await first.desk.hangup()
    await stage.gone()
    assert first.call.t_end is not None
    assert first.desk.t_answer is not None
    assert fetched.t_answer is not None
    visit = answered_visit(stage, "support", first.agent, first.call, first.desk, "transfer")
    visit.update(method="parked", to=space, talk=seconds(away - first.desk.t_answer))
    visit["log"] = {"by": "caller", "talk": seconds(first.call.t_end - first.desk.t_answer)}
    visit["why"] = "queue_log knows nothing of parking: it counts until the customer's end"
    legs = [
        part(middle, fetched.t_answer, moved, "transfer", method="blind", to=last.number),
        leg(last, talk, "caller"),
    ]
    moves = [
        transfer("parked", first.agent, space, "DTMF"),
        transfer("blind", middle, last.number, "REFER"),
    ]
    return inbound(stage, [visit], "caller", legs=legs, transfers=moves)


async def atxfer_chain(stage: Stage) -> Truth:
    """Agent 1 asks 2 and connects; 2 asks 3 and connects."""
    middle = await stage.agent(2, Plan(answer_after=1))
    last = await stage.agent(3, Plan(answer_after=1))
    first = await first_talk(stage)
    second, one = await _asked(first.agent, first.desk, middle)
    await asyncio.sleep(2)
    talk, two = await _asked(middle, second, last)
    await asyncio.sleep(2)
    await talk.hangup()
    await first.call.finished()
    await stage.gone()
    assert talk.t_end is not None
    legs = [
        part(middle, one, two, "transfer", method="attended", to=last.number),
        part(last, two, talk.t_end, "agent"),
    ]
    moves = [
        transfer("attended", first.agent, middle.number, "REFER"),
        transfer("attended", middle, last.number, "REFER"),
    ]
    visit = handed_on(stage, first, middle.number, "attended", "REFER")
    return inbound(stage, [visit], "agent", legs=legs, transfers=moves)


async def blind_picked_up(stage: Stage) -> Truth:
    """Handed on to a colleague whose phone rings; a third dials *8 and has the caller."""
    rung = await stage.agent(2)
    other = await stage.agent(3)
    first = await first_talk(stage)
    await refer(first.desk, rung.number)
    await (await rung.desk.next_call()).ringing()
    await asyncio.sleep(1)
    taken = await (await other.desk.call("*8")).answered()
    await asyncio.sleep(2)
    await taken.hangup()
    await first.call.finished()
    await stage.gone()
    assert taken.t_answer is not None
    assert taken.t_end is not None
    legs = [part(other, taken.t_answer, taken.t_end, "agent")]
    moves = [transfer("blind", first.agent, rung.number, "REFER")]
    visit = handed_on(stage, first, rung.number, "blind", "REFER")
    return inbound(stage, [visit], "agent", legs=legs, transfers=moves)


async def _out(stage: Stage) -> tuple[Agent, SipCall, SipCall]:
    """An agent has called a customer and talks with him for 2 s: agent, his phone, the customer."""
    agent = await stage.agent(6)
    stage.lab.line.plans[stage.number] = Plan(answer_after=1)
    desk = await (await agent.desk.call(stage.number)).answered()
    far = await reached(stage, stage.number)
    await asyncio.sleep(2)
    return agent, desk, far


def _outbound(stage: Stage, ended_by: str, legs: list[dict[str, Any]], **more: Any) -> Truth:
    call = {
        "id": "c1",
        "direction": "outbound",
        "number": stage.number,
        "visits": [],
        "outcome": "answered",
        "ended_by": ended_by,
        "legs": legs,
    }
    return {"kind": "sip", "calls": [{**call, **more}]}


async def outbound_atxfer(stage: Stage) -> Truth:
    """An agent has called a customer, asks a colleague and connects them."""
    other = await stage.agent(7, Plan(answer_after=1))
    agent, desk, far = await _out(stage)
    talk, moved = await _asked(agent, desk, other)
    await asyncio.sleep(2)
    await far.hangup()
    await talk.finished()
    await stage.gone(agent.number)
    await stage.gone(stage.number)
    assert desk.t_answer is not None
    assert talk.t_end is not None
    legs = [
        part(agent, desk.t_answer, moved, "transfer", method="attended", to=other.number),
        part(other, moved, talk.t_end, "caller"),
    ]
    moves = [transfer("attended", agent, other.number, "REFER")]
    return _outbound(stage, "caller", legs, transfers=moves)


async def both_redirected(stage: Stage) -> Truth:
    """AMI's Redirect sends the caller and the agent into a conference, where their talk goes on."""
    first = await first_talk(stage)
    await stage.ami.action(
        "Redirect",
        Channel=await stage.caller_channel(),
        ExtraChannel=await stage.channel_of(first.agent),
        Context="internal",
        Exten=ROOM,
        Priority=1,
        ExtraContext="internal",
        ExtraExten=ROOM,
        ExtraPriority=1,
    )
    await asyncio.sleep(3)
    await first.call.hangup()
    await asyncio.sleep(0.5)
    await first.desk.hangup()
    await stage.gone()
    assert first.call.t_end is not None
    visit = answered_visit(stage, "support", first.agent, first.call, first.desk, "caller")
    return inbound(stage, [until(visit, first, first.call.t_end)], "caller", transfers=[])


STORIES = [
    Told("direct_atxfer", "a direct call, asked and connected", direct_atxfer, due=3),
    Told("direct_atxfer_dtmf", "the same by keys", direct_atxfer_dtmf, due=3),
    Told("direct_picked_up", "a direct call is picked up by another", direct_picked_up, due=3),
    Told("direct_parked", "a direct call, parked and fetched", direct_parked, due=3),
    Told("park_then_blind", "parked, fetched, handed on", park_then_blind, due=3),
    Told("atxfer_chain", "asked and connected twice", atxfer_chain, due=3),
    Told("blind_picked_up", "handed on and picked up by a third", blind_picked_up, due=3),
    Told("outbound_atxfer", "a customer called, asked and connected", outbound_atxfer, due=3),
    Told("both_redirected", "AMI sends both into a conference", both_redirected, due=3),
]

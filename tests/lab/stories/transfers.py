"""Calls handed on: blind and attended, by phone (REFER), by keys, by AMI; to agents and queues."""

from __future__ import annotations

import asyncio
from typing import Any

from ..phone import Plan
from ..stage import Agent, Stage, Truth
from .handing import RACE, Talk, first_talk, handed_on
from .told import Told, answered_visit, at, inbound, leg


async def _to_agent(stage: Stage, kind: str, how: str, hand_on: Any) -> Truth:
    """The first agent hands the caller on to a second one, who talks 3 s and hangs up."""
    other = await stage.agent(2, Plan(answer_after=1))
    first = await first_talk(stage)
    await hand_on(first, other)
    agent, call, desk = first
    await desk.finished(30)
    talk = await (await other.desk.next_call()).answered()
    await asyncio.sleep(3)
    await talk.hangup()
    await call.finished()
    await stage.gone()
    visit = handed_on(stage, first, other.number, kind, how)
    transfer = {"kind": kind, "by": agent.number, "to": other.number, "how": how}
    legs = [leg(other, talk, "agent")]
    if kind == "attended":
        # The second agent's conversation with the *customer* begins when the first one has gone.
        assert talk.t_end is not None
        assert desk.t_end is not None
        legs[0]["talk"] = round(talk.t_end - desk.t_end, 1)
        legs[0]["at"] = at(desk.t_end)
        legs[0]["phone_talk"] = round(talk.talk, 1)
    return inbound(stage, [visit], "agent", transfers=[transfer], legs=legs)


async def blind_refer_agent(stage: Stage) -> Truth:
    """The phone transfers blindly (REFER)."""

    async def hand_on(first: Talk, other: Agent) -> None:
        assert await first[2].refer(other.number) == 202
        await asyncio.sleep(0.3)
        await first[2].hangup()

    return await _to_agent(stage, "blind", "REFER", hand_on)


async def blind_dtmf_agent(stage: Stage) -> Truth:
    """#1 and the number."""

    async def hand_on(first: Talk, other: Agent) -> None:
        await first[2].press("#1")
        await asyncio.sleep(1)
        await first[2].press(other.number)

    return await _to_agent(stage, "blind", "DTMF", hand_on)


async def blind_ami_agent(stage: Stage) -> Truth:
    """AMI's BlindTransfer of the caller's channel by the agent's."""

    async def hand_on(first: Talk, other: Agent) -> None:
        channel = await stage.channel_of(first[0])
        await stage.ami.action(
            "BlindTransfer", Channel=channel, Exten=other.number, Context="internal"
        )

    return await _to_agent(stage, "blind", "AMI", hand_on)


async def atxfer_refer(stage: Stage) -> Truth:
    """Hold, a second call to the other agent, 2 s of consultation, REFER with Replaces."""

    async def hand_on(first: Talk, other: Agent) -> None:
        agent, _, desk = first
        await desk.hold()
        consult = await (await agent.desk.call(other.number)).answered()
        await asyncio.sleep(2)
        assert await desk.refer_to(consult) == 202
        await asyncio.sleep(0.3)
        await consult.hangup()
        await desk.hangup()

    return await _to_agent(stage, "attended", "REFER", hand_on)


async def atxfer_dtmf(stage: Stage) -> Truth:
    """*2 and the number, 2 s of consultation, the first agent hangs up."""

    async def hand_on(first: Talk, other: Agent) -> None:
        await first[2].press("*2")
        await asyncio.sleep(1)
        await first[2].press(other.number)
        await (await other.desk.next_call()).answered()
        await asyncio.sleep(2)
        await first[2].hangup()

    truth = await _to_agent(stage, "attended", "DTMF", hand_on)
    truth["calls"][0]["visits"][0]["alt"] = RACE
    return truth


async def atxfer_ami(stage: Stage) -> Truth:
    """AMI's Atxfer, 2 s of consultation, the first agent hangs up."""

    async def hand_on(first: Talk, other: Agent) -> None:
        channel = await stage.channel_of(first[0])
        await stage.ami.action("Atxfer", Channel=channel, Exten=other.number, Context="internal")
        await (await other.desk.next_call()).answered()
        await asyncio.sleep(2)
        await first[2].hangup()

    truth = await _to_agent(stage, "attended", "AMI", hand_on)
    truth["calls"][0]["visits"][0]["alt"] = RACE
    return truth


async def blind_refer_queue(stage: Stage) -> Truth:
    """The phone transfers blindly to the queue sales, where another agent answers."""
    other = await stage.agent(4, Plan(answer_after=1.5))
    await stage.sign_in(other, "sales")
    first = await first_talk(stage)
    agent, call, desk = first
    assert await desk.refer("602") == 202
    await asyncio.sleep(0.3)
    await desk.hangup()
    talk = await (await other.desk.next_call()).answered()
    await asyncio.sleep(3)
    await call.hangup()
    await talk.finished()
    await stage.gone()
    assert talk.t_answer is not None
    assert desk.t_end is not None
    second = answered_visit(stage, "sales", other, call, talk, "caller")
    second["wait"] = round(talk.ring, 1)
    visits = [handed_on(stage, first, "602", "blind", "REFER"), second]
    transfer = {"kind": "blind", "by": agent.number, "to": "602", "how": "REFER"}
    return inbound(stage, visits, "caller", transfers=[transfer])


async def atxfer_cancelled(stage: Stage) -> Truth:
    """The agent asks a colleague, hangs that up and talks on with the caller: no transfer."""
    other = await stage.agent(2, Plan(answer_after=1))
    first = await first_talk(stage)
    agent, call, desk = first
    await desk.hold()
    consult = await (await agent.desk.call(other.number)).answered()
    await asyncio.sleep(2)
    await consult.hangup()
    await desk.unhold()
    await asyncio.sleep(2)
    await desk.hangup()
    await call.finished()
    await stage.gone()
    visit = answered_visit(stage, "support", agent, call, desk, "agent")
    return inbound(stage, [visit], "agent", hold=round(desk.hold_time, 1), holds=1)


STORIES = [
    Told("blind_refer_agent", "blind by the phone", blind_refer_agent),
    Told("blind_dtmf_agent", "blind by #1", blind_dtmf_agent),
    Told("blind_ami_agent", "blind by AMI", blind_ami_agent),
    Told("blind_refer_queue", "blind into another queue", blind_refer_queue),
    Told("atxfer_refer", "attended by the phone", atxfer_refer),
    Told("atxfer_dtmf", "attended by *2", atxfer_dtmf),
    Told("atxfer_ami", "attended by AMI", atxfer_ami),
    Told("atxfer_cancelled", "a consultation that leads to nothing", atxfer_cancelled),
]

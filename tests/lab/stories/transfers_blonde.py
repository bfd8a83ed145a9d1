"""Connected while the one who is asked still rings: he answers, or he does not."""

from __future__ import annotations

import asyncio
import time

from ..phone import Plan
from ..stage import Stage, Truth
from .handing import (
    CALLER_FIRST,
    RACE,
    dtmf,
    first_talk,
    handed_on,
    kept,
    next_talk,
    taken,
    transfer,
    until,
)
from .told import Told, inbound, leg

LOST = {"result": "open"}
"""The caller takes another leg's place: now and then the end's line stands under that leg's id."""


async def blonde_refer(stage: Stage) -> Truth:
    """The phone connects (REFER with Replaces) while the colleague's still rings; he answers."""
    other = await stage.agent(2, Plan(answer_after=2.5))
    first = await first_talk(stage)
    await first.desk.hold()
    asked = await (await first.agent.desk.call(other.number)).ringing()
    await asyncio.sleep(1)
    assert await first.desk.refer_to(asked) == 202
    moved = time.time()
    await asyncio.sleep(0.3)
    await first.desk.hangup()
    talk = await next_talk(other)
    assert talk.t_answer is not None
    truth = await taken(stage, first, other, talk, "REFER", talk.t_answer, alt=LOST)
    truth["calls"][0]["visits"][0] = until(truth["calls"][0]["visits"][0], first, moved)
    truth["calls"][0]["direct"] = [[other.number, "answered"]]
    return truth


async def blonde_refer_unanswered(stage: Stage) -> Truth:
    """The same, but the colleague rejects it: the caller is hung up."""
    other = await stage.agent(2, Plan(refuse_with=486, refuse_after=3))
    first = await first_talk(stage)
    await first.desk.hold()
    asked = await (await first.agent.desk.call(other.number)).ringing()
    await asyncio.sleep(1)
    assert await first.desk.refer_to(asked) == 202
    await asyncio.sleep(0.3)
    await first.desk.hangup()
    await first.call.finished()
    await stage.gone()
    visit = handed_on(stage, first, other.number, "attended", "REFER", alt=[LOST, CALLER_FIRST])
    return inbound(
        stage,
        [visit],
        "pbx",
        direct=[[other.number, "rejected"]],
        transfers=[transfer("attended", first.agent, other.number, "REFER")],
    )


async def blonde_dtmf(stage: Stage) -> Truth:
    """*2, and the agent hangs up while the colleague's phone rings; he answers."""
    other = await stage.agent(2, Plan(answer_after=2.5))
    first = await first_talk(stage)
    await dtmf(first.desk, "*2", other.number)
    await (await other.desk.next_call()).ringing()
    await asyncio.sleep(0.7)
    await first.desk.hangup()
    talk = await next_talk(other)
    assert talk.t_answer is not None
    return await taken(stage, first, other, talk, "DTMF", talk.t_answer, alt=RACE)


async def blonde_dtmf_recalled(stage: Stage) -> Truth:
    """The same, but the colleague rejects it: Asterisk rings the agent again, who talks on."""
    other = await stage.agent(2, Plan(refuse_with=486, refuse_after=2))
    first = await first_talk(stage)
    await dtmf(first.desk, "*2", other.number)
    await (await other.desk.next_call()).ringing()
    await asyncio.sleep(0.7)
    await first.desk.hangup()
    again = await next_talk(first.agent, after=1)
    await asyncio.sleep(2)
    await again.hangup()
    await first.call.finished()
    await stage.gone()
    visit = handed_on(stage, first, other.number, "attended", "DTMF", alt=RACE)
    return inbound(
        stage,
        [visit],
        "agent",
        legs=[leg(first.agent, again, "agent")],
        transfers=[transfer("attended", first.agent, other.number, "DTMF")],
    )


async def blonde_ami(stage: Stage) -> Truth:
    """AMI's Atxfer, and the agent hangs up while the colleague's phone rings; he answers."""
    other = await stage.agent(2, Plan(answer_after=2.5))
    first = await first_talk(stage)
    channel = await stage.channel_of(first.agent)
    await stage.ami.action("Atxfer", Channel=channel, Exten=other.number, Context="internal")
    await (await other.desk.next_call()).ringing()
    await asyncio.sleep(0.7)
    await first.desk.hangup()
    talk = await next_talk(other)
    assert talk.t_answer is not None
    return await taken(stage, first, other, talk, "AMI", talk.t_answer, alt=RACE)


async def atxfer_ami_cancelled_ringing(stage: Stage) -> Truth:
    """AMI's Atxfer, and its CancelAtxfer while the colleague's phone rings: the agent goes on."""
    other = await stage.agent(2)
    first = await first_talk(stage)
    channel = await stage.channel_of(first.agent)
    away = time.time()
    await stage.ami.action("Atxfer", Channel=channel, Exten=other.number, Context="internal")
    asked = await (await other.desk.next_call()).ringing()
    await asyncio.sleep(1)
    await stage.ami.action("CancelAtxfer", Channel=channel)
    await asked.finished()
    back = time.time()
    return await kept(stage, first, back - away)


STORIES = [
    Told("blonde_ami", "AMI's, hung up while it rings", blonde_ami, due=3),
    Told(
        "atxfer_ami_cancelled_ringing",
        "cancelled while it rings",
        atxfer_ami_cancelled_ringing,
        due=3,
    ),
    Told("blonde_refer", "connected while it rings", blonde_refer, due=3),
    Told("blonde_refer_unanswered", "the same, rejected", blonde_refer_unanswered, due=3),
    Told("blonde_dtmf", "hung up while it rings", blonde_dtmf, due=3),
    Told("blonde_dtmf_recalled", "the same, rejected: called back", blonde_dtmf_recalled, due=3),
]

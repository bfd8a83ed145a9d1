"""Asked first: refused, cancelled, given up, connected outside, three-way, in chains."""

from __future__ import annotations

import asyncio
import time

from ..phone import Plan
from ..stage import Stage, Truth
from .direct import reached
from .handing import RACE, dtmf, first_talk, handed_on, kept, next_talk, refer, taken, transfer
from .told import Told, answered_visit, inbound, leg, part, seconds


async def atxfer_target_busy(stage: Stage) -> Truth:
    """The colleague who is asked rejects it; the agent takes the caller off hold."""
    other = await stage.agent(2, Plan(refuse_with=486, refuse_after=1))
    first = await first_talk(stage)
    await first.desk.hold()
    await (await first.agent.desk.call(other.number)).finished()
    await first.desk.unhold()
    return await kept(stage, first, first.desk.hold_time)


async def atxfer_dtmf_target_busy(stage: Stage) -> Truth:
    """*2, and the colleague rejects it: Asterisk gives the caller back."""
    other = await stage.agent(2, Plan(refuse_with=486, refuse_after=1))
    first = await first_talk(stage)
    away = time.time()
    await dtmf(first.desk, "*2", other.number)
    asked = await other.desk.next_call()
    await asked.finished()
    # Asterisk says "failed" to the agent before it gives him the caller.
    await asyncio.sleep(1)
    assert asked.t_end is not None
    return await kept(stage, first, asked.t_end - away)


async def atxfer_dtmf_cancelled(stage: Stage) -> Truth:
    """*2, 2 s with the colleague, who hangs up: the agent has the caller again."""
    other = await stage.agent(2, Plan(answer_after=1))
    first = await first_talk(stage)
    away = time.time()
    await dtmf(first.desk, "*2", other.number)
    asked = await next_talk(other)
    await asyncio.sleep(2)
    await asked.hangup()
    back = time.time()
    return await kept(stage, first, back - away)


async def atxfer_ami_cancelled(stage: Stage) -> Truth:
    """AMI's Atxfer, 2 s with the colleague, AMI's CancelAtxfer."""
    other = await stage.agent(2, Plan(answer_after=1))
    first = await first_talk(stage)
    channel = await stage.channel_of(first.agent)
    away = time.time()
    await stage.ami.action("Atxfer", Channel=channel, Exten=other.number, Context="internal")
    asked = await next_talk(other)
    await asyncio.sleep(2)
    await stage.ami.action("CancelAtxfer", Channel=channel)
    await asked.finished()
    back = time.time()
    return await kept(stage, first, back - away)


async def atxfer_caller_gives_up(stage: Stage) -> Truth:
    """The caller hangs up while the agent asks a colleague."""
    other = await stage.agent(2, Plan(answer_after=1))
    first = await first_talk(stage)
    await first.desk.hold()
    asked = await (await first.agent.desk.call(other.number)).answered()
    await asyncio.sleep(2)
    await first.call.hangup()
    await first.desk.finished()
    await asyncio.sleep(1)
    await asked.hangup()
    await stage.gone()
    visit = answered_visit(stage, "support", first.agent, first.call, first.desk, "caller")
    return inbound(
        stage, [visit], "caller", hold=seconds(first.desk.hold_time), holds=1, transfers=[]
    )


async def atxfer_outside(stage: Stage) -> Truth:
    """The agent asks somebody outside and connects; the caller talks with him and hangs up."""
    first = await first_talk(stage)
    outside = stage.lab.next_number()
    stage.lab.line.plans[outside] = Plan(answer_after=1)
    await first.desk.hold()
    asked = await (await first.agent.desk.call(outside)).answered()
    far = await reached(stage, outside)
    await asyncio.sleep(2)
    assert await first.desk.refer_to(asked) == 202
    await asyncio.sleep(0.3)
    await first.desk.hangup()
    await asyncio.sleep(2)
    await first.call.hangup()
    await far.finished()
    await stage.gone()
    visit = handed_on(stage, first, outside, "attended", "REFER")
    return inbound(
        stage,
        [visit],
        "caller",
        transfers=[transfer("attended", first.agent, outside, "REFER")],
    )


async def atxfer_threeway(stage: Stage) -> Truth:
    """*2, the colleague answers, *3: all three talk for 2 s, then the agent leaves them."""
    other = await stage.agent(2, Plan(answer_after=1))
    first = await first_talk(stage)
    away = time.time()
    await dtmf(first.desk, "*2", other.number)
    talk = await next_talk(other)
    await asyncio.sleep(1.5)
    await first.desk.press("*3")
    since = time.time()
    await asyncio.sleep(2)
    await first.desk.hangup()
    await asyncio.sleep(2)
    await talk.hangup()
    await first.call.finished()
    await stage.gone()
    assert talk.t_end is not None
    visit = handed_on(stage, first, other.number, "attended", "DTMF")
    visit["log"] = {"result": "answered", "by": "agent"}
    visit["why"] = "queue_log has no word for who joins: the agent who leaves has ended it"
    return inbound(
        stage,
        [visit],
        "agent",
        hold=seconds(since - away),
        legs=[part(other, since, talk.t_end, "agent")],
        transfers=[transfer("attended", first.agent, other.number, "DTMF")],
    )


async def atxfer_threeway_colleague_leaves(stage: Stage) -> Truth:
    """The same, but the colleague leaves and the agent talks on: nobody was handed on."""
    other = await stage.agent(2, Plan(answer_after=1))
    first = await first_talk(stage)
    away = time.time()
    await dtmf(first.desk, "*2", other.number)
    talk = await next_talk(other)
    await asyncio.sleep(1.5)
    await first.desk.press("*3")
    since = time.time()
    await asyncio.sleep(2)
    await talk.hangup()
    left = time.time()
    truth = await kept(stage, first, since - away)
    truth["calls"][0]["legs"] = [part(other, since, left, "agent")]
    return truth


async def atxfer_after_blind(stage: Stage) -> Truth:
    """Agent 1 blindly to agent 2; he asks agent 3 and connects."""
    middle = await stage.agent(2, Plan(answer_after=1))
    last = await stage.agent(3, Plan(answer_after=1))
    first = await first_talk(stage)
    await refer(first.desk, middle.number)
    second = await next_talk(middle)
    await asyncio.sleep(1.5)
    await second.hold()
    asked = await (await middle.desk.call(last.number)).answered()
    talk = await next_talk(last)
    await asyncio.sleep(1.5)
    assert await second.refer_to(asked) == 202
    moved = time.time()
    await asyncio.sleep(0.3)
    await second.hangup()
    await asyncio.sleep(2)
    await first.call.hangup()
    await talk.finished()
    await stage.gone()
    assert talk.t_end is not None
    return inbound(
        stage,
        [handed_on(stage, first, middle.number, "blind", "REFER")],
        "caller",
        legs=[
            leg(middle, second, "transfer", method="attended", to=last.number),
            part(last, moved, talk.t_end, "caller"),
        ],
        transfers=[
            transfer("blind", first.agent, middle.number, "REFER"),
            transfer("attended", middle, last.number, "REFER"),
        ],
    )


async def atxfer_reversed(stage: Stage) -> Truth:
    """The phone refers the consultation to the caller, not the caller to the consultation."""
    other = await stage.agent(2, Plan(answer_after=1))
    first = await first_talk(stage)
    await first.desk.hold()
    asked = await (await first.agent.desk.call(other.number)).answered()
    talk = await next_talk(other)
    await asyncio.sleep(2)
    assert await asked.refer_to(first.desk) == 202
    moved = time.time()
    await asyncio.sleep(0.3)
    await asked.hangup()
    await first.desk.hangup()
    # queue_log has it either way: as a transfer, or as ended by the agent.
    return await taken(stage, first, other, talk, "REFER", moved, alt=RACE)


STORIES = [
    Told("atxfer_reversed", "the other call is referred", atxfer_reversed, due=3),
    Told("atxfer_target_busy", "the colleague rejects it", atxfer_target_busy, due=3),
    Told("atxfer_dtmf_target_busy", "*2, rejected", atxfer_dtmf_target_busy, due=3),
    Told("atxfer_dtmf_cancelled", "*2, the colleague leaves", atxfer_dtmf_cancelled, due=3),
    Told("atxfer_ami_cancelled", "AMI's CancelAtxfer", atxfer_ami_cancelled, due=3),
    Told("atxfer_caller_gives_up", "the caller gives up meanwhile", atxfer_caller_gives_up, due=3),
    Told("atxfer_outside", "asked and connected outside", atxfer_outside, due=3),
    Told("atxfer_threeway", "three talk, the agent leaves", atxfer_threeway, due=3),
    Told(
        "atxfer_threeway_colleague_leaves",
        "three talk, the colleague leaves",
        atxfer_threeway_colleague_leaves,
        due=3,
    ),
    Told("atxfer_after_blind", "asked after a blind one", atxfer_after_blind, due=3),
]

"""Talks that Asterisk itself ends, by AMI's Hangup or a time limit, and callers who go on in the
dialplan when the agent has hung up (option ``c``).
"""

from __future__ import annotations

import asyncio

from ..phone import Plan
from ..stage import Agent, Stage, Truth
from .told import Told, answered_visit, inbound, leg

PBX_IS_NOBODY = "queue_log knows caller and agent only: an end by Asterisk is the caller's"


async def _hung_up(stage: Stage, whose: str) -> Truth:
    agent = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(3)
    channel = await (stage.caller_channel() if whose == "caller" else stage.channel_of(agent))
    await stage.ami.action("Hangup", Channel=channel)
    await call.finished()
    await desk.finished()
    await stage.gone()
    visit = answered_visit(stage, "support", agent, call, desk, "pbx")
    visit["log"] = {"by": "caller"}
    visit["why"] = PBX_IS_NOBODY
    return inbound(stage, [visit], "pbx")


async def ami_hangs_up_the_caller(stage: Stage) -> Truth:
    """3 s of talk, then AMI hangs up the caller's channel."""
    return await _hung_up(stage, "caller")


async def ami_hangs_up_the_agent(stage: Stage) -> Truth:
    """3 s of talk, then AMI hangs up the agent's channel."""
    return await _hung_up(stage, "agent")


async def time_limit_while_talking(stage: Stage) -> Truth:
    """The dialplan allows the whole call 4 s; they are over while they talk."""
    agent = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(624)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await call.finished()
    await desk.finished()
    await stage.gone()
    visit = answered_visit(stage, "support", agent, call, desk, "pbx")
    visit["log"] = {"by": "caller"}
    visit["why"] = PBX_IS_NOBODY
    return inbound(stage, [visit], "pbx")


async def direct_time_limit(stage: Stage) -> Truth:
    """A direct call that Dial's L() ends after 3 s of talk."""
    agent = await stage.agent(1, Plan(answer_after=1))
    call = await (await stage.call_in(625)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await call.finished()
    await desk.finished()
    await stage.gone()
    truth = inbound(stage, [], "pbx", legs=[leg(agent, desk, "pbx")])
    truth["calls"][0]["outcome"] = "answered"
    return truth


async def _goes_on(stage: Stage, agent: Agent, by: str) -> Truth:
    call = await (await stage.call_in(621)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(3)
    if by == "agent":
        await desk.hangup()
        await call.finished()
    else:
        await call.hangup()
        await desk.finished()
    await stage.gone()
    visit = answered_visit(stage, "support", agent, call, desk, by)
    return inbound(stage, [visit], "pbx" if by == "agent" else "caller")


async def goes_on_after_the_agent(stage: Stage) -> Truth:
    """Option c: the agent hangs up after 3 s, the caller stays 3 s more in the dialplan."""
    agent = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(agent, "support")
    return await _goes_on(stage, agent, "agent")


async def could_go_on_but_hangs_up(stage: Stage) -> Truth:
    """Option c, and it is the caller who hangs up."""
    agent = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(agent, "support")
    return await _goes_on(stage, agent, "caller")


STORIES = [
    Told(
        "ami_hangs_up_the_caller", "AMI ends a talk at the caller", ami_hangs_up_the_caller, due=3
    ),
    Told("ami_hangs_up_the_agent", "AMI ends a talk at the agent", ami_hangs_up_the_agent, due=3),
    Told(
        "time_limit_while_talking",
        "the call's time is up in the talk",
        time_limit_while_talking,
        due=3,
    ),
    Told("direct_time_limit", "Dial's own limit ends a direct call", direct_time_limit, due=3),
    Told(
        "goes_on_after_the_agent",
        "option c: the caller goes on in the dialplan",
        goes_on_after_the_agent,
        due=3,
    ),
    Told(
        "could_go_on_but_hangs_up",
        "option c, and the caller hangs up",
        could_go_on_but_hangs_up,
        due=3,
    ),
]

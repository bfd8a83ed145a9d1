"""A supervisor listens in, whispers, or speaks with both: never a conversation of his."""

from __future__ import annotations

import asyncio

from ..phone import Plan
from ..stage import Stage, Truth
from .told import Told, answered_visit, inbound


async def _spied(stage: Stage, code: str, *, agent_leaves_first: bool) -> Truth:
    agent = await stage.agent(1, Plan(answer_after=1))
    supervisor = await stage.phone(3)
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(1)
    spying = await (await supervisor.call(f"{code}{agent.number}")).answered()
    await asyncio.sleep(2)
    if not agent_leaves_first:
        await spying.hangup()
        await asyncio.sleep(1.5)
    await desk.hangup()
    await call.finished()
    if agent_leaves_first:
        await asyncio.sleep(1.5)
        await spying.hangup()
    await stage.gone()
    await stage.gone(supervisor.name)
    visit = answered_visit(stage, "support", agent, call, desk, "agent")
    return {**inbound(stage, [visit], "agent"), "house_calls": 1}


async def listened_to(stage: Stage) -> Truth:
    """*9: the supervisor listens for 2 s and goes; the talk goes on."""
    return await _spied(stage, "*9", agent_leaves_first=False)


async def whispered(stage: Stage) -> Truth:
    """*5: he speaks with the agent alone, and is there when the agent hangs up."""
    return await _spied(stage, "*5", agent_leaves_first=True)


async def barged(stage: Stage) -> Truth:
    """*6: he speaks with both, and goes before them."""
    return await _spied(stage, "*6", agent_leaves_first=False)


async def barged_by_ami(stage: Stage) -> Truth:
    """A button of some program: AMI rings the supervisor's phone, which then barges in."""
    return await _barged_by_ami(stage, "PJSIP/{}")


async def barged_by_ami_local(stage: Stage) -> Truth:
    """The same through a Local channel to the supervisor's phone."""
    return await _barged_by_ami(stage, "Local/{}@internal/n")


async def _barged_by_ami(stage: Stage, channel: str) -> Truth:
    agent = await stage.agent(1, Plan(answer_after=1))
    supervisor = await stage.phone(3, Plan(answer_after=0.5))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(1)
    await stage.ami.action(
        "Originate",
        Channel=channel.format(supervisor.name),
        Application="ChanSpy",
        Data=f"{agent.interface},qB",
        CallerID=f"Listen to {agent.number} <{agent.number}>",
        Async="true",
    )
    spying = await (await supervisor.next_call()).answered()
    await asyncio.sleep(2)
    await call.hangup()
    await desk.finished()
    await asyncio.sleep(1)
    await spying.hangup()
    await stage.gone()
    await stage.gone(agent.number)
    await stage.gone(supervisor.name)
    visit = answered_visit(stage, "support", agent, call, desk, "caller")
    return {**inbound(stage, [visit], "caller"), "house_calls": 1}


STORIES = [
    Told("listened_to", "a supervisor who listens in has no conversation", listened_to, due=3),
    Told("whispered", "nor has one who whispers", whispered, due=3),
    Told("barged", "nor one who barges in", barged, due=3),
    Told("barged_by_ami", "nor one whose phone was rung for it", barged_by_ami, due=3),
    Told("barged_by_ami_local", "nor through a Local channel", barged_by_ami_local, due=3),
]

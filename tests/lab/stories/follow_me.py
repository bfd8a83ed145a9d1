"""One agent with two phones that ring together, and phones that answer by themselves."""

from __future__ import annotations

import asyncio

from ..phone import Plan
from ..stage import Agent, Stage, Truth
from .told import Told, answered_visit, inbound, seconds


async def _two_phones(stage: Stage, desk: Plan, elsewhere: Plan) -> Agent:
    """An agent at his desk's phone, with a second one that rings at the same time."""
    agent = await stage.behind_local(1, desk, optimised=True, context="follow-me")
    twin = await stage.phone(2, elsewhere)
    await stage.set_global(f"TWIN_{agent.number}", f"PJSIP/{twin.name}")
    await stage.sign_in(agent, "support")
    return agent


async def follow_me_desk(stage: Stage) -> Truth:
    """Both ring, the desk answers after 2 s, the other stops: one offer."""
    agent = await _two_phones(stage, Plan(answer_after=2), Plan())
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(3)
    await desk.hangup()
    await call.finished()
    await stage.gone()
    visit = answered_visit(stage, "support", agent, call, desk, "agent", rung=[agent.number])
    return inbound(stage, [visit], "agent")


async def follow_me_elsewhere(stage: Stage) -> Truth:
    """Both ring, the second phone answers after 2 s; the caller ends it."""
    agent = await stage.behind_local(1, Plan(), optimised=True, context="follow-me")
    twin = await stage.phone(2, Plan(answer_after=2))
    await stage.set_global(f"TWIN_{agent.number}", f"PJSIP/{twin.name}")
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    talk = await (await twin.next_call()).answered()
    await asyncio.sleep(3)
    await call.hangup()
    await talk.finished()
    await stage.gone()
    visit = answered_visit(stage, "support", agent, call, talk, "caller", rung=[agent.number])
    return inbound(stage, [visit], "caller")


async def follow_me_nobody(stage: Stage) -> Truth:
    """Both ring for 6 s and nobody answers: one missed offer. Then the caller gives up."""
    agent = await _two_phones(stage, Plan(), Plan())
    call = await (await stage.call_in(600)).answered()
    rung = await agent.desk.next_call()
    await rung.finished(10)
    await stage.sign_out(agent, "support")
    await asyncio.sleep(2)
    await call.hangup()
    await stage.gone()
    visit = {
        "queue": stage.queue("support"),
        "result": "abandoned",
        "wait": seconds(call.talk),
        "by": "caller",
        "rna": [agent.number],
    }
    return inbound(stage, [visit], "caller")


async def auto_answered(stage: Stage) -> Truth:
    """The agent's phone picks up by itself, at once."""
    agent = await stage.agent(1, Plan(answer_after=0))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(3)
    await call.hangup()
    await desk.finished()
    await stage.gone()
    return inbound(stage, [answered_visit(stage, "support", agent, call, desk, "caller")], "caller")


STORIES = [
    Told("follow_me_desk", "two phones of one agent are one offer", follow_me_desk, due=3),
    Told("follow_me_elsewhere", "the second phone answers for him", follow_me_elsewhere, due=3),
    Told("follow_me_nobody", "two phones unanswered are one missed offer", follow_me_nobody, due=3),
    Told("auto_answered", "a phone that answers by itself", auto_answered, due=3),
]

"""Who is rung: no answer and then another, busy, rejected, and three phones at once."""

from __future__ import annotations

import asyncio

from ..phone import Plan
from ..stage import Stage, Truth
from .told import Told, answered_visit, inbound, seconds


async def rna_then_other(stage: Stage) -> Truth:
    """1001 does not answer in 6 s; then 1002 is rung and answers."""
    first = await stage.agent(1)
    other = await stage.agent(2, Plan(answer_after=1))
    await stage.sign_in(first, "support")
    call = await (await stage.call_in(600)).answered()
    await first.desk.next_call()
    await stage.sign_in(other, "support")
    desk = await (await other.desk.next_call()).answered()
    await asyncio.sleep(3)
    await desk.hangup()
    await call.finished()
    await stage.gone()
    visit = answered_visit(stage, "support", other, call, desk, "agent", rna=[first.number])
    return inbound(stage, [visit], "agent")


async def _refuses(stage: Stage, plan: Plan) -> Truth:
    first = await stage.agent(1, plan)
    other = await stage.agent(2, Plan(answer_after=1.5))
    await stage.sign_in(first, "support")
    await stage.sign_in(other, "support", penalty=0)
    call = await (await stage.call_in(600)).answered()
    desk = await (await other.desk.next_call()).answered()
    await asyncio.sleep(3)
    await call.hangup()
    await desk.finished()
    await stage.gone()
    refused = [first.number] * len(first.desk.incoming)
    visit = answered_visit(stage, "support", other, call, desk, "caller", rna=refused)
    return inbound(stage, [visit], "caller")


async def busy_then_other(stage: Stage) -> Truth:
    """1001 is busy (486); 1002 answers."""
    return await _refuses(stage, Plan(refuse_with=486))


async def reject_then_other(stage: Stage) -> Truth:
    """1001 rings 1 s and rejects (603); 1002 answers."""
    return await _refuses(stage, Plan(refuse_with=603, refuse_after=1))


async def ringall_three(stage: Stage) -> Truth:
    """Three phones ring at once; the one who answers after 2 s has it."""
    three = [
        await stage.agent(3),
        await stage.agent(4, Plan(answer_after=2)),
        await stage.agent(5),
    ]
    for agent, name in zip(three, ("", "", "سارا احمدی"), strict=True):
        await stage.sign_in(agent, "sales", name=name)
    call = await (await stage.call_in(602)).answered()
    winner = three[1]
    desk = await (await winner.desk.next_call()).answered()
    await asyncio.sleep(3)
    await desk.hangup()
    await call.finished()
    await stage.gone()
    assert all(len(agent.desk.incoming) == 1 for agent in three)
    visit = answered_visit(stage, "sales", winner, call, desk, "agent")
    visit["rung"] = [agent.number for agent in three]
    return inbound(stage, [visit], "agent")


async def ringall_given_up(stage: Stage) -> Truth:
    """Three phones ring, the caller gives up after 3 s."""
    three = [await stage.agent(number) for number in (3, 4, 5)]
    for agent in three:
        await stage.sign_in(agent, "sales")
    call = await (await stage.call_in(602)).answered()
    await asyncio.sleep(3)
    await call.hangup()
    await stage.gone()
    visit = {
        "queue": stage.queue("sales"),
        "result": "abandoned",
        "wait": seconds(call.talk),
        "by": "caller",
        "rung": [agent.number for agent in three],
    }
    return inbound(stage, [visit], "caller")


STORIES = [
    Told("rna_then_other", "no answer in 6 s, then another agent", rna_then_other),
    Told("busy_then_other", "busy, then another agent", busy_then_other),
    Told("reject_then_other", "rejected, then another agent", reject_then_other),
    Told("ringall_three", "three phones ring at once, one answers", ringall_three),
    Told("ringall_given_up", "three phones ring, the caller gives up", ringall_given_up),
]

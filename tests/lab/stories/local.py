"""Agents whose phones are rung through Local channels, kept (/n) and optimised away."""

from __future__ import annotations

import asyncio

from ..phone import Plan
from ..stage import Stage, Truth
from .handing import speaks
from .told import Told, answered_visit, inbound


async def _through_local(stage: Stage, *, optimised: bool, by: str) -> Truth:
    agent = await stage.behind_local(9, Plan(answer_after=2), optimised=optimised)
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    if optimised:
        # A Local channel takes itself out when voice goes through it.
        await speaks(desk)
    await asyncio.sleep(4)
    await (desk if by == "agent" else call).hangup()
    await call.finished()
    await desk.finished()
    await stage.gone()
    return inbound(stage, [answered_visit(stage, "support", agent, call, desk, by)], by)


async def local_member_n(stage: Stage) -> Truth:
    """Local/..@from-queue/n: the Local channel stays in the middle all the time."""
    return await _through_local(stage, optimised=False, by="agent")


async def local_member_n_caller(stage: Stage) -> Truth:
    """The same, ended by the caller."""
    return await _through_local(stage, optimised=False, by="caller")


async def local_member_optimised(stage: Stage) -> Truth:
    """Local/..@from-queue: after the answer the Local channel takes itself out."""
    return await _through_local(stage, optimised=True, by="caller")


async def local_member_optimised_agent(stage: Stage) -> Truth:
    """The same, ended by the agent."""
    return await _through_local(stage, optimised=True, by="agent")


STORIES = [
    Told("local_member_n", "a Local member with /n, the agent ends it", local_member_n),
    Told(
        "local_member_n_caller", "a Local member with /n, the caller ends it", local_member_n_caller
    ),
    Told("local_member_optimised", "a Local member without /n, caller", local_member_optimised),
    Told(
        "local_member_optimised_agent",
        "a Local member without /n, agent",
        local_member_optimised_agent,
    ),
]

"""Who picks up must press a key before the customer is put through."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from ..call import SipCall
from ..phone import Plan
from ..stage import Agent, Stage, Truth
from .told import Told, answered_visit, inbound, seconds
from .told import at as instant


def _accepted(
    stage: Stage, agent: Agent, call: SipCall, desk: SipCall, at: float, by: str
) -> dict[str, Any]:
    """The visit: waiting and ringing last until he accepts, and the talk begins then."""
    assert call.t_answer is not None
    assert desk.t_ring is not None
    assert desk.t_end is not None
    return {
        **answered_visit(stage, "support", agent, call, desk, by),
        "at": instant(at),
        "wait": seconds(at - call.t_answer),
        "ring": seconds(at - desk.t_ring),
        "talk": seconds(desk.t_end - at),
        "rung": [agent.number],
    }


async def _confirmed(stage: Stage, *, optimised: bool, context: str, after: float) -> Truth:
    agent = await stage.behind_local(
        1, Plan(answer_after=0.5), optimised=optimised, context=context
    )
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(after)
    await desk.press("1")
    at = time.time()
    await asyncio.sleep(3)
    await desk.hangup()
    await call.finished()
    await stage.gone()
    return inbound(stage, [_accepted(stage, agent, call, desk, at, "agent")], "agent")


async def confirmed(stage: Stage) -> Truth:
    """He picks up at once, and presses 1 two seconds later."""
    return await _confirmed(stage, optimised=True, context="confirmed", after=2)


async def confirmed_n(stage: Stage) -> Truth:
    """The same behind a Local channel that stays."""
    return await _confirmed(stage, optimised=False, context="confirmed", after=2)


async def found_by_follow_me(stage: Stage) -> Truth:
    """The same by Asterisk's own FollowMe."""
    return await _confirmed(stage, optimised=True, context="find-me", after=2.5)


async def confirm_refused(stage: Stage) -> Truth:
    """He picks up and presses another key; a colleague answers."""
    first = await stage.behind_local(1, Plan(answer_after=0.5), optimised=True, context="confirmed")
    other = await stage.agent(2, Plan(answer_after=1))
    await stage.sign_in(first, "support")
    call = await (await stage.call_in(600)).answered()
    refusing = await (await first.desk.next_call()).answered()
    await stage.sign_in(other, "support")
    await asyncio.sleep(1)
    await refusing.press("2")
    await stage.sign_out(first, "support")
    desk = await (await other.desk.next_call()).answered()
    await asyncio.sleep(2)
    await desk.hangup()
    await call.finished()
    await stage.gone()
    visit = answered_visit(stage, "support", other, call, desk, "agent", rna=[first.number])
    return inbound(stage, [visit], "agent")


async def confirm_given_up(stage: Stage) -> Truth:
    """The caller hangs up while the agent has picked up and not yet accepted."""
    agent = await stage.behind_local(1, Plan(answer_after=0.5), optimised=True, context="confirmed")
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    await (await agent.desk.next_call()).answered()
    await asyncio.sleep(1.5)
    await call.hangup()
    await stage.gone()
    visit = {
        "queue": stage.queue("support"),
        "result": "abandoned",
        "wait": seconds(call.talk),
        "by": "caller",
        "rung": [agent.number],
    }
    return inbound(stage, [visit], "caller")


STORIES = [
    Told("confirmed", "the talk begins when the agent has accepted", confirmed, due=3),
    Told("confirmed_n", "the same with /n", confirmed_n, due=3),
    Told("found_by_follow_me", "the same by FollowMe", found_by_follow_me, due=3),
    Told("confirm_refused", "picked up and not accepted is not answered", confirm_refused, due=3),
    Told("confirm_given_up", "given up before it was accepted", confirm_given_up, due=3),
]

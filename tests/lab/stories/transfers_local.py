"""Handed on behind a Local member: the phone that does it is not what the queue knows."""

from __future__ import annotations

import asyncio
import time

from ..phone import Plan
from ..stage import Stage, Truth
from .handing import Talk, first_talk, handed_on, next_talk, refer, speaks, taken, transfer
from .told import Told, inbound, leg, seconds


async def _behind_local(stage: Stage, *, optimised: bool) -> Talk:
    agent = await stage.behind_local(1, Plan(answer_after=1), optimised=optimised)
    first = await first_talk(stage, agent)
    if optimised:
        # A Local channel takes itself out when voice goes through it.
        await speaks(first.desk)
    return first


def _one_long_talk(truth: Truth, first: Talk) -> Truth:
    """What queue_log has of a Local/n member: one talk until the customer's end."""
    visit = truth["calls"][0]["visits"][0]
    assert first.call.t_end is not None
    assert first.desk.t_answer is not None
    by = truth["calls"][0]["ended_by"]
    talk = seconds(first.call.t_end - first.desk.t_answer)
    visit["log"] = {"result": "answered", "by": by, "talk": talk}
    visit["why"] = "the queue sees the Local channel, which stays until the customer's end"
    return truth


async def local_n_blind(stage: Stage) -> Truth:
    """The phone behind a Local/n member hands on blindly."""
    other = await stage.agent(2, Plan(answer_after=1))
    first = await _behind_local(stage, optimised=False)
    await refer(first.desk, other.number)
    talk = await next_talk(other)
    await asyncio.sleep(3)
    await talk.hangup()
    await first.call.finished()
    await stage.gone()
    truth = inbound(
        stage,
        [handed_on(stage, first, other.number, "blind", "REFER")],
        "agent",
        legs=[leg(other, talk, "agent")],
        transfers=[transfer("blind", first.agent, other.number, "REFER")],
    )
    return _one_long_talk(truth, first)


async def _asked(stage: Stage, first: Talk) -> Truth:
    """The phone asks a colleague for 2 s and connects."""
    other = await stage.agent(2, Plan(answer_after=1))
    await first.desk.hold()
    asked = await (await first.agent.desk.call(other.number)).answered()
    talk = await next_talk(other)
    await asyncio.sleep(2)
    assert await first.desk.refer_to(asked) == 202
    moved = time.time()
    await asyncio.sleep(0.3)
    await asked.hangup()
    await first.desk.hangup()
    return await taken(stage, first, other, talk, "REFER", moved)


async def local_n_atxfer(stage: Stage) -> Truth:
    """The phone behind a Local/n member asks a colleague and connects."""
    first = await _behind_local(stage, optimised=False)
    return _one_long_talk(await _asked(stage, first), first)


async def local_optimised_atxfer(stage: Stage) -> Truth:
    """The phone behind a Local member that took itself out asks a colleague and connects."""
    first = await _behind_local(stage, optimised=True)
    return await _asked(stage, first)


async def local_optimised_blind(stage: Stage) -> Truth:
    """The phone behind a Local member that took itself out hands on blindly."""
    other = await stage.agent(2, Plan(answer_after=1))
    first = await _behind_local(stage, optimised=True)
    await refer(first.desk, other.number)
    talk = await next_talk(other)
    await asyncio.sleep(3)
    await talk.hangup()
    await first.call.finished()
    await stage.gone()
    return inbound(
        stage,
        [handed_on(stage, first, other.number, "blind", "REFER")],
        "agent",
        legs=[leg(other, talk, "agent")],
        transfers=[transfer("blind", first.agent, other.number, "REFER")],
    )


STORIES = [
    Told("local_n_blind", "blind behind Local/n", local_n_blind, due=3),
    Told("local_n_atxfer", "asked behind Local/n", local_n_atxfer, due=3),
    Told("local_optimised_atxfer", "asked behind a Local gone", local_optimised_atxfer, due=3),
    Told("local_optimised_blind", "blind behind a Local gone", local_optimised_blind, due=3),
]

"""Handed on without asking: back into the queue, outside, to nowhere, in chains, by the caller."""

from __future__ import annotations

import asyncio

from ..phone import Plan
from ..stage import Stage, Truth
from .direct import direct_number, reached
from .handing import (
    CALLER_FIRST,
    first_talk,
    handed_on,
    next_talk,
    refer,
    transfer,
    visit_after,
)
from .told import Told, answered_visit, inbound, leg, seconds


async def blind_same_queue(stage: Stage) -> Truth:
    """Back into the queue that the caller came from, where a colleague answers: visits 1 and 2."""
    first = await first_talk(stage)
    other = await stage.agent(2, Plan(answer_after=1.5))
    await stage.sign_in(other, "support")
    moved = await refer(first.desk, "600")
    talk = await next_talk(other)
    await asyncio.sleep(3)
    await talk.hangup()
    await first.call.finished()
    await stage.gone()
    visits = [
        handed_on(stage, first, "600", "blind", "REFER"),
        visit_after(stage, "support", other, talk, moved, "agent"),
    ]
    return inbound(
        stage, visits, "agent", transfers=[transfer("blind", first.agent, "600", "REFER")]
    )


async def blind_same_agent(stage: Stage) -> Truth:
    """Back into the same queue, where there is nobody but the same agent: he is rung again."""
    first = await first_talk(stage)
    moved = await refer(first.desk, "600")
    talk = await next_talk(first.agent, after=1)
    await asyncio.sleep(2)
    await first.call.hangup()
    await talk.finished()
    await stage.gone()
    visits = [
        handed_on(stage, first, "600", "blind", "REFER"),
        visit_after(stage, "support", first.agent, talk, moved, "caller"),
    ]
    return inbound(
        stage, visits, "caller", transfers=[transfer("blind", first.agent, "600", "REFER")]
    )


async def blind_queue_given_up(stage: Stage) -> Truth:
    """Into a queue where nobody answers; the caller gives up after 3 s. He *was* answered."""
    first = await first_talk(stage)
    await stage.sign_in(await stage.agent(4), "sales")
    moved = await refer(first.desk, "602")
    await asyncio.sleep(3)
    await first.call.hangup()
    await stage.gone()
    assert first.call.t_end is not None
    gave_up = {
        "queue": stage.queue("sales"),
        "result": "abandoned",
        "wait": seconds(first.call.t_end - moved),
        "by": "caller",
    }
    visits = [handed_on(stage, first, "602", "blind", "REFER"), gave_up]
    return inbound(
        stage, visits, "caller", transfers=[transfer("blind", first.agent, "602", "REFER")]
    )


async def blind_outside(stage: Stage) -> Truth:
    """To a number outside, over the same line; the caller ends it. No agent talks any more."""
    first = await first_talk(stage)
    outside = stage.lab.next_number()
    stage.lab.line.plans[outside] = Plan(answer_after=1)
    await refer(first.desk, outside)
    far = await (await reached(stage, outside)).answered()
    await asyncio.sleep(2)
    await first.call.hangup()
    await far.finished()
    await stage.gone()
    visit = handed_on(stage, first, outside, "blind", "REFER")
    return inbound(
        stage, [visit], "caller", transfers=[transfer("blind", first.agent, outside, "REFER")]
    )


async def blind_to_nowhere(stage: Stage) -> Truth:
    """To a number that the dialplan does not have: refused, and the agent still has the caller."""
    first = await first_talk(stage)
    assert await first.desk.refer("9999") in (202, 404, 603)
    await asyncio.sleep(2)
    await first.desk.hangup()
    await first.call.finished()
    await stage.gone()
    visit = answered_visit(stage, "support", first.agent, first.call, first.desk, "agent")
    return inbound(stage, [visit], "agent", transfers=[])


async def blind_to_dead_phone(stage: Stage) -> Truth:
    """To a phone that is not there: Asterisk takes it, and the caller is hung up."""
    first = await first_talk(stage)
    dead = stage.extension(12)
    await refer(first.desk, dead)
    await first.call.finished()
    await stage.gone()
    visit = handed_on(stage, first, dead, "blind", "REFER", alt=CALLER_FIRST)
    return inbound(stage, [visit], "pbx", transfers=[transfer("blind", first.agent, dead, "REFER")])


async def blind_rejected(stage: Stage) -> Truth:
    """To a colleague who rejects it after 2 s: the caller is hung up."""
    other = await stage.agent(2, Plan(refuse_with=486, refuse_after=2))
    first = await first_talk(stage)
    await refer(first.desk, other.number)
    await first.call.finished()
    await stage.gone()
    visit = handed_on(stage, first, other.number, "blind", "REFER")
    return inbound(
        stage,
        [visit],
        "pbx",
        direct=[[other.number, "rejected"]],
        transfers=[transfer("blind", first.agent, other.number, "REFER")],
    )


async def blind_not_answered(stage: Stage) -> Truth:
    """To a colleague who does not answer; the caller gives up after 3 s."""
    other = await stage.agent(2)
    first = await first_talk(stage)
    await refer(first.desk, other.number)
    await (await other.desk.next_call()).ringing()
    await asyncio.sleep(3)
    await first.call.hangup()
    await stage.gone()
    visit = handed_on(stage, first, other.number, "blind", "REFER")
    return inbound(
        stage,
        [visit],
        "caller",
        direct=[[other.number, "cancelled"]],
        transfers=[transfer("blind", first.agent, other.number, "REFER")],
    )


async def blind_chain(stage: Stage) -> Truth:
    """Agent 1 to agent 2, he into the queue sales, there agent 4 answers."""
    other = await stage.agent(2, Plan(answer_after=1))
    last = await stage.agent(4, Plan(answer_after=1))
    await stage.sign_in(last, "sales")
    first = await first_talk(stage)
    await refer(first.desk, other.number)
    middle = await next_talk(other)
    await asyncio.sleep(2)
    moved = await refer(middle, "602")
    talk = await next_talk(last)
    await asyncio.sleep(2)
    await first.call.hangup()
    await talk.finished()
    await stage.gone()
    visits = [
        handed_on(stage, first, other.number, "blind", "REFER"),
        visit_after(stage, "sales", last, talk, moved, "caller"),
    ]
    return inbound(
        stage,
        visits,
        "caller",
        legs=[leg(other, middle, "transfer", method="blind", to="602")],
        transfers=[
            transfer("blind", first.agent, other.number, "REFER"),
            transfer("blind", other, "602", "REFER"),
        ],
    )


async def blind_and_back(stage: Stage) -> Truth:
    """Agent 1 to agent 2, who gives him back; agent 1 answers again."""
    other = await stage.agent(2, Plan(answer_after=1))
    first = await first_talk(stage)
    await refer(first.desk, other.number)
    middle = await next_talk(other)
    await asyncio.sleep(2)
    await refer(middle, first.agent.number)
    talk = await next_talk(first.agent, after=1)
    await asyncio.sleep(2)
    await talk.hangup()
    await first.call.finished()
    await stage.gone()
    return inbound(
        stage,
        [handed_on(stage, first, other.number, "blind", "REFER")],
        "agent",
        legs=[
            leg(other, middle, "transfer", method="blind", to=first.agent.number),
            leg(first.agent, talk, "agent"),
        ],
        transfers=[
            transfer("blind", first.agent, other.number, "REFER"),
            transfer("blind", other, first.agent.number, "REFER"),
        ],
    )


async def blind_by_the_caller(stage: Stage) -> Truth:
    """The caller's line hands the *agent* on to another phone: the caller is gone."""
    other = await stage.agent(2, Plan(answer_after=1))
    first = await first_talk(stage)
    await refer(first.call, direct_number(other.number))
    talk = await next_talk(other)
    await asyncio.sleep(2)
    await talk.hangup()
    await first.desk.finished()
    await stage.gone(first.agent.number)
    assert first.call.t_end is not None
    visit = answered_visit(stage, "support", first.agent, first.call, first.desk, "transfer")
    assert first.desk.t_answer is not None
    visit["talk"] = seconds(first.call.t_end - first.desk.t_answer)
    visit["by"] = "caller"
    visit["log"] = {"result": "transferred", "by": "transfer"}
    # On 16 it is a race, as with other transfers (ASTERISK 12.6).
    visit["alt"] = {"result": "answered", "by": "caller"}
    visit["why"] = "queue_log writes BLINDTRANSFER by the agent, who was handed on himself"
    return inbound(stage, [visit], "caller", transfers=[])


STORIES = [
    Told("blind_same_queue", "back into the same queue", blind_same_queue, due=3),
    Told("blind_same_agent", "back into the queue, to the same agent", blind_same_agent, due=3),
    Told("blind_queue_given_up", "given up in the second queue", blind_queue_given_up, due=3),
    Told("blind_outside", "to a number outside", blind_outside, due=3),
    Told("blind_to_nowhere", "to a number that is none", blind_to_nowhere, due=3),
    Told("blind_to_dead_phone", "to a phone that is not there", blind_to_dead_phone, due=3),
    Told("blind_rejected", "to a colleague who rejects it", blind_rejected, due=3),
    Told("blind_not_answered", "to a colleague, given up", blind_not_answered, due=3),
    Told("blind_chain", "twice, the second time into a queue", blind_chain, due=3),
    Told("blind_and_back", "there and back", blind_and_back, due=3),
    Told("blind_by_the_caller", "by the caller's own line", blind_by_the_caller, due=3),
]

"""An agent calls another queue himself and connects: while he waits there, or once answered."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from ..call import SipCall
from ..phone import Plan
from ..stage import Agent, Stage, Truth
from .handing import (
    RACE,
    TRANSFER_FIRST,
    Talk,
    dtmf,
    first_talk,
    handed_on,
    next_talk,
    transfer,
    until,
)
from .told import Told, answered_visit, at, inbound, part, seconds


async def atxfer_to_waiting(stage: Stage) -> Truth:
    """The agent calls the queue sales himself and connects while he waits there."""
    other = await stage.agent(4, Plan(answer_after=4))
    await stage.sign_in(other, "sales")
    first = await first_talk(stage)
    await first.desk.hold()
    asked = await (await first.agent.desk.call("602")).answered()
    assert asked.t_answer is not None
    await asyncio.sleep(1.5)
    assert await first.desk.refer_to(asked) == 202
    moved = time.time()
    await asyncio.sleep(0.3)
    await first.desk.hangup()
    talk = await next_talk(other)
    await asyncio.sleep(2)
    await first.call.hangup()
    await talk.finished()
    await stage.gone()
    assert talk.t_answer is not None
    visit = until(handed_on(stage, first, "602", "attended", "REFER", alt=RACE), first, moved)
    second = answered_visit(stage, "sales", other, asked, talk, "caller")
    # Until he connects it is the agent who waits; from then on it is the caller.
    second["wait"] = second["ring"] = seconds(talk.t_answer - moved)
    second["log"] = {"wait": seconds(talk.t_answer - asked.t_answer)}
    second["why"] = "queue_log counts the wait of who called the queue, too"
    own = {
        "queue": stage.queue("sales"),
        "result": "withdrawn",
        "wait": seconds(moved - asked.t_answer),
        "rung": [other.number],
        "log": {"result": "open"},
        "why": "queue_log has the end of this stay under the caller's id",
    }
    truth = inbound(
        stage,
        [visit, second],
        "caller",
        transfers=[transfer("attended", first.agent, "602", "REFER")],
    )
    return _with_his_own(truth, first.agent, own, [])


def _with_his_own(
    truth: Truth, agent: Agent, visit: dict[str, Any], legs: list[dict[str, Any]]
) -> Truth:
    """The truth with the agent's own call to a queue, which ended as he connected the two."""
    call = {
        "id": "c2",
        "direction": "internal",
        "number": agent.number,
        "visits": [visit],
        "outcome": "answered" if "agent" in visit else visit["result"],
        "ended_by": "transfer",
        "legs": legs,
    }
    truth["calls"].append(call)
    return truth


async def atxfer_to_answered_queue(stage: Stage) -> Truth:
    """The agent calls the queue sales himself; agent 4 answers and is asked; then they connect."""
    other = await stage.agent(4, Plan(answer_after=1))
    await stage.sign_in(other, "sales")
    first = await first_talk(stage)
    await first.desk.hold()
    asked = await (await first.agent.desk.call("602")).answered()
    talk = await next_talk(other)
    await asyncio.sleep(2)
    assert await first.desk.refer_to(asked) == 202
    moved = time.time()
    await asyncio.sleep(0.3)
    await first.desk.hangup()
    await asyncio.sleep(3)
    await talk.hangup()
    await first.call.finished()
    await stage.gone()
    assert talk.t_end is not None
    visit = until(handed_on(stage, first, "602", "attended", "REFER"), first, moved)
    truth = inbound(
        stage,
        [visit],
        "agent",
        legs=[part(other, moved, talk.t_end, "agent")],
        transfers=[transfer("attended", first.agent, "602", "REFER")],
    )
    assert talk.t_answer is not None
    own = answered_visit(stage, "sales", other, asked, talk, "transfer")
    own = {**own, "talk": seconds(moved - talk.t_answer), "log": {"by": "caller"}}
    own["alt"] = TRANSFER_FIRST
    own["why"] = "queue_log takes the agent for the caller, who hung up"
    return _with_his_own(truth, first.agent, own, [])


async def _dtmf_queue(
    stage: Stage, answer_after: float, consult: float
) -> tuple[Talk, Agent, SipCall, float]:
    """*2 602, and the agent hangs up after ``consult`` s; agent 4 answers or has answered."""
    other = await stage.agent(4, Plan(answer_after=answer_after))
    await stage.sign_in(other, "sales")
    first = await first_talk(stage)
    await dtmf(first.desk, "*2", "602")
    await (await other.desk.next_call()).ringing()
    if answer_after < consult:
        await next_talk(other)
    await asyncio.sleep(consult)
    moved = time.time()
    await first.desk.hangup()
    talk = await next_talk(other)
    await asyncio.sleep(2)
    await first.call.hangup()
    await talk.finished()
    await stage.gone()
    return first, other, talk, moved


async def atxfer_dtmf_queue(stage: Stage) -> Truth:
    """*2 and the queue sales; agent 4 answers and is asked for 2 s; then they connect."""
    first, other, talk, moved = await _dtmf_queue(stage, 1, 2)
    assert talk.t_end is not None
    visit = handed_on(stage, first, "602", "attended", "DTMF", alt=RACE)
    second = answered_visit(stage, "sales", other, first.call, talk, "caller")
    second["log"] = {"talk": second["talk"], "wait": seconds(talk.ring)}
    # The queue was answered when the agent who called it was; the talk is the customer's.
    second |= {"wait": seconds(talk.ring), **_joined(moved, talk)}
    second["log_number"] = first.agent.number
    second["why"] = "queue_log counts the consultation as the customer's talk"
    return inbound(
        stage,
        [visit, second],
        "caller",
        transfers=[transfer("attended", first.agent, "602", "DTMF")],
    )


def _joined(since: float, talk: SipCall) -> dict[str, Any]:
    """The talk with the customer, of one that began with somebody else."""
    assert talk.t_end is not None
    return {"talk": seconds(talk.t_end - since), "at": at(since)}


async def blonde_dtmf_queue(stage: Stage) -> Truth:
    """*2 and the queue sales; the agent hangs up while agent 4's phone rings; he answers."""
    first, other, talk, _ = await _dtmf_queue(stage, 3, 1)
    visit = handed_on(stage, first, "602", "attended", "DTMF", alt=RACE)
    second = answered_visit(stage, "sales", other, first.call, talk, "caller")
    second["wait"] = seconds(talk.ring)
    second["log_number"] = first.agent.number
    return inbound(
        stage,
        [visit, second],
        "caller",
        transfers=[transfer("attended", first.agent, "602", "DTMF")],
    )


STORIES = [
    Told("atxfer_to_waiting", "into a queue, still waiting", atxfer_to_waiting, due=3),
    Told("atxfer_to_answered_queue", "into a queue, answered", atxfer_to_answered_queue, due=3),
    Told("atxfer_dtmf_queue", "*2 into a queue, answered", atxfer_dtmf_queue, due=3),
    Told("blonde_dtmf_queue", "*2 into a queue, still waiting", blonde_dtmf_queue, due=3),
]

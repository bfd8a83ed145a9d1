"""Asked first: refused, given up, completed while it rings, into a queue, three-way, in chains.

Behind a Local member the phone that hands on is not the channel that the queue knows.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from ..call import SipCall
from ..phone import Plan
from ..stage import Agent, Stage, Truth
from .direct import reached
from .handing import Talk, dtmf, first_talk, handed_on, next_talk, refer, speaks, transfer, until
from .told import Told, answered_visit, at, inbound, leg, part, seconds

RACE = {"result": "answered", "by": "agent"}
"""On 16 queue_log now and then has COMPLETEAGENT for an attended transfer by keys or AMI."""
LOST = {"result": "open"}
"""The caller takes the place of another leg meanwhile: now and then the line of the end stands under
that leg's id."""


async def _kept(stage: Stage, first: Talk, hold: float, holds: int = 1) -> Truth:
    """The agent has the caller back, talks on for 2 s and hangs up: no transfer."""
    await asyncio.sleep(2)
    await first.desk.hangup()
    await first.call.finished()
    await stage.gone()
    visit = answered_visit(stage, "support", first.agent, first.call, first.desk, "agent")
    return inbound(stage, [visit], "agent", hold=seconds(hold), holds=holds, transfers=[])


async def _taken(
    stage: Stage, first: Talk, other: Agent, talk: SipCall, how: str, since: float, **more: Any
) -> Truth:
    """The second agent has the caller since ``since``, talks 3 s and hangs up."""
    await asyncio.sleep(3)
    await talk.hangup()
    await first.call.finished()
    await stage.gone()
    assert talk.t_end is not None
    visit = handed_on(stage, first, other.number, "attended", how, **more)
    return inbound(
        stage,
        [visit],
        "agent",
        legs=[part(other, since, talk.t_end, "agent")],
        transfers=[transfer("attended", first.agent, other.number, how)],
    )


async def atxfer_target_busy(stage: Stage) -> Truth:
    """The colleague who is asked rejects it; the agent takes the caller off hold."""
    other = await stage.agent(2, Plan(refuse_with=486, refuse_after=1))
    first = await first_talk(stage)
    await first.desk.hold()
    await (await first.agent.desk.call(other.number)).finished()
    await first.desk.unhold()
    return await _kept(stage, first, first.desk.hold_time)


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
    return await _kept(stage, first, asked.t_end - away)


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
    return await _kept(stage, first, back - away)


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
    return await _kept(stage, first, back - away)


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


async def blonde_refer(stage: Stage) -> Truth:
    """The phone connects (REFER with Replaces) while the colleague's still rings; he answers."""
    other = await stage.agent(2, Plan(answer_after=2.5))
    first = await first_talk(stage)
    await first.desk.hold()
    asked = await (await first.agent.desk.call(other.number)).ringing()
    await asyncio.sleep(1)
    assert await first.desk.refer_to(asked) == 202
    moved = time.time()
    await asyncio.sleep(0.3)
    await first.desk.hangup()
    talk = await next_talk(other)
    assert talk.t_answer is not None
    truth = await _taken(stage, first, other, talk, "REFER", talk.t_answer, alt=LOST)
    truth["calls"][0]["visits"][0] = until(truth["calls"][0]["visits"][0], first, moved)
    truth["calls"][0]["direct"] = [[other.number, "answered"]]
    return truth


async def blonde_refer_unanswered(stage: Stage) -> Truth:
    """The same, but the colleague rejects it: the caller is hung up."""
    other = await stage.agent(2, Plan(refuse_with=486, refuse_after=3))
    first = await first_talk(stage)
    await first.desk.hold()
    asked = await (await first.agent.desk.call(other.number)).ringing()
    await asyncio.sleep(1)
    assert await first.desk.refer_to(asked) == 202
    await asyncio.sleep(0.3)
    await first.desk.hangup()
    await first.call.finished()
    await stage.gone()
    visit = handed_on(stage, first, other.number, "attended", "REFER", alt=LOST)
    return inbound(
        stage,
        [visit],
        "pbx",
        direct=[[other.number, "rejected"]],
        transfers=[transfer("attended", first.agent, other.number, "REFER")],
    )


async def blonde_dtmf(stage: Stage) -> Truth:
    """*2, and the agent hangs up while the colleague's phone rings; he answers."""
    other = await stage.agent(2, Plan(answer_after=2.5))
    first = await first_talk(stage)
    await dtmf(first.desk, "*2", other.number)
    await (await other.desk.next_call()).ringing()
    await asyncio.sleep(0.7)
    await first.desk.hangup()
    talk = await next_talk(other)
    assert talk.t_answer is not None
    return await _taken(stage, first, other, talk, "DTMF", talk.t_answer, alt=RACE)


async def blonde_dtmf_recalled(stage: Stage) -> Truth:
    """The same, but the colleague rejects it: Asterisk rings the agent again, who talks on."""
    other = await stage.agent(2, Plan(refuse_with=486, refuse_after=2))
    first = await first_talk(stage)
    await dtmf(first.desk, "*2", other.number)
    await (await other.desk.next_call()).ringing()
    await asyncio.sleep(0.7)
    await first.desk.hangup()
    again = await next_talk(first.agent, after=1)
    await asyncio.sleep(2)
    await again.hangup()
    await first.call.finished()
    await stage.gone()
    visit = handed_on(stage, first, other.number, "attended", "DTMF", alt=RACE)
    return inbound(
        stage,
        [visit],
        "agent",
        legs=[leg(first.agent, again, "agent")],
        transfers=[transfer("attended", first.agent, other.number, "DTMF")],
    )


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
    visit = until(handed_on(stage, first, "602", "attended", "REFER"), first, moved)
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
    own["why"] = "queue_log takes the agent for the caller, who hung up"
    return _with_his_own(truth, first.agent, own, [])


async def _dtmf_queue(stage: Stage, answer_after: float, consult: float) -> tuple[Talk, Agent, SipCall, float]:
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
    truth = await _kept(stage, first, since - away)
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
    return await _taken(stage, first, other, talk, "REFER", moved)


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
    Told("atxfer_target_busy", "the colleague rejects it", atxfer_target_busy, due=3),
    Told("atxfer_dtmf_target_busy", "*2, rejected", atxfer_dtmf_target_busy, due=3),
    Told("atxfer_dtmf_cancelled", "*2, the colleague leaves", atxfer_dtmf_cancelled, due=3),
    Told("atxfer_ami_cancelled", "AMI's CancelAtxfer", atxfer_ami_cancelled, due=3),
    Told("atxfer_caller_gives_up", "the caller gives up meanwhile", atxfer_caller_gives_up, due=3),
    Told("blonde_refer", "connected while it rings", blonde_refer, due=3),
    Told("blonde_refer_unanswered", "the same, rejected", blonde_refer_unanswered, due=3),
    Told("blonde_dtmf", "hung up while it rings", blonde_dtmf, due=3),
    Told("blonde_dtmf_recalled", "the same, rejected: called back", blonde_dtmf_recalled, due=3),
    Told("atxfer_to_waiting", "into a queue, still waiting", atxfer_to_waiting, due=3),
    Told("atxfer_to_answered_queue", "into a queue, answered", atxfer_to_answered_queue, due=3),
    Told("atxfer_dtmf_queue", "*2 into a queue, answered", atxfer_dtmf_queue, due=3),
    Told("blonde_dtmf_queue", "*2 into a queue, still waiting", blonde_dtmf_queue, due=3),
    Told("atxfer_outside", "asked and connected outside", atxfer_outside, due=3),
    Told("atxfer_threeway", "three talk, the agent leaves", atxfer_threeway, due=3),
    Told(
        "atxfer_threeway_colleague_leaves",
        "three talk, the colleague leaves",
        atxfer_threeway_colleague_leaves,
        due=3,
    ),
    Told("atxfer_after_blind", "asked after a blind one", atxfer_after_blind, due=3),
    Told("local_n_blind", "blind behind Local/n", local_n_blind, due=3),
    Told("local_n_atxfer", "asked behind Local/n", local_n_atxfer, due=3),
    Told("local_optimised_blind", "blind behind a Local gone", local_optimised_blind, due=3),
    Told("local_optimised_atxfer", "asked behind a Local gone", local_optimised_atxfer, due=3),
]

"""Callers sent elsewhere by AMI: BlindTransfer into a queue, Redirect of who waits or talks."""

from __future__ import annotations

import asyncio
import time

from ..phone import Plan
from ..stage import Stage, Truth
from .handing import first_talk, handed_on, next_talk, transfer, visit_after
from .told import Told, answered_visit, inbound, leg, seconds


async def blind_ami_queue(stage: Stage) -> Truth:
    """AMI's BlindTransfer into the queue sales."""
    other = await stage.agent(4, Plan(answer_after=1.5))
    await stage.sign_in(other, "sales")
    first = await first_talk(stage)
    channel = await stage.channel_of(first.agent)
    await stage.ami.action("BlindTransfer", Channel=channel, Exten="602", Context="internal")
    moved = time.time()
    talk = await next_talk(other)
    await asyncio.sleep(2)
    await first.call.hangup()
    await talk.finished()
    await stage.gone()
    visits = [
        handed_on(stage, first, "602", "blind", "AMI"),
        visit_after(stage, "sales", other, talk, moved, "caller"),
    ]
    return inbound(
        stage, visits, "caller", transfers=[transfer("blind", first.agent, "602", "AMI")]
    )


async def redirect_waiting(stage: Stage) -> Truth:
    """AMI's Redirect takes a waiting caller, for whom a phone rings, to another agent's phone."""
    rung = await stage.agent(1)
    other = await stage.agent(2, Plan(answer_after=1))
    await stage.sign_in(rung, "support")
    call = await (await stage.call_in(600)).answered()
    ringing = await (await rung.desk.next_call()).ringing()
    await asyncio.sleep(2)
    channel = await stage.caller_channel()
    await stage.ami.action(
        "Redirect", Channel=channel, Context="internal", Exten=other.number, Priority=1
    )
    moved = time.time()
    talk = await next_talk(other)
    await asyncio.sleep(2)
    await call.hangup()
    await talk.finished()
    await ringing.finished()
    await stage.gone()
    assert call.t_answer is not None
    visit = {
        "queue": stage.queue("support"),
        "result": "withdrawn",
        "wait": seconds(moved - call.t_answer),
        "rung": [rung.number],
        "log": {"result": "abandoned", "by": "caller"},
        "why": "queue_log writes ABANDON for whoever leaves a queue without a word",
    }
    truth = inbound(stage, [visit], "caller", legs=[leg(other, talk, "caller")], transfers=[])
    truth["calls"][0]["outcome"] = "answered"
    return truth


async def redirect_to_queue(stage: Stage) -> Truth:
    """AMI's Redirect sends a caller in talk into the queue sales, where another agent answers."""
    other = await stage.agent(4, Plan(answer_after=1))
    await stage.sign_in(other, "sales")
    first = await first_talk(stage)
    channel = await stage.caller_channel()
    await stage.ami.action("Redirect", Channel=channel, Context="internal", Exten="602", Priority=1)
    moved = time.time()
    await first.desk.finished()
    talk = await next_talk(other)
    await asyncio.sleep(2)
    await talk.hangup()
    await first.call.finished()
    await stage.gone()
    visit = answered_visit(stage, "support", first.agent, first.call, first.desk, "transfer")
    visit["method"] = "redirected"
    assert first.call.t_end is not None
    assert first.desk.t_answer is not None
    visit["log"] = {"by": "caller", "talk": seconds(first.call.t_end - first.desk.t_answer)}
    visit["why"] = "queue_log knows nothing of Redirect: it counts until the customer's end"
    visits = [visit, visit_after(stage, "sales", other, talk, moved, "agent")]
    return inbound(
        stage, visits, "agent", transfers=[transfer("redirected", first.agent, "602", "AMI")]
    )


STORIES = [
    Told("blind_ami_queue", "by AMI into a queue", blind_ami_queue, due=3),
    Told("redirect_waiting", "AMI takes a waiting caller elsewhere", redirect_waiting, due=3),
    Told("redirect_to_queue", "AMI sends a caller into a queue", redirect_to_queue, due=3),
]

"""Crossings: bridged by AMI, Local members picked up and forwarded, questions taken back."""

from __future__ import annotations

import asyncio
import time

from ..phone import Plan
from ..stage import Stage, Truth
from .handing import first_talk, kept, next_talk, refer, transfer, visit_after
from .told import Told, answered_visit, inbound, leg, part, seconds


async def bridged_while_talking(stage: Stage) -> Truth:
    """AMI's Bridge takes a caller out of a talk, to an agent who is on a call of his own."""
    other = await stage.agent(2)
    own = await (await other.desk.call("610")).answered()
    first = await first_talk(stage)
    await stage.ami.action(
        "Bridge",
        Channel1=await stage.caller_channel(),
        Channel2=await stage.channel_of(other),
    )
    since = time.time()
    await first.desk.finished()
    await asyncio.sleep(2)
    await first.call.hangup()
    parted = time.time()
    await asyncio.sleep(0.5)
    await own.hangup()
    await stage.gone()
    await stage.gone(other.number)
    assert first.desk.t_answer is not None
    assert first.call.t_end is not None
    visit = answered_visit(stage, "support", first.agent, first.call, first.desk, "transfer")
    visit["talk"] = seconds(since - first.desk.t_answer)
    visit["log"] = {"by": "caller", "talk": seconds(first.call.t_end - first.desk.t_answer)}
    visit["why"] = "queue_log knows nothing of AMI's Bridge: it counts until the customer's end"
    moves = [transfer("redirected", first.agent, other.number, "AMI")]
    legs = [part(other, since, parted, "caller")]
    return inbound(stage, [visit], "caller", legs=legs, transfers=moves)


async def colleague_into_queue(stage: Stage) -> Truth:
    """One agent calls another, who hands him on into the queue support."""
    one = await stage.agent(6)
    middle = await stage.agent(7, Plan(answer_after=1))
    last = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(last, "support")
    call = await (await one.desk.call(middle.number)).answered()
    desk = await next_talk(middle)
    await asyncio.sleep(2)
    moved = await refer(desk, "600")
    talk = await next_talk(last)
    await asyncio.sleep(2)
    await talk.hangup()
    await call.finished()
    await stage.gone(one.number)
    visit = visit_after(stage, "support", last, talk, moved, "agent")
    truth = inbound(
        stage,
        [visit],
        "agent",
        legs=[leg(middle, desk, "transfer", method="blind", to="600")],
        transfers=[transfer("blind", middle, "600", "REFER")],
    )
    truth["calls"][0].update(direction="internal", number=one.number)
    return truth


async def local_n_picked_up(stage: Stage) -> Truth:
    """The phone behind a Local/n member rings; a colleague dials *8 and has the caller."""
    agent = await stage.behind_local(1, Plan(), optimised=False)
    other = await stage.agent(2)
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    rung = await agent.desk.next_call()
    await asyncio.sleep(1)
    taken = await (await other.desk.call("*8")).answered()
    await asyncio.sleep(2)
    await taken.hangup()
    await call.finished()
    await stage.gone()
    assert call.t_answer is not None
    assert taken.t_answer is not None
    visit = {
        "queue": stage.queue("support"),
        "result": "answered",
        "agent": other.number,
        "rung": [agent.number],
        "wait": seconds(taken.t_answer - call.t_answer),
        "ring": seconds(rung.ring),
        "talk": seconds(taken.talk),
        "by": "agent",
        "log": {"agent": agent.number},
        "why": "queue_log names the member whose phone rang, not the one who picked up",
    }
    return inbound(stage, [visit], "agent", pickup=other.number)


async def local_n_forwarded(stage: Stage) -> Truth:
    """The phone behind a Local/n member forwards (302) to a colleague."""
    other = await stage.agent(2, Plan(answer_after=1.5))
    agent = await stage.behind_local(
        1, Plan(refuse_with=302, forward_to=other.number), optimised=False
    )
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await next_talk(other)
    await asyncio.sleep(2)
    await desk.hangup()
    await call.finished()
    await stage.gone()
    visit = answered_visit(stage, "support", other, call, desk, "agent")
    visit["log"] = {"agent": agent.number}
    visit["why"] = "queue_log names the member who was rung, not the one he forwarded to"
    return inbound(stage, [visit], "agent", forwarded_by=agent.number)


async def follow_me_rejected(stage: Stage) -> Truth:
    """Two phones of one agent ring; the desk rejects, the second one answers 1 s later."""
    agent = await stage.behind_local(
        1, Plan(refuse_with=486, refuse_after=1), optimised=True, context="follow-me"
    )
    twin = await stage.phone(2, Plan(answer_after=2))
    await stage.set_global(f"TWIN_{agent.number}", f"PJSIP/{twin.name}")
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await (await twin.next_call()).answered()
    await asyncio.sleep(2)
    await desk.hangup()
    await call.finished()
    await stage.gone()
    visit = answered_visit(stage, "support", agent, call, desk, "agent", rung=[agent.number])
    return inbound(stage, [visit], "agent")


async def asked_a_queue_in_vain(stage: Stage) -> Truth:
    """The agent holds, waits 2 s in the queue sales himself, hangs that up and talks on."""
    await stage.sign_in(await stage.agent(4), "sales")
    first = await first_talk(stage)
    away = time.time()
    await first.desk.hold()
    asked = await (await first.agent.desk.call("602")).answered()
    await asyncio.sleep(2)
    await asked.hangup()
    await first.desk.unhold()
    back = time.time()
    truth = await kept(stage, first, back - away)
    visit = {
        "queue": stage.queue("sales"),
        "result": "abandoned",
        "wait": seconds(asked.talk),
        "by": "caller",
    }
    own = {
        "id": "c2",
        "direction": "internal",
        "number": first.agent.number,
        "visits": [visit],
        "outcome": "abandoned",
        "ended_by": "caller",
    }
    return {"kind": "sip", "calls": [*truth["calls"], own], "house_calls": 0}


async def asked_outside_in_vain(stage: Stage) -> Truth:
    """The agent holds, asks somebody outside for 2 s, and talks on with his caller."""
    outside = stage.lab.next_number()
    stage.lab.line.plans[outside] = Plan(answer_after=1)
    first = await first_talk(stage)
    away = time.time()
    await first.desk.hold()
    asked = await (await first.agent.desk.call(outside)).answered()
    await asyncio.sleep(2)
    await asked.hangup()
    await first.desk.unhold()
    back = time.time()
    truth = await kept(stage, first, back - away)
    own = {
        "id": "c2",
        "direction": "outbound",
        "number": outside,
        "visits": [],
        "outcome": "answered",
        "ended_by": "agent",
        "legs": [part(first.agent, asked.t_answer or 0.0, asked.t_end or 0.0, "agent")],
    }
    return {"kind": "sip", "calls": [*truth["calls"], own], "house_calls": 0}


STORIES = [
    Told("bridged_while_talking", "AMI bridges who talks", bridged_while_talking, due=3),
    Told("colleague_into_queue", "a colleague is handed on", colleague_into_queue, due=3),
    Told("local_n_picked_up", "Local/n, picked up by another", local_n_picked_up, due=3),
    Told("local_n_forwarded", "Local/n, the phone forwards", local_n_forwarded, due=3),
    Told("follow_me_rejected", "one of two phones rejects", follow_me_rejected, due=3),
    Told("asked_a_queue_in_vain", "a queue asked in vain", asked_a_queue_in_vain, due=3),
    Told("asked_outside_in_vain", "somebody outside asked", asked_outside_in_vain, due=3),
]

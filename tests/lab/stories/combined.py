"""Detours after detours: who came to a call by an odd way hands it on like anybody else."""

from __future__ import annotations

import asyncio
import time

from ..phone import Plan
from ..stage import Stage, Truth
from .direct import direct_number, reached
from .endings import NOT_HIS_DEED
from .handing import Talk, first_talk, handed_on, next_talk, refer, speaks, transfer
from .told import Told, answered_visit, inbound, leg, part, seconds

UNDER_ANOTHER_ID = {"result": "open"}
"""He was drawn out of his channel, and the line stands under the id of what remained of it."""


async def pickup_then_blind(stage: Stage) -> Truth:
    """1001's phone rings for support; 1002 picks up, talks 2 s and hands on to 1003."""
    agent = await stage.agent(1)
    other = await stage.agent(2)
    last = await stage.agent(3, Plan(answer_after=1))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    rung = await agent.desk.next_call()
    await asyncio.sleep(1)
    taken = await (await other.desk.call("*8")).answered()
    await asyncio.sleep(2)
    moved = await refer(taken, last.number)
    talk = await next_talk(last)
    await asyncio.sleep(2)
    await talk.hangup()
    await call.finished()
    await stage.gone()
    assert call.t_answer is not None
    assert taken.t_answer is not None
    visit = {
        "queue": stage.queue("support"),
        "result": "transferred",
        "agent": other.number,
        "rung": [agent.number],
        "wait": seconds(taken.t_answer - call.t_answer),
        "ring": seconds(rung.ring),
        "talk": seconds(moved - taken.t_answer),
        "by": "transfer",
        "method": "blind",
        "to": last.number,
        "log": {"agent": agent.number},
        "why": "queue_log names the member whose phone rang, not the one who picked up",
    }
    return inbound(
        stage,
        [visit],
        "agent",
        pickup=other.number,
        legs=[leg(last, talk, "agent")],
        transfers=[transfer("blind", other, last.number, "REFER")],
    )


async def forwarded_then_atxfer(stage: Stage) -> Truth:
    """1001's phone forwards (302) to 1002, who asks 1003 and connects."""
    other = await stage.agent(2, Plan(answer_after=1))
    last = await stage.agent(3, Plan(answer_after=1))
    agent = await stage.agent(1, Plan(refuse_with=302, forward_to=other.number))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await next_talk(other)
    await asyncio.sleep(2)
    await desk.hold()
    asked = await (await other.desk.call(last.number)).answered()
    talk = await next_talk(last)
    await asyncio.sleep(1.5)
    assert await desk.refer_to(asked) == 202
    moved = time.time()
    await asyncio.sleep(0.3)
    await desk.hangup()
    await asyncio.sleep(2)
    await call.hangup()
    await talk.finished()
    await stage.gone()
    assert talk.t_end is not None
    assert call.t_end is not None
    assert desk.t_answer is not None
    visit = handed_on(stage, Talk(other, call, desk), last.number, "attended", "REFER")
    talked = seconds(call.t_end - desk.t_answer)
    visit["log"] = {"agent": agent.number, "result": "answered", "by": "caller", "talk": talked}
    visit["why"] = "queue_log watches the phone that was rung: it counts until the customer's end"
    return inbound(
        stage,
        [visit],
        "caller",
        forwarded_by=agent.number,
        legs=[part(last, moved, talk.t_end, "caller")],
        transfers=[transfer("attended", other, last.number, "REFER")],
    )


async def confirmed_then_blind(stage: Stage) -> Truth:
    """A member who pressed 1 to accept hands the caller on to a colleague."""
    last = await stage.agent(3, Plan(answer_after=1))
    agent = await stage.behind_local(1, Plan(answer_after=0.5), optimised=True, context="confirmed")
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await next_talk(agent)
    await asyncio.sleep(1.5)
    await desk.press("1")
    accepted = time.time()
    await asyncio.sleep(0.5)
    await speaks(desk)
    await asyncio.sleep(1.5)
    moved = await refer(desk, last.number)
    talk = await next_talk(last)
    await asyncio.sleep(2)
    await call.hangup()
    await talk.finished()
    await stage.gone()
    assert call.t_answer is not None
    assert desk.t_ring is not None
    visit = {
        **handed_on(stage, Talk(agent, call, desk), last.number, "blind", "REFER"),
        "at": round(accepted, 3),
        "wait": seconds(accepted - call.t_answer),
        "ring": seconds(accepted - desk.t_ring),
        "talk": seconds(moved - accepted),
        "rung": [agent.number],
    }
    return inbound(
        stage,
        [visit],
        "caller",
        legs=[leg(last, talk, "caller")],
        transfers=[transfer("blind", agent, last.number, "REFER")],
    )


async def follow_me_then_atxfer(stage: Stage) -> Truth:
    """The agent's second phone answered; from there he asks a colleague and connects."""
    agent = await stage.behind_local(1, Plan(), optimised=True, context="follow-me")
    twin = await stage.phone(2, Plan(answer_after=1))
    last = await stage.agent(3, Plan(answer_after=1))
    await stage.set_global(f"TWIN_{agent.number}", f"PJSIP/{twin.name}")
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await (await twin.next_call()).answered()
    await speaks(desk)
    await asyncio.sleep(2)
    await desk.hold()
    asked = await (await twin.call(last.number)).answered()
    talk = await next_talk(last)
    await asyncio.sleep(1.5)
    assert await desk.refer_to(asked) == 202
    moved = time.time()
    await asyncio.sleep(0.3)
    await desk.hangup()
    await asyncio.sleep(2)
    await talk.hangup()
    await call.finished()
    await stage.gone()
    assert talk.t_end is not None
    visit = handed_on(
        stage, Talk(agent, call, desk), last.number, "attended", "REFER", rung=[agent.number]
    )
    truth = inbound(
        stage,
        [visit],
        "agent",
        legs=[part(last, moved, talk.t_end, "agent")],
        transfers=[transfer("attended", agent, last.number, "REFER")],
    )
    # He asked from a phone that is no agent's own.
    return {**truth, "house_calls": 1}


async def direct_forwarded(stage: Stage) -> Truth:
    """A call to an agent's own number, whose phone forwards (302) to a colleague."""
    other = await stage.agent(7, Plan(answer_after=1))
    agent = await stage.agent(6, Plan(refuse_with=302, forward_to=other.number))
    call = await stage.call_number(direct_number(agent.number))
    desk = await next_talk(other)
    await asyncio.sleep(2)
    await call.hangup()
    await desk.finished()
    await stage.gone()
    truth = inbound(stage, [], "caller", legs=[leg(other, desk, "caller")])
    truth["calls"][0]["outcome"] = "answered"
    return truth


async def agent_redirected(stage: Stage) -> Truth:
    """AMI's Redirect takes the agent out of the talk, to a room; the caller is hung up."""
    first = await first_talk(stage)
    channel = await stage.channel_of(first.agent)
    await stage.ami.action("Redirect", Channel=channel, Context="internal", Exten="800", Priority=1)
    await first.call.finished()
    parted = first.call.t_end
    await asyncio.sleep(1)
    await first.desk.hangup()
    await stage.gone()
    await stage.gone(first.agent.number)
    assert parted is not None
    assert first.desk.t_answer is not None
    visit = answered_visit(stage, "support", first.agent, first.call, first.desk, "pbx")
    visit["log"] = {"by": "caller"}
    visit["why"] = "queue_log knows callers and agents only"
    visit["talk"] = seconds(parted - first.desk.t_answer)
    return inbound(stage, [visit], "pbx", transfers=[])


async def outbound_parked(stage: Stage) -> Truth:
    """An agent has called a customer and parks him (#72); a colleague fetches him."""
    agent = await stage.agent(6)
    other = await stage.agent(7)
    stage.lab.line.plans[stage.number] = Plan(answer_after=1)
    desk = await (await agent.desk.call(stage.number)).answered()
    far = await reached(stage, stage.number)
    await asyncio.sleep(2)
    parked = asyncio.create_task(
        stage.ami.wait_for(
            lambda m: (
                m.event == "ParkedCall"
                and m.get("ParkerDialString").startswith(f"PJSIP/{agent.number}")
            )
        )
    )
    await asyncio.sleep(0)
    await desk.press("#72")
    space, away = (await parked).get("ParkingSpace"), time.time()
    await asyncio.sleep(1.5)
    fetched = await (await other.desk.call(space)).answered()
    await asyncio.sleep(2)
    await far.hangup()
    await fetched.finished()
    if not desk.final:
        await desk.hangup()
    await stage.gone(agent.number)
    await stage.gone(other.number)
    assert desk.t_answer is not None
    assert fetched.t_answer is not None
    assert fetched.t_end is not None
    call = {
        "id": "c1",
        "direction": "outbound",
        "number": stage.number,
        "visits": [],
        "outcome": "answered",
        "ended_by": "caller",
        "legs": [
            part(agent, desk.t_answer, away, "transfer", method="parked", to=space),
            part(other, fetched.t_answer, fetched.t_end, "caller"),
        ],
        "transfers": [transfer("parked", agent, space, "DTMF")],
    }
    return {"kind": "sip", "calls": [call]}


async def internal_to_queue(stage: Stage) -> Truth:
    """An agent dials the queue support himself; a colleague answers."""
    agent = await stage.agent(6)
    other = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(other, "support")
    call = await (await agent.desk.call("600")).answered()
    desk = await next_talk(other)
    await asyncio.sleep(2)
    await desk.hangup()
    await call.finished()
    await stage.gone(agent.number)
    visit = answered_visit(stage, "support", other, call, desk, "agent")
    truth = inbound(stage, [visit], "agent")
    truth["calls"][0].update(direction="internal", number=agent.number)
    return truth


async def parked_while_waiting(stage: Stage) -> Truth:
    """AMI's Park takes a waiting caller out of the queue; an agent fetches him."""
    other = await stage.agent(2)
    call = await (await stage.call_in(600)).answered()
    await asyncio.sleep(2)
    parked = asyncio.create_task(
        stage.ami.wait_for(
            lambda m: m.event == "ParkedCall" and m.get("ParkeeCallerIDNum") == stage.number
        )
    )
    await asyncio.sleep(0)
    waited = call.talk
    await stage.ami.action("Park", Channel=await stage.caller_channel(), Timeout=30000)
    space = (await parked).get("ParkingSpace")
    await asyncio.sleep(1)
    fetched = await (await other.desk.call(space)).answered()
    await asyncio.sleep(2)
    await call.hangup()
    await fetched.finished()
    await stage.gone()
    assert fetched.t_answer is not None
    assert fetched.t_end is not None
    visit = {
        "queue": stage.queue("support"),
        "result": "withdrawn",
        "wait": seconds(waited),
        "log": {"result": "abandoned"},
        "alt": UNDER_ANOTHER_ID,
        "why": NOT_HIS_DEED,
    }
    legs = [part(other, fetched.t_answer, fetched.t_end, "caller")]
    truth = inbound(stage, [visit], "caller", legs=legs)
    truth["calls"][0]["outcome"] = "answered"
    return truth


async def bridged_while_waiting(stage: Stage) -> Truth:
    """AMI's Bridge joins a waiting caller with an agent, who is on a call of his own."""
    other = await stage.agent(2)
    own = await (await other.desk.call("610")).answered()
    call = await (await stage.call_in(600)).answered()
    await asyncio.sleep(2)
    waited = call.talk
    await stage.ami.action(
        "Bridge",
        Channel1=await stage.caller_channel(),
        Channel2=await stage.channel_of(other),
    )
    since = time.time()
    await asyncio.sleep(2)
    await call.hangup()
    parted = time.time()
    await asyncio.sleep(0.5)
    await own.hangup()
    await stage.gone()
    await stage.gone(other.number)
    visit = {
        "queue": stage.queue("support"),
        "result": "withdrawn",
        "wait": seconds(waited),
        "log": {"result": "abandoned"},
        "alt": UNDER_ANOTHER_ID,
        "why": NOT_HIS_DEED,
    }
    truth = inbound(stage, [visit], "caller", legs=[part(other, since, parted, "caller")])
    truth["calls"][0]["outcome"] = "answered"
    return truth


async def pool_hands_on(stage: Stage) -> Truth:
    """An agent of the pool hands his caller on blindly, which signs him out."""
    last = await stage.agent(3, Plan(answer_after=1))
    agent, line = await stage.in_pool(1)
    await stage.sign_in(agent, "support")
    queue = stage.queue("support")
    put_through = asyncio.create_task(
        stage.ami.wait_for(lambda m: m.event == "AgentConnect" and m.get("Queue") == queue, 15)
    )
    call = await (await stage.call_in(600)).answered()
    await put_through
    at = time.time()
    await asyncio.sleep(2.5)
    moved = await refer(line, last.number)
    talk = await next_talk(last)
    await asyncio.sleep(2)
    await talk.hangup()
    await call.finished()
    await stage.gone()
    assert call.t_answer is not None
    assert call.t_end is not None
    visit = {
        "queue": queue,
        "result": "transferred",
        "agent": agent.number,
        "wait": seconds(at - call.t_answer),
        "talk": seconds(moved - at),
        "by": "transfer",
        "method": "blind",
        "to": last.number,
        "rung": [agent.number],
        "log": {"result": "answered", "by": "agent", "talk": seconds(call.t_end - at)},
        "why": "the queue sees a Local channel, which stays until the customer's end",
    }
    truth = inbound(
        stage,
        [visit],
        "agent",
        legs=[leg(last, talk, "agent")],
        transfers=[transfer("blind", agent, last.number, "REFER")],
    )
    return {**truth, "house_calls": 1}


STORIES = [
    Told("pickup_then_blind", "who picked up hands on", pickup_then_blind, due=3),
    Told("forwarded_then_atxfer", "forwarded to one who asks on", forwarded_then_atxfer, due=3),
    Told("confirmed_then_blind", "who pressed 1 hands on", confirmed_then_blind, due=3),
    Told("follow_me_then_atxfer", "the second phone asks on", follow_me_then_atxfer, due=3),
    Told("direct_forwarded", "an agent's own number forwards", direct_forwarded, due=3),
    Told("agent_redirected", "AMI takes the agent out of a talk", agent_redirected, due=3),
    Told("outbound_parked", "a customer called is parked", outbound_parked, due=3),
    Told("internal_to_queue", "an agent dials a queue", internal_to_queue, due=3),
    Told("parked_while_waiting", "AMI parks a waiting caller", parked_while_waiting, due=3),
    Told("bridged_while_waiting", "AMI bridges a waiting caller", bridged_while_waiting, due=3),
    Told("pool_hands_on", "a pool's agent hands on", pool_hands_on, due=3),
]

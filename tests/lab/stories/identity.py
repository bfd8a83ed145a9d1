"""Who is who: ids that change or are shared inside calls, and a number that calls twice."""

from __future__ import annotations

import asyncio
import time

from ..phone import Plan
from ..stage import Stage, Truth
from .told import Told, answered_visit, inbound, seconds


async def same_number_twice(stage: Stage) -> Truth:
    """One number has two calls at once (a company's line): two agents, two calls."""
    one = await stage.agent(1, Plan(answer_after=1))
    other = await stage.agent(2, Plan(answer_after=1))
    await stage.sign_in(one, "support")
    first = await (await stage.call_in(600)).answered()
    desk = await (await one.desk.next_call()).answered()
    await stage.sign_in(other, "support")
    second = await (await stage.call_in(600)).answered()
    desk_2 = await (await other.desk.next_call()).answered()
    await asyncio.sleep(2)
    await first.hangup()
    await asyncio.sleep(1.5)
    await desk_2.hangup()
    await second.finished()
    await desk.finished()
    await stage.gone()
    calls = [
        inbound(stage, [answered_visit(stage, "support", one, first, desk, "caller")], "caller")[
            "calls"
        ][0],
        inbound(stage, [answered_visit(stage, "support", other, second, desk_2, "agent")], "agent")[
            "calls"
        ][0],
    ]
    calls[1]["id"] = "c2"
    return {"kind": "sip", "calls": calls}


async def through_vanishing_local(stage: Stage) -> Truth:
    """The queue is reached through a Local channel that takes itself out when somebody talks."""
    agent = await stage.agent(1, Plan(answer_after=2))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(630)).answered()
    desk = await (await agent.desk.next_call()).answered()
    # Without voice a Local channel does not notice that it is not needed.
    desk.phone.spawn(desk.media.silence(desk.remote_media, 2))
    await asyncio.sleep(3)
    await desk.hangup()
    await call.finished()
    await stage.gone()
    return inbound(stage, [answered_visit(stage, "support", agent, call, desk, "agent")], "agent")


async def through_vanishing_local_given_up(stage: Stage) -> Truth:
    """The same, and the caller gives up while he waits."""
    agent = await stage.agent(1)
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(630)).answered()
    await agent.desk.next_call()
    await asyncio.sleep(2)
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


async def customers_joined(stage: Stage) -> Truth:
    """An agent who talks with a caller dials a second customer, and joins the two (REFER).

    Their calls have one Linkedid from then on, and are two calls all the same.
    """
    agent = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(1.5)
    await desk.hold()
    customer = stage.lab.next_number()
    stage.lab.line.plans[customer] = Plan(answer_after=1)
    consult = await (await agent.desk.call(customer)).answered()
    far = next(c for c in stage.lab.line.incoming if customer in c.here)
    await asyncio.sleep(2)
    assert await desk.refer_to(consult) == 202
    await asyncio.sleep(0.3)
    await consult.hangup()
    await desk.hangup()
    gone = time.time()
    await asyncio.sleep(2)
    await call.hangup()
    await far.finished()
    await stage.gone()
    assert far.t_answer is not None
    visit = answered_visit(stage, "support", agent, call, desk, "transfer")
    visit.update(result="transferred", method="attended", how="REFER")
    first = inbound(stage, [visit], "caller")["calls"][0]
    talk = {"agent": agent.number, "talk": seconds(gone - far.t_answer), "by": "transfer"}
    transfer = {"kind": "attended", "by": agent.number, "how": "REFER"}
    transfers = [{**transfer, "to": customer}]
    # The outbound call was how he asked for the second one: its talk ends by the transfer.
    second = {
        "id": "c2",
        "direction": "outbound",
        "number": customer,
        "visits": [],
        "outcome": "answered",
        "legs": [talk],
    }
    return {"kind": "sip", "calls": [{**first, "transfers": transfers}, second]}


STORIES = [
    Told("same_number_twice", "one number with two calls at once", same_number_twice, due=3),
    Told(
        "through_vanishing_local",
        "a queue behind a Local channel that vanishes",
        through_vanishing_local,
        due=3,
    ),
    Told(
        "through_vanishing_local_given_up",
        "the same, given up",
        through_vanishing_local_given_up,
        due=3,
    ),
    Told("customers_joined", "two customers joined by an agent", customers_joined, due=3),
]

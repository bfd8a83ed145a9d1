"""Ways round: parked and fetched, picked up by a colleague, forwarded by the phone, redirected.

Asterisk's queue log has these wrong; ``log`` in the truth is what it says instead.
"""

from __future__ import annotations

import asyncio
import time

from ..phone import Plan
from ..stage import Stage, Truth
from .told import Told, answered_visit, inbound, leg, seconds


async def park_retrieve(stage: Stage) -> Truth:
    """2 s of talk, parked by #72 for 2 s, fetched by a colleague who talks 3 s."""
    agent = await stage.agent(1, Plan(answer_after=1))
    other = await stage.agent(2)
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(2)
    parked = asyncio.create_task(
        stage.ami.wait_for(
            lambda m: m.event == "ParkedCall" and m.get("ParkeeCallerIDNum") == stage.number
        )
    )
    await desk.press("#72")
    space = (await parked).get("ParkingSpace")
    away = time.time()
    await asyncio.sleep(2)
    fetched = await (await other.desk.call(space)).answered()
    await asyncio.sleep(3)
    await call.hangup()
    await fetched.finished()
    if not desk.final:
        await desk.hangup()
    await stage.gone()
    assert call.t_end is not None
    assert desk.t_answer is not None
    visit = answered_visit(stage, "support", agent, call, desk, "transfer")
    visit["talk"] = seconds(away - desk.t_answer)
    visit["log"] = {"by": "caller", "talk": seconds(call.t_end - desk.t_answer)}
    visit["why"] = "queue_log knows nothing of parking: it counts until the customer's end"
    fetched_leg = {"agent": other.number, "talk": seconds(fetched.talk), "by": "caller"}
    transfer = {"kind": "parked", "by": agent.number, "to": space, "how": "DTMF"}
    return inbound(stage, [visit], "caller", legs=[fetched_leg], transfers=[transfer])


async def pickup(stage: Stage) -> Truth:
    """1001's phone rings for support; 1002 dials *8, has the call and talks 3 s."""
    agent = await stage.agent(1)
    other = await stage.agent(2)
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    rung = await agent.desk.next_call()
    await asyncio.sleep(1)
    taken = await (await other.desk.call("*8")).answered()
    await asyncio.sleep(3)
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


async def forwarded(stage: Stage) -> Truth:
    """1001's phone forwards (302) to 1002, who answers after 1.5 s."""
    other = await stage.agent(2, Plan(answer_after=1.5))
    agent = await stage.agent(1, Plan(refuse_with=302, forward_to=other.number))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await (await other.desk.next_call()).answered()
    await asyncio.sleep(3)
    await desk.hangup()
    await call.finished()
    await stage.gone()
    visit = answered_visit(stage, "support", other, call, desk, "agent")
    visit["log"] = {"agent": agent.number}
    visit["why"] = "queue_log names the member who was rung, not the one he forwarded to"
    return inbound(stage, [visit], "agent", forwarded_by=agent.number)


async def ami_redirect(stage: Stage) -> Truth:
    """2 s of talk, then AMI's Redirect sends the caller to 1002, who talks 3 s."""
    agent = await stage.agent(1, Plan(answer_after=1))
    other = await stage.agent(2, Plan(answer_after=1))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(2)
    channel = await stage.caller_channel()
    await stage.ami.action(
        "Redirect", Channel=channel, Context="internal", Exten=other.number, Priority=1
    )
    await desk.finished()
    talk = await (await other.desk.next_call()).answered()
    await asyncio.sleep(3)
    await talk.hangup()
    await call.finished()
    await stage.gone()
    assert call.t_end is not None
    assert desk.t_answer is not None
    visit = answered_visit(stage, "support", agent, call, desk, "transfer")
    visit["log"] = {"by": "caller", "talk": seconds(call.t_end - desk.t_answer)}
    visit["why"] = "queue_log knows nothing of Redirect: it counts until the customer's end"
    transfer = {"kind": "redirected", "by": agent.number, "to": other.number, "how": "AMI"}
    return inbound(stage, [visit], "agent", legs=[leg(other, talk, "agent")], transfers=[transfer])


STORIES = [
    Told("park_retrieve", "parked and fetched by a colleague", park_retrieve, due=3),
    Told("pickup", "a colleague's ringing call is picked up", pickup, due=3),
    Told("forwarded", "the phone forwards to a colleague", forwarded, due=3),
    Told("ami_redirect", "the caller is redirected by AMI", ami_redirect, due=3),
]

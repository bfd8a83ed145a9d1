"""Parked callers: fetched, come back, given up, and what their agent does meanwhile.

queue_log knows nothing of one-touch parking: it counts until the customer's end, or until the
parker's phone hangs up while it is still told where the caller is.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from ..ami import Message
from ..call import SipCall
from ..conf import PARK_LIMIT
from ..phone import Plan
from ..stage import Agent, Stage, Truth
from .handing import Talk, first_talk, handed_on, next_talk, refer, transfer, until, visit_after
from .told import Told, answered_visit, inbound, leg, seconds

WHY = "queue_log knows nothing of parking: it counts until the customer's end"


async def _space(stage: Stage, park: Any, local: str = "") -> tuple[str, float]:
    """Parks the caller by ``park()``; the space he is in, and when.

    ``local``: it is the Local channel to this phone that is parked.
    """

    def ours(message: Message) -> bool:
        if local:
            return message.get("ParkeeChannel").startswith(f"Local/{local}@")
        return message.get("ParkeeCallerIDNum") == stage.number

    parked = asyncio.create_task(stage.ami.wait_for(lambda m: m.event == "ParkedCall" and ours(m)))
    await asyncio.sleep(0)
    await park()
    return (await parked).get("ParkingSpace"), time.time()


async def _one_touch(stage: Stage, first: Talk, local: str = "") -> tuple[str, float]:
    """#72."""

    async def park() -> None:
        await first.desk.press("#72")

    return await _space(stage, park, local)


def _parked(stage: Stage, first: Talk, space: str, away: float) -> dict[str, Any]:
    """The visit of a caller who was parked by one touch."""
    visit = answered_visit(stage, "support", first.agent, first.call, first.desk, "transfer")
    visit = until({**visit, "method": "parked", "to": space}, first, away)
    assert first.call.t_end is not None
    assert first.desk.t_answer is not None
    if first.desk.ended_by == "here":
        visit["log"] = {"by": "agent", "talk": seconds(first.desk.talk)}
    else:
        visit["log"] = {"by": "caller", "talk": seconds(first.call.t_end - first.desk.t_answer)}
    visit["why"] = WHY
    return visit


async def _away(desk: SipCall) -> None:
    """The parker is told where the caller is; then Asterisk lets his phone go."""
    await desk.finished()


def _told(
    stage: Stage, first: Talk, space: str, away: float, by: str, legs: list[dict[str, Any]]
) -> Truth:
    return inbound(
        stage,
        [_parked(stage, first, space, away)],
        by,
        legs=legs,
        transfers=[transfer("parked", first.agent, space, "DTMF")],
    )


async def park_blind(stage: Stage) -> Truth:
    """Parked by a blind transfer to 700 (queue_log has a transfer), fetched by a colleague."""
    other = await stage.agent(2)
    first = await first_talk(stage)

    async def park() -> None:
        await refer(first.desk, "700")

    space, _ = await _space(stage, park)
    await asyncio.sleep(1)
    fetched = await (await other.desk.call(space)).answered()
    await asyncio.sleep(2)
    await fetched.hangup()
    await first.call.finished()
    await stage.gone()
    visit = {**handed_on(stage, first, space, "parked", "REFER")}
    return inbound(
        stage,
        [visit],
        "agent",
        legs=[_fetched(other, fetched, "agent")],
        transfers=[transfer("parked", first.agent, space, "REFER")],
    )


def _fetched(agent: Agent, talk: SipCall, by: str) -> dict[str, Any]:
    """The conversation of who fetched a parked caller: he was never rung."""
    found = leg(agent, talk, by)
    del found["ring"]
    return found


async def park_same_agent(stage: Stage) -> Truth:
    """Parked by #72 and fetched by the same agent: he talks with him twice."""
    first = await first_talk(stage)
    space, away = await _one_touch(stage, first)
    await _away(first.desk)
    fetched = await (await first.agent.desk.call(space)).answered()
    await asyncio.sleep(2)
    await first.call.hangup()
    await fetched.finished()
    await stage.gone()
    return _told(stage, first, space, away, "caller", [_fetched(first.agent, fetched, "caller")])


async def park_comes_back(stage: Stage) -> Truth:
    """Nobody fetches him: after the lot's time he rings at the parker, who answers."""
    first = await first_talk(stage)
    space, away = await _one_touch(stage, first)
    await _away(first.desk)
    again = await next_talk(first.agent, after=1)
    assert again.t_ring is not None
    assert again.t_ring - away > PARK_LIMIT - 1
    await asyncio.sleep(2)
    await again.hangup()
    await first.call.finished()
    await stage.gone()
    return _told(stage, first, space, away, "agent", [leg(first.agent, again, "agent")])


async def park_comes_back_in_vain(stage: Stage) -> Truth:
    """He rings at the parker, who does not answer: Asterisk hangs up."""
    first = await first_talk(stage)
    space, away = await _one_touch(stage, first)
    await _away(first.desk)
    first.agent.desk.plan = Plan()
    again = await first.agent.desk.next_call(after=1)
    await again.finished()
    await first.call.finished()
    await stage.gone()
    truth = _told(stage, first, space, away, "pbx", [])
    truth["calls"][0]["direct"] = [[first.agent.number, "no_answer"]]
    return truth


async def park_given_up(stage: Stage) -> Truth:
    """The caller hangs up in the parking lot; the parker had hung up without listening."""
    first = await first_talk(stage)
    space, away = await _one_touch(stage, first)
    await asyncio.sleep(1)
    await first.desk.hangup()
    await asyncio.sleep(1)
    await first.call.hangup()
    await stage.gone()
    return _told(stage, first, space, away, "caller", [])


async def park_ami(stage: Stage) -> Truth:
    """Parked by AMI's Park of the caller's channel, fetched by a colleague."""
    other = await stage.agent(2)
    first = await first_talk(stage)

    async def park() -> None:
        channel = await stage.caller_channel()
        mine = await stage.channel_of(first.agent)
        await stage.ami.action("Park", Channel=channel, TimeoutChannel=mine)

    space, away = await _space(stage, park)
    await _away(first.desk)
    fetched = await (await other.desk.call(space)).answered()
    await asyncio.sleep(2)
    await first.call.hangup()
    await fetched.finished()
    await stage.gone()
    return _told(stage, first, space, away, "caller", [_fetched(other, fetched, "caller")])


async def park_then_next(stage: Stage) -> Truth:
    """The agent parks the caller and takes the next one; a colleague fetches the first."""
    other = await stage.agent(2)
    first = await first_talk(stage)
    space, away = await _one_touch(stage, first)
    await _away(first.desk)
    await stage.sign_out(first.agent, "support")
    await stage.sign_in(first.agent, "vip")
    number = stage.lab.next_number()
    call = await (await stage.call_in(605, number=number)).answered()
    talk = await next_talk(first.agent, after=1)
    fetched = await (await other.desk.call(space)).answered()
    await asyncio.sleep(2)
    await fetched.hangup()
    await first.call.finished()
    await asyncio.sleep(1)
    await call.hangup()
    await talk.finished()
    await stage.gone()
    await stage.gone(number)
    truth = _told(stage, first, space, away, "agent", [_fetched(other, fetched, "agent")])
    second = inbound(
        stage,
        [visit_after(stage, "vip", first.agent, talk, call.t_answer or 0, "caller")],
        "caller",
    )
    (next_call,) = second["calls"]
    truth["calls"].append({**next_call, "id": "c2", "number": number, "transfers": []})
    return truth


async def local_n_park(stage: Stage) -> Truth:
    """The phone behind a Local/n member parks by #72 (it is the Local that is parked); fetched."""
    agent = await stage.behind_local(1, Plan(answer_after=1), optimised=False)
    other = await stage.agent(2)
    first = await first_talk(stage, agent)
    space, away = await _one_touch(stage, first, agent.number)
    await _away(first.desk)
    fetched = await (await other.desk.call(space)).answered()
    await asyncio.sleep(2)
    await first.call.hangup()
    await fetched.finished()
    await stage.gone()
    return _told(stage, first, space, away, "caller", [_fetched(other, fetched, "caller")])


STORIES = [
    Told("local_n_park", "parked behind Local/n", local_n_park, due=3),
    Told("park_blind", "parked by a blind transfer", park_blind, due=3),
    Told("park_same_agent", "fetched by who parked", park_same_agent, due=3),
    Told("park_comes_back", "back to the parker, answered", park_comes_back, due=3),
    Told("park_comes_back_in_vain", "back, not answered", park_comes_back_in_vain, due=3),
    Told("park_given_up", "given up in the lot", park_given_up, due=3),
    Told("park_ami", "parked by AMI", park_ami, due=3),
    Told("park_then_next", "the next caller meanwhile", park_then_next, due=3),
]

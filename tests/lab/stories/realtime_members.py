"""Members whom a row in a database makes: they come, pause, change and go without an event."""

from __future__ import annotations

import asyncio

from ..conf import PATIENT, REALTIME
from ..phone import Plan
from ..stage import Stage, Truth
from .shifts import NO_CALL, Shift, with_shifts, wrap_up_ends
from .told import Told, answered_visit, inbound

UNSAID_S = 6.0
"""Nothing hints at a changed row: he is seen when the service asks next, every five seconds."""


async def realtime_member(stage: Stage) -> Truth:
    """A row makes him a member; he takes a call; without the row he has signed out."""
    agent = await stage.agent(1, Plan(answer_after=1))
    tables, queue = stage.lab.asterisk.tables, stage.queue(REALTIME)
    shift = Shift(agent)
    tables.enter(queue, agent.interface, membername=agent.name, penalty=0, paused=0)
    shift.now("ready")
    try:
        await asyncio.sleep(UNSAID_S + 1)
        call = await (await stage.call_in(629)).answered()
        desk = await (await agent.desk.next_call()).answered()
        shift.took(desk)
        await asyncio.sleep(2)
        await call.hangup()
        await desk.finished()
        shift.now("wrap_up", at=desk.t_end)
        await stage.gone()
        assert desk.t_end is not None
        shift.now("ready", at=wrap_up_ends(desk.t_end))
        await asyncio.sleep(7)
    finally:
        tables.strike(queue, agent.interface)
    shift.now("signed_out")
    await asyncio.sleep(UNSAID_S + 1)
    visit = answered_visit(stage, REALTIME, agent, call, desk, "caller")
    return {**with_shifts(inbound(stage, [visit], "caller"), shift), "unsaid": UNSAID_S}


async def realtime_paused(stage: Stage) -> Truth:
    """He comes paused, and the column is changed; by AMI he pauses with a reason and comes back."""
    agent = await stage.agent(1)
    tables, queue = stage.lab.asterisk.tables, stage.queue(REALTIME)
    shift = Shift(agent)
    tables.enter(queue, agent.interface, membername=agent.name, paused=1)
    shift.now("paused")
    try:
        await asyncio.sleep(UNSAID_S + 1)
        tables.change(queue, agent.interface, "paused", 0)
        shift.now("ready")
        await asyncio.sleep(UNSAID_S + 1)
        await stage.pause(agent, REALTIME, "lunch")
        shift.now("paused", "lunch")
        await asyncio.sleep(UNSAID_S + 1)
        assert tables.value(queue, agent.interface, "paused") == 1
        await stage.pause(agent, REALTIME, "", paused=False)
        shift.now("ready")
        await asyncio.sleep(1)
    finally:
        tables.strike(queue, agent.interface)
    shift.now("signed_out")
    await asyncio.sleep(UNSAID_S + 1)
    return {**with_shifts(NO_CALL, shift), "unsaid": UNSAID_S}


async def realtime_in_a_static_queue(stage: Stage) -> Truth:
    """A row about a queue of queues.conf, with a Local channel and its phone; gone in the talk."""
    agent = await stage.behind_local(1, Plan(answer_after=1), optimised=True)
    tables, queue = stage.lab.asterisk.tables, stage.queue(PATIENT)
    shift = Shift(agent)
    columns = {"membername": agent.name, "state_interface": agent.state}
    tables.enter(queue, agent.interface, **columns)
    shift.now("ready")
    try:
        await asyncio.sleep(UNSAID_S + 1)
        call = await (await stage.call_in(607)).answered()
        desk = await (await agent.desk.next_call()).answered()
        shift.took(desk)
        await asyncio.sleep(1)
    finally:
        tables.strike(queue, agent.interface)
    await asyncio.sleep(UNSAID_S + 1)
    await desk.hangup()
    shift.now("signed_out", at=desk.t_end)
    await call.finished()
    await stage.gone()
    await asyncio.sleep(1)
    visit = answered_visit(stage, PATIENT, agent, call, desk, "agent")
    return {**with_shifts(inbound(stage, [visit], "agent"), shift), "unsaid": UNSAID_S}


STORIES = [
    Told("realtime_member", "a row comes, a call, the row goes", realtime_member, due=3),
    Told(
        "realtime_in_a_static_queue",
        "a row about a queue of queues.conf",
        realtime_in_a_static_queue,
        due=3,
    ),
    Told("realtime_paused", "a row is paused, by hand and by AMI", realtime_paused, due=3),
]

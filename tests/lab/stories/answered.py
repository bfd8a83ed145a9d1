"""Calls that an agent answers, ended by either side, with and without hold."""

from __future__ import annotations

import asyncio
from typing import Any

from ..phone import Plan
from ..stage import Stage, Truth
from .told import Told, answered_visit, inbound


async def _answered(stage: Stage, *, by: str, talk: float = 4, **caller: Any) -> Truth:
    agent = await stage.agent(1, Plan(answer_after=2))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600, **caller)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(talk)
    await (desk if by == "agent" else call).hangup()
    await call.finished()
    await desk.finished()
    await stage.gone()
    return inbound(stage, [answered_visit(stage, "support", agent, call, desk, by)], by)


async def answered_agent_hangup(stage: Stage) -> Truth:
    """Rings 2 s, 4 s of talk, the agent hangs up."""
    return await _answered(stage, by="agent")


async def answered_caller_hangup(stage: Stage) -> Truth:
    """Rings 2 s, 4 s of talk, the caller hangs up."""
    return await _answered(stage, by="caller")


async def _local(stage: Stage, *, by: str) -> Truth:
    """Nobody has a phone: the times are those that the dialplan waits."""
    stay, ring = 7, 2
    talk = stay - ring if by == "caller" else 3
    agent = await stage.without_phone(1, ring=ring, talk=30 if by == "caller" else talk)
    await stage.sign_in(agent, "support")
    begun = await stage.local_caller(600, f"stay-{stay if by == 'caller' else 30}")
    # AgentComplete may come without the caller's headers when he is gone already (ASTERISK 1.5);
    # that he was answered, queue_log and the record are held to.
    await stage.ami.wait_for(
        lambda m: m.event == "Hangup" and m.get("Uniqueid") == begun.get("Uniqueid"), 30
    )
    await stage.gone()
    visit = {
        "queue": stage.queue("support"),
        "result": "answered",
        "agent": agent.number,
        "wait": ring,
        "ring": ring,
        "talk": talk,
        "by": by,
    }
    return {**inbound(stage, [visit], by), "kind": "local"}


async def answered_caller_hangup_local(stage: Stage) -> Truth:
    """Over Local channels: the caller stays 7 s, of which 2 s are ringing."""
    return await _local(stage, by="caller")


async def answered_agent_hangup_local(stage: Stage) -> Truth:
    """Over Local channels: 2 s of ringing, 3 s of talk, the agent hangs up."""
    return await _local(stage, by="agent")


async def _hold(stage: Stage, direction: str) -> Truth:
    agent = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(1)
    for length in (2.5, 1.5):
        await desk.hold(direction)
        await asyncio.sleep(length)
        await desk.unhold()
        await asyncio.sleep(1)
    await desk.hangup()
    await call.finished()
    await stage.gone()
    visit = answered_visit(stage, "support", agent, call, desk, "agent")
    return inbound(stage, [visit], "agent", hold=round(desk.hold_time, 1), holds=2)


async def hold_unhold(stage: Stage) -> Truth:
    """The agent holds the caller twice, 2.5 s and 1.5 s, by sendonly."""
    return await _hold(stage, "sendonly")


async def hold_inactive(stage: Stage) -> Truth:
    """The same by a phone that says inactive."""
    return await _hold(stage, "inactive")


async def hold_caller_gives_up(stage: Stage) -> Truth:
    """The caller hangs up while he is on hold: the hold ends with the call."""
    agent = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(1)
    await desk.hold()
    await asyncio.sleep(2)
    await call.hangup()
    await desk.finished()
    await stage.gone()
    visit = answered_visit(stage, "support", agent, call, desk, "caller")
    return inbound(stage, [visit], "caller", hold=round(desk.hold_time, 1), holds=1)


async def two_calls_one_agent(stage: Stage) -> Truth:
    """The same agent answers two callers, the second after the wrap-up of the first."""
    agent = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(agent, "vip")
    calls = []
    second = stage.lab.next_number()
    for index, number in enumerate((stage.number, second)):
        call = await (await stage.call_in(605, number=number)).answered()
        desk = await (await agent.desk.next_call(after=index)).answered()
        await asyncio.sleep(2)
        await call.hangup()
        await desk.finished()
        visit = answered_visit(stage, "vip", agent, call, desk, "caller")
        calls.append(
            {
                **inbound(stage, [visit], "caller")["calls"][0],
                "id": f"c{index + 1}",
                "number": number,
            }
        )
    await stage.gone()
    return {"kind": "sip", "calls": calls}


STORIES = [
    Told("answered_agent_hangup", "answered, the agent ends it", answered_agent_hangup),
    Told("answered_caller_hangup", "answered, the caller ends it", answered_caller_hangup),
    Told(
        "answered_caller_hangup_local",
        "the same over Local channels",
        answered_caller_hangup_local,
        kind="local",
    ),
    Told(
        "answered_agent_hangup_local",
        "Local channels, the agent ends it",
        answered_agent_hangup_local,
        kind="local",
    ),
    Told("hold_unhold", "hold time is measured, twice in one talk", hold_unhold),
    Told("hold_inactive", "hold by a phone that says inactive", hold_inactive),
    Told("hold_caller_gives_up", "a hold ends with its call", hold_caller_gives_up),
    Told("two_calls_one_agent", "wrap-up keeps the second caller waiting", two_calls_one_agent),
]

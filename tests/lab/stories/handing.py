"""What the stories of calls handed on share: a first talk, and the truth's words for it."""

from __future__ import annotations

import asyncio
import time
from typing import Any, NamedTuple

from ..call import SipCall
from ..phone import Plan
from ..stage import Agent, Stage, Truth
from .told import answered_visit, inbound, part, seconds

CALLER_FIRST = {"result": "answered", "by": "caller"}
"""app_queue hears of transfers and of hang-ups by two queues of its own, each worked off by
threads of a pool: of a caller who is gone at once it may hear the hang-up first, and then writes
COMPLETECALLER. Seen on 16 and 22, on a machine that has little time for Asterisk."""
RACE = [{"result": "answered", "by": "agent"}, CALLER_FIRST]
"""The same of an attended transfer, in which Asterisk hangs up or exchanges the legs of both: the
leg that it hears of first is the one that completes it."""
TRANSFER_FIRST = {"result": "transferred", "by": "transfer"}
"""The same race the other way round: an agent's own talk behind a queue, which the log takes for
ended by the caller (he goes, another one takes his place), is written as a transfer if app_queue
hears of that first. Seen on 22, on a machine that has little time for Asterisk."""


class Talk(NamedTuple):
    """Somebody in talk with the caller: the caller's phone and the agent's."""

    agent: Agent
    call: SipCall
    desk: SipCall


async def first_talk(stage: Stage, agent: Agent | None = None) -> Talk:
    """A caller of 600 in talk with the first agent for 2 s."""
    if agent is None:
        agent = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(2)
    return Talk(agent, call, desk)


async def refer(desk: SipCall, number: str) -> float:
    """Hands on blindly by the phone; the instant at which the other side was sent away."""
    assert await desk.refer(number) == 202
    moved = time.time()
    await asyncio.sleep(0.3)
    await desk.hangup()
    return moved


async def dtmf(desk: SipCall, feature: str, number: str) -> None:
    """Presses a key of features.conf, hears "transfer", and dials the number."""
    await desk.press(feature)
    await asyncio.sleep(1)
    await desk.press(number)


async def speaks(call: SipCall) -> None:
    """Something is said for a moment: half a second of voice."""
    await call.media.silence(call.remote_media, 25)


async def next_talk(agent: Agent, *, after: int = 0) -> SipCall:
    """The agent's phone rings and he answers."""
    return await (await agent.desk.next_call(after=after)).answered()


def handed_on(
    stage: Stage, first: Talk, to: str, kind: str, how: str, **more: Any
) -> dict[str, Any]:
    """The visit of a first talk that ended by being handed on."""
    visit = answered_visit(
        stage, "support", first.agent, first.call, first.desk, "transfer", **more
    )
    return {**visit, "result": "transferred", "to": to, "method": kind, "how": how}


def transfer(kind: str, agent: Agent, to: str, how: str) -> dict[str, Any]:
    """A transfer as the truth has it."""
    return {"kind": kind, "by": agent.number, "to": to, "how": how}


def until(visit: dict[str, Any], first: Talk, instant: float) -> dict[str, Any]:
    """The same visit, when the agent's talk with the caller ended before his phone's call did."""
    assert first.desk.t_answer is not None
    return {**visit, "talk": seconds(instant - first.desk.t_answer)}


def visit_after(
    stage: Stage, queue: str, agent: Agent, talk: SipCall, since: float, by: str, **more: Any
) -> dict[str, Any]:
    """A visit that began at ``since``, by a transfer, and was answered."""
    assert talk.t_answer is not None
    visit = answered_visit(stage, queue, agent, talk, talk, by, **more)
    return {**visit, "wait": seconds(talk.t_answer - since)}


async def kept(stage: Stage, first: Talk, hold: float, holds: int = 1) -> Truth:
    """The agent has the caller back, talks on for 2 s and hangs up: no transfer."""
    await asyncio.sleep(2)
    await first.desk.hangup()
    await first.call.finished()
    await stage.gone()
    visit = answered_visit(stage, "support", first.agent, first.call, first.desk, "agent")
    return inbound(stage, [visit], "agent", hold=seconds(hold), holds=holds, transfers=[])


async def taken(
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

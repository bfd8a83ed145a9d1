"""Keys of features.conf pressed by the caller, where Queue() lets him (options T and K)."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from ..phone import Plan
from ..stage import Stage, Truth
from .handing import Talk, dtmf, kept, next_talk, until
from .told import Told, answered_visit, inbound, part, seconds


async def _first_talk(stage: Stage) -> Talk:
    """A caller of 631, who may press keys, in talk with the first agent for 2 s."""
    agent = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(631)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(2)
    return Talk(agent, call, desk)


def _left(stage: Stage, first: Talk, instant: float) -> dict[str, Any]:
    """The visit, when the caller left the agent at that instant."""
    visit = answered_visit(stage, "support", first.agent, first.call, first.desk, "caller")
    return until(visit, first, instant)


async def keyed_blind_by_the_caller(stage: Stage) -> Truth:
    """#1 and a number: he hands the agent on to a colleague and is gone himself."""
    other = await stage.agent(2, Plan(answer_after=1))
    first = await _first_talk(stage)
    await dtmf(first.call, "#1", other.number)
    await first.call.finished()
    talk = await next_talk(other)
    await asyncio.sleep(2)
    await talk.hangup()
    await first.desk.finished()
    await stage.gone(first.agent.number)
    assert first.call.t_end is not None
    visit = _left(stage, first, first.call.t_end)
    visit["log"] = {"result": "transferred", "by": "transfer"}
    # On 16 it is a race, as with other transfers (ASTERISK 12.6).
    visit["alt"] = {"result": "answered", "by": "caller"}
    visit["why"] = "queue_log writes BLINDTRANSFER by the agent, who was handed on himself"
    return inbound(stage, [visit], "caller", transfers=[])


async def keyed_park_by_the_caller(stage: Stage) -> Truth:
    """#72: he parks the agent, hears where, and is hung up; so does the agent."""
    first = await _first_talk(stage)
    await first.call.press("#72")
    parked = time.time()
    await first.call.finished(10)
    await asyncio.sleep(1)
    await first.desk.hangup()
    await stage.gone(first.agent.number)
    assert first.call.t_end is not None
    assert first.desk.t_answer is not None
    visit = _left(stage, first, parked)
    visit["log"] = {"talk": seconds(first.call.t_end - first.desk.t_answer)}
    visit["why"] = "queue_log counts until the caller's end, though the agent was parked before"
    return inbound(stage, [visit], "caller", transfers=[])


async def keyed_ask_by_the_caller(stage: Stage) -> Truth:
    """*2 and a number: he asks a colleague, who hangs up after 2 s, and is back with the agent."""
    other = await stage.agent(2, Plan(answer_after=1))
    first = await _first_talk(stage)
    await dtmf(first.call, "*2", other.number)
    talk = await next_talk(other)
    await asyncio.sleep(2)
    await talk.hangup()
    back = time.time()
    await asyncio.sleep(2)
    await first.call.hangup()
    await first.desk.finished()
    await stage.gone()
    assert talk.t_answer is not None
    assert first.call.t_end is not None
    visit = _left(stage, first, talk.t_answer)
    visit["log"] = {"talk": seconds(first.desk.talk)}
    visit["why"] = "queue_log counts until the caller's end, though he talked with a colleague"
    legs = [
        part(other, talk.t_answer, back, "agent"),
        part(first.agent, back, first.call.t_end, "caller"),
    ]
    more = {"hold": seconds(talk.ring), "direct": [[other.number, "answered"]], "transfers": []}
    return inbound(stage, [visit], "caller", legs=legs, **more)


async def keyed_ask_in_vain_by_the_caller(stage: Stage) -> Truth:
    """*2 and a number; the colleague rejects it, and he is back with the agent."""
    other = await stage.agent(2, Plan(refuse_with=486, refuse_after=1))
    first = await _first_talk(stage)
    await dtmf(first.call, "*2", other.number)
    asked = await other.desk.next_call()
    await asked.finished()
    await asyncio.sleep(1)
    truth = await kept(stage, first, asked.ring)
    truth["calls"][0]["direct"] = [[other.number, "rejected"]]
    return truth


async def keyed_handed_over_by_the_caller(stage: Stage) -> Truth:
    """*2 and a number, 2 s with the colleague, and he hangs up: agent and colleague are left."""
    other = await stage.agent(2, Plan(answer_after=1))
    first = await _first_talk(stage)
    await dtmf(first.call, "*2", other.number)
    talk = await next_talk(other)
    await asyncio.sleep(2)
    await first.call.hangup()
    await asyncio.sleep(2)
    await talk.hangup()
    await first.desk.finished()
    await stage.gone(first.agent.number)
    assert talk.t_answer is not None
    assert first.call.t_end is not None
    assert first.desk.t_answer is not None
    visit = _left(stage, first, talk.t_answer)
    talk_s = seconds(first.call.t_end - first.desk.t_answer)
    visit["log"] = {"result": "transferred", "by": "transfer", "talk": talk_s}
    visit["alt"] = {"result": "answered", "by": "caller"}
    visit["why"] = "queue_log writes ATTENDEDTRANSFER by the agent, who was handed on himself"
    legs = [part(other, talk.t_answer, first.call.t_end, "caller")]
    return inbound(stage, [visit], "caller", legs=legs, hold=seconds(talk.ring), transfers=[])


STORIES = [
    Told("keyed_blind_by_the_caller", "#1 by the caller", keyed_blind_by_the_caller, due=3),
    Told("keyed_park_by_the_caller", "#72 by the caller", keyed_park_by_the_caller, due=3),
    Told("keyed_ask_by_the_caller", "*2 by the caller and back", keyed_ask_by_the_caller, due=3),
    Told(
        "keyed_ask_in_vain_by_the_caller",
        "*2 by the caller, rejected",
        keyed_ask_in_vain_by_the_caller,
        due=3,
    ),
    Told(
        "keyed_handed_over_by_the_caller",
        "*2 by the caller, who goes",
        keyed_handed_over_by_the_caller,
        due=3,
    ),
]

"""Asked by *2, and back to the caller by *4 while the one who was asked waits, and to and fro."""

from __future__ import annotations

import asyncio
import time

from ..phone import Plan
from ..stage import Stage, Truth
from .handing import RACE, dtmf, first_talk, kept, next_talk, taken
from .told import Told, seconds

SWAP = "*4"


async def atxfer_swap(stage: Stage) -> Truth:
    """To the colleague, to the caller, to the colleague again; the agent hangs up: connected."""
    other = await stage.agent(2, Plan(answer_after=1))
    first = await first_talk(stage)
    away = time.time()
    await dtmf(first.desk, "*2", other.number)
    talk = await next_talk(other)
    await asyncio.sleep(1.5)
    await first.desk.press(SWAP)
    hold = time.time() - away
    await asyncio.sleep(2)
    await first.desk.press(SWAP)
    away = time.time()
    await asyncio.sleep(2)
    await first.desk.hangup()
    moved = time.time()
    hold += moved - away
    truth = await taken(stage, first, other, talk, "DTMF", moved, alt=RACE)
    truth["calls"][0]["hold"] = seconds(hold)
    return truth


async def atxfer_swap_connected(stage: Stage) -> Truth:
    """To the colleague and back to the caller, with whom he is when he hangs up: connected too."""
    other = await stage.agent(2, Plan(answer_after=1))
    first = await first_talk(stage)
    away = time.time()
    await dtmf(first.desk, "*2", other.number)
    talk = await next_talk(other)
    await asyncio.sleep(1.5)
    await first.desk.press(SWAP)
    hold = time.time() - away
    await asyncio.sleep(2)
    await first.desk.hangup()
    truth = await taken(stage, first, other, talk, "DTMF", time.time(), alt=RACE)
    (call,) = truth["calls"]
    call["hold"] = seconds(hold)
    if talk.ended_by == "there":
        # A race inside 16: his going may end the bridge in which they were just put together.
        call["ended_by"] = call["legs"][0]["by"] = "pbx"
    return truth


async def atxfer_swap_kept(stage: Stage) -> Truth:
    """Back with the caller; the colleague, left waiting, hangs up: the agent keeps the caller."""
    other = await stage.agent(2, Plan(answer_after=1))
    first = await first_talk(stage)
    away = time.time()
    await dtmf(first.desk, "*2", other.number)
    talk = await next_talk(other)
    await asyncio.sleep(1.5)
    await first.desk.press(SWAP)
    back = time.time()
    await asyncio.sleep(2)
    await talk.hangup()
    return await kept(stage, first, back - away)


async def atxfer_swap_while_ringing(stage: Stage) -> Truth:
    """Back to the caller while the colleague's phone rings; when he has answered, to him."""
    other = await stage.agent(2, Plan(answer_after=3))
    first = await first_talk(stage)
    away = time.time()
    await dtmf(first.desk, "*2", other.number)
    await (await other.desk.next_call()).ringing()
    await asyncio.sleep(0.7)
    await first.desk.press(SWAP)
    hold = time.time() - away
    talk = await next_talk(other)
    await asyncio.sleep(1.5)
    await first.desk.press(SWAP)
    away = time.time()
    await asyncio.sleep(2)
    await first.desk.hangup()
    moved = time.time()
    hold += moved - away
    truth = await taken(stage, first, other, talk, "DTMF", moved, alt=RACE)
    truth["calls"][0]["hold"] = seconds(hold)
    return truth


STORIES = [
    Told("atxfer_swap", "to and fro by *4, connected", atxfer_swap, due=3),
    Told("atxfer_swap_connected", "connected from the caller's side", atxfer_swap_connected, due=3),
    Told("atxfer_swap_kept", "back by *4, the colleague leaves", atxfer_swap_kept, due=3),
    Told("atxfer_swap_while_ringing", "back while he rings", atxfer_swap_while_ringing, due=3),
]

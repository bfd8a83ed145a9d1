"""Members of whom Asterisk says nothing: static ones that a reload brings and takes away."""

from __future__ import annotations

import asyncio

from ..stage import Agent, Stage, Truth
from .shifts import NO_CALL, Shift, with_shifts
from .told import Told

UNSAID_S = 3.0
"""An agent whom no event tells of may be noticed this late."""


async def _reload(stage: Stage, how: str) -> None:
    if how == "AMI":
        await stage.ami.action("QueueReload", Members="yes", Parameters="yes")
    else:
        await stage.ami.action("Command", Command="queue reload all")


def _configured(stage: Stage, agent: Agent, *, there: bool) -> None:
    """Puts a static member into the site's billing queue, or takes him out."""
    file = stage.lab.asterisk.home / "etc/queues_local.conf"
    lines = f"[{stage.queue('billing')}](+)\nmember => {agent.interface},0,{agent.name}\n"
    text = file.read_text(encoding="utf-8").replace(lines, "")
    file.write_text(text + lines if there else text, encoding="utf-8")


async def static_member(stage: Stage) -> Truth:
    """A reload brings him, he pauses, another reload forgets why, the next one takes him away."""
    agent = await stage.agent(1)
    shift = Shift(agent)
    _configured(stage, agent, there=True)
    try:
        await _reload(stage, "CLI")
        while not await stage.member_status(agent, "billing"):
            await asyncio.sleep(0.1)
        shift.now("ready")
        await asyncio.sleep(UNSAID_S + 1)
        await stage.pause(agent, "billing", "lunch")
        shift.now("paused", "lunch")
        await asyncio.sleep(1)
        await _reload(stage, "AMI")
        await asyncio.sleep(UNSAID_S)
        await stage.pause(agent, "billing", "", paused=False)
        shift.now("ready")
        await asyncio.sleep(1)
    finally:
        _configured(stage, agent, there=False)
        await _reload(stage, "CLI")
    shift.now("signed_out")
    await asyncio.sleep(UNSAID_S + 1)
    return {**with_shifts(NO_CALL, shift), "unsaid": UNSAID_S}


STORIES = [
    Told("static_member", "static members come and go by a reload", static_member, due=3),
]

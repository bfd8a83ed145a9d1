"""The truth about an agent's shift: which state, from when to when, by the story's own clock."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from ..call import SipCall
from ..phone import Plan
from ..stage import Agent, Stage, Truth


class Shift:
    """One agent's spans, in order and without gaps. Instants are epoch seconds."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self._spans: list[dict[str, Any]] = []

    def now(self, state: str, reason: str = "", at: float | None = None) -> None:
        """From ``at`` (else this moment) on he is in this state."""
        since = time.time() if at is None else at
        if self._spans:
            self._spans[-1]["to"] = round(since, 3)
        self._spans.append({"state": state, "reason": reason, "from": round(since, 3), "to": None})

    def took(self, desk: SipCall) -> None:
        """His phone rang and he answered."""
        self.now("offered", at=desk.t_ring)
        self.now("talking", at=desk.t_answer)

    def over(self, at: float | None = None) -> list[dict[str, Any]]:
        """The spans; the last one ends now."""
        self._spans[-1]["to"] = round(time.time() if at is None else at, 3)
        return self._spans


def with_shifts(truth: Truth, *shifts: Shift) -> Truth:
    """The truth of a story with the shifts of its agents, by interface."""
    return {**truth, "spans": {shift.agent.interface: shift.over() for shift in shifts}}


def wrap_up_ends(talk_ended: float, length_s: int = 5) -> float:
    """When the queue's rule lets him be rung again: it counts from a whole second."""
    return int(talk_ended) + length_s


async def into_the_wrap_up(ended: float) -> None:
    """1 s after the talk: the queue's 5 s may be over 4 s after it, and a machine may be slow."""
    await asyncio.sleep(max(0.0, ended + 1 - time.time()))


NO_CALL: Truth = {"kind": "sip", "calls": []}
"""A story in which nobody calls."""


async def on_shift(stage: Stage, queue: str, plan: Plan | None = None) -> tuple[Agent, Shift]:
    """The stage's first agent, a second after he signed in to this one queue."""
    agent = await stage.agent(1, plan)
    shift = Shift(agent)
    await stage.sign_in(agent, queue)
    shift.now("ready")
    await asyncio.sleep(1)
    return agent, shift

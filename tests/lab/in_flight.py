"""Calls in every state at once, for what breaks in the middle of them, and the agents' spans.

Four customers: one talks, one waits, one makes a phone ring, and one has been served a moment ago,
whose agent still works after the call (by a pause that says so).
"""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from itertools import pairwise
from typing import Any

from .call import SipCall
from .conf import PATIENT
from .lab import TOLERANCE_S, Lab
from .phone import PhoneError, Plan
from .product import Product
from .stage import Agent, Stage, Truth
from .stories.told import answered_visit, inbound, seconds

AFTER_CALL = "acw"
"""A pause of this reason is after-call work."""


class InFlight:
    """Four calls under way. ``begin`` returns while the third one's phone rings."""

    talker: Agent
    ringer: Agent
    worker: Agent
    talking: SipCall
    talking_desk: SipCall
    waiting: SipCall
    ringing: SipCall
    ringing_desk: SipCall

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.talk, self.wait, self.ring, self.after = self.stages = [
            Stage(lab, site, lab.next_number()) for site in (1, 2, 3, 4)
        ]
        self.started = time.time()
        self.served: Truth = {}
        self.rings_from = 0.0

    async def begin(self) -> None:
        """Makes the calls; the third one's phone rings until ``finish``."""
        self.worker = await self.after.agent(1, Plan(answer_after=0.3))
        await self.after.sign_in(self.worker, "support")
        call = await (await self.after.call_in(600)).answered()
        desk = await (await self.worker.desk.next_call()).answered()
        self.talker = await self.talk.agent(1, Plan(answer_after=0.3))
        await self.talk.sign_in(self.talker, "support")
        self.talking = await (await self.talk.call_in(600)).answered()
        self.talking_desk = await (await self.talker.desk.next_call()).answered()
        await desk.hangup()
        await call.finished()
        visit = answered_visit(self.after, "support", self.worker, call, desk, "agent")
        self.served = inbound(self.after, [visit], "agent")
        await self.after.pause(self.worker, "support", AFTER_CALL)
        self.waiting = await (await self.wait.call_in(607)).answered()
        self.ringer = await self.ring.agent(1)
        await self.ring.sign_in(self.ringer, PATIENT)
        self.ringing = await (await self.ring.call_in(607)).answered()
        self.ringing_desk = await self.ringer.desk.next_call()
        await self.ringing_desk.ringing()
        # Long enough to be told: what comes next breaks the calls and not the telling of them.
        await asyncio.sleep(0.5)

    async def finish(self) -> None:
        """The waiting one gives up, the ringing one is answered and served, the talk ends."""
        await self.waiting.hangup()
        self.ringing_desk.answer()
        await self.ringing_desk.answered()
        await self.talking.hangup()
        await self.talking_desk.finished()
        await self.ringing_desk.over(1.5)
        await self.ringing_desk.hangup()
        await self.ringing.finished()
        for stage in (self.talk, self.wait, self.ring):
            await stage.gone()

    def as_people_ended_it(self) -> Truth:
        """The truth when nothing but people ended these calls."""
        gave_up = {
            "queue": self.wait.queue(PATIENT),
            "result": "abandoned",
            "wait": seconds(self.waiting.talk),
            "by": "caller",
        }
        talk = answered_visit(
            self.talk, "support", self.talker, self.talking, self.talking_desk, "caller"
        )
        rung = answered_visit(
            self.ring, PATIENT, self.ringer, self.ringing, self.ringing_desk, "agent"
        )
        return self._truth(
            inbound(self.talk, [talk], "caller"),
            inbound(self.wait, [gave_up], "caller"),
            inbound(self.ring, [rung], "agent"),
        )

    def as_asterisk_ended_it(self, at: float) -> Truth:
        """The truth when Asterisk ended all of them at ``at`` (epoch seconds)."""

        def stopped(stage: Stage, queue: str, call: SipCall, **more: Any) -> Truth:
            assert call.t_answer is not None
            wait = seconds(at - call.t_answer)
            visit = {"queue": stage.queue(queue), "result": "system", "wait": wait}
            return inbound(stage, [{**visit, **more}], "pbx")

        desk, call = self.talking_desk, self.talking
        assert desk.t_answer is not None
        assert call.t_answer is not None
        talk = {
            "queue": self.talk.queue("support"),
            "result": "answered",
            "agent": self.talker.number,
            "wait": seconds(desk.t_answer - call.t_answer),
            "ring": seconds(desk.ring),
            "talk": seconds(at - desk.t_answer),
            "by": "pbx",
        }
        return self._truth(
            inbound(self.talk, [talk], "pbx"),
            stopped(self.wait, PATIENT, self.waiting, rung=[]),
            stopped(self.ring, PATIENT, self.ringing, rung=[self.ringer.number]),
        )

    def _truth(self, *parts: Truth) -> Truth:
        return {
            "calls": [call for part in (self.served, *parts) for call in part["calls"]],
            "started": self.started,
            "ended": time.time(),
            "tol": TOLERANCE_S,
        }

    async def clear(self) -> None:
        """Signs everybody out; a phone whose call Asterisk forgot cannot hang it up any more."""
        for stage in self.stages:
            with suppress(PhoneError):
                await stage.clear()


def spans(product: Product) -> dict[str, list[dict[str, Any]]]:
    """The spans of each agent, oldest first, as they stand in the call log."""
    found: dict[str, list[dict[str, Any]]] = {}
    rows = product.rows("SELECT agent_id, span FROM agent_spans ORDER BY agent_id, start_ms")
    for agent, span in rows:
        found.setdefault(agent, []).append(json.loads(span))
    return found


def torn(found: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Where spans leave a gap or overlap, and more than one is open, as sentences."""
    wrong: list[str] = []
    for agent, row in found.items():
        for one, other in pairwise(row):
            if one["end_ms"] != other["start_ms"]:
                wrong.append(f"{agent}: {one} and then {other}")
        if row[-1]["end_ms"] is not None:
            wrong.append(f"{agent}: nothing after {row[-1]}")
    return wrong


def seconds_in(row: list[dict[str, Any]], *states: str) -> float:
    """How long an agent was in these states, in seconds; open spans do not count."""
    return sum(
        (span["end_ms"] - span["start_ms"]) / 1000
        for span in row
        if span["state"] in states and span["end_ms"] is not None
    )

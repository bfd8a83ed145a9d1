"""The truth about an agent's shift: which state, from when to when, by the story's own clock."""

from __future__ import annotations

import time
from typing import Any

from ..stage import Agent, Truth


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


NO_CALL: Truth = {"kind": "sip", "calls": []}
"""A story in which nobody calls."""

"""What the families of stories share: a story's entry in the list, the truth's building blocks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from ..call import SipCall
from ..stage import Agent, Stage, Truth


@dataclass(frozen=True)
class Told:
    """A story: ``proves`` in one sentence; ``alone`` when it disturbs whatever runs beside it.

    ``due`` is the stage of the project from which on the product must tell it right: 2 is the main
    job, 3 every detour. The lab plays and records all of them.
    """

    name: str
    proves: str
    play: Callable[[Stage], Awaitable[Truth]]
    alone: bool = False
    kind: str = "sip"
    due: int = 2


def seconds(value: float) -> float:
    """Seconds as the truth has them: tenths."""
    return round(value, 1)


def at(instant: float) -> float:
    """An instant as the truth has it: epoch seconds, milliseconds."""
    return round(instant, 3)


def answered_visit(
    stage: Stage, queue: str, agent: Agent, caller: SipCall, talk: SipCall, by: str, **more: Any
) -> dict[str, Any]:
    """A visit that an agent answered, from the clocks of the caller's and the agent's phone."""
    assert caller.t_answer is not None
    assert talk.t_answer is not None
    assert talk.t_end is not None
    return {
        "queue": stage.queue(queue),
        "result": "answered",
        "agent": agent.number,
        "wait": seconds(talk.t_answer - caller.t_answer),
        "ring": seconds(talk.ring),
        "talk": seconds(talk.talk),
        "by": by,
        "at": at(talk.t_answer),
        **more,
    }


def inbound(stage: Stage, visits: list[dict[str, Any]], ended_by: str, **more: Any) -> Truth:
    """The truth of a story with the one call of the stage's own caller."""
    outcome = visits[-1]["result"] if visits else "none"
    if any("agent" in visit for visit in visits):
        # A call that anybody answered is answered, whatever came of it afterwards.
        outcome = "answered"
    call: dict[str, Any] = {
        "id": "c1",
        "direction": "inbound",
        "number": stage.number,
        "visits": visits,
        "outcome": outcome,
        "ended_by": ended_by,
        **more,
    }
    return {"kind": "sip", "calls": [call]}


def leg(agent: Agent, talk: SipCall, by: str, **more: Any) -> dict[str, Any]:
    """A conversation that no queue made."""
    assert talk.t_answer is not None
    return {
        "agent": agent.number,
        "ring": seconds(talk.ring),
        "talk": seconds(talk.talk),
        "by": by,
        "at": at(talk.t_answer),
        **more,
    }


def part(agent: Agent, since: float, until: float, by: str, **more: Any) -> dict[str, Any]:
    """A conversation that is only a part of what the agent's phone talked."""
    return {
        "agent": agent.number,
        "talk": seconds(until - since),
        "by": by,
        "at": at(since),
        **more,
    }

"""A step of a call's life line: what happened, when, and whose word it rests on."""

from __future__ import annotations

from typing import Any, Literal, cast, get_args

from msgspec import Struct

from .model import AgentRef, SettledBy

StepKind = Literal[
    "started",
    "reclassified",
    "customer",
    "ivr",
    "entered",
    "refused",
    "rang",
    "talked",
    "far_answered",
    "held",
    "transferred",
    "left",
    "recording",
    "ended",
    "wrapped_up",
    "note",
    "filed",
    "unheard",
    "other",
]
Evidence = Literal["ami", "queue_status", "queue_log", "cel", "desk", "directory", "lost_sight"]
"""Whose word a step rests on: AMI's events, the dialplan variable QUEUESTATUS, Asterisk's queue_log
or CEL, somebody at our desk, the directory of customers; ``lost_sight``: nobody saw it."""


class Believed(Struct, frozen=True, kw_only=True):
    """What a step said before it was corrected."""

    settled_by: Evidence
    end: str = ""
    by: str = ""
    ms: int | None = None
    agent: AgentRef | None = None


class Step(Struct):
    """One thing that happened. ``at`` epoch ms UTC by the PBX's clock, ``ms`` how long it lasted.

    ``until`` None: an instant, or it goes on. ``seq`` is the number of the fact that told of it.
    ``end`` is how it ended, in the words of its fact (``VisitEnd``, ``OfferEnd``, ``Outcome``), the
    kind of a transfer, why a queue refused, which rule found the customer. ``by`` is who ended it
    or who wrote it. ``text`` is what it is about: the number, the key, the line, the words. ``was``
    is what was believed until ``settled_by`` corrected it.
    """

    what: StepKind
    at: int
    seq: int
    settled_by: Evidence = "ami"
    until: int | None = None
    ms: int | None = None
    agent: AgentRef | None = None
    queue: str = ""
    visit: int | None = None
    offer: int | None = None
    conversation: int | None = None
    position: int = 0
    end: str = ""
    by: str = ""
    text: str = ""
    was: Believed | None = None


def known_or_new(steps: list[Step], what: StepKind, at: int, seq: int, **same: Any) -> Step:
    """The last step of this kind that is the same in these, else one that begins at ``at``: the
    fact of its beginning may be older than what is kept."""
    step = last(steps, what, **same)
    if step is None:
        step = Step(what, at, seq, **same)
        steps.append(step)
    return step


def last(steps: list[Step], what: StepKind, **same: object) -> Step | None:
    """The last step of this kind with these members."""
    return next(
        (
            step
            for step in reversed(steps)
            if step.what == what and all(getattr(step, k) == v for k, v in same.items())
        ),
        None,
    )


def believed(step: Step) -> Believed:
    """What a step says now, to stand beside what corrects it."""
    return Believed(
        settled_by=step.settled_by, end=step.end, by=step.by, ms=step.ms, agent=step.agent
    )


def word_of(settled_by: SettledBy) -> Evidence:
    """A settler that is new here is named by what it is nearest to: what we heard ourselves."""
    return cast(Evidence, settled_by) if settled_by in get_args(Evidence) else "ami"

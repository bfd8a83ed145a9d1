"""The life line of a call: what happened when, and whose word it rests on, for people to read.

``life_line`` folds the facts of one call into steps. A step is something a person would tell: an
agent was rung for 15 s and did not answer, not a ringing that began and a ringing that ended. What
better evidence corrected later is one step, with what was believed before beside it. The fold is
total: of facts that it does not know, or whose beginning nobody saw, it tells what it can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from . import life_talks, life_visits
from .facts import (
    AgentAnswered,
    AgentOffered,
    AgentSeen,
    AgentStateChanged,
    AnyFact,
    CallAnswered,
    CallEnded,
    CallFact,
    CallHeld,
    CallReclassified,
    CallResumed,
    CallStarted,
    CallTransferred,
    ConversationCorrected,
    ConversationEnded,
    CustomerLinked,
    DispositionSet,
    IvrStepped,
    LinkLost,
    LinkRestored,
    NoteSaved,
    OfferEnded,
    QueueEntered,
    QueueLeft,
    QueueRefused,
    QueueSeen,
    Recorded,
    RecordingStarted,
    VisitCorrected,
    WrapUpEnded,
    WrapUpStarted,
)
from .life_step import Step, believed, known_or_new, last, word_of


def life_line(recorded: Iterable[Recorded]) -> list[Step]:
    """The steps of a call, by time; ``recorded`` are its facts, in the order of the journal."""
    steps: list[Step] = []
    for item in recorded:
        unknown = _other if isinstance(item.fact, CallFact) else _beside
        rule = RULES.get(type(item.fact), unknown)
        rule(steps, item.fact, item.seq)
    start = last(steps, "started")
    began = 0 if start is None else start.at
    # A call that was found afterwards is known from there, whatever its single facts are.
    found = None if start is None or start.settled_by == "ami" else start.settled_by
    joined = {step.visit for step in steps if step.what == "talked"}
    told = []
    for step in steps:
        # The wait ends with the conversation that follows at once: one of them says both.
        answered = step.what == "left" and step.end == "answered" and step.was is None
        if answered and step.visit in joined:
            continue
        # A log in whole seconds may put what it knows before the call began.
        step.at = max(step.at, began)
        if found is not None and step.settled_by in ("ami", "queue_status"):
            step.settled_by = found
        told.append(step)
    return sorted(told, key=lambda step: (step.at, step.seq))


def _started(steps: list[Step], fact: CallStarted, seq: int) -> None:
    steps.append(
        Step(
            "started",
            fact.at,
            seq,
            settled_by=word_of(fact.settled_by),
            end=fact.direction,
            text=fact.line,
        )
    )


def _reclassified(steps: list[Step], fact: CallReclassified, seq: int) -> None:
    steps.append(
        Step(
            "reclassified",
            fact.at,
            seq,
            end=fact.direction,
            text=fact.number if fact.presentation == "shown" else "",
        )
    )


def _linked(steps: list[Step], fact: CustomerLinked, seq: int) -> None:
    steps.append(
        Step(
            "customer",
            fact.at,
            seq,
            settled_by="directory",
            end=fact.how,
            text="" if fact.customer_id is None else str(fact.customer_id),
        )
    )


def _ivr(steps: list[Step], fact: IvrStepped, seq: int) -> None:
    steps.append(Step("ivr", fact.at, seq, text=fact.step))


def _far_answered(steps: list[Step], fact: CallAnswered, seq: int) -> None:
    steps.append(Step("far_answered", fact.at, seq))


def _recording(steps: list[Step], fact: RecordingStarted, seq: int) -> None:
    steps.append(Step("recording", fact.at, seq, text=fact.file))


def _noted(steps: list[Step], fact: NoteSaved, seq: int) -> None:
    """A note is saved while it is typed: only what it says in the end is told."""
    step = known_or_new(steps, "note", fact.at, seq, settled_by="desk", by=fact.by)
    step.at, step.seq, step.text = fact.at, seq, fact.text


def _filed(steps: list[Step], fact: DispositionSet, seq: int) -> None:
    steps.append(
        Step("filed", fact.at, seq, settled_by="desk", end=fact.code, by=fact.by, text=fact.note)
    )


def _ended(steps: list[Step], fact: CallEnded, seq: int) -> None:
    step = last(steps, "ended")
    if step is None:
        step = Step("ended", fact.at, seq)
        steps.append(step)
    else:
        step.was = believed(step)
    step.at, step.end, step.by = fact.at, fact.outcome, fact.ended_by
    step.settled_by = word_of(fact.settled_by)


def _unheard(steps: list[Step], fact: LinkLost, seq: int) -> None:
    steps.append(Step("unheard", fact.at, seq))


def _heard(steps: list[Step], fact: LinkRestored, seq: int) -> None:
    step = last(steps, "unheard")
    if step is None or step.until is not None:
        step = Step("unheard", fact.at - fact.gap_ms, seq)
        steps.append(step)
    step.until, step.ms = fact.at, fact.gap_ms
    step.end = "restarted" if fact.restarted else ""


def _beside(steps: list[Step], fact: AnyFact, seq: int) -> None:
    """About queues and agents, not about a call."""


def _other(steps: list[Step], fact: AnyFact, seq: int) -> None:
    """A fact that this version has no words for is told by its name, not hidden."""
    steps.append(Step("other", fact.at, seq, text=type(fact).__name__))


RULES: dict[type, Callable[[list[Step], Any, int], None]] = {
    CallStarted: _started,
    CallReclassified: _reclassified,
    CustomerLinked: _linked,
    QueueEntered: life_visits.entered,
    QueueLeft: life_visits.left,
    QueueRefused: life_visits.refused,
    AgentOffered: life_visits.offered,
    OfferEnded: life_visits.offer_ended,
    AgentAnswered: life_talks.joined,
    CallAnswered: _far_answered,
    CallHeld: life_talks.held,
    CallResumed: life_talks.resumed,
    ConversationEnded: life_talks.parted,
    CallTransferred: life_talks.transferred,
    RecordingStarted: _recording,
    IvrStepped: _ivr,
    WrapUpStarted: life_talks.wrapping,
    WrapUpEnded: life_talks.wrapped,
    NoteSaved: _noted,
    DispositionSet: _filed,
    CallEnded: _ended,
    VisitCorrected: life_visits.visit_corrected,
    ConversationCorrected: life_talks.talk_corrected,
    QueueSeen: _beside,
    AgentSeen: _beside,
    AgentStateChanged: _beside,
    LinkLost: _unheard,
    LinkRestored: _heard,
}
"""How each fact is told; a test holds that every fact has its rule."""

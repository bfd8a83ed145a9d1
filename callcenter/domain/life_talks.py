"""Steps of a life line: conversations, holds, transfers and what follows."""

from __future__ import annotations

from .facts import (
    AgentAnswered,
    CallHeld,
    CallResumed,
    CallTransferred,
    ConversationCorrected,
    ConversationEnded,
    WrapUpEnded,
    WrapUpStarted,
)
from .life_step import Step, believed, known_or_new, last, word_of


def joined(steps: list[Step], fact: AgentAnswered, seq: int) -> None:
    """A conversation began."""
    steps.append(
        Step(
            "talked",
            fact.at,
            seq,
            agent=fact.agent,
            queue=fact.queue,
            visit=fact.visit,
            offer=fact.offer,
            conversation=fact.conversation,
        )
    )


def parted(steps: list[Step], fact: ConversationEnded, seq: int) -> None:
    """A conversation ended, and what was held with it."""
    began = fact.at - fact.talk_ms
    step = known_or_new(steps, "talked", began, seq, conversation=fact.conversation)
    step.agent, step.queue = fact.agent, fact.queue
    step.until, step.ms, step.by = fact.at, fact.talk_ms, fact.ended_by
    held = last(steps, "held", conversation=fact.conversation)
    if held is not None and held.until is None:
        held.until, held.ms = fact.at, max(0, fact.at - held.at)


def talk_corrected(steps: list[Step], fact: ConversationCorrected, seq: int) -> None:
    """Better evidence of a conversation."""
    step = last(steps, "talked", conversation=fact.conversation)
    if step is None:
        step = Step("talked", fact.at, seq, conversation=fact.conversation)
        steps.append(step)
    else:
        step.was = believed(step)
    step.at, step.until, step.ms = fact.at, fact.at + fact.talk_ms, fact.talk_ms
    step.agent, step.queue, step.visit = fact.agent, fact.queue, fact.visit
    step.by, step.settled_by = fact.ended_by, word_of(fact.settled_by)
    handed = last(steps, "transferred", conversation=fact.conversation)
    if fact.transfer is not None and handed is None:
        steps.append(
            Step(
                "transferred",
                step.until,
                seq,
                settled_by=step.settled_by,
                agent=fact.agent,
                conversation=fact.conversation,
                end=fact.transfer,
                text=fact.to,
            )
        )


def held(steps: list[Step], fact: CallHeld, seq: int) -> None:
    """The customer hears music."""
    step = last(steps, "talked", conversation=fact.conversation)
    steps.append(
        Step(
            "held",
            fact.at,
            seq,
            agent=None if step is None else step.agent,
            conversation=fact.conversation,
        )
    )


def resumed(steps: list[Step], fact: CallResumed, seq: int) -> None:
    """The customer is taken back."""
    step = last(steps, "held", conversation=fact.conversation)
    if step is not None and step.until is None:
        step.until, step.ms = fact.at, max(0, fact.at - step.at)


def transferred(steps: list[Step], fact: CallTransferred, seq: int) -> None:
    """A conversation was handed on."""
    step = last(steps, "talked", conversation=fact.conversation)
    if step is not None and step.until is not None:
        step.by = "transfer"
    steps.append(
        Step(
            "transferred",
            fact.at,
            seq,
            agent=None if step is None else step.agent,
            conversation=fact.conversation,
            end=fact.transfer,
            text=fact.to,
        )
    )


def wrapping(steps: list[Step], fact: WrapUpStarted, seq: int) -> None:
    """After-call work began."""
    steps.append(Step("wrapped_up", fact.at, seq, agent=fact.agent, conversation=fact.conversation))


def wrapped(steps: list[Step], fact: WrapUpEnded, seq: int) -> None:
    """After-call work ended."""
    began = fact.at - fact.wrapup_ms
    step = known_or_new(steps, "wrapped_up", began, seq, conversation=fact.conversation)
    step.agent, step.until, step.ms = fact.agent, fact.at, fact.wrapup_ms

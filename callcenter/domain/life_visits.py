"""Steps of a life line: stays in queues, and agents being rung."""

from __future__ import annotations

from .facts import AgentOffered, OfferEnded, QueueEntered, QueueLeft, QueueRefused, VisitCorrected
from .life_step import Evidence, Step, believed, known_or_new, last, word_of

BY_QUEUE_STATUS = frozenset({"timed_out", "emptied"})
"""Ends of a visit that no event tells: the variable that ``app_queue`` sets does."""


def entered(steps: list[Step], fact: QueueEntered, seq: int) -> None:
    """A visit began."""
    steps.append(
        Step("entered", fact.at, seq, queue=fact.queue, visit=fact.visit, position=fact.position)
    )


def refused(steps: list[Step], fact: QueueRefused, seq: int) -> None:
    """A queue's door was shut."""
    steps.append(
        Step(
            "refused",
            fact.at,
            seq,
            settled_by="queue_status",
            queue=fact.queue,
            visit=fact.visit,
            end="refused",
            text=fact.why,
        )
    )


def left(steps: list[Step], fact: QueueLeft, seq: int) -> None:
    """A visit ended; of an answered one the conversation tells, if it is known."""
    evidence: Evidence = "queue_status" if fact.reason in BY_QUEUE_STATUS else "ami"
    steps.append(
        Step(
            "left",
            fact.at,
            seq,
            settled_by="lost_sight" if fact.reason == "unknown" else evidence,
            ms=fact.wait_ms,
            queue=fact.queue,
            visit=fact.visit,
            end=fact.reason,
            text=fact.key,
        )
    )


def visit_corrected(steps: list[Step], fact: VisitCorrected, seq: int) -> None:
    """Better evidence of how a visit ended."""
    known = last(steps, "left", visit=fact.visit)
    entered = last(steps, "entered", visit=fact.visit)
    left = fact.at if entered is None else entered.at + fact.wait_ms
    if known is None:
        known = Step("left", left, seq, queue=fact.queue, visit=fact.visit)
        steps.append(known)
    else:
        known.was = believed(known)
        known.at = left
    known.end, known.ms = fact.reason, fact.wait_ms
    known.text = fact.key or known.text
    known.settled_by = word_of(fact.settled_by)


def offered(steps: list[Step], fact: AgentOffered, seq: int) -> None:
    """A phone is being rung."""
    steps.append(
        Step(
            "rang",
            fact.at,
            seq,
            agent=fact.agent,
            queue=fact.queue,
            visit=fact.visit,
            offer=fact.offer,
        )
    )


def offer_ended(steps: list[Step], fact: OfferEnded, seq: int) -> None:
    """The ringing ended."""
    step = known_or_new(steps, "rang", fact.at - fact.ring_ms, seq, offer=fact.offer)
    step.agent, step.visit = fact.agent, fact.visit
    step.until, step.ms, step.end = fact.at, fact.ring_ms, fact.end

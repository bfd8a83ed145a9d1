"""Facts: what we concluded and never take back. A correction is a later fact.

Facts are numbered by the journal (``seq`` is not part of the fact), stored as JSON with their
``kind``, and versioned by addition: a field once written keeps its name and meaning, a new field
has a default. ``at`` is when it happened, epoch milliseconds UTC by the PBX's clock; ``call`` is
the call's id; ``visit``, ``offer`` and ``conversation`` number those of one call from 1.
"""

from __future__ import annotations

from msgspec import Raw, Struct

from .model import (
    AgentRef,
    AgentState,
    Direction,
    EndedBy,
    OfferEnd,
    Outcome,
    Presentation,
    SettledBy,
    TransferKind,
    VisitEnd,
)


class Fact(Struct, frozen=True, kw_only=True, tag_field="kind", tag=True, gc=False):
    """Base of all facts: values only, no rings, nothing that the collector need look at."""

    at: int
    pbx: str


class CallFact(Fact, frozen=True, kw_only=True):
    """Base of the facts about one call."""

    call: str


class CallStarted(CallFact, frozen=True, kw_only=True):
    """The first leg of a journey appeared. ``line`` is the number dialled (DID).

    ``settled_by`` queue_log: we did not see it, it was found there afterwards.
    """

    uniqueid: str
    linkedid: str
    channel: str
    direction: Direction
    number: str = ""
    name: str = ""
    presentation: Presentation = "shown"
    line: str = ""
    settled_by: SettledBy = "ami"


class CallReclassified(CallFact, frozen=True, kw_only=True):
    """Who the customer is, or which way the call goes, became clear after its start.

    ``leg`` is the customer's leg as the PBX names it; empty in facts of older versions.
    ``anew``: nobody from outside was there so far; the talks and direct offers told before were
    between phones of the house and Asterisk, and are none of this call's.
    """

    direction: Direction
    number: str
    name: str
    presentation: Presentation
    line: str
    leg: str = ""
    anew: bool = False


class CustomerLinked(CallFact, frozen=True, kw_only=True):
    """The directory (or a person) said which customer this is; ``how`` names the rule."""

    customer_id: int | None
    e164: str
    how: str


class QueueEntered(CallFact, frozen=True, kw_only=True):
    """A visit began. ``leg``: who waits, where that is not the customer's own leg."""

    visit: int
    queue: str
    position: int
    leg: str = ""


class QueueLeft(CallFact, frozen=True, kw_only=True):
    """A visit ended; ``wait_ms`` from entry until joined with an agent, or until left."""

    visit: int
    queue: str
    reason: VisitEnd
    wait_ms: int
    key: str = ""


class QueueRefused(CallFact, frozen=True, kw_only=True):
    """The door was shut: full, closed or nobody there. It is a visit that never entered."""

    visit: int
    queue: str
    why: str


class AgentOffered(CallFact, frozen=True, kw_only=True):
    """An agent's phone is being rung, for a visit or directly (``visit`` None).

    ``leg`` is the PBX's id of the first phone that is rung.
    """

    offer: int
    agent: AgentRef
    visit: int | None = None
    queue: str = ""
    leg: str = ""


class OfferEnded(CallFact, frozen=True, kw_only=True):
    """The ringing ended; ``ring_ms`` is how long this very phone was offered the call."""

    offer: int
    agent: AgentRef
    end: OfferEnd
    ring_ms: int
    visit: int | None = None


class AgentAnswered(CallFact, frozen=True, kw_only=True):
    """An agent is joined with the customer: a conversation began. ``leg``: the agent's."""

    conversation: int
    agent: AgentRef
    queue: str = ""
    visit: int | None = None
    offer: int | None = None
    leg: str = ""


class CallAnswered(CallFact, frozen=True, kw_only=True):
    """The customer's end is answered on a call of ours (outbound): the far party is there."""


class CallHeld(CallFact, frozen=True, kw_only=True):
    """The customer hears music while the conversation goes on."""

    conversation: int


class CallResumed(CallFact, frozen=True, kw_only=True):
    """The customer and the agent hear each other again."""

    conversation: int


class ConversationEnded(CallFact, frozen=True, kw_only=True):
    """Agent and customer parted. ``talk_ms`` includes ``hold_ms``."""

    conversation: int
    agent: AgentRef
    ended_by: EndedBy
    talk_ms: int
    hold_ms: int
    queue: str = ""


class CallTransferred(CallFact, frozen=True, kw_only=True):
    """A conversation was handed on. ``to`` is the number or extension that was named.

    Said after the end of the conversation, it is how that ended.
    """

    conversation: int
    transfer: TransferKind
    to: str


class RecordingStarted(CallFact, frozen=True, kw_only=True):
    """A recording of this call is being written to ``file`` on the PBX."""

    file: str


class IvrStepped(CallFact, frozen=True, kw_only=True):
    """The dialplan named a step that the caller went through."""

    step: str


class WrapUpStarted(CallFact, frozen=True, kw_only=True):
    """After-call work began; ``until`` is when the queue's rule ends it (None: not known)."""

    conversation: int
    agent: AgentRef
    until: int | None = None


class WrapUpEnded(CallFact, frozen=True, kw_only=True):
    """The agent is free again, by state."""

    conversation: int
    agent: AgentRef
    wrapup_ms: int


class NoteSaved(CallFact, frozen=True, kw_only=True):
    """The agent's note on the call, whole; ``rev`` ascends."""

    by: str
    text: str
    rev: int


class DispositionSet(CallFact, frozen=True, kw_only=True):
    """What came of the call; a later one replaces it."""

    by: str
    code: str
    resolved: bool | None = None
    note: str = ""


class CallEnded(CallFact, frozen=True, kw_only=True):
    """The customer's leg is gone. ``settled_by`` lost_sight: nobody saw how; cel or queue_log: it
    was found there afterwards."""

    ended_by: EndedBy
    outcome: Outcome
    settled_by: SettledBy = "ami"


class VisitCorrected(CallFact, frozen=True, kw_only=True):
    """Better evidence than AMI settled how a visit ended."""

    visit: int
    queue: str
    reason: VisitEnd
    wait_ms: int
    settled_by: SettledBy
    key: str = ""


class ConversationCorrected(CallFact, frozen=True, kw_only=True):
    """Better evidence than AMI settled a conversation, or told of one that we did not see.

    ``at`` is when agent and customer were joined; what is said here replaces what was known.
    ``transfer`` None: it was not handed on, as far as this evidence goes.
    """

    conversation: int
    agent: AgentRef
    talk_ms: int
    ended_by: EndedBy
    settled_by: SettledBy
    queue: str = ""
    visit: int | None = None
    transfer: TransferKind | None = None
    to: str = ""


class CallsImported(Fact, frozen=True, kw_only=True):
    """Calls of the past that we did not see were found in queue_log, finished ones, many at once.

    ``calls`` are the whole records, one JSON object each; ``how`` names for each the rule by which
    the directory found the caller (empty: it did not). ``portion`` is what those records name to
    be found by; ``at`` is when the last of them ended.
    """

    portion: str
    calls: tuple[Raw, ...]
    how: tuple[str, ...] = ()


class QueueSeen(Fact, frozen=True, kw_only=True):
    """A queue exists; ``service_level_s`` is the PBX's own T, in seconds."""

    queue: str
    strategy: str
    service_level_s: int


class AgentSeen(Fact, frozen=True, kw_only=True):
    """An agent exists, or has a new name; ``queues`` are those he is a member of now."""

    agent: AgentRef
    queues: tuple[str, ...]


class AgentStateChanged(Fact, frozen=True, kw_only=True):
    """An agent span begins at ``at`` and the one before it ends.

    ``reason`` is the pause's; ``call`` the call he is offered or talks on; ``queues`` those that
    he serves now; ``paused_in`` the queues in which he is paused while others may ring him.
    """

    agent: AgentRef
    state: AgentState
    reason: str = ""
    call: str = ""
    queues: tuple[str, ...] = ()
    paused_in: tuple[str, ...] = ()


class LinkLost(Fact, frozen=True, kw_only=True):
    """We no longer hear the PBX: what is shown of it is old from ``at`` on."""

    why: str


class LinkRestored(Fact, frozen=True, kw_only=True):
    """The roster is read and the view of the PBX is whole again; ``gap_ms`` is how long not.

    ``before_ms``: after a start of ours, when we last said something of this PBX (epoch ms).
    """

    gap_ms: int
    restarted: bool
    before_ms: int = 0


AnyFact = (
    CallStarted
    | CallReclassified
    | CustomerLinked
    | QueueEntered
    | QueueLeft
    | QueueRefused
    | AgentOffered
    | OfferEnded
    | AgentAnswered
    | CallAnswered
    | CallHeld
    | CallResumed
    | ConversationEnded
    | CallTransferred
    | RecordingStarted
    | IvrStepped
    | WrapUpStarted
    | WrapUpEnded
    | NoteSaved
    | DispositionSet
    | CallEnded
    | VisitCorrected
    | ConversationCorrected
    | CallsImported
    | QueueSeen
    | AgentSeen
    | AgentStateChanged
    | LinkLost
    | LinkRestored
)


class Recorded(Struct, frozen=True, gc=False):
    """A fact with its number in the journal."""

    seq: int
    fact: AnyFact

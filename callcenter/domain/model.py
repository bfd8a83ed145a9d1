"""The values that facts and pages speak of: agents, visits, offers, conversations, calls.

All instants are epoch milliseconds UTC, all durations milliseconds. A ``CallRecord`` is what the
facts of one call fold into (see ``record.py``); the call log stores it, the API shows it and the
figures of ``kpi`` are made from it, so that a live figure and a historical one have one source.
What is as it was by default is left out when a record is stored. They only hold what is below them,
never each other in a ring, so the collector need not walk them.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

Direction = Literal["inbound", "outbound", "internal"]
Presentation = Literal["shown", "withheld", "unavailable"]
VisitEnd = Literal[
    "answered",
    "abandoned",
    "timed_out",
    "key",
    "emptied",
    "withdrawn",
    "refused",
    "system",
    "unknown",
]
OfferEnd = Literal["answered", "no_answer", "rejected", "cancelled", "unreachable"]
EndedBy = Literal["caller", "agent", "transfer", "pbx", "unknown"]
TransferKind = Literal["blind", "attended", "parked", "redirected", "picked_up"]
Outcome = Literal[
    "answered",
    "abandoned",
    "timed_out",
    "key",
    "emptied",
    "withdrawn",
    "refused",
    "system",
    "ivr",
    "no_answer",
    "busy",
    "failed",
    "unknown",
]
SettledBy = Literal["ami", "queue_log", "cel", "lost_sight"]
AgentState = Literal[
    "signed_out",
    "ready",
    "offered",
    "talking",
    "held",
    "wrap_up",
    "paused",
    "unreachable",
    "unknown",
]
AGENT_STATES: tuple[AgentState, ...] = (
    "signed_out",
    "ready",
    "offered",
    "talking",
    "held",
    "wrap_up",
    "paused",
    "unreachable",
    "unknown",
)


class AgentRef(Struct, frozen=True, gc=False):
    """One agent as facts name him: ``id`` is ``pbx:interface`` without a Local's ``/n``."""

    id: str
    name: str
    interface: str


class Caller(Struct, frozen=True, gc=False):
    """Who the customer's end is, as the line told it; ``e164`` is empty when it makes none."""

    number: str = ""
    e164: str = ""
    name: str = ""
    presentation: Presentation = "shown"


class Transfer(Struct, frozen=True, gc=False):
    """How a conversation was handed on: the kind, and to whom (number, extension or name)."""

    kind: TransferKind
    to: str = ""


class Offer(Struct, kw_only=True, omit_defaults=True, gc=False):
    """One agent being rung for a visit, or for a direct call. ``ring_ms`` once it has ended."""

    number: int
    agent: AgentRef
    at: int
    ended_at: int | None = None
    ring_ms: int | None = None
    end: OfferEnd | None = None
    leg: str = ""


class Visit(Struct, kw_only=True, omit_defaults=True, gc=False):
    """One stay of a call in one queue; ``end`` None while waiting."""

    number: int
    queue: str
    entered_at: int
    position: int = 0
    left_at: int | None = None
    wait_ms: int | None = None
    end: VisitEnd | None = None
    key: str = ""
    offers: list[Offer] = field(default_factory=list)
    leg: str = ""


class Conversation(Struct, kw_only=True, omit_defaults=True, gc=False):
    """One agent joined with the customer; ``talk_ms`` includes ``hold_ms``."""

    number: int
    agent: AgentRef
    joined_at: int
    queue: str = ""
    visit: int | None = None
    parted_at: int | None = None
    talk_ms: int | None = None
    hold_ms: int = 0
    held_since: int | None = None
    holds: int = 0
    wrapup_started_at: int | None = None
    wrapup_until: int | None = None
    wrapup_ms: int | None = None
    ended_by: EndedBy | None = None
    transfer: Transfer | None = None
    leg: str = ""

    @property
    def wraps_up(self) -> bool:
        """Whether its after-call work goes on."""
        return self.wrapup_started_at is not None and self.wrapup_ms is None


class Disposition(Struct, frozen=True, kw_only=True):
    """What came of the call, by the agent; ``resolved`` None when he did not say."""

    code: str
    resolved: bool | None = None
    note: str = ""
    by: str = ""
    at: int = 0


class CallRecord(Struct, kw_only=True, omit_defaults=True, gc=False):
    """One customer's journey. ``outcome`` and ``ended_at`` are None while it lasts.

    ``direct`` are the offers that no queue made. ``settled_by`` says whose word the ends rest on.
    ``leg`` (of visits, offers, conversations) and ``customer_leg`` (empty: the first,
    ``uniqueid``) are the PBX's ids of their channels. ``portion`` names the ``CallsImported`` that
    the call came with, if it did; its ``last_seq`` is 0 until something more is said of it.
    """

    id: str
    pbx: str
    uniqueid: str
    linkedid: str
    direction: Direction
    caller: Caller
    line: str
    started_at: int
    channel: str = ""
    customer_id: int | None = None
    answered_at: int | None = None
    ended_at: int | None = None
    ended_by: EndedBy | None = None
    outcome: Outcome | None = None
    visits: list[Visit] = field(default_factory=list)
    direct: list[Offer] = field(default_factory=list)
    conversations: list[Conversation] = field(default_factory=list)
    ivr: list[str] = field(default_factory=list)
    recordings: list[str] = field(default_factory=list)
    disposition: Disposition | None = None
    note: str = ""
    note_rev: int = 0
    settled_by: SettledBy = "ami"
    last_seq: int = 0
    customer_leg: str = ""
    portion: str = ""

    @property
    def unfinished(self) -> bool:
        """Whether it lasts, or an agent still works after it."""
        return self.ended_at is None or any(talk.wraps_up for talk in self.conversations)

"""What the figures are made from, beside the call record: agent spans, and calls as issues.

A span is one agent in one state. An ``FcrCall`` is what first-call resolution needs of a call and
no more, so that weeks of them can be held and compared.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from msgspec import Struct, field
from msgspec.structs import replace

from callcenter.domain.model import (
    AgentState,
    Caller,
    CallRecord,
    Direction,
    Disposition,
    EndedBy,
    Transfer,
)

from .rules import Rules


class AgentSpan(Struct, frozen=True, kw_only=True, gc=False):
    """One agent in one state from ``start_ms`` to ``end_ms`` (None: still), epoch ms UTC.

    ``reason`` is the pause's, and empty in other states.
    """

    agent_id: str
    name: str
    state: AgentState
    reason: str = ""
    start_ms: int
    end_ms: int | None = None


class FcrCall(Struct, frozen=True, kw_only=True, gc=False):
    """One call as a contact about something.

    ``key`` is the customer, else the E.164 number, None when the number is withheld or makes none.
    ``dropped``: the last conversation was cut by the PBX or nobody saw how it ended, and it was
    not handed on. ``reason`` is empty when not known. ``resolved`` is the agent's word, None when
    he gave none; ``not_resolvable``: he said that nobody here could have resolved it.
    """

    id: str
    key: str | None
    started_at: int
    ended_at: int | None
    direction: Direction
    answered: bool
    abandoned: bool = False
    dropped: bool = False
    reason: str = ""
    disposition: str = ""
    resolved: bool | None = None
    not_resolvable: bool = False


class EndOutline(Struct, gc=False):
    """How a visit or an offer ended."""

    end: str | None = None


class TalkOutline(Struct, gc=False):
    """How a conversation ended."""

    ended_by: EndedBy | None = None
    transfer: Transfer | None = None


class CallOutline(Struct, kw_only=True, gc=False):
    """Of a stored call record what ``fcr_call`` looks at: a fifth of the work of reading it all."""

    id: str
    direction: Direction
    caller: Caller
    started_at: int
    customer_id: int | None = None
    answered_at: int | None = None
    ended_at: int | None = None
    outcome: str | None = None
    visits: list[EndOutline] = field(default_factory=list)
    direct: list[EndOutline] = field(default_factory=list)
    conversations: list[TalkOutline] = field(default_factory=list)
    disposition: Disposition | None = None


def was_answered(record: CallRecord | CallOutline) -> bool:
    """Whether the other end was reached: any visit, direct offer or our own call was answered."""
    if record.direction == "outbound":
        return record.answered_at is not None or bool(record.conversations)
    return (
        bool(record.conversations)
        or any(visit.end == "answered" for visit in record.visits)
        or any(offer.end == "answered" for offer in record.direct)
    )


def fcr_call(record: CallRecord | CallOutline, rules: Rules) -> FcrCall:
    """The call as first-call resolution sees it."""
    answered = was_answered(record)
    last = record.conversations[-1] if record.conversations else None
    disposition = record.disposition
    code = disposition.code if disposition else ""
    return FcrCall(
        id=record.id,
        key=_key(record),
        started_at=record.started_at,
        ended_at=record.ended_at,
        direction=record.direction,
        answered=answered,
        abandoned=not answered
        and (
            record.outcome == "abandoned"
            or any(visit.end == "abandoned" for visit in record.visits)
        ),
        dropped=last is not None and last.ended_by in ("pbx", "unknown") and last.transfer is None,
        reason=rules.reasons.get(code, ""),
        disposition=code,
        resolved=disposition.resolved if disposition else None,
        not_resolvable=code in rules.not_resolvable,
    )


def _key(record: CallRecord | CallOutline) -> str | None:
    if record.customer_id is not None:
        return f"customer:{record.customer_id}"
    if record.caller.presentation == "shown" and record.caller.e164:
        return record.caller.e164
    return None


def without_overlap(spans: Iterable[AgentSpan]) -> list[AgentSpan]:
    """One agent's spans, each ended where the next begins, so that no moment counts twice.

    A span that begins at the same moment as another, or ends before it began, gives way; an open
    span that is followed by another ends there. Gaps stay gaps: what nobody saw is not filled.
    """
    ordered = sorted(spans, key=lambda span: span.start_ms)
    clean: list[AgentSpan] = []
    for span, after in zip(ordered, chain(ordered[1:], [None]), strict=False):
        end = span.end_ms
        if after is not None and (end is None or end > after.start_ms):
            end = after.start_ms
        if end is None or end > span.start_ms:
            clean.append(replace(span, end_ms=end))
    return clean

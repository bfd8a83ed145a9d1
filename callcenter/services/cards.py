"""A call as one agent's screen shows it: built from the record and what is known of the caller."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from callcenter.domain.customer import CUSTOMER_SINCE, Customer, FieldKind, FollowUp
from callcenter.domain.model import CallRecord, Conversation, Offer

from .callers import CallerInfo

FACTS = 5
"""Fields of a customer's record that fit on the card (UI B.2)."""


def customer_card(customer: Customer, kinds: Sequence[FieldKind], now: int) -> dict[str, Any]:
    """The record of a customer as the screen takes it."""
    by_key = {kind.key: kind for kind in kinds}
    facts = []
    since = _day(customer.fields.get(CUSTOMER_SINCE))
    for key, value in customer.fields.items():
        if key == CUSTOMER_SINCE and since is not None:
            continue
        kind = by_key.get(key)
        facts.append(
            {
                "key": key,
                "label": kind.label if kind is not None else "",
                "type": kind.type if kind is not None else "text",
                "value": value,
            }
        )
    alert = customer.alert
    live = alert is not None and (alert.until is None or alert.until > now)
    return {
        "id": customer.id,
        "name": customer.name,
        "code": customer.code,
        "tier": customer.tier,
        "organisation": customer.organisation,
        "since": since,
        "tags": list(customer.tags),
        "facts": facts[:FACTS],
        "alert": {"text": alert.text, "by": alert.author, "at": alert.at}
        if alert is not None and live
        else None,
        "numbers": [
            {"e164": n.e164 or n.raw, "national": n.national or n.raw, "label": n.label}
            for n in customer.numbers
        ],
    }


def _day(value: Any) -> str | None:
    """``value`` when it is a day as fields have it."""
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        return None


def line(record: CallRecord, name: str = "") -> dict[str, Any]:
    """A past call in one line."""
    last = record.conversations[-1] if record.conversations else None
    talked = sum(talk.talk_ms or 0 for talk in record.conversations)
    return {
        "id": record.id,
        "at": record.started_at,
        "direction": record.direction,
        "queue": record.visits[-1].queue if record.visits else "",
        "agent": last.agent.name if last is not None else "",
        "disposition": record.disposition.code if record.disposition is not None else None,
        "note": record.note or (record.disposition.note if record.disposition else ""),
        "talk_ms": talked if last is not None else None,
        "outcome": record.outcome or ("answered" if last is not None else "unknown"),
        "name": name or record.caller.name,
        "number": record.caller.e164 or record.caller.number,
    }


def reminder(item: FollowUp, customer: str = "") -> dict[str, Any]:
    """A follow-up as the screen takes it."""
    return {
        "id": item.id,
        "customer_id": item.customer_id,
        "customer": customer,
        "text": item.text,
        "due_at": item.due_at,
        "call_id": item.call_id,
    }


def offers_to(record: CallRecord, agent: str) -> list[Offer]:
    """All offers of this call to this agent, oldest first."""
    every = [offer for visit in record.visits for offer in visit.offers] + record.direct
    return sorted((o for o in every if o.agent.id == agent), key=lambda offer: offer.at)


def talks_of(record: CallRecord, agent: str) -> list[Conversation]:
    """This agent's conversations in this call, oldest first."""
    return [talk for talk in record.conversations if talk.agent.id == agent]


def phase(record: CallRecord, agent: str) -> str:
    """Where the call stands for this agent; empty when it is none of his any more."""
    return _phase(record, talks_of(record, agent), offers_to(record, agent))


def _phase(record: CallRecord, talks: Sequence[Conversation], offers: Sequence[Offer]) -> str:
    if any(talk.parted_at is None for talk in talks):
        held = all(talk.held_since is not None for talk in talks if talk.parted_at is None)
        return "held" if held else "talking"
    if any(offer.end is None for offer in offers):
        return "ringing"
    if talks:
        last = talks[-1]
        wrapping = last.wrapup_started_at is not None and last.wrapup_ms is None
        return "wrap_up" if wrapping else "done"
    if offers and offers[-1].end == "answered" and record.ended_at is None:
        return "ringing"
    return ""


def card(
    record: CallRecord,
    agent: str,
    info: CallerInfo | None,
    kinds: Sequence[FieldKind],
    *,
    now: int,
    wrap_ends_at: int | None,
    ring_limit_s: int | None,
    line_shown: str = "",
    cust: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Everything that the agent's screen needs to know of this call.

    ``cust`` is the customer's part as it was made for this call before, None when it is to be made.
    """
    offers = offers_to(record, agent)
    talks = talks_of(record, agent)
    visit = record.visits[-1] if record.visits else None
    customer = info.customer if info is not None else None
    return {
        "id": record.id,
        "phase": _phase(record, talks, offers),
        "queue": visit.queue if visit is not None else "",
        "line": line_shown or record.line,
        "direction": record.direction,
        "number": record.caller.number if record.caller.presentation == "shown" else "",
        "national": info.number.national if info is not None else record.caller.number,
        "e164": info.number.e164 if info is not None else record.caller.e164,
        "name": record.caller.name if record.caller.presentation == "shown" else "",
        "presentation": "withheld"
        if info is not None and info.match == "withheld" and record.caller.presentation == "shown"
        else record.caller.presentation,
        "entered_at": visit.entered_at if visit is not None else None,
        "ring_at": offers[-1].at if offers else (talks[-1].joined_at if talks else now),
        "ring_limit_s": ring_limit_s,
        "answered_at": talks[-1].joined_at if talks else None,
        "ended_at": record.ended_at,
        "wrap_ends_at": wrap_ends_at,
        "attempt": max(1, len(offers)),
        "today": info.today if info is not None else 1,
        "cust": cust
        if cust is not None or customer is None
        else customer_card(customer, kinds, now),
        "matches": [
            {
                "id": match.customer.id,
                "name": match.customer.name,
                "organisation": match.customer.organisation,
                "code": match.customer.code,
                "why": match.rule,
            }
            for match in (info.matches[:5] if info is not None else [])
        ],
        "match": info.match if info is not None else "pending",
        "history": [line(item) for item in (info.history if info is not None else [])],
        "history_n": info.history_n if info is not None else 0,
        "open_followups": [
            reminder(item) for item in (info.follow_ups if info is not None else [])
        ],
        "note": {"text": record.note, "rev": record.note_rev},
        "disposition": record.disposition.code if record.disposition is not None else None,
        "resolved": record.disposition.resolved if record.disposition is not None else None,
    }

"""Call records as rows, and the query of a page of calls."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, and_, or_, select, tuple_

from callcenter.domain.found import agents_of, queues_of
from callcenter.domain.model import CallRecord
from callcenter.services.ports_call_log import MOST, BadFilter, CallFilter, CallPage
from kpi.records import CallOutline

from .tables import call_agents, call_queues, calls

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[CallRecord] = msgspec.json.Decoder(CallRecord)
_outline_decoder: msgspec.json.Decoder[CallOutline] = msgspec.json.Decoder(CallOutline)


def call_row(record: CallRecord) -> dict[str, object]:
    """The row of a call: the whole record, and what it is found by."""
    return {
        "id": record.id,
        "pbx": record.pbx,
        "direction": record.direction,
        "started_at": record.started_at,
        "ended_at": record.ended_at,
        "outcome": record.outcome,
        "customer_id": record.customer_id,
        "number": record.caller.number,
        "e164": record.caller.e164,
        "last_seq": record.last_seq,
        "record": _encoder.encode(record).decode(),
    }


def queue_rows(record: CallRecord) -> list[dict[str, object]]:
    """One row for each queue in which the call was, or talked for."""
    return [
        {"queue": queue, "started_at": record.started_at, "call_id": record.id}
        for queue in queues_of(record)
    ]


def agent_rows(record: CallRecord) -> list[dict[str, object]]:
    """One row for each agent who talked, or was called directly."""
    return [
        {"agent_id": agent, "started_at": record.started_at, "call_id": record.id}
        for agent in agents_of(record)
    ]


def record_of(text: str) -> CallRecord:
    """The record in a row."""
    return _decoder.decode(text)


def outline_of(text: str) -> CallOutline:
    """Of the record in a row, what first-call resolution looks at."""
    return _outline_decoder.decode(text)


def page_query(wanted: CallFilter) -> Select[Any]:
    """The calls of a page and one more, newest first. Raises ``BadFilter``."""
    if not 1 <= wanted.limit <= MOST:
        raise BadFilter(f"limit is {wanted.limit}; it must be from 1 to {MOST}.")
    # Order and range are read from the table that leads, so that its index gives them.
    started, number = calls.c.started_at, calls.c.id
    query = select(calls.c.record, calls.c.started_at, calls.c.id)
    if wanted.queue:
        started, number = call_queues.c.started_at, call_queues.c.call_id
        query = query.join(call_queues, call_queues.c.call_id == calls.c.id)
        query = query.where(call_queues.c.queue == wanted.queue)
    if wanted.agent:
        query = query.join(call_agents, call_agents.c.call_id == calls.c.id)
        query = query.where(call_agents.c.agent_id == wanted.agent)
        if not wanted.queue:
            started, number = call_agents.c.started_at, call_agents.c.call_id
    if wanted.from_ms is not None:
        query = query.where(started >= wanted.from_ms)
    if wanted.to_ms is not None:
        query = query.where(started < wanted.to_ms)
    if wanted.customer_id is not None:
        query = query.where(calls.c.customer_id == wanted.customer_id)
    if wanted.number:
        as_told = and_(calls.c.number == wanted.number, calls.c.number != calls.c.e164)
        query = query.where(or_(calls.c.e164 == wanted.number, as_told))
    if wanted.outcome is not None:
        query = query.where(calls.c.outcome == wanted.outcome)
    if wanted.cursor:
        at, call_id = _read_cursor(wanted.cursor)
        query = query.where(tuple_(started, number) < tuple_(at, call_id))
    return query.order_by(started.desc(), number.desc()).limit(wanted.limit + 1)


def page_of(rows: Sequence[Sequence[Any]], limit: int) -> CallPage:
    """The page in the rows of ``page_query``."""
    kept = rows[:limit]
    more = len(rows) > limit
    return CallPage(
        items=[record_of(row[0]) for row in kept],
        next_cursor=_cursor(kept[-1][1], kept[-1][2]) if more else None,
    )


def _cursor(at: int, call_id: str) -> str:
    return base64.urlsafe_b64encode(f"{at}|{call_id}".encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[int, str]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        at, call_id = base64.b64decode(padded, b"-_", validate=True).decode().split("|", 1)
        return int(at), call_id
    except (binascii.Error, UnicodeError, ValueError):
        raise BadFilter(
            "cursor is none that this service gave; take next_cursor of the page before, whole."
        ) from None

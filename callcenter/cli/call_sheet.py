"""Calls as rows of a CSV file: one row a call, written page by page.

Instants stand twice: RFC 3339 in UTC for programs, and on the site's clocks for people. Cells that
a spreadsheet would take for a formula are led by an apostrophe: names and notes come from outside.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from callcenter.domain.model import CallRecord
from callcenter.ports.errors import StoreUnavailable
from callcenter.services.ports_call_log import CallFilter, CallLog

Cell = str | int | None

COLUMNS: dict[str, Callable[[CallRecord, ZoneInfo], Cell]] = {
    "id": lambda call, zone: call.id,
    "direction": lambda call, zone: call.direction,
    "started_at": lambda call, zone: _utc(call.started_at),
    "started_local": lambda call, zone: _local(call.started_at, zone),
    "answered_at": lambda call, zone: _utc(call.answered_at),
    "answered_local": lambda call, zone: _local(call.answered_at, zone),
    "ended_at": lambda call, zone: _utc(call.ended_at),
    "ended_local": lambda call, zone: _local(call.ended_at, zone),
    "outcome": lambda call, zone: call.outcome,
    "ended_by": lambda call, zone: call.ended_by,
    "number": lambda call, zone: call.caller.number,
    "e164": lambda call, zone: call.caller.e164,
    "caller_name": lambda call, zone: call.caller.name,
    "presentation": lambda call, zone: call.caller.presentation,
    "line": lambda call, zone: call.line,
    "customer_id": lambda call, zone: call.customer_id,
    "queues": lambda call, zone: "|".join(visit.queue for visit in call.visits),
    "visit_ends": lambda call, zone: "|".join(visit.end or "" for visit in call.visits),
    "wait_ms": lambda call, zone: _sum([visit.wait_ms for visit in call.visits]),
    "agents": lambda call, zone: "|".join(talk.agent.name for talk in call.conversations),
    "interfaces": lambda call, zone: "|".join(t.agent.interface for t in call.conversations),
    "talk_ms": lambda call, zone: _sum([talk.talk_ms for talk in call.conversations]),
    "hold_ms": lambda call, zone: _sum([talk.hold_ms for talk in call.conversations]),
    "wrapup_ms": lambda call, zone: _sum([talk.wrapup_ms for talk in call.conversations]),
    "transfers": lambda call, zone: "|".join(
        f"{talk.transfer.kind}: {talk.transfer.to}" for talk in call.conversations if talk.transfer
    ),
    "disposition": lambda call, zone: call.disposition.code if call.disposition else None,
    "resolved": lambda call, zone: _resolved(call),
    "note": lambda call, zone: call.note,
    "settled_by": lambda call, zone: call.settled_by,
}
"""Column name to its cell, in the order of the file; durations in milliseconds."""


async def write_calls(path: Path, call_log: CallLog, wanted: CallFilter, zone: str) -> int:
    """Writes the calls to ``path`` (UTF-8 with BOM, for Excel); returns how many.

    The file gets its name when it is whole. Raises ``StoreUnavailable`` when the store cannot be
    read or the file not be written.
    """
    unfinished = path.with_name(path.name + ".unfinished")
    local = ZoneInfo(zone)
    count = 0
    try:
        with unfinished.open("w", encoding="utf-8-sig", newline="") as file:
            sheet = csv.writer(file)
            sheet.writerow(COLUMNS)
            page = await call_log.find(wanted)
            while True:
                sheet.writerows(row_of(call, local) for call in page.items)
                count += len(page.items)
                if page.next_cursor is None:
                    break
                page = await call_log.find(replace(wanted, cursor=page.next_cursor))
        unfinished.replace(path)
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def row_of(call: CallRecord, zone: ZoneInfo) -> list[str]:
    """The cells of one call, in the order of ``COLUMNS``."""
    return [_harmless(column(call, zone)) for column in COLUMNS.values()]


def _harmless(cell: Cell) -> str:
    if cell is None:
        return ""
    text = str(cell)
    # A number in E.164 begins with a plus and is no formula.
    if text[:1] in ("=", "@", "\t", "\r", "-", "+") and not text[1:].isdecimal():
        return "'" + text
    return text


def _utc(at_ms: int | None) -> str | None:
    if at_ms is None:
        return None
    text = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _local(at_ms: int | None, zone: ZoneInfo) -> str | None:
    if at_ms is None:
        return None
    return datetime.fromtimestamp(at_ms / 1000, zone).strftime("%Y-%m-%d %H:%M:%S")


def _sum(parts: list[int | None]) -> int | None:
    """The sum of what is known; None when nothing is, since unknown is not 0."""
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def _resolved(call: CallRecord) -> str | None:
    said = call.disposition.resolved if call.disposition else None
    return None if said is None else "yes" if said else "no"

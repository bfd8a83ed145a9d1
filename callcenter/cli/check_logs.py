"""What ``callcenter check`` says of a PBX's logs: files of this machine, or tables.

A table's clock is judged by the rows themselves: a caller's Uniqueid holds the second in which his
channel was made, and he enters a queue soon after it. Times that are half an hour or more away
from it are read in the wrong zone.
"""

from __future__ import annotations

import os
from pathlib import Path

from ami_bridge.wall_times import WallTimes, born_ms
from callcenter.books import cel_table, queue_log_table
from callcenter.cli.findings import Finding
from callcenter.ports.errors import StoreRefused
from callcenter.ports.log_tables import Row
from callcenter.settings import LogTable, Pbx
from callcenter.store.log_table import SqlLogTable

LOOKED_AT = 500
"""The newest rows by which the clock is judged."""
EARLY_MS = 60_000
LATE_MS = 25 * 60_000
"""A row may be this long before or after its channel was made. Zones differ by 15 minutes at least,
nearly all by 30; who is longer than this in a menu is not the quickest of 500."""


async def logs(pbx: Pbx, zone: str) -> list[Finding]:
    """Of queue_log and CEL, where they are set. ``zone``: the site's."""
    found: list[Finding] = []
    for about, log in (("queue_log", pbx.queue_log), ("cel", pbx.cel)):
        if isinstance(log, LogTable):
            found += await _table(about, log, log.zone or zone)
        elif log:
            found.append(_file(about, Path(log)))
    return found


def _file(about: str, path: Path) -> Finding:
    if not path.is_file():
        says = f"There is no {about} at {path} on this machine. Correct {about}, or leave it out."
    elif not os.access(path, os.R_OK):
        says = f"{path} cannot be read by this user; the service's user needs that right."
    else:
        return Finding(about=about, mark="ok", says=f"{path} can be read.")
    return Finding(about=about, mark="missing", says=says)


async def _table(about: str, log: LogTable, zone: str) -> list[Finding]:
    try:
        table = queue_log_table(log) if about == "queue_log" else cel_table(log)
        layout = await table.layout()
        rows = await _newest(table)
    except StoreRefused as error:
        return [Finding(about=about, mark="missing", says=error.sentence)]
    except OSError as error:
        says = f"The {error.filename or about} cannot be read: {error.strerror or error}."
        return [Finding(about=about, mark="missing", says=says)]
    if not rows:
        says = f"The {table.where} is empty: nothing was written yet, or Asterisk writes elsewhere."
        return [Finding(about=about, mark="advice", says=says)]
    off_ms = _off(rows, layout.columns, zone)
    if off_ms is not None:
        hours = f"{abs(off_ms) / 3_600_000:.2f}".rstrip("0").rstrip(".")
        says = (
            f"The times in the {table.where} are {hours} h "
            f"{'later' if off_ms > 0 else 'earlier'} than the calls they are of: they are not "
            f"written in the zone {zone}. Set zone to that of the PBX, or to UTC."
        )
        return [Finding(about=about, mark="missing", says=says)]
    found = [Finding(about=about, mark="ok", says=f"The {table.where} can be read.")]
    if not layout.numbered:
        says = (
            f"The rows of the {table.where} have no number: what happened within a second is put "
            "in order by guess, and rows of autumn's repeated hour are read at night only."
        )
        add = ("a column: id, a primary key that counts by itself",)
        where = "the table"
        found.append(Finding(about=about, mark="advice", says=says, where=where, add=add))
    return found


async def _newest(table: SqlLogTable) -> list[Row]:
    ends = await table.ends(None)
    if ends is None:
        return []
    last = ends[1]
    if last.number:
        return await table.after(last.number - LOOKED_AT, LOOKED_AT)
    return await table.since(last.time, LOOKED_AT)


def _off(rows: list[Row], columns: tuple[str, ...], zone: str) -> int | None:
    """By how much the rows' times are off those of their calls, ms; None: they are not."""
    ids = [place for place, name in enumerate(columns) if name.casefold() in ("callid", "uniqueid")]
    times = WallTimes(zone)
    ages = [
        at - born
        for row in rows
        for place in ids
        if (born := born_ms(row.values[place])) and (at := times.read(row.time)) is not None
    ]
    if not ages or -EARLY_MS <= min(ages) <= LATE_MS:
        return None
    return min(ages)

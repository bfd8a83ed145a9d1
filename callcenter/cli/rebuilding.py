"""The fold of the whole journal into an empty call log.

Emptying and the place in the journal are one transaction, and each portion is stored with its
place; so whatever stops a rebuild, the next one, or the next start of the service, completes it.
Notes, dispositions and customers of calls are facts too and come back with them.
"""

from __future__ import annotations

import socket

from msgspec import Struct
from sqlalchemy import delete, func, select

from callcenter.cli.common import Failed
from callcenter.cli.progress import Progress
from callcenter.ports.errors import StoreRefused
from callcenter.services import projector
from callcenter.services.ledger import Ledger
from callcenter.settings import Settings
from callcenter.store.call_log import SqlCallLog
from callcenter.store.engine import Database
from callcenter.store.journal import SqlJournal
from callcenter.store.schema import open_database
from callcenter.store.tables import call_agents, call_queues, calls, cells, places, spans
from kpi.rules import Rules


class Rebuilt(Struct, frozen=True, kw_only=True):
    """What came of it; ``orphans`` are facts without the beginning of their call."""

    facts: int
    before: int
    calls: int
    spans: int
    orphans: int


def forbid_running_service(settings: Settings) -> None:
    """Refuses while something listens where the service would: two folds would mix."""
    host, port = settings.http.host, settings.http.port
    try:
        with socket.create_connection((host, port), timeout=2):
            pass
    except OSError:
        return
    raise Failed(
        f"Something answers at {host}:{port}, where the service would. Stop the service first: "
        "it writes what a rebuild writes."
    )


async def rebuild(url: str, rules: Rules, drop_older: bool, progress: Progress) -> Rebuilt:
    """Empties the call log and folds the journal into it.

    Raises ``StoreRefused`` when the journal does not reach back to the oldest stored call, unless
    ``drop_older``: those calls, and the figures before it, would be gone for good.
    """
    database = await open_database(url)
    try:
        journal, call_log = SqlJournal(database), SqlCallLog(database, rules)
        last = await journal.last_seq()
        first = await journal.read(0, 1)
        begins_at = first[0].fact.at if first else None
        if first and first[0].seq == 1:
            begins_at = 0  # nothing was deleted from it: it has all there ever was
        before, older = await _counted(database, begins_at)
        if older and not drop_older:
            raise StoreRefused(
                f"{older} of {before} calls in {database.where} are older than the journal, from "
                "which they cannot be made again. Nothing was changed. With --drop-older they, and "
                "the figures of their time, are given up (make a backup first)."
            )
        await _empty(database)
        ledger = Ledger(rules)
        facts = await projector.catch_up(
            journal, call_log, ledger, lambda place: progress(place, last)
        )
        after, _ = await _counted(database, None)
        return Rebuilt(
            facts=facts - (first[0].seq - 1 if first else 0),
            before=before,
            calls=after,
            spans=await _rows(database),
            orphans=ledger.orphans,
        )
    finally:
        await database.close()


async def _counted(database: Database, begins_at: int | None) -> tuple[int, int]:
    """Stored calls, and those of them that began before ``begins_at`` (None: all of them)."""
    every = select(func.count()).select_from(calls)
    older = every if begins_at is None else every.where(calls.c.started_at < begins_at)
    async with database.read() as connection:
        return (
            int((await connection.execute(every)).scalar_one()),
            int((await connection.execute(older)).scalar_one()),
        )


async def _rows(database: Database) -> int:
    async with database.read() as connection:
        query = select(func.count()).select_from(spans)
        return int((await connection.execute(query)).scalar_one())


async def _empty(database: Database) -> None:
    async with database.write() as connection:
        for table in (call_queues, call_agents, calls, spans, cells):
            await connection.execute(delete(table))
        await connection.execute(delete(places).where(places.c.reader == projector.READER))

"""Reconciliation put together: the books, who reads each PBX's log, and who is a caller of old.

A PBX whose ``queue_log`` (a file, or a table of its database) is configured has a settler, which
follows the log and corrects what AMI could not tell within seconds, and is judged after every gap
and every night.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from ami_bridge.cel import CEL
from ami_bridge.cel_live import CelFile, CelTable
from ami_bridge.queue_log_file import LogFiles
from ami_bridge.queue_log_live import LiveLog
from ami_bridge.queue_log_rows import QUEUE_LOG
from ami_bridge.queue_log_table import LiveTable, TableBook
from callcenter.directory.numbers import Regions, unshown
from callcenter.domain.board import Board
from callcenter.domain.customer import Match, Number
from callcenter.domain.history import Linked
from callcenter.domain.model import AgentRef
from callcenter.ports.clock import Clock, wall_seconds
from callcenter.ports.directory import Directory
from callcenter.services.cel_settler import CelSettler
from callcenter.services.engine import Engine
from callcenter.services.history import Link
from callcenter.services.house_writer import HouseWriter
from callcenter.services.ledger import Ledger
from callcenter.services.ports_books import GrowingLog, LogSource
from callcenter.services.ports_cel import EndedLegs
from callcenter.services.projector import Projector
from callcenter.services.reconciler import Reconciler
from callcenter.services.settler import Settler
from callcenter.settings import LogTable, Settings
from callcenter.store.engine import Database
from callcenter.store.ledger_rows import SqlBooks
from callcenter.store.log_table import SqlLogTable


class Bookkeeping(Struct, frozen=True):
    """Who keeps the books, and who follows each PBX's queue_log and CEL."""

    reconciler: Reconciler
    settlers: dict[str, Settler]
    books: SqlBooks
    cel: dict[str, CelSettler]


def build(
    settings: Settings,
    database: Database,
    *,
    engine: Engine,
    ledger: Ledger,
    projector: Projector,
    directory: Directory,
    clock: Clock,
    board: Board,
) -> Bookkeeping:
    """Builds it for every PBX whose queue_log we can read. Raises ``StoreRefused``."""
    books = SqlBooks(database)
    writer = HouseWriter(engine, ledger, projector, forget=ledger.drop)
    zone = settings.site.timezone

    def known() -> list[AgentRef]:
        return [AgentRef(one.id, one.name, one.interface) for one in board.agents.values()]

    logs = {pbx.name: pbx.queue_log for pbx in settings.pbx if pbx.queue_log}
    reconciler = Reconciler(
        logs={name: book_of(log, zone) for name, log in logs.items()},
        other_log=LogFiles.named,
        books=books,
        writer=writer,
        clock=clock,
        zone=zone,
        link=linker(settings, directory),
        agents=known,
    )
    settlers = {
        name: Settler(name, _end_of(log, zone, clock), books, writer) for name, log in logs.items()
    }
    cel = {
        pbx.name: CelSettler(
            pbx.name,
            _cel_of(pbx.cel, zone, clock),
            books,
            writer,
            clock,
            known,
            trunks=pbx.trunks,
            link=linker(settings, directory),
        )
        for pbx in settings.pbx
        if pbx.cel
    }
    return Bookkeeping(reconciler, settlers, books, cel)


def book_of(log: str | LogTable, zone: str) -> LogSource:
    """The queue_log of a PBX as a book: a file, or a table. ``zone``: the site's."""
    if isinstance(log, str):
        return LogFiles(Path(log))
    return TableBook(queue_log_table(log), log.zone or zone)


def _end_of(log: str | LogTable, zone: str, clock: Clock) -> GrowingLog:
    """Its end as it grows."""
    wall_s = wall_seconds(clock)
    if isinstance(log, str):
        return LiveLog(Path(log), wall_s)
    return LiveTable(queue_log_table(log, keep=True), log.zone or zone, wall_s)


def _cel_of(cel: str | LogTable, zone: str, clock: Clock) -> EndedLegs:
    """The CEL of a PBX as it grows."""
    if isinstance(cel, str):
        return CelFile(Path(cel), zone)
    return CelTable(cel_table(cel, keep=True), cel.zone or zone, wall_seconds(clock))


def queue_log_table(log: LogTable, *, keep: bool = False) -> SqlLogTable:
    """The table of a queue_log. Raises ``StoreRefused``."""
    password = log.secret.reveal() if log.secret else ""
    return SqlLogTable(log.url, log.table or "queue_log", QUEUE_LOG, password=password, keep=keep)


def linker(settings: Settings, directory: Directory) -> Link:
    """Finds whose the numbers of a log are, as the live service does, many at once."""
    regions = Regions(settings.site.region, settings.directory.regions)

    region = regions.of("")  # queue_log does not know the line

    def understood(raws: Sequence[str]) -> list[Number]:
        return [unshown(raw, region) for raw in raws]

    async def link(raws: Sequence[str]) -> list[Linked | None]:
        numbers = await asyncio.to_thread(understood, raws)
        every = await directory.look_up_many(numbers)
        return [_linked(number, found) for number, found in zip(numbers, every, strict=True)]

    return link


def _linked(number: Number, matches: Sequence[Match]) -> Linked | None:
    if number.withheld or number.internal:
        return None
    if len(matches) == 1:
        return matches[0].customer.id, number.e164, matches[0].rule
    return (None, number.e164, "many" if matches else "none") if number.e164 else None


def cel_table(log: LogTable, *, keep: bool = False) -> SqlLogTable:
    """The table of CEL. Raises ``StoreRefused``."""
    password = log.secret.reveal() if log.secret else ""
    return SqlLogTable(log.url, log.table or "cel", CEL, password=password, keep=keep)

"""Reconciliation put together: the books, who reads each PBX's log, and who is a caller of old.

A PBX whose ``queue_log`` is configured has a settler, which follows the log and corrects what AMI
could not tell within seconds, and is judged after every gap and every night.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from ami_bridge.queue_log_file import LogFiles
from ami_bridge.queue_log_live import LiveLog
from callcenter.directory.numbers import Regions, normalise
from callcenter.domain.board import Board
from callcenter.domain.model import AgentRef
from callcenter.ports.clock import Clock
from callcenter.ports.directory import Directory
from callcenter.services.engine import Engine
from callcenter.services.ledger import Ledger
from callcenter.services.projector import Projector
from callcenter.services.reconcile import HouseWriter, Link
from callcenter.services.reconciler import Reconciler
from callcenter.services.settler import Settler
from callcenter.settings import Settings
from callcenter.store.engine import Database
from callcenter.store.ledger_rows import SqlBooks


class Bookkeeping(Struct, frozen=True):
    """Who keeps the books, and who follows each PBX's log."""

    reconciler: Reconciler
    settlers: dict[str, Settler]
    books: SqlBooks


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
    """Builds it for every PBX whose queue_log we can read."""
    books = SqlBooks(database)
    writer = HouseWriter(engine, ledger, projector, forget=ledger.drop)
    logs = {pbx.name: Path(pbx.queue_log) for pbx in settings.pbx if pbx.queue_log}
    reconciler = Reconciler(
        logs={name: LogFiles(path) for name, path in logs.items()},
        other_log=LogFiles.named,
        books=books,
        writer=writer,
        clock=clock,
        zone=settings.site.timezone,
        link=linker(settings, directory),
        agents=lambda: [AgentRef(one.id, one.name, one.interface) for one in board.agents.values()],
    )
    settlers = {
        name: Settler(name, LiveLog(path, lambda: clock.wall_ms() / 1000), books, writer)
        for name, path in logs.items()
    }
    return Bookkeeping(reconciler, settlers, books)


def linker(settings: Settings, directory: Directory) -> Link:
    """Finds whose a number is, as the live service does."""
    regions = Regions(settings.site.region, settings.directory.regions)

    async def link(raw: str, line: str) -> tuple[int | None, str, str] | None:
        number = normalise(raw, regions.of(line), "shown")
        if number.withheld or number.internal:
            return None
        matches = await directory.look_up(number)
        if len(matches) == 1:
            return matches[0].customer.id, number.e164, matches[0].rule
        return (None, number.e164, "many" if matches else "none") if number.e164 else None

    return link

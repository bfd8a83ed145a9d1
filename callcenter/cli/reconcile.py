"""``callcenter reconcile``: our record against queue_log, and the history of a new user from it.

Where the service runs, it does the work itself (it is the one writer) and the command watches;
else the command does it.
"""

from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path

import click

from ami_bridge.queue_log_file import LogFiles
from callcenter.books import book_of, linker
from callcenter.bus.in_process import InProcessBus
from callcenter.cli.common import Failed, config_option, database_of, run, sentences, settings_of
from callcenter.cli.dates import bounds, checked
from callcenter.cli.progress import bar
from callcenter.directory.directory import EmbeddedDirectory
from callcenter.rules import kpi_rules
from callcenter.services import projector as projecting
from callcenter.services.engine import Engine
from callcenter.services.house_writer import HouseWriter
from callcenter.services.ledger import Ledger
from callcenter.services.ports_books import Job, LogSource, Unexplained
from callcenter.services.projector import Projector
from callcenter.services.reconcile import Reconciliation
from callcenter.services.reconciler import said
from callcenter.settings import Pbx, Settings
from callcenter.store.call_log import SqlCallLog
from callcenter.store.customers import SqlCustomers
from callcenter.store.journal import SqlJournal
from callcenter.store.ledger_rows import SqlBooks

SHOWN = 20
"""Unexplained calls that are written out; all of them are in the ledger."""
ALONE = 2_000
PAST_ALONE = 10_000
"""Calls of one transaction when nobody else writes: compared ones, and those made from the log."""
WATCH_S = 0.5
TAKEN_S = 120.0
"""How long the running service may take to begin."""


class _Clock:
    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()


def _day(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    return None if value is None else checked(context, parameter, value)


@click.command()
@click.option("--from", "begin", callback=_day, help="First day (2025-01-01).")
@click.option("--to", "end", callback=_day, help="Last day, included.")
@click.option("--pbx", default="", help="Only this PBX; needed with --file when there are several.")
@click.option(
    "--file",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True, resolve_path=True),
    help="A queue_log to read instead of the PBX's own; may be given several times, oldest first.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be found and change nothing.")
@config_option
@sentences
def reconcile(
    begin: str | None,
    end: str | None,
    pbx: str,
    files: tuple[Path, ...],
    dry_run: bool,
    config: Path | None,
) -> None:
    """Compare our calls with queue_log, correct what we did not see, and keep the ledger."""
    settings = settings_of(config)
    zone = settings.site.timezone
    from_ms = bounds(begin, zone)[0] if begin else None
    to_ms = bounds(end, zone)[1] if end else None
    if from_ms is not None and to_ms is not None and from_ms >= to_ms:
        raise click.UsageError(f"--from {begin} is not before --to {end}.")
    chosen = _chosen(settings, pbx, bool(files))
    running = _service_answers(settings)
    for one in chosen:
        if running:
            job = Job(
                id=0,
                pbx=one.name,
                file="\n".join(str(file) for file in files),
                from_ms=from_ms,
                to_ms=to_ms,
                dry_run=dry_run,
            )
            run(_ask(settings, job))
        else:
            # Without a queue_log of its own the PBX was chosen for the files that were named.
            own = not files and one.queue_log
            source = book_of(own, zone) if own else LogFiles(files[-1], files)
            run(_by_ourselves(settings, one, source, from_ms, to_ms, dry_run))


def _chosen(settings: Settings, name: str, has_files: bool) -> list[Pbx]:
    """The PBXs that are meant. Without one in the settings a file is of ``pbx1``."""
    every = list(settings.pbx) or ([Pbx(name=name or "pbx1", username="-")] if has_files else [])
    if name:
        every = [pbx for pbx in every if pbx.name == name]
        if not every:
            known = ", ".join(pbx.name for pbx in settings.pbx) or "none"
            raise click.UsageError(f"--pbx {name}: there is no such [[pbx]]; there is {known}.")
    if has_files and len(every) > 1:
        raise click.UsageError("--file is the log of one PBX: say which with --pbx.")
    readable = every if has_files else [pbx for pbx in every if pbx.queue_log]
    if not readable:
        raise Failed(
            "No queue_log is known: set [[pbx]] queue_log to its path, or name one with --file."
        )
    return readable


def _service_answers(settings: Settings) -> bool:
    try:
        with socket.create_connection((settings.http.host, settings.http.port), timeout=2):
            return True
    except OSError:
        return False


async def _ask(settings: Settings, job: Job) -> None:
    """Asks the running service and watches until it is done."""
    async with database_of(settings) as database:
        books = SqlBooks(database)
        number = await books.ask(job, _Clock().wall_ms())
        begun_by = time.monotonic() + TAKEN_S
        with bar(f"Reading the log of {job.pbx}", "bytes") as progress:
            while True:
                await asyncio.sleep(WATCH_S)
                now = await books.job(number)
                if now is not None and now.state == "asked" and time.monotonic() > begun_by:
                    await _nobody_came(settings, books, now)
                if now is None or now.state in ("done", "failed"):
                    break
                if now.size:
                    progress(now.done, now.size)
        if now is None or now.state == "failed":
            raise Failed(now.said if now is not None else "The job was deleted meanwhile.")
        click.echo(now.said)
        if not job.dry_run:
            _show(await books.unexplained(SHOWN, job.pbx))


async def _nobody_came(settings: Settings, books: SqlBooks, job: Job) -> None:
    """Gives up a job that nobody has begun, unless another one is under way."""
    first = await books.next_job()
    if first is not None and first.id != job.id:
        return
    job.state, job.said = "failed", "given up: nobody began it"
    await books.tell_job(job)
    raise Failed(
        f"Something answers at {settings.http.host}:{settings.http.port}, but it did not take the "
        "work up: it is not the callcenter service of this database, or that is busy with its "
        "nightly run. Nothing was changed; try again, or stop the service first."
    )


async def _by_ourselves(
    settings: Settings,
    pbx: Pbx,
    source: LogSource,
    from_ms: int | None,
    to_ms: int | None,
    dry_run: bool,
) -> None:
    clock = _Clock()
    async with database_of(settings) as database:
        rules = kpi_rules(settings)
        journal, call_log = SqlJournal(database), SqlCallLog(database, rules)
        ledger, projector = Ledger(rules), Projector(call_log)
        projector.place = await projecting.catch_up(journal, call_log, ledger)
        engine = Engine(journal, ledger, clock, InProcessBus())
        engine.on_stored(projector.take)
        writer = None if dry_run else HouseWriter(engine, ledger, projector)
        directory = EmbeddedDirectory(SqlCustomers(database), clock, settings.site.region)
        work = Reconciliation(
            pbx.name,
            SqlBooks(database),
            writer,
            zone=settings.site.timezone,
            now_ms=clock.wall_ms,
            link=linker(settings, directory),
            at_once=ALONE,
            past_at_once=PAST_ALONE,
        )
        try:
            with bar(f"Reading the log of {pbx.name}", "bytes") as shown:

                async def progress(done: int, size: int) -> None:
                    shown(done, size)

                report = await work.run(source, from_ms, to_ms, progress)
        except OSError as error:
            raise Failed(
                f"{error.filename or 'The log'} cannot be read: {error.strerror or error}."
            ) from error
        click.echo(("Nothing was changed. " if dry_run else "") + said(report))
        _show(sorted(report.unexplained, key=lambda item: -item.at)[:SHOWN])


def _show(unexplained: list[Unexplained]) -> None:
    """Each unexplained call with both versions."""
    for item in unexplained:
        click.echo(f"\n{item.call} ({item.day})")
        for why in item.why:
            click.echo(f"  {why}")
        click.echo(f"  ours:      {item.ours}")
        click.echo(f"  queue_log: {item.logged}")

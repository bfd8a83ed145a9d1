"""``callcenter calls export``: the call log as CSV."""

from __future__ import annotations

from pathlib import Path

import click

from callcenter.cli.call_sheet import COLUMNS, write_calls
from callcenter.cli.common import config_option, database_of, run, sentences, settings_of
from callcenter.cli.dates import bounds, checked
from callcenter.rules import kpi_rules
from callcenter.services.ports_call_log import CallFilter
from callcenter.settings import Settings
from callcenter.store.call_log import SqlCallLog

__all__ = ["COLUMNS", "calls"]


@click.group()
def calls() -> None:
    """The call log."""


@calls.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--from", "begin", callback=checked, required=True, help="First day (2026-03-01) or instant."
)
@click.option(
    "--to", "end", callback=checked, required=True, help="Last day, included, or instant, excluded."
)
@click.option("--queue", default="", help="Only calls that were in this queue.")
@config_option
@sentences
def export(file: Path, begin: str, end: str, queue: str, config: Path | None) -> None:
    """Write the calls of a time into a CSV FILE, newest first."""
    settings = settings_of(config)
    from_ms, _ = bounds(begin, settings.site.timezone)
    _, to_ms = bounds(end, settings.site.timezone)
    if from_ms >= to_ms:
        raise click.UsageError(f"--from {begin} is not before --to {end}.")
    wanted = CallFilter(from_ms=from_ms, to_ms=to_ms, queue=queue, limit=500)
    count = run(_export(settings, file, wanted))
    click.echo(f"{file}: {count} calls.")


async def _export(settings: Settings, file: Path, wanted: CallFilter) -> int:
    async with database_of(settings) as database:
        call_log = SqlCallLog(database, kpi_rules(settings))
        return await write_calls(file, call_log, wanted, settings.site.timezone)

"""``callcenter db``: the schema, a copy while it runs, and the fold from the journal."""

from __future__ import annotations

from pathlib import Path

import click

from callcenter.cli.common import config_option, run, sentences, settings_of
from callcenter.cli.progress import bar
from callcenter.cli.rebuilding import forbid_running_service, rebuild
from callcenter.rules import kpi_rules
from callcenter.store.backup import backup as copy_database
from callcenter.store.engine import parse, shown
from callcenter.store.schema import upgrade as bring_up


@click.group()
def db() -> None:
    """The database."""


@db.command()
@config_option
@sentences
def upgrade(config: Path | None) -> None:
    """Bring the schema to this version of the program."""
    url = settings_of(config).database.url
    before, now = run(bring_up(url))
    where = shown(parse(url))
    if before is None:
        click.echo(f"The database {where} was made, with schema {now}.")
    elif before == now:
        click.echo(f"The database {where} has schema {now} already.")
    else:
        click.echo(f"The database {where} was brought from schema {before} to {now}.")


@db.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@config_option
@sentences
def backup(file: Path, config: Path | None) -> None:
    """Write a consistent copy into FILE while the service runs."""
    url = settings_of(config).database.url
    with bar("Copying", "pages") as progress:
        size = run(copy_database(url, file, progress))
    click.echo(f"{file}: {size:,} bytes, whole and checked.")


@db.command("rebuild")
@click.option(
    "--drop-older",
    is_flag=True,
    help="Goes on although calls older than the journal will be gone.",
)
@config_option
@sentences
def rebuild_calls(drop_older: bool, config: Path | None) -> None:
    """Make calls and figures again from the journal; the service must be stopped."""
    settings = settings_of(config)
    forbid_running_service(settings)
    with bar("Folding", "facts") as progress:
        done = run(rebuild(settings.database.url, kpi_rules(settings), drop_older, progress))
    click.echo(
        f"{done.facts} facts folded: {done.calls} calls ({done.before} before), "
        f"{done.spans} agent spans."
    )
    if done.orphans:
        click.echo(
            f"Warning: {done.orphans} facts are of calls whose beginning the journal no longer "
            "has; they could not be folded.",
            err=True,
        )

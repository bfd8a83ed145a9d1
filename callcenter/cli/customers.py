"""``callcenter customers``: the directory from a CSV file, and into one."""

from __future__ import annotations

from pathlib import Path

import click
import phonenumbers

from callcenter.app import SystemClock
from callcenter.cli.common import Failed, config_option, database_of, run, sentences, settings_of
from callcenter.cli.progress import bar
from callcenter.cli.tables import plain
from callcenter.directory.csv_columns import BadFile
from callcenter.directory.csv_export import export_csv
from callcenter.directory.csv_import import import_csv
from callcenter.directory.csv_report import Line, Report
from callcenter.settings import Settings
from callcenter.store.customers import SqlCustomers


@click.group()
def customers() -> None:
    """The directory, in and out."""


@customers.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Reports and stores nothing.")
@click.option(
    "--shared-numbers",
    is_flag=True,
    help="Customers may share numbers: no line is a double for that.",
)
@click.option("--region", help="Country of numbers without one, such as IR, instead of the site's.")
@config_option
@sentences
def import_customers(
    file: Path, dry_run: bool, shared_numbers: bool, region: str | None, config: Path | None
) -> None:
    """Read customers from a CSV FILE and report every line worth reading."""
    settings = settings_of(config)
    country = settings.site.region if region is None else region.strip().upper()
    if country and country not in phonenumbers.SUPPORTED_REGIONS:
        raise click.BadParameter(
            f"there is no country {region!r}; expected two letters such as IR.",
            param_hint="'--region'",
        )
    if not country:
        click.echo(
            "Warning: no region is set, so numbers without a country code will match no call. "
            "Set [site] region, or give --region.",
            err=True,
        )
    report = run(_import(settings, file, country, dry_run, shared_numbers))
    click.echo(report.summary())
    if report.rejected or report.stopped:
        raise click.exceptions.Exit(1)


@customers.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@config_option
@sentences
def export_customers(file: Path, config: Path | None) -> None:
    """Write every customer into a CSV FILE that the import reads back."""
    count = run(_export(settings_of(config), file))
    click.echo(f"{file}: {count} customers.")


async def _import(
    settings: Settings, file: Path, region: str, dry_run: bool, shared_numbers: bool
) -> Report:
    def told(line: Line) -> None:
        if line.why or line.what not in ("new", "unchanged"):
            click.echo(plain(line.sentence()))

    async with database_of(settings) as database:
        with bar("Importing", "lines") as progress:
            try:
                return await import_csv(
                    file,
                    SqlCustomers(database),
                    SystemClock(),
                    region,
                    dry_run=dry_run,
                    shared_numbers=shared_numbers,
                    progress=progress,
                    on_line=told,
                )
            except BadFile as error:
                raise Failed(error.sentence) from error


async def _export(settings: Settings, file: Path) -> int:
    async with database_of(settings) as database:
        with bar("Exporting", "customers") as progress:
            return await export_csv(file, SqlCustomers(database), progress=progress)

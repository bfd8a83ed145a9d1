"""``callcenter config``: every setting there is, or every value in force."""

from __future__ import annotations

from pathlib import Path

import click

from callcenter import settings as configuration
from callcenter.cli.common import config_option, sentences, settings_of
from callcenter.cli.tables import aligned


@click.command()
@click.option("--show", is_flag=True, help="The values in force instead; secrets are stars.")
@config_option
@sentences
def config(show: bool, config: Path | None) -> None:
    """List every setting: key, variable, type, default, meaning."""
    if not show:
        for row in configuration.listing():
            click.echo(f"{row.key}\n    {row.meaning}")
            click.echo(f"    {row.type}; default {row.default}; {row.env}\n")
        return
    settings = settings_of(config)
    click.echo(aligned(("key", "value"), configuration.shown(settings)))
    for warning in configuration.warnings(settings, config):
        click.echo(f"Warning: {warning}", err=True)

"""``callcenter check``."""

import click


@click.command()
def check() -> None:
    """Look whether a live Asterisk is set up so that we can count right."""

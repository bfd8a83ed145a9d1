"""Which PBX a command is about."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import click

from callcenter.settings import Pbx, Settings


@contextmanager
def quiet_link() -> Iterator[None]:
    """The link's own log is still: what went wrong is told once, by the command."""
    log = logging.getLogger("ami_bridge")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)


def chosen_pbx(settings: Settings, name: str | None) -> Pbx:
    """The PBX called ``name``, or the only one; ``click.UsageError`` with a sentence otherwise."""
    if not settings.pbx:
        raise click.UsageError(
            "No PBX is configured. Name the settings file with --config, or write a [[pbx]] table "
            "with host, username and secret_file."
        )
    names = ", ".join(pbx.name for pbx in settings.pbx)
    if name is None:
        if len(settings.pbx) > 1:
            raise click.UsageError(f"There are several PBXs; name one with --pbx: {names}.")
        return settings.pbx[0]
    for pbx in settings.pbx:
        if pbx.name == name:
            return pbx
    raise click.UsageError(f"There is no PBX {name!r} in the settings; there are: {names}.")

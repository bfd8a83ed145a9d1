"""What all commands share: where the settings come from, and how a failure is told."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from callcenter import settings as configuration
from callcenter.ports.errors import StoreRefused, StoreUnavailable
from callcenter.settings import Settings, SettingsError
from callcenter.store.engine import Database
from callcenter.store.schema import open_database, upgrade

P = ParamSpec("P")
T = TypeVar("T")

config_option = click.option(
    "--config",
    "config",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="CALLCENTER_CONFIG",
    help="Settings file (TOML). Without it: defaults and CALLCENTER_... variables.",
)


class Failed(click.ClickException):
    """A failure with its sentence; exit code 1."""

    exit_code = 1


def settings_of(config: Path | None) -> Settings:
    """The settings; a mistake in them ends the command with exit code 2."""
    try:
        return configuration.load(config, os.environ)
    except SettingsError as error:
        raise click.UsageError(str(error)) from error


def sentences(command: Callable[P, T]) -> Callable[P, T]:
    """Turns what a person caused into one sentence on standard error."""

    @wraps(command)
    def told(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except (StoreRefused, StoreUnavailable) as error:
            raise Failed(error.sentence) from error

    return told


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs a command's work to its end."""
    return asyncio.run(work)


@asynccontextmanager
async def database_of(settings: Settings) -> AsyncIterator[Database]:
    """The database, made or brought up to date first, and closed afterwards."""
    await upgrade(settings.database.url)
    database = await open_database(settings.database.url)
    try:
        yield database
    finally:
        await database.close()


async def with_database(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    """Does ``work`` on the database of ``settings``."""
    async with database_of(settings) as database:
        return await work(database)

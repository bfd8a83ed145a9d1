"""``callcenter trace``: what a PBX said, recorded, and played to the switchboard again."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import click

from ami_bridge.scrub import Scrubber
from ami_bridge.trace import TraceError, read
from callcenter.app import SystemClock
from callcenter.cli.common import Failed, config_option, run, sentences, settings_of
from callcenter.cli.pbxs import chosen_pbx, quiet_link
from callcenter.cli.recording import CannotHear
from callcenter.cli.recording import record as write_down
from callcenter.cli.replaying import Tally
from callcenter.cli.replaying import replay as play_again
from callcenter.domain import wire
from callcenter.domain.calls import Rules
from callcenter.domain.facts import AnyFact
from callcenter.rules import board_rules
from callcenter.settings import Pbx, Settings


@click.group()
def trace() -> None:
    """What the PBX said, recorded and replayed."""


@trace.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--pbx", "name", help="Which PBX, when there are several.")
@click.option(
    "--scrub/--raw",
    default=True,
    help="Replace numbers and names, each by the same substitute (so without this), or keep them.",
)
@click.option("--seconds", type=click.FloatRange(0.1), help="Ends after so long, not at Ctrl-C.")
@config_option
@sentences
def record(
    file: Path, name: str | None, scrub: bool, seconds: float | None, config: Path | None
) -> None:
    """Record the AMI stream of one PBX into FILE until Ctrl-C."""
    settings = settings_of(config)
    pbx = chosen_pbx(settings, name)
    # The key is thrown away: with it numbers could be tried out.
    scrubber = Scrubber(secrets.token_bytes(32)) if scrub else None
    try:
        file.touch(mode=0o600, exist_ok=False)
        with quiet_link():
            written, remarks = run(_record(settings, pbx, file, scrubber, seconds))
    except CannotHear as error:
        raise Failed(str(error)) from error
    except FileExistsError as error:
        raise Failed(f"There is a file {file} already; name another, or move it away.") from error
    except OSError as error:
        raise Failed(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        _drop_empty(file)
    for remark in remarks:
        click.echo(f"Warning: {remark}", err=True)
    click.echo(f"{file}: {written} messages, numbers and names {'replaced' if scrub else 'kept'}.")


@trace.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--facts", type=click.Path(path_type=Path, dir_okay=False), help="Facts into a file.")
@click.option("--pbx", "name", help="Take it for this PBX's, when there are several.")
@config_option
@sentences
def replay(
    files: tuple[Path, ...], facts: Path | None, name: str | None, config: Path | None
) -> None:
    """Print the facts that a recording gives, one JSON object a line.

    FILES are its parts, oldest first, packed (.gz) or not.
    """
    settings = settings_of(config)
    pbx = chosen_pbx(settings, name) if settings.pbx else None
    rules = board_rules(settings, pbx) if pbx is not None else Rules()
    tally = Tally()
    lines = chain.from_iterable(read(file) for file in files)
    try:
        told = play_again(lines, pbx.name if pbx is not None else name or "pbx1", rules, tally)
        _write(told, facts)
    except TraceError as error:
        raise Failed(f"{error}. This is no recording of «callcenter trace record».") from error
    except BrokenPipeError:
        # Who reads us has seen enough, as ``head`` does; what is buffered has nowhere to go.
        sys.stdout = None
        raise click.exceptions.Exit(1) from None
    except OSError as error:
        where = error.filename or files[0]
        raise Failed(f"{where} cannot be used: {error.strerror}.") from error
    click.echo(
        f"{tally.messages} messages of {tally.lives} connection(s) gave {tally.signals} signals "
        f"and {tally.facts} facts; {tally.odd} signals were odd.",
        err=facts is None,
    )
    if tally.unwhole:
        click.echo(
            f"Warning: {tally.unwhole} connection(s) have no whole roster; agents and calls that "
            "were there before are not known.",
            err=True,
        )


def _drop_empty(file: Path) -> None:
    with contextlib.suppress(OSError):
        if file.is_file() and file.stat().st_size == 0:
            file.unlink()


def _write(facts: Iterator[AnyFact], path: Path | None) -> None:
    if path is None:
        out = sys.stdout.buffer
        out.writelines(wire.dumps(fact) + b"\n" for fact in facts)
        out.flush()
        return
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        with unfinished.open("wb") as file:
            file.writelines(wire.dumps(fact) + b"\n" for fact in facts)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


async def _record(
    settings: Settings, pbx: Pbx, file: Path, scrubber: Scrubber | None, seconds: float | None
) -> tuple[int, list[str]]:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for which in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(which, stop.set)

    def began() -> None:
        until = "Ctrl-C" if seconds is None else f"{seconds:g} s are over"
        click.echo(f"Recording {pbx.name} ({pbx.host}:{pbx.port}) until {until} ...", err=True)
        if seconds is not None:
            loop.call_later(seconds, stop.set)

    return await write_down(settings, pbx, SystemClock(), file, scrubber, stop, began)

"""``callcenter watch``: the live board of a running service, in a terminal."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import click

from callcenter.app import SystemClock
from callcenter.cli.board_view import lines
from callcenter.cli.common import Failed, config_option, run, sentences, settings_of
from callcenter.cli.tables import clipped
from callcenter.cli.watching import Board, Refused, Unreachable, follow, websocket_url

CLEAR = "\x1b[H\x1b[J"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@click.command()
@click.option("--url", help="Address of the service, when it is not the one of the settings.")
@click.option(
    "--token-stdin",
    is_flag=True,
    help="The token is the first line of standard input, not CALLCENTER_TOKEN.",
)
@click.option("--once", is_flag=True, help="Prints the board once and ends.")
@config_option
@sentences
def watch(url: str | None, token_stdin: bool, once: bool, config: Path | None) -> None:
    """Show the live board in a terminal until Ctrl-C."""
    try:
        address = websocket_url(url or _own_address(config))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--url'") from error
    token = _token(token_stdin)
    if address.startswith("ws://") and not address[5:].startswith(LOOPBACK):
        click.echo("Warning: the token goes over the network in clear; use https.", err=True)
    board = Board(SystemClock())
    screen = _Screen(board, redraws=sys.stdout.isatty() and not once)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            run(follow(address, token, board, once, screen.draw))
    except Refused as error:
        raise Failed(str(error)) from error
    except Unreachable as error:
        raise Failed(f"The service at {address} cannot be watched: {error}.") from error


class _Screen:
    """Draws the board: over itself on a terminal, else only when it says something new."""

    def __init__(self, board: Board, redraws: bool) -> None:
        self._board = board
        self._redraws = redraws
        self._drawn_ms = 0

    def draw(self) -> None:
        """Draws, at most twice a second."""
        board = self._board
        now = board.now_ms()
        if board.state is None or now - self._drawn_ms < 500:
            return
        self._drawn_ms = now
        told = lines(board.state, now, board.zone, board.site)
        if board.stale:
            told.insert(0, f"NOT LIVE: {board.stale}; trying again. What follows is old.")
        if self._redraws:
            width, height = _size()
            told = [clipped(line, width) for line in told[: height - 1]]
            click.echo(CLEAR + "\n".join(told), nl=False, color=True)
        else:
            click.echo("\n".join(told) + "\n")


def _size() -> tuple[int, int]:
    try:
        size = os.get_terminal_size(sys.stdout.fileno())
    except OSError:
        return 80, 24
    return size.columns or 80, size.lines or 24


def _own_address(config: Path | None) -> str:
    http = settings_of(config).http
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(http.host, http.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{http.port}"


def _token(from_stdin: bool) -> str:
    token = (sys.stdin.readline() if from_stdin else os.environ.get("CALLCENTER_TOKEN", "")).strip()
    if not token:
        raise click.UsageError(
            "There is no token. Make one with callcenter token create NAME --role supervisor, and "
            "set CALLCENTER_TOKEN to it, or give it with --token-stdin."
        )
    if not token.isascii() or not token.isprintable():
        raise click.UsageError("The token has letters that no token has; copy it again.")
    return token

"""What is different at a terminal: passwords are asked for unseen, bars move, the board redraws."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve

from callcenter.cli.watch import CLEAR

from .conftest import Cli
from .terminal import Terminal
from .test_people import PASSWORD, signs_in
from .test_watch import HELLO, SNAP, delta


def test_a_password_is_asked_for_twice_and_not_shown(cli: Cli) -> None:
    with Terminal(cli.env, "user", "add", "noa", "--role", "admin") as terminal:
        terminal.read_until("Password:")
        terminal.type(PASSWORD + "\n")
        terminal.read_until("Repeat")
        terminal.type("something else\n")
        terminal.read_until("Password:", times=2)
        terminal.type(PASSWORD + "\n")
        terminal.read_until("Repeat", times=2)
        terminal.type(PASSWORD + "\n")
        assert terminal.end() == 0
        assert PASSWORD not in terminal.text
    assert signs_in(cli, "noa", PASSWORD).role == "admin"


def test_ctrl_c_at_the_password_adds_nobody(cli: Cli) -> None:
    with Terminal(cli.env, "user", "add", "noa", "--role", "admin") as terminal:
        terminal.read_until("Password:")
        terminal.type("\x03")
        assert terminal.end() == 1
        assert "Traceback" not in terminal.text
    assert "noa" not in cli("user", "list").stdout


def test_an_import_shows_a_bar(cli: Cli, tmp_path: Path) -> None:
    sheet = tmp_path / "customers.csv"
    people = "".join(f"Customer {n},0912{n:07}\n" for n in range(5000))
    sheet.write_text(f"name,phone\n{people}")
    with Terminal(
        cli.env, "customers", "import", str(sheet), "--region", "IR", "--dry-run"
    ) as terminal:
        assert terminal.end() == 0
        assert "Importing" in terminal.text
        assert "5000 new" in terminal.text


@pytest.fixture
def address() -> Iterator[str]:
    """A service whose board changes every half second."""

    async def one(connection: ServerConnection) -> None:
        await connection.send(json.dumps(HELLO))
        await connection.recv()
        await connection.send(json.dumps(SNAP))
        for seq in range(6, 60):
            await asyncio.sleep(0.5)
            await connection.send(json.dumps(delta(seq, seq)))

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def listen() -> tuple[asyncio.Future[None], str]:
        server = await serve(one, "127.0.0.1", 0)
        port = next(iter(server.sockets)).getsockname()[1]
        stop: asyncio.Future[None] = loop.create_future()

        def close(_: asyncio.Future[None]) -> None:
            server.close()

        stop.add_done_callback(close)
        return stop, f"http://127.0.0.1:{port}"

    stop, url = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    try:
        yield url
    finally:
        loop.call_soon_threadsafe(stop.set_result, None)
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0.3), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def test_the_board_is_drawn_over_itself_until_ctrl_c(cli: Cli, address: str) -> None:
    cli.env["CALLCENTER_TOKEN"] = "cc_x"
    with Terminal(cli.env, "watch", "--url", address) as terminal:
        terminal.read_until(CLEAR, times=3)
        terminal.type("\x03")
        assert terminal.end() == 0
        assert "Traceback" not in terminal.text
        assert "support" in terminal.text

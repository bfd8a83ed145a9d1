"""``callcenter watch``: against the service itself, and against one that goes away and lies."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from callcenter.app import SystemClock
from callcenter.cli.watching import Board, Refused, Unreachable, follow, websocket_url
from tests.free_port import free_port

from .conftest import Cli

ROOT = Path(__file__).parents[2]
HELLO = {"t": "hello", "now": 0, "hb": 5000, "site": {"name": "Radmehr", "tz": "UTC"}}
SNAP = {
    "t": "snap",
    "n": "wall:main",
    "epoch": "e1",
    "seq": 5,
    "d": {"queues": {"support": {"name": "support", "waiting": 1}}},
}


class Running:
    def __init__(self, port: int, url: str) -> None:
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self.url = url


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The demo as a program of its own."""
    folder = tmp_path_factory.mktemp("service")
    port = free_port()
    url = f"sqlite:///{folder}/demo.db"
    env = {k: v for k, v in os.environ.items() if not k.startswith("CALLCENTER_")}
    env |= {"CALLCENTER_DATABASE__URL": url, "PYTHONPATH": str(ROOT)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "callcenter.cli", "demo", "--port", str(port)],
            env=env,
            cwd=folder,
            stdout=log,
            stderr=log,
        )
        try:
            running = Running(port, url)
            for _ in range(200):
                with suppress(OSError), urllib.request.urlopen(f"{running.address}/ready"):
                    break
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(0.1)
            else:
                pytest.fail((folder / "log").read_text())
            yield running
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


@pytest.fixture
def viewer(cli: Cli, service: Running) -> Callable[..., str]:
    """Makes a token at the service's database and puts it where watch looks."""

    def make(role: str = "supervisor") -> str:
        cli.env["CALLCENTER_DATABASE__URL"] = service.url
        name = f"viewer{time.monotonic_ns()}"
        token = cli("token", "create", name, "--role", role).stdout.strip()
        cli.env["CALLCENTER_TOKEN"] = token
        cli.env["CALLCENTER_HTTP__PORT"] = str(service.port)
        return name

    return make


def test_once_prints_the_board_of_the_running_service_and_ends(
    cli: Cli, viewer: Callable[..., str]
) -> None:
    viewer()
    told = cli("watch", "--once").stdout
    assert "The PBX is a fake" in told
    assert "support" in told
    assert "on shift 12" in told
    assert "\x1b" not in told


def test_the_token_may_come_on_standard_input(
    cli: Cli, viewer: Callable[..., str], service: Running
) -> None:
    viewer()
    token = cli.env.pop("CALLCENTER_TOKEN")
    done = cli("watch", "--once", "--token-stdin", "--url", service.address, input=f"{token}\n")
    assert "support" in done.stdout
    assert token not in done.output


def test_watch_goes_on_until_ctrl_c_and_ends_well(
    cli: Cli, viewer: Callable[..., str], service: Running
) -> None:
    viewer()
    env = {**os.environ, **cli.env, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "callcenter.cli", "watch", "--url", service.address],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    boards = 0
    while boards < 2:
        line = process.stdout.readline()
        assert line, "it ended by itself"
        boards += "agents: on shift" in line
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert "Traceback" not in err
    assert process.returncode == 0


def test_a_wrong_token_or_one_of_an_agent_is_told(cli: Cli, viewer: Callable[..., str]) -> None:
    viewer("agent")
    said = cli.refused("watch", "--once", code=1)
    assert "for supervisors" in said
    assert "--role supervisor" in said
    cli.env["CALLCENTER_TOKEN"] = "cc_wrong"
    assert "does not know this token" in cli.refused("watch", "--once", code=1)
    revoked = viewer()
    cli("token", "revoke", revoked)
    assert "does not know this token" in cli.refused("watch", "--once", code=1)


def test_no_token_no_service_and_no_address_are_told(cli: Cli) -> None:
    assert "There is no token" in cli.refused("watch", "--once")
    assert "There is no token" in cli.refused("watch", "--once", "--token-stdin", input="")
    cli.env["CALLCENTER_TOKEN"] = "cc_x\u2028y"
    assert "copy it again" in cli.refused("watch", "--once")
    cli.env["CALLCENTER_TOKEN"] = "cc_x"
    cli.env["CALLCENTER_HTTP__PORT"] = "1"
    assert "nothing listens there" in cli.refused("watch", code=1)
    for url in ("ftp://x", "calls", "http://x/pages", "http://x:port"):
        assert "address" in cli.refused("watch", "--url", url)


def test_addresses_become_the_websockets() -> None:
    assert websocket_url("https://calls.example.org") == "wss://calls.example.org/ws"
    assert websocket_url("http://[::1]:8080/") == "ws://[::1]:8080/ws"


Part = Callable[[ServerConnection], Awaitable[None]]


async def watched(*parts: Part, drawn: int, once: bool = False) -> tuple[list[str], Board]:
    """Follows a server that plays ``parts``, a connection each, until ``drawn`` differ."""
    board = Board(SystemClock())
    seen: list[str] = []
    enough = asyncio.Event()
    playing = iter(parts)

    async def one(connection: ServerConnection) -> None:
        assert connection.request is not None
        assert connection.request.headers["Authorization"] == "Bearer cc_x"
        part = next(playing, None)
        if part is not None:
            await part(connection)

    def redraw() -> None:
        state = board.state or {}
        now = f"{board.stale and 'old'}{state.get('queues', {}).get('support', {}).get('waiting')}"
        if not seen or seen[-1] != now:
            seen.append(now)
        if len(seen) >= drawn:
            enough.set()

    async with serve(one, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        following = asyncio.ensure_future(
            follow(f"ws://127.0.0.1:{port}/ws", "cc_x", board, once, redraw)
        )
        waiting = asyncio.ensure_future(enough.wait())
        await asyncio.wait({following, waiting}, timeout=20, return_when="FIRST_COMPLETED")
        waiting.cancel()
        if following.done():
            following.result()
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
    return seen, board


async def send(connection: ServerConnection, *frames: dict[str, Any]) -> None:
    for frame in frames:
        await connection.send(json.dumps(frame))


async def asked(connection: ServerConnection) -> dict[str, Any]:
    wish: dict[str, Any] = json.loads(await connection.recv())
    assert wish["t"] == "sub"
    topic: dict[str, Any] = wish["topics"][0]
    return topic


def delta(seq: int, waiting: int, **more: Any) -> dict[str, Any]:
    changes = [["queues", "support", "waiting", waiting]]
    return {"t": "d", "n": "wall:main", "seq": seq, "d": changes, **more}


async def test_a_lost_connection_is_shown_and_what_was_missed_is_asked_for() -> None:
    async def first(connection: ServerConnection) -> None:
        await send(connection, HELLO)
        assert await asked(connection) == {"n": "wall:main"}
        await send(connection, SNAP, delta(6, 2))
        await asyncio.sleep(0.1)

    async def second(connection: ServerConnection) -> None:
        await send(connection, HELLO)
        assert await asked(connection) == {"n": "wall:main", "seq": 6, "epoch": "e1"}
        await send(connection, delta(7, 3))
        await connection.wait_closed()

    seen, _ = await watched(first, second, drawn=4)
    assert seen == ["1", "2", "old2", "3"]


async def test_a_gap_in_the_numbers_asks_for_the_whole_board() -> None:
    async def part(connection: ServerConnection) -> None:
        await send(connection, HELLO)
        await asked(connection)
        await send(connection, SNAP, delta(8, 9))
        assert await asked(connection) == {"n": "wall:main"}
        await send(connection, {**SNAP, "seq": 8, "d": {"queues": {"support": {"waiting": 4}}}})
        await send(connection, delta(8, 7), delta(12, 5, **{"from": 9}))
        await connection.wait_closed()

    seen, _ = await watched(part, drawn=3)
    assert seen == ["1", "4", "5"], "a frame told before changes nothing, a merged one does"


async def test_a_token_that_is_revoked_meanwhile_ends_it() -> None:
    async def part(connection: ServerConnection) -> None:
        await send(connection, HELLO)
        await asked(connection)
        await send(connection, SNAP, {"t": "bye", "why": "revoked", "retry": 0})
        await connection.close(4001, "revoked")

    with pytest.raises(Refused, match="revoked"):
        await watched(part, drawn=9)


@pytest.mark.parametrize(
    "text", ["no json", '{"t":"hello"}', "[1]", '{"t":"snap","n":"wall:main"}']
)
async def test_a_service_that_speaks_nonsense_is_told(text: str) -> None:
    async def part(connection: ServerConnection) -> None:
        await connection.send(text)
        await connection.wait_closed()

    with pytest.raises(Unreachable):
        await watched(part, drawn=9, once=True)


async def test_another_service_at_the_address_is_told() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        board = Board(SystemClock())
        with pytest.raises(Refused, match="no callcenter"):
            await follow(f"ws://127.0.0.1:{port}/ws", "cc_x", board, True, lambda: None)

"""A small AMI server on loopback for the tests of the link: it does exactly what a test says."""

import asyncio
import hashlib
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from ami_bridge.account import AmiAccount
from ami_bridge.inbox import Inbox
from ami_bridge.link import AmiLink
from callcenter.supervise import Tasks

Headers = list[tuple[str, str]]


class Peer:
    """One connection that was made to the loopback PBX."""

    def __init__(self, pbx: "LoopbackPbx", writer: asyncio.StreamWriter) -> None:
        self.pbx = pbx
        self.writer = writer
        self.actions: list[dict[str, str]] = []
        self.logged_in = False
        self.gone = asyncio.Event()

    def send(self, data: str | bytes) -> None:
        self.writer.write(data.encode() if isinstance(data, str) else data)

    def event(self, name: str, **headers: str) -> None:
        lines = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
        self.send(f"Event: {name}\r\n{lines}\r\n")

    def respond(self, action: dict[str, str], text: str) -> None:
        self.send(f"Response: {text}\r\nActionID: {action['ActionID']}\r\n\r\n")

    def cut(self) -> None:
        self.writer.transport.abort()


class LoopbackPbx:
    """Speaks AMI as far as a test lets it: ``answers`` maps an action to what is done with it."""

    def __init__(self) -> None:
        self.peers: list[Peer] = []
        self.banner = b"Asterisk Call Manager/11.0.0\r\n"
        self.username, self.secret = "callcenter", "geheim"
        self.challenge: str | None = "845738912"
        self.accepts = True
        self.mute = False
        self.answers: dict[str, Callable[[Peer, dict[str, str]], object]] = {}
        self.connected = asyncio.Event()
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        for peer in self.peers:
            peer.cut()
        if self._server is not None:
            self._server.close()
            self._server = None

    @property
    def peer(self) -> Peer:
        return self.peers[-1]

    @property
    def actions(self) -> list[dict[str, str]]:
        """All actions of all connections but pings and logins."""
        dull = ("ping", "login", "challenge")
        every = [action for peer in self.peers for action in peer.actions]
        return [action for action in every if action["Action"].lower() not in dull]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(self, writer)
        self.peers.append(peer)
        self.connected.set()
        writer.write(self.banner)
        try:
            while True:
                block = await reader.readuntil(b"\r\n\r\n")
                lines = [line.split(": ", 1) for line in block.decode().split("\r\n") if line]
                action: dict[str, str] = {line[0]: line[1] for line in lines}
                action["_raw"] = block.decode()
                peer.actions.append(action)
                if not self.mute:
                    self._answer(peer, action)
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            peer.gone.set()
            writer.close()

    def _answer(self, peer: Peer, action: dict[str, str]) -> None:
        name = action["Action"]
        if name in self.answers:
            self.answers[name](peer, action)
        elif name == "Challenge" and self.challenge is not None:
            peer.respond(action, f"Success\r\nChallenge: {self.challenge}")
        elif name == "Login":
            known = hashlib.md5(f"{self.challenge}{self.secret}".encode()).hexdigest()
            right = action.get("Key") == known or action.get("Secret") == self.secret
            if self.accepts and right and action["Username"] == self.username:
                peer.logged_in = True
                peer.respond(action, "Success\r\nMessage: Authentication accepted")
            else:
                peer.respond(action, "Error\r\nMessage: Authentication failed")
        elif name == "Ping":
            peer.respond(action, "Success\r\nPing: Pong")
        elif name == "Logoff":
            peer.respond(action, "Goodbye")
        else:
            peer.respond(action, "Error\r\nMessage: Invalid/unknown command")


@pytest.fixture
async def pbx() -> AsyncIterator[LoopbackPbx]:
    server = LoopbackPbx()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def new_link(pbx: LoopbackPbx) -> AsyncIterator[Callable[..., AmiLink]]:
    """Makes links to the loopback PBX, with short times; they are closed after the test."""
    links: list[AmiLink] = []
    tasks = Tasks()

    def make(run: bool = True, inbox: Inbox | None = None, **changes: Any) -> AmiLink:
        account = AmiAccount(
            host="127.0.0.1",
            port=pbx.port,
            username=pbx.username,
            secret=pbx.secret,
            ping_interval_s=0.05,
            connect_timeout_s=2.0,
            login_timeout_s=2.0,
            retry_first_s=0.02,
            retry_longest_s=0.1,
            refused_first_s=0.05,
            refused_longest_s=0.4,
        )
        link = AmiLink(
            replace(account, **changes),
            inbox if inbox is not None else Inbox(),
            time.monotonic,
            time.time,
            Random(7),
            "test",
        )
        links.append(link)
        if run:
            tasks.brief("link under test", link.run())
        return link

    yield make
    for link in links:
        await link.close()
    await tasks.stop()


@pytest.fixture
def until() -> Callable[..., Awaitable[None]]:
    """``await until(lambda: ..., "what")``: waits for a condition, fails after two seconds."""

    async def wait(condition: Callable[[], object], what: str = "", limit_s: float = 4.0) -> None:
        ends = time.monotonic() + limit_s
        while not condition():
            assert time.monotonic() < ends, f"never came: {what}"
            await asyncio.sleep(0.005)

    return wait

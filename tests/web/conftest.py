"""A running server over a house of memory, and people who are signed in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from websockets.asyncio.client import ClientConnection, connect

from callcenter.web.doors import COOKIE
from callcenter.web.server import WebSettings

from .fakes import PASSWORD, World


class Site:
    """The server on a real port of this machine."""

    def __init__(self, world: World, server: TestServer) -> None:
        self.world = world
        self.server = server
        self.origin = f"http://127.0.0.1:{server.port}"
        self.ws = f"ws://127.0.0.1:{server.port}/ws"

    async def cookie(self, name: str) -> str:
        """A session of this user, made without the network."""
        secret, _ = await self.world.access.sign_in(name, PASSWORD, "test")
        return secret

    @asynccontextmanager
    async def browser(self, name: str | None = None) -> AsyncIterator[TestClient[Any, Any]]:
        """A browser's HTTP, signed in or not."""
        headers = {"Origin": self.origin}
        cookies = {COOKIE: await self.cookie(name)} if name else {}
        client: TestClient[Any, Any] = TestClient(self.server, headers=headers, cookies=cookies)
        try:
            yield client
        finally:
            await client.session.close()

    @asynccontextmanager
    async def tab(self, name: str, **more: Any) -> AsyncIterator[Tab]:
        """A browser tab's websocket by an independent client, past the hello."""
        secret = await self.cookie(name)
        more.setdefault("origin", self.origin)
        headers = {"Cookie": f"{COOKIE}={secret}"}
        async with connect(self.ws, additional_headers=headers, **more) as socket:
            tab = Tab(socket)
            tab.hello = await tab.next("hello")
            tab.secret = secret
            yield tab


class Tab:
    """The page's end of a websocket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.hello: dict[str, Any] = {}
        self.secret = ""

    async def say(self, message: object) -> None:
        """Sends JSON, or a string as it is."""
        await self.socket.send(message if isinstance(message, str) else json.dumps(message))

    async def next(self, kind: str | None = None, within_s: float = 3.0) -> dict[str, Any]:
        """The next frame; with ``kind`` it must be one of that kind (heartbeats are skipped)."""
        async with asyncio.timeout(within_s):
            while True:
                frame: dict[str, Any] = json.loads(await self.socket.recv())
                if frame["t"] == "hb" and kind != "hb":
                    continue
                assert kind is None or frame["t"] == kind, frame
                return frame

    async def silent(self, for_s: float = 0.2) -> bool:
        """Nothing but heartbeats comes for this long."""
        try:
            await self.next(within_s=for_s)
        except TimeoutError:
            return True
        return False

    async def sub(self, *topics: str, **more: Any) -> dict[str, Any]:
        """Subscribes and returns the first answer."""
        await self.say({"t": "sub", "topics": [{"n": topic, **more} for topic in topics]})
        return await self.next()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.js").write_text("export {};\n")
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "preact.js").write_text("export {};\n")
    world = World(tmp_path)
    await world.people()
    yield world
    assert await world.tasks.stop() == []
    assert world.faults == []


@asynccontextmanager
async def running(world: World, settings: WebSettings | None = None) -> AsyncIterator[Site]:
    """A server for as long as the block lasts."""
    server = TestServer(world.app(settings), host="127.0.0.1")
    await server.start_server()
    try:
        yield Site(world, server)
    finally:
        await server.close()


@pytest.fixture
async def site(world: World) -> AsyncIterator[Site]:
    async with running(world) as site:
        yield site

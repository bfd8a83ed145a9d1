"""A browser that does not read: it is cut at a bound, and nobody else waits for it."""

from __future__ import annotations

import asyncio
import base64
import os
import socket
from typing import Any

from callcenter.web.connection import FAREWELL_S, HARD_LIMIT, SOFT_LIMIT, SOFT_S, Connection
from callcenter.web.doors import COOKIE
from callcenter.web.server import HUB

from .conftest import Site
from .test_rights import PEOPLE


async def frozen_socket(site: Site, name: str, topic: str) -> socket.socket:
    """A real websocket that subscribes and then never reads again."""
    loop = asyncio.get_running_loop()
    sock = socket.socket()
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    await loop.sock_connect(sock, ("127.0.0.1", site.server.port))
    key = base64.b64encode(os.urandom(16)).decode()
    await loop.sock_sendall(
        sock,
        (
            f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{site.server.port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Origin: {site.origin}\r\nCookie: {COOKIE}={await site.cookie(name)}\r\n\r\n"
        ).encode(),
    )
    assert b" 101 " in await loop.sock_recv(sock, 4096)
    payload = f'{{"t":"sub","topics":[{{"n":"{topic}"}}]}}'.encode()
    assert len(payload) < 126
    await loop.sock_sendall(sock, bytes((0x81, 0x80 | len(payload))) + bytes(4) + payload)
    return sock


async def test_a_frozen_browser_is_cut_within_its_bound_and_the_others_hear_all(
    site: Site,
) -> None:
    hub = site.server.app[HUB]
    frozen = await frozen_socket(site, "ali", "agent:me")
    loop = asyncio.get_running_loop()
    try:
        async with site.tab("ali") as tab:
            snap = await tab.sub("agent:me")
            (victim,) = [c for c in hub.connections if c is not _of(hub, tab.hello["sid"])]
            most, told = 0, 0
            while not victim.cut_for and told < 3000:
                told += 1
                site.world.view.change(snap["n"], ["filler", "x" * 2000])
                most = max(most, victim.unread())
                frame = await tab.next("d")
                assert frame["seq"] == snap["seq"] + told
            assert victim.cut_for == "slow"
            assert SOFT_LIMIT < most <= HARD_LIMIT
            began = loop.time()
            while victim in hub.connections:
                await asyncio.sleep(0.05)
                assert loop.time() - began < FAREWELL_S * 2 + 2
            assert hub.counts.cut_slow == 1
            site.world.view.change(snap["n"], ["filler", "y"])
            assert (await tab.next("d"))["d"] == [["filler", "y"]]
    finally:
        frozen.close()


def _of(hub: Any, sid: str) -> Connection:
    found: Connection = next(c for c in hub.connections if c.sid == sid)
    return found


class _Stuck(asyncio.Transport):
    """A transport whose peer reads nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = 0
        self.last = b""
        self.aborted = False

    def write(self, data: Any) -> None:
        self.waiting += len(data)
        self.last = bytes(data)

    def is_closing(self) -> bool:
        return self.aborted

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def abort(self) -> None:
        self.aborted = True


def _connection(transport: _Stuck) -> Connection:
    from callcenter.services.access import Credential

    loop = asyncio.get_running_loop()
    return Connection("s", PEOPLE[0], Credential("session", "x"), transport, loop)


async def test_a_tab_behind_for_ten_seconds_is_cut_with_1013_and_dropped_soon() -> None:
    transport = _Stuck()
    connection = _connection(transport)
    assert connection.send(b"x" * (SOFT_LIMIT + 1))
    assert connection.check(100.0)
    assert connection.check(100.0 + SOFT_S - 0.1)
    assert not connection.check(100.0 + SOFT_S)
    assert transport.last == bytes((0x88, 6)) + (1013).to_bytes(2, "big") + b"slow"
    assert not connection.send(b"more")
    await asyncio.sleep(FAREWELL_S + 0.1)
    assert transport.aborted


async def test_a_tab_that_catches_up_in_time_is_kept() -> None:
    transport = _Stuck()
    connection = _connection(transport)
    connection.send(b"x" * (SOFT_LIMIT + 1))
    assert connection.check(100.0)
    transport.waiting = 0
    assert connection.check(105.0)
    connection.send(b"x" * (SOFT_LIMIT + 1))
    assert connection.check(112.0)
    assert not connection.cut_for


async def test_a_snapshot_larger_than_the_bound_is_allowed_for_and_then_no_more() -> None:
    transport = _Stuck()
    connection = _connection(transport)
    assert connection.send_whole(b"x" * (HARD_LIMIT + 1000))
    assert connection.send(b"x" * 1000)
    assert not connection.send(b"x" * HARD_LIMIT)
    assert connection.cut_for == "slow"

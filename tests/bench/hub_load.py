"""Many browsers in one process, for the benchmark of the hub: raw sockets that count frames.

Runs as its own process on another core. Commands come on standard input, one a line:
``open KIND PORT COUNT PATH COOKIE...`` opens connections (for the hub each with its cookie, and
subscribes), ``expect KIND FRAMES`` answers ``done`` when every connection of a kind has that many
frames more, ``latencies`` answers the milliseconds from due to arrival of the pops since the last
time, ``pops`` answers the id of each call that popped with the (monotonic) second of its arrival
and how many frames came in all, ``freeze PORT COOKIE`` opens one that never reads, ``quit`` ends.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import socket
import sys
import time
from typing import cast

POP = b'{"t":"pop",'
CALL = re.compile(rb'"id":"([^"]+)"')
DUE = re.compile(rb'"due":([0-9.]+)')
HELLO_AND_SNAPSHOTS = 3
SUBSCRIBE = b'{"t":"sub","topics":[{"n":"agent:me"},{"n":"queues:mine"}]}'


def masked(payload: bytes) -> bytes:
    """A text frame of a browser, with a mask of zeros."""
    assert len(payload) < 126
    return bytes((0x81, 0x80 | len(payload))) + bytes(4) + payload


def handshake(port: int, path: str, cookie: str) -> bytes:
    """The request that opens a websocket."""
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        f"Origin: http://127.0.0.1:{port}\r\nCookie: callcenter_session={cookie}\r\n\r\n"
    ).encode()


class Browser(asyncio.Protocol):
    """Counts data frames and notes the delay of those that say when they were due."""

    def __init__(self, load: Load, kind: str, request: bytes) -> None:
        self.load = load
        self.kind = kind
        self.request = request
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.frames = 0
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        self._buffer += data
        if not self.open.done():
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head[:40]:
                self.open.set_exception(RuntimeError(head[:200].decode()))
                return
            self.open.set_result(None)
            self._buffer = rest
            if self.kind == "hub":
                self.transport.write(masked(SUBSCRIBE))
        self._count(now)

    def _count(self, now: float) -> None:
        buffer = self._buffer
        at = 0
        while len(buffer) >= at + 2:
            size, start = buffer[at + 1], at + 2
            if size == 126:
                if len(buffer) < at + 4:
                    break
                size, start = int.from_bytes(buffer[at + 2 : at + 4], "big"), at + 4
            if len(buffer) < start + size:
                break
            if buffer[at] == 0x89:
                self.transport.write(b"\x8a\x80\x00\x00\x00\x00")
            elif size > 126:
                self.frames += 1
                due = DUE.search(buffer, start, min(start + 200, start + size))
                if due:
                    self.load.latencies.append((now - float(due[1])) * 1000)
                elif buffer.startswith(POP, start):
                    self._popped(buffer, start, now)
                self.load.counted(self)
            at = start + size
        self._buffer = buffer[at:]

    def _popped(self, buffer: bytes, start: int, now: float) -> None:
        """A page paints a pop and says so."""
        found = CALL.search(buffer, start, start + 300)
        if found is not None:
            call = found[1].decode()
            self.load.pops.append((call, now))
            shown = f'{{"t":"popack","id":"{call}","what":"shown","ms":5}}'
            self.transport.write(masked(shown.encode()))


class Load:
    """All browsers of this process."""

    def __init__(self) -> None:
        self.browsers: dict[str, list[Browser]] = {}
        self.latencies: list[float] = []
        self.pops: list[tuple[str, float]] = []
        self.frozen: list[socket.socket] = []
        self._target = 0
        self._kind = ""
        self._missing = 0

    async def obey(self, line: str) -> str:
        """The answer to one command."""
        loop = asyncio.get_running_loop()
        what, *args = line.split()
        if what == "open":
            kind, port, count, path = args[0], int(args[1]), int(args[2]), args[3]
            made = self.browsers.setdefault(kind, [])
            for number in range(count):
                cookie = args[4 + number] if len(args) > 4 else ""
                browser = Browser(self, kind, handshake(port, path, cookie))
                await loop.create_connection(lambda b=browser: b, "127.0.0.1", port)  # type: ignore[misc]  # the loop variable is bound
                await browser.open
                made.append(browser)
            await asyncio.sleep(1)
        elif what == "expect":
            self._kind = args[0]
            for browser in self.browsers[self._kind]:
                browser.frames = 0
            self._target = int(args[1])
            self._missing = len(self.browsers[self._kind])
            return ""
        elif what == "latencies":
            told, self.latencies = self.latencies, []
            return json.dumps(told)
        elif what == "pops":
            popped, self.pops = self.pops, []
            frames = sum(b.frames for every in self.browsers.values() for b in every)
            return json.dumps({"pops": popped, "frames": frames})
        elif what == "freeze":
            sock = socket.create_connection(("127.0.0.1", int(args[0])))
            sock.sendall(handshake(int(args[0]), "/ws", args[1]))
            sock.recv(4096)
            sock.sendall(masked(SUBSCRIBE))
            self.frozen.append(sock)
        return "ok"

    def counted(self, browser: Browser) -> None:
        """Says ``done`` when the last browser of the expected kind has its frames."""
        if browser.kind == self._kind and browser.frames == self._target:
            self._missing -= 1
            if self._missing == 0:
                print("done", flush=True)


async def main() -> None:
    """Obeys until ``quit`` or the end of input."""
    load = Load()
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=4_000_000)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode().strip():
        if line == "quit":
            break
        answer = await load.obey(line)
        if answer:
            print(answer, flush=True)


if __name__ == "__main__":
    try:
        import uvloop
    except ImportError:
        asyncio.run(main())
    else:
        # Only the browsers' side: what they cost must not be taken for the server's delay.
        uvloop.run(main())

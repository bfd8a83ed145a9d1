"""An hour in some seconds: an event loop whose clock runs only while everybody waits.

Connections are made in memory, between the protocols that were handed in, so that no byte is ever
under way while time leaps. Threads work in real time; while one does, the loop's time stands still.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


class _Leaping(selectors.DefaultSelector):
    """Instead of waiting for a timer, it moves the clock to it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.threads = 0

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = super().select(None if self.threads and timeout != 0 else 0)
        if not ready and timeout and not self.threads:
            self.now += timeout
        return ready


class _CountingPool(ThreadPoolExecutor):
    """Tells the selector while a thread works."""

    def __init__(self, leaping: _Leaping, done: Callable[[], None]) -> None:
        super().__init__(1)
        self._leaping = leaping
        self._done = done

    def submit(self, *args: Any, **named: Any) -> Future[Any]:
        self._leaping.threads += 1
        future = super().submit(*args, **named)
        future.add_done_callback(lambda _: self._done())
        return future


class Pipe(asyncio.Transport):
    """One end of a connection in memory."""

    def __init__(self, loop: asyncio.AbstractEventLoop, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self._loop = loop
        self._protocol = protocol
        self._closed = False
        self.other: Pipe

    def write(self, data: bytes | bytearray | memoryview[int]) -> None:
        if not self._closed:
            self._loop.call_soon(self.other.receive, bytes(data))

    def receive(self, data: bytes) -> None:
        if not self._closed:
            self._protocol.data_received(data)

    def get_write_buffer_size(self) -> int:
        return 0

    def close(self) -> None:
        self._end()
        self._loop.call_soon(self.other._end)

    abort = close

    def _end(self) -> None:
        if not self._closed:
            self._closed = True
            self._loop.call_soon(self._protocol.connection_lost, None)


class _Listening:
    """What ``create_server`` gives."""

    def __init__(self, port: int) -> None:
        self.sockets = [self]
        self._port = port

    def getsockname(self) -> tuple[str, int]:
        return ("127.0.0.1", self._port)

    def close(self) -> None:
        pass

    async def wait_closed(self) -> None:
        pass


class VirtualLoop(asyncio.SelectorEventLoop):
    """The loop. ``time()`` is seconds since it was made; ``pipes`` are all connections made."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)
        self._servers: dict[int, Callable[[], asyncio.BaseProtocol]] = {}
        self.pipes: list[Pipe] = []
        self.set_default_executor(_CountingPool(self._leaping, self._thread_done))

    def time(self) -> float:
        return self._leaping.now

    def _thread_done(self) -> None:
        self.call_soon_threadsafe(self._one_thread_less)

    def _one_thread_less(self) -> None:
        self._leaping.threads -= 1

    async def create_server(self, factory: Any, *_: Any, **__: Any) -> Any:
        port = 5000 + len(self._servers)
        self._servers[port] = factory
        return _Listening(port)

    async def create_connection(self, factory: Any, host: Any, port: Any, **_: Any) -> Any:
        ours, theirs = factory(), self._servers[port]()
        here, there = Pipe(self, ours), Pipe(self, theirs)
        here.other, there.other = there, here
        self.pipes.append(here)
        ours.connection_made(here)
        theirs.connection_made(there)
        return here, ours

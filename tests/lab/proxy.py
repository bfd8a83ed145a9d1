"""The network between AMI and its reader, as a TCP proxy that can be cut, frozen and restored.

``cut``: both sides are closed and new connections are refused. ``freeze``: connections stay open
and nothing passes, as with a dead router; new ones are accepted and stay silent. ``swallow``: the
connections that there are stay open and lead nowhere for ever (half open: the router forgot them),
new ones work. ``slow``: bytes trickle to the reader. ``restore``: what was held back flows on, new
connections work.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress


class Proxy:
    """Listens on ``port`` (chosen at start) and passes on to ``target`` on loopback."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._open = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self._clients: set[asyncio.StreamWriter] = set()
        self._arrived = asyncio.Event()
        self._swallowed: set[asyncio.StreamWriter] = set()
        self._bytes_per_s = 0
        self.back_at = 0.0

    async def start(self) -> None:
        """Starts listening; afterwards ``port`` is known."""
        self._open.set()
        await self._listen()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await self._open.wait()
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            return
        self._writers.add(far_writer)
        self._clients.add(writer)
        self._arrived.set()
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._pass(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                await self._open.wait()
                while self._bytes_per_s and sink in self._clients and data:
                    sink.write(data[:1])
                    data = data[1:]
                    await asyncio.sleep(1 / self._bytes_per_s if self._bytes_per_s else 0)
                if sink in self._swallowed:
                    continue
                sink.write(data)
                await sink.drain()
        with suppress(OSError):
            sink.close()
        self._writers.discard(sink)
        self._clients.discard(sink)
        self._swallowed.discard(sink)

    async def cut(self) -> None:
        """Closes everything and refuses what comes."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()
        self._writers.clear()
        self._clients.clear()
        self._swallowed.clear()

    def freeze(self) -> None:
        """Lets nothing pass, closes nothing."""
        self._open.clear()

    def swallow(self) -> None:
        """What is said on the connections of this moment comes nowhere, and nothing ends them."""
        self._swallowed |= self._writers
        self._clients -= self._swallowed

    def slow(self, bytes_per_s: int) -> None:
        """To the reader no more than this passes, byte by byte; what he says passes at once."""
        self._bytes_per_s = bytes_per_s

    async def restore(self) -> None:
        """Ends a cut, a freeze or a trickle."""
        self._bytes_per_s = 0
        self._open.set()
        if self._server is None:
            await self._listen()

    @property
    def readers(self) -> int:
        """How many are connected through it."""
        return len(self._clients)

    async def back(self, readers: int, seconds: float = 20) -> None:
        """Waits until so many are connected again.

        Raises:
            TimeoutError: they did not come back.
        """
        async with asyncio.timeout(seconds):
            while self.readers < readers:
                self._arrived.clear()
                await self._arrived.wait()
        self.back_at = time.monotonic()

    async def stop(self) -> None:
        """Ends it all."""
        await self.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

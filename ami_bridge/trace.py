"""Recorded AMI: written while it happens, read back, played again.

One message a line, JSON: ``t`` (received, epoch seconds UTC), ``n`` (order, ascending), ``h``
(headers as they came, repeats and empty values kept). The same file is a bug report, a test and a
demonstration; so the recorder can scrub it of people.
"""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from itertools import islice
from pathlib import Path

import msgspec

from ami_bridge import house_events
from ami_bridge.inbox import Arrived, Inbox
from ami_bridge.protocol import Message
from ami_bridge.scrub import Scrubber

log = logging.getLogger(__name__)


class TraceLine(msgspec.Struct, frozen=True):
    """One message of a trace."""

    t: float
    n: int
    h: list[tuple[str, str]]

    @property
    def at(self) -> int:
        """When it was received, epoch ms."""
        return round(self.t * 1000)

    @property
    def message(self) -> Message:
        """The message; raises ValueError when its headers do not name it."""
        return Message.of(self.h)


class TraceError(ValueError):
    """A trace file that cannot be read: which file, which line, what is wrong."""


@dataclass
class RecorderCounters:
    """Lines written, and lines lost because the disk did not keep up."""

    written: int = 0
    lost: int = 0


class Recorder:
    """Takes messages without waiting; writes when its owner says so.

    ``record`` may be called from within the link's reading; it only appends to a bounded buffer.
    ``flush`` encodes, scrubs and writes in a thread. A full buffer loses the newest messages,
    counted, and the trace goes on with a gap in ``n``.
    """

    def __init__(
        self, path: Path, scrubber: Scrubber | None = None, most_waiting: int = 100_000
    ) -> None:
        self._path = path
        self._scrubber = scrubber
        self._most = most_waiting
        self._waiting: deque[tuple[float, int, Message]] = deque()
        self._order = 0
        self._lock = asyncio.Lock()
        self.counters = RecorderCounters()

    @property
    def waiting(self) -> int:
        """Messages that are not written yet."""
        return len(self._waiting)

    def record(self, message: Message, wall_s: float) -> None:
        """Notes a message received at ``wall_s`` (epoch seconds UTC). Never waits or raises."""
        self._order += 1
        if len(self._waiting) >= self._most:
            self.counters.lost += 1
            return
        self._waiting.append((wall_s, self._order, message))

    async def flush(self) -> None:
        """Writes what waits. Raises OSError; what could not be written waits on."""
        async with self._lock:
            batch = list(self._waiting)
            if not batch:
                return
            await asyncio.to_thread(self._write, batch)
            for _ in batch:
                self._waiting.popleft()
            self.counters.written += len(batch)

    async def keep_flushing(self, interval_s: float = 1.0) -> None:
        """Flushes for ever, for a task of the owner's; the last flush is done when cancelled."""
        try:
            while True:
                await asyncio.sleep(interval_s)
                await self._flush_or_warn()
        finally:
            await self._flush_or_warn()

    async def _flush_or_warn(self) -> None:
        try:
            await self.flush()
        except OSError as error:
            log.warning("trace %s cannot be written: %s", self._path, error)

    def _write(self, batch: list[tuple[float, int, Message]]) -> None:
        encode = msgspec.json.encode
        lines = []
        for wall_s, order, message in batch:
            headers = list(message.items())
            if self._scrubber is not None:
                headers = self._scrubber.headers(headers)
            lines.append(encode(TraceLine(wall_s, order, headers)))
        # One write: a reader, or a crash, finds whole lines or none of the batch's tail.
        with self._path.open("ab") as file:
            file.write(b"\n".join(lines) + b"\n")


def read(path: Path) -> Iterator[TraceLine]:
    """The lines of a trace, packed (``.gz``) or not, in order.

    Raises TraceError (file, line, what), or OSError.
    """
    decoder = msgspec.json.Decoder(TraceLine)
    with opened(path) as file:
        for number, raw in enumerate(file, start=1):
            if not raw.strip():
                continue
            try:
                line = decoder.decode(raw)
                Message.of(line.h)
            except ValueError as error:  # msgspec's errors are ValueErrors
                raise TraceError(f"{path}, line {number}: {error}") from None
            yield line


def opened(path: Path) -> BufferedReader:
    """A recording, packed (``.gz``) or not, to be read line by line. Raises OSError."""
    if path.suffix == ".gz":
        return BufferedReader(gzip.open(path))
    return path.open("rb")


async def replay(
    lines: Iterable[TraceLine],
    inbox: Inbox,
    monotonic: Callable[[], float],
    speed: float | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> int:
    """Puts the events of a trace into an inbox; gives their number.

    ``speed`` None: as fast as the consumer takes them; 1.0: in the time they were recorded in;
    2.0: twice as fast. Arrivals bear the recorded wall time. Responses are left out, as the link
    leaves them out; list items are put in, since nobody asked here. Waits while the inbox is full.
    """
    if speed is not None and speed <= 0:
        raise ValueError("the speed of a replay is above 0")
    put = 0
    started_s = monotonic()
    first_t: float | None = None
    source = iter(lines)
    while batch := list(islice(source, 500)):
        for line in batch:
            message = line.message
            if message.name == "Response" or house_events.is_one(message):
                continue
            if first_t is None:
                first_t = line.t
            if speed is not None:
                ahead_s = (line.t - first_t) / speed - (monotonic() - started_s)
                if ahead_s > 0:
                    await sleep(ahead_s)
            arrived = Arrived(message, monotonic(), line.at)
            while not inbox.put(arrived):
                await inbox.room()
            put += 1
        # A long trace must not hold the loop.
        await asyncio.sleep(0)
    return put

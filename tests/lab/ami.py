"""The lab's own AMI client: small, independent of the product, on any account.

It exists so that the product's link is never tested against itself. Messages are lists of
``(key, value)`` in the order received; nothing is dropped or folded.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

Headers = list[tuple[str, str]]


class AmiError(Exception):
    """An action was refused; the text is Asterisk's own."""


@dataclass(frozen=True)
class Message:
    """One AMI message: ``t`` received (epoch seconds), ``n`` its order in this session from 1."""

    t: float
    n: int
    headers: Headers

    def get(self, key: str, default: str = "") -> str:
        """The first value of ``key``, whatever its case."""
        folded = key.lower()
        return next((value for name, value in self.headers if name.lower() == folded), default)

    @property
    def event(self) -> str:
        """The event's name, empty for a response."""
        return self.get("Event")


def parse(block: bytes) -> Headers:
    """The headers of one message without its empty line."""
    headers: Headers = []
    for line in block.decode("utf-8", "replace").replace("\r\n", "\n").split("\n"):
        key, colon, value = line.partition(":")
        if colon:
            headers.append((key, value.removeprefix(" ")))
    return headers


class Ami:
    """A logged-in session. ``on_message`` gets every message, answers included, in order."""

    def __init__(self, port: int, user: str, secret: str, *, prefix: str = "lab") -> None:
        self._port = port
        self._user = user
        self._secret = secret
        self._prefix = prefix
        self._actions = itertools.count(1)
        self._waiting: dict[str, tuple[asyncio.Future[list[Message]], list[Message]]] = {}
        self._listeners: list[Callable[[Message], None]] = []
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None
        self.closed = asyncio.Event()

    def listen(self, listener: Callable[[Message], None]) -> Callable[[], None]:
        """Calls ``listener`` with every message from now on; the result ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def connect(self) -> None:
        """Logs in; raises ``AmiError`` when refused."""
        reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 20)
        await asyncio.wait_for(reader.readline(), 5)
        self._task = asyncio.create_task(self._read(reader))
        await self.action("Login", Username=self._user, Secret=self._secret)

    async def close(self) -> None:
        """Ends the session."""
        if self._writer is not None:
            self._writer.close()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _read(self, reader: asyncio.StreamReader) -> None:
        count = itertools.count(1)
        try:
            while True:
                block = await reader.readuntil(b"\r\n\r\n")
                message = Message(time.time(), next(count), parse(block[:-4]))
                self._settle(message)
                for listener in list(self._listeners):
                    listener(message)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.closed.set()
            for future, _ in self._waiting.values():
                if not future.done():
                    future.set_exception(AmiError("AMI has hung up"))

    def _settle(self, message: Message) -> None:
        waiting = self._waiting.get(message.get("ActionID"))
        if waiting is None:
            return
        future, got = waiting
        # An event with our ActionID that is no list item (OriginateResponse) comes much later.
        got.append(message)
        starts = message.get("EventList").lower() == "start"
        ends = message.get("EventList").lower() == "complete"
        if not future.done() and (ends or (message.get("Response") and not starts)):
            future.set_result(got)

    async def action(
        self, name: str, variables: Iterable[str] = (), **headers: str | int
    ) -> list[Message]:
        """Sends an action and returns its response with the list items that follow it.

        Raises:
            AmiError: the response is an error, or none came in 10 s.
        """
        assert self._writer is not None
        action_id = f"{self._prefix}-{next(self._actions)}"
        future: asyncio.Future[list[Message]] = asyncio.get_running_loop().create_future()
        self._waiting[action_id] = (future, [])
        lines = [f"Action: {name}", f"ActionID: {action_id}"]
        lines += [f"{key}: {value}" for key, value in headers.items()]
        lines += [f"Variable: {variable}" for variable in variables]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        try:
            got = await asyncio.wait_for(future, 10)
        except TimeoutError:
            raise AmiError(f"{name}: no answer in 10 s") from None
        finally:
            self._waiting.pop(action_id, None)
        if got[0].get("Response") == "Error":
            raise AmiError(f"{name}: {got[0].get('Message')}")
        return got

    async def wait_for(self, wanted: Callable[[Message], bool], seconds: float = 10) -> Message:
        """The next message that ``wanted`` accepts."""
        future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()

        def look(message: Message) -> None:
            if not future.done() and wanted(message):
                future.set_result(message)

        stop = self.listen(look)
        try:
            return await asyncio.wait_for(future, seconds)
        finally:
            stop()

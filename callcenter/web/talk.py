"""What a tab says and what it hears back: one call of ``hear`` per websocket message.

Nothing a tab sends ends its connection: what is no JSON, has a wrong shape or is refused gets an
answer with a code. Commands run as owned tasks with a time limit; after it the tab is told, and
what was begun is ended all the same (``op`` makes asking again harmless).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from ..ports.clock import Clock
from ..ports.errors import StoreUnavailable
from ..supervise import Tasks
from . import frames
from .asks import Desk, Result
from .codes import Code, code_of
from .connection import Connection
from .hub import Hub

COMMAND_S = 5.0
MAX_RUNNING = 8
"""Commands of one tab that have outrun their time limit and are still at work."""

log = logging.getLogger(__name__)


async def carried_out(wish: Coroutine[Any, Any, Result], what: str) -> Result:
    """The result of a desk's command; a fault of ours is logged and becomes ``internal``."""
    try:
        return await wish
    except StoreUnavailable as error:
        return Result(ok=False, code=Code.OFFLINE, msg=error.sentence)
    except Exception:
        log.exception("the command %s failed", what)
        return Result(
            ok=False,
            code=Code.INTERNAL,
            msg="Something went wrong here; it is in the server's log. Try again.",
        )


class Talk:
    """The conversation with one tab."""

    def __init__(
        self,
        hub: Hub,
        desk: Desk,
        clock: Clock,
        tasks: Tasks,
        connection: Connection,
        command_s: float = COMMAND_S,
    ) -> None:
        self._hub = hub
        self._desk = desk
        self._clock = clock
        self._tasks = tasks
        self._connection = connection
        self._command_s = command_s
        self._running: set[asyncio.Task[Result]] = set()

    async def hear(self, text: str) -> None:
        """Answers one message; never raises."""
        try:
            await self._hear(text)
        except Exception:
            self._hub.counts.faults += 1
            log.exception("a message could not be answered")
            message = "Something went wrong here; it is in the server's log."
            self._say(frames.complaint(Code.INTERNAL, message))

    async def _hear(self, text: str) -> None:
        try:
            message = frames.understand(text)
        except frames.Misunderstood as fault:
            self._hub.counts.refused += 1
            if fault.op:
                self._say(frames.refused(fault.op, fault.code, fault.message))
            else:
                self._say(frames.complaint(fault.code, fault.message))
            return
        match message:
            case frames.Ping():
                pong = {"t": "pong", "c": message.c, "s": self._clock.wall_ms()}
                self._say(frames.text_frame(pong))
            case frames.Sub():
                self._subscribe(message)
            case frames.Unsub():
                for name in message.topics:
                    self._hub.unsubscribe(self._connection, name)
            case frames.PopAck():
                await self._acknowledge(message)
            case frames.Note():
                wish = self._desk.note(
                    message.call, self._connection.who, message.rev, message.text, message.op
                )
                await self._carry_out("note", message.op, wish)
            case frames.Cmd():
                wish = self._desk.command(
                    self._connection.who, message.op, message.do, message.args
                )
                await self._carry_out(message.do, message.op, wish)

    def not_text(self) -> None:
        """Answers a binary message."""
        self._hub.counts.refused += 1
        self._say(frames.complaint(Code.BAD_MESSAGE, "Messages are JSON text, not binary."))

    def _subscribe(self, message: frames.Sub) -> None:
        if message.slow is not None:
            self._hub.set_slow(self._connection, message.slow)
        for wanted in message.topics:
            self._hub.subscribe(self._connection, wanted)

    async def _acknowledge(self, message: frames.PopAck) -> None:
        """Acknowledgements are answered by nothing; what fails is ours to log."""

        async def told() -> Result:
            await self._desk.pop_acknowledged(
                self._connection.who, message.id, message.what, round(message.ms), message.tab
            )
            return Result(ok=True)

        await carried_out(told(), "popack")

    async def _carry_out(self, what: str, op: str, wish: Coroutine[Any, Any, Result]) -> None:
        if len(self._running) >= MAX_RUNNING:
            wish.close()
            self._say(frames.refused(op, Code.TOO_SLOW, "Too many commands wait already."))
            return
        task = self._tasks.brief(f"web.command.{what[:40]}", carried_out(wish, what))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.wait({task}, timeout=self._command_s)
        if not task.done():
            message = "The server is slow; look whether it was done before you try again."
            self._say(frames.refused(op, Code.TOO_SLOW, message))
        elif not task.cancelled():
            self._answer(op, task.result())

    def _answer(self, op: str, result: Result) -> None:
        if not result.ok:
            self._hub.counts.refused += 1
            self._say(frames.refused(op, code_of(result.code), result.msg))
            return
        answer: dict[str, object] = {"t": "res", "op": op, "ok": True, **result.data}
        seq = self._hub.seq_of(self._connection)
        if seq is not None:
            answer.setdefault("seq", seq)
        self._say(frames.text_frame(answer))

    def _say(self, frame: bytes) -> None:
        self._connection.send(frame)

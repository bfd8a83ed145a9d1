"""What one PBX says, into a file: heard as the service hears it, read back by ``trace replay``.

A recording begins, and after each reconnect goes on, with the answers to the login and to the
roster's questions; they bear ActionIDs ``snap-1``, ``snap-2`` ... (``snap2-…`` after a reconnect).
Pings and other questions of the service leave no trace. Keys of a login are not in it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

from ami_bridge.protocol import Message
from ami_bridge.scrub import Scrubber
from ami_bridge.trace import Recorder
from callcenter.ports.clock import Clock
from callcenter.rooms import build_room
from callcenter.settings import Pbx, Settings
from callcenter.supervise import Tasks

_OURS = re.compile(r"(cc-[0-9a-f]{16}-)\d+")
_LOOK_S = 0.1


class CannotHear(Exception):
    """The PBX could not be reached, or refused us, before anything was recorded."""


class Scribe:
    """Gives a recorder what belongs into a recording, with the ActionIDs of one."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._lives: list[str] = []
        self._names: dict[str, str] = {}
        self.heard = 0

    def hear(self, message: Message, wall_s: float) -> None:
        """A listener of the link."""
        ours = _OURS.fullmatch(message.action_id)
        if ours is not None:
            if message.name == "Response" and not _belongs(message):
                return
            name = self._name(ours[1], message.action_id)
            message = Message.of(
                [(k, name if k.lower() == "actionid" else v) for k, v in message.items()]
            )
        elif message.name == "Response":
            return
        self.heard += 1
        self._recorder.record(message, wall_s)

    def _name(self, life: str, action_id: str) -> str:
        if life not in self._lives:
            self._lives.append(life)
            self._names.clear()
        if action_id not in self._names:
            which = len(self._lives)
            prefix = "snap" if which == 1 else f"snap{which}"
            self._names[action_id] = f"{prefix}-{len(self._names) + 1}"
        return self._names[action_id]


def _belongs(response: Message) -> bool:
    """Whether a response is the login's, CoreStatus's, or the beginning of a list."""
    return (
        response.get("Message") == "Authentication accepted"
        or bool(response.get("CoreStartupDate"))
        or response.get("EventList").lower() == "start"
    )


async def record(
    settings: Settings,
    pbx: Pbx,
    clock: Clock,
    path: Path,
    scrubber: Scrubber | None,
    stop: asyncio.Event,
    began: Callable[[], None],
) -> tuple[int, list[str]]:
    """Records until ``stop`` is set; gives the messages written and what is to be remarked.

    ``began`` is called at the first login; nothing is written before. Raises ``CannotHear``, or
    OSError of the file.
    """
    tasks = Tasks()
    recorder = Recorder(path, scrubber)
    scribe = Scribe(recorder)
    room = build_room(settings, pbx, clock, tasks, ())
    room.link.listeners.append(scribe.hear)

    async def pass_over() -> None:
        async for _ in room.feed.batches():
            pass

    tasks.eternal("listening", pass_over())
    tasks.eternal("connection", room.link.run())
    up = False
    try:
        while not stop.is_set():
            state = room.link.state
            if state == "up" and not up:
                up = True
                began()
            elif not up and state in ("refused", "down") and room.link.why not in _BEFORE:
                raise CannotHear(f"{room.link.why}.")
            await recorder.flush()
            try:
                async with asyncio.timeout(_LOOK_S):
                    await stop.wait()
            except TimeoutError:
                continue
    finally:
        await room.link.close()
        await tasks.stop()
        await recorder.flush()
    remarks = list(room.feed.complaints)
    if recorder.counters.lost:
        remarks.append(f"{recorder.counters.lost} messages are missing: the disk did not keep up.")
    if up and not room.feed.rostered_at:
        remarks.append("The roster was never whole: a replay begins without agents and calls.")
    return recorder.counters.written, remarks


_BEFORE = ("not started", "not running")

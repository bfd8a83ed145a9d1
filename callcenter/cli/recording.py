"""What one PBX says, into a file: heard as the service hears it, read back by ``trace replay``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from ami_bridge.scribe import Scribe
from ami_bridge.scrub import Scrubber
from ami_bridge.trace import Recorder
from callcenter.ports.clock import Clock
from callcenter.rooms import build_room
from callcenter.settings import Pbx, Settings
from callcenter.supervise import Tasks

_LOOK_S = 0.1


class CannotHear(Exception):
    """The PBX could not be reached, or refused us, before anything was recorded."""


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
    scribe = Scribe(recorder.record)
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

"""Calls come out of a growing log a few seconds after their last line, also on a quiet PBX."""

from __future__ import annotations

import asyncio
from pathlib import Path

from ami_bridge.queue_log_live import QUIET_S, LiveLog

LINES = "100|1.0|support|NONE|ENTERQUEUE||0912|1\n104|1.0|support|NONE|ABANDON|1|1|4\n"


async def test_a_call_comes_when_it_has_been_quiet_by_the_clock(tmp_path: Path) -> None:
    path, now = tmp_path / "queue_log", [104.0]
    path.write_text("90|NONE|NONE|NONE|QUEUESTART|\n")
    told = LiveLog(path, lambda: now[0], poll_s=0.01).calls(None)
    first = asyncio.ensure_future(anext(told))
    await asyncio.sleep(0.1)
    assert not first.done()
    with path.open("a") as file:
        file.write(LINES)
    calls, place = await asyncio.wait_for(first, 5)
    assert calls == []
    assert place[1] == path.stat().st_size
    now[0] = 104.0 + QUIET_S + 1
    calls, again = await asyncio.wait_for(anext(told), 5)
    assert [call.callid for call in calls] == ["1.0"]
    assert again == place
    await told.aclose()


async def test_without_a_place_what_was_before_is_history(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_text(LINES)
    log = LiveLog(path, lambda: 1_000.0, poll_s=0.01)
    told = asyncio.ensure_future(anext(log.calls(None)))
    await asyncio.sleep(0.1)
    assert not told.done()
    told.cancel()
    at_the_beginning = (path.stat().st_ino, 0, "")
    calls, _ = await asyncio.wait_for(anext(log.calls(at_the_beginning)), 5)
    assert [call.callid for call in calls] == ["1.0"]

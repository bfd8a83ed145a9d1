"""A lab that stood still says so, and a story that it spoiled by that is played again."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
import time

import pytest

from .lab import TIMES, Lab
from .pulse import EVERY_S, NICENESS, STILL_S, Pulse, run_first
from .stage import Stage, Truth


def stand_still() -> None:
    time.sleep(STILL_S + 2 * EVERY_S)


async def test_only_a_standstill_is_noticed() -> None:
    pulse = Pulse()
    pulse.start()
    begun = time.time()
    await asyncio.sleep(3 * EVERY_S)
    assert pulse.stood_still(begun) == 0
    stand_still()
    await asyncio.sleep(2 * EVERY_S)
    assert STILL_S <= pulse.stood_still(begun) < 3 * STILL_S
    assert pulse.stood_still(time.time()) == 0
    await pulse.stop()


class Stories(Lab):
    """A lab whose stories fail as often as they are told to, without an Asterisk."""

    def __init__(self, fails: int, *, still: bool) -> None:
        super().__init__()
        self.played = 0
        self._fails = fails
        self._still = still

    async def _play(self, name: str, story: object, proves: str) -> Truth:
        self.played += 1
        if self._still:
            stand_still()
            await asyncio.sleep(2 * EVERY_S)
        assert self.played > self._fails, "1001: ended with 0, not answered"
        return {"scenario": name}


async def unplayed(stage: Stage) -> Truth:
    raise AssertionError("the lab here plays nothing")


@pytest.mark.parametrize(
    ("fails", "still", "played"), [(0, True, 1), (1, True, 2), (9, True, TIMES), (9, False, 1)]
)
async def test_story_is_played_again_only_if_the_lab_spoiled_it(
    fails: int, still: bool, played: int
) -> None:
    lab = Stories(fails, still=still)
    lab.pulse.start()
    await asyncio.sleep(0)
    try:
        if fails < played:
            assert await lab.play("x", unplayed) == {"scenario": "x"}
        else:
            with pytest.raises(AssertionError, match="ended with 0"):
                await lab.play("x", unplayed)
    finally:
        await lab.pulse.stop()
    assert lab.played == played


def test_what_a_lab_starts_is_served_first_and_the_rest_of_the_tests_as_before() -> None:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=run_first, args=(loop,))
    before = os.getpriority(os.PRIO_PROCESS, 0)
    thread.start()
    try:
        of_thread = asyncio.run_coroutine_threadsafe(_niceness(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
    wanted = NICENESS if _may_be_served_first() else before
    assert of_thread == [wanted, wanted]
    assert os.getpriority(os.PRIO_PROCESS, 0) == before


def _may_be_served_first() -> bool:
    """``nice`` complains where it is not allowed, and runs the command all the same."""
    asked = subprocess.run(["nice", "-n", "-1", "true"], capture_output=True, check=True)
    return not asked.stderr


async def _niceness() -> list[int]:
    """Of this thread, and of a process that it starts."""
    told = await asyncio.create_subprocess_exec("nice", stdout=asyncio.subprocess.PIPE)
    out, _ = await told.communicate()
    return [os.getpriority(os.PRIO_PROCESS, 0), int(out)]

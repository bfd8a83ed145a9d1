"""Tasks have an owner: what ends by itself is told, what is stopped is silent."""

from __future__ import annotations

import asyncio

from callcenter.supervise import Tasks


class Faults:
    """What the owner was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def __call__(self, name: str, error: BaseException | None) -> None:
        self.told.append((name, "returned" if error is None else str(error)))


async def fail() -> None:
    raise RuntimeError("disk full")


async def nothing() -> None:
    return


async def test_an_eternal_task_that_returns_is_a_fault() -> None:
    faults = Faults()
    tasks = Tasks(faults)
    await tasks.eternal("pump", nothing())
    await asyncio.sleep(0)
    assert faults.told == [("pump", "returned")]


async def test_a_task_that_raises_is_told_once_with_its_error() -> None:
    faults = Faults()
    tasks = Tasks(faults)
    tasks.eternal("pump", fail())
    tasks.brief("question", fail())
    while tasks.names():
        await asyncio.sleep(0)
    assert sorted(faults.told) == [("pump", "disk full"), ("question", "disk full")]


async def test_a_brief_task_may_end() -> None:
    faults = Faults()
    await Tasks(faults).brief("question", nothing())
    await asyncio.sleep(0)
    assert faults.told == []


async def test_stopping_cancels_all_waits_for_them_and_is_no_fault() -> None:
    faults = Faults()
    tasks = Tasks(faults)
    tidied: list[str] = []

    async def live() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            tidied.append("yes")

    tasks.eternal("one", live())
    tasks.brief("two", live())
    await asyncio.sleep(0)
    assert tasks.names() == ["one", "two"]
    assert await tasks.stop() == []
    assert tidied == ["yes", "yes"]
    assert (tasks.names(), faults.told) == ([], [])


async def test_who_does_not_stop_in_time_is_named() -> None:
    tasks = Tasks()
    release = asyncio.Event()

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await release.wait()

    tasks.brief("stubborn", stubborn())
    await asyncio.sleep(0)
    assert await tasks.stop(0.05) == ["stubborn"]
    release.set()
    while tasks.names():
        await asyncio.sleep(0)


async def test_who_stops_all_from_within_a_task_is_not_cancelled_himself() -> None:
    tasks = Tasks()
    tasks.eternal("other", asyncio.Event().wait())
    assert await tasks.brief("last", tasks.stop()) == []

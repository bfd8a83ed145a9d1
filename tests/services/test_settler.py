"""What AMI left open is settled by the log's end, and only that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from ami_bridge.queue_log_live import LiveLog
from callcenter.services.settler import Settler
from callcenter.supervise import Tasks
from tests.services.house import T0_S, House, answered, house, left, link, logged


@asynccontextmanager
async def following(at: House, path: Path) -> AsyncIterator[Settler]:
    live = LiveLog(path, lambda: at.clock.now_ms / 1000, poll_s=0.01)
    settler = Settler("pbx1", live, at.books, at.writer)
    tasks = Tasks()
    tasks.eternal("settler", settler.run())
    try:
        yield settler
    finally:
        await tasks.stop()


def append(path: Path, lines: list[str]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


async def placed(at: House) -> tuple[int, int, str]:
    """The stored place, as soon as there is one."""
    async with asyncio.timeout(5):
        while (place := await at.books.place("pbx1")) is None:
            await asyncio.sleep(0.01)
    return place


async def test_an_unknown_end_is_known_a_few_seconds_later(tmp_path: Path) -> None:
    path = tmp_path / "log"
    async with house(tmp_path) as at:
        await at.commit([*link((-90, True)), *left("1.0", 0, 7, "unknown")])
        append(path, [f"{T0_S - 60}|NONE|NONE|NONE|QUEUESTART|"])
        async with following(at, path) as settler:
            await asyncio.sleep(0.1)
            append(path, logged("1.0", 0, 7, None))
            await placed(at)
            assert settler.settled == 0
            at.clock.now_ms = (T0_S + 11) * 1000
            async with asyncio.timeout(5):
                while settler.settled == 0:
                    await asyncio.sleep(0.01)
        record = await at.record("pbx1:1.0")
        assert (record.visits[0].end, record.settled_by) == ("abandoned", "queue_log")


async def test_what_we_know_ourselves_and_what_we_never_had_is_left_to_the_ledger(
    tmp_path: Path,
) -> None:
    path = tmp_path / "log"
    async with house(tmp_path) as at:
        await at.commit([*link((-90, True)), *answered("1.0", 0)])
        append(path, [f"{T0_S - 60}|NONE|NONE|NONE|QUEUESTART|"])
        before = await at.journal.last_seq()
        async with following(at, path) as settler:
            await asyncio.sleep(0.1)
            append(path, [*logged("1.0", 0, talk=40), *logged("2.0", 3)])
            at.clock.now_ms = (T0_S + 600) * 1000
            await placed(at)
            await asyncio.sleep(0.1)
            assert settler.settled == 0
        assert await at.journal.last_seq() == before


async def test_after_a_restart_it_goes_on_at_its_place(tmp_path: Path) -> None:
    path = tmp_path / "log"
    async with house(tmp_path) as at:
        await at.commit([*link((-90, True)), *left("1.0", 0, 7, "unknown")])
        append(path, [f"{T0_S - 60}|NONE|NONE|NONE|QUEUESTART|"])
        async with following(at, path):
            await asyncio.sleep(0.1)
            append(path, [f"{T0_S}|NONE|support|Leila|PAUSE|lunch"])
            await placed(at)
        append(path, logged("1.0", 0, 7, None))
        at.clock.now_ms = (T0_S + 600) * 1000
        async with following(at, path) as settler, asyncio.timeout(5):
            while settler.settled == 0:
                await asyncio.sleep(0.01)
        assert (await at.record("pbx1:1.0")).visits[0].end == "abandoned"

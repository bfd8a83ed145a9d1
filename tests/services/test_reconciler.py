"""Reconciliation by itself: after a gap, at night, for a command, and in spite of the world."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from ami_bridge.queue_log_file import LogFiles
from callcenter.domain.facts import AnyFact, CallStarted, Recorded
from callcenter.ports.errors import StoreUnavailable
from callcenter.services.ports_books import Job
from callcenter.services.reconciler import AFTER_GAP_S, AGAIN_S, Reconciler
from callcenter.supervise import Tasks
from tests.services.house import T0_S, House, answered, house, link, logged, write


@asynccontextmanager
async def running(at: House, path: Path) -> AsyncIterator[Reconciler]:
    """The service's part, running; it hears the bus as the service wires it."""
    reconciler = Reconciler(
        logs={"pbx1": LogFiles(path)},
        other_log=LogFiles.named,
        books=at.books,
        writer=at.writer,
        clock=at.clock,
        zone="Asia/Tehran",
        poll_s=0.01,
    )
    tasks = Tasks()
    tasks.eternal("reconciler", reconciler.run())
    try:
        yield reconciler
    finally:
        await tasks.stop()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.01)


async def test_after_a_gap_the_log_fills_it_and_the_ledger_says_so(tmp_path: Path) -> None:
    async with house(tmp_path) as at, running(at, tmp_path / "log") as reconciler:
        gap = link((-90, True), (100, False), (200, True))
        await at.commit([gap[0], *answered("1.0", 0), *gap[1:]])
        write(tmp_path / "log", logged("1.0", 0), logged("2.0", 110))
        at.clock.now_ms = (T0_S + 200) * 1000
        reconciler.facts([Recorded(1, fact) for fact in gap])
        await asyncio.sleep(0.1)
        assert reconciler.runs == 0
        at.clock.now_ms += int(AFTER_GAP_S * 1000) + 1
        await until(lambda: reconciler.runs == 1)
        assert (await at.record("pbx1:2.0")).settled_by == "queue_log"
        (day,) = await at.books.days("2026-01-01", "2027-01-01", "pbx1")
        assert (day.equal, day.corrected, day.unexplained) == (1, 1, 0)
        assert reconciler.unreconciled() == {"pbx1": 0}


async def test_what_cannot_be_explained_is_in_the_metric(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        await at.commit([*link((-90, True)), *answered("1.0", 0)])
        write(tmp_path / "log", logged("1.0", 0), logged("2.0", 110))
        async with running(at, tmp_path / "log") as reconciler:
            await asyncio.sleep(0.1)
            assert reconciler.unreconciled() == {"pbx1": 0}
            at.clock.now_ms = (T0_S + 2 * 3_600) * 1000 + 1
            await until(lambda: reconciler.unreconciled() == {"pbx1": 1})
            assert reconciler.runs == 1
        async with running(at, tmp_path / "log") as after_a_restart:
            await until(lambda: after_a_restart.unreconciled() == {"pbx1": 1})


async def test_every_night_at_half_past_three_of_the_sites_clock(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        await at.commit(link((-90, True)))
        write(tmp_path / "log")
        async with running(at, tmp_path / "log") as reconciler:
            await asyncio.sleep(0.05)
            # It is 01:30 there; two hours later is half past three.
            at.clock.now_ms = (T0_S + 2 * 3_600) * 1000 - 1
            await asyncio.sleep(0.1)
            assert reconciler.runs == 0
            at.clock.now_ms += 1
            await until(lambda: reconciler.runs == 1)
            await asyncio.sleep(0.1)
            assert reconciler.runs == 1
            at.clock.now_ms += 86_400_000
            await until(lambda: reconciler.runs == 2)


async def test_a_log_that_cannot_be_read_is_a_sentence_and_is_tried_again(tmp_path: Path) -> None:
    async with house(tmp_path) as at, running(at, tmp_path / "log") as reconciler:
        turns = link((-90, True))
        await at.commit([*turns, *answered("1.0", 0)])
        reconciler.facts([Recorded(1, fact) for fact in turns])
        at.clock.now_ms += int(AFTER_GAP_S * 1000) + 1
        await until(lambda: reconciler.failures == 1)
        assert "queue_log of pbx1 cannot be read" in reconciler.trouble["pbx1"]
        assert f"{tmp_path}/log" in reconciler.trouble["pbx1"]
        write(tmp_path / "log", logged("1.0", 0))
        at.clock.now_ms += int(AGAIN_S * 1000) + 1
        await until(lambda: reconciler.runs == 1)
        assert reconciler.trouble == {}


async def test_a_back_fill_that_a_command_asked_for_is_done_and_told(tmp_path: Path) -> None:
    async with house(tmp_path) as at, running(at, tmp_path / "log"):
        old = tmp_path / "old"
        write(old, *(logged(f"{n}.0", n * 90) for n in range(20)))
        number = await at.books.ask(Job(id=0, pbx="pbx1", file=str(old)), 1)
        gone = await at.books.ask(Job(id=0, pbx="pbx1", file=str(tmp_path / "gone")), 2)
        other = await at.books.ask(Job(id=0, pbx="pbx9"), 3)
        async with asyncio.timeout(10):
            while (job := await at.books.job(other)) is None or job.state != "failed":
                await asyncio.sleep(0.02)
        assert job.said == "[[pbx]] pbx9 has no queue_log in the settings."
        done, failed = await at.books.job(number), await at.books.job(gone)
        assert done is not None
        assert failed is not None
        assert (done.state, done.done) == ("done", old.stat().st_size)
        assert "20 corrected (of them 20 made from queue_log)" in done.said
        assert (failed.state, "gone" in failed.said) == ("failed", True)
        assert (await at.record("pbx1:7.0")).outcome == "answered"


async def test_a_job_that_was_cut_by_a_stop_is_done_by_the_next_start(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        write(tmp_path / "old", logged("1.0", 0))
        number = await at.books.ask(Job(id=0, pbx="pbx1", file=str(tmp_path / "old")), 1)
        job = await at.books.job(number)
        assert job is not None
        job.state = "running"
        await at.books.tell_job(job)
        async with running(at, tmp_path / "log"):
            async with asyncio.timeout(10):
                while (now := await at.books.job(number)) is None or now.state != "done":
                    await asyncio.sleep(0.02)


async def test_while_the_journal_cannot_be_written_a_run_waits_and_nothing_comes_twice(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as at, running(at, tmp_path / "log") as reconciler:
        write(tmp_path / "log", logged("1.0", -30))
        real = at.journal.append

        async def away(facts: Sequence[AnyFact]) -> list[Recorded]:
            raise StoreUnavailable("The disk is full.")

        at.journal.append = away  # type: ignore[method-assign]  # the world's part
        tasks = Tasks()
        tasks.eternal("journal retry", at.engine.retry())
        number = await at.books.ask(Job(id=0, pbx="pbx1", file=str(tmp_path / "log")), 1)
        await until(lambda: reconciler.failures >= 2)
        assert reconciler.runs == 0
        at.journal.append = real  # type: ignore[method-assign]  # room was made
        async with asyncio.timeout(10):
            while (job := await at.books.job(number)) is None or job.state != "done":
                await asyncio.sleep(0.02)
        assert reconciler.runs == 1
        kinds = [type(item.fact) for item in await at.journal.of_call("pbx1:1.0")]
        assert kinds.count(CallStarted) == 1
        assert (await at.record("pbx1:1.0")).outcome == "answered"
        await tasks.stop()

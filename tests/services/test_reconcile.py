"""A run of reconciliation on a real database: equal, corrected, created, unexplained, pending."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ami_bridge.queue_log_file import LogFiles
from callcenter.domain.facts import AnyFact, CallStarted, QueueEntered, Recorded
from callcenter.services.reconcile import Reconciliation, Report, without_history
from tests.services.house import T0_S, House, answered, house, left, link, logged, write


async def reconciled(at: House, path: Path, *, dry: bool = False) -> Report:
    """One run over the whole log."""
    run = Reconciliation(
        "pbx1",
        at.books,
        None if dry else at.writer,
        zone="Asia/Tehran",
        now_ms=at.clock.wall_ms,
    )
    return await run.run(LogFiles(path), None, None)


def numbers(report: Report) -> tuple[int, int, int, int]:
    """Equal, corrected, unexplained, pending."""
    return report.equal, report.corrected, len(report.unexplained), report.pending


async def test_what_both_tell_is_equal(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        await at.commit([*link((-90, True)), *answered("1.0", 0), *left("2.0", 9, 7, "abandoned")])
        write(tmp_path / "log", logged("1.0", 0), logged("2.0", 9, 7, None))
        assert numbers(await reconciled(at, tmp_path / "log")) == (2, 0, 0, 0)
        (day,) = await at.books.days("2026-01-01", "2027-01-01")
        # 22:00 UTC is the next day on the site's clocks.
        assert (day.day, day.equal, day.corrected, day.unexplained) == ("2026-11-23", 2, 0, 0)


async def test_a_second_more_is_rounding_and_two_are_not(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        await at.commit(
            [*link((-90, True)), *answered("1.0", 0, talk=60), *answered("2.0", 9, talk=60)]
        )
        write(tmp_path / "log", logged("1.0", 0, talk=61), logged("2.0", 9, talk=62))
        report = await reconciled(at, tmp_path / "log")
        assert numbers(report) == (1, 0, 1, 0)
        (only,) = report.unexplained
        assert only.call == "pbx1:2.0"
        assert only.why == ["support: talk: we have 60000 ms, queue_log has 62 s"]
        assert '"wait_ms":5000' in only.ours
        assert '"talk_s":62' in only.logged


async def test_what_went_by_while_the_link_was_down_is_made_from_the_log(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        await at.commit([*link((-90, True)), *answered("1.0", 0), *link((100, False), (200, True))])
        write(tmp_path / "log", logged("1.0", 0), logged("2.0", 110), logged("3.0", 120, 8, None))
        report = await reconciled(at, tmp_path / "log")
        assert (numbers(report), report.created) == ((1, 2, 0, 0), 2)
        made = await at.record("pbx1:2.0")
        assert (made.settled_by, made.outcome, made.ended_by) == ("queue_log", "answered", "caller")
        assert made.conversations[0].agent.id == "pbx1:PJSIP/1001"
        assert (made.visits[0].wait_ms, made.conversations[0].talk_ms) == (5_000, 60_000)
        assert (await at.record("pbx1:3.0")).outcome == "abandoned"


async def test_a_call_that_we_should_have_heard_is_unexplained_and_not_made(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        await at.commit(link((-90, True)))
        write(tmp_path / "log", logged("1.0", 0))
        assert numbers(await reconciled(at, tmp_path / "log")) == (0, 0, 1, 0)
        assert await at.call_log.get("pbx1:1.0") is None
        assert await at.books.unreconciled() == {"pbx1": 1}


async def test_a_call_of_ours_that_the_log_has_not_is_unexplained(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        await at.commit([*link((-90, True)), *answered("1.0", 0), *answered("2.0", 50)])
        write(tmp_path / "log", logged("1.0", 0))
        report = await reconciled(at, tmp_path / "log")
        assert numbers(report) == (1, 0, 1, 0)
        assert report.unexplained[0].why == [
            "support: stay: we have answered, queue_log has nothing"
        ]


async def test_calls_outside_the_time_of_the_log_are_not_missed_in_it(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        await at.commit(
            [
                *link((-990, True)),
                *answered("0.0", -500),
                *answered("1.0", 0),
                *answered("9.0", 700),
            ]
        )
        write(tmp_path / "log", logged("1.0", 0), end=100)
        assert numbers(await reconciled(at, tmp_path / "log")) == (1, 0, 0, 0)


async def test_an_unknown_end_is_settled_by_the_log(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        await at.commit([*link((-90, True)), *left("1.0", 0, 7, "unknown")])
        write(tmp_path / "log", logged("1.0", 0, 7, None))
        assert numbers(await reconciled(at, tmp_path / "log")) == (0, 1, 0, 0)
        record = await at.record("pbx1:1.0")
        assert (record.visits[0].end, record.outcome) == ("abandoned", "abandoned")
        cells = await at.call_log.cells(0, 1 << 53)
        total = next(c for cell, c in cells.items() if cell.scope == "queue")
        assert (total.abandoned, total.unknown) == (1, 0)


async def test_a_stay_that_we_missed_in_a_call_that_we_have_is_added(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        whole = left("1.0", 0, 7, "timed_out")
        await at.commit([*link((-90, True)), *whole, *link((8, False), (300, True))])
        again = [line.replace("|support|", "|overflow|") for line in logged("1.0", 7)]
        first = f"{T0_S + 7}|1.0|support|NONE|EXITWITHTIMEOUT|1|1|7"
        write(tmp_path / "log", [logged("1.0", 0)[0], first, *again])
        assert numbers(await reconciled(at, tmp_path / "log")) == (0, 1, 0, 0)
        record = await at.record("pbx1:1.0")
        assert [(v.queue, v.end) for v in record.visits] == [
            ("support", "timed_out"),
            ("overflow", "answered"),
        ]
        assert record.conversations[0].visit == 2
        assert (record.outcome, record.ended_at) == ("answered", (T0_S + 72) * 1000)


async def test_a_second_run_says_the_same_and_writes_no_fact(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        await at.commit(
            [
                *link((-90, True)),
                *answered("1.0", 0),
                *left("4.0", 20, 7, "unknown"),
                *answered("5.0", 30, talk=10),
                *link((100, False), (200, True)),
            ]
        )
        write(
            tmp_path / "log",
            logged("1.0", 0),
            logged("2.0", 110),
            logged("4.0", 20, 7, None),
            logged("5.0", 30, talk=40),
        )
        first = await reconciled(at, tmp_path / "log")
        last = await at.journal.last_seq()
        days = await at.books.days("2026-01-01", "2027-01-01")
        calls = await at.books.unexplained(10)
        second = await reconciled(at, tmp_path / "log")
        assert numbers(first) == numbers(second) == (1, 2, 1, 0)
        assert await at.journal.last_seq() == last
        assert await at.books.days("2026-01-01", "2027-01-01") == days
        assert await at.books.unexplained(10) == calls


async def test_a_call_that_goes_on_is_left_alone(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        live = answered("1.0", 0)[:6]
        await at.commit([*link((-90, True)), *live, *answered("2.0", 10)[:6]])
        write(tmp_path / "log", logged("1.0", 0), logged("2.0", 10)[:2])
        assert numbers(await reconciled(at, tmp_path / "log")) == (0, 0, 0, 2)
        assert at.ledger.get("pbx1:1.0") is not None


def under_two_legs() -> list[AnyFact]:
    """A call that was answered in one queue and gave up in another, where another leg waited."""
    second = QueueEntered(
        at=(T0_S + 70) * 1000,
        pbx="pbx1",
        call="pbx1:1.0",
        visit=2,
        queue="sales",
        position=1,
        leg="1.7",
    )
    over = left("1.0", 70, 9, "abandoned")[2:]
    moved = [
        type(f)(**{**_fields(f), "visit": 2, "queue": "sales"}) if hasattr(f, "visit") else f
        for f in over
    ]
    return [*link((-90, True)), *answered("1.0", 0)[:-1], second, *moved]


def in_sales(wait: int) -> list[str]:
    """The log's lines of that other leg."""
    return [line.replace("|support|", "|sales|") for line in logged("1.7", 70, wait, None)]


async def test_a_call_that_the_log_has_under_two_legs_is_one_call(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        await at.commit(under_two_legs())
        write(tmp_path / "log", logged("1.0", 0), in_sales(9))
        assert numbers(await reconciled(at, tmp_path / "log")) == (1, 0, 0, 0)


@pytest.mark.parametrize(("wait", "talk"), [(30, 60), (9, 90)])
async def test_of_a_call_under_two_legs_the_worse_verdict_counts(
    tmp_path: Path, wait: int, talk: int
) -> None:
    async with house(tmp_path) as at:
        await at.commit(under_two_legs())
        write(tmp_path / "log", logged("1.0", 0, talk=talk), in_sales(wait))
        assert numbers(await reconciled(at, tmp_path / "log")) == (0, 0, 1, 0)


def _fields(fact: object) -> dict[str, object]:
    return {name: getattr(fact, name) for name in fact.__struct_fields__}  # type: ignore[attr-defined]  # a Struct


async def test_history_is_told_apart_from_what_happens_now(tmp_path: Path) -> None:
    heard: list[AnyFact] = []

    def listen(batch: Sequence[Recorded], arrived_ms: float) -> None:
        heard.extend(item.fact for item in without_history(batch))

    async with house(tmp_path) as at:
        at.bus.listen("pages", listen)
        now = [*link((-90, True)), *left("4.0", 20, 7, "unknown"), *link((100, False), (200, True))]
        await at.commit(now)
        assert heard == now
        write(tmp_path / "log", logged("2.0", 110), logged("4.0", 20, 7, None))
        assert numbers(await reconciled(at, tmp_path / "log")) == (0, 2, 0, 0)
        corrections = heard[len(now) :]
        assert {fact.call for fact in corrections if hasattr(fact, "call")} == {"pbx1:4.0"}
        assert not any(isinstance(fact, CallStarted) for fact in corrections)


async def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        write(tmp_path / "log", logged("1.0", 0))
        assert numbers(await reconciled(at, tmp_path / "log", dry=True)) == (0, 1, 0, 0)
        assert await at.journal.last_seq() == 0
        assert await at.books.days("2026-01-01", "2027-01-01") == []

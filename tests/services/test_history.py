"""The past is stored many at once, and nobody can tell it from the past stored call by call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from ami_bridge.queue_log_file import LogFiles
from callcenter.books import linker
from callcenter.directory.directory import EmbeddedDirectory
from callcenter.domain.facts import (
    AnyFact,
    CallsImported,
    CallStarted,
    CustomerLinked,
    NoteSaved,
    Recorded,
)
from callcenter.domain.model import CallRecord
from callcenter.services import projector as projecting
from callcenter.services.call_query import Calls
from callcenter.services.history import OLD_MS, Links
from callcenter.services.ledger import Ledger
from callcenter.services.ports_books import Portion
from callcenter.services.ports_call_log import CallFilter
from callcenter.services.reconcile import Reconciliation, Report, without_history
from callcenter.settings import Settings, Site
from callcenter.store.customers import SqlCustomers
from callcenter.store.retention import Ages, delete_old
from tests.bench import bench_queue_log
from tests.services.house import T0_S, House, answered, house, link, logged, write
from tests.services.test_reconcile import numbers

FAR = 1 << 53
CALLS = 60


def history(path: Path, calls: int = CALLS) -> Path:
    """An old log of every kind of call, two days long, with one that goes on at the end."""
    lines = list(bench_queue_log.lines(calls))
    first = int(lines[0].partition("|")[0])
    late = first + 3 * 86_400
    lines += [f"{late}|77.0|support|NONE|ENTERQUEUE||0912|1"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


async def imported(
    at: House, path: Path, *, days_later: float, dry: bool = False, at_once: int = 1_000
) -> Report:
    """One run over the log, so many days after its last call; callers are looked up."""
    last_s = max(int(line.partition("|")[0]) for line in path.read_text().splitlines())
    directory = EmbeddedDirectory(SqlCustomers(at.database), at.clock, "IR")
    run = Reconciliation(
        "pbx1",
        at.books,
        None if dry else at.writer,
        zone="Asia/Tehran",
        now_ms=lambda: int((last_s + days_later * 86_400) * 1000),
        link=linker(Settings(site=Site(timezone="Asia/Tehran", region="IR")), directory),
        past_at_once=at_once,
    )
    return await run.run(LogFiles(path, [path]), None, None)


async def every(at: House) -> list[CallRecord]:
    """All stored calls, without what only tells the ways apart."""
    page = await at.call_log.find(CallFilter(limit=500))
    return [replace(record, portion="", last_seq=0) for record in page.items]


async def kinds(at: House) -> set[str]:
    return {type(item.fact).__name__ for item in await at.journal.read(0, 10_000)}


async def customer_of(at: House, path: Path) -> int:
    """A customer who is the first caller of the log."""
    number = path.read_text().splitlines()[0].split("|")[6]
    directory = EmbeddedDirectory(SqlCustomers(at.database), at.clock, "IR")
    saved = await directory.create(name="Sara", numbers=[(number, "mobile")])
    return saved.id


async def test_both_ways_give_equal_calls_figures_and_ledger(tmp_path: Path) -> None:
    log = history(tmp_path / "log")
    found = []
    for days_later in (-3.0, 10.0):
        async with house(tmp_path / f"{days_later}") as at:
            who = await customer_of(at, log)
            report = await imported(at, log, days_later=days_later)
            assert (report.created, report.pending) == (CALLS, 1)
            assert ("CallsImported" in await kinds(at)) == (days_later > 0)
            records = await every(at)
            agent = records[-1].conversations[0].agent.id
            number = records[7].caller.number
            days = await at.books.days("2024-01-01", "2027-01-01")
            found.append(
                (
                    records,
                    await at.call_log.cells(0, FAR),
                    [replace(day, made_at=0) for day in days],
                    [c.id for c in (await at.call_log.find(CallFilter(agent=agent))).items],
                    [c.id for c in (await at.call_log.find(CallFilter(queue="vip"))).items],
                    [c.id for c in (await at.call_log.find(CallFilter(number=number))).items],
                    [c.id for c in (await at.call_log.find(CallFilter(customer_id=who))).items],
                    await at.call_log.fcr_calls(0, FAR),
                    await at.call_log.open_calls(),
                )
            )
    step_by_step, at_once = found
    assert at_once == step_by_step
    assert len(at_once[0]) == CALLS
    assert all(at_once[3:8])


async def test_twice_is_once_and_a_dry_run_only_tells(tmp_path: Path) -> None:
    log = history(tmp_path / "log")
    async with house(tmp_path) as at:
        dry = await imported(at, log, days_later=10, dry=True)
        assert (dry.created, dry.corrected) == (CALLS, CALLS)
        assert await at.journal.last_seq() == 0
        first = await imported(at, log, days_later=10)
        assert (first.created, first.facts) == (CALLS, 1)
        before = (await every(at), await at.call_log.cells(0, FAR))
        days = await at.books.days("2024-01-01", "2027-01-01")
        second = await imported(at, log, days_later=10)
        assert (second.created, second.facts) == (0, 0)
        assert numbers(second) == numbers(first) == numbers(dry)
        assert (await every(at), await at.call_log.cells(0, FAR)) == before
        assert await at.books.days("2024-01-01", "2027-01-01") == days


async def test_a_run_that_was_stopped_is_completed_by_the_next(tmp_path: Path) -> None:
    log = history(tmp_path / "log")

    class Stops:
        def portions(self, from_ms: int | None, to_ms: int | None) -> Iterator[Portion]:
            (whole, rest) = LogFiles(log, [log]).portions(from_ms, to_ms)
            yield Portion(whole.calls[:20], 1, 2, 1, rest.last_ms)
            raise OSError("the disk went")

    async with house(tmp_path) as at, house(tmp_path / "whole") as other:
        run = Reconciliation(
            "pbx1", at.books, at.writer, zone="Asia/Tehran", now_ms=lambda: T0_S * 1000
        )
        with pytest.raises(OSError, match="the disk went"):
            await run.run(Stops(), None, None)
        report = await imported(at, log, days_later=10)
        assert report.created == CALLS - 20
        assert report.corrected == CALLS
        await imported(other, log, days_later=10)
        assert await at.call_log.cells(0, FAR) == await other.call_log.cells(0, FAR)


async def test_what_is_in_the_journal_is_stored_by_the_next_start(tmp_path: Path) -> None:
    log = history(tmp_path / "log")
    async with house(tmp_path) as at, house(tmp_path / "whole") as other:
        await imported(other, log, days_later=10)
        (fact,) = [item.fact for item in await other.journal.read(0, 10)]
        # Killed between the journal and the call log, and a note came behind.
        noted = "pbx1:" + (await every(other))[3].uniqueid
        note = NoteSaved(at=1, pbx="pbx1", call=noted, by="leila", text="again", rev=1)
        await at.journal.append([fact, note])
        ledger = Ledger(at.ledger.rules)
        assert await projecting.catch_up(at.journal, at.call_log, ledger) == 2
        assert ledger.orphans == 0
        assert (await at.record(noted)).note == "again"
        assert len(await every(at)) == CALLS
        assert await at.call_log.cells(0, FAR) == await other.call_log.cells(0, FAR)
        # A second start finds nothing new.
        assert await projecting.catch_up(at.journal, at.call_log, Ledger(at.ledger.rules)) == 2
        assert await at.call_log.cells(0, FAR) == await other.call_log.cells(0, FAR)


async def test_calls_that_are_stored_or_in_progress_are_never_made_anew(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        # 1.0 is ours and whole; 2.0 still goes on, days after it began; 3.0 nobody saw.
        await at.commit([*answered("1.0", 0), *answered("2.0", 10)[:6]])
        await at.commit(link((100, False)))
        write(tmp_path / "log", logged("1.0", 0), logged("2.0", 10), logged("3.0", 20, 8, None))
        report = await imported(at, tmp_path / "log", days_later=10)
        assert (report.created, report.pending, report.equal) == (1, 1, 1)
        open_call = at.ledger.get("pbx1:2.0")
        assert open_call is not None
        assert open_call.ended_at is None
        assert (await at.record("pbx1:1.0")).settled_by == "ami"
        assert (await at.record("pbx1:3.0")).portion == "pbx1:3.0+1"


async def test_what_we_heard_and_what_is_fresh_goes_call_by_call(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        await at.commit(link((-90, True), (100, False)))
        write(tmp_path / "log", logged("1.0", 0), logged("2.0", 150))
        report = await imported(at, tmp_path / "log", days_later=10)
        assert (report.created, len(report.unexplained)) == (1, 1)
        write(tmp_path / "log", logged("3.0", 200))
        await imported(at, tmp_path / "log", days_later=(OLD_MS - 3_600_000) / 86_400_000)
        assert (await at.record("pbx1:2.0")).portion
        assert not (await at.record("pbx1:3.0")).portion


async def test_a_caller_who_comes_back_after_hours_is_one_call(tmp_path: Path) -> None:
    again = [line.replace("|support|", "|sales|") for line in logged("1.0", 9_000)]
    write(tmp_path / "log", logged("1.0", 0), again, logged("2.0", 4_000), end=20_000)
    async with house(tmp_path) as at:
        report = await imported(at, tmp_path / "log", days_later=10)
        assert report.created == 2
        assert [v.queue for v in (await at.record("pbx1:1.0")).visits] == ["support", "sales"]
        again = await imported(at, tmp_path / "log", days_later=10)
        assert (again.created, again.facts) == (0, 0)


async def test_the_life_line_of_an_imported_call_is_told(tmp_path: Path) -> None:
    log = history(tmp_path / "log")
    async with house(tmp_path) as at:
        who = await customer_of(at, log)
        await imported(at, log, days_later=10)
        calls = Calls(at.call_log, at.ledger, at.journal, at.projector)
        (mine,) = (await at.call_log.find(CallFilter(customer_id=who))).items
        at.ledger.load(mine)
        note = NoteSaved(at=1, pbx="pbx1", call=mine.id, by="leila", text="again", rev=1)
        await at.commit([note])
        told = await calls.facts(mine.id)
        assert isinstance(told[0].fact, CallStarted)
        linked = told[1].fact
        assert isinstance(linked, CustomerLinked)
        assert (linked.customer_id, linked.how) == (who, "the same number")
        assert {item.seq for item in told[:-1]} == {1}
        assert told[-1] == Recorded(2, note)
        # What is said later does not make the portion forget it, nor its being deleted harm.
        assert (await at.record(mine.id)).portion
        await delete_old(at.database, Ages(journal_days=1), FAR)
        assert [item.fact for item in await calls.facts(mine.id)] == [note]
        assert await calls.facts("pbx1:nobody") == []


async def test_the_past_is_on_no_wall_and_rings_no_phone(tmp_path: Path) -> None:
    heard: list[AnyFact] = []
    log = history(tmp_path / "log")
    async with house(tmp_path) as at:
        at.bus.listen("pages", lambda b, _: heard.extend(i.fact for i in without_history(b)))
        await imported(at, log, days_later=10)
        assert heard == []
        assert at.ledger.in_memory() == []


async def test_many_portions_in_one_transaction_are_as_many_facts(tmp_path: Path) -> None:
    log = history(tmp_path / "log", 2_500)
    async with house(tmp_path) as at:
        report = await imported(at, log, days_later=10, at_once=10_000)
        assert (report.created, report.facts) == (2_500, 3)
        # A reader gets them one at a time: each is a thousand calls.
        assert [len(await at.journal.read(n, 1_000)) for n in range(4)] == [1, 1, 1, 0]
        facts = [item.fact for n in range(3) for item in await at.journal.read(n, 1)]
        assert [len(f.calls) for f in facts if isinstance(f, CallsImported)] == [1000, 1000, 500]


async def test_callers_are_asked_for_once() -> None:
    asked: list[str] = []

    async def find(numbers: object) -> list[tuple[int | None, str, str] | None]:
        assert isinstance(numbers, list)
        asked.extend(numbers)
        return [(None, number, "none") if number != "x" else None for number in numbers]

    links = Links(find)
    assert await links.of(["1", "", "x", "1"]) == [
        (None, "1", "none"),
        None,
        None,
        (None, "1", "none"),
    ]
    await links.of(["1", "2", "x"])
    assert asked == ["1", "x", "2"]
    assert await Links(None).of(["1", "2"]) == [None, None]


async def test_no_more_callers_are_remembered_than_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcenter.services.history.LINKS_KEPT", 3)
    asked: list[str] = []

    async def find(numbers: object) -> list[tuple[int | None, str, str] | None]:
        assert isinstance(numbers, list)
        asked.extend(numbers)
        return [None for _ in numbers]

    links = Links(find)
    await links.of(["1", "2", "3"])
    await links.of(["1", "4"])
    assert asked == ["1", "2", "3", "1", "4"]

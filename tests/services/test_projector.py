"""Rows and sums are stored once, whatever crashes between the commit and the save."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.domain.facts import AnyFact
from callcenter.services import projector as projectors
from callcenter.services.ledger import Change, Ledger
from callcenter.services.projector import READER, Projector, catch_up
from kpi import cells
from kpi.counters import Counters
from kpi.intervals import INTERVAL_MS
from kpi.rules import Rules
from tests.ami_bridge.replaying import play
from tests.generated import stories

from .centre import House, MemoryCallLog, MemoryJournal


def rows(log: MemoryCallLog) -> object:
    """Everything that is stored, in one comparable value."""
    return (
        {key: msgspec.to_builtins(record) for key, record in log.records.items()},
        {c: msgspec.to_builtins(v) for c, v in log.sums.items() if v != Counters()},
        {key: msgspec.to_builtins(span) for key, span in log.stored_spans.items()},
        log.places.get(READER),
    )


async def journal_of(facts: list[AnyFact]) -> MemoryJournal:
    journal = MemoryJournal()
    await journal.append(facts)
    return journal


async def stored_in_one_go(journal: MemoryJournal) -> MemoryCallLog:
    log = MemoryCallLog()
    await catch_up(journal, log, Ledger(Rules()))
    return log


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(stories(), st.data())
def test_crash_between_commit_and_save_gives_the_same_rows_and_sums(
    story: list[object], data: st.DataObject
) -> None:
    """The process dies at any fact; its successor catches up, and once more."""
    facts = play(story).facts  # type: ignore[arg-type]  # signals, by the strategy
    crash = data.draw(st.integers(0, len(facts)))
    saved = data.draw(st.integers(0, crash))

    async def lived_and_died() -> None:
        journal = await journal_of(facts[:crash])
        log = MemoryCallLog()
        ledger = Ledger(Rules())
        batch = await journal.read(0, saved)
        if batch:
            change = ledger.apply(batch)
            await log.save(
                READER,
                change.seq,
                list(change.records.values()),
                change.spans,
                cells.coarser(change.cells, INTERVAL_MS),
            )
        await catch_up(journal, log, Ledger(Rules()))
        await journal.append(facts[crash:] or facts[:0])
        await catch_up(journal, log, Ledger(Rules()))
        assert rows(log) == rows(await stored_in_one_go(await journal_of(facts)))
        once = rows(log)
        await catch_up(journal, log, Ledger(Rules()))
        assert rows(log) == once

    asyncio.run(lived_and_died())


async def test_live_projection_is_the_one_of_the_journal() -> None:
    house = House()
    book = house.book.with_members("support", "1001", "1002")
    for _ in range(3):
        leg = f"c{book.now}"
        book.waiting(leg).wait(3).ringing("1001", f"a{leg}", leg)
        await house.hear()
        book.talking("1001", f"a{leg}", leg).wait(20).hangs_up(leg, f"a{leg}", f"b-a{leg}")
        await house.hear()
        book.wait(60)
        await house.projector.flush()
    assert house.projector.place == len(house.journal.lines)
    assert rows(house.call_log) == rows(await stored_in_one_go(house.journal))


async def test_store_that_is_down_keeps_everything_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House()
    house.book.with_members("support", "1001").waiting()
    await house.hear()
    house.call_log.down = True
    slept: list[float] = []

    async def no_sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", no_sleep)
    await house.projector.flush()
    monkeypatch.undo()
    assert (house.projector.failures, len(slept)) == (1, 1)
    assert house.projector.waiting > 0
    house.call_log.down = False
    await house.projector.flush()
    assert house.projector.waiting == 0
    assert list(house.call_log.records) == ["pbx1:c"]


async def test_who_gives_up_waiting_does_not_make_sums_count_twice() -> None:
    house = House()
    house.book.with_members("support", "1001").waiting().ringing("1001", "a").talking("1001", "a")
    await house.hear()
    stored = asyncio.Event()
    save = house.call_log.save

    async def slow(*args: Any) -> None:
        # As a database does: a transaction is not cut in two by who does not wait for it.
        await save(*args)
        await stored.wait()

    house.call_log.save = slow  # type: ignore[method-assign]  # a slow store
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await house.projector.flush()
    house.book.wait(20).hangs_up("c", "a", "b-a")
    await house.hear()
    stored.set()
    await house.projector.flush()
    assert rows(house.call_log) == rows(await stored_in_one_go(house.journal))


async def test_too_many_changes_are_merged_and_none_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(projectors, "LIMIT", 2)
    house = House()
    book = house.book.with_members("support", "1001")
    for leg in ("c", "d", "e", "f"):
        book.waiting(leg).wait(1)
        await house.hear()
    assert house.projector.waiting <= 2
    await house.projector.flush()
    assert list(house.call_log.records) == ["pbx1:c", "pbx1:d", "pbx1:e", "pbx1:f"]


async def test_projector_runs_by_itself() -> None:
    log = MemoryCallLog()
    projector = Projector(log)
    running = asyncio.ensure_future(projector.run())
    projector.take(Change(seq=1))
    for _ in range(100):
        await asyncio.sleep(0.01)
        if log.saves:
            break
    running.cancel()
    assert (projector.place, log.places) == (1, {READER: 1})


async def test_catch_up_reports_how_far_it_is() -> None:
    reached: list[int] = []
    book = House().book.waiting()
    place = await catch_up(
        await journal_of(book.facts), MemoryCallLog(), Ledger(Rules()), reached.append
    )
    assert reached == [place] == [len(book.facts)]

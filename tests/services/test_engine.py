"""Apply, commit, publish: the order is kept whether the journal answers or not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from callcenter.domain.facts import AnyFact, LinkLost, Recorded
from callcenter.services import engine as engines
from callcenter.services.ledger import Change

from .centre import FULL, House


def fact(number: int) -> AnyFact:
    return LinkLost(at=number, pbx="pbx1", why=str(number))


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(engines, "RETRY_S", 0.005)
    return House(backlog_limit=4)


async def until(condition: object) -> None:
    assert callable(condition)
    for _ in range(400):
        if condition():
            return
        await asyncio.sleep(0.005)
    pytest.fail("it never came to that")


async def test_facts_are_published_with_their_numbers_after_the_commit(house: House) -> None:
    told: list[tuple[list[int], int]] = []

    def listen(batch: object, arrived: float) -> None:
        assert isinstance(batch, list)
        told.append(([item.seq for item in batch], len(house.journal.lines)))

    house.bus.listen("test", listen)
    await house.engine.commit([fact(1), fact(2)])
    await house.engine.commit([])
    await house.engine.commit([fact(3)], 123.0)
    assert told == [([1, 2], 2), ([3], 3)]
    assert (house.engine.committed, house.engine.waiting) == (3, 0)


async def test_arrival_goes_with_the_facts_or_is_now(house: House) -> None:
    arrived: list[float] = []
    house.bus.listen("test", lambda batch, at: arrived.append(at))
    await house.engine.commit([fact(1)], 123.0)
    await house.engine.commit([fact(2)])
    assert arrived == [123.0, float(house.clock.now)]


async def test_commits_at_the_same_time_keep_their_order(house: House) -> None:
    await asyncio.gather(*(house.engine.commit([fact(n)]) for n in range(1, 9)))
    stored = [item.fact.at for item in await house.journal.read(0, 99)]
    assert stored == list(range(1, 9))


async def test_pages_are_told_while_the_journal_cannot_be_written(house: House) -> None:
    told: list[int] = []
    house.bus.listen("test", lambda batch, at: told.extend(item.fact.at for item in batch))
    stored: list[Change] = []
    house.engine.on_stored(stored.append)
    house.journal.down = True
    await house.engine.commit([fact(1)])
    await house.engine.commit([fact(2)])
    assert told == [1, 2]
    assert stored == []
    assert (house.engine.waiting, house.engine.trouble) == (2, FULL)


async def test_what_waits_is_stored_in_order_as_soon_as_the_journal_answers(house: House) -> None:
    stored: list[int] = []
    house.engine.on_stored(lambda change: stored.append(change.seq))
    house.tasks.eternal("retry", house.engine.retry())
    house.journal.down = True
    await house.engine.commit([fact(1), fact(2)])
    house.journal.down = False
    await house.engine.commit([fact(3)])
    await until(lambda: not house.engine.waiting)
    await house.engine.commit([fact(4)])
    assert [item.fact.at for item in await house.journal.read(0, 9)] == [1, 2, 3, 4]
    assert stored == [2, 3, 4]
    assert house.engine.trouble == ""
    await house.tasks.stop()


async def test_pop_does_not_wait_for_a_journal_that_answers_late(house: House) -> None:
    told: list[int] = []
    house.bus.listen("test", lambda batch, at: told.extend(item.fact.at for item in batch))
    house.journal.down = True
    await house.engine.commit([fact(1)])
    house.journal.down = False
    late = asyncio.Event()
    append = house.journal.append

    async def slow(facts: Sequence[AnyFact]) -> list[Recorded]:
        await late.wait()
        return await append(facts)

    house.journal.append = slow  # type: ignore[method-assign]  # another program holds the lock
    house.tasks.eternal("retry", house.engine.retry())
    await asyncio.sleep(0.02)
    await asyncio.wait_for(house.engine.commit([fact(2)]), 0.5)
    assert told == [1, 2]
    late.set()
    await until(lambda: not house.engine.waiting)
    await house.engine.commit([fact(3)])
    assert [item.fact.at for item in await house.journal.read(0, 9)] == [1, 2, 3]
    await house.tasks.stop()


async def test_commits_in_line_when_the_journal_fails_keep_their_order(house: House) -> None:
    house.journal.down = True
    await asyncio.gather(*(house.engine.commit([fact(n)]) for n in range(1, 4)))
    house.journal.down = False
    house.tasks.eternal("retry", house.engine.retry())
    await until(lambda: not house.engine.waiting)
    assert [item.fact.at for item in await house.journal.read(0, 9)] == [1, 2, 3]
    await house.tasks.stop()


async def test_journal_that_fails_again_keeps_the_order(house: House) -> None:
    house.tasks.eternal("retry", house.engine.retry())
    house.journal.down = True
    await house.engine.commit([fact(1)])
    await until(lambda: house.engine.failures >= 3)
    assert house.engine.waiting == 1
    house.journal.down = False
    await until(lambda: not house.engine.waiting)
    await house.tasks.stop()


async def test_backlog_is_bounded_and_the_writer_waits_at_the_bound(house: House) -> None:
    house.journal.down = True
    for number in range(1, 5):
        await house.engine.commit([fact(number)])
    late = house.tasks.brief("late", house.engine.commit([fact(5)]))
    await asyncio.sleep(0.02)
    assert not late.done()
    assert house.engine.waiting == 4
    house.tasks.eternal("retry", house.engine.retry())
    house.journal.down = False
    await asyncio.wait_for(late, 2)
    await until(lambda: len(house.journal.lines) == 5)
    assert [item.fact.at for item in await house.journal.read(0, 9)] == [1, 2, 3, 4, 5]
    await house.tasks.stop()


async def test_pops_go_on_while_the_journal_fails_and_nothing_is_lost(house: House) -> None:
    house.journal.down = True
    engine = engines.Engine(house.journal, house.ledger, house.clock, house.bus)
    engine.on_stored(house.projector.take)
    book = house.book.with_members("support", "1001").waiting().ringing()
    await engine.commit(book.facts)
    assert [pop["id"] for pop in house.pops()] == ["pbx1:c"]
    house.journal.down = False
    house.tasks.eternal("retry", engine.retry())
    await until(lambda: engine.waiting == 0)
    await house.projector.flush()
    assert house.call_log.records["pbx1:c"].last_seq == len(house.journal.lines)
    assert all(isinstance(item, Recorded) for item in await house.journal.read(0, 99))
    await house.tasks.stop()

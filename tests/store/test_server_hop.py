"""Facts on their way to a server that says nothing, answers late, or is away.

The network between is the lab's proxy. Whatever it does, no fact is lost and none is there twice.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from callcenter.domain.facts import LinkLost
from callcenter.ports.errors import StoreUnavailable
from callcenter.store import engine, server_hop
from callcenter.store.engine import Database
from callcenter.store.journal import SqlJournal
from tests.lab.proxy import Proxy
from tests.store.databases import new_postgres
from tests.store.samples import lost

LIMIT_S = 0.5


@pytest.fixture
async def network(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Proxy, Database]]:
    """A network, and a database behind it that is not waited for as long as in life."""
    monkeypatch.setattr(server_hop, "ANSWER_S", LIMIT_S)
    monkeypatch.setattr(engine, "ENTER_S", LIMIT_S)
    monkeypatch.setattr(engine, "SILENT_S", LIMIT_S)
    url = await new_postgres(postgres)
    port = url.rpartition("/")[0].rpartition(":")[2]
    proxy = Proxy(int(port))
    await proxy.start()
    database = Database(url.replace(f":{port}/", f":{proxy.port}/"))
    yield proxy, database
    await proxy.restore()
    await database.close()
    await proxy.stop()


async def stored(journal: SqlJournal, facts: list[LinkLost]) -> list[int]:
    """What the engine does with facts that wait: again and again, the very same."""
    async with asyncio.timeout(20):
        while True:
            try:
                return [item.seq for item in await journal.append(facts)]
            except StoreUnavailable:
                await asyncio.sleep(0.05)


async def told_at(journal: SqlJournal) -> list[tuple[int, int]]:
    return [(item.seq, item.fact.at) for item in await journal.read(0, 10_000)]


async def test_a_server_that_says_nothing_is_not_waited_for(
    network: tuple[Proxy, Database],
) -> None:
    proxy, database = network
    journal = SqlJournal(database)
    await journal.append([lost(1)])
    proxy.freeze()
    facts = [lost(2), lost(3)]
    for _ in range(2):
        begun = time.monotonic()
        with pytest.raises(StoreUnavailable, match="it does not answer"):
            await journal.append(facts)
        assert time.monotonic() - begun < 2
    # What was held back arrives now, late, and the facts come once more.
    await proxy.restore()
    assert await stored(journal, facts) == [2, 3]
    assert await stored(journal, [lost(4)]) == [4]
    assert await told_at(journal) == [(1, 1), (2, 2), (3, 3), (4, 4)]


async def test_facts_whose_answer_was_lost_are_found_and_not_stored_again(
    network: tuple[Proxy, Database],
) -> None:
    proxy, database = network
    journal = SqlJournal(database)
    await journal.append([lost(1)])
    # What we say passes at once, what the server says takes minutes.
    proxy.slow(1)
    facts = [lost(2), lost(3)]
    with pytest.raises(StoreUnavailable, match="it does not answer"):
        await journal.append(facts)
    await proxy.restore()
    assert await stored(journal, facts) == [2, 3]
    assert await told_at(journal) == [(1, 1), (2, 2), (3, 3)]


async def test_a_connection_that_the_network_forgot_is_made_anew(
    network: tuple[Proxy, Database],
) -> None:
    proxy, database = network
    journal = SqlJournal(database)
    await journal.append([lost(1)])
    proxy.swallow()
    assert await stored(journal, [lost(2)]) == [2]
    assert await told_at(journal) == [(1, 1), (2, 2)]


async def test_facts_are_cut_off_at_random_instants_and_each_is_there_once(
    network: tuple[Proxy, Database],
) -> None:
    proxy, database = network
    journal, dice = SqlJournal(database), random.Random(20_261_123)

    async def cuts() -> None:
        for _ in range(25):
            await asyncio.sleep(dice.random() * 0.2)
            await proxy.cut()
            await proxy.restore()

    cutting = asyncio.ensure_future(cuts())
    count = 0
    while not cutting.done():
        assert await stored(journal, [lost(count + 1)]) == [count + 1]
        count += 1
    assert count > 10
    assert await told_at(journal) == [(at, at) for at in range(1, count + 1)]


async def test_a_page_is_told_that_the_server_says_nothing(
    network: tuple[Proxy, Database],
) -> None:
    proxy, database = network
    async with database.read() as connection:
        await connection.execute(text("SELECT 1"))
    proxy.freeze()
    with pytest.raises(StoreUnavailable, match="it does not answer"):
        async with asyncio.timeout(5), database.read():
            pass
    begun = time.monotonic()
    with pytest.raises(StoreUnavailable, match="it does not answer"):
        async with database.write():
            pass
    assert time.monotonic() - begun < LIMIT_S / 2, "nobody waits for what was silent just now"
    await proxy.restore()
    await asyncio.sleep(LIMIT_S)
    async with database.read() as connection:
        assert (await connection.execute(text("SELECT 1"))).scalar() == 1


async def test_pages_are_answered_again_as_soon_as_facts_are_stored_again(
    network: tuple[Proxy, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, database = network
    journal = SqlJournal(database)
    monkeypatch.setattr(engine, "SILENT_S", 60.0)
    proxy.freeze()
    with pytest.raises(StoreUnavailable, match="it does not answer"):
        async with database.read():
            pass
    await proxy.restore()
    await stored(journal, [lost(1)])
    async with database.read() as connection:
        assert (await connection.execute(text("SELECT 1"))).scalar() == 1

"""The ledger's rows, on both databases."""

from __future__ import annotations

from msgspec import structs

from callcenter.domain.facts import AnyFact, LinkLost, LinkRestored
from callcenter.services.ports_books import DayTally, Job, Unexplained
from callcenter.store.call_log import SqlCallLog
from callcenter.store.engine import Database
from callcenter.store.journal import SqlJournal
from callcenter.store.ledger_rows import SqlBooks
from kpi.records import AgentSpan
from kpi.rules import Rules
from tests.store.samples import record, started


def tally(day: str, pbx: str = "pbx1", equal: int = 5, unexplained: int = 0) -> DayTally:
    return DayTally(
        pbx=pbx, day=day, equal=equal, unexplained=unexplained, known={"parking": 2}, made_at=7
    )


def call(name: str, day: str, pbx: str = "pbx1", at: int = 1) -> Unexplained:
    return Unexplained(
        pbx=pbx, day=day, call=name, at=at, why=["«صف»: wait"], ours="[1]", logged="[2]"
    )


async def test_a_day_written_again_replaces_what_was_known_of_it(database: Database) -> None:
    books = SqlBooks(database)
    await books.write_days(
        [tally("2026-11-21"), tally("2026-11-22", unexplained=2)],
        [call("pbx1:1.0", "2026-11-22", at=1), call("pbx1:2.0", "2026-11-22", at=2)],
    )
    assert [item.call for item in await books.unexplained(10)] == ["pbx1:2.0", "pbx1:1.0"]
    assert await books.unreconciled() == {"pbx1": 2}
    again = tally("2026-11-22", equal=6, unexplained=1)
    await books.write_days([again], [call("pbx1:2.0", "2026-11-22", at=2)])
    assert await books.days("2026-11-21", "2026-11-22") == [tally("2026-11-21"), again]
    assert await books.unexplained(10, "pbx1", "2026-11-22") == [
        call("pbx1:2.0", "2026-11-22", at=2)
    ]


async def test_pbxs_and_days_are_apart(database: Database) -> None:
    books = SqlBooks(database)
    await books.write_days(
        [tally("2026-11-22"), tally("2026-11-22", "shop")], [call("shop:1.0", "2026-11-22", "shop")]
    )
    await books.write_days([tally("2026-11-22")], [])
    assert await books.unreconciled() == {"shop": 1}
    assert [d.pbx for d in await books.days("2026-01-01", "2026-12-31")] == ["pbx1", "shop"]
    assert await books.days("2026-01-01", "2026-12-31", "none") == []
    assert await books.unexplained(10, "pbx1") == []


async def test_the_turns_of_a_link_tell_when_we_were_not_there(database: Database) -> None:
    facts: list[AnyFact] = [
        LinkRestored(at=100, pbx="pbx1", gap_ms=0, restarted=False),
        started("pbx1:1.0", at=150),
        LinkLost(at=200, pbx="pbx1", why="cut"),
        LinkRestored(at=250, pbx="shop", gap_ms=0, restarted=False),
        LinkRestored(at=300, pbx="pbx1", gap_ms=100, restarted=False),
        started("pbx1:2.0", at=350),
        # Told by an older version of ours: then the last facts before it tell.
        LinkRestored(at=900, pbx="pbx1", gap_ms=0, restarted=False),
        started("pbx1:3.0", at=990),
        LinkRestored(at=1_000, pbx="pbx1", gap_ms=0, restarted=False, before_ms=950),
    ]
    await SqlJournal(database).append(facts)
    turns = await SqlBooks(database).turns("pbx1")
    assert [(t.at, t.restored, t.before_ms) for t in turns] == [
        (100, True, 0),
        (200, False, 0),
        (300, True, 0),
        (900, True, 350),
        (1_000, True, 950),
    ]


async def test_calls_are_found_by_id_by_time_in_pages_and_by_queue(database: Database) -> None:
    books = SqlBooks(database)
    every = [record(f"pbx1:{n}.0", at=1_000 + n // 2, queue="sales") for n in range(9)]
    other = structs.replace(record("shop:1.0", at=1_001), pbx="shop")
    for each in (*every, other):
        each.last_seq = 7
    only_logged = record("pbx1:99.0", at=1_002)
    await SqlCallLog(database, Rules()).save("calls", 1, [*every, other, only_logged], [], {})
    assert await books.known(["pbx1:3.0", "pbx1:77.0", "pbx1:99.0"]) == {"pbx1:3.0", "pbx1:99.0"}
    assert await books.known([]) == set()
    assert set(await books.calls(["pbx1:3.0", "pbx1:77.0"])) == {"pbx1:3.0"}
    pages: list[str] = []
    after = ""
    while page := await books.calls_of("pbx1", 1_001, 1_004, after, 4):
        pages += [item.id for item in page]
        after = page[-1].id
    assert pages == [f"pbx1:{n}.0" for n in range(2, 8)]
    assert [c.id for c in await books.near("pbx1", "sales", 1_000, 1_001)] == [
        "pbx1:0.0",
        "pbx1:1.0",
    ]
    assert [c.id for c in await books.near("shop", "support", 0, 9_999)] == ["shop:1.0"]


async def test_agents_are_known_by_their_last_name(database: Database) -> None:
    spans = [
        AgentSpan(agent_id=agent, name=name, state="ready", start_ms=at)
        for agent, name, at in (
            ("pbx1:PJSIP/1001", "Leila", 1),
            ("pbx1:PJSIP/1001", "لیلا", 2),
            ("pbx10:PJSIP/1001", "other", 3),
        )
    ]
    await SqlCallLog(database, Rules()).save("calls", 1, [], spans, {})
    (only,) = await SqlBooks(database).agents("pbx1")
    assert (only.id, only.name, only.interface) == ("pbx1:PJSIP/1001", "لیلا", "PJSIP/1001")


async def test_jobs_wait_in_order_and_carry_what_came_of_them(database: Database) -> None:
    books = SqlBooks(database)
    assert await books.next_job() is None
    first = await books.ask(Job(id=0, pbx="pbx1", file="/a", from_ms=5), 1)
    second = await books.ask(Job(id=0, pbx="pbx1", dry_run=True), 2)
    job = await books.next_job()
    assert job == Job(id=first, pbx="pbx1", file="/a", from_ms=5)
    job.state, job.said, job.done, job.size = "done", "تمام", 7, 7
    await books.tell_job(job)
    assert await books.job(first) == job
    assert await books.next_job() == Job(id=second, pbx="pbx1", dry_run=True)
    assert await books.job(99) is None


async def test_the_place_of_a_tail_is_kept(database: Database) -> None:
    books = SqlBooks(database)
    assert await books.place("pbx1") is None
    await books.keep_place("pbx1", (1 << 40, 5, "ab"))
    await books.keep_place("pbx1", (2, 9, "cd"))
    assert await books.place("pbx1") == (2, 9, "cd")

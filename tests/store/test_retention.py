"""Retention: what is older than its age goes, and nothing that is still needed."""

from __future__ import annotations

from callcenter.services.ports_call_log import CallFilter
from callcenter.store.call_log import SqlCallLog
from callcenter.store.engine import Database
from callcenter.store.journal import SqlJournal
from callcenter.store.retention import DAY_MS, Ages, delete_old
from kpi.counters import Cell, Counters
from kpi.records import AgentSpan
from kpi.rules import Rules
from tests.store.samples import LEILA, lost, record, started

NOW = 100 * DAY_MS


async def test_nothing_goes_when_no_age_is_set(database: Database) -> None:
    await SqlJournal(database).append([lost(0), lost(0)])
    gone = await delete_old(database, Ages(), NOW)
    assert gone.facts == gone.calls == 0
    assert len(await SqlJournal(database).read(0, 9)) == 2


async def test_old_calls_go_with_what_finds_them_but_not_those_that_go_on(
    database: Database,
) -> None:
    log = SqlCallLog(database, Rules())
    old = [record(f"old{n}", n, agent=LEILA) for n in range(1_200)]
    kept = [record("open", 0, outcome=None), record("new", NOW - DAY_MS)]
    await log.save("log", 1, [*old, *kept], [], {})
    assert (await delete_old(database, Ages(calls_days=30), NOW)).calls == 1_200
    assert [each.id for each in (await log.find(CallFilter())).items] == ["new", "open"]
    found = await log.find(CallFilter(queue="support"))
    assert [each.id for each in found.items] == ["new", "open"]


async def test_spans_and_figures_go_by_their_own_ages(database: Database) -> None:
    log = SqlCallLog(database, Rules())
    spans = [
        AgentSpan(agent_id="a", name="", state="ready", start_ms=at, end_ms=end)
        for at, end in ((0, DAY_MS), (DAY_MS, NOW), (NOW, None))
    ]
    cells = {Cell(at, "all", ""): Counters(answered=1) for at in (0, NOW)}
    await log.save("log", 1, [], spans, cells)
    gone = await delete_old(database, Ages(spans_days=10, figures_days=10), NOW)
    assert (gone.spans, gone.figures) == (1, 1)
    assert await log.spans("a", 0, NOW + 1) == spans[1:]
    assert [cell.interval_ms for cell in await log.cells(0, NOW + 1)] == [NOW]


async def test_facts_that_are_needed_stay_and_numbering_goes_on(database: Database) -> None:
    journal, log = SqlJournal(database), SqlCallLog(database, Rules())
    await journal.append([lost(0), started("going on", 0), lost(0), lost(0), lost(0)])
    await log.save("log", 3, [record("going on", 0, outcome=None)], [], {})
    assert (await delete_old(database, Ages(journal_days=1), NOW)).facts == 2
    assert [item.seq for item in await journal.read(0, 9)] == [2, 4, 5]
    await log.save("log", 5, [record("going on", 0)], [], {})
    assert (await delete_old(database, Ages(journal_days=1), NOW)).facts == 2
    assert [item.seq for item in await journal.read(0, 9)] == [5]
    assert (await SqlJournal(database).append([lost()]))[0].seq == 6

"""The service is killed again and again while it takes calls: none is lost, none counts twice.

The journal, the writer before it and the projector behind it are the real ones, on a real file.
"""

from __future__ import annotations

import random

from msgspec.structs import replace

from callcenter.domain.facts import CallStarted
from callcenter.domain.model import CallRecord
from callcenter.services.ledger import Ledger
from callcenter.services.ports_call_log import CallFilter
from callcenter.services.projector import READER
from callcenter.store.call_log import SqlCallLog
from callcenter.store.engine import Database
from callcenter.store.journal import SqlJournal
from callcenter.store.schema import open_database
from kpi import cells
from kpi.counters import Cell, Counters
from kpi.intervals import INTERVAL_MS
from kpi.records import AgentSpan
from tests.services.house import LEILA
from tests.store.counting import RULES, call_of, talk_s, wait_s
from tests.store.mortal import lives

ROUNDS = 60
EVER = 1 << 53


async def test_calls_of_a_service_that_is_killed_under_load_are_there_and_count_once(
    file_url: str,
) -> None:
    dice = random.Random(20_261_123)
    ended: set[int] = set()
    behind = at_work = 0
    with lives("counting", file_url) as services:
        for number in range(ROUNDS):
            opening = number % 5 == 4
            delay = dice.random() * (0.1 if opening else 0.3)
            told = await services.killed("", delay, opening=opening)
            calls = {int(line.removeprefix("ended ")) for line in told if line.startswith("ended")}
            ended |= calls
            at_work += bool(calls)
            behind += any(line.startswith("open") and line != "open 0" for line in told)
        told = await services.whole("end")
        ended |= {int(line.removeprefix("ended ")) for line in told if line.startswith("ended")}
    assert at_work > ROUNDS // 2
    assert behind > ROUNDS // 4, "the call log must have been behind the journal when it died"
    database = await open_database(file_url)
    last = max(ended)
    assert ended <= set(range(1, last + 1))
    await every_call_is_there_once(database, last)
    await sums_are_those_of_the_calls(database, last)
    await call_log_is_what_the_journal_says(database)
    await database.close()


async def every_call_is_there_once(database: Database, last: int) -> None:
    """In the journal and in the call log, each as it was."""
    facts = [item.fact for item in await SqlJournal(database).read(0, EVER)]
    begun = [fact.call for fact in facts if isinstance(fact, CallStarted)]
    assert sorted(begun) == sorted(map(call_of, range(1, last + 1)))
    records = await all_calls(SqlCallLog(database, RULES))
    assert sorted(record.id for record in records) == sorted(begun)
    for number in range(1, last + 1):
        record = next(each for each in records if each.id == call_of(number))
        talk = [talk_s(number) * 1000] if talk_s(number) else []
        assert record.ended_at is not None
        assert record.outcome == ("answered" if talk else "abandoned")
        assert [visit.wait_ms for visit in record.visits] == [wait_s(number) * 1000]
        assert [each.talk_ms for each in record.conversations] == talk


async def sums_are_those_of_the_calls(database: Database, last: int) -> None:
    """Reckoned here from nothing but the numbers of the calls."""
    numbers = range(1, last + 1)
    answered = [number for number in numbers if talk_s(number)]
    abandoned = [number for number in numbers if not talk_s(number)]
    talked = sum(map(talk_s, answered)) * 1000
    stored = await SqlCallLog(database, RULES).cells(0, EVER)
    queue, agent, centre = Counters(), Counters(), Counters()
    for cell, counters in stored.items():
        match (cell.scope, cell.id):
            case ("queue", "support"):
                queue.add(counters)
            case ("agent", LEILA.id):
                agent.add(counters)
            case ("all", _):
                centre.add(counters)
    assert (queue.answered, queue.abandoned, queue.offered) == (
        len(answered),
        len(abandoned),
        last,
    )
    assert queue.wait_answered_ms == sum(map(wait_s, answered)) * 1000
    assert queue.wait_abandoned_ms == sum(map(wait_s, abandoned)) * 1000
    assert (queue.conversations, queue.talk_ms) == (len(answered), talked)
    assert (agent.conversations, agent.talk_ms) == (len(answered), talked)
    assert agent.offers_answered == len(answered)
    assert (centre.calls, centre.calls_answered) == (last, len(answered))


async def call_log_is_what_the_journal_says(database: Database) -> None:
    """The same as if one service had heard all of it and never been killed."""
    ledger, sums = Ledger(RULES), dict[Cell, Counters]()
    spans: dict[int, AgentSpan] = {}
    facts = await SqlJournal(database).read(0, EVER)
    change = ledger.apply(facts)
    cells.apply(sums, cells.coarser(change.cells, INTERVAL_MS))
    for span in change.spans:
        spans[span.start_ms] = span
    call_log = SqlCallLog(database, RULES)
    assert await call_log.place(READER) == facts[-1].seq
    assert await call_log.cells(0, EVER) == sums
    assert await call_log.spans(LEILA.id, 0, EVER) == [spans[at] for at in sorted(spans)]
    assert {record.id: record for record in await all_calls(call_log)} == change.records


async def all_calls(call_log: SqlCallLog) -> list[CallRecord]:
    """Every call, page by page."""
    found: list[CallRecord] = []
    wanted = CallFilter(limit=500)
    while True:
        page = await call_log.find(wanted)
        found += page.items
        if page.next_cursor is None:
            return found
        wanted = replace(wanted, cursor=page.next_cursor)

"""Calls as they are asked for: those in progress with what is known of them this very moment."""

from __future__ import annotations

from callcenter.domain.facts import CallFact, Recorded
from callcenter.domain.heard import LinkFact
from callcenter.domain.model import CallRecord
from callcenter.services.call_query import Calls
from callcenter.services.ledger import Ledger
from callcenter.services.ports_call_log import CallFilter, CallPage
from kpi.rules import Rules
from tests.playbook import Playbook


class Stored:
    """A call log whose rows are as old as the last flush, and the projector that flushes."""

    def __init__(self, rows: dict[str, CallRecord]) -> None:
        self.rows = rows
        self.waiting = 0
        self.told: list[str] = []
        self.numbers: list[str] = []

    async def flush(self) -> None:
        self.told.append("flush")
        self.waiting = 0

    async def find(self, wanted: CallFilter) -> CallPage:
        self.told.append("find")
        self.numbers.append(wanted.number)
        return CallPage(list(self.rows.values())[: wanted.limit], "next")

    async def get(self, call_id: str) -> CallRecord | None:
        return self.rows.get(call_id)

    async def of_call(self, call: str) -> list[Recorded]:
        return [Recorded(7, fact) for fact in Playbook().waiting().facts if fact.call == call]


def house(rows: dict[str, CallRecord]) -> tuple[Calls, Stored, Ledger]:
    ledger, stored = Ledger(Rules()), Stored(rows)
    return Calls(stored, ledger, stored, stored), stored, ledger  # type: ignore[arg-type]  # all three


def waiting_then_talking() -> tuple[CallRecord, list[Recorded]]:
    """A call as it was stored while it waited, and the facts until it is talked on."""
    book = Playbook().with_members("support", "1001").waiting()
    before = book.records()["pbx1:c"]
    book.wait(5).ringing().wait(2).talking()
    return before, [Recorded(n, fact) for n, fact in enumerate(book.facts, start=1)]


async def test_a_call_in_progress_is_told_as_it_is_now_and_not_as_it_was_stored() -> None:
    stale, facts = waiting_then_talking()
    calls, _, ledger = house({stale.id: stale})
    ledger.apply(facts)
    page = await calls.find(CallFilter())
    assert [len(record.conversations) for record in page.items] == [1]
    assert page.next_cursor == "next"
    one = await calls.get(stale.id)
    assert one is not None
    assert len(one.conversations) == 1


async def test_a_call_that_is_over_and_forgotten_comes_from_the_store() -> None:
    old, _ = waiting_then_talking()
    calls, _, _ = house({old.id: old})
    assert await calls.get(old.id) is old
    assert (await calls.find(CallFilter())).items == [old]
    assert await calls.get("pbx1:never") is None


async def test_what_waits_to_be_stored_is_stored_before_a_search() -> None:
    calls, stored, _ = house({})
    stored.waiting = 3
    await calls.find(CallFilter())
    await calls.find(CallFilter())
    assert stored.told == ["flush", "find", "find"]


async def test_the_facts_of_a_call_are_the_journals() -> None:
    calls, _, _ = house({})
    assert await calls.facts("pbx1:c")
    assert await calls.facts("pbx1:never") == []


async def test_a_number_is_found_as_people_type_it() -> None:
    stored = Stored({})
    ledger = Ledger(Rules())

    def e164(typed: str) -> str:
        return "+98912" if typed == "0912" else ""

    calls = Calls(stored, ledger, stored, stored, e164=e164)  # type: ignore[arg-type]  # all three
    for typed in ("0912", "1001", ""):
        await calls.find(CallFilter(number=typed))
    assert stored.numbers == ["+98912", "1001", ""]


async def test_a_life_line_tells_when_the_pbx_was_not_heard() -> None:
    record, facts = waiting_then_talking()
    at = record.started_at
    stored = Stored({})

    async def turns(pbx: str) -> list[LinkFact]:
        assert pbx == "pbx1"
        return [LinkFact(at - 9, True), LinkFact(at + 1_000, False), LinkFact(at + 4_000, True)]

    calls = Calls(stored, Ledger(Rules()), stored, stored, turns)  # type: ignore[arg-type]  # all three
    own = [item for item in facts if isinstance(item.fact, CallFact)]
    steps = await calls.life_line(record, own)
    (gap,) = [step for step in steps if step.what == "unheard"]
    assert (gap.ms, gap.at) == (3_000, at + 1_000)
    plain, _, _ = house({})
    assert [s.what for s in await plain.life_line(record, own)] == [
        step.what for step in steps if step.what != "unheard"
    ]

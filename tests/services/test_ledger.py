"""One fold for the live figures and the store: records, spans, sums, and what is forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcenter.domain.facts import (
    AgentAnswered,
    AgentOffered,
    AgentStateChanged,
    AnyFact,
    CallEnded,
    CallFact,
    NoteSaved,
    OfferEnded,
    QueueEntered,
    Recorded,
)
from callcenter.domain.model import AgentRef, AgentState
from callcenter.services.ledger import LINGER_MS, MINUTE_MS, Ledger, clone
from kpi import cells
from kpi.contributions import of_call
from kpi.counters import Cell, Counters
from kpi.rules import Rules
from tests.ami_bridge.replaying import TRACES, WRAPUP_S, flat, folders, heard, play
from tests.playbook import Playbook
from tests.store.samples import started

FOLDERS = [pytest.param(folder, id=str(folder.relative_to(TRACES))) for folder in folders()]
SARA = AgentRef("pbx1:PJSIP/1001", "Sara", "PJSIP/1001")


def recorded(facts: list[AnyFact], first: int = 1) -> list[Recorded]:
    return [Recorded(seq, fact) for seq, fact in enumerate(facts, start=first)]


def span(at: int, state: AgentState, reason: str = "") -> Recorded:
    fact = AgentStateChanged(at=at, pbx="pbx1", agent=SARA, state=state, reason=reason)
    return Recorded(0, fact)


def a_call() -> list[AnyFact]:
    book = Playbook().with_members("support", "1001").waiting().wait(5).ringing().wait(2)
    book.talking().wait(30).hangs_up("a", "c", "b-a")
    return book.facts


def test_change_has_the_records_as_they_stand_and_does_not_change_afterwards() -> None:
    facts = recorded(a_call())
    ledger = Ledger(Rules())
    first = ledger.apply(facts[:8])
    before = clone(first.records["pbx1:c"])
    ledger.apply(facts[8:])
    assert first.records["pbx1:c"] == before
    assert first.seq == 8


def test_same_facts_again_change_nothing() -> None:
    facts = recorded(a_call())
    ledger = Ledger(Rules())
    ledger.apply(facts)
    again = ledger.apply([item for item in facts if getattr(item.fact, "call", "")])
    assert (again.records, again.cells) == ({}, {})


def test_empty_batch_changes_nothing() -> None:
    change = Ledger(Rules()).apply([])
    assert (change.seq, change.records, change.spans, change.cells) == (0, {}, [], {})


def test_call_in_one_queue_counts_for_queue_agent_and_all() -> None:
    change = Ledger(Rules()).apply(recorded(a_call()))
    answered = {(cell.scope, cell.id): c.answered for cell, c in change.cells.items() if c.answered}
    assert answered == {("all", ""): 1, ("queue", "support"): 1}
    talked = {(cell.scope, cell.id) for cell, c in change.cells.items() if c.talk_ms == 30_000}
    assert talked == {("all", ""), ("queue", "support"), ("agent", SARA.id)}


@pytest.mark.parametrize("folder", FOLDERS)
def test_sums_are_those_of_the_records_whenever_a_restart_may_come(folder: Path) -> None:
    """What is stored of a call that goes on is taken to be in the stored sums."""
    ledger, sums = Ledger(Rules()), dict[Cell, Counters]()
    seen: set[str] = set()
    for item in recorded(play(flat(heard(folder)), WRAPUP_S).facts):
        if not isinstance(item.fact, CallFact):
            continue
        cells.apply(sums, ledger.apply([item]).cells)
        seen.add(item.fact.call)
        reckoned = dict[Cell, Counters]()
        for call in seen:
            record = ledger.get(call)
            assert record is not None
            cells.apply(reckoned, of_call(record, Rules(), step_ms=MINUTE_MS))
        assert sums == reckoned, item


def test_call_that_was_answered_directly_counts_in_its_first_queue_over_a_restart() -> None:
    call = {"pbx": "pbx1", "call": "pbx1:1.0"}
    begun: list[AnyFact] = [
        started(),
        AgentOffered(at=1_000, offer=1, agent=SARA, **call),
        OfferEnded(at=3_000, offer=1, agent=SARA, end="answered", ring_ms=2_000, **call),
        AgentAnswered(at=3_000, conversation=1, agent=SARA, **call),
        QueueEntered(at=9_000, visit=1, queue="support", position=1, **call),
    ]
    ended = CallEnded(at=20_000, ended_by="caller", outcome="answered", **call)
    before, after, sums = Ledger(Rules()), Ledger(Rules()), dict[Cell, Counters]()
    for item in recorded(begun):
        cells.apply(sums, before.apply([item]).cells)
    after.take_up([clone(record) for record in before.open_calls()], [])
    change = after.apply([Recorded(len(begun) + 1, ended)])
    cells.apply(sums, change.cells)
    assert sums == of_call(change.records["pbx1:1.0"], Rules(), step_ms=MINUTE_MS)


def test_fact_about_a_call_that_was_never_heard_of_is_an_orphan() -> None:
    ledger = Ledger(Rules())
    note = NoteSaved(at=1, pbx="pbx1", call="pbx1:x", by="s", text="t", rev=1)
    assert ledger.apply([Recorded(1, note)]).records == {}
    assert ledger.orphans == 1


def test_spans_close_when_the_next_begins() -> None:
    ledger = Ledger(Rules())
    first = ledger.apply([span(1_000, "ready")])
    second = ledger.apply([span(61_000, "paused", "lunch"), span(70_000, "paused", "lunch")])
    assert [(s.state, s.end_ms) for s in first.spans] == [("ready", None)]
    assert [(s.state, s.start_ms, s.end_ms) for s in second.spans] == [
        ("ready", 1_000, 61_000),
        ("paused", 61_000, None),
    ]
    ready = sum(
        c.state_ms.get("ready", 0) for cell, c in second.cells.items() if cell.scope == "all"
    )
    assert ready == 60_000


def test_span_that_begins_before_the_last_one_begins_with_it() -> None:
    """Instants may cross (a restart of ours, a clock set back); what is said later is so."""
    ledger = Ledger(Rules())
    ledger.apply([span(60_000, "ready")])
    change = ledger.apply([span(50_000, "talking"), span(61_000, "ready")])
    assert [(s.state, s.start_ms, s.end_ms) for s in change.spans] == [
        ("ready", 60_000, 60_000),
        ("talking", 60_000, None),
        ("talking", 60_000, 61_000),
        ("ready", 61_000, None),
    ]
    assert ledger.spans[SARA.id].state == "ready"


def test_another_reason_is_another_span() -> None:
    ledger = Ledger(Rules())
    ledger.apply([span(1, "paused", "lunch"), span(5, "paused", "training")])
    assert ledger.spans[SARA.id].reason == "training"


def test_ended_calls_are_forgotten_after_a_while_but_not_in_wrap_up() -> None:
    ledger = Ledger(Rules())
    ledger.apply(recorded(a_call()))
    assert [item.id for item in ledger.in_memory()] == ["pbx1:c"]
    ended = ledger.in_memory()[0].ended_at
    assert ended is not None
    ledger.in_memory()[0].conversations[0].wrapup_started_at = ended
    ledger.apply([span(ended + LINGER_MS, "ready")])
    assert ledger.get("pbx1:c") is not None
    ledger.in_memory()[0].conversations[0].wrapup_ms = 5
    ledger.apply([span(ended + 2 * LINGER_MS + 1, "paused")])
    assert ledger.get("pbx1:c") is None


def test_stored_call_is_taken_up_without_counting_it_again() -> None:
    ledger = Ledger(Rules())
    first = ledger.apply(recorded(a_call()))
    record = first.records["pbx1:c"]
    other = Ledger(Rules())
    other.take_up([], first.spans)
    other.load(record)
    other.load(clone(record))
    note = NoteSaved(at=record.ended_at or 0, pbx="pbx1", call=record.id, by="s", text="t", rev=1)
    change = other.apply([Recorded(record.last_seq + 1, note)])
    assert change.cells == {}
    assert change.records["pbx1:c"].note == "t"
    assert other.open_calls() == []
    assert other.spans.keys() == ledger.spans.keys()

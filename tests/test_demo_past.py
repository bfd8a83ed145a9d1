"""The demo's morning: made at once, over before the start, and the same again by its seed."""

from callcenter import demo_past
from callcenter.domain import record
from callcenter.domain.facts import CallEnded, CallFact, CallStarted, CustomerLinked, NoteSaved
from callcenter.domain.model import CallRecord
from callcenter.services.ledger import LINGER_MS

NOW = 1_795_370_000_000


def whose(number: str) -> tuple[int | None, str]:
    return None, number


def test_every_call_of_the_morning_is_over_before_the_start() -> None:
    told = demo_past.facts("demo", 7, NOW, whose)
    records: dict[str, CallRecord] = {}
    for fact in told:
        assert fact.at < NOW
        if isinstance(fact, CallStarted):
            records[fact.call] = record.begin(fact)
        elif isinstance(fact, CallFact):
            record.fold(records[fact.call], fact)
    assert len(records) > 300
    assert all(item.ended_at is not None for item in records.values())
    outcomes = {item.outcome for item in records.values()}
    assert {"answered", "abandoned"} <= outcomes
    assert len([f for f in told if isinstance(f, CallEnded)]) == len(records)


def test_most_conversations_have_a_note_in_the_callers_language() -> None:
    told = demo_past.facts("demo", 7, NOW, whose)
    notes = {fact.text for fact in told if isinstance(fact, NoteSaved)}
    assert notes <= {text for pairs in demo_past.NOTES.values() for _, text in pairs}
    assert len(notes) > 6


def test_no_number_is_linked_with_more_than_two_calls() -> None:
    told = demo_past.facts("demo", 7, NOW, whose)
    calls: dict[str, set[str]] = {}
    for fact in told:
        if isinstance(fact, CustomerLinked):
            calls.setdefault(fact.e164, set()).add(fact.call)
    assert calls
    assert max(len(linked) for linked in calls.values()) <= 2


def test_the_same_seed_makes_the_same_morning() -> None:
    assert demo_past.facts("demo", 7, NOW, whose) == demo_past.facts("demo", 7, NOW, whose)


def test_the_morning_brings_nothing_onto_the_desks() -> None:
    # What nobody has filed stands on the desks for so long after a start.
    told = demo_past.facts("demo", 7, NOW, whose)
    last = max(fact.at for fact in told if isinstance(fact, CallEnded))
    assert NOW - last > LINGER_MS

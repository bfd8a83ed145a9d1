"""When we heard all: between a roster and a loss, and not across a stop of ours."""

from __future__ import annotations

from callcenter.domain.facts import AnyFact, LinkLost, LinkRestored, QueueSeen
from callcenter.domain.heard import MARGIN_MS, Heard, LinkFact, turns


def test_all_is_heard_from_a_roster_until_a_loss() -> None:
    ears = Heard([LinkFact(100_000, True), LinkFact(200_000, False), LinkFact(300_000, True)])
    assert ears.throughout(100_000, 190_000)
    assert not ears.throughout(99_999, 150_000)
    assert not ears.throughout(150_000, 200_000 - MARGIN_MS + 1)
    assert not ears.throughout(150_000, 350_000)
    assert not ears.throughout(220_000, 250_000)
    assert ears.throughout(300_000, 9_999_999_999)


def test_a_start_of_ours_ends_what_was_heard_with_the_last_fact_before() -> None:
    ears = Heard([LinkFact(100_000, True), LinkFact(900_000, True, 400_000)])
    assert ears.throughout(100_000, 390_000)
    assert not ears.throughout(390_000, 500_000)
    assert ears.throughout(900_000, 950_000)


def test_without_a_roster_nothing_was_heard() -> None:
    assert not Heard([]).throughout(0, 1)
    assert not Heard([LinkFact(5, False)]).throughout(0, 1)


def test_a_moment_of_it_was_heard_or_none_at_all() -> None:
    ears = Heard([LinkFact(100_000, True), LinkFact(200_000, False), LinkFact(300_000, True)])
    assert ears.partly(150_000, 250_000)
    assert ears.partly(200_000, 250_000)
    assert not ears.partly(200_001, 299_999)
    assert ears.partly(250_000, 300_000)
    assert not ears.partly(0, 99_999)


def test_start_of_ours_says_itself_until_when_we_had_heard() -> None:
    """The roster's first facts come before it: they are none of the time before."""
    facts: list[AnyFact] = [
        LinkRestored(at=1, pbx="p", gap_ms=0, restarted=False),
        QueueSeen(at=900, pbx="p", queue="q", strategy="", service_level_s=0),
        LinkRestored(at=900, pbx="p", gap_ms=0, restarted=False, before_ms=5),
    ]
    assert turns(facts) == [LinkFact(1, True, 0), LinkFact(900, True, 5)]


def test_turns_are_told_by_the_facts_of_the_link() -> None:
    facts: list[AnyFact] = [
        LinkRestored(at=1, pbx="p", gap_ms=0, restarted=False),
        QueueSeen(at=2, pbx="p", queue="q", strategy="", service_level_s=0),
        LinkLost(at=3, pbx="p", why="cut"),
        LinkRestored(at=9, pbx="p", gap_ms=6, restarted=False),
    ]
    assert turns(facts) == [LinkFact(1, True, 0), LinkFact(3, False), LinkFact(9, True, 3)]


def test_two_starts_of_ours_with_nothing_said_between_are_no_span() -> None:
    ears = Heard([LinkFact(100_000, True), LinkFact(900_000, True, 100_000)])
    assert not ears.throughout(100_000, 100_000)
    assert ears.throughout(900_000, 950_000)


def test_the_gaps_of_a_call_are_told_whole() -> None:
    """Lost and restored, and a start of ours: what touches the call, from end to end."""
    heard = Heard(
        [
            LinkFact(1_000, True),
            LinkFact(5_000, False),
            LinkFact(8_000, True),
            LinkFact(20_000, True, 12_000),
        ]
    )
    assert heard.gaps(0, 4_999) == []
    assert heard.gaps(0, 5_000) == [(5_000, 8_000)]
    assert heard.gaps(7_000, 13_000) == [(5_000, 8_000), (12_000, 20_000)]
    assert heard.gaps(20_001, 30_000) == []

"""KPI 7 over generated stories: whatever comes in, in whatever order, the books are straight."""

from __future__ import annotations

from itertools import pairwise

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.domain.board import Board
from callcenter.domain.facts import AgentStateChanged, AnyFact, Recorded
from callcenter.domain.model import CallRecord
from callcenter.domain.signals import LinkWentDown, Signal
from callcenter.domain.wire import dumps, loads
from callcenter.services.ledger import Change, Ledger
from callcenter.services.projector import merged
from kpi import cells
from kpi.counters import Cell, Counters
from kpi.rules import Rules
from tests.ami_bridge.pbx_model import PbxModel
from tests.ami_bridge.replaying import Played, long_after, new_board, play, tell
from tests.expected import fold
from tests.generated import mangled, stories
from tests.invariants import (
    all_of_it,
    durations_are_not_negative,
    every_entry_is_left_once,
    without_repeats,
)

often = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


def ended(story: list[Signal]) -> list[Signal]:
    """A roster of an empty PBX, an hour later: everybody has gone home."""
    at = max((signal.at for signal in story), default=0) + 3_600_000
    return PbxModel().rows(at)


def resynced(true_story: list[Signal], came: list[Signal]) -> list[Signal]:
    """What came, then what is true, then the end of the day."""
    at = max(signal.at for signal in [*true_story, *came])
    return [*came, *PbxModel(true_story).rows(at + 10), *ended(true_story)]


def recorded(facts: list[AnyFact]) -> list[Recorded]:
    return [Recorded(seq, fact) for seq, fact in enumerate(facts, start=1)]


def changed(facts: list[Recorded], sizes: list[int]) -> tuple[Ledger, Change]:
    """A ledger fed in batches of these sizes (the last one repeated), and all it changed."""
    ledger = Ledger(Rules())
    changes: list[Change] = []
    place = 0
    while place < len(facts):
        size = sizes.pop(0) if len(sizes) > 1 else sizes[0]
        changes.append(ledger.apply(facts[place : place + size]))
        place += size
    return ledger, merged(changes)


@often
@given(stories())
def test_whole_story_leaves_nothing_open(story: list[Signal]) -> None:
    all_of_it(*play(story + ended(story)))


@often
@given(mangled())
def test_lost_doubled_and_late_signals_leave_the_books_straight_after_a_resync(
    both: tuple[list[Signal], list[Signal]],
) -> None:
    all_of_it(*play(resynced(*both)))


@often
@given(mangled(), st.data())
def test_cut_anywhere_leaves_the_books_straight_after_a_resync(
    both: tuple[list[Signal], list[Signal]], data: st.DataObject
) -> None:
    true_story, came = both
    cut = data.draw(st.integers(0, len(came)))
    back = data.draw(st.integers(cut, len(came)))
    at = max((signal.at for signal in came[:cut]), default=true_story[0].at)
    gap: list[Signal] = [LinkWentDown(at, "cut")]
    all_of_it(*play(resynced(true_story, [*came[:cut], *gap, *came[back:]])))


@often
@given(mangled(), st.data())
def test_our_restart_anywhere_leaves_the_books_straight_after_a_resync(
    both: tuple[list[Signal], list[Signal]], data: st.DataObject
) -> None:
    """Killed after any signal, and once more later; what is stored is all that is left."""
    true_story, came = both
    first = data.draw(st.integers(1, len(came) + 1))
    second = data.draw(st.integers(first, len(came) + 1))
    facts: list[AnyFact] = []
    for start, end in ((0, first), (first, second), (second, len(came))):
        board = new_board()
        stored = [msgspec.json.encode(record) for record in fold(facts).values()]
        board.resume(msgspec.json.decode(record, type=CallRecord) for record in stored)
        if start:
            at = max(signal.at for signal in came[:start])
            facts += tell(board, PbxModel(came[:start]).rows(at))
        facts += tell(board, came[start:end])
    at = max(signal.at for signal in [*true_story, *came]) + 10
    facts += tell(board, [*PbxModel(true_story).rows(at), *ended(true_story)])
    facts += long_after(board, at + 3_600_000)
    facts = without_repeats(facts)
    # What comes late, after a restart, is older than what the new process has in its records.
    all_of_it(facts, fold(facts), board, in_order=False)


@often
@given(mangled())
def test_before_any_resync_nothing_is_negative_and_nothing_left_twice(
    both: tuple[list[Signal], list[Signal]],
) -> None:
    facts, calls, _ = play(both[1])
    durations_are_not_negative(facts)
    assert all(len({v.number for v in r.visits}) == len(r.visits) for r in calls.values())
    every_entry_is_left_once(play(both[1] + ended(both[1])).facts)


@often
@given(mangled(), st.lists(st.integers(1, 12), min_size=1, max_size=30))
def test_folding_in_any_batches_gives_the_same_records_spans_and_sums(
    both: tuple[list[Signal], list[Signal]], sizes: list[int]
) -> None:
    facts = recorded(play(resynced(*both)).facts)
    at_once, whole = changed(facts, [len(facts)])
    by_batches, summed = changed(facts, sizes)
    assert whole.records == summed.records
    assert sums(whole) == sums(summed)
    assert spans(whole) == spans(summed)
    assert at_once.spans == by_batches.spans


@often
@given(mangled())
def test_facts_read_back_from_the_journal_fold_the_same(
    both: tuple[list[Signal], list[Signal]],
) -> None:
    facts = play(resynced(*both)).facts
    again = [loads(dumps(fact)) for fact in facts]
    assert again == facts
    _, live = changed(recorded(facts), [7])
    _, stored = changed(recorded(again), [100])
    assert msgspec.to_builtins(live.records) == msgspec.to_builtins(stored.records)
    assert sums(live) == sums(stored)


@often
@given(mangled())
def test_spans_of_an_agent_cover_the_time_without_gap_or_overlap(
    both: tuple[list[Signal], list[Signal]],
) -> None:
    facts = play(resynced(*both)).facts
    _, change = changed(recorded(facts), [5])
    agents = {fact.agent.id for fact in facts if isinstance(fact, AgentStateChanged)}
    for agent in agents:
        own = [span for span in change.spans if span.agent_id == agent]
        told = [f for f in facts if isinstance(f, AgentStateChanged) and f.agent.id == agent]
        own.sort(key=lambda span: (span.start_ms, span.end_ms is None))
        assert own[0].start_ms == told[0].at
        for before, after in pairwise(own):
            assert before.end_ms == after.start_ms
        assert own[-1].end_ms is None
        assert own[-1].state == told[-1].state


@often
@given(mangled())
def test_board_agrees_with_the_switchboard(both: tuple[list[Signal], list[Signal]]) -> None:
    played: Played = play(both[1])
    board = Board()
    for fact in played.facts:
        board.apply(fact)
    for fact in played.facts[-1:]:
        board.apply(fact)
    waiting = {
        (track.id, visit.number)
        for track in played.board.scene.calls.values()
        for visit in track.visits.values()
    }
    assert {place for queue in board.waiting.values() for place in queue} == waiting
    for agent in played.board.scene.agents.all():
        now = board.agents.get(agent.ref.id)
        if now is not None:
            assert now.state == played.board.scene.agents.state_of(agent)[0]


def sums(change: Change) -> dict[Cell, Counters]:
    """The sums of a change, those left out that came to nothing."""
    total: dict[Cell, Counters] = {}
    cells.apply(total, change.cells)
    return {cell: counters for cell, counters in total.items() if counters != Counters()}


def spans(change: Change) -> object:
    return sorted((s.agent_id, s.start_ms, s.end_ms or 0, s.state) for s in change.spans)

"""What must be true of any facts, however broken the signals were that led to them (KPI 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec.structs import asdict

from callcenter.domain.facts import (
    AgentStateChanged,
    AnyFact,
    CallEnded,
    CallFact,
    CallStarted,
    QueueEntered,
    QueueLeft,
)
from callcenter.domain.model import CallRecord
from callcenter.domain.switchboard import Switchboard
from kpi.contributions import of_call
from kpi.rules import Rules

BUSY = ("talking", "held", "offered")


def durations_are_not_negative(facts: Iterable[AnyFact]) -> None:
    """No ``_ms`` of any fact is below zero."""
    for fact in facts:
        for key, value in asdict(fact).items():
            assert not (key.endswith("_ms") and value < 0), fact


def calls_are_told_in_one_piece(facts: list[AnyFact]) -> None:
    """A call starts once, ends at most once, and no leg of it is told before its start."""
    started: set[str] = set()
    ended: set[str] = set()
    for fact in facts:
        if isinstance(fact, CallStarted):
            assert fact.call not in started, fact
            started.add(fact.call)
        elif isinstance(fact, CallEnded):
            assert fact.call not in ended, fact
            ended.add(fact.call)
        if isinstance(fact, CallFact):
            assert fact.call in started, fact


def every_entry_is_left_once(facts: list[AnyFact]) -> None:
    """Offered is the sum of its ends."""
    entered = Counter((f.call, f.visit, f.queue) for f in facts if isinstance(f, QueueEntered))
    left = Counter((f.call, f.visit, f.queue) for f in facts if isinstance(f, QueueLeft))
    assert entered == left
    assert set(entered.values()) <= {1}


def spans_follow_each_other(facts: Iterable[AnyFact]) -> None:
    """An agent's spans are in order of time and never say the same twice."""
    last: dict[str, AgentStateChanged] = {}
    for fact in facts:
        if isinstance(fact, AgentStateChanged):
            before = last.get(fact.agent.id)
            if before is not None:
                assert fact.at >= before.at, (before, fact)
                assert asdict(fact) | {"at": 0} != asdict(before) | {"at": 0}
            last[fact.agent.id] = fact


def figures_add_up(calls: Iterable[CallRecord], *, in_order: bool = True) -> None:
    """The counters made of the records count every entered visit in exactly one end.

    ``in_order``: then no instants ran back either, which would have been flagged.
    """
    for record in calls:
        sums = [c for cell, c in of_call(record, Rules()).items() if cell.scope == "all"]
        entered = [visit for visit in record.visits if visit.end != "refused"]
        assert sum(counters.offered for counters in sums) == len(entered)
        assert not in_order or sum(counters.clamped for counters in sums) == 0


def nothing_is_open(calls: Iterable[CallRecord]) -> None:
    """Calls that are over have nothing in them that is not."""
    for record in calls:
        assert record.ended_at is not None, record
        assert record.outcome is not None
        for visit in record.visits:
            assert visit.end is not None, record
        for offer in [o for visit in record.visits for o in visit.offers] + record.direct:
            assert offer.end is not None, record
        for talk in record.conversations:
            assert talk.parted_at is not None, record
            assert talk.held_since is None


def nobody_is_busy(board: Switchboard) -> None:
    """No agent is left talking or rung, in the switchboard's own view."""
    for agent in board.scene.agents.all():
        assert board.scene.agents.state_of(agent)[0] not in BUSY, agent


def without_repeats(facts: list[AnyFact]) -> list[AnyFact]:
    """A new process says of every agent how he is; the ledger knows most of it already."""
    last: dict[str, tuple[str, str]] = {}
    kept: list[AnyFact] = []
    for fact in facts:
        if isinstance(fact, AgentStateChanged):
            now = (fact.state, fact.reason)
            if last.get(fact.agent.id) == now:
                continue
            last[fact.agent.id] = now
        kept.append(fact)
    return kept


def all_of_it(
    facts: list[AnyFact],
    calls: dict[str, CallRecord],
    board: Switchboard,
    *,
    in_order: bool = True,
) -> None:
    """Every invariant, of a story that is over."""
    durations_are_not_negative(facts)
    calls_are_told_in_one_piece(facts)
    spans_follow_each_other(facts)
    every_entry_is_left_once(facts)
    nothing_is_open(calls.values())
    figures_add_up(calls.values(), in_order=in_order)
    nobody_is_busy(board)
    assert board.scene.calls == {}

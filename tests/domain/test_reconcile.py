"""Pairing stays and judging differences; the recorded stories are in ``tests/services``."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.domain.heard import Heard, LinkFact
from callcenter.domain.logged import LoggedCall, LoggedVisit
from callcenter.domain.model import (
    AgentRef,
    Caller,
    CallRecord,
    Conversation,
    EndedBy,
    SettledBy,
    Visit,
    VisitEnd,
)
from callcenter.domain.named import AgentNames
from callcenter.domain.reconcile import differences, judge, paired, unlogged
from callcenter.domain.record import fold

ALWAYS = Heard([LinkFact(0, True)])
NEVER = Heard([])


def ours(*stays: tuple[str, int, VisitEnd], settled_by: SettledBy = "ami") -> CallRecord:
    """A record with these stays: queue, second of entry, end; each lasts five seconds."""
    return CallRecord(
        id="pbx1:1.0",
        pbx="pbx1",
        uniqueid="1.0",
        linkedid="1.0",
        direction="inbound",
        caller=Caller(),
        line="",
        started_at=99_000,
        ended_at=500_000,
        ended_by="caller",
        outcome="abandoned",
        settled_by=settled_by,
        visits=[
            Visit(
                number=n,
                queue=queue,
                entered_at=at * 1000,
                left_at=at * 1000 + 5_000,
                wait_ms=5_000,
                end=end,
            )
            for n, (queue, at, end) in enumerate(stays, start=1)
        ],
    )


def theirs(*stays: tuple[str, int, VisitEnd | None]) -> LoggedCall:
    """The log's stays, alike."""
    return LoggedCall(
        callid="1.0",
        visits=[
            LoggedVisit(
                callid="1.0",
                queue=queue,
                number=1,
                entered_s=at,
                left_s=at + 5,
                wait_s=5,
                end=end,
                by="caller",
            )
            for queue, at, end in stays
        ],
    )


def test_stays_are_paired_by_queue_and_moment_whatever_their_letters_case() -> None:
    record = ours(("support", 100, "timed_out"), ("Sales", 105, "key"), ("support", 110, "key"))
    call = theirs(("Support", 110, "key"), ("sales", 105, "key"), ("support", 100, "timed_out"))
    pairs = [(v.number if v else 0, w.entered_s if w else 0) for v, w in paired(record, call)]
    assert pairs == [(3, 110), (2, 105), (1, 100)]


def test_what_is_not_near_is_paired_in_order() -> None:
    record = ours(("support", 100, "timed_out"), ("support", 200, "key"))
    call = theirs(("support", 160, "timed_out"), ("support", 201, "key"))
    pairs = [(v.number if v else 0, w.entered_s if w else 0) for v, w in paired(record, call)]
    assert pairs == [(1, 160), (2, 201)]


def test_refused_stays_are_not_looked_for() -> None:
    record = ours(("support", 100, "refused"), ("sales", 100, "abandoned"))
    judged = judge("pbx1", record, theirs(("sales", 100, "abandoned")), AgentNames("pbx1"), ALWAYS)
    assert (judged.verdict, judged.why) == ("equal", [])


def test_a_stay_of_ours_that_the_log_has_not_is_unexplained_unless_it_is_elsewhere() -> None:
    record = ours(("support", 100, "timed_out"), ("sales", 105, "abandoned"))
    call, agents = theirs(("support", 100, "timed_out")), AgentNames("pbx1")
    assert judge("pbx1", record, call, agents, ALWAYS).verdict == "unexplained"
    assert judge("pbx1", record, call, agents, ALWAYS, {2}).verdict == "equal"


@pytest.mark.parametrize(
    ("record", "ears", "verdict"),
    [
        (ours(("support", 100, "timed_out")), ALWAYS, "unexplained"),
        (ours(("support", 100, "timed_out")), NEVER, "corrected"),
        (ours(("support", 100, "unknown")), ALWAYS, "corrected"),
        (ours(("support", 100, "timed_out"), settled_by="lost_sight"), ALWAYS, "corrected"),
        (ours(("support", 100, "abandoned")), ALWAYS, "equal"),
        (ours(("support", 100, "abandoned"), settled_by="queue_log"), ALWAYS, "corrected"),
        (None, ALWAYS, "unexplained"),
        (None, NEVER, "corrected"),
    ],
)
def test_only_what_we_could_not_see_is_corrected(
    record: CallRecord | None, ears: Heard, verdict: str
) -> None:
    judged = judge("pbx1", record, theirs(("support", 100, "abandoned")), AgentNames("pbx1"), ears)
    assert judged.verdict == verdict
    changed = verdict == "corrected" and (record is None or record.settled_by != "queue_log")
    assert bool(judged.facts) == changed
    assert bool(judged.why) == (verdict == "unexplained" or changed)


def test_a_call_that_the_log_has_not() -> None:
    refused, waited = unlogged(ours(("q", 1, "refused"))), unlogged(ours(("q", 1, "key")))
    assert refused is not None
    assert waited is not None
    assert (refused.verdict, refused.known) == ("equal", ["refused at the door"])
    assert (waited.verdict, waited.why) == (
        "unexplained",
        ["q: stay: we have key, queue_log has nothing"],
    )
    assert unlogged(ours()) is None


def differing(talk: Conversation | None, **logged: Any) -> list[tuple[str, str, str]]:
    """What differs in a stay that both call answered: what, ours, the log's."""
    record = ours(("support", 100, "answered"))
    values: dict[str, Any] = {
        "callid": "1.0",
        "queue": "support",
        "number": 1,
        "entered_s": 100,
        "end": "answered",
        "agent": "Leila",
        "wait_s": 5,
        "talk_s": 10,
        "parted_s": 115,
        "by": "caller",
    }
    theirs = LoggedVisit(**{**values, **logged})
    found = differences(record, record.visits[0], talk, theirs, AgentNames("pbx1"))
    return [(each.what, each.ours, each.logged) for each in found]


def spoken() -> Conversation:
    """Ten seconds with Leila, in the first stay."""
    return Conversation(
        number=1,
        agent=AgentRef("pbx1:PJSIP/1001", "Leila", "PJSIP/1001"),
        joined_at=105_000,
        visit=1,
        parted_at=115_000,
        talk_ms=10_000,
        ended_by="caller",
    )


def test_same_stay_told_alike_differs_in_nothing() -> None:
    assert differing(spoken()) == []


def test_another_wait_differs() -> None:
    assert differing(spoken(), wait_s=9) == [("wait", "5000 ms", "9 s")]


def test_stay_that_was_answered_by_nobody_we_saw_differs_in_the_agent() -> None:
    assert differing(None) == [("agent", "nobody", "Leila")]


def test_transfer_that_only_the_log_tells_differs() -> None:
    assert differing(spoken(), by="transfer", to="1002") == [("by", "caller", "a transfer to 1002")]


@pytest.mark.parametrize(
    ("by", "cut", "verdict"),
    [("caller", False, "corrected"), (None, False, "equal"), ("pbx", True, "equal")],
)
def test_who_ended_a_call_that_we_lost_from_sight_is_asked_of_the_log(
    by: EndedBy | None, cut: bool, verdict: str
) -> None:
    record = ours(("support", 100, "abandoned"), settled_by="lost_sight")
    record.ended_by, record.ended_at = "unknown", 105_000
    call, agents = theirs(("support", 100, "abandoned")), AgentNames("pbx1")
    call.visits[0].by, call.visits[0].cut = by, cut
    judged = judge("pbx1", record, call, agents, ALWAYS)
    assert judged.verdict == verdict
    for fact in judged.facts:
        fold(record, fact)
    assert record.ended_by == ("caller" if verdict == "corrected" else "unknown")
    again = judge("pbx1", record, call, agents, ALWAYS)
    assert (again.verdict, again.facts) == (verdict, [])

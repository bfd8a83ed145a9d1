"""The sums of many calls of the past are the sums of each of them."""

from __future__ import annotations

from hypothesis import given, settings

from callcenter.domain.history import record_of
from callcenter.domain.model import (
    AgentRef,
    Caller,
    CallRecord,
    Conversation,
    Offer,
    Transfer,
    Visit,
)
from callcenter.domain.named import AgentNames
from kpi import cells
from kpi.contributions import of_call
from kpi.counters import Cell, Counters
from kpi.history import of_history
from kpi.rules import QueueRules, Rules
from tests.services.test_reconcile_any_log import LINES, calls_of

RULES = Rules(queues={"sales": QueueRules(t_ms=5_000, short_abandon_ms=3_000)})
LEILA = AgentRef("pbx1:PJSIP/1001", "Leila", "PJSIP/1001")
OMID = AgentRef("pbx1:PJSIP/1002", "Omid", "PJSIP/1002")


def one_by_one(every: list[CallRecord]) -> dict[Cell, Counters]:
    return cells.fold(of_call(record, RULES) for record in every)


@settings(max_examples=300, deadline=None)
@given(LINES)
def test_any_log_gives_the_sums_of_its_calls(lines: list[tuple[int, str, str, str, str]]) -> None:
    names = AgentNames("pbx1")
    every = [record_of("pbx1", call, names, None, "") for call in calls_of(lines)]
    assert of_history(every, RULES) == one_by_one(every)


def call(**given: object) -> CallRecord:
    """A finished inbound call, answered at once; what is given replaces."""
    whole: dict[str, object] = {
        "id": "pbx1:1.0",
        "pbx": "pbx1",
        "uniqueid": "1.0",
        "linkedid": "1.0",
        "direction": "inbound",
        "caller": Caller("0912"),
        "line": "",
        "started_at": 1_000_000,
        "ended_at": 1_060_000,
        "visits": [visit()],
        "conversations": [talk()],
    }
    return CallRecord(**{**whole, **given})  # type: ignore[arg-type]  # as the fields are


def visit(**given: object) -> Visit:
    whole: dict[str, object] = {
        "number": 1,
        "queue": "sales",
        "entered_at": 1_000_000,
        "wait_ms": 4_000,
        "end": "answered",
    }
    return Visit(**{**whole, **given})  # type: ignore[arg-type]  # as the fields are


def talk(**given: object) -> Conversation:
    whole: dict[str, object] = {
        "number": 1,
        "agent": LEILA,
        "joined_at": 1_004_000,
        "queue": "sales",
        "visit": 1,
        "talk_ms": 56_000,
    }
    return Conversation(**{**whole, **given})  # type: ignore[arg-type]  # as the fields are


def test_calls_that_are_more_than_a_log_tells_are_summed_by_the_one_way_into_the_figures() -> None:
    ringing = Offer(number=1, agent=LEILA, at=1_000_000)
    set_back = Offer(number=1, agent=LEILA, at=1_000_000, ended_at=990_000, end="cancelled")
    odd = [
        call(direct=[Offer(number=1, agent=OMID, at=1, ring_ms=5, end="answered")]),
        call(visits=[], conversations=[]),
        call(direction="outbound"),
        call(ended_at=None),
        call(visits=[visit(end=None)], conversations=[]),
        call(visits=[visit(wait_ms=None)]),
        call(visits=[visit(wait_ms=-4_000)]),
        call(visits=[visit(left_at=990_000)]),
        call(visits=[visit(offers=[ringing])]),
        call(visits=[visit(offers=[set_back])]),
        call(conversations=[talk(parted_at=1_000_000)]),
        call(
            visits=[visit(offers=[Offer(number=1, agent=LEILA, at=1, ring_ms=-5, end="rejected")])]
        ),
        call(conversations=[]),
        call(conversations=[talk(talk_ms=None)]),
        call(conversations=[talk(talk_ms=-1)]),
        call(conversations=[talk(hold_ms=5)]),
        call(conversations=[talk(wrapup_ms=5)]),
        call(conversations=[talk(visit=None)]),
        call(conversations=[talk(visit=2)]),
        call(visits=[visit(number=3)], conversations=[talk(visit=1)]),
    ]
    for each in odd:
        assert of_history([each, call()], RULES) == one_by_one([each, call()]), each
    assert of_history(odd, RULES) == one_by_one(odd)


def test_transfers_and_two_talks_count_once_a_call_and_once_an_agent() -> None:
    late = 2_000_000
    two = [visit(), visit(number=2, entered_at=late, queue="support")]
    blind, attended = Transfer("blind", "602"), Transfer("attended")
    every = [
        call(visits=two, conversations=[talk(transfer=blind), talk(number=2, visit=2, agent=OMID)]),
        call(
            visits=two,
            conversations=[talk(transfer=blind), talk(number=2, visit=2, transfer=attended)],
        ),
        call(visits=two, conversations=[talk(), talk(number=2, visit=2, transfer=blind)]),
        call(
            visits=[visit(end="abandoned", wait_ms=2_000), visit(number=2, entered_at=late)],
            conversations=[talk(visit=2, transfer=attended)],
        ),
        call(visits=[visit(end="unknown"), visit(number=2, end="key")], conversations=[]),
    ]
    assert of_history(every, RULES) == one_by_one(every)
    centre = of_history(every, RULES)[Cell(900_000, "all", "")]
    assert (centre.calls, centre.calls_transferred, centre.transfers) == (
        4,
        3,
        {"blind": 3, "attended": 1},
    )

"""A call of the past made at once is the call that its facts, one by one, would have made."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from callcenter.domain import record as records
from callcenter.domain.corrections import imported
from callcenter.domain.facts import AnyFact, CallsImported, CallStarted, CustomerLinked
from callcenter.domain.history import Linked, facts_of, number_of, record_of
from callcenter.domain.logged import LoggedCall, LoggedVisit
from callcenter.domain.model import AgentRef, CallRecord, Visit
from callcenter.domain.named import AgentNames
from callcenter.domain.wire import dumps, loads, records_of, written
from tests.services.test_reconcile_any_log import LINES, calls_of

WHO: list[Linked | None] = [None, (7, "+98912", "the same number"), (None, "+98912", "none")]


def folded(facts: list[AnyFact]) -> CallRecord:
    start, *rest = facts
    assert isinstance(start, CallStarted)
    record = records.begin(start)
    for fact in rest:
        records.fold(record, fact)
    return record


def step_by_step(call: LoggedCall, names: AgentNames, linked: Linked | None) -> CallRecord:
    facts = imported("pbx1", call, names)
    if linked is not None:
        customer_id, e164, how = linked
        facts[1:1] = [
            CustomerLinked(
                at=facts[0].at,
                pbx="pbx1",
                call=f"pbx1:{call.callid}",
                customer_id=customer_id,
                e164=e164,
                how=how,
            )
        ]
    return folded(facts)


@settings(max_examples=400, deadline=None)
@given(LINES, st.sampled_from(WHO))
def test_both_ways_give_the_same_record(
    lines: list[tuple[int, str, str, str, str]], linked: Linked | None
) -> None:
    names = AgentNames("pbx1")
    names.learn(AgentRef("pbx1:PJSIP/1001", "Leila", "PJSIP/1001"))
    for call in calls_of(lines):
        made = record_of("pbx1", call, names, linked, "pbx1:9.9+1")
        assert made.portion == "pbx1:9.9+1"
        assert replace(made, portion="") == step_by_step(call, names, linked)
        how = "" if linked is None else linked[2]
        assert folded(facts_of(made, how)) == replace(made, portion="")


def test_the_facts_that_are_told_afterwards_are_those_that_would_have_been_stored() -> None:
    names = AgentNames("pbx1")
    (call,) = calls_of(
        [
            (0, "1.0", "support", "NONE", "ENTERQUEUE"),
            (3, "1.0", "support", "Leila", "RINGNOANSWER"),
            (4, "1.0", "support", "Leila", "CONNECT"),
            (20, "1.0", "support", "Leila", "BLINDTRANSFER"),
        ]
    )
    assert facts_of(record_of("pbx1", call, names, None, "p")) == imported("pbx1", call, names)


def test_what_a_log_leaves_open_has_no_length() -> None:
    call = LoggedCall(
        callid="1.0",
        visits=[
            LoggedVisit(callid="1.0", queue="support", number=1, entered_s=5),
            LoggedVisit(
                callid="1.0", queue="support", number=2, entered_s=9, end="answered", agent="Leila"
            ),
        ],
    )
    names = AgentNames("pbx1")
    made = record_of("pbx1", call, names, None, "")
    assert number_of(call) == ""
    assert made == step_by_step(call, names, None)
    assert (made.visits[0].end, made.visits[0].wait_ms) == ("unknown", 0)
    assert made.conversations[0].talk_ms == 0


def test_a_record_with_less_than_a_log_tells_is_told_as_far_as_it_goes() -> None:
    record = record_of(
        "pbx1",
        LoggedCall(
            callid="1.0", visits=[LoggedVisit(callid="1.0", queue="q", number=1, entered_s=5)]
        ),
        AgentNames("pbx1"),
        None,
        "",
    )
    record.visits = [Visit(number=1, queue="q", entered_at=5_000)]
    assert [fact.at for fact in facts_of(record)] == [5_000, 5_000, 5_000, 5_000]


def test_a_portion_comes_back_from_its_bytes_as_it_was() -> None:
    names = AgentNames("pbx1")
    (call,) = calls_of(
        [(0, "1.0", "support", "NONE", "ENTERQUEUE"), (4, "1.0", "support", "NONE", "ABANDON")]
    )
    record = record_of("pbx1", call, names, None, "pbx1:1.0+1")
    record.note = "one line\nand another"
    calls = written([record, record])
    fact = CallsImported(at=1, pbx="pbx1", portion="pbx1:1.0+1", calls=calls, how=("", ""))
    back = loads(dumps(fact))
    assert isinstance(back, CallsImported)
    assert back == fact
    assert records_of(back) == [record, record]
    assert written([]) == ()


def test_an_agent_who_gets_his_old_name_back_is_found_by_it() -> None:
    names = AgentNames("pbx1")
    leila = AgentRef("pbx1:PJSIP/1001", "Leila", "PJSIP/1001")
    moradi = AgentRef("pbx1:PJSIP/1001", "Moradi", "PJSIP/1001")
    for ref in (leila, leila, moradi):
        names.learn(ref)
    assert names.of("PJSIP/1001") == moradi
    names.learn(leila)
    assert names.of("PJSIP/1001") == leila


def test_an_agent_who_gets_another_name_is_found_by_it_at_once() -> None:
    names = AgentNames("pbx1")
    assert names.of("Leila").id == "pbx1:Leila"
    names.learn(AgentRef("pbx1:PJSIP/1001", "Leila", "PJSIP/1001"))
    assert names.of("Leila").id == "pbx1:PJSIP/1001"
    for n in range(10_001):
        assert names.of(f"nobody {n}").name == f"nobody {n}"
    assert names.of("Leila").id == "pbx1:PJSIP/1001"

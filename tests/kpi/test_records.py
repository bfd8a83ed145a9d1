"""Agent spans without overlap, and what first-call resolution keeps of a call."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.domain.model import Caller, Disposition, Transfer
from kpi.records import AgentSpan, CallOutline, fcr_call, was_answered, without_overlap
from kpi.rules import Rules

RULES = Rules()


def span(start: int, end: int | None, state: str = "ready") -> AgentSpan:
    return AgentSpan(agent_id="a", name="Leila", state=state, start_ms=start, end_ms=end)


def test_the_key_is_the_customer_else_the_number(make) -> None:
    assert fcr_call(make.call(customer_id=7), RULES).key == "customer:7"
    assert fcr_call(make.call(), RULES).key == "+989121234567"


@pytest.mark.parametrize(
    "caller",
    [Caller("", "", "", "withheld"), Caller("+98912", "+98912", "", "withheld"), Caller("101")],
)
def test_a_withheld_number_or_one_that_makes_no_e164_has_no_key(make, caller: Caller) -> None:
    assert fcr_call(make.call(caller=caller), RULES).key is None


@pytest.mark.parametrize(
    ("ended_by", "dropped"),
    [("pbx", True), ("unknown", True), ("caller", False), ("agent", False), (None, False)],
)
def test_a_call_is_dropped_when_neither_side_ended_the_conversation(
    make, ended_by, dropped: bool
) -> None:
    call = make.call(conversations=[make.talk(ended_by=ended_by)])
    assert fcr_call(call, RULES).dropped is dropped


def test_a_call_that_was_handed_on_is_not_dropped(make) -> None:
    talk = make.talk(ended_by="unknown", transfer=Transfer("blind", "200"))
    assert not fcr_call(make.call(conversations=[talk]), RULES).dropped


def test_only_the_last_conversation_says_whether_the_call_was_dropped(make) -> None:
    talks = [make.talk(ended_by="pbx"), make.talk(number=2, ended_by="caller")]
    assert not fcr_call(make.call(conversations=talks), RULES).dropped


def test_a_call_that_overflowed_and_was_answered_is_not_abandoned(make) -> None:
    call = make.call(
        visits=[make.visit(end="abandoned"), make.visit(number=2, end="answered")],
        outcome="answered",
    )
    kept = fcr_call(call, RULES)
    assert (kept.answered, kept.abandoned) == (True, False)


def test_an_abandoned_call_is_known_by_its_outcome_or_its_visit(make) -> None:
    assert fcr_call(make.call(outcome="abandoned"), RULES).abandoned
    assert fcr_call(make.call(visits=[make.visit(end="abandoned")]), RULES).abandoned
    assert not fcr_call(make.call(visits=[make.visit(end="timed_out")]), RULES).abandoned


def test_the_agent_s_word_is_kept_with_its_meaning(make) -> None:
    rules = Rules(not_resolvable=frozenset({"bank"}), reasons={"bank": "refund"})
    kept = fcr_call(make.call(disposition=Disposition(code="bank", resolved=False)), rules)
    assert (kept.disposition, kept.reason, kept.resolved) == ("bank", "refund", False)
    assert kept.not_resolvable
    assert fcr_call(make.call(), rules).resolved is None


def test_an_inbound_call_is_answered_by_a_visit_a_direct_offer_or_a_conversation(make) -> None:
    assert was_answered(make.call(visits=[make.visit(end="answered")]))
    assert was_answered(make.call(direct=[make.offer(end="answered")]))
    assert was_answered(make.call(conversations=[make.talk()]))
    assert not was_answered(make.call(answered_at=make.T0, ivr=["menu"]))


def test_our_own_call_is_answered_when_the_far_end_is(make) -> None:
    assert was_answered(make.call(direction="outbound", answered_at=make.T0))
    assert not was_answered(make.call(direction="outbound"))


def test_a_span_ends_where_the_next_begins() -> None:
    assert without_overlap([span(0, 50, "talking"), span(30, None)]) == [
        span(0, 30, "talking"),
        span(30, None),
    ]


def test_an_open_span_that_is_followed_ends_there_and_a_gap_stays() -> None:
    assert without_overlap([span(40, 60), span(0, None), span(80, 90)]) == [
        span(0, 40),
        span(40, 60),
        span(80, 90),
    ]


def test_a_span_that_ends_before_it_began_gives_way() -> None:
    assert without_overlap([span(50, 40), span(60, 70)]) == [span(60, 70)]


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99) | st.none()), max_size=12))
@settings(deadline=None)
def test_no_moment_counts_twice_whatever_was_seen(edges) -> None:
    clean = without_overlap([span(*each) for each in edges])
    for one, after in pairwise(clean):
        assert one.end_ms is not None
        assert one.start_ms < one.end_ms <= after.start_ms


@pytest.mark.parametrize("talked", [True, False])
def test_outline_of_a_stored_call_says_the_same_as_its_record(make, talked: bool) -> None:
    """The store reads outlines, the live figures records: neither may know more."""
    talk = make.talk(ended_by="pbx")
    record = make.call(
        conversations=[talk] if talked else [],
        visits=[make.visit(end="answered" if talked else "abandoned")],
        disposition=Disposition(code="bank", resolved=True),
        customer_id=7 if talked else None,
        outcome="answered" if talked else "abandoned",
    )
    outline = msgspec.json.decode(msgspec.json.encode(record), type=CallOutline)
    assert fcr_call(outline, RULES) == fcr_call(record, RULES)

"""The one state of an agent, and the spans it is told in: every line of the table in ``agents``."""

from __future__ import annotations

import pytest

from callcenter.domain.agents import AgentBook, bare
from callcenter.domain.facts import AgentSeen, AgentStateChanged
from tests.playbook import (
    Playbook,
    dial_end,
    dials,
    gone,
    holds,
    line_in,
    member,
    phone,
    removed,
    state,
)


def spans(book: Playbook) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (fact.state, fact.reason, fact.paused_in)
        for fact in book.told()
        if isinstance(fact, AgentStateChanged)
    ]


@pytest.mark.parametrize(
    ("interface", "agent"),
    [
        ("Local/1001@agents/n", "Local/1001@agents"),
        ("Local/1001@agents/nj", "Local/1001@agents"),
        ("Local/1001@agents", "Local/1001@agents"),
        ("PJSIP/1001", "PJSIP/1001"),
        ("SIP/trunk/1001", "SIP/trunk/1001"),
    ],
)
def test_options_of_a_local_are_no_part_of_an_agent(interface: str, agent: str) -> None:
    assert bare(interface) == agent


def test_agent_is_told_with_his_queues_and_his_name() -> None:
    book = Playbook().say(member("1001"), member("1001"), member("1001", "sales"))
    seen = [fact for fact in book.facts if isinstance(fact, AgentSeen)]
    assert [(fact.agent.name, fact.queues) for fact in seen] == [
        ("Agent 1001", ("support",)),
        ("Agent 1001", ("sales", "support")),
    ]


def test_agent_who_is_renamed_is_the_same_agent() -> None:
    agents = AgentBook("pbx1")
    agent = agents.ensure("PJSIP/1001", "")
    assert agent.ref.name == "PJSIP/1001"
    assert agents.ensure("PJSIP/1001", "Sara").ref.name == "Sara"
    assert agents.ensure("PJSIP/1001", "PJSIP/1001").ref.name == "Sara"
    assert agents.all() == [agent]


@pytest.mark.parametrize("device", ["hint:1001@ctx", "Custom:x", ""])
def test_device_that_is_no_phone_attributes_nothing(device: str) -> None:
    agents = AgentBook("pbx1")
    agents.state_device(agents.ensure("Local/1001@agents", "Sara"), device)
    assert agents.by_device(device) is None


def test_agent_of_no_queue_who_never_did_anything_is_not_told_signed_out() -> None:
    book = Playbook().say(member("1001"), removed("1001"), removed("1001"))
    assert [state for state, *_ in spans(book)] == ["ready", "signed_out"]
    book = Playbook().say(removed("1001"))
    assert spans(book) == []


def test_pause_in_one_queue_leaves_him_ready_for_the_other() -> None:
    book = Playbook().say(member("1001"), member("1001", "sales"))
    book.told()
    book.say(member("1001", "sales", paused=True, paused_reason="lunch"))
    assert spans(book) == [("ready", "", ("sales",))]


def test_pause_in_all_queues_is_one_span_however_often_it_is_told() -> None:
    """``PAUSEALL`` is told once per queue (ASTERISK 12.10)."""
    book = Playbook().say(member("1001"), member("1001", "sales"))
    book.told()
    for queue in ("support", "sales", "support"):
        book.say(member("1001", queue, paused=True, paused_reason="lunch"))
    assert [(state, reason) for state, reason, _ in spans(book)] == [
        ("ready", ""),
        ("paused", "lunch"),
    ]


def test_another_reason_begins_another_span() -> None:
    book = Playbook().say(member("1001", paused=True, paused_reason="lunch"))
    book.say(member("1001", paused=True, paused_reason="training"), member("1001"))
    assert [(state, reason) for state, reason, _ in spans(book)] == [
        ("paused", "lunch"),
        ("paused", "training"),
        ("ready", ""),
    ]


@pytest.mark.parametrize("reason", ["wrapup", "Wrap-Up", "ACW", "after call"])
def test_pause_that_says_after_call_work_is_wrap_up(reason: str) -> None:
    book = Playbook().say(member("1001", paused=True, paused_reason=reason))
    assert spans(book) == [("wrap_up", reason, ("support",))]


@pytest.mark.parametrize("status", [4, 5])
def test_phone_that_is_gone_makes_him_unreachable(status: int) -> None:
    book = Playbook().say(member("1001"), member("1001", status=status), member("1001"))
    assert [state for state, *_ in spans(book)] == ["ready", "unreachable", "ready"]


def test_phone_that_is_there_in_one_queue_is_there() -> None:
    """Two state interfaces, one of them stale (ASTERISK 4.4)."""
    book = Playbook().say(member("1001", status=5), member("1001", "sales"))
    assert book.state_of("1001") == "ready"


def test_pausing_while_the_phone_rings_does_not_stop_the_ringing() -> None:
    book = Playbook().with_members("support", "1001").waiting().ringing()
    book.say(member("1001", paused=True, paused_reason="lunch"))
    assert book.state_of("1001") == "offered"


def test_two_conversations_are_held_only_when_both_are() -> None:
    book = Playbook().with_members("support", "1001").waiting("c").ringing().talking()
    book.waiting("d").ringing("1001", "b", "d").talking("1001", "b", "d")
    book.say(holds("a"))
    assert book.state_of("1001") == "talking"
    book.say(holds("b"))
    assert book.state_of("1001") == "held"


def test_own_call_of_the_phone_is_talking() -> None:
    book = Playbook().with_members("support", "1001")
    book.say(phone("p", "1001", state=4))
    assert book.state_of("1001") == "talking"
    book.say(state("p", 4), state("p", 6), gone("p"))
    assert book.state_of("1001") == "ready"


def test_phone_rung_by_no_queue_is_offered() -> None:
    book = Playbook().with_members("support", "1001").say(line_in("c"))
    book.say(phone("a", "1001", "c"), state("a", 5), state("a", 5))
    assert book.state_of("1001") == "offered"
    book.say(state("a", 1), state("a", 6))
    assert book.state_of("1001") == "talking"


def test_state_of_a_leg_never_heard_of_is_odd() -> None:
    book = Playbook().say(state("x", 6))
    assert book.board.odd == 1


def test_instants_that_cross_do_not_make_spans_that_overlap() -> None:
    book = Playbook().say(member("1001"))
    book.now -= 40
    book.say(member("1001", paused=True))
    ready, paused = (fact for fact in book.facts if isinstance(fact, AgentStateChanged))
    assert paused.at == ready.at


def test_direct_call_keeps_the_agent_busy_until_his_leg_is_gone() -> None:
    book = Playbook().say(line_in("c"), phone("a", "1006", "c"), dials("c", "a", "1006"))
    book.say(dial_end("a", "ANSWER"))
    assert book.state_of("1006") == "talking"
    book.say(gone("a"))
    assert book.state_of("1006") == "signed_out"

"""Which way a call goes, who its customer is, and what a dial string means."""

from __future__ import annotations

import pytest

from callcenter.domain.calls import Rules
from callcenter.domain.facts import (
    AgentAnswered,
    AgentOffered,
    CallAnswered,
    CallEnded,
    CallReclassified,
    CallStarted,
    ConversationEnded,
)
from callcenter.domain.lines import parse
from tests.playbook import (
    Playbook,
    a,
    an,
    caller_id,
    dial_end,
    dials,
    enters,
    gone,
    hangs_up,
    is_hung_up,
    joins_queue,
    line_in,
    local,
    parts,
    phone,
    state,
    trunk_out,
)


@pytest.mark.parametrize(
    ("endpoint", "text", "meant"),
    [
        ("PJSIP/1001", "PJSIP/1001", (True, "")),
        ("PJSIP/1001", "1001", (True, "")),
        ("PJSIP/1001", "1001/sip:1001@10.0.0.7:5060", (True, "")),
        ("SIP/1001", "sip/1001", (True, "")),
        ("PJSIP/trunk", "PJSIP/09121234567@trunk", (False, "09121234567")),
        ("PJSIP/trunk", "+989121234567@trunk", (False, "+989121234567")),
        ("PJSIP/trunk", "trunk/sip:0912@10.1.1.1", (False, "0912")),
        ("DAHDI/g1", "g1/0912", (False, "0912")),
        ("SIP/trunk", "trunk/0912", (False, "0912")),
        ("PJSIP/trunk", "sip:0912@trunk", (False, "0912")),
        ("PJSIP/1001", "", (True, "")),
        ("PJSIP/1001", "something", (False, "")),
    ],
)
def test_dial_string_names_the_device_or_the_number_through_it(
    endpoint: str, text: str, meant: tuple[bool, str]
) -> None:
    assert parse(endpoint, text) == meant


def dialled_out(book: Playbook, leg: str = "t", trunk: str = "trunk") -> Playbook:
    """1006 dials a customer; the trunk's leg is ``leg``."""
    return book.say(
        trunk_out(leg, "p", trunk), dials("p", leg, f"09121234567@{trunk}"), state(leg, 5)
    )


@pytest.fixture
def book() -> Playbook:
    book = Playbook().say(phone("p", "1006", state=4))
    book.expect(a(CallStarted, direction="internal", number="1006"))
    return book


def test_inbound_call_has_the_number_and_the_line_dialled() -> None:
    book = Playbook().say(line_in("c", "+989121234567", "Zoe", "+982191000600"))
    book.expect(
        a(
            CallStarted,
            direction="inbound",
            number="+989121234567",
            name="Zoe",
            line="+982191000600",
            presentation="shown",
            channel="PJSIP/trunk-c",
        )
    )


def test_place_in_the_dialplan_is_no_line() -> None:
    Playbook().say(line_in("c", exten="s")).expect(a(CallStarted, line=""))


def test_outbound_call_is_answered_by_the_far_end(book: Playbook) -> None:
    dialled_out(book).expect(
        a(CallReclassified, direction="outbound", number="09121234567", name="")
    )
    assert book.state_of("1006") == "talking"
    book.wait(4).say(state("t", 6), dial_end("t", "ANSWER"), dial_end("t", "ANSWER"))
    book.say(state("p", 6), enters("t", "b"), enters("p", "b")).wait(6)
    book.hangs_up("t", "p", "b")
    book.expect(
        a(CallAnswered),
        an(AgentAnswered, agent="1006"),
        a(ConversationEnded, ended_by="caller", talk_ms=6_000),
        a(CallEnded, outcome="answered", ended_by="caller"),
    )
    assert book.record("p").direct == []


def test_agent_who_ends_his_outbound_call_ended_it(book: Playbook) -> None:
    dialled_out(book).say(dial_end("t", "ANSWER"), enters("t", "b"), enters("p", "b")).wait(5)
    book.hangs_up("p", "t", "b")
    assert (book.record("p").ended_by, book.record("p").conversations[0].ended_by) == (
        "agent",
        "agent",
    )


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("BUSY", "busy"),
        ("NOANSWER", "no_answer"),
        ("CONGESTION", "failed"),
        ("CANCEL", "no_answer"),
    ],
)
def test_outbound_call_that_is_not_answered(book: Playbook, status: str, outcome: str) -> None:
    dialled_out(book).wait(20).say(dial_end("t", status), gone("t"), gone("p"))
    record = book.record("p")
    assert (record.direction, record.outcome, record.answered_at) == ("outbound", outcome, None)
    assert record.caller.number == "09121234567"


@pytest.mark.parametrize(("cause", "outcome"), [(17, "busy"), (34, "failed"), (16, "no_answer")])
def test_hangup_cause_stands_in_for_a_missing_dial_end(
    book: Playbook, cause: int, outcome: str
) -> None:
    dialled_out(book).say(gone("t", cause), gone("p"))
    assert book.record("p").outcome == outcome


def test_agent_who_gives_up_his_outbound_call_ended_it(book: Playbook) -> None:
    dialled_out(book).wait(3).say(hangs_up("p"), dial_end("t", "CANCEL"), gone("p"), gone("t"))
    assert (book.record("p").ended_by, book.record("p").outcome) == ("agent", "no_answer")


def test_outbound_call_fails_over_to_a_second_trunk(book: Playbook) -> None:
    dialled_out(book, "t1", "trunk1").say(dial_end("t1", "CONGESTION"), gone("t1", 34))
    assert book.board.scene.calls.keys() == {"pbx1:p"}
    dialled_out(book, "t2", "trunk2").say(dial_end("t2", "ANSWER"), state("t2", 6))
    book.say(enters("t2", "b"), enters("p", "b")).wait(2).hangs_up("t2", "p", "b")
    record = book.record("p")
    assert (record.outcome, len(record.conversations)) == ("answered", 1)


def test_agent_who_hangs_up_between_two_trunks_gave_it_up(book: Playbook) -> None:
    dialled_out(book, "t1").say(dial_end("t1", "CONGESTION"), gone("t1", 34))
    book.say(hangs_up("p"), gone("p"))
    assert (book.record("p").ended_by, book.record("p").outcome) == ("agent", "failed")


def test_internal_call_is_no_outbound_call(book: Playbook) -> None:
    book.say(phone("q", "1007", "p"), dials("p", "q", "1007"), state("q", 5)).wait(2)
    book.say(state("q", 6), dial_end("q", "ANSWER"), enters("q", "b"), enters("p", "b")).wait(3)
    book.hangs_up("q", "p", "b")
    record = book.record("p")
    assert (record.direction, record.outcome, record.ended_by) == (
        "internal",
        "answered",
        "agent",
    )
    assert [talk.agent.interface for talk in record.conversations] == ["PJSIP/1007"]


def test_internal_call_that_is_given_up_was_not_answered(book: Playbook) -> None:
    book.say(phone("q", "1007", "p"), dials("p", "q", "1007"), hangs_up("p"), gone("p"), gone("q"))
    assert book.record("p").outcome == "no_answer"


def test_device_that_dials_by_name_is_ours_from_then_on() -> None:
    """``PJSIP/reception`` has no number in its name; that it was dialled as itself tells."""
    book = Playbook().say(line_in("c"))
    book.say(phone("r", "reception", "c"), dials("c", "r", "PJSIP/reception"))
    book.expect(a(CallStarted), an(AgentOffered, agent="reception"))
    book.say(gone("r"), gone("c"), phone("r2", "reception", state=4))
    book.told()
    assert book.record("r2").direction == "internal"


def test_site_says_which_devices_are_its_own() -> None:
    rules = Rules(is_internal=lambda endpoint: endpoint == "PJSIP/front-desk")
    book = Playbook(rules).say(phone("f", "front-desk", state=4))
    book.expect(a(CallStarted, direction="internal"))
    book.say(phone("g", "1001", state=4)).expect(a(CallStarted, direction="inbound"))


def test_click_to_call_rings_the_agent_first_and_then_the_customer() -> None:
    """Originate dials the agent with no caller; his leg then dials the line."""
    book = Playbook().with_members("support", "1001")
    book.say(phone("p", "1001"), dials("", "p", "1001"), state("p", 5))
    assert book.state_of("1001") == "offered"
    book.say(state("p", 6), dial_end("p", "ANSWER"))
    dialled_out(book).wait(3).say(dial_end("t", "ANSWER"), enters("t", "b"), enters("p", "b"))
    book.wait(5).hangs_up("t", "p", "b")
    record = book.record("p")
    assert (record.direction, record.outcome, record.caller.number) == (
        "outbound",
        "answered",
        "09121234567",
    )
    assert record.direct == []


def test_originated_line_is_an_outbound_call_from_the_start() -> None:
    """Originate of the customer first (a dialler): he is dialled by nobody's leg."""
    book = Playbook().with_members("support", "1001")
    book.say(trunk_out("t", "t"), dials("", "t", "09121234567@trunk"))
    book.expect(
        a(CallStarted, direction="inbound"),
        a(CallReclassified, direction="outbound", number="09121234567"),
    )
    book.say(dial_end("t", "ANSWER"), joins_queue("t")).ringing(leg="t").talking(leg="t")
    book.wait(2).hangs_up("t", "a", "b-a")
    assert book.record("t").outcome == "answered"


def test_originated_line_that_is_busy_ends_by_the_pbx() -> None:
    book = Playbook().say(trunk_out("t", "t"), dials("", "t", "0912@trunk"))
    book.say(dial_end("t", "BUSY"), gone("t", 17))
    assert (book.record("t").outcome, book.record("t").ended_by) == ("busy", "pbx")


def test_caller_id_that_becomes_known_is_told_once() -> None:
    book = Playbook().say(line_in("c", ""))
    book.say(caller_id("c", "+98912", "Zoe"), caller_id("c", "+98912", "Zoe"))
    book.expect(a(CallStarted, number=""), a(CallReclassified, number="+98912", name="Zoe"))


def test_caller_id_that_the_dialplan_changes_after_the_ringing_is_not_his_number() -> None:
    book = Playbook().with_members("support", "1001").waiting().ringing()
    book.told()
    book.say(caller_id("c", "1001", "Agent")).expect()
    assert book.record().caller.number == "+989121234567"


def test_number_that_turns_out_withheld_is_withheld_even_then() -> None:
    book = Playbook().with_members("support", "1001").waiting().ringing()
    book.told()
    book.say(caller_id("c", "+989121234567", "", "withheld"))
    book.expect(a(CallReclassified, presentation="withheld"))


def test_caller_id_of_other_legs_is_none_of_the_customer(book: Playbook) -> None:
    dialled_out(book)
    book.told()
    book.say(caller_id("p", "0217000"), caller_id("t", "0912"), caller_id("x", "1")).expect()
    assert book.board.odd == 1


def test_leg_gone_of_a_call_that_has_others_left_ends_nothing() -> None:
    book = Playbook().with_members("support", "1001").waiting().ringing()
    book.told()
    book.say(gone("a", 26), gone("a", 26), gone("never")).told()
    assert book.record().ended_at is None


def test_ivr_hangup_is_a_call_that_asked_nobody() -> None:
    book = Playbook().say(line_in("c"), state("c", 6)).wait(8)
    book.say(hangs_up("c"), hangs_up("c"), gone("c"))
    book.expect(a(CallStarted), a(CallEnded, outcome="ivr", ended_by="caller"))


def test_call_of_a_local_pair_is_one_call() -> None:
    """Originate of a Local: two halves, one journey; a line that it dials is the customer."""
    book = Playbook().say(*local("l1", "l2", "dial@campaign"))
    book.expect(a(CallStarted, uniqueid="l1"))
    book.say(trunk_out("t", "l1"), dials("l2", "t", "0912@trunk"))
    assert {leg.call for leg in book.board.scene.legs.legs.values()} == {"pbx1:l1"}
    book.say(gone("t"), gone("l2"), gone("l1")).told()
    assert book.board.scene.calls == {}


def test_pair_of_legs_never_heard_of_is_odd() -> None:
    book = Playbook().say(*local("l1", "l2")[1:])
    assert book.board.odd == 1


def test_agent_of_a_local_in_a_dial_is_rung_by_his_device() -> None:
    """Dial(Local/1001@agents) where the queue's member is that Local: it is the same agent."""
    book = Playbook().with_members("support", "Local/1001@agents/n").say(line_in("c"))
    book.say(*local("l1", "l2", "1001@agents", of="c"), dials("c", "l1", "1001@agents/n"))
    book.expect(a(CallStarted), an(AgentOffered, agent="1001", visit=None))


def test_local_that_is_nobodys_offers_nothing() -> None:
    book = Playbook().say(line_in("c"), *local("l1", "l2", "menu@ivr", of="c"))
    book.say(dials("c", "l1", "menu@ivr")).expect(a(CallStarted))


def test_legs_by_which_the_call_began_are_not_offered_it(book: Playbook) -> None:
    book.say(dials("x", "p", "1006")).expect()
    book.say(line_in("c"), dials("c", "p", "1006"))
    book.expect(a(CallStarted, call="pbx1:c"), an(AgentOffered, call="pbx1:c"))


def test_swap_with_a_leg_never_heard_of_is_only_an_entry(book: Playbook) -> None:
    book.say(enters("p", "b", swap="x")).expect()


def test_customers_leg_that_is_replaced_is_followed() -> None:
    """The trunk's leg takes the place of the Local that had dialled it (outbound by Local)."""
    book = Playbook().with_members("support", "1001")
    book.say(*local("l1", "l2", "600@ivr"), joins_queue("l1"))
    book.say(line_in("t", row=True), enters("l1", "b1"))
    scene = book.board.scene
    scene.legs.legs["t"].call = "pbx1:l1"
    book.say(enters("t", "b1", swap="l1"))
    assert scene.calls["pbx1:l1"].customer == "t"
    assert next(iter(scene.calls["pbx1:l1"].visits.values())).leg == "t"


def test_swap_of_legs_without_a_call_changes_nothing() -> None:
    book = Playbook().say(phone("x", "1001", of="gone-head"), phone("y", "1002", of="gone-head"))
    book.say(enters("x", "b"), enters("y", "b", swap="x"), parts("x", "b"), is_hung_up("x"))
    book.expect()


def test_unanswered_outbound_call_ended_by_its_line(book: Playbook) -> None:
    """The agent never hung up; the line's refusal ended it."""
    dialled_out(book).say(hangs_up("t"), dial_end("t", "BUSY"), gone("t", 17), gone("p"))
    assert book.record("p").outcome == "busy"


def test_caller_of_whom_no_call_was_begun_begins_it_in_the_queue() -> None:
    """His leg was linked to a leg we never saw; the queue tells that he is a caller."""
    book = Playbook().say(phone("x", "9", of="unheard"), joins_queue("x"))
    assert [visit.queue for visit in book.record("x").visits] == ["support"]


def test_leg_without_a_call_that_takes_a_place_joins_the_call_there() -> None:
    book = Playbook().say(line_in("c"), enters("c", "b"), phone("y", "1002", of="unheard"))
    book.say(enters("y", "b", swap="c"))
    assert book.board.scene.legs.legs["y"].call == "pbx1:c"


def test_legs_without_a_call_dial_each_other_and_nothing_is_told() -> None:
    book = Playbook().say(phone("x", "1001", of="unheard"), phone("y", "1002", of="unheard"))
    book.say(dials("x", "y", "PJSIP/1002")).expect()


def test_phone_that_began_the_call_and_is_dialled_in_it_is_not_offered_it() -> None:
    book = Playbook().say(phone("p", "1001"), phone("b", "1002", "p"), dials("b", "p", "1001"))
    book.expect(a(CallStarted))

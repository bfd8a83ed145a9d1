"""Calls that a program makes, and those that reach nobody: whom they are with."""

from __future__ import annotations

import pytest

from tests.playbook import (
    Playbook,
    caller_id,
    dial_end,
    dials,
    enters,
    gone,
    hangs_up,
    is_hung_up,
    joins_queue,
    line_in,
    parts,
    phone,
    state,
    trunk_out,
)


@pytest.fixture
def book() -> Playbook:
    return Playbook().with_members("support", "1001")


def test_phone_rung_with_a_strangers_number_is_where_a_call_to_him_is_made_from() -> None:
    """Click-to-call: the agent does not pick up, and his customer was never dialled."""
    book = Playbook().say(phone("a", "1001"), caller_id("a", "+989121234567", "Click"))
    book.say(dials("", "a", "1001"), state("a", 5), dial_end("a", "NOANSWER"), gone("a", 0))
    record = book.record("a")
    assert (record.direction, record.caller.number) == ("outbound", "+989121234567")
    assert (record.outcome, record.direct) == ("no_answer", [])


@pytest.mark.parametrize("number", ["1001", "1002", "", "Listen"])
def test_phone_rung_with_a_number_of_the_house_is_a_call_of_the_house(number: str) -> None:
    book = Playbook().say(phone("a", "1001"), caller_id("a", number))
    book.say(dials("", "a", "1001"), gone("a", 0))
    assert book.record("a").direction == "internal"


def test_customer_of_click_to_call_is_answered_and_not_the_agent() -> None:
    book = Playbook().say(phone("a", "1001"), caller_id("a", "+989121234567", "Click"))
    book.say(dials("", "a", "1001"), state("a", 6), dial_end("a", "ANSWER")).wait(2)
    assert book.record("a").answered_at is None
    book.say(trunk_out("t", "a"), dials("a", "t", "+989121234567@trunk"), dial_end("t", "ANSWER"))
    book.say(enters("t", "b"), enters("a", "b")).wait(3)
    book.say(hangs_up("t"), parts("t", "b"), gone("t"), parts("a", "b"), gone("a"))
    record = book.record("a")
    assert (record.direction, record.outcome, record.ended_by) == ("outbound", "answered", "caller")
    assert [talk.talk_ms for talk in record.conversations] == [3_000]


def test_code_that_the_dialplan_answers_itself_was_no_call_to_anybody(book: Playbook) -> None:
    book.say(phone("p", "1003", state=4), state("p", 6)).wait(1).say(hangs_up("p"), gone("p"))
    assert book.record("p").outcome == "ivr"


def test_direct_call_that_was_picked_up_and_not_accepted_was_not_answered(book: Playbook) -> None:
    book.say(line_in("c", exten="1001"), phone("a", "1001", "c"), dials("c", "a", "1001"))
    book.say(state("a", 6), dial_end("a", "ANSWER")).wait(3)
    book.say(hangs_up("a"), gone("a"), is_hung_up("c"), gone("c"))
    record = book.record()
    assert (record.outcome, record.conversations) == ("no_answer", [])


def test_leg_that_speaks_in_another_call_still_ends_its_own(book: Playbook) -> None:
    """Who waits in a queue himself is joined with a customer meanwhile."""
    book.say(line_in("c"), enters("c", "room", kind="base"))
    book.say(phone("p", "1001", state=4), joins_queue("p"), enters("p", "room", kind="base"))
    book.wait(3).say(hangs_up("p"), parts("p", "room"), gone("p"))
    assert [talk.talk_ms for talk in book.record().conversations] == [3_000]
    assert book.record("p").ended_at is not None
    assert book.record().ended_at is None

"""Local channels that Asterisk originates: the customer is whom one of their halves dials."""

from __future__ import annotations

import pytest

from callcenter.domain.facts import CallReclassified, ConversationEnded
from tests.playbook import (
    Playbook,
    a,
    caller_id,
    connects,
    dial_end,
    dials,
    enters,
    gone,
    hangs_up,
    interface,
    is_hung_up,
    joins_queue,
    leaves_queue,
    local,
    parts,
    phone,
    rings,
    state,
    trunk_out,
)

NUMBER = "+989121234567"


def called_back() -> Playbook:
    """A Local channel waits in the queue in a customer's place, and an agent takes it."""
    book = Playbook().with_members("support", "1001")
    book.say(*local("c", "d", "600@callback"), caller_id("c", NUMBER), dials("", "c", "600@call"))
    book.say(joins_queue("d", exten="600")).wait(2)
    book.say(phone("a", "1001", "c"), rings("d", "a", "1001"), dials("d", "a", interface("1001")))
    book.say(state("a", 5)).wait(1).say(state("a", 6), dial_end("a", "ANSWER"), leaves_queue("d"))
    book.say(connects("d", "a", "1001"), state("c", 6), dial_end("c", "ANSWER"))
    book.say(caller_id("c", "1001", "Agent"), enters("a", "b1"), enters("d", "b1"))
    return book


def test_call_back_is_an_outbound_call_whose_talk_begins_with_the_customer() -> None:
    book = called_back()
    book.say(trunk_out("t", "c"), dials("c", "t", f"{NUMBER}@trunk"), state("t", 5)).wait(2)
    book.say(state("t", 6), dial_end("t", "ANSWER"), enters("t", "b2"), enters("c", "b2")).wait(5)
    book.say(hangs_up("t"), parts("t", "b2"), gone("t"), parts("c", "b2"), gone("c"))
    book.say(parts("d", "b1"), gone("d"), parts("a", "b1"), gone("a"))
    record = book.record()
    assert (record.direction, record.caller.number) == ("outbound", NUMBER)
    assert (record.outcome, record.ended_by) == ("answered", "caller")
    [visit] = record.visits
    assert (visit.end, visit.wait_ms) == ("answered", 3_000)
    [talk] = record.conversations
    assert (talk.queue, talk.visit, talk.talk_ms, talk.ended_by) == ("support", 1, 5_000, "caller")
    assert record.answered_at == talk.joined_at


@pytest.mark.parametrize(("status", "outcome"), [("BUSY", "busy"), ("NOANSWER", "no_answer")])
def test_call_back_that_reaches_nobody_is_no_conversation(status: str, outcome: str) -> None:
    book = called_back()
    book.say(trunk_out("t", "c"), dials("c", "t", f"{NUMBER}@trunk"), state("t", 5)).wait(2)
    book.say(dial_end("t", status), gone("t", 17), is_hung_up("c", 16), gone("c"))
    book.say(parts("d", "b1"), gone("d"), parts("a", "b1"), gone("a")).wait(5)
    record = book.record()
    assert (record.direction, record.outcome, record.answered_at) == ("outbound", outcome, None)
    assert [visit.end for visit in record.visits] == ["answered"]
    assert record.conversations == []


def test_call_back_by_a_second_line_when_the_first_is_busy() -> None:
    book = called_back()
    book.say(trunk_out("t", "c"), dials("c", "t", f"{NUMBER}@trunk"), dial_end("t", "BUSY"))
    book.say(gone("t", 17), trunk_out("u", "c", "trunk2"), dials("c", "u", f"{NUMBER}@trunk2"))
    book.say(state("u", 6), dial_end("u", "ANSWER"), enters("u", "b2"), enters("c", "b2")).wait(3)
    book.say(hangs_up("a"), parts("a", "b1"), gone("a"), parts("d", "b1"), gone("d"))
    book.say(parts("c", "b2"), gone("c"), parts("u", "b2"), gone("u"))
    [talk] = book.record().conversations
    assert (talk.talk_ms, talk.ended_by) == (3_000, "agent")


def clicked() -> Playbook:
    """A program has a Local channel ring the agent's phone, and he picks up."""
    book = Playbook().with_members("support", "1001")
    book.say(*local("c", "d", "1001@internal"), caller_id("c", NUMBER), dials("", "c", "1001@i"))
    book.say(phone("a", "1001", "c"), dials("d", "a", "1001"), state("a", 5)).wait(1)
    book.say(state("a", 6), dial_end("a", "ANSWER"), state("c", 6), dial_end("c", "ANSWER"))
    book.say(enters("a", "b1"), enters("d", "b1"))
    return book


def test_click_to_call_through_a_local_channel_is_answered_by_the_customer() -> None:
    book = clicked()
    book.told()
    book.say(trunk_out("t", "c"), dials("c", "t", f"{NUMBER}@trunk"))
    book.expect(
        a(ConversationEnded),
        a(CallReclassified, direction="outbound", number=NUMBER, anew=True),
    )
    book.wait(2).say(state("t", 6), dial_end("t", "ANSWER"), enters("t", "b2"), enters("c", "b2"))
    book.wait(4).say(hangs_up("a"), parts("a", "b1"), gone("a"), gone("d"), gone("c"), gone("t"))
    record = book.record()
    assert (record.direction, record.outcome, record.direct) == ("outbound", "answered", [])
    [talk] = record.conversations
    assert (talk.queue, talk.talk_ms, talk.ended_by) == ("", 4_000, "agent")


def test_caller_whom_the_dialplan_plays_stays_a_caller_when_he_is_sent_out() -> None:
    """The half that was in the queue dials: an agent hands him on to a line."""
    book = called_back()
    book.wait(3).say(parts("a", "b1"), gone("a"), parts("d", "b1"))
    book.say(trunk_out("t", "c"), dials("d", "t", "0912@trunk"), dial_end("t", "BUSY"), gone("t"))
    book.say(gone("d"), gone("c")).wait(5)
    record = book.record()
    assert (record.direction, record.outcome) == ("inbound", "answered")
    assert [talk.talk_ms for talk in record.conversations] == [3_000]

"""Talks that are shared: rooms, listeners, consultations, and customers who are joined."""

from __future__ import annotations

import pytest

from callcenter.domain.model import Transfer
from callcenter.domain.signals import LegSeen, SpyBegan
from tests.expected import ext_of
from tests.playbook import (
    Playbook,
    attended,
    dial_end,
    dials,
    enters,
    gone,
    hangs_up,
    line_in,
    local,
    parts,
    phone,
    state,
    trunk_out,
)


@pytest.fixture
def book() -> Playbook:
    """1001 talks with the customer in bridge b-a for 10 s."""
    book = Playbook().with_members("support", "1001", "1002").waiting().ringing().talking()
    book.told()
    return book.wait(10)


def talks(book: Playbook) -> list[tuple[str, str | None, int | None]]:
    return [(ext_of(t.agent), t.ended_by, t.talk_ms) for t in book.record().conversations]


def test_who_listens_is_neither_rung_nor_talking(book: Playbook) -> None:
    book.say(phone("s", "1002", state=4), state("s", 6))
    assert book.state_of("1002") == "talking"
    book.say(SpyBegan(0, "s"))
    assert book.state_of("1002") != "talking"
    book.say(LegSeen(0, "t", "PJSIP/trunk-t", 4, "t"), SpyBegan(0, "t"))


def test_phones_that_meet_in_the_customers_room_talk_with_him_and_not_with_each_other() -> None:
    book = Playbook().with_members("support", "1001", "1002")
    for leg, ext in (("p", "1001"), ("q", "1002")):
        book.say(phone(leg, ext, state=4), state(leg, 6), enters(leg, "room", kind="base"))
    book.wait(2).say(line_in("c"), state("c", 6), enters("c", "room", kind="base")).wait(3)
    assert sorted(talks(book)) == [("1001", None, None), ("1002", None, None)]
    assert [book.record(leg).outcome for leg in ("p", "q")] == ["answered", "answered"]
    book.say(hangs_up("p"), parts("p", "room"), gone("p")).wait(2)
    book.say(hangs_up("c"), parts("c", "room"), gone("c"))
    assert sorted(talks(book)) == [("1001", "agent", 3_000), ("1002", "caller", 5_000)]
    assert book.record().ended_by == "caller"
    book.say(gone("q"))
    assert book.board.scene.calls == {}


def test_customer_who_stays_after_the_last_agent_and_hangs_up_ended_the_call() -> None:
    book = Playbook().with_members("support", "1001").say(line_in("c"), state("c", 6))
    book.say(enters("c", "room", kind="base"), phone("p", "1001", state=4), state("p", 6))
    book.say(enters("p", "room", kind="base")).wait(5).say(hangs_up("p"), parts("p", "room"))
    book.say(gone("p")).wait(1.5).say(hangs_up("c"), parts("c", "room"), gone("c"))
    assert talks(book) == [("1001", "agent", 5_000)]
    assert book.record().ended_by == "caller"


def test_agent_who_consults_in_a_room_stays_in_his_customers_call(book: Playbook) -> None:
    """His leg meets a colleague's there; the talk with the customer is on hold and goes on."""
    book.say(phone("q", "1002", state=4), state("q", 6), enters("q", "room", kind="base"))
    book.say(parts("a", "b-a"), enters("a", "room", kind="base")).wait(4)
    book.say(parts("a", "room"), enters("a", "b-a")).wait(1).hangs_up("a", "c", "b-a")
    [talk] = book.record().conversations
    assert (talk.talk_ms, talk.hold_ms, talk.ended_by) == (15_000, 4_000, "agent")


def test_two_customers_whom_an_agent_joins_are_handed_on_both() -> None:
    """The call to the second one was how he asked for him: its talk ends by the transfer."""
    book = Playbook().with_members("support", "1001").waiting().ringing().talking().wait(5)
    book.say(phone("x", "1001", state=4), trunk_out("t", "x"), dials("x", "t", "0912@trunk"))
    book.say(dial_end("t", "ANSWER"), enters("t", "b2"), enters("x", "b2")).wait(3)
    book.say(parts("t", "b2"), parts("a", "b-a"), enters("t", "b-a", swap="a"))
    book.say(attended("a", "x", "c", "t"), gone("a"), parts("x", "b2"), gone("x")).wait(9)
    [talk], [other] = (book.record(leg).conversations for leg in ("c", "x"))
    assert (talk.transfer, talk.ended_by) == (Transfer("attended", "0912"), "transfer")
    assert (other.transfer, other.ended_by) == (None, "transfer")


def test_one_leg_that_consults_by_keys_hands_on_one_customer(book: Playbook) -> None:
    book.say(attended("a", "a", "c", "x"), gone("a"))
    assert [t.transfer for t in book.record().conversations] == [Transfer("attended", "")]


def test_phone_rung_through_a_local_channel_to_listen_has_no_talk_and_no_offer() -> None:
    """A program originates a Local channel: one half rings the supervisor, the other one spies."""
    book = Playbook().with_members("support", "1001").say(*local("l", "m", "1003@internal"))
    book.say(dials("", "l", "1003@internal"), phone("s", "1003", "l"), dials("m", "s", "1003"))
    book.say(state("s", 6), dial_end("s", "ANSWER"), enters("s", "b2"), enters("m", "b2"))
    book.say(state("l", 6), SpyBegan(0, "l")).wait(5)
    assert book.state_of("1003") != "talking"
    book.say(hangs_up("s"), parts("s", "b2"), gone("s"), parts("m", "b2"), gone("m"), gone("l"))
    record = book.record("l")
    assert (record.direction, record.conversations, record.direct) == ("internal", [], [])

"""Calls handed on: to whom, in whose place, and who was handed on at all."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from callcenter.domain.facts import (
    AgentOffered,
    CallTransferred,
    ConversationEnded,
    OfferEnded,
    QueueEntered,
    QueueLeft,
)
from callcenter.domain.signals import Parked
from tests.expected import ext_of
from tests.playbook import (
    Playbook,
    a,
    an,
    attended,
    blind,
    connects,
    dial_end,
    dials,
    enters,
    gone,
    hangs_up,
    interface,
    joins_queue,
    leaves_queue,
    local,
    parts,
    phone,
    rings,
    state,
    trunk_out,
)


@pytest.fixture
def book() -> Playbook:
    """1001 talks with the customer in bridge b-a for 10 s."""
    book = Playbook().with_members("support", "1001", "1002").with_members("sales", "1004")
    book.waiting().ringing().talking()
    book.told()
    return book.wait(10)


def talks(book: Playbook, leg: str = "c") -> list[tuple[str, str | None, int | None]]:
    return [(ext_of(t.agent), t.ended_by, t.talk_ms) for t in book.record(leg).conversations]


def handed(book: Playbook, leg: str = "c") -> list[tuple[str, str, str]]:
    found = [(t.agent, t.transfer) for t in book.record(leg).conversations]
    return [(ext_of(agent), t.kind, t.to) for agent, t in found if t is not None]


def asks(book: Playbook, number: str = "1002") -> Playbook:
    """1001's phone makes a second call, of his own."""
    return book.say(phone("x", "1001", state=4, exten=number), state("x", 6))


# -- three-way ---------------------------------------------------------------------------------


def brings_in(book: Playbook) -> Playbook:
    """1001 asks 1002 by keys, and then all three are in one bridge."""
    book.say(parts("a", "b-a"), local("l1", "l2", "1002@internal", of="c"), enters("l1", "b2"))
    book.say(enters("a", "b2"), phone("b", "1002", "c"), dials("l2", "b", interface("1002")))
    book.say(state("b", 6), dial_end("b", "ANSWER"), enters("b", "b3"), enters("l2", "b3")).wait(2)
    book.say(enters("l1", "b-a")).wait(0.002)
    book.say(parts("a", "b2"), enters("a", "b-a"))
    return book.say(replace(attended("a", "a", "c", "l1"), stays=True)).wait(5)


def test_three_talk_until_the_agent_leaves_and_then_he_has_handed_on(book: Playbook) -> None:
    brings_in(book)
    assert talks(book) == [("1001", None, None), ("1002", None, None)]
    book.say(hangs_up("a"), parts("a", "b-a"), gone("a")).wait(3)
    assert handed(book) == [("1001", "attended", "1002")]
    book.say(hangs_up("c"), parts("c", "b-a"), gone("c"))
    assert talks(book) == [("1001", "transfer", 17_002), ("1002", "caller", 8_002)]
    assert book.record().conversations[0].hold_ms == 2_002


def test_of_three_the_one_who_was_brought_in_may_leave_and_nobody_was_handed_on(
    book: Playbook,
) -> None:
    brings_in(book)
    book.say(hangs_up("b"), parts("b", "b3"), gone("b"), gone("l2"), parts("l1", "b-a"))
    book.say(gone("l1")).wait(2)
    book.hangs_up("a", "c", "b-a")
    assert talks(book) == [("1001", "agent", 19_002), ("1002", "agent", 5_002)]
    assert handed(book) == []


# -- in whose place ----------------------------------------------------------------------------


def test_customer_waits_on_in_the_queue_that_the_agent_called_for_him(book: Playbook) -> None:
    """His own stay there ends; the phone that rings, rings for the customer from now on."""
    asks(book, "602").say(joins_queue("x", "sales", "602"), phone("s", "1004", "x"))
    book.say(rings("x", "s", "1004", "sales"), dials("x", "s", interface("1004")), state("s", 5))
    book.wait(2).told()
    book.say(replace(attended("a", "x", "c"), steps_in=True))
    book.expect(
        a(CallTransferred, call="pbx1:c", transfer="attended", to="602"),
        an(OfferEnded, call="pbx1:x", agent="1004", end="cancelled", ring_ms=2_000),
        a(QueueLeft, call="pbx1:x", queue="sales", reason="withdrawn", wait_ms=2_000),
        a(QueueEntered, call="pbx1:c", visit=2, queue="sales"),
        an(AgentOffered, call="pbx1:c", agent="1004", visit=2, queue="sales"),
    )
    assert book.state_of("1004") == "offered"
    book.say(parts("a", "b-a"), parts("c", "b-a"), gone("a"), gone("x")).wait(3)
    book.say(state("s", 6), dial_end("s", "ANSWER"), leaves_queue("c", "sales", "602"))
    book.say(connects("c", "s", "1004", "sales"), enters("s", "b4"), enters("c", "b4")).wait(4)
    book.hangs_up("c", "s", "b4")
    assert talks(book) == [("1001", "transfer", 12_000), ("1004", "caller", 4_000)]
    first, second = book.record().visits
    assert (first.end, second.end, second.wait_ms) == ("answered", "answered", 3_000)
    own = book.record("x")
    assert (own.ended_by, own.outcome) == ("transfer", "withdrawn")


def test_phone_that_still_rings_rings_for_the_customer(book: Playbook) -> None:
    asks(book).say(phone("b", "1002", "x"), dials("x", "b", interface("1002")), state("b", 5))
    book.wait(1).say(replace(attended("a", "x", "c"), steps_in=True))
    book.say(parts("a", "b-a"), parts("c", "b-a"), gone("a"), gone("x")).wait(2)
    book.say(state("b", 6), dial_end("b", "ANSWER"), enters("b", "b5"), enters("c", "b5")).wait(3)
    book.hangs_up("b", "c", "b5")
    assert handed(book) == [("1001", "attended", "1002")]
    assert talks(book) == [("1001", "transfer", 11_000), ("1002", "agent", 3_000)]
    assert [(ext_of(o.agent), o.end) for o in book.record().direct] == [("1002", "answered")]
    assert book.record("x").ended_by == "transfer"
    assert book.board.scene.calls == {}


def test_phones_that_do_not_ring_yet_or_any_more_are_moved_without_an_offer(book: Playbook) -> None:
    asks(book).say(phone("b", "1002", "x"), dials("x", "b", interface("1002")))
    book.say(trunk_out("t", "x"), replace(attended("a", "x", "c"), steps_in=True))
    assert book.board.scene.legs.legs["t"].call == "pbx1:c"
    assert book.board.scene.legs.legs["b"].parent == "c"


# -- to whom -----------------------------------------------------------------------------------


def test_what_the_agent_dialled_is_whom_he_asked_for(book: Playbook) -> None:
    """And not the number of the phone that answered there."""
    asks(book, "602").say(phone("s", "1004", "x"), enters("x", "b6"), enters("s", "b6")).wait(1)
    book.say(parts("x", "b6"), enters("c", "b6", "x"), attended("a", "x", "c", "s"))
    assert handed(book) == [("1001", "attended", "602")]


@pytest.mark.parametrize("exten", ["", "s"])
def test_where_nothing_was_dialled_it_is_whom_he_reached(book: Playbook, exten: str) -> None:
    asks(book, exten).say(phone("s", "1004", "x"), enters("x", "b6"), enters("s", "b6")).wait(1)
    book.say(parts("x", "b6"), enters("c", "b6", "x"), attended("a", "x", "c", "s"))
    assert handed(book) == [("1001", "attended", "1004")]


def test_number_outside_is_the_one_that_was_dialled(book: Playbook) -> None:
    """The line's own leg presents what the dialplan left there."""
    asks(book, "s").say(trunk_out("t", "x"), dials("x", "t", "+982112345@trunk"))
    book.say(enters("x", "b6"), enters("t", "b6"), attended("a", "x", "c", "t"))
    assert handed(book) == [("1001", "attended", "+982112345")]


def test_who_hangs_up_while_it_rings_has_asked_for_whom_the_local_channel_dials(
    book: Playbook,
) -> None:
    book.say(parts("a", "b-a"), local("l1", "l2", "1002@internal", of="c"), enters("l1", "b2"))
    book.say(enters("a", "b2"), hangs_up("a"), parts("a", "b2"), enters("l1", "b-a"))
    book.say(attended("a", "a", "c"), gone("a"))
    assert handed(book) == [("1001", "attended", "1002")]


def test_transfer_told_when_the_customer_is_gone_has_no_name(book: Playbook) -> None:
    asks(book, "s").say(parts("c", "b-a"))
    book.board.scene.legs.remove("c")
    book.say(attended("a", "x", "c"))
    assert handed(book) == [("1001", "attended", "")]


def test_consultation_may_be_referred_to_the_customer_as_well(book: Playbook) -> None:
    asks(book).say(phone("b", "1002", "x"), enters("x", "b6"), enters("b", "b6")).wait(1)
    book.say(attended("x", "a", "b", "c"))
    assert handed(book) == [("1001", "attended", "1002")]
    assert handed(book, "x") == []


# -- by the customer ---------------------------------------------------------------------------


def test_customer_who_hands_the_agent_on_has_ended_it(book: Playbook) -> None:
    book.say(blind("c", "+982191001002", "a"), parts("a", "b-a"), parts("c", "b-a"), gone("c"))
    assert talks(book) == [("1001", "caller", 10_000)]
    assert (book.record().ended_by, handed(book)) == ("caller", [])


def test_customer_who_brings_somebody_in_stays(book: Playbook) -> None:
    book.say(replace(attended("c", "c", "a", "z"), stays=True)).wait(5)
    book.hangs_up("a", "c", "b-a")
    assert talks(book) == [("1001", "agent", 15_000)]


def test_leg_that_nobody_speaks_on_hands_nobody_on(book: Playbook) -> None:
    book.say(phone("z", "1002", "c"), blind("z", "700"), blind("nobody", "700"))
    book.expect()


def test_asterisks_own_word_stands_above_what_was_concluded(book: Playbook) -> None:
    """On a busy system the customer is in the next queue before the transfer is told."""
    book.say(parts("c", "b-a"), joins_queue("c", "sales", "602"))
    assert handed(book) == [("1001", "redirected", "602")]
    book.say(blind("a", "602", "c"), blind("a", "603", "c"), parts("a", "b-a"), gone("a"))
    assert handed(book) == [("1001", "blind", "602")]
    assert talks(book) == [("1001", "transfer", 10_000)]


def test_phone_that_hung_up_is_free_though_asterisk_keeps_its_leg(book: Playbook) -> None:
    """To call him back if the one whom he asked does not answer."""
    book.say(blind("a", "1002", "c"), hangs_up("a"), parts("a", "b-a"), parts("c", "b-a"))
    assert book.state_of("1001") == "ready"


# -- parking -----------------------------------------------------------------------------------


def test_blind_transfer_to_the_parking_extension_is_parking(book: Playbook) -> None:
    book.say(blind("a", "700", "c"), parts("c", "b-a"), Parked(0, "c", "702"))
    book.expect(
        a(CallTransferred, transfer="blind", to="700"),
        a(ConversationEnded, agent="1001", ended_by="transfer"),
        a(CallTransferred, transfer="parked", to="702"),
    )
    assert handed(book) == [("1001", "parked", "702")]


def test_parking_long_after_a_blind_transfer_is_not_the_agents(book: Playbook) -> None:
    book.say(blind("a", "1002", "c"), parts("c", "b-a")).wait(20).say(Parked(0, "c", "702"))
    assert handed(book) == [("1001", "blind", "1002")]


def test_parked_behind_a_local_member_the_agent_is_out_of_it() -> None:
    """It is the far half of his Local that is parked: the customer's wire from then on."""
    book = Playbook().with_members("support", "Local/1009@agents/n").waiting()
    book.say(local("l1", "l2", of="c"), rings("c", "l1", "Local/1009@agents/n"))
    book.say(dials("c", "l1", "Local/1009@agents/n"), phone("p", "1009", "c"))
    book.say(dials("l2", "p", "PJSIP/1009"), state("p", 6), enters("p", "b1"), enters("l2", "b1"))
    book.say(leaves_queue("c"), enters("l1", "b2"), enters("c", "b2")).wait(4)
    book.say(Parked(0, "l2", "701"), parts("l2", "b1"), enters("l2", "lot", kind="parking"))
    book.say(parts("p", "b1"), gone("p")).wait(3)
    assert talks(book) == [("1009", "transfer", 4_000)]
    assert handed(book) == [("1009", "parked", "701")]

"""Bridges, hold, transfers, parking, pick-ups, spies: signals about legs that are joined."""

from __future__ import annotations

import pytest

from callcenter.domain.facts import CallHeld, CallTransferred, ConversationEnded, OfferEnded
from callcenter.domain.signals import Parked, PickedUp, Signal, SpyBegan
from tests.playbook import (
    Playbook,
    a,
    an,
    attended,
    blind,
    dials,
    enters,
    holds,
    parts,
    phone,
    trunk_out,
)


@pytest.fixture
def book() -> Playbook:
    """1001 talks with the customer in bridge b-a."""
    book = Playbook().with_members("support", "1001", "1002").waiting().ringing().talking().wait(5)
    book.told()
    return book


@pytest.mark.parametrize(
    "signal",
    [
        enters("x", "b"),
        parts("x", "b"),
        holds("x"),
        blind("x", "1002"),
        attended("x"),
        Parked(0, "x", "701"),
        PickedUp(0, "x", "y"),
        SpyBegan(0, "x"),
    ],
)
def test_leg_never_heard_of_changes_nothing(book: Playbook, signal: Signal) -> None:
    book.say(signal).expect()


def test_customer_who_presses_hold_holds_nobody(book: Playbook) -> None:
    book.say(holds("c")).expect()
    book.say(holds("a")).expect(a(CallHeld))


def test_leg_that_talks_with_no_customer_holds_nobody(book: Playbook) -> None:
    book.say(phone("b", "1002", "c"), holds("b")).expect()


def test_row_of_the_roster_does_not_move_a_leg_that_is_in_a_bridge(book: Playbook) -> None:
    book.say(enters("c", "elsewhere", row=True)).expect()
    assert book.board.scene.legs.legs["c"].bridge == "b-a"


def test_customers_leg_that_dials_while_he_talks_was_sent_nowhere(book: Playbook) -> None:
    """Only who has walked off from his agent is redirected by dialling on."""
    book.say(trunk_out("t", "c"), dials("c", "t", "PJSIP/0912@trunk")).expect()


def test_customer_who_walked_off_and_dials_was_redirected(book: Playbook) -> None:
    book.say(parts("c", "b-a"), phone("b", "1002", "c"), dials("c", "b", "PJSIP/1002"))
    told = [fact for fact in book.told() if isinstance(fact, CallTransferred | ConversationEnded)]
    assert [type(fact) for fact in told] == [CallTransferred, ConversationEnded]


def test_phone_whose_call_is_picked_up_by_another_rings_no_more() -> None:
    book = Playbook().with_members("support", "1001").waiting().ringing()
    book.told()
    book.say(phone("p", "1002"))
    book.told()
    book.say(PickedUp(0, picker="p", target="a")).expect(an(OfferEnded, end="cancelled"))


def test_leg_of_a_customers_call_that_listens_changes_nothing_of_the_call(book: Playbook) -> None:
    """Somebody who was dialled for it in the middle of the call."""
    book.say(phone("s", "1003", "c"), SpyBegan(0, "s")).expect()
    assert book.record().direction == "inbound"


def test_supervisor_who_dials_a_code_is_in_a_call_of_the_house(book: Playbook) -> None:
    book.say(phone("s", "1003", state=4), SpyBegan(0, "s")).told()
    assert book.record("s").direction == "internal"

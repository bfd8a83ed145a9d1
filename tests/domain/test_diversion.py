"""Phones behind a Local member that give their call to somebody else."""

from __future__ import annotations

import pytest

from callcenter.domain.signals import PickedUp
from tests.playbook import (
    Playbook,
    connects,
    dial_end,
    dials,
    enters,
    gone,
    hangs_up,
    leaves_queue,
    line_in,
    local,
    phone,
    rings,
    state,
    trunk_out,
)

MEMBER = "Local/1001@agents"


@pytest.fixture
def book() -> Playbook:
    """A caller waits, a member's Local channel (d, e) is rung, and through it his phone (p)."""
    book = Playbook().waiting()
    book.say(*local("d", "e", "1001@agents", of="c"), rings("c", "d", MEMBER), dials("c", "d", ""))
    return book.say(phone("p", "1001", "c"), dials("e", "p", "1001"), state("p", 5)).wait(1)


def offers(book: Playbook) -> list[tuple[str, str | None]]:
    return [(offer.agent.interface, offer.end) for offer in book.record().visits[0].offers]


def talkers(book: Playbook) -> list[str]:
    return [talk.agent.interface for talk in book.record().conversations]


def test_phone_that_forwards_gives_the_call_to_the_other_one(book: Playbook) -> None:
    book.say(hangs_up("p"), dial_end("p", "CANCEL"), *local("f", "g", "1002@internal", of="c"))
    book.say(dials("e", "f", "1002@internal"), gone("p", 23))
    book.say(phone("q", "1002", "c"), dials("g", "q", "1002"), state("q", 5)).wait(2)
    book.say(state("q", 6), dial_end("q", "ANSWER"), dial_end("f", "ANSWER"))
    book.say(dial_end("d", "ANSWER"), connects("c", "d", MEMBER), leaves_queue("c"))
    book.say(enters("q", "b1"), enters("g", "b1"), enters("f", "b2"), enters("e", "b2"))
    book.say(enters("d", "b3"), enters("c", "b3"))
    assert offers(book) == [(MEMBER, "cancelled"), ("PJSIP/1002", "answered")]
    assert talkers(book) == ["PJSIP/1002"]


def test_forwarding_that_is_told_late_is_told_all_the_same(book: Playbook) -> None:
    book.say(*local("f", "g", "1002@internal", of="c"), dials("e", "f", "1002@internal"))
    book.say(phone("q", "1002", "c"), dials("g", "q", "1002"), state("q", 5))
    book.say(hangs_up("p"), dial_end("p", "CANCEL"))
    assert offers(book) == [(MEMBER, "cancelled"), ("PJSIP/1002", None)]


def test_second_phone_of_the_member_goes_on_ringing_for_him(book: Playbook) -> None:
    book.say(phone("r", "1009", "c"), dials("e", "r", "1009"), state("r", 5))
    book.say(hangs_up("p"), dial_end("p", "CANCEL"), gone("p", 23))
    assert offers(book) == [(MEMBER, None)]


def test_colleague_who_picks_up_has_the_call_and_the_member_was_rung_in_vain(
    book: Playbook,
) -> None:
    book.say(phone("k", "1002", state=4), PickedUp(0, "k", "p"), dial_end("k", "ANSWER"))
    book.say(gone("p"), dial_end("d", "ANSWER"), connects("c", "d", MEMBER), leaves_queue("c"))
    book.say(enters("k", "b1"), enters("d", "b2"), enters("e", "b1"), enters("c", "b2"))
    assert offers(book) == [(MEMBER, "cancelled")]
    assert talkers(book) == ["PJSIP/1002"]


def test_pick_up_that_is_told_after_the_queues_word_takes_the_answer_back(book: Playbook) -> None:
    book.say(dial_end("d", "ANSWER"), connects("c", "d", MEMBER), leaves_queue("c"))
    book.say(enters("d", "b2"), enters("c", "b2"))
    book.say(phone("k", "1002", state=4), PickedUp(0, "k", "p"), gone("p"))
    book.say(enters("k", "b1"), enters("e", "b1"))
    assert offers(book) == [(MEMBER, "cancelled")]
    assert talkers(book) == ["PJSIP/1002"]


def test_forwarding_phone_of_which_nothing_is_known_changes_nothing() -> None:
    book = Playbook().with_members("support", "1001").waiting()
    book.say(line_in("x"), phone("p", "1001", "x"), hangs_up("p"), dial_end("p", "CANCEL"))
    assert offers(book) == []


def test_forwarding_to_somebody_outside_that_is_told_late(book: Playbook) -> None:
    book.say(*local("f", "g", "0912@internal", of="c"), dials("e", "f", "0912@internal"))
    book.say(trunk_out("t", "c"), dials("g", "t", "0912@trunk"))
    book.say(hangs_up("p"), dial_end("p", "CANCEL"))
    assert offers(book) == [(MEMBER, "cancelled")]
    book.say(enters("t", "b1"), enters("g", "b1"), enters("f", "b2"), enters("e", "b2"))
    book.say(enters("d", "b3"), enters("c", "b3"))
    assert talkers(book) == []

"""What a customer does by keys of his own, where Queue() lets him: parks the agent, asks another.

Nobody hands *him* on by that: he left the agent.
"""

from __future__ import annotations

import pytest

from callcenter.domain.signals import Parked, Signal
from tests.expected import ext_of
from tests.playbook import Playbook, enters, gone, holds, parts, phone

BY = "PJSIP/trunk"
LOT: list[Signal] = [parts("a", "b-a"), enters("a", "lot", kind="parking")]


@pytest.fixture
def book() -> Playbook:
    """1001 talks with the customer in bridge b-a for 10 s."""
    book = Playbook().with_members("support", "1001", "1002").waiting().ringing().talking()
    return book.wait(10)


def talks(book: Playbook) -> list[tuple[str, str | None, int | None, int]]:
    conversations = book.record().conversations
    return [(ext_of(t.agent), t.ended_by, t.talk_ms, t.hold_ms) for t in conversations]


@pytest.mark.parametrize(
    "told",
    [[*LOT, Parked(0, "a", "701", BY)], [Parked(0, "a", "701", BY), *LOT]],
    ids=["told after it", "told before it"],
)
def test_agent_whom_the_customer_parked_has_lost_him_then(
    book: Playbook, told: list[Signal]
) -> None:
    book.say(*told).wait(3)
    assert talks(book) == [("1001", "caller", 10_000, 0)]
    book.say(parts("c", "b-a"), gone("c"))
    assert book.record().ended_by == "caller"


def test_agent_who_is_parked_by_nobody_knows_whom_holds_the_customer(book: Playbook) -> None:
    book.say(*LOT, Parked(0, "a", "701", "PJSIP/1009")).wait(3)
    assert talks(book) == [("1001", None, None, 0)]
    assert book.state_of("1001") == "held"


def test_parked_phone_that_talks_with_no_customer_is_nothing(book: Playbook) -> None:
    book.say(phone("x", "1002", "c"), Parked(0, "x", "701", BY)).wait(3)
    assert talks(book) == [("1001", None, None, 0)]


def asks(book: Playbook) -> Playbook:
    """He leaves 1001 alone in their bridge, and meets 1002 after 2 s."""
    book.say(holds("c"), parts("c", "b-a"), enters("c", "b2")).wait(2)
    return book.say(phone("b", "1002", "c"), enters("b", "b2"))


def test_customer_who_asks_another_agent_has_left_the_first(book: Playbook) -> None:
    asks(book).wait(3)
    assert talks(book) == [("1001", "caller", 12_000, 2_000), ("1002", None, None, 0)]
    book.say(parts("b", "b2"), gone("b"), parts("c", "b2"), enters("c", "b-a")).wait(2)
    assert talks(book)[1:] == [("1002", "pbx", 3_000, 0), ("1001", None, None, 0)]


def test_customer_who_asks_for_a_moment_only_comes_back_into_the_same_talk(book: Playbook) -> None:
    asks(book).say(parts("b", "b2"), gone("b")).wait(3)
    book.say(parts("c", "b2"), enters("c", "b-a"), holds("c", on=False)).wait(2)
    assert [talk[:2] for talk in talks(book)] == [("1001", None), ("1002", "pbx")]
    assert book.state_of("1001") == "talking"


def test_customer_who_asks_in_vain_and_then_goes_elsewhere_was_redirected(book: Playbook) -> None:
    book.say(holds("c"), parts("c", "b-a"), enters("c", "b2")).wait(5)
    book.say(parts("c", "b2")).wait(0.5)
    assert [talk[:2] for talk in talks(book)] == [("1001", None)]
    book.wait(1)
    assert [talk[:2] for talk in talks(book)] == [("1001", "transfer")]

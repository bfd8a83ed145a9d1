"""Phones being rung: for a queue, directly, several at once; and how the ringing ends."""

from __future__ import annotations

import pytest

from callcenter.domain.facts import (
    AgentAnswered,
    AgentOffered,
    CallEnded,
    CallStarted,
    OfferEnded,
    QueueEntered,
    QueueLeft,
)
from callcenter.domain.signals import DialEnded, PickedUp
from tests.playbook import (
    Playbook,
    a,
    an,
    connects,
    dial_end,
    dials,
    enters,
    gives_up,
    gone,
    hangs_up,
    leaves_queue,
    line_in,
    link_down,
    missed,
    phone,
    removed,
    rings,
    roster,
    state,
    trunk_out,
    variable,
)


@pytest.fixture
def book() -> Playbook:
    book = Playbook().with_members("support", "1001", "1002", "1003").waiting()
    book.expect(a(CallStarted), a(QueueEntered))
    return book


def test_offer_begins_when_the_queue_rings_the_agent(book: Playbook) -> None:
    book.ringing().expect(an(AgentOffered, agent="1001", queue="support", visit=1, offer=1))
    assert book.state_of("1001") == "offered"


def test_agent_who_lets_it_ring_missed_it_and_another_is_rung(book: Playbook) -> None:
    book.ringing().wait(6)
    book.say(missed("c", "a", "1001"), dial_end("a", "NOANSWER"), dial_end("a", "CANCEL"))
    book.say(gone("a", 0)).wait(5).ringing("1002", "b").wait(1)
    book.expect(
        an(AgentOffered, agent="1001"),
        an(OfferEnded, agent="1001", end="no_answer", ring_ms=6_000, visit=1),
        an(AgentOffered, agent="1002", offer=2),
    )
    book.talking("1002", "b").expect(
        an(OfferEnded, agent="1002", end="answered", ring_ms=1_000),
        a(QueueLeft, reason="answered", wait_ms=12_000),
        an(AgentAnswered, agent="1002", offer=2, visit=1),
    )
    assert book.state_of("1001") == "ready"


def test_phone_that_is_rejected_says_so_before_the_queue_calls_it_missed(book: Playbook) -> None:
    book.ringing().wait(1).say(dial_end("a", "BUSY"), missed("c", "a", "1001"), gone("a", 21))
    book.expect(an(AgentOffered), an(OfferEnded, end="rejected", ring_ms=1_000))


@pytest.mark.parametrize(
    ("cause", "end"),
    [(17, "rejected"), (21, "rejected"), (19, "no_answer"), (20, "unreachable"), (0, "cancelled")],
)
def test_leg_that_is_gone_before_any_word_tells_by_its_cause(
    book: Playbook, cause: int, end: str
) -> None:
    book.ringing().say(gone("a", cause)).expect(an(AgentOffered), an(OfferEnded, end=end))


def test_unreachable_phone_is_no_refusal(book: Playbook) -> None:
    book.ringing().say(dial_end("a", "CHANUNAVAIL"))
    book.expect(an(AgentOffered), an(OfferEnded, end="unreachable"))


def test_dial_status_that_is_no_end_ends_nothing(book: Playbook) -> None:
    book.ringing().say(dial_end("a", "CONTINUE")).expect(an(AgentOffered))


def test_ring_all_has_one_winner_and_losers_who_missed_nothing(book: Playbook) -> None:
    book.ringing("1001", "a").ringing("1002", "b").ringing("1003", "d").wait(2)
    book.say(dial_end("a", "CANCEL"), dial_end("d", "CANCEL"))
    book.talking("1002", "b").say(dial_end("a", "CANCEL"), gone("a", 26), gone("d", 26))
    ends = {(o.agent.name, o.end) for o in book.record().visits[0].offers}
    assert ends == {
        ("Agent 1001", "cancelled"),
        ("Agent 1002", "answered"),
        ("Agent 1003", "cancelled"),
    }
    assert [book.state_of(ext) for ext in ("1001", "1002", "1003")] == ["ready", "talking", "ready"]


def lifted(book: Playbook) -> Playbook:
    """1001 has lifted and hears the queue's announcement; he is not joined with the caller yet."""
    book.ringing().wait(2).say(state("a", 6), dial_end("a", "ANSWER")).wait(3)
    book.told()
    return book


def test_agent_who_hangs_up_in_the_announcement_has_rejected_the_caller(book: Playbook) -> None:
    lifted(book).say(hangs_up("a"), dial_end("a", "NOANSWER"), gone("a", 0))
    book.expect(an(OfferEnded, agent="1001", offer=1, end="rejected", ring_ms=2_000, visit=1))
    assert book.state_of("1001") == "ready"
    book.ringing("1002", "b").talking("1002", "b")
    assert [offer.end for offer in book.record().visits[0].offers] == ["rejected", "answered"]


def test_agent_whose_caller_is_taken_out_in_the_announcement_is_cancelled(book: Playbook) -> None:
    lifted(book).say(leaves_queue("c", exten="1002"), gone("a", 16)).wait(5)
    assert [offer.end for offer in book.record().visits[0].offers] == ["cancelled"]


def test_agent_whose_caller_is_gone_first_is_cancelled(book: Playbook) -> None:
    lifted(book).say(hangs_up("c"), gives_up("c"), leaves_queue("c"), gone("c"), gone("a"))
    assert [offer.end for offer in book.record().visits[0].offers] == ["cancelled"]


def test_agent_of_whom_the_queue_says_that_it_connected_him_has_answered(book: Playbook) -> None:
    """Also where nobody saw the bridge."""
    lifted(book).say(leaves_queue("c"), connects("c", "a", "1001"), gone("a"), gone("c"))
    assert [offer.end for offer in book.record().visits[0].offers] == ["answered"]


def test_agent_who_answered_and_went_while_nobody_could_see_has_answered(book: Playbook) -> None:
    lifted(book).say(link_down(), roster())
    assert [offer.end for offer in book.record().visits[0].offers] == ["answered"]


def test_caller_who_gives_up_cancels_the_ringing(book: Playbook) -> None:
    book.ringing().wait(4).say(hangs_up("c"), dial_end("a", "CANCEL"), gone("a", 0))
    book.say(gives_up("c"), leaves_queue("c"), gone("c"))
    book.expect(
        an(AgentOffered),
        an(OfferEnded, end="cancelled", ring_ms=4_000),
        a(QueueLeft, reason="abandoned"),
        a(CallEnded, outcome="abandoned"),
    )


def test_offer_told_twice_is_one(book: Playbook) -> None:
    book.ringing().say(rings("c", "a", "1001"), dials("c", "a", "PJSIP/1001"))
    book.expect(an(AgentOffered))


def test_two_phones_of_one_agent_are_one_offer_until_the_last_is_silent(book: Playbook) -> None:
    book.ringing("1001", "a").ringing("1001", "a2").wait(3).say(dial_end("a", "NOANSWER"))
    book.expect(an(AgentOffered, agent="1001"))
    book.wait(1).say(dial_end("a2", "NOANSWER"), gone("a"), gone("a2"))
    book.expect(an(OfferEnded, end="no_answer", ring_ms=4_000))


def test_either_of_two_phones_answers_for_the_agent(book: Playbook) -> None:
    book.ringing("1001", "a").ringing("1001", "a2").wait(3).talking("1001", "a2")
    book.say(dial_end("a", "CANCEL"), gone("a"))
    book.expect(an(AgentOffered), an(OfferEnded, end="answered"), a(QueueLeft), an(AgentAnswered))


def test_caller_of_whom_only_the_ringing_is_heard_is_taken_up(book: Playbook) -> None:
    """We came in the middle: no join was seen, so the offer has a queue and no visit."""
    book.say(line_in("d"), phone("e", "1002", "d"), rings("d", "e", "1002"))
    book.expect(a(CallStarted), an(AgentOffered, visit=None, queue="support"))


def test_ringing_of_legs_never_heard_of_offers_nothing(book: Playbook) -> None:
    book.say(rings("c", "nobody", "1001"), rings("nobody", "c", "1001"), missed("c", "x", "1001"))
    book.say(DialEnded(0, "nobody", "BUSY"), dials("c", "nobody", "PJSIP/1001")).expect()
    assert book.board.odd == 3


def test_removed_member_who_is_rung_still_answers(book: Playbook) -> None:
    book.ringing().say(removed("1001")).talking()
    assert book.record().conversations[0].agent.name == "Agent 1001"


def test_picked_up_phone_is_cancelled_and_the_picker_has_the_visit(book: Playbook) -> None:
    book.ringing().wait(1).say(phone("p", "1002", state=4), state("p", 6), PickedUp(0, "p", "a"))
    book.say(gone("a"), leaves_queue("c"), connects("c", "p", "1001"))
    book.say(enters("p", "b1"), enters("c", "b1"))
    book.expect(
        an(AgentOffered, agent="1001"),
        a(CallStarted, direction="internal"),
        an(OfferEnded, agent="1001", end="cancelled"),
        a(QueueLeft, reason="answered"),
        an(AgentAnswered, agent="1002", visit=1, queue="support", offer=None),
        a(CallEnded, call="pbx1:p", outcome="answered", ended_by="transfer"),
    )
    assert book.board.scene.calls.keys() == {"pbx1:c"}


def test_pickup_of_what_nobody_knows_is_passed_over(book: Playbook) -> None:
    book.say(PickedUp(0, "x", "y"), PickedUp(0, "c", "c")).expect()


def test_phone_that_forwards_rings_another_for_the_same_visit(book: Playbook) -> None:
    book.ringing().say(dial_end("a", "CANCEL"), gone("a", 23), phone("b", "1002", "c"))
    book.say(dials("c", "b", "1002")).wait(2).say(state("b", 6), dial_end("b", "ANSWER"))
    book.say(leaves_queue("c"), connects("c", "b", "1001"), enters("b", "b1"), enters("c", "b1"))
    book.expect(
        an(AgentOffered, agent="1001"),
        an(OfferEnded, agent="1001", end="cancelled"),
        an(AgentOffered, agent="1002", visit=1, queue="support"),
        an(OfferEnded, agent="1002", end="answered", ring_ms=2_000),
        a(QueueLeft, reason="answered"),
        an(AgentAnswered, agent="1002"),
    )


def test_direct_call_to_an_agent_is_an_offer_without_a_visit() -> None:
    book = Playbook().say(line_in("c", exten="1006"), phone("a", "1006", "c"))
    book.say(dials("c", "a", "1006"), state("a", 5)).wait(2)
    book.say(state("a", 6), dial_end("a", "ANSWER"), enters("a", "b"), enters("c", "b")).wait(3)
    book.hangs_up("a", "c", "b")
    record = book.record()
    assert (record.outcome, record.ended_by, record.visits) == ("answered", "agent", [])
    assert [(o.agent.interface, o.end, o.ring_ms) for o in record.direct] == [
        ("PJSIP/1006", "answered", 2_000)
    ]
    assert [talk.talk_ms for talk in record.conversations] == [3_000]


@pytest.mark.parametrize(
    ("statuses", "outcome"),
    [
        (("NOANSWER",), "no_answer"),
        (("BUSY",), "busy"),
        (("CHANUNAVAIL",), "failed"),
        (("BUSY", "NOANSWER"), "no_answer"),
    ],
)
def test_direct_call_that_nobody_answers_says_why(statuses: tuple[str, ...], outcome: str) -> None:
    book = Playbook().say(line_in("c", exten="1006"))
    for index, status in enumerate(statuses):
        leg = f"a{index}"
        book.say(phone(leg, f"100{index}", "c"), dials("c", leg, f"100{index}"))
        book.wait(5).say(dial_end(leg, status), gone(leg))
    book.say(gone("c"))
    assert book.record().outcome == outcome


def test_ringing_trunk_is_no_agent() -> None:
    """An inbound call that is sent out again (a divert to a mobile) offers nobody anything."""
    book = Playbook().say(line_in("c"), trunk_out("t", "c"), dials("c", "t", "0912@trunk"))
    book.expect(a(CallStarted))
    book.say(variable("c", "ABANDONED", "TRUE")).expect()

"""Who talks with the customer, for how long, and who ended it."""

from __future__ import annotations

import pytest

from callcenter.domain.facts import (
    AgentAnswered,
    AgentStateChanged,
    CallEnded,
    CallHeld,
    CallResumed,
    CallStarted,
    CallTransferred,
    ConversationEnded,
    OfferEnded,
)
from callcenter.domain.signals import Parked, PbxStopping, SpyBegan
from tests.expected import ext_of
from tests.playbook import (
    Playbook,
    a,
    an,
    attended,
    blind,
    completes,
    dial_end,
    dials,
    enters,
    gone,
    hangs_up,
    holds,
    is_hung_up,
    joins_queue,
    line_in,
    member,
    parts,
    phone,
    removed,
    roster,
    state,
    waits,
)


@pytest.fixture
def book() -> Playbook:
    """1001 talks with the customer in bridge b-a for 10 s."""
    book = Playbook().with_members("support", "1001", "1002").waiting().ringing().talking()
    book.told()
    return book.wait(10)


def talks(book: Playbook) -> list[tuple[str, str | None, int | None]]:
    return [(ext_of(t.agent), t.ended_by, t.talk_ms) for t in book.record().conversations]


def test_agent_who_hangs_up_ended_it(book: Playbook) -> None:
    book.hangs_up("a", "c", "b-a")
    book.expect(
        a(ConversationEnded, agent="1001", ended_by="agent", talk_ms=10_000, queue="support"),
        a(CallEnded, ended_by="agent", outcome="answered"),
    )


def test_caller_who_hangs_up_ended_it(book: Playbook) -> None:
    book.hangs_up("c", "a", "b-a")
    book.expect(a(ConversationEnded, ended_by="caller"), a(CallEnded, ended_by="caller"))


def test_asterisk_that_hangs_up_the_agent_ended_it(book: Playbook) -> None:
    """AMI's Hangup asks nobody; AgentComplete then says "caller", which is not believed."""
    book.say(completes("c", "a", "1001", "caller"), parts("a", "b-a"), gone("a"))
    book.say(parts("c", "b-a"), is_hung_up("c", 16), gone("c"))
    book.expect(a(ConversationEnded, ended_by="pbx"), a(CallEnded, ended_by="pbx"))


def test_asterisk_that_hangs_up_the_caller_ended_it(book: Playbook) -> None:
    book.say(parts("c", "b-a"), parts("a", "b-a"), gone("a")).expect()
    book.say(is_hung_up("c", 16), gone("c"))
    book.expect(a(ConversationEnded, ended_by="pbx"), a(CallEnded, ended_by="pbx"))


def test_who_asked_first_ended_it(book: Playbook) -> None:
    book.say(hangs_up("a")).wait(0.1).say(hangs_up("c"), gone("c"), gone("a"))
    assert talks(book) == [("1001", "agent", 10_100)]


def test_asterisk_that_stops_ended_it(book: Playbook) -> None:
    book.say(PbxStopping(0), is_hung_up("c", 4), is_hung_up("a", 4), gone("a"), gone("c"))
    book.expect(a(ConversationEnded, ended_by="pbx"), a(CallEnded, ended_by="pbx"))


def test_blind_transfer_ends_the_talk_of_who_gave_it_away(book: Playbook) -> None:
    book.say(blind("a", "1002", "c"), parts("a", "b-a"), gone("a"), parts("c", "b-a"))
    book.expect(
        a(CallTransferred, transfer="blind", to="1002", conversation=1),
        a(ConversationEnded, agent="1001", ended_by="transfer", talk_ms=10_000),
    )
    book.say(phone("b", "1002", "c"), dials("c", "b", "1002"), state("b", 5)).wait(2)
    book.say(state("b", 6), dial_end("b", "ANSWER"), enters("b", "b2"), enters("c", "b2")).wait(4)
    book.hangs_up("c", "b", "b2")
    assert talks(book) == [("1001", "transfer", 10_000), ("1002", "caller", 4_000)]
    assert book.record().direct[0].ring_ms == 2_000


def test_transfer_told_after_the_legs_have_parted_still_names_it(book: Playbook) -> None:
    """AMI may say BlindTransfer after the bridge, and after the agent's leg."""
    book.say(hangs_up("a"), parts("a", "b-a"), gone("a"))
    book.expect(a(ConversationEnded, ended_by="agent"))
    book.say(blind("a", "1002")).expect(a(CallTransferred, transfer="blind", to="1002"))
    assert book.record().conversations[0].ended_by == "transfer"


def test_queue_that_says_transfer_is_believed(book: Playbook) -> None:
    book.say(completes("c", "a", "1001", "transfer"), parts("a", "b-a"), gone("a"))
    book.expect(a(ConversationEnded, ended_by="transfer"))


def test_completion_of_a_talk_that_is_none_changes_nothing(book: Playbook) -> None:
    book.say(completes("c", "a", "1002", "agent"), completes("x", "a", "1001", "agent"))
    book.expect()


def test_blind_transfer_to_another_queue_is_a_second_visit(book: Playbook) -> None:
    book.say(blind("a", "602", "c"), parts("a", "b-a"), gone("a"), parts("c", "b-a"))
    book.say(joins_queue("c", "sales", "602"))
    assert [(v.queue, v.end) for v in book.record().visits] == [
        ("support", "answered"),
        ("sales", None),
    ]


def test_transfer_by_the_caller_is_none_of_ours(book: Playbook) -> None:
    book.say(blind("c", "1002"), blind("x", "1002")).expect()


def test_transfer_told_twice_is_one(book: Playbook) -> None:
    book.say(blind("a", "1002"), blind("a", "1002"), attended("a"))
    book.expect(a(CallTransferred, transfer="blind"))


def test_attended_transfer_with_a_second_call_of_the_phone(book: Playbook) -> None:
    """Hold, a call of his own to the colleague, REFER with Replaces (two calls)."""
    book.say(holds("a"), phone("a2", "1001", state=4), phone("b", "1002", "a2"))
    book.say(dials("a2", "b", "1002"), state("b", 5)).wait(1)
    book.say(state("b", 6), dial_end("b", "ANSWER"), state("a2", 6))
    book.say(enters("b", "b2"), enters("a2", "b2")).wait(3)
    assert book.state_of("1001") == "held"
    book.say(parts("b", "b2"), enters("b", "b-a", swap="a"), parts("a", "b-a"))
    book.say(attended("a", "a2", "c", "b"), parts("a2", "b2"), gone("a"), gone("a2")).wait(5)
    book.hangs_up("b", "c", "b-a")
    assert talks(book) == [("1001", "transfer", 14_000), ("1002", "agent", 5_000)]
    assert book.record().conversations[0].hold_ms == 4_000
    handed_on = book.record().conversations[0].transfer
    assert handed_on is not None
    assert handed_on.to == "1002"
    consultation = book.record("a2")
    assert (consultation.direction, consultation.outcome) == ("internal", "answered")


def test_attended_transfer_by_feature_code_is_a_consultation_first(book: Playbook) -> None:
    """*2: the agent's leg changes the bridge, and the customer hears music."""
    book.say(parts("a", "b-a"), phone("b", "1002", "c")).wait(0.1)
    book.say(dials("a", "b", "1002"), state("b", 6), dial_end("b", "ANSWER"))
    book.say(enters("a", "b2"), enters("b", "b2"))
    assert book.state_of("1001") == "held"
    book.wait(3).say(parts("b", "b2"), enters("b", "b-a"))
    book.say(attended("a", "", "c", "b"), gone("a")).wait(4)
    book.hangs_up("c", "b", "b-a")
    assert [(who, by) for who, by, _ in talks(book)] == [("1001", "transfer"), ("1002", "caller")]
    assert talks(book)[1][2] == 4_000


def test_cancelled_consultation_is_one_conversation_with_a_hold(book: Playbook) -> None:
    book.say(parts("a", "b-a"), phone("b", "1002", "c"), dials("a", "b", "1002"))
    book.say(enters("a", "b2"), enters("b", "b2")).wait(3)
    book.say(gone("b"), parts("a", "b2"), enters("a", "b-a")).wait(2)
    book.hangs_up("a", "c", "b-a")
    [talk] = book.record().conversations
    assert (talk.talk_ms, talk.hold_ms, talk.ended_by) == (15_000, 3_000, "agent")


def test_customer_who_goes_during_a_consultation_ended_it(book: Playbook) -> None:
    book.say(parts("a", "b-a"), phone("b", "1002", "c"), dials("a", "b", "1002"))
    book.say(enters("a", "b2"), enters("b", "b2")).wait(3)
    book.say(hangs_up("c"), gone("c"))
    assert talks(book)[0] == ("1001", "caller", 13_000)


def test_unhold_during_a_consultation_resumes_nothing(book: Playbook) -> None:
    book.say(parts("a", "b-a"), phone("b", "1002", "c"), enters("a", "b2"), enters("b", "b2"))
    book.told()
    book.say(holds("a", on=False)).expect()


def test_blonde_transfer_hands_on_while_the_other_phone_rings(book: Playbook) -> None:
    book.say(parts("a", "b-a"), phone("b", "1002", "c"), dials("a", "b", "1002"), state("b", 5))
    book.wait(0.2).say(attended("a", "", "c", "b"), gone("a"))
    assert talks(book) == [("1001", "transfer", 10_000)]
    book.wait(3).say(state("b", 6), dial_end("b", "ANSWER"), enters("b", "b-a")).wait(2)
    book.hangs_up("b", "c", "b-a")
    assert talks(book)[1] == ("1002", "agent", 2_000)


def test_blonde_transfer_that_nobody_answers_leaves_no_agent_talking(book: Playbook) -> None:
    book.say(parts("a", "b-a"), phone("b", "1002", "c"), dials("a", "b", "1002"), state("b", 5))
    book.say(attended("a", "", "c", "b"), gone("a")).wait(20)
    book.say(dial_end("b", "NOANSWER"), gone("b"), gone("c"))
    assert book.record().outcome == "answered"
    assert [book.state_of(ext) for ext in ("1001", "1002")] == ["ready", "ready"]


def test_attended_transfer_with_the_consultation_still_open_ends_at_the_join(
    book: Playbook,
) -> None:
    """The colleague is with the customer before anything says transfer.

    The agent might come along, for they may be three; a second later it is plain that he does not.
    """
    book.say(parts("a", "b-a"), phone("b", "1002", "c"), enters("a", "b2"), enters("b", "b2"))
    book.wait(3).say(enters("b", "b-a"))
    assert talks(book) == [("1001", None, None), ("1002", None, None)]
    book.wait(1)
    assert talks(book) == [("1001", "transfer", 13_000), ("1002", None, None)]


def test_customer_who_is_with_another_agent_is_not_held_by_the_first(book: Playbook) -> None:
    """His leg is moved to the colleague's bridge; the first agent's is still where it was."""
    book.say(phone("b", "1002", "c"), enters("b", "b2"), parts("c", "b-a"), enters("c", "b2"))
    book.say(attended("a", "", "c", "b"), gone("a")).wait(2)
    assert talks(book) == [("1001", "transfer", 10_000), ("1002", None, None)]
    assert book.record().conversations[0].hold_ms == 0


def test_parked_customer_is_handed_on_and_fetched_by_another(book: Playbook) -> None:
    book.say(parts("c", "b-a"), Parked(0, "c", "701"), enters("c", "lot", kind="parking"))
    book.expect(
        a(CallTransferred, transfer="parked", to="701"),
        a(ConversationEnded, agent="1001", ended_by="transfer", talk_ms=10_000),
    )
    assert book.state_of("1001") == "talking"
    book.say(parts("a", "b-a"), gone("a")).wait(5)
    assert book.state_of("1001") == "ready"
    book.say(phone("f", "1002", state=4), state("f", 6), parts("c", "lot"))
    book.say(enters("c", "b3"), enters("f", "b3")).wait(3)
    book.expect(
        a(CallStarted, call="pbx1:f"),
        an(AgentAnswered, agent="1002"),
        a(CallEnded, call="pbx1:f", ended_by="transfer", outcome="answered"),
    )
    book.hangs_up("c", "f", "b3")
    assert talks(book) == [("1001", "transfer", 10_000), ("1002", "caller", 3_000)]
    assert book.board.scene.calls == {}


def test_parking_of_a_leg_that_is_no_customer_changes_nothing(book: Playbook) -> None:
    book.say(Parked(0, "x", "701"), Parked(0, "a", "701")).expect()


def test_redirected_customer_is_handed_on_to_who_is_dialled(book: Playbook) -> None:
    """AMI's Redirect has no event: his leg leaves first, nobody hung up, and he goes elsewhere."""
    book.say(parts("c", "b-a"), parts("a", "b-a"), gone("a")).expect()
    book.say(phone("b", "1002", "c"), dials("c", "b", "1002"))
    told = book.told()
    assert [type(fact).__name__ for fact in told if not isinstance(fact, AgentStateChanged)] == [
        "AgentOffered",
        "CallTransferred",
        "ConversationEnded",
    ]
    [talk] = book.record().conversations
    assert (talk.ended_by, talk.talk_ms) == ("transfer", 10_000)
    assert talk.transfer is not None
    assert (talk.transfer.kind, talk.transfer.to) == ("redirected", "1002")


def test_redirected_customer_who_dials_nobody_is_handed_on_after_a_second(book: Playbook) -> None:
    book.say(parts("c", "b-a"), parts("a", "b-a"), gone("a")).wait(1)
    book.expect(
        a(CallTransferred, transfer="redirected", to=""),
        a(ConversationEnded, ended_by="transfer", talk_ms=10_000),
    )


def test_hold_pressed_twice_is_one_and_hold_is_part_of_the_talk(book: Playbook) -> None:
    book.say(holds("a")).wait(1).say(holds("a")).wait(2)
    book.expect(a(CallHeld))
    assert book.state_of("1001") == "held"
    book.say(holds("a", on=False), holds("a", on=False)).expect(a(CallResumed))
    assert book.state_of("1001") == "talking"
    book.wait(1).say(holds("a")).wait(2).hangs_up("c", "a", "b-a")
    [talk] = book.record().conversations
    assert (talk.talk_ms, talk.hold_ms, talk.holds) == (16_000, 5_000, 2)


def test_unhold_without_a_hold_is_nothing(book: Playbook) -> None:
    """A blind REFER sends Unhold with no Hold before it (ASTERISK 12.16)."""
    book.say(holds("a", on=False)).expect()


def test_hold_of_the_customer_or_of_nobody_is_none_of_the_agent(book: Playbook) -> None:
    book.say(holds("c"), holds("x")).expect()


def test_bridges_merged_in_one_instant_end_nothing(book: Playbook) -> None:
    book.say(parts("a", "b-a")).wait(0.2).say(enters("a", "b9"), enters("c", "b9")).wait(3)
    book.expect(a(CallHeld), a(CallResumed))
    assert talks(book) == [("1001", None, None)]


def test_agent_out_of_the_bridge_for_more_than_a_second_has_parted(book: Playbook) -> None:
    book.say(parts("a", "b-a")).wait(1)
    book.expect(a(ConversationEnded, talk_ms=10_000, ended_by="pbx"))


def test_spy_is_no_party(book: Playbook) -> None:
    book.say(phone("s", "1002", state=4), SpyBegan(0, "s"), SpyBegan(0, "x"))
    book.say(state("s", 6), enters("s", "b-a"))
    book.expect(a(CallStarted, call="pbx1:s"))
    assert talks(book) == [("1001", None, None)]
    book.hangs_up("c", "a", "b-a")
    book.say(gone("s"))
    assert book.board.scene.calls == {}


def test_barge_is_a_second_conversation_beside_the_first(book: Playbook) -> None:
    book.say(phone("s", "1002", state=4), state("s", 6), enters("s", "b-a")).wait(2)
    assert {who for who, _, _ in talks(book)} == {"1001", "1002"}
    book.say(hangs_up("s"), parts("s", "b-a"), gone("s"))
    assert talks(book)[1] == ("1002", "agent", 2_000)
    assert talks(book)[0] == ("1001", None, None)


def test_member_removed_in_mid_talk_talks_on(book: Playbook) -> None:
    book.say(removed("1001"))
    assert book.state_of("1001") == "talking"
    book.wait(5).hangs_up("a", "c", "b-a")
    assert talks(book) == [("1001", "agent", 15_000)]
    assert book.state_of("1001") == "signed_out"


def test_conversation_is_told_once_though_bridges_are_told_twice(book: Playbook) -> None:
    book.say(enters("a", "b-a"), enters("c", "b-a"), parts("a", "b-x")).expect()
    book.say(dial_end("a", "ANSWER")).expect()
    assert not [f for f in book.told() if isinstance(f, OfferEnded)]


def test_joined_to_a_bridge_by_a_leg_never_heard_of(book: Playbook) -> None:
    book.say(enters("x", "b-a"), parts("x", "b-a")).expect()
    assert book.board.odd == 1


def test_agent_joined_without_any_offer_ends_the_visit_of_his_queue() -> None:
    """We came in the middle: neither ringing nor connect was seen, only the bridge."""
    book = Playbook().with_members("support", "1001").waiting().wait(7)
    book.say(*roster(member("1001", row=True), line_in("c", row=True), waits("c")))
    book.say(phone("a", "1001", "c"), enters("a", "b"), enters("c", "b"))
    [visit] = book.record().visits
    assert (visit.end, visit.wait_ms) == ("answered", 7_000)
    assert book.record().conversations[0].queue == "support"


def test_agent_of_the_queue_to_whom_a_waiting_caller_is_brought_did_not_answer_in_it() -> None:
    """AMI bridges or redirects him to somebody whom the queue did not ring."""
    book = Playbook().with_members("support", "1001").waiting().wait(7)
    book.say(phone("p", "1001"), enters("c", "b"), enters("p", "b")).wait(3)
    book.hangs_up("c", "p", "b")
    record = book.record()
    assert [visit.end for visit in record.visits] == ["withdrawn"]
    assert [(talk.queue, talk.visit) for talk in record.conversations] == [("", None)]


def test_agents_own_call_that_still_waits_in_a_queue_is_over_when_he_is_joined() -> None:
    """His phone waits in a queue and is bridged with another's customer: nobody waits any more."""
    book = Playbook().with_members("support", "1001").waiting().with_members("sales", "1002")
    book.say(phone("p", "1001"), joins_queue("p", "sales", "601"))
    book.say(enters("c", "b"), enters("p", "b"))
    assert book.board.scene.calls.keys() == {"pbx1:c"}
    assert len(book.record("c").conversations) == 1
    assert (book.record("p").ended_by, book.record("p").visits[0].end) == ("transfer", "unknown")


def test_phone_joined_before_its_state_was_told_takes_up_the_call() -> None:
    book = Playbook().with_members("support", "1001").waiting()
    book.say(phone("p", "1001"), enters("c", "b"), enters("p", "b"))
    assert book.board.scene.calls.keys() == {"pbx1:c"}
    assert len(book.record("c").conversations) == 1


def test_caller_fetched_by_somebody_whom_his_queue_does_not_know_still_waits_there() -> None:
    """Nothing says that the queue gave him away; how the visit ended is told by its leave."""
    book = Playbook().with_members("support", "1001").with_members("sales", "1003").waiting()
    book.say(phone("p", "1003", "c"), enters("c", "b"), enters("p", "b"))
    assert book.record().visits[0].end is None
    assert book.record().conversations[0].queue == ""

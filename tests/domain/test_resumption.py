"""Going on after a restart of ours: who took part is known again by his leg."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from callcenter.domain.facts import AgentOffered, CallStarted, WrapUpEnded, WrapUpStarted
from callcenter.domain.model import CallRecord
from callcenter.domain.resumption import track_of
from callcenter.domain.signals import BridgeJoined, QueueWraps, Signal, WaitingRow
from tests.playbook import (
    T0,
    Playbook,
    dial_end,
    dials,
    enters,
    gone,
    hangs_up,
    line_in,
    member,
    phone,
    roster,
    state,
    trunk_out,
)


def stored(book: Playbook) -> list[CallRecord]:
    """The records as they come back from the database."""
    return [
        msgspec.json.decode(msgspec.json.encode(record), type=CallRecord)
        for record in book.records().values()
    ]


def restarted(book: Playbook, *rows: Signal) -> Playbook:
    """Killed, started again, and told the roster."""
    new = Playbook(resumes=stored(book))
    new.now = book.now + 1_000
    new.say(*roster(member("1001", row=True), *rows))
    return new


def test_phone_that_rang_before_rings_for_the_same_offer() -> None:
    book = Playbook().with_members("support", "1001").waiting().ringing()
    new = restarted(
        book,
        line_in("c", row=True),
        phone("a", "1001", "c", state=5, row=True),
        WaitingRow(T0, "c", "support", 1),
    )
    new.say(state("a", 6), dial_end("a", "ANSWER"), enters("a", "b"), enters("c", "b"))
    record = new.record()
    assert [(o.number, o.end) for o in record.visits[0].offers] == [(1, "answered")]
    assert [talk.leg for talk in record.conversations] == ["a"]
    assert not [fact for fact in new.facts if isinstance(fact, AgentOffered)]


def test_line_that_was_dialled_before_is_still_the_customer() -> None:
    book = Playbook().with_members("support", "1001")
    book.say(phone("p", "1001", state=4), trunk_out("t", "p"), dials("p", "t", "0912@trunk"))
    new = restarted(
        book,
        phone("p", "1001", state=4, row=True),
        replace(trunk_out("t", "p"), row=True),
    )
    new.say(dial_end("t", "ANSWER"), state("t", 6), enters("t", "b"), enters("p", "b"))
    new.say(hangs_up("t"), gone("t"), gone("p"))
    record = new.record("p")
    assert (record.direction, record.outcome, record.customer_leg) == ("outbound", "answered", "t")


def test_agent_who_consults_over_our_restart_still_has_the_customer_on_hold() -> None:
    book = Playbook().with_members("support", "1001").waiting().ringing().talking().wait(5)
    book.say(enters("a", "consult"), enters("x", "consult")).wait(2)
    assert book.record().conversations[0].held_since is not None
    new = restarted(
        book,
        line_in("c", row=True),
        phone("a", "1001", "c", state=6, row=True),
        BridgeJoined(0, "b-a", "c", "", "basic", True),
        BridgeJoined(0, "consult", "a", "", "basic", True),
    )
    new.wait(3).say(enters("a", "b-a")).wait(2)
    (talk,) = new.record().conversations
    assert talk.parted_at is None
    assert talk.held_since is None
    assert talk.hold_ms >= 6_000


def test_after_call_work_goes_on_and_ends_when_the_queue_says() -> None:
    book = Playbook().with_members("support", "1001")
    book.say(QueueWraps(0, "support", "PJSIP/1001", 10)).waiting().ringing().talking().wait(5)
    book.say(hangs_up("c"), gone("a"), gone("c"))
    (talk,) = book.record().conversations
    assert talk.wraps_up
    new = restarted(book)
    until = talk.wrapup_until
    assert until is not None
    new.now = until + 3_000
    new.say(state("nobody", 6))
    assert talk.wrapup_started_at is not None
    ended = [fact for fact in new.facts if isinstance(fact, WrapUpEnded)]
    assert [(fact.at, fact.wrapup_ms) for fact in ended] == [
        (until, until - talk.wrapup_started_at)
    ]


def test_leg_of_a_call_that_is_over_begins_no_other() -> None:
    book = Playbook().with_members("support", "1001").say(line_in("c")).say(gone("c"))
    new = restarted(book, line_in("c", row=True))
    assert not [fact for fact in new.facts if isinstance(fact, CallStarted)]


def test_calls_of_another_pbx_are_none_of_ours() -> None:
    other = Playbook(pbx="pbx2").with_members("support", "1001").waiting()
    new = Playbook(resumes=stored(other))
    assert new.board.scene.calls == {}
    assert not new.board.scene.blind


def test_record_without_legs_is_taken_up_as_far_as_it_goes() -> None:
    """Records of versions that did not keep them."""
    book = Playbook().with_members("support", "1001").waiting().ringing().talking()
    record = book.record()
    record.conversations[0].leg = ""
    assert track_of(record).talks["pbx1:PJSIP/1001"].leg == ""


def test_agent_who_had_lifted_and_goes_without_the_caller_had_not_answered() -> None:
    """He was told who is calling, or asked to confirm, while we were started again."""
    book = Playbook().with_members("support", "1001").waiting().ringing()
    book.say(state("a", 6), dial_end("a", "ANSWER")).told()
    assert [offer.end for offer in book.record().visits[0].offers] == ["answered"]
    new = restarted(
        book,
        line_in("c", row=True),
        phone("a", "1001", "c", state=6, row=True),
        WaitingRow(T0, "c", "support", 1),
    )
    new.say(hangs_up("a"), gone("a")).told()
    assert [offer.end for offer in new.record().visits[0].offers] == ["rejected"]


def test_agent_who_pauses_for_the_work_after_a_call_of_before_our_restart_does_it() -> None:
    book = Playbook().with_members("support", "1001").waiting().ringing().talking().wait(5)
    book.say(hangs_up("c"), gone("c"), gone("a")).told()
    new = restarted(book)
    new.say(member("1001", paused=True, paused_reason="wrapup")).told()
    assert new.state_of("1001") == "wrap_up"
    assert [fact.call for fact in new.facts if isinstance(fact, WrapUpStarted)] == ["pbx1:c"]


def test_the_last_talk_is_the_one_that_ended_last_whichever_record_comes_first() -> None:
    book = Playbook().with_members("support", "1001").waiting().ringing().talking().wait(5)
    book.say(hangs_up("c"), gone("c"), gone("a")).told()
    book.wait(5)
    book.say(line_in("d"), phone("e", "1001", "d"), dials("d", "e", "1001"), state("e", 5))
    book.say(state("e", 6), dial_end("e", "ANSWER"), enters("e", "b2"), enters("d", "b2")).wait(5)
    book.say(hangs_up("d"), gone("d"), gone("e")).told()
    for records in (stored(book), stored(book)[::-1]):
        new = Playbook(resumes=records)
        assert new.board.scene.agents.of(records[0].conversations[0].agent).last_talk == (
            "pbx1:d",
            1,
        )


def test_after_call_work_by_pause_that_ended_while_we_were_down_is_over() -> None:
    book = Playbook().with_members("support", "1001").waiting().ringing().talking().wait(5)
    book.hangs_up("c", "a", "b-a")
    book.say(member("1001", paused=True, paused_reason="wrapup"))
    started_at = book.now
    assert book.state_of("1001") == "wrap_up"
    new = Playbook(resumes=stored(book), stopped_at=started_at + 7_000)
    new.now = started_at + 3_600_000
    new.say(*roster(member("1001", row=True)))
    assert new.state_of("1001") == "ready"
    [ended] = [fact for fact in new.facts if isinstance(fact, WrapUpEnded)]
    assert (ended.at, ended.wrapup_ms) == (started_at + 7_000, 7_000)


def test_after_call_work_by_pause_goes_on_while_he_is_paused_for_it() -> None:
    book = Playbook().with_members("support", "1001").waiting().ringing().talking().wait(5)
    book.hangs_up("c", "a", "b-a")
    book.say(member("1001", paused=True, paused_reason="wrapup")).wait(9)
    new = Playbook(resumes=stored(book), stopped_at=book.now)
    new.now = book.now + 3_000
    new.say(*roster(member("1001", row=True, paused=True, paused_reason="wrapup")))
    assert new.state_of("1001") == "wrap_up"
    assert not [fact for fact in new.facts if isinstance(fact, WrapUpEnded)]

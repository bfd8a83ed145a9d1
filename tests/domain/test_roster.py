"""The lights go out and on again: a lost link, a restart of the PBX, a restart of ours."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from callcenter.domain.facts import (
    AgentAnswered,
    AgentOffered,
    CallEnded,
    CallStarted,
    ConversationEnded,
    LinkLost,
    LinkRestored,
    OfferEnded,
    QueueEntered,
    QueueLeft,
)
from callcenter.domain.model import CallRecord
from callcenter.domain.signals import LegSeen, PbxStopping, QueueNamed
from tests.domain.roster_scene import MEMBERS, rung, the_call
from tests.invariants import nobody_is_busy, nothing_is_open
from tests.playbook import (
    Playbook,
    a,
    an,
    dial_end,
    dials,
    enters,
    gone,
    hangs_up,
    holds,
    joins_queue,
    line_in,
    link_down,
    local,
    member,
    phone,
    removed,
    rings,
    roster,
    state,
    trunk_out,
    waits,
)


@pytest.fixture
def book() -> Playbook:
    return rung()


def test_agents_are_unknown_while_the_link_is_down(book: Playbook) -> None:
    book.say(link_down("no answer to 3 pings"), link_down())
    book.expect(a(LinkLost, why="no answer to 3 pings"))
    assert [book.state_of("1001"), book.state_of("1002")] == ["unknown", "unknown"]
    book.wait(3).say(*roster(*the_call()))
    assert [book.state_of("1001"), book.state_of("1002")] == ["talking", "ready"]
    assert [(f.gap_ms, f.restarted) for f in book.restored()] == [(3_000, False)]


def test_first_roster_has_no_gap() -> None:
    Playbook().say(*roster()).expect(a(LinkRestored, gap_ms=0, restarted=False))


def test_call_that_goes_on_is_the_same_call(book: Playbook) -> None:
    book.talking().wait(10)
    book.told()
    book.say(link_down()).wait(3).say(*roster(*the_call()))
    book.expect(a(LinkLost), a(LinkRestored))
    book.wait(5).hangs_up("a", "c", "b-a")
    book.expect(a(ConversationEnded, talk_ms=18_000, ended_by="agent"), a(CallEnded))


def test_answer_in_the_gap_is_seen_by_the_bridge(book: Playbook) -> None:
    book.say(link_down()).wait(4).say(*roster(*the_call()))
    book.expect(
        a(LinkLost),
        an(OfferEnded, end="answered"),
        a(QueueLeft, reason="answered"),
        an(AgentAnswered, agent="1001"),
        a(LinkRestored, gap_ms=4_000),
    )


def test_call_that_ended_in_the_gap_ended_unseen_when_sight_was_lost(book: Playbook) -> None:
    book.talking().wait(10).say(link_down()).wait(60).say(*roster(*MEMBERS))
    record = book.record()
    assert (record.ended_by, record.settled_by, record.outcome) == (
        "unknown",
        "lost_sight",
        "answered",
    )
    [talk] = record.conversations
    assert (talk.ended_by, talk.talk_ms) == ("unknown", 10_000)
    nothing_is_open([record])
    nobody_is_busy(book.board)


def test_agent_who_went_in_the_gap_while_the_caller_lives_ended_unseen(book: Playbook) -> None:
    book.talking().wait(10).say(link_down()).wait(6)
    book.say(*roster(*MEMBERS, line_in("c", row=True))).wait(2)
    [talk] = book.record().conversations
    assert (talk.ended_by, talk.talk_ms) == ("unknown", 10_000)
    assert book.record().ended_at is None
    assert book.state_of("1001") == "ready"


def test_caller_who_gave_up_in_the_gap_is_unknown(book: Playbook) -> None:
    book.say(link_down()).wait(60).say(*roster(*MEMBERS))
    visit = book.record().visits[0]
    assert (visit.end, visit.wait_ms) == ("unknown", 5_000)
    assert [offer.end for offer in visit.offers] == ["cancelled"]
    nobody_is_busy(book.board)


def test_caller_whose_hangup_was_heard_before_the_cut_is_not_guessed_at(book: Playbook) -> None:
    book.say(hangs_up("c"), link_down()).wait(60).say(*roster(*MEMBERS))
    assert book.record().visits[0].end == "unknown"
    assert book.record().ended_by == "unknown"


def test_phone_that_rang_and_stopped_in_the_gap_is_no_offer_any_more(book: Playbook) -> None:
    book.say(link_down()).wait(3)
    book.say(*roster(*MEMBERS, line_in("c", row=True), waits("c")))
    book.expect(a(LinkLost), an(OfferEnded, agent="1001", end="cancelled"), a(LinkRestored))
    assert book.state_of("1001") == "ready"


def test_phone_that_began_to_ring_in_the_gap_is_an_offer(book: Playbook) -> None:
    rows = [
        line_in("c", row=True),
        phone("a", "1001", "c", 5, row=True),
        phone("b", "1002", "c", 5, row=True),
        waits("c"),
    ]
    book.say(link_down()).wait(3).say(*roster(*MEMBERS, *rows))
    book.expect(
        a(LinkLost),
        an(AgentOffered, agent="1002", queue="support", visit=1, offer=2),
        a(LinkRestored),
    )
    book.talking("1002", "b")
    assert book.record().conversations[0].agent.name == "Agent 1002"


def test_call_that_began_in_the_gap_is_taken_up(book: Playbook) -> None:
    book.say(link_down()).wait(20)
    book.say(*roster(*the_call(), line_in("d", row=True, age_ms=8_000), waits("d")))
    assert book.record("d").started_at == book.now - 8_000
    assert [v.end for v in book.record("d").visits] == [None]


def test_leg_that_is_born_while_the_roster_is_read_is_not_missed_in_it(book: Playbook) -> None:
    first, *_, last = roster()
    book.say(link_down(), first).wait(1)
    book.say(line_in("n"), *the_call(), last)
    assert book.record("n").ended_at is None


def test_member_that_is_not_in_the_roster_is_removed(book: Playbook) -> None:
    book.say(link_down(), *roster(member("1001", row=True), line_in("c", row=True)))
    assert book.state_of("1002") == "signed_out"


def test_leg_of_no_call_that_vanished_is_forgotten(book: Playbook) -> None:
    book.say(phone("z", "1002", of="unheard"), link_down()).wait(1).say(*roster(*the_call()))
    assert "z" not in book.board.scene.legs.legs


def test_agents_own_line_that_vanished_ends_his_outbound_call() -> None:
    book = Playbook().say(phone("p", "1006", state=4), link_down()).wait(1).say(*roster())
    assert book.record("p").settled_by == "lost_sight"
    assert book.board.scene.legs.legs == {}


def test_customer_whom_the_agent_had_called_goes_on_without_him() -> None:
    """The agent handed him on in the gap: his own leg is gone, the call is not."""
    book = Playbook().say(phone("p", "1006", state=4), trunk_out("t", "p"))
    book.say(dials("p", "t", "0912@trunk"), state("t", 6), dial_end("t", "ANSWER"))
    book.say(enters("p", "b"), enters("t", "b"), link_down()).wait(1)
    book.say(*roster(replace(trunk_out("t", "p"), row=True))).wait(2)
    assert book.board.scene.calls.keys() == {"pbx1:p"}
    assert book.board.scene.legs.legs.keys() == {"t"}
    assert book.state_of("1006") == "signed_out"


def test_leg_whose_end_the_roster_told_does_not_come_back(book: Playbook) -> None:
    book.say(link_down()).wait(1).say(*roster(*MEMBERS))
    book.told()
    book.say(line_in("c", row=True), gone("c")).expect()


def test_restart_of_asterisk_ends_everything_by_the_system(book: Playbook) -> None:
    book.say(line_in("d"), state("d", 6)).talking().wait(5).waiting("e")
    book.say(PbxStopping(0), link_down()).wait(5).say(*roster(*MEMBERS, restarted=True))
    ends = {leg: book.record(leg).visits[-1].end for leg in ("c", "e")}
    assert ends == {"c": "answered", "e": "system"}
    assert book.record("d").outcome == "ivr"
    assert [fact.restarted for fact in book.restored()] == [True]
    nobody_is_busy(book.board)


def test_crash_of_asterisk_is_a_restart_that_nobody_announced(book: Playbook) -> None:
    book.say(link_down()).wait(5).say(*roster(*MEMBERS, restarted=True))
    assert book.record().visits[0].end == "system"
    book.told()
    book.waiting("n")
    book.expect(a(CallStarted), a(QueueEntered))
    book.say(gone("n"))
    assert book.record("n").visits[0].end == "unknown"


# -- a restart of ours ---------------------------------------------------------------------------


def after_our_restart(before: Playbook) -> Playbook:
    """A new switchboard that takes up the records of the one before."""
    new = Playbook(resumes=[r for r in before.records().values() if r.ended_at is None])
    new.now = before.now
    return new.wait(4)


def test_conversation_goes_on_over_our_restart_and_nothing_is_double(book: Playbook) -> None:
    book.talking().wait(10)
    new = after_our_restart(book).say(*roster(*the_call()))
    new.expect(a(LinkRestored))
    assert new.state_of("1001") == "talking"
    new.wait(6).hangs_up("c", "a", "b-a")
    new.expect(
        a(ConversationEnded, conversation=1, talk_ms=20_000, ended_by="caller"), a(CallEnded)
    )
    record = new.record()
    assert (len(record.visits), len(record.conversations), record.outcome) == (1, 1, "answered")


def test_caller_who_waited_over_our_restart_waits_on(book: Playbook) -> None:
    new = after_our_restart(book)
    rows = [line_in("c", row=True), phone("a", "1001", "c", 5, row=True), waits("c")]
    new.say(*roster(*MEMBERS, *rows)).expect(a(LinkRestored))
    assert new.state_of("1001") == "offered"
    new.wait(1).talking()
    new.expect(
        an(OfferEnded, offer=1, end="answered", ring_ms=10_000),
        a(QueueLeft, visit=1, reason="answered", wait_ms=10_000),
        an(AgentAnswered, agent="1001"),
    )


def test_offer_that_ended_while_we_were_down_is_ended(book: Playbook) -> None:
    new = after_our_restart(book).say(*roster(*MEMBERS, line_in("c", row=True), waits("c")))
    new.expect(an(OfferEnded, offer=1, end="cancelled"), a(LinkRestored))
    assert new.state_of("1001") == "ready"
    new.ringing("1002", "b").expect(an(AgentOffered, offer=2))


def test_local_member_who_rings_over_our_restart_rings_on() -> None:
    agent = "Local/1001@agents/n"
    book = Playbook().with_members("support", agent).waiting()
    book.say(*local("l1", "l2", "1001@agents", of="c"), rings("c", "l1", agent), state("l1", 5))
    new = after_our_restart(book)
    halves = list(local("l1", "l2", "1001@agents", of="c"))
    new.say(*roster(member(agent, row=True), line_in("c", row=True), waits("c")))
    assert [o.end for o in new.record().visits[0].offers] == ["cancelled"]
    new = after_our_restart(book)
    rows = [
        member(agent, row=True),
        line_in("c", row=True),
        *halves,
        state("l1", 5),
        waits("c"),
    ]
    new.say(*roster(*rows))
    assert [o.end for o in new.record().visits[0].offers] == [None]


def test_call_that_ended_while_we_were_down_ended_unseen(book: Playbook) -> None:
    book.talking().wait(10)
    new = after_our_restart(book).say(*roster(*MEMBERS))
    assert new.record().settled_by == "lost_sight"
    nothing_is_open([new.record()])
    nobody_is_busy(new.board)


def test_agent_who_left_while_we_were_down_and_the_caller_stayed(book: Playbook) -> None:
    book.talking().wait(10)
    new = after_our_restart(book).say(*roster(*MEMBERS, line_in("c", row=True)))
    assert [t.ended_by for t in new.record().conversations] == ["unknown"]


def test_second_conversation_after_our_restart_has_the_next_number(book: Playbook) -> None:
    book.talking().wait(10).say(hangs_up("a"), gone("a")).wait(1)
    new = after_our_restart(book).say(*roster(*MEMBERS, line_in("c", row=True)))
    new.say(phone("b", "1002", "c"), dial_end("b", "ANSWER"), enters("b", "b2"), enters("c", "b2"))
    assert [t.number for t in new.record().conversations] == [1, 2]
    assert new.board.scene.calls["pbx1:c"].last_end == "agent"


def test_refused_and_direct_parts_of_a_call_are_resumed_too() -> None:
    book = Playbook().with_members("support", "1001").say(line_in("c"))
    book.say(QueueNamed(0, "c", "tiny", "FULL"), phone("a", "1006", "c"), dials("c", "a", "1006"))
    book.say(dial_end("a", "BUSY"), gone("a")).wait(1).say(joins_queue("c")).ringing()
    new = after_our_restart(book).say(*roster(line_in("c", row=True), waits("c")))
    new.say(hangs_up("c"), gone("c"))
    assert [v.end for v in new.record().visits] == ["refused", "unknown"]


def test_held_conversation_is_held_over_our_restart(book: Playbook) -> None:
    book.talking().wait(10).say(holds("a")).wait(1)
    new = after_our_restart(book).say(*roster(*the_call()))
    assert new.state_of("1001") == "held"
    new.say(holds("a", on=False)).wait(1).hangs_up("c", "a", "b-a")
    assert new.record().conversations[0].hold_ms == 5_000


def test_records_of_others_and_ended_ones_are_not_taken_up(book: Playbook) -> None:
    book.say(hangs_up("c"), gone("c"))
    ended = book.record()
    other: CallRecord = Playbook(pbx="pbx2").say(line_in("o")).record("o")
    new = Playbook(resumes=[ended, other])
    assert new.board.scene.calls == {}


def test_line_that_rings_outside_while_the_list_is_read_is_offered_to_nobody() -> None:
    book = Playbook().say(
        *roster(phone("p", "1001", row=True), LegSeen(0, "t", "PJSIP/trunk-t", 5, "p", row=True))
    )
    assert not [fact for fact in book.facts if isinstance(fact, AgentOffered)]


def test_nobody_is_joined_with_an_agent_whose_leg_the_list_has_not_confirmed() -> None:
    """He was in the bridge before the gap and is gone; the caller came into it unseen."""
    book = Playbook().with_members("support", "1001").waiting().ringing()
    book.say(state("a", 6), dial_end("a", "ANSWER"), enters("a", "b")).wait(1).say(link_down())
    book.wait(60).say(*roster(line_in("c", row=True), enters("c", "b", row=True)))
    assert book.record().conversations == []
    assert book.state_of("1001") == "signed_out"


def test_clock_set_back_in_a_gap_does_not_keep_what_is_gone() -> None:
    """What was there when the link went is compared with the list, not with the clock."""
    book = Playbook().with_members("support", "1001").waiting().ringing().talking()
    book.wait(10).say(link_down())
    book.now -= 3_600_000
    book.say(*roster(member("1001", row=True)))
    assert book.record().settled_by == "lost_sight"
    nothing_is_open(book.records().values())


def test_phones_behind_a_local_channel_of_one_agent_are_no_offers_of_their_own() -> None:
    """The queue rings the Local channel; while it is answered one of the phones rings on."""
    agent = "Local/1009@follow-me"
    row = member(agent, state_interface="PJSIP/1009", row=True)
    book = Playbook().say(member(agent, state_interface="PJSIP/1009")).waiting()
    book.say(*local("l1", "l2", "1009@follow-me", of="c"), rings("c", "l1", agent))
    book.say(dials("c", "l1", agent), phone("p", "1009", "c"), dials("l2", "p", "1009"))
    book.say(phone("q", "1008", "c"), dials("l2", "q", "1008"), state("p", 5), state("q", 5))
    book.say(gone("l1", 0), gone("l2")).told()
    legs = [line_in("c", row=True), phone("p", "1009", "c", 5), phone("q", "1008", "c", 5)]
    book.say(link_down(), *roster(row, *legs, waits("c")))
    assert len(book.record().visits[0].offers) == 1


def test_agents_own_line_that_vanished_leaves_the_customer_whom_he_connected() -> None:
    """An outbound call goes on between the customer and somebody else."""
    book = Playbook().with_members("support", "1001").say(phone("a", "1001", state=4))
    book.say(LegSeen(0, "t", "PJSIP/trunk-t", 0, "a"), dials("a", "t", "0912@trunk"))
    book.say(dial_end("t", "ANSWER"), enters("a", "b"), enters("t", "b")).wait(3).say(link_down())
    book.wait(1).say(
        *roster(member("1001", row=True), LegSeen(0, "t", "PJSIP/trunk-t", 6, "a", row=True))
    )
    assert book.record("a").ended_at is None
    assert "a" not in book.board.scene.legs.legs
    assert book.state_of("1001") == "ready"


def test_member_removed_while_the_list_came_does_not_stand_for_one_it_did_not_show() -> None:
    """1001 is in two queues; the list shows one of them, which he leaves before the list ends."""
    book = Playbook().with_members("support", "1001").with_members("sales", "1001")
    book.say(link_down(), *roster()[:1], member("1001", "support", row=True))
    book.say(removed("1001", "support"), *roster()[-1:])
    assert book.state_of("1001") == "signed_out", "the list did not show him in sales"

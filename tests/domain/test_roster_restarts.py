"""The roster after a restart, of ours or of the PBX: who is gone, and what is older than what."""

from __future__ import annotations

import pytest

from callcenter.domain.facts import (
    AgentStateChanged,
    CallEnded,
    ConversationEnded,
    LinkRestored,
)
from callcenter.domain.signals import MemberSeen
from tests.domain.roster_scene import MEMBERS, rung, the_call
from tests.playbook import (
    T0,
    Playbook,
    dial_end,
    enters,
    gives_up,
    gone,
    is_hung_up,
    leaves_queue,
    line_in,
    link_down,
    missed,
    phone,
    roster,
    waits,
)


@pytest.fixture
def book() -> Playbook:
    return rung()


def test_who_signed_out_while_we_were_down_is_told_so() -> None:
    here = [("pbx1:PJSIP/1001", "Sara"), ("pbx1:PJSIP/1009", "Omid"), ("pbx2:PJSIP/1009", "Far")]
    new = Playbook(on_shift=here)
    new.say(*roster(*MEMBERS))
    told = [fact for fact in new.facts if isinstance(fact, AgentStateChanged)]
    assert sorted((fact.agent.interface, fact.state) for fact in told) == [
        ("PJSIP/1001", "ready"),
        ("PJSIP/1002", "ready"),
        ("PJSIP/1009", "signed_out"),
    ]
    new.told()
    new.say(*roster(*MEMBERS))
    assert not [fact for fact in new.told() if isinstance(fact, AgentStateChanged)]


def test_what_agents_did_while_we_were_down_for_long_is_not_known() -> None:
    here = [("pbx1:PJSIP/1001", "Sara"), ("pbx1:PJSIP/1009", "Omid")]
    new = Playbook(on_shift=here, stopped_at=T0 - 3_600_000)
    new.say(*roster(*MEMBERS))
    told = [fact for fact in new.facts if isinstance(fact, AgentStateChanged)]
    assert sorted((fact.agent.interface, fact.at - T0, fact.state) for fact in told) == [
        ("PJSIP/1001", -3_600_000, "unknown"),
        ("PJSIP/1001", 0, "ready"),
        ("PJSIP/1002", 0, "ready"),
        ("PJSIP/1009", -3_600_000, "unknown"),
        ("PJSIP/1009", 0, "signed_out"),
    ]
    [restored] = [fact for fact in new.facts if isinstance(fact, LinkRestored)]
    assert restored.before_ms == T0 - 3_600_000


def test_over_a_short_restart_agents_go_on_with_what_they_did() -> None:
    new = Playbook(on_shift=[("pbx1:PJSIP/1001", "Sara")], stopped_at=T0 - 30_000)
    new.say(*roster(*MEMBERS))
    told = [fact for fact in new.facts if isinstance(fact, AgentStateChanged)]
    assert sorted((fact.agent.interface, fact.state) for fact in told) == [
        ("PJSIP/1001", "ready"),
        ("PJSIP/1002", "ready"),
    ]


def test_call_that_ended_while_we_were_down_lasted_at_least_until_we_stopped(
    book: Playbook,
) -> None:
    book.talking().wait(20)
    stopped_at = book.now
    new = Playbook(resumes=[book.record()], stopped_at=stopped_at)
    new.now = stopped_at + 3_600_000
    new.say(*roster(*MEMBERS))
    [ended] = [fact for fact in new.facts if isinstance(fact, CallEnded)]
    [talk] = [fact for fact in new.facts if isinstance(fact, ConversationEnded)]
    assert (ended.at, ended.settled_by) == (stopped_at, "lost_sight")
    assert (talk.at, talk.talk_ms) == (stopped_at, 20_000)


def test_row_of_a_waiting_caller_that_is_older_than_his_answer_is_a_stay_that_ended() -> None:
    book = Playbook().with_members("support", "1001").wait(1)
    rows = roster(line_in("c", row=True), waits("c"))
    asked, row, complete = rows[0], rows[1:-1], rows[-1]
    book.say(asked).wait(1).say(line_in("c"), phone("a", "1001", "c", 6))
    book.say(enters("a", "b-a"), enters("c", "b-a")).wait(1).say(*row, complete)
    assert [(v.queue, v.end) for v in book.record().visits] == [("support", "answered")]
    (talk,) = book.record().conversations
    assert (talk.queue, talk.visit) == ("support", 1)
    book.wait(5).hangs_up("c", "a", "b-a")
    record = book.record()
    assert (len(record.conversations), record.outcome, record.ended_by) == (1, "answered", "caller")


def test_conversation_that_is_older_than_the_list_did_not_end_the_stay() -> None:
    book = Playbook().with_members("support", "1001").say(line_in("c"), phone("a", "1001", "c", 6))
    book.say(enters("a", "b-a"), enters("c", "b-a")).wait(9)
    book.say(*roster(*the_call(waits("c"))))
    assert [(v.queue, v.end) for v in book.record().visits] == [("support", None)]


@pytest.mark.parametrize("how", ["AgentRingNoAnswer", "DialEnd"])
def test_asterisk_going_down_asks_every_leg_first_and_nobody_did_it(
    book: Playbook, how: str
) -> None:
    book.say(is_hung_up("c", flag=4), is_hung_up("a", flag=4))
    book.say(missed("c", "a", "1001") if how == "AgentRingNoAnswer" else dial_end("a", "NOANSWER"))
    book.say(gives_up("c"), leaves_queue("c"), gone("a"), gone("c"))
    record = book.record()
    assert [(v.end, [o.end for o in v.offers]) for v in record.visits] == [
        ("system", ["cancelled"])
    ]
    assert (record.outcome, record.ended_by) == ("system", "pbx")


def test_talk_that_a_crash_ended_was_ended_by_the_pbx(book: Playbook) -> None:
    book.talking().wait(5).say(link_down()).wait(5).say(*roster(*MEMBERS, restarted=True))
    record = book.record()
    assert [talk.ended_by for talk in record.conversations] == ["pbx"]
    assert (record.ended_by, record.settled_by) == ("pbx", "lost_sight")


def test_options_of_a_local_member_are_learnt_when_a_queue_tells_them() -> None:
    book = Playbook(on_shift=[("pbx1:Local/1001@agents", "Sara")]).say(*roster())
    book.say(MemberSeen(0, "support", "Local/1001@agents/n", "Sara", "", 1, False))
    agent = book.board.scene.agents.known("pbx1:Local/1001@agents")
    assert agent.ref.interface == "Local/1001@agents/n"

"""The roster after a restart, of ours or of the PBX: who is gone, and what is older than what."""

from __future__ import annotations

import pytest

from callcenter.domain.facts import (
    AgentStateChanged,
)
from callcenter.domain.signals import MemberSeen
from tests.domain.roster_scene import MEMBERS, rung, the_call
from tests.playbook import (
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

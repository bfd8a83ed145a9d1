"""Agents and callers behind Local channels: with and without a phone, optimised and not."""

from __future__ import annotations

import pytest

from tests.playbook import (
    Playbook,
    blind,
    connects,
    dial_end,
    dials,
    enters,
    gone,
    hangs_up,
    joins_queue,
    leaves_queue,
    line_in,
    local,
    member,
    parts,
    phone,
    rings,
    state,
    trunk_out,
)


def test_local_member_without_a_phone_talks_by_its_dialplan() -> None:
    """The far half runs Answer() and Wait(): it stands for a person."""
    agent = "Local/1001@agents"
    book = Playbook().with_members("support", agent).waiting()
    book.say(*local("l1", "l2", "1001@agents", of="c"))
    book.say(rings("c", "l1", agent), dials("c", "l1", agent)).wait(2)
    book.say(state("l1", 6), dial_end("l1", "ANSWER"), leaves_queue("c"))
    book.say(connects("c", "l1", agent), enters("l1", "b"), enters("c", "b")).wait(3)
    book.say(hangs_up("l1"), parts("l1", "b"), gone("l2"), gone("l1"), parts("c", "b"), gone("c"))
    assert [(t.agent.interface, t.talk_ms, t.ended_by) for t in book.record().conversations] == [
        (agent, 3_000, "agent")
    ]


@pytest.mark.parametrize("optimised", [True, False])
def test_local_member_with_a_phone_behind_is_one_agent(optimised: bool) -> None:
    """With /n two bridges stand between; without it the phone takes the Local's place."""
    agent = "Local/1009@agents" + ("" if optimised else "/n")
    book = Playbook().say(member(agent, state_interface="PJSIP/1009")).waiting()
    book.say(*local("l1", "l2", "1009@agents", of="c"), rings("c", "l1", agent))
    book.say(dials("c", "l1", agent), phone("p", "1009", "c"), dials("l2", "p", "1009"))
    book.say(state("p", 5), state("l1", 5)).wait(2)
    book.say(state("p", 6), dial_end("p", "ANSWER"), enters("p", "b2"), enters("l2", "b2"))
    book.say(state("l1", 6), dial_end("l1", "ANSWER"), leaves_queue("c"))
    book.say(connects("c", "l1", agent), enters("l1", "b1"), enters("c", "b1"))
    if optimised:
        book.say(parts("p", "b2"), enters("p", "b1", swap="l1"), parts("l1", "b1"))
        book.say(parts("l2", "b2"), gone("l1"), gone("l2"))
    book.wait(4).say(hangs_up("p"), parts("p", "b2"), parts("p", "b1"), gone("p"))
    book.say(gone("l2"), gone("l1"), gone("c"))
    [talk] = book.record().conversations
    assert (talk.agent.interface, talk.talk_ms, talk.ended_by) == (agent, 4_000, "agent")
    assert [o.end for o in book.record().visits[0].offers] == ["answered"]
    assert book.board.scene.calls == {}


@pytest.mark.parametrize("late", [False, True])
def test_local_that_takes_itself_out_ends_nothing(late: bool) -> None:
    """Its halves are hung up by Asterisk; ``late``: before the phone stands in their place."""
    agent = "Local/1009@agents"
    book = Playbook().say(member(agent, state_interface="PJSIP/1009")).waiting()
    book.say(*local("l1", "l2", "1009@agents", of="c"), rings("c", "l1", agent))
    book.say(dials("c", "l1", agent), phone("p", "1009", "c"), dials("l2", "p", "1009"))
    book.say(state("p", 5), state("p", 6), dial_end("p", "ANSWER"), dial_end("l1", "ANSWER"))
    book.say(enters("p", "b1"), enters("l2", "b1"), leaves_queue("c"), connects("c", "l1", agent))
    book.say(enters("l1", "b2"), enters("c", "b2")).wait(1)
    swap = [enters("p", "b2", "l1")]
    book.say(parts("p", "b1"), parts("l1", "b2"), *([] if late else swap))
    book.say(hangs_up("l2"), parts("l2", "b1"), gone("l1"), gone("l2"), *(swap if late else []))
    book.wait(3).say(hangs_up("c"), parts("c", "b2"), gone("c"), parts("p", "b2"), gone("p"))
    (talk,) = book.record().conversations
    assert (talk.agent.interface, talk.ended_by, talk.talk_ms) == (agent, "caller", 4_000)
    assert book.record().ended_by == "caller"


def test_caller_behind_an_optimised_local_is_followed() -> None:
    """An IVR calls Queue() through a Local that optimises itself away (ASTERISK 4.3)."""
    book = Playbook().with_members("support", "1001")
    book.say(*local("l1", "l2", "600@queues"), joins_queue("l1"))
    book.say(line_in("c"))
    book.ringing(leg="l1").say(state("a", 6), dial_end("a", "ANSWER"), connects("l1", "a", "1001"))
    book.say(enters("a", "b"), enters("l1", "b"))
    record = book.record("l1")
    assert record.visits[0].end == "answered"


def test_mobile_behind_a_local_member_speaks_for_the_member_when_it_takes_its_place() -> None:
    agent = "Local/1009@agents"
    book = Playbook().with_members("support", agent).waiting()
    book.say(*local("l1", "l2", "1009@agents", of="c"), rings("c", "l1", agent))
    book.say(trunk_out("m", "c"), dials("l2", "m", "0912@trunk"), state("m", 6))
    book.say(enters("m", "b2"), enters("l2", "b2"), leaves_queue("c"))
    book.say(connects("c", "l1", agent), enters("l1", "b1"), enters("c", "b1"))
    book.say(enters("m", "b1", swap="l1"), parts("l1", "b1"), gone("l1"), gone("l2")).wait(3)
    book.say(hangs_up("m"), parts("m", "b1"), gone("m"), gone("c"))
    assert [(t.agent.interface, t.talk_ms) for t in book.record().conversations] == [(agent, 3_000)]


def test_target_of_a_transfer_inside_a_local_is_not_the_member_any_more() -> None:
    book = Playbook().with_members("support", "Local/1009@agents").waiting()
    book.say(*local("l1", "l2", "1009@agents", of="c"), blind("x", "1002", "l2"))
    assert not book.board.scene.legs.legs["l2"].inherits

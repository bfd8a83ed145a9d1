"""What app_queue tells of legs that we know, and of some that we never saw."""

from __future__ import annotations

from callcenter.domain.facts import AgentOffered, CallStarted
from tests.playbook import (
    Playbook,
    a,
    an,
    completes,
    connects,
    enters,
    leaves_queue,
    line_in,
    local,
    missed,
    phone,
    rings,
    trunk_out,
    waits,
)


def test_caller_never_heard_of_is_odd_and_nothing_else() -> None:
    book = Playbook().say(rings("x", "y", "1001"), connects("x", "y", "1001"), waits("x"))
    book.say(missed("x", "y", "1001"), completes("x", "y", "1001", "agent")).expect()
    assert book.board.odd == 3
    assert book.board.scene.agents.all() == []


def test_member_who_is_rung_on_a_leg_never_heard_of_is_no_offer() -> None:
    book = Playbook().say(line_in("c"), rings("c", "y", "1001")).expect(a(CallStarted))
    assert book.board.odd == 0


def test_member_that_is_a_local_owns_both_of_its_halves() -> None:
    book = Playbook().say(line_in("c"), *local("l1", "l2"))
    book.told()
    book.say(rings("c", "l1", "Local/1009@agents/n")).expect(an(AgentOffered, call="pbx1:c"))
    halves = [book.board.scene.legs.legs[half] for half in ("l1", "l2")]
    assert [(half.agent, half.call) for half in halves] == [
        ("pbx1:Local/1009@agents", "pbx1:c"),
        ("pbx1:Local/1009@agents", "pbx1:c"),
    ]


def test_queue_that_rings_another_queues_agent_names_itself() -> None:
    book = Playbook().say(line_in("c"), phone("a", "1001", "c"), rings("c", "a", "1001", "sales"))
    book.expect(a(CallStarted), an(AgentOffered, queue="sales", visit=None))


def test_member_whose_ringing_we_did_not_hear_speaks_on_the_leg_he_is_connected_by() -> None:
    """His mobile behind a trunk: of the leg itself nobody could say whose it is."""
    book = Playbook().with_members("support", "1001").waiting().say(trunk_out("t", "c"))
    book.say(leaves_queue("c"), connects("c", "t", "1001"), enters("t", "b"), enters("c", "b"))
    [talk] = book.record().conversations
    assert (talk.agent.interface, talk.queue) == ("PJSIP/1001", "support")

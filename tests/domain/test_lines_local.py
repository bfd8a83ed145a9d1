"""Local channels and replaced lines: what is true of one half, and who is followed."""

from __future__ import annotations

from tests.playbook import (
    Playbook,
    dials,
    enters,
    gone,
    hangs_up,
    joins_queue,
    line_in,
    local,
    parts,
    rings,
    trunk_out,
)


def test_caller_who_is_half_of_a_local_begins_the_call_of_both() -> None:
    book = Playbook().say(*local("l1", "l2", of="unheard"), joins_queue("l2"))
    halves = [book.board.scene.legs.legs[half] for half in ("l1", "l2")]
    assert [half.call for half in halves] == ["pbx1:l2", "pbx1:l2"]


def test_local_that_a_member_dials_through_belongs_to_him_wholly() -> None:
    """A member that is a Local whose dialplan goes through a second Local."""
    book = Playbook().with_members("support", "Local/1009@agents").waiting()
    book.say(*local("l1", "l2", of="c"), rings("c", "l1", "Local/1009@agents"))
    book.say(*local("m1", "m2", "1009@home", of="c"), dials("l2", "m1", "1009@home"))
    assert {book.board.scene.legs.legs[half].agent for half in ("m1", "m2")} == {
        "pbx1:Local/1009@agents"
    }


def test_local_of_a_member_that_the_dialplan_dials_is_his_wholly() -> None:
    book = Playbook().with_members("support", "Local/1009@agents").say(line_in("c"))
    book.say(*local("l1", "l2", of="c"), dials("c", "l1", "1009@agents"))
    assert {book.board.scene.legs.legs[half].agent for half in ("l1", "l2")} == {
        "pbx1:Local/1009@agents"
    }
    assert len(book.record().direct) == 1


def test_line_that_takes_the_place_of_an_agents_local_is_his() -> None:
    """His mobile, reached by a trunk whose dialling we did not hear."""
    book = Playbook().with_members("support", "Local/1009@agents").waiting()
    book.say(*local("l1", "l2", of="c"), rings("c", "l1", "Local/1009@agents"))
    book.say(enters("c", "b1"), enters("l1", "b1")).wait(3)
    book.say(trunk_out("t", "c"), enters("t", "b1", swap="l1"), gone("l1"), gone("l2")).wait(3)
    [talk] = book.record().conversations
    assert (talk.agent.id, talk.parted_at) == ("pbx1:Local/1009@agents", None)
    book.say(hangs_up("t"), parts("t", "b1"), gone("t"))
    assert book.record().conversations[0].ended_by == "agent"


def test_line_that_is_replaced_while_a_local_of_it_waits_leaves_the_visit_alone() -> None:
    book = Playbook().with_members("support", "1001").say(line_in("c"))
    book.say(*local("l1", "l2", "600@ivr", of="c"), enters("c", "b0"), enters("l1", "b0"))
    book.say(joins_queue("l2"), trunk_out("d", "c"), enters("d", "b0", swap="c"))
    [track] = book.board.scene.calls.values()
    assert (track.customer, [visit.leg for visit in track.visits.values()]) == ("d", ["l2"])
    book.say(gone("c"), gone("l1"), gone("l2"))
    assert [visit.leg for visit in track.visits.values()] == ["d"]

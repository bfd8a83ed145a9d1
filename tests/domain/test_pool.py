"""Agents who stay on the line: the sign-in is no call, and each call of theirs is its own."""

from __future__ import annotations

import pytest

from callcenter.domain.facts import CallEnded, CallStarted
from callcenter.domain.signals import PoolJoined
from tests.playbook import (
    Playbook,
    a,
    connects,
    dial_end,
    dials,
    enters,
    gone,
    hangs_up,
    leaves_queue,
    local,
    member,
    parts,
    phone,
    rings,
    state,
)

AGENT = "Local/1001@agent-pool"


def waits_for_calls(leg: str = "l", ext: str = "1001") -> PoolJoined:
    """A leg of an agent of the pool begins to wait."""
    return PoolJoined(0, leg, ext)


def signed_in(device: str) -> Playbook:
    """An agent of the pool who waits, known to his queue by ``device``."""
    book = Playbook().say(member(AGENT, state_interface=device))
    book.say(phone("l", "1001", state=4), state("l", 6), waits_for_calls())
    book.say(enters("l", "hold", kind="agent_hold"))
    book.told()
    return book


def put_through(book: Playbook, call: str) -> None:
    """The queue rings the agent for this caller, and he is put through."""
    one, two, bridge = f"{call}1", f"{call}2", f"b{call}"
    book.waiting(call).say(*local(one, two, "1001@agent-pool", of=call), rings(call, one, AGENT))
    book.say(dials(call, one, AGENT), enters(two, f"pool{call}")).wait(1)
    book.say(parts("l", "hold"), enters("l", f"pool{call}"), state(two, 6), state(one, 6))
    book.say(dial_end(one, "ANSWER"), leaves_queue(call), connects(call, one, AGENT))
    book.say(enters(one, bridge), enters(call, bridge))


def caller_leaves(book: Playbook, call: str) -> None:
    """The caller hangs up, and the agent goes back to wait."""
    one, two, bridge = f"{call}1", f"{call}2", f"b{call}"
    book.say(hangs_up(call), parts(call, bridge), gone(call), parts(one, bridge), gone(one))
    book.say(parts(two, f"pool{call}"), gone(two), parts("l", f"pool{call}"))
    book.say(enters("l", "hold", kind="agent_hold"))


def test_sign_in_is_a_call_that_is_over_when_the_waiting_begins() -> None:
    book = Playbook().say(phone("l", "1001", state=4), state("l", 6), waits_for_calls())
    book.expect(a(CallStarted, direction="internal"), a(CallEnded, outcome="ivr"))


@pytest.mark.parametrize("device", ["Agent:1001", "Custom:1001"])
def test_each_call_on_the_same_leg_is_a_call_of_its_own(device: str) -> None:
    """By his state interface, else by the Local channel that his leg meets, it is the member."""
    book = signed_in(device)
    for call in ("c", "d"):
        put_through(book, call)
        book.wait(3)
        caller_leaves(book, call)
        book.wait(10)
        record = book.record(call)
        [talk] = record.conversations
        assert (talk.agent.interface, talk.queue, talk.talk_ms) == (AGENT, "support", 3_000)
        [offer] = record.visits[0].offers
        assert (offer.agent.interface, offer.end) == (AGENT, "answered")
    assert len(book.records()) == 3


def test_who_waits_on_the_line_is_ready_and_not_talking() -> None:
    book = Playbook().say(member(AGENT, state_interface="Agent:1001"))
    book.say(phone("l", "2001", state=4), state("l", 6), waits_for_calls())
    assert book.state_of("1001") == "ready"
    put_through(book, "c")
    assert book.state_of("1001") == "talking"
    caller_leaves(book, "c")
    assert book.state_of("1001") == "ready"


def test_who_hangs_up_in_a_talk_ends_it() -> None:
    book = signed_in("Agent:1001")
    put_through(book, "c")
    book.wait(2).say(hangs_up("l"), parts("l", "poolc"), gone("l"), parts("c2", "poolc"))
    book.say(gone("c2"), parts("c1", "bc"), gone("c1"), parts("c", "bc"), gone("c")).wait(5)
    [talk] = book.record().conversations
    assert (talk.talk_ms, talk.ended_by, book.record().ended_by) == (2_000, "agent", "agent")


def test_who_takes_himself_out_of_the_way_leaves_the_agent_in_his_place() -> None:
    """The Local channel is optimised away before anybody said who waits on the leg."""
    book = signed_in("Custom:1001").waiting()
    book.say(*local("c1", "c2", "1001@agent-pool", of="c"), rings("c", "c1", AGENT))
    book.say(state("c1", 6), dial_end("c1", "ANSWER"), enters("c1", "b"), enters("c", "b"))
    book.say(parts("l", "hold"), parts("c1", "b"), enters("l", "b", swap="c1"))
    book.say(gone("c2"), gone("c1")).wait(4).say(hangs_up("c"), parts("c", "b"), gone("c"))
    [talk] = book.record().conversations
    assert (talk.agent.interface, talk.talk_ms) == (AGENT, 4_000)


def test_said_twice_or_of_a_leg_never_heard_of_it_changes_nothing() -> None:
    book = signed_in("Agent:1001")
    book.say(waits_for_calls(), waits_for_calls("x"))
    book.expect()
    assert book.board.odd == 1


def test_leg_of_a_customers_call_may_wait_too() -> None:
    """Odd, but the call is his and goes on."""
    book = signed_in("Agent:1001").waiting().say(phone("q", "1002", "c"), waits_for_calls("q"))
    assert book.record().ended_at is None

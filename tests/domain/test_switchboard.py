"""The switchboard as a whole: what is routed where, waking, and one PBX beside another."""

from __future__ import annotations

from msgspec.structs import replace

from callcenter.domain import signals, switchboard
from callcenter.domain.facts import AgentSeen, AnyFact, CallEnded, CallStarted, QueueLeft
from callcenter.domain.signals import Signal
from callcenter.domain.switchboard import AGENTS_AT_ONCE
from tests.playbook import (
    Playbook,
    a,
    gives_up,
    gone,
    hangs_up,
    joins_queue,
    leaves_queue,
    line_in,
    member,
    parts,
    roster,
    variable,
    woke,
)


def test_waking_without_anything_due_says_nothing() -> None:
    book = Playbook().say(woke())
    book.expect()
    assert book.board.next_wake is None


def test_what_is_due_is_settled_by_whatever_comes_next() -> None:
    book = Playbook().with_members("support", "1001").waiting()
    book.say(leaves_queue("c"))
    assert book.board.next_wake == book.now + 2_000
    book.now += 60_000
    book.say(line_in("d"))
    assert book.record().visits[0].end == "key"


def test_call_that_ended_before_its_time_came_is_not_settled_again() -> None:
    book = Playbook().with_members("support", "1001").waiting().say(leaves_queue("c"))
    book.say(gone("c"))
    book.told()
    book.now += 10_000
    book.say(woke()).expect()


def test_two_pbxs_do_not_know_each_others_legs() -> None:
    one, two = Playbook(pbx="pbx1"), Playbook(pbx="pbx2")
    one.say(line_in("c"))
    two.say(line_in("c"), gone("c"))
    two.expect(a(CallStarted, call="pbx2:c"), a(CallEnded, call="pbx2:c"))
    assert one.record("c").ended_at is None


def test_a_wake_that_comes_before_the_evidence_is_complete_asks_for_another() -> None:
    """He left the queue while a conversation of the same call was about to be over."""
    book = Playbook().with_members("support", "1001").waiting().ringing().talking().wait(5)
    book.say(parts("c", "b-a")).wait(0.5)
    book.say(joins_queue("c")).wait(0.2).say(leaves_queue("c"))
    left = book.now
    book.wait(0.5)
    assert book.board.next_wake == left + 2_000
    book.wait(2)
    assert [visit.end for visit in book.record().visits] == ["answered", "key"]


def test_every_kind_of_signal_has_its_handler() -> None:
    """A Switchboard passes over what it does not know; none of ours may be among that."""
    kinds = {kind for kind in vars(signals).values() if isinstance(kind, type)}
    ours = {kind for kind in kinds if issubclass(kind, Signal) and kind is not Signal}
    assert ours
    assert ours == set(switchboard._TABLE)


def test_signal_of_a_kind_never_heard_of_is_passed_over() -> None:
    class Tomorrow(Signal, frozen=True):
        """A signal that a later version tells."""

    Playbook().say(Tomorrow(0)).expect()


def test_looking_often_or_once_settles_what_is_due_alike() -> None:
    """A replay looks when messages come, the service also in between: the facts are the same."""

    def left_and_talked(board_looks: tuple[int, ...]) -> list[object]:
        book = Playbook().with_members("support", "1001").waiting().ringing().talking().wait(5)
        book.say(parts("c", "b-a")).wait(0.5).say(joins_queue("c")).wait(0.2).say(leaves_queue("c"))
        facts: list[object] = []
        for after_ms in board_looks:
            for signal in book.board.passed(book.now + after_ms):
                facts += book.board.apply(signal)
        return facts

    often = left_and_talked((100, 400, 900, 1_400, 1_900, 2_000, 5_000))
    assert often == left_and_talked((5_000,))
    assert often


def test_time_does_not_pass_for_the_rest_of_one_message() -> None:
    book = Playbook().with_members("support", "1001").waiting()
    book.say(leaves_queue("c"))
    assert book.board.hear(0, ()) == []
    assert book.board.next_wake is not None


def test_what_a_frozen_link_brings_in_one_burst_is_settled_in_its_own_time() -> None:
    """He gave up ten seconds ago; that he hung up himself is in the next message."""
    book = Playbook().with_members("support", "1001").waiting().wait(3)
    burst = [hangs_up("c"), variable("c", "ABANDONED", "TRUE"), gives_up("c"), leaves_queue("c")]
    arrived = book.now + 10_000
    facts: list[AnyFact] = []
    for signal in [*burst, gone("c")]:
        facts += book.board.hear(arrived, [replace(signal, at=book.now)])
    assert [fact.reason for fact in facts if isinstance(fact, QueueLeft)] == ["abandoned"]


def test_slow_link_has_its_own_time_until_it_has_caught_up() -> None:
    book = Playbook().with_members("support", "1001").waiting()
    late = book.now + 8_000
    book.board.hear(late, [replace(leaves_queue("c"), at=book.now)])
    assert not list(book.board.passed(late + 1_000)), "half a second of it may still be on its way"
    assert list(book.board.passed(late + 3_000))


def test_many_agents_at_once_are_told_of_in_portions() -> None:
    """A roster of ten thousand agents must let the loop breathe."""
    whole, sliced = Playbook(), Playbook()
    rows = [member(str(n), row=True) for n in range(1000, 1000 + 2 * AGENTS_AT_ONCE + 1)]
    *before, last = roster(*rows)
    for book in (whole, sliced):
        book.say(*before)
    told = [sliced.board.take(replace(last, at=sliced.now))]
    while sliced.board.unsaid:
        told.append(sliced.board.go_on())
    assert [fact for portion in told for fact in portion] == whole.board.apply(
        replace(last, at=whole.now)
    )
    seen = [sum(isinstance(fact, AgentSeen) for fact in portion) for portion in told]
    assert seen == [AGENTS_AT_ONCE, AGENTS_AT_ONCE, 1]

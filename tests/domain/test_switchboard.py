"""The switchboard as a whole: legs that come twice, late, or not at all; recordings; waking."""

from __future__ import annotations

import pytest

from callcenter.domain import legs
from callcenter.domain.facts import CallEnded, CallStarted, RecordingStarted
from callcenter.domain.signals import LegSeen, RecordingBegan, Signal
from tests.playbook import (
    Playbook,
    a,
    completes,
    gone,
    hangs_up,
    leaves_queue,
    line_in,
    phone,
    state,
    woke,
)


def test_leg_told_twice_is_one_call() -> None:
    Playbook().say(line_in("c"), line_in("c"), line_in("c", row=True)).expect(a(CallStarted))


def test_leg_that_is_gone_stays_gone() -> None:
    book = Playbook().say(line_in("c"), gone("c"))
    book.told()
    book.say(line_in("c"), state("c", 6), gone("c")).expect()
    assert book.board.scene.legs.legs == {}


def test_memory_of_what_is_gone_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legs, "REMEMBERED", 2)
    book = Playbook().say(gone("1"), gone("2"), gone("3"))
    book.say(line_in("1")).expect(a(CallStarted))
    book.say(line_in("3")).expect()


@pytest.mark.parametrize("name", ["Snoop/x-1", "Message/ast_msg_queue", "Announcer/a-1"])
def test_channel_of_asterisk_itself_is_nobodys_call(name: str) -> None:
    book = Playbook().say(LegSeen(0, "s", name, 6, "s"))
    book.expect()
    book.say(state("s", 5), gone("s")).expect()


def test_leg_of_a_linked_call_belongs_to_it_also_when_its_head_is_gone() -> None:
    book = Playbook().say(line_in("c"), phone("a", "1001", "c"))
    assert book.board.scene.legs.legs["a"].call == "pbx1:c"


def test_leg_linked_through_a_leg_of_a_call_belongs_to_that() -> None:
    """The head of the Linkedid was itself taken up by another call."""
    book = Playbook().say(line_in("c"), phone("a", "1001", "c"), phone("b", "1002", "a"))
    assert book.board.scene.legs.legs["b"].call == "pbx1:c"


def test_leg_linked_to_nothing_we_know_has_no_call_yet() -> None:
    book = Playbook().say(phone("a", "1001", "unheard"))
    book.expect()
    assert book.board.scene.legs.legs["a"].call == ""


def test_recording_is_told_once_and_only_with_a_file() -> None:
    book = Playbook().say(line_in("c"))
    said: list[Signal] = [
        RecordingBegan(0, "c", "a.wav"),
        RecordingBegan(0, "c", "a.wav"),
        RecordingBegan(0, "c", ""),
        RecordingBegan(0, "x", "b.wav"),
    ]
    book.say(*said).expect(a(CallStarted), a(RecordingStarted, file="a.wav"))


def test_hangup_request_of_a_leg_never_heard_of_is_odd() -> None:
    book = Playbook().say(hangs_up("x"), gone("x"), completes("x", "y", "1001", "agent"))
    book.expect()
    assert book.board.odd == 1


def test_hangup_request_on_a_leg_without_a_call_says_nothing_of_a_call() -> None:
    Playbook().say(phone("a", "1001", "unheard"), hangs_up("a"), gone("a")).expect()


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

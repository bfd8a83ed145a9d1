"""Legs that come twice, late, or not at all; who belongs to which call; recordings."""

from __future__ import annotations

import pytest

from callcenter.domain import legs
from callcenter.domain.facts import CallStarted, RecordingStarted
from callcenter.domain.signals import LegSeen, LocalPaired, RecordingBegan, Signal
from tests.playbook import (
    Playbook,
    a,
    completes,
    dial_end,
    dials,
    gone,
    hangs_up,
    line_in,
    local,
    phone,
    state,
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


def test_state_dial_and_pairing_of_legs_never_heard_of_are_odd() -> None:
    book = Playbook().say(state("x", 6), dials("x", "y", "1001"), dial_end("y", "BUSY"))
    book.say(LocalPaired(0, "x", "y")).expect()
    assert book.board.odd == 4


def test_what_is_known_of_one_half_of_a_local_is_true_of_the_other() -> None:
    book = Playbook().say(line_in("c"), *local("l1", "l2", of="c"))
    assert [book.board.scene.legs.legs[half].call for half in ("l1", "l2")] == ["pbx1:c"] * 2

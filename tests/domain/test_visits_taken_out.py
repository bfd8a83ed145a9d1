"""Who is taken out of a queue and who goes himself; what is noticed late, and by which key."""

from __future__ import annotations

import pytest

from callcenter.domain.facts import (
    CallEnded,
    CallStarted,
    QueueEntered,
    QueueLeft,
    VisitCorrected,
)
from callcenter.domain.signals import LegHangupAsked
from tests.playbook import (
    Playbook,
    a,
    dial_end,
    enters,
    gives_up,
    gone,
    hangs_up,
    is_hung_up,
    joins_queue,
    leaves_queue,
    local,
    parts,
    state,
    variable,
    woke,
)


@pytest.fixture
def book() -> Playbook:
    book = Playbook().with_members("support", "1001", "1002").waiting()
    book.expect(a(CallStarted), a(QueueEntered, queue="support", visit=1, position=1))
    return book.wait(10)


def test_caller_behind_a_local_is_abandoned_when_the_variables_say_so() -> None:
    """A Local half never asks for its own end; that it gave up and is gone must do."""
    book = Playbook().with_members("support", "1001")
    book.say(local("c", "d"), state("c", 6), joins_queue("c"))
    book.say(variable("c", "ABANDONED", "TRUE"), gives_up("c"), leaves_queue("c"), gone("c"))
    assert book.record().visits[0].end == "abandoned"


def test_caller_who_is_hung_up_by_somebody_else_was_taken_out(book: Playbook) -> None:
    """His own line would have told his hang-up first: AMI's Hangup, or a time limit."""
    book.say(variable("c", "ABANDONED", "TRUE"), gives_up("c"), leaves_queue("c"))
    book.expect()
    book.say(is_hung_up("c", 16), gone("c"))
    book.expect(a(QueueLeft, reason="withdrawn"), a(CallEnded, ended_by="pbx"))


def test_caller_whose_line_failed_has_abandoned(book: Playbook) -> None:
    """Asterisk noticed it (no voice for long), but it was his device that went."""
    book.say(is_hung_up("c", 1), variable("c", "ABANDONED", "TRUE"), gives_up("c"))
    book.say(leaves_queue("c"), gone("c"))
    book.expect(a(QueueLeft, reason="abandoned"), a(CallEnded, ended_by="caller"))


def test_caller_who_goes_while_the_agent_hears_the_announcement_waited_until_he_went(
    book: Playbook,
) -> None:
    """The queue notices it when the announcement is over; the agent, who had lifted, got nobody."""
    book.ringing().wait(2).say(state("a", 6), dial_end("a", "ANSWER"))
    book.wait(3).say(hangs_up("c")).wait(7)
    book.say(variable("c", "ABANDONED", "TRUE"), gives_up("c"), gone("a", 0), leaves_queue("c"))
    book.say(gone("c", 0))
    visit = book.record().visits[0]
    assert (visit.end, visit.wait_ms) == ("abandoned", 15_000)
    assert [(o.end, o.ring_ms) for o in visit.offers] == [("cancelled", 2_000)]


def stands_at(leg: str, context: str, exten: str) -> LegHangupAsked:
    """The line hangs up while its leg stands there in the dialplan."""
    return LegHangupAsked(0, leg, True, 0, context, exten)


def test_key_is_known_late_where_the_leave_still_says_the_queues_place(book: Playbook) -> None:
    """Asterisk 16."""
    book.say(leaves_queue("c")).wait(3)
    book.expect(a(QueueLeft, reason="key", key=""))
    book.say(stands_at("c", "queue-keys", "1")).say(stands_at("c", "queue-keys", "1"))
    book.expect(a(VisitCorrected, reason="key", key="1", wait_ms=10_000, settled_by="ami"))
    visit = book.record().visits[0]
    assert (visit.end, visit.key) == ("key", "1")


@pytest.mark.parametrize("place", [("from-trunk", "600"), ("survey", "start"), ("", "")])
def test_place_that_is_no_key_says_nothing(book: Playbook, place: tuple[str, str]) -> None:
    book.say(leaves_queue("c")).wait(3)
    book.told()
    book.say(stands_at("c", *place)).expect()


def test_key_into_another_queue_is_not_read_from_where_he_stands_then(book: Playbook) -> None:
    book.say(leaves_queue("c"), joins_queue("c", "sales", "602"))
    book.told()
    book.say(stands_at("c", "did", "2"))
    assert [visit.key for visit in book.record().visits] == ["", ""]


def test_waiting_caller_who_is_put_into_a_bridge_was_taken_out_then(book: Playbook) -> None:
    """AMI's Park and Bridge draw him out of his channel, of which no queue says a word."""
    book.say(enters("c", "lot", kind="holding"))
    book.expect()
    book.wait(3).say(woke())
    book.expect(a(QueueLeft, reason="withdrawn", wait_ms=10_000))
    book.wait(5).say(parts("c", "lot"), hangs_up("c"), gone("c"))
    record = book.record()
    assert [(v.end, v.wait_ms) for v in record.visits] == [("withdrawn", 10_000)]


def test_waiting_caller_who_hangs_up_in_the_bridge_at_once_was_taken_out(book: Playbook) -> None:
    book.say(enters("c", "lot", kind="holding")).wait(1).say(hangs_up("c"), gone("c"))
    assert [(v.end, v.wait_ms) for v in book.record().visits] == [("withdrawn", 10_000)]


def test_bridge_that_is_told_before_the_queues_own_words_is_the_queues(book: Playbook) -> None:
    book.say(enters("c", "b")).wait(0.05).say(
        leaves_queue("c"), variable("c", "QUEUESTATUS", "TIMEOUT")
    )
    assert book.record().visits[0].end == "timed_out"

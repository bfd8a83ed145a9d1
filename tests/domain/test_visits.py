"""How a stay in a queue ends: every row of the table in ``callcenter.domain.visits``."""

from __future__ import annotations

import pytest

from callcenter.domain.facts import (
    AgentAnswered,
    CallEnded,
    CallStarted,
    QueueEntered,
    QueueLeft,
    QueueRefused,
)
from callcenter.domain.signals import LegGone, PbxStopping, QueueNamed, Signal
from tests.playbook import (
    Playbook,
    a,
    connects,
    dials,
    enters,
    gives_up,
    gone,
    hangs_up,
    is_hung_up,
    joins_queue,
    leaves_queue,
    line_in,
    link_down,
    local,
    parts,
    phone,
    roster,
    state,
    variable,
    waits,
)


@pytest.fixture
def book() -> Playbook:
    book = Playbook().with_members("support", "1001", "1002").waiting()
    book.expect(a(CallStarted), a(QueueEntered, queue="support", visit=1, position=1))
    return book.wait(10)


def end_of(book: Playbook, visit: int = 1) -> str | None:
    return book.record().visits[visit - 1].end


def test_caller_joined_with_an_agent_is_answered(book: Playbook) -> None:
    book.ringing().wait(3).talking()
    visit = book.record().visits[0]
    assert (visit.end, visit.wait_ms) == ("answered", 13_000)


def test_caller_who_hangs_up_in_the_queue_is_abandoned(book: Playbook) -> None:
    book.say(hangs_up("c"), variable("c", "ABANDONED", "TRUE"), gives_up("c"), leaves_queue("c"))
    book.expect(a(QueueLeft, reason="abandoned", wait_ms=10_000))
    book.say(is_hung_up("c", 16), gone("c"))
    book.expect(a(CallEnded, ended_by="caller", outcome="abandoned"))


def test_caller_gone_without_any_evidence_is_unknown(book: Playbook) -> None:
    book.say(gives_up("c"), leaves_queue("c"), gone("c"))
    book.expect(a(QueueLeft, reason="unknown"), a(CallEnded, outcome="unknown"))


def test_leg_that_vanishes_in_the_queue_is_unknown(book: Playbook) -> None:
    book.say(gone("c")).expect(a(QueueLeft, reason="unknown"), a(CallEnded))


@pytest.mark.parametrize(
    ("status", "end"),
    [
        ("TIMEOUT", "timed_out"),
        ("LEAVEEMPTY", "emptied"),
        ("LEAVEUNAVAIL", "emptied"),
        ("WITHDRAW", "withdrawn"),
    ],
)
def test_status_of_the_queue_decides_though_the_event_says_abandoned(
    book: Playbook, status: str, end: str
) -> None:
    book.say(gives_up("c"), variable("c", "ABANDONED", "TRUE"), leaves_queue("c"))
    book.wait(0.1).say(variable("c", "QUEUESTATUS", status))
    book.expect(a(QueueLeft, reason=end, wait_ms=10_000))


def test_status_that_comes_before_the_leave_decides_as_well(book: Playbook) -> None:
    book.say(variable("c", "QUEUESTATUS", "TIMEOUT")).expect(a(QueueLeft, reason="timed_out"))
    book.say(gives_up("c"), leaves_queue("c")).wait(10).expect()


def test_status_that_says_nothing_of_an_end_is_passed_over(book: Playbook) -> None:
    book.say(variable("c", "QUEUESTATUS", "CONTINUE"), variable("c", "QUEUESTATUS", ""))
    book.expect()
    assert end_of(book) is None


def test_status_of_a_visit_that_was_answered_changes_nothing(book: Playbook) -> None:
    book.ringing().talking().wait(5)
    book.told()
    book.say(variable("c", "QUEUESTATUS", "TIMEOUT")).expect()


def test_variable_on_a_leg_never_heard_of_is_passed_over(book: Playbook) -> None:
    book.say(variable("nobody", "QUEUESTATUS", "TIMEOUT")).expect()


def test_caller_who_presses_the_key_stands_elsewhere_in_the_dialplan(book: Playbook) -> None:
    book.say(leaves_queue("c", exten="1")).expect(a(QueueLeft, reason="key", key="1"))
    book.say(hangs_up("c"), gone("c")).expect(a(CallEnded, outcome="key"))


def test_caller_who_left_and_lives_on_left_by_key(book: Playbook) -> None:
    """Where the dialplan goes on at the same place the key itself is not known."""
    book.say(leaves_queue("c")).expect()
    book.wait(2).expect(a(QueueLeft, reason="key", key="", wait_ms=10_000))


def test_caller_who_left_and_is_gone_without_evidence_is_unknown(book: Playbook) -> None:
    book.say(leaves_queue("c"), gone("c")).expect(a(QueueLeft, reason="unknown"), a(CallEnded))


def test_caller_who_gave_up_but_lives_on_was_withdrawn_by_somebody(book: Playbook) -> None:
    book.say(variable("c", "ABANDONED", "TRUE"), gives_up("c"), leaves_queue("c")).expect()
    book.wait(2).expect(a(QueueLeft, reason="withdrawn"))


def test_caller_who_gave_up_and_lives_on_unreadable_is_unknown(book: Playbook) -> None:
    book.say(gives_up("c"), leaves_queue("c")).wait(3).expect(a(QueueLeft, reason="unknown"))


def test_caller_who_waits_while_asterisk_stops_is_ended_by_the_system(book: Playbook) -> None:
    book.say(PbxStopping(0), gone("c"))
    book.expect(a(QueueLeft, reason="system"), a(CallEnded, ended_by="pbx", outcome="system"))


def test_caller_who_gave_up_while_asterisk_stops_is_ended_by_the_system(book: Playbook) -> None:
    book.say(PbxStopping(0), is_hung_up("c", 4), gives_up("c"), leaves_queue("c"), gone("c"))
    book.expect(a(QueueLeft, reason="system"), a(CallEnded))


def test_caller_who_joins_another_queue_overflowed_from_the_first(book: Playbook) -> None:
    book.say(
        gives_up("c"),
        leaves_queue("c"),
        variable("c", "QUEUESTATUS", "TIMEOUT"),
        joins_queue("c", "overflow", "601"),
    )
    book.expect(
        a(QueueLeft, visit=1, queue="support", reason="timed_out"),
        a(QueueEntered, visit=2, queue="overflow"),
    )


def test_next_queue_ends_the_visit_before_with_what_is_known(book: Playbook) -> None:
    book.say(gives_up("c"), leaves_queue("c"), joins_queue("c", "overflow", "601"))
    book.expect(a(QueueLeft, reason="unknown"), a(QueueEntered, queue="overflow"))


def test_next_queue_without_any_leave_ends_the_visit_before(book: Playbook) -> None:
    book.say(joins_queue("c", "overflow", "601"))
    book.expect(a(QueueLeft, reason="unknown"), a(QueueEntered, queue="overflow"))


def test_caller_who_comes_back_to_the_same_queue_makes_a_second_visit(book: Playbook) -> None:
    book.say(leaves_queue("c", exten="1")).wait(5).say(joins_queue("c"))
    book.expect(a(QueueLeft, visit=1), a(QueueEntered, visit=2, queue="support"))


def test_caller_who_comes_back_at_once_left_by_key(book: Playbook) -> None:
    book.say(leaves_queue("c"), joins_queue("c"))
    book.expect(a(QueueLeft, visit=1, reason="key"), a(QueueEntered, visit=2))


def test_join_told_twice_is_one_visit(book: Playbook) -> None:
    book.say(joins_queue("c"), joins_queue("c", "SUPPORT")).expect()


def test_queue_is_called_as_it_is_configured(book: Playbook) -> None:
    book.say(line_in("d"), joins_queue("d", "SUPPORT"))
    book.expect(a(CallStarted), a(QueueEntered, queue="support"))


def test_leave_and_give_up_of_nobody_are_counted_as_odd(book: Playbook) -> None:
    book.say(leaves_queue("x"), gives_up("x"), leaves_queue("c", "sales"), gives_up("c", "sales"))
    book.say(joins_queue("x")).expect()
    assert book.board.odd == 5


def test_caller_gone_between_connect_and_bridge_was_answered(book: Playbook) -> None:
    """ASTERISK 3.1 e: the queue had given him to an agent; nobody spoke with him."""
    book.ringing().say(leaves_queue("c"), connects("c", "a", "1001"))
    book.told()
    book.wait(5).expect()
    book.say(hangs_up("c"), gone("c"))
    assert end_of(book) == "answered"
    assert book.record().conversations == []


def test_connected_caller_who_is_in_the_next_queue_was_answered(book: Playbook) -> None:
    book.say(connects("c", "a", "1001"), connects("c", "a", "1001"), joins_queue("c", "sales"))
    book.expect(a(QueueLeft, reason="answered"), a(QueueEntered, queue="sales"))


@pytest.mark.parametrize("why", ["FULL", "JOINEMPTY", "JOINUNAVAIL", "CLOSED", "UNKNOWN"])
def test_shut_door_is_a_visit_that_never_entered(why: str) -> None:
    book = Playbook().say(line_in("c"), QueueNamed(0, "c", "billing"))
    book.say(variable("c", "QUEUESTATUS", why))
    book.expect(a(CallStarted), a(QueueRefused, queue="billing", why=why, visit=1))
    book.say(gone("c")).expect(a(CallEnded, outcome="refused", ended_by="pbx"))
    assert [(v.queue, v.end, v.wait_ms) for v in book.record().visits] == [
        ("billing", "refused", 0)
    ]


@pytest.mark.parametrize("order", [0, 1])
def test_refusal_told_by_variable_and_by_user_event_is_one_visit(order: int) -> None:
    told: list[Signal] = [
        variable("c", "QUEUESTATUS", "FULL"),
        QueueNamed(0, "c", "billing", "FULL"),
    ]
    book = Playbook().say(line_in("c"), QueueNamed(0, "c", "billing"), told[order]).wait(0.01)
    book.say(told[1 - order], told[order])
    book.expect(a(CallStarted), a(QueueRefused, queue="billing"))


def test_second_refusal_later_in_the_call_is_a_second_visit() -> None:
    book = Playbook().say(line_in("c"), QueueNamed(0, "c", "tiny", "FULL")).wait(5)
    book.say(QueueNamed(0, "c", "tiny", "FULL"))
    book.expect(a(CallStarted), a(QueueRefused, visit=1), a(QueueRefused, visit=2))


def test_refused_queue_is_known_by_its_place_when_nothing_names_it(book: Playbook) -> None:
    book.say(line_in("d"), variable("d", "QUEUESTATUS", "FULL"))
    book.expect(a(CallStarted), a(QueueRefused, queue="support"))


def test_refused_then_taken_by_another_queue_is_answered() -> None:
    book = Playbook().with_members("support", "1001").say(line_in("c"))
    book.say(QueueNamed(0, "c", "billing", "JOINEMPTY"), joins_queue("c"))
    book.ringing().talking()
    book.hangs_up("c", "a", "b-a")
    record = book.record()
    assert [visit.end for visit in record.visits] == ["refused", "answered"]
    assert record.outcome == "answered"


def test_queue_named_on_a_leg_never_heard_of_is_odd() -> None:
    book = Playbook().say(QueueNamed(0, "x", "billing"))
    book.expect()
    assert book.board.odd == 1


def test_waiting_row_of_the_roster_is_a_visit_since_then() -> None:
    book = Playbook().say(*roster(line_in("c", row=True), waits("c")))
    assert [(v.queue, v.end) for v in book.record().visits] == [("support", None)]
    book.say(*roster(line_in("c", row=True), waits("c")))
    assert len(book.record().visits) == 1


def test_silence_of_a_lost_link_proves_nothing(book: Playbook) -> None:
    """The link goes down between leave and bridge: what came of it is told by the roster."""
    book.ringing().say(leaves_queue("c"), link_down()).wait(30)
    assert end_of(book) is None
    book.say(
        *roster(
            line_in("c", row=True),
            state("a", 6),
        )
    )
    assert end_of(book) is None
    book.wait(3)
    assert end_of(book) == "key"
    assert not [fact for fact in book.facts if isinstance(fact, AgentAnswered)]


def test_visit_follows_the_customer_when_a_leg_in_front_is_optimised_away() -> None:
    """An IVR reached by a Local in front of Queue(): the Local's half entered, the line goes on."""
    book = Playbook().with_members("support", "1001")
    book.say(line_in("c"), state("c", 6), *local("l1", "l2", "600@ivr", of="c"))
    book.say(enters("c", "b0"), enters("l1", "b0"), joins_queue("l2"))
    assert len(book.record().visits) == 1
    book.say(parts("l1", "b0"), enters("c", "b0"), gone("l1"), gone("l2"))
    assert end_of(book) is None
    book.ringing().say(state("a", 6), enters("a", "b1"), parts("c", "b0"), enters("c", "b1"))
    assert end_of(book) == "answered"


def test_refusal_waits_half_a_second_for_the_name_of_its_queue() -> None:
    """QUEUESTATUS comes first and no queue is known; the dialplan's UserEvent names it."""
    book = Playbook().say(line_in("c"), variable("c", "QUEUESTATUS", "FULL"))
    book.expect(a(CallStarted))
    told = book.now
    book.wait(0.3).say(QueueNamed(0, "c", "billing", "REFUSED"))
    book.expect(a(QueueRefused, queue="billing", why="FULL", visit=1, at=told))
    book.wait(5).expect()


def test_refusal_that_is_named_before_the_variable_is_one_visit() -> None:
    book = Playbook().say(line_in("c"), QueueNamed(0, "c", "billing", "FULL")).wait(1.5)
    book.say(variable("c", "QUEUESTATUS", "FULL"), gone("c"))
    book.expect(a(CallStarted), a(QueueRefused, queue="billing"), a(CallEnded, outcome="refused"))


def test_refusal_that_nobody_names_is_told_without_a_name() -> None:
    book = Playbook().say(line_in("c"), variable("c", "QUEUESTATUS", "JOINEMPTY"))
    told = book.now
    book.say(variable("c", "QUEUESTATUS", "JOINEMPTY")).wait(0.4).expect(a(CallStarted))
    book.wait(0.2).expect(a(QueueRefused, queue="", why="JOINEMPTY", at=told))
    book.say(QueueNamed(0, "c", "billing", "JOINEMPTY")).expect()
    book.say(variable("c", "QUEUESTATUS", "JOINEMPTY")).expect()


def test_variable_after_a_refusal_without_a_name_is_the_same_visit() -> None:
    book = Playbook().say(line_in("c"), variable("c", "QUEUESTATUS", "FULL")).wait(1)
    book.expect(a(CallStarted), a(QueueRefused))
    book.say(variable("c", "QUEUESTATUS", "FULL")).wait(2).expect()


def test_call_that_ends_before_the_name_came_was_refused() -> None:
    book = Playbook().say(line_in("c"), variable("c", "QUEUESTATUS", "FULL"), gone("c"))
    book.expect(a(CallStarted), a(QueueRefused, queue=""), a(CallEnded, outcome="refused"))
    assert book.board.next_wake is None


def test_caller_refused_namelessly_who_joins_the_next_queue_was_refused_first() -> None:
    book = Playbook().say(line_in("c"), variable("c", "QUEUESTATUS", "FULL"), joins_queue("c"))
    book.expect(a(CallStarted), a(QueueRefused, visit=1), a(QueueEntered, visit=2))


def test_refusal_held_back_while_we_heard_nothing_is_not_named_by_a_later_one() -> None:
    book = Playbook().say(line_in("c"), variable("c", "QUEUESTATUS", "FULL"), link_down()).wait(9)
    book.told()
    book.say(QueueNamed(0, "c", "billing", "CLOSED"))
    book.expect(
        a(QueueRefused, visit=1, queue="", why="FULL"),
        a(QueueRefused, visit=2, queue="billing", why="CLOSED"),
    )


def test_refusal_is_looked_at_in_time_though_the_call_is_woken_for_something_else() -> None:
    """The leg that parted is to be looked at earlier than the refusal that came after."""
    book = Playbook().with_members("support", "1001").waiting().ringing().talking().wait(5)
    book.say(parts("c", "b-a")).wait(0.8)
    book.board.scene.queue_at.clear()
    book.say(variable("c", "QUEUESTATUS", "FULL"))
    told = book.now
    book.wait(0.3)
    assert book.board.next_wake == told + 500
    book.wait(1)
    assert [(visit.queue, visit.end) for visit in book.record().visits] == [
        ("support", "answered"),
        ("", "refused"),
    ]


def test_status_on_another_leg_of_the_call_is_not_the_callers(book: Playbook) -> None:
    book.say(*local("l1", "l2", of="c"), variable("l1", "QUEUESTATUS", "TIMEOUT")).expect()
    assert end_of(book) is None


def test_where_a_leg_stood_at_last_tells_the_key(book: Playbook) -> None:
    """Asterisk 16 tells the place when the leg is gone, not when it leaves the queue."""
    book.say(leaves_queue("c"), LegGone(0, "c", 16, "queue-keys", "2"))
    book.expect(a(QueueLeft, reason="key", key="2"), a(CallEnded, outcome="key"))


@pytest.mark.parametrize("exten", ["h", "s", "600"])
def test_places_that_are_no_keys_tell_none(book: Playbook, exten: str) -> None:
    book.say(leaves_queue("c"), LegGone(0, "c", 16, "from-trunk", exten))
    book.expect(a(QueueLeft, reason="unknown"), a(CallEnded))


def test_place_of_a_leg_that_waits_nowhere_is_passed_over(book: Playbook) -> None:
    book.say(phone("x", "1002", "c"), LegGone(0, "x", 16, "queue-keys", "2")).expect()


def test_customer_who_hangs_up_while_a_leg_waits_in_his_place_has_abandoned() -> None:
    """An IVR reached the queue through a Local channel, which lives a moment longer than he."""
    book = Playbook().with_members("support", "1001").say(line_in("c"))
    book.say(*local("l1", "l2", "600@did", of="c"), dials("c", "l1", "600@did"))
    book.say(enters("c", "b"), enters("l1", "b"), joins_queue("l2")).wait(4)
    book.say(hangs_up("c"), parts("c", "b"), gone("c"))
    assert [(v.end, v.wait_ms) for v in book.record().visits] == [("abandoned", 4_000)]
    book.say(gives_up("l2"), leaves_queue("l2"), gone("l2"), gone("l1"))
    assert book.board.odd == 0

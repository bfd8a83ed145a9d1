"""Handle time: talk has hold in it, ringing is beside it."""

from kpi import handle_time
from kpi.counters import Counters

DAY = Counters(
    conversations=2,
    talk_ms=480_000,
    hold_ms=48_000,
    wrapup_ms=120_000,
    direct_conversations=1,
    direct_talk_ms=30_000,
    direct_wrapup_ms=30_000,
    offers_answered=2,
    offers_missed=2,
    ring_ms=40_000,
)


def test_hold_is_in_talk_and_not_added_again() -> None:
    assert handle_time.average(DAY).value == 300_000


def test_conversations_that_no_queue_made_are_in_it_only_when_asked_for() -> None:
    assert handle_time.with_direct(DAY).value == 220_000


def test_talk_wrap_up_and_hold_each_on_their_own() -> None:
    assert handle_time.talk(DAY).value == 240_000
    assert handle_time.wrapup(DAY).value == 60_000
    assert handle_time.hold_share(DAY).value == 0.1


def test_ringing_is_by_offer() -> None:
    assert handle_time.ring(DAY).value == 10_000


def test_without_conversations_there_is_no_handle_time() -> None:
    assert handle_time.average(Counters(wrapup_ms=5)).value is None

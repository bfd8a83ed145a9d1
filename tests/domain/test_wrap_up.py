"""After-call work: by the queue's rule, by a pause that says so, and what ends it."""

from __future__ import annotations

import pytest

from callcenter.domain.calls import Rules
from callcenter.domain.facts import AgentStateChanged, WrapUpEnded, WrapUpStarted
from callcenter.domain.signals import QueueWraps
from tests.playbook import (
    Playbook,
    enters,
    line_in,
    link_down,
    member,
    phone,
    removed,
    roster,
    state,
    trunks_are_lines,
)

RULES = Rules(is_internal=trunks_are_lines, wrapup_s={"support": 5})


def talked(rules: Rules | None = None, **about: object) -> Playbook:
    """1001 has just ended a conversation of the queue, 10 s long, at a quarter past a second."""
    book = Playbook(rules).with_members("support", "1001", **about).waiting().ringing().talking()
    book.wait(10.25).hangs_up("a", "c", "b-a")
    return book


def wraps(book: Playbook) -> list[tuple[str, int | None]]:
    return [
        ("start", fact.until) if isinstance(fact, WrapUpStarted) else ("end", fact.wrapup_ms)
        for fact in book.told()
        if isinstance(fact, WrapUpStarted | WrapUpEnded)
    ]


def test_rule_of_the_site_ends_wrap_up_by_time_a_part_of_a_second_early() -> None:
    """Asterisk counts from LastCall, a whole second (ASTERISK 5.1, 12.12)."""
    book = talked(RULES)
    ends = book.now - 250 + 5_000
    assert wraps(book) == [("start", ends)]
    assert book.state_of("1001") == "wrap_up"
    assert book.board.next_wake == ends
    book.wait(5)
    assert wraps(book) == [("end", 4_750)]
    assert book.state_of("1001") == "ready"
    assert book.record().conversations[0].wrapup_ms == 4_750


def test_rule_of_the_queue_itself_goes_before_the_sites() -> None:
    book = talked(RULES, wrapup_s=30)
    [(_, until)] = wraps(book)
    assert until == book.now - 250 + 30_000


def test_queue_without_a_rule_has_no_wrap_up() -> None:
    book = talked()
    assert wraps(book) == []
    assert book.state_of("1001") == "ready"


def test_next_call_ends_wrap_up() -> None:
    book = talked(RULES).wait(2)
    book.told()
    book.waiting("d").ringing("1001", "b", "d")
    assert wraps(book) == [("end", 2_000)]


def test_work_after_the_next_call_ends_by_its_own_time_not_by_the_earlier_ones() -> None:
    book = talked(RULES).wait(1).waiting("d").ringing("1001", "b", "d")
    book.talking("1001", "b", "d").wait(2).hangs_up("b", "d", "b-b")
    ends = wraps(book)[-1][1]
    assert ends is not None
    book.told()
    book.wait(2)
    assert book.state_of("1001") == "wrap_up", "the earlier work's time is up, this one's is not"
    book.wait(4)
    assert book.state_of("1001") == "ready"
    assert [name for name, _ in wraps(book)] == ["end"]


def test_own_call_while_wrapping_up_is_talking_and_then_wrap_up_again() -> None:
    book = talked(RULES).wait(1).say(phone("p", "1001", state=4), state("p", 6))
    assert book.state_of("1001") == "talking"
    book.wait(20)
    assert book.state_of("1001") == "talking"


def test_pause_that_says_after_call_work_extends_the_rules_end() -> None:
    book = talked(RULES).wait(1)
    book.told()
    book.say(member("1001", paused=True, paused_reason="acw")).wait(60)
    assert wraps(book) == []
    book.say(member("1001"))
    assert wraps(book) == [("end", 61_000)]


def test_pause_that_says_after_call_work_begins_it_where_no_rule_does() -> None:
    book = talked().wait(1).say(member("1001", paused=True, paused_reason="acw"))
    assert wraps(book) == [("start", None)]
    book.wait(9).say(member("1001", paused=True, paused_reason="acw"))
    book.say(member("1001", paused=True, paused_reason="lunch"))
    assert wraps(book) == [("end", 9_000)]


def test_pause_for_lunch_is_no_after_call_work_and_ends_it() -> None:
    book = talked(RULES).wait(2).say(member("1001", paused=True, paused_reason="lunch"))
    assert wraps(book)[1:] == [("end", 2_000)]
    assert book.state_of("1001") == "paused"
    book.wait(10).say(member("1001"))
    assert book.state_of("1001") == "ready"


def test_pause_for_lunch_in_one_of_two_queues_leaves_the_after_call_work() -> None:
    book = talked(RULES).say(member("1001", "sales"))
    book.say(member("1001", "sales", paused=True, paused_reason="lunch"))
    assert book.state_of("1001") == "wrap_up"


def test_who_was_paused_for_lunch_during_the_talk_goes_to_lunch_after_it() -> None:
    book = Playbook(RULES).with_members("support", "1001").waiting().ringing().talking()
    book.say(member("1001", paused=True, paused_reason="lunch"))
    book.wait(2).hangs_up("a", "c", "b-a")
    assert wraps(book) == []
    assert book.state_of("1001") == "paused"


def test_who_was_paused_for_after_call_work_during_the_talk_is_in_it_until_he_ends_it() -> None:
    book = Playbook(RULES).with_members("support", "1001").waiting().ringing().talking()
    book.say(member("1001", paused=True, paused_reason="acw"))
    book.wait(2).hangs_up("a", "c", "b-a")
    assert wraps(book) == [("start", None)]
    book.wait(60).say(member("1001"))
    assert wraps(book) == [("end", 60_000)]


def test_who_signs_out_in_his_after_call_work_has_none_any_more() -> None:
    book = talked(RULES).wait(2).say(removed("1001"))
    assert [kind for kind, _ in wraps(book)] == ["start", "end"]
    assert book.state_of("1001") == "signed_out"


def test_pause_of_an_agent_who_never_talked_starts_nothing() -> None:
    book = Playbook().say(member("1001", paused=True, paused_reason="acw"))
    assert wraps(book) == []


def test_pause_during_the_next_conversation_starts_nothing() -> None:
    book = talked().waiting("d").ringing("1001", "b", "d").talking("1001", "b", "d")
    book.say(member("1001", paused=True, paused_reason="acw"))
    assert wraps(book) == []


def test_direct_conversation_has_no_wrap_up_of_a_queue() -> None:
    book = Playbook(RULES).with_members("support", "1001").say(line_in("c"))
    book.say(phone("a", "1001", "c"), state("a", 6))

    book.say(enters("a", "b"), enters("c", "b")).wait(2).hangs_up("a", "c", "b")
    assert wraps(book) == []


def test_member_who_was_removed_in_mid_talk_has_no_wrap_up() -> None:

    book = Playbook(RULES).with_members("support", "1001").waiting().ringing().talking()
    book.say(removed("1001")).wait(2).hangs_up("a", "c", "b-a")
    assert wraps(book) == []


def test_lost_link_ends_wrap_up_for_nobody_sees_its_end() -> None:
    book = talked(RULES).wait(2)
    book.told()
    book.say(link_down())
    assert wraps(book) == [("end", 2_000)]
    book.wait(60).say(*roster(member("1001", row=True)))
    assert book.state_of("1001") == "ready"


@pytest.mark.parametrize("seconds", [7, 0])
def test_pbx_itself_says_that_he_wraps_up_and_that_he_is_ready(seconds: int) -> None:
    """Where neither AMI nor the site knows the rule, the queue's counts tell it."""
    book = talked().wait(1).say(QueueWraps(0, "support", "PJSIP/1001", None))
    assert wraps(book) == [("start", None)]
    book.wait(6).say(QueueWraps(0, "support", "PJSIP/1001", seconds))
    assert wraps(book) == [("end", 7_000)]
    book.waiting("d").ringing("1001", "b", "d").talking("1001", "b", "d").wait(3)
    book.hangs_up("b", "d", "b-b")
    told = wraps(book)
    assert [kind for kind, _ in told] == (["start"] if seconds else [])


def test_who_wraps_up_by_the_pbxs_word_was_never_ready_since_his_talk() -> None:
    book = talked()
    ended = book.now
    book.told()
    book.wait(0.8).say(QueueWraps(0, "support", "PJSIP/1001", None))
    [wrapping] = [fact for fact in book.told() if isinstance(fact, AgentStateChanged)]
    assert (wrapping.state, wrapping.at) == ("wrap_up", ended)
    book.wait(4).say(QueueWraps(0, "support", "PJSIP/1001", 5))
    [ready] = [fact for fact in book.told() if isinstance(fact, AgentStateChanged)]
    assert (ready.state, ready.at) == ("ready", book.now)


def test_pbx_that_says_so_of_an_agent_who_never_talked_starts_nothing() -> None:
    book = Playbook().say(member("1001"), QueueWraps(0, "support", "PJSIP/1001", None))
    assert wraps(book) == []


def test_length_that_the_site_has_set_is_not_learned_from_the_pbx() -> None:
    book = talked(RULES).say(QueueWraps(0, "support", "PJSIP/1001", 60))
    book.wait(10).waiting("d").ringing("1001", "b", "d").talking("1001", "b", "d").wait(3)
    book.told()
    book.hangs_up("b", "d", "b-b")
    [(_, until)] = wraps(book)
    assert until is not None
    assert until - book.now <= 5_000


def test_pause_for_after_call_work_goes_on_when_the_queues_own_time_is_over() -> None:
    book = talked().wait(1).say(QueueWraps(0, "support", "PJSIP/1001", None))
    book.wait(1).say(member("1001", paused=True, paused_reason="acw"))
    book.wait(3).say(QueueWraps(0, "support", "PJSIP/1001", 5))
    assert [kind for kind, _ in wraps(book)] == ["start"]
    book.wait(3).say(member("1001"))
    assert wraps(book) == [("end", 8_000)]

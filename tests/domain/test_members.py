"""Queues and members as the PBX lists them and as they change."""

from __future__ import annotations

from callcenter.domain.facts import QueueSeen, WrapUpStarted
from callcenter.domain.signals import QueueKnown
from tests.playbook import SURROUNDINGS, Playbook, member, removed


def test_queue_is_told_once_per_change() -> None:
    book = Playbook()
    book.say(QueueKnown(0, "support", "ringall", 20), QueueKnown(0, "support", "ringall", 20))
    book.say(QueueKnown(0, "support", "linear", 20))
    told = [fact for fact in book.told() if isinstance(fact, QueueSeen)]
    assert [(fact.queue, fact.strategy) for fact in told] == [
        ("support", "ringall"),
        ("support", "linear"),
    ]


def test_member_of_two_queues_is_one_agent() -> None:
    book = Playbook().say(member("1001"), member("1001", "sales"), removed("1001"))
    [agent] = book.board.scene.agents.all()
    assert list(agent.queues) == ["sales"]
    assert book.state_of("1001") == "ready"


def test_names_of_queues_fold_case() -> None:
    book = Playbook().say(member("1001"), removed("1001", "SUPPORT"))
    assert book.state_of("1001") == "signed_out"


def test_reason_of_a_member_who_is_not_paused_is_forgotten() -> None:
    book = Playbook().say(member("1001", paused=False, paused_reason="lunch"))
    [agent] = book.board.scene.agents.all()
    assert agent.queues["support"].reason == ""


def test_row_of_the_roster_is_no_deed_of_the_agent() -> None:
    """A pause that stands in the list began before; it starts no after-call work now."""
    book = Playbook().with_members("support", "1001").waiting().ringing().talking()
    book.hangs_up("a", "c", "b-a")
    book.say(member("1001", paused=True, paused_reason="acw", row=True))
    assert book.state_of("1001") == "wrap_up"
    assert book.record().conversations[0].wrapup_started_at is None


def test_after_call_pause_told_for_each_queue_is_one_wrap_up() -> None:
    book = Playbook().with_members("support", "1001").with_members("sales", "1001")
    book.waiting().ringing().talking().hangs_up("a", "c", "b-a")
    book.told()
    book.say(member("1001", paused=True, paused_reason="acw"))
    book.wait(1).say(member("1001", "sales", paused=True, paused_reason="acw"))
    assert [type(fact) for fact in book.told() if not isinstance(fact, SURROUNDINGS)] == [
        WrapUpStarted
    ]

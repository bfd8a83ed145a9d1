"""Queues and members as the PBX lists them and as they change."""

from __future__ import annotations

from callcenter.domain.facts import AgentStateChanged, QueueSeen, WrapUpStarted
from callcenter.domain.signals import QueueKnown, RosterBegan, RosterEnded
from tests.playbook import SURROUNDINGS, Playbook, member, removed, roster


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


def reasons(book: Playbook) -> list[tuple[str, str]]:
    """The spans told since the last look: state and reason."""
    return [(f.state, f.reason) for f in book.told() if isinstance(f, AgentStateChanged)]


def test_pause_whose_reason_a_reload_forgot_is_the_same_pause() -> None:
    book = Playbook().with_members("support", "1001")
    book.say(member("1001", paused=True, paused_reason="lunch", pausing=True))
    assert reasons(book) == [("paused", "lunch")]
    book.wait(60).say(member("1001", paused=True, status=2), *roster(member("1001", paused=True)))
    assert reasons(book) == []
    book.say(member("1001", paused=True, pausing=True))
    assert reasons(book) == [("paused", "")]


def test_reason_that_came_last_is_the_pauses() -> None:
    book = Playbook().with_members("support", "1001").with_members("sales", "1001")
    book.say(member("1001", paused=True, paused_reason="lunch")).wait(5)
    book.say(member("1001", "sales", paused=True, paused_reason="meeting"))
    assert reasons(book) == [("ready", ""), ("paused", "meeting")]
    book.wait(5).say(member("1001", paused=True, paused_reason="training"))
    assert reasons(book) == [("paused", "training")]
    book.say(member("1001", "sales", paused=True, paused_reason="training"))
    assert reasons(book) == []


def test_event_that_came_after_the_list_was_asked_for_knows_better_than_the_list() -> None:
    book = Playbook().with_members("support", "1001")
    book.say(RosterBegan(0))
    book.say(member("1001", paused=True, paused_reason="lunch"))
    book.say(member("1001", row=True), RosterEnded(0))
    assert book.state_of("1001") == "paused"
    book.wait(60).say(*roster(member("1001", row=True)))
    assert book.state_of("1001") == "ready"


def test_pause_of_the_list_began_when_the_list_says() -> None:
    book = Playbook().say(*roster(member("1001", paused=True, last_pause=1_795_371_000, row=True)))
    [agent] = book.board.scene.agents.all()
    assert agent.queues["support"].pause_at == 1_795_371_000_000

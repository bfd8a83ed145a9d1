"""What calls are found by beside their records."""

from __future__ import annotations

from msgspec import Raw

from callcenter.domain.found import agents_of, history_of, queues_of
from tests.playbook import Playbook, hangs_up, line_in, phone


def test_queues_are_those_in_which_the_call_was_each_once() -> None:
    book = Playbook().with_members("support", "1001").waiting().ringing().talking()
    assert queues_of(book.record()) == ["support"]
    book.hangs_up("c", "a", "b-a")
    assert queues_of(book.record()) == ["support"]


def test_agents_are_those_who_talked_or_were_called_directly() -> None:
    book = Playbook().with_members("support", "1001", "1002").waiting().ringing().talking()
    assert agents_of(book.record()) == ["pbx1:PJSIP/1001"]
    direct = Playbook().with_members("support", "1001").say(line_in("c", exten="1001"))
    direct.say(phone("a", "1001", "c"))
    assert agents_of(direct.record()) == [offer.agent.id for offer in direct.record().direct]


def test_agent_whom_a_queue_merely_rang_is_not_meant() -> None:
    book = Playbook().with_members("support", "1001").waiting().ringing()
    book.say(hangs_up("c"))
    assert agents_of(book.record()) == []
    assert queues_of(book.record()) == ["support"]


def test_places_stand_in_order_and_calls_as_they_came() -> None:
    records = []
    for leg in "ba":
        book = Playbook().with_members("support", "1001").waiting(leg)
        records.append(book.ringing(leg=leg, dest="x").talking(leg=leg, dest="x").record(leg))
    history = history_of(records, [Raw(b"{}"), Raw(b"{}")])
    assert [call[0] for call in history.calls] == ["pbx1:b", "pbx1:a"]
    assert [place[2] for place in history.queues] == ["pbx1:a", "pbx1:b"]
    assert [place[2] for place in history.agents] == ["pbx1:a", "pbx1:b"]

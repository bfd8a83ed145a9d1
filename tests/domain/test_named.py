"""The agent field of queue_log: name or interface, whichever way the PBX is set."""

from __future__ import annotations

from callcenter.domain.model import AgentRef
from callcenter.domain.named import AgentNames

LEILA = AgentRef("pbx1:PJSIP/1001", "لیلا", "PJSIP/1001")
LOCAL = AgentRef("pbx1:Local/1009@agents", "Omid | 2", "Local/1009@agents/n")


def names(*known: AgentRef) -> AgentNames:
    book = AgentNames("pbx1")
    for ref in known:
        book.learn(ref)
    return book


def test_an_agent_is_found_by_his_name_and_by_his_interface_in_any_form() -> None:
    book = names(LEILA, LOCAL)
    assert book.of("لیلا") == LEILA
    assert book.of("PJSIP/1001") == book.of("pjsip/1001") == LEILA
    assert book.of("Local/1009@agents/n") == book.of("Local/1009@agents") == LOCAL
    assert book.of("Omid | 2") == LOCAL


def test_an_unknown_agent_is_what_the_log_calls_him_each_time_the_same() -> None:
    book = names()
    assert book.of("Dana") == AgentRef("pbx1:Dana", "Dana", "")
    assert book.of("Local/7@q/n") == AgentRef("pbx1:Local/7@q", "Local/7@q/n", "Local/7@q/n")


def test_a_name_that_two_bear_is_neither_of_them() -> None:
    book = names(LEILA, AgentRef("pbx1:PJSIP/2", "لیلا", "PJSIP/2"))
    assert book.of("لیلا").id == "pbx1:لیلا"
    assert book.same("لیلا", LEILA)


def test_an_agent_has_another_name_in_another_queue() -> None:
    book = names(LEILA, AgentRef(LEILA.id, "Agent 1001", "PJSIP/1001"))
    assert book.same("Agent 1001", LEILA)
    assert book.same("لیلا", LEILA)
    assert not book.same("Agent 1002", LEILA)


def test_agents_of_another_pbx_are_not_meant() -> None:
    book = names(AgentRef("shop:PJSIP/1", "Leila", "PJSIP/1"))
    assert book.of("Leila").id == "pbx1:Leila"


def test_nobody_is_meant_by_an_empty_text() -> None:
    """An agent known by the log's name only has no interface."""
    book = names(AgentRef("pbx1:Dana", "Dana", ""))
    assert book.of("Dana").id == "pbx1:Dana"
    assert book.of("") == AgentRef("pbx1:", "", "")

"""A call that nobody heard is made from CEL only where it is certain."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.domain.facts import CallEnded, CallStarted, ConversationCorrected
from callcenter.domain.hung_up import LegEnd
from callcenter.domain.model import AgentRef
from callcenter.domain.unheard import unheard

LEILA = AgentRef("pbx1:PJSIP/1001", "Leila", "PJSIP/1001")
AGENTS = {"pjsip/1001": LEILA}
AGENT = "PJSIP/1001-0002"


def end(**known: Any) -> LegEnd:
    values: dict[str, Any] = {
        "uniqueid": "1.0",
        "channel": "PJSIP/trunk-0001",
        "source": "PJSIP/trunk-0001",
        "at": 25_000,
        "whole": True,
        "first": True,
        "started_at": 10_000,
        "number": "0912",
        "line": "600",
    }
    return LegEnd(**values | known)


@pytest.mark.parametrize(
    ("known", "outcome", "by"),
    [
        ({}, "ivr", "caller"),
        ({"source": "dialplan/builtin"}, "ivr", "pbx"),
        ({"source": ""}, "ivr", "unknown"),
        ({"dialled": True, "dial": "BUSY"}, "busy", "caller"),
        ({"dialled": True, "dial": "CHANUNAVAIL"}, "failed", "caller"),
        ({"dialled": True}, "no_answer", "caller"),
    ],
)
def test_a_call_that_nobody_took(known: dict[str, Any], outcome: str, by: str) -> None:
    started, ended = unheard("pbx1", end(**known), AGENTS)
    assert isinstance(started, CallStarted)
    assert isinstance(ended, CallEnded)
    assert (started.at, started.number, started.line) == (10_000, "0912", "600")
    assert (started.direction, started.presentation) == ("inbound", "shown")
    assert (ended.at, ended.outcome, ended.ended_by) == (25_000, outcome, by)
    assert started.settled_by == ended.settled_by == "cel"


@pytest.mark.parametrize(("parted", "talk_ms"), [(24_000, 10_000), (None, 11_000)])
def test_a_call_that_one_agent_took(parted: int | None, talk_ms: int) -> None:
    known = {"dialled": True, "bridges": 1, "peer": AGENT, "joined_at": 14_000}
    facts = unheard("pbx1", end(**known, parted_at=parted, source=AGENT, number=""), AGENTS)
    started, talk, ended = facts
    assert isinstance(started, CallStarted)
    assert isinstance(talk, ConversationCorrected)
    assert isinstance(ended, CallEnded)
    assert (talk.agent, talk.at, talk.talk_ms) == (LEILA, 14_000, talk_ms)
    assert (talk.ended_by, ended.ended_by, ended.outcome) == ("agent", "agent", "answered")
    assert started.presentation == "unavailable"


@pytest.mark.parametrize(
    "known",
    [
        {"whole": False},
        {"first": False},
        {"queued": True},
        {"handed_at": 20_000},
        {"line": "s"},
        {"line": ""},
        {"started_at": None},
        {"bridges": 1, "peer": "PJSIP/guest-1", "joined_at": 14_000},
        {"bridges": 2, "peer": AGENT, "joined_at": 14_000},
        {"bridges": 1, "peer": AGENT},
    ],
)
def test_what_is_not_certain_is_not_made(known: dict[str, Any]) -> None:
    assert unheard("pbx1", end(**known), AGENTS) == []

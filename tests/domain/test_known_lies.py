"""Each lie of queue_log is believed only with evidence, and explains only what it says."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.domain.known_lies import LIES, lie, stray
from callcenter.domain.logged import LoggedVisit
from callcenter.domain.model import (
    AgentRef,
    Caller,
    CallRecord,
    Conversation,
    Direction,
    EndedBy,
    Offer,
    Transfer,
    Visit,
)

LEILA = AgentRef("pbx1:PJSIP/1001", "Leila", "PJSIP/1001")
OMID = AgentRef("pbx1:PJSIP/1002", "Omid", "PJSIP/1002")


def talk(**other: Any) -> Conversation:
    values: dict[str, Any] = {
        "number": 1,
        "agent": LEILA,
        "joined_at": 105_000,
        "visit": 1,
        "talk_ms": 10_000,
        "parted_at": 115_000,
        "ended_by": "caller",
    }
    return Conversation(**{**values, **other})


def visit(**other: Any) -> Visit:
    offers = [Offer(number=1, agent=LEILA, at=100_000, end="answered")]
    values: dict[str, Any] = {
        "number": 1,
        "queue": "support",
        "entered_at": 100_000,
        "left_at": 105_000,
        "wait_ms": 5_000,
        "end": "answered",
        "offers": offers,
    }
    return Visit(**{**values, **other})


def logged(**other: Any) -> LoggedVisit:
    values: dict[str, Any] = {
        "callid": "1.0",
        "queue": "support",
        "number": 1,
        "entered_s": 100,
        "agent": "Leila",
        "end": "answered",
        "wait_s": 5,
        "talk_s": 30,
        "parted_s": 135,
        "by": "caller",
    }
    return LoggedVisit(**{**values, **other})


def named(
    what: str,
    ours: Visit,
    conversation: Conversation | None,
    theirs: LoggedVisit,
    *,
    ended_at: int = 200_000,
    ended_by: EndedBy = "pbx",
    before: Conversation | None = None,
    direction: Direction = "inbound",
) -> str | None:
    record = CallRecord(
        id="pbx1:1.0",
        pbx="pbx1",
        uniqueid="1.0",
        linkedid="1.0",
        direction=direction,
        caller=Caller(),
        line="",
        started_at=99_000,
        ended_at=ended_at,
        ended_by=ended_by,
        conversations=[item for item in (before, conversation) if item is not None],
    )
    return lie(what, record, ours, conversation, theirs)


def rung(*offers: tuple[AgentRef, str]) -> Visit:
    made = [Offer(number=n, agent=a, at=1, end=e) for n, (a, e) in enumerate(offers, start=1)]  # type: ignore[arg-type]  # ends
    return visit(offers=made)


LIFTED = visit(
    end="abandoned",
    offers=[
        Offer(number=1, agent=LEILA, at=101_000, ended_at=105_000, ring_ms=1_000, end="cancelled")
    ],
)
AT_THE_END: dict[str, Any] = {"ended_at": 135_400}
OUTBOUND: dict[str, Any] = {"direction": "outbound"}
ASKED: dict[str, Any] = {
    "before": talk(joined_at=90_000, parted_at=101_500, transfer=Transfer("attended", "602"))
}


@pytest.mark.parametrize(
    ("name", "what", "ours", "conversation", "theirs", "more"),
    [
        ("parking", "talk", visit(), talk(transfer=Transfer("parked", "701")), logged(), {}),
        ("redirect", "talk", visit(), talk(transfer=Transfer("redirected")), logged(), {}),
        (
            "redirected while waiting",
            "end",
            visit(end="withdrawn"),
            None,
            logged(end="abandoned"),
            {},
        ),
        (
            "hung up while waiting",
            "end",
            visit(end="withdrawn"),
            None,
            logged(end="abandoned"),
            {"ended_at": 105_100},
        ),
        ("gone in the announcement", "wait", LIFTED, None, logged(end="abandoned", wait_s=12), {}),
        ("restart", "end", visit(end="system"), None, logged(end="abandoned", restarted_s=140), {}),
        ("restart", "talk", visit(), talk(ended_by="pbx"), logged(restarted_s=140), {}),
        ("crash", "talk", visit(), talk(ended_by="pbx"), logged(cut=True, talk_s=None), {}),
        ("crash", "wait", visit(end="system"), None, logged(end="system", cut=True), {}),
        ("pick-up", "agent", rung((OMID, "cancelled")), talk(), logged(agent="Omid"), {}),
        (
            "forward",
            "agent",
            rung((OMID, "cancelled"), (LEILA, "answered")),
            talk(),
            logged(agent="Omid"),
            {},
        ),
        (
            "attended transfer",
            "talk",
            visit(),
            talk(transfer=Transfer("attended")),
            logged(by="agent"),
            {},
        ),
        (
            "transfer into a queue",
            "talk",
            visit(),
            talk(talk_ms=50_000),
            logged(callid="1.7"),
            {},
        ),
        (
            "transfer into a queue",
            "talk",
            visit(),
            talk(talk_ms=2_000, joined_at=102_000),
            logged(callid="1.7"),
            ASKED,
        ),
        ("transfer into a queue", "wait", visit(), talk(), logged(headless=True, wait_s=9), ASKED),
        (
            "transfer into a queue",
            "end",
            visit(end="withdrawn"),
            None,
            logged(end=None),
            {"ended_by": "transfer"},
        ),
        (
            "transfer by the caller",
            "by",
            visit(),
            talk(),
            logged(by="transfer", transfer="blind", parted_s=115),
            {"ended_at": 115_400},
        ),
        (
            "transfer by the caller",
            "by",
            visit(),
            talk(),
            logged(by="transfer", transfer="attended"),
            AT_THE_END,
        ),
        ("late completion", "talk", visit(), talk(ended_by="agent"), logged(), AT_THE_END),
        (
            "local member",
            "talk",
            visit(),
            talk(agent=AgentRef("a", "x", "Local/1@q/n"), transfer=Transfer("blind")),
            logged(by="agent"),
            {},
        ),
        (
            "hang-up before the transfer",
            "by",
            visit(),
            talk(transfer=Transfer("blind", "1012")),
            logged(by="caller"),
            {},
        ),
        ("no completion", "talk", visit(), talk(), logged(talk_s=None, parted_s=None), {}),
        ("call-back", "talk", visit(), talk(joined_at=112_000), logged(), OUTBOUND),
        ("call-back", "agent", visit(), None, logged(), OUTBOUND),
    ],
)
def test_a_lie_with_its_evidence_has_its_name(
    name: str,
    what: str,
    ours: Visit,
    conversation: Conversation | None,
    theirs: LoggedVisit,
    more: dict[str, Any],
) -> None:
    assert named(what, ours, conversation, theirs, **more) == name
    assert name in LIES


@pytest.mark.parametrize(
    ("what", "ours", "conversation", "theirs"),
    [
        ("talk", visit(), talk(), logged()),
        ("talk", visit(), talk(transfer=Transfer("parked")), logged(talk_s=3)),
        ("talk", visit(), talk(transfer=Transfer("blind")), logged()),
        ("end", visit(end="abandoned"), None, logged(end="timed_out", restarted_s=140)),
        ("end", visit(end="withdrawn"), None, logged(end="timed_out")),
        ("agent", visit(), talk(), logged(agent="Omid")),
        ("agent", rung((OMID, "answered")), talk(), logged(agent="Omid")),
        ("wait", visit(), talk(), logged(wait_s=60)),
        ("by", visit(), talk(), logged(by="transfer")),
        ("wait", LIFTED, None, logged(end="abandoned", wait_s=2)),
        ("wait", LIFTED, None, logged(end="timed_out", wait_s=60)),
        ("wait", rung((LEILA, "cancelled")), None, logged(end="abandoned", wait_s=60)),
        ("agent", visit(), None, logged()),
    ],
)
def test_without_evidence_nothing_is_explained(
    what: str, ours: Visit, conversation: Conversation | None, theirs: LoggedVisit
) -> None:
    assert named(what, ours, conversation, theirs) is None


def test_an_outbound_talk_that_began_with_the_agent_is_no_call_back() -> None:
    assert named("talk", visit(), talk(), logged(), direction="outbound") is None
    left = visit(end="abandoned")
    assert named("agent", left, None, logged(), direction="outbound") is None


def test_every_lie_has_a_rule_that_is_shown_here() -> None:
    shown = {
        mark.args[1][n][0]
        for mark in test_a_lie_with_its_evidence_has_its_name.pytestmark  # type: ignore[attr-defined]  # pytest's
        for n in range(len(mark.args[1]))
    }
    assert shown | {"other leg"} == set(LIES)


def test_line_under_the_leg_of_a_consultation_belongs_to_the_customers_stay() -> None:
    own = CallRecord(
        id="pbx1:1.7",
        pbx="pbx1",
        uniqueid="1.7",
        linkedid="1.7",
        direction="internal",
        caller=Caller(),
        line="",
        started_at=1,
    )
    own.ended_by = "transfer"
    assert stray(own, logged(headless=True)) == "other leg"
    assert stray(own, logged()) == ""
    own.ended_by = "caller"
    assert stray(own, logged(headless=True)) == ""


def test_what_nobody_talked_about_is_neither_a_pick_up_nor_a_late_completion() -> None:
    assert named("agent", visit(), None, logged()) is None
    assert named("talk", visit(), None, logged()) is None


def test_talk_without_an_end_in_the_log_is_not_a_late_completion() -> None:
    assert named("talk", visit(), talk(), logged(parted_s=None)) == "no completion"
    assert named("talk", visit(), talk(parted_at=None), logged()) is None


def test_who_hung_up_himself_was_not_hung_up() -> None:
    ours, theirs = visit(end="withdrawn"), logged(end="abandoned")
    soon = {"ended_at": 105_100}
    assert named("end", ours, None, theirs, ended_by="caller", **soon) == "redirected while waiting"

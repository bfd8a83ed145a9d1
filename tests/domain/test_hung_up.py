"""What CEL's end of a channel settles in a record, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.domain.hung_up import LegEnd, by_whom, is_open, settled
from callcenter.domain.model import (
    AgentRef,
    Caller,
    CallRecord,
    Conversation,
    Direction,
    Transfer,
    Visit,
)
from callcenter.domain.record import fold

LEILA = AgentRef("pbx1:PJSIP/1001", "Leila", "PJSIP/1001")
AGENTS = {"pjsip/1001": LEILA}
CUSTOMER, AGENT = "PJSIP/trunk-0001", "PJSIP/1001-0002"


def call(
    *,
    direction: Direction = "inbound",
    visits: list[Visit] | None = None,
    talks: list[Conversation] | None = None,
    **known: Any,
) -> CallRecord:
    """A call from second 10, lost from sight in second 20."""
    values = {"ended_at": 20_000, "ended_by": "unknown", "outcome": "unknown"}
    values |= {"settled_by": "lost_sight", **known}
    return CallRecord(
        id="pbx1:1.0",
        pbx="pbx1",
        uniqueid="1.0",
        linkedid="1.0",
        direction=direction,
        caller=Caller(),
        line="",
        started_at=10_000,
        visits=visits or [],
        conversations=talks or [],
        **values,
    )


def talk(parted_at: int = 20_000, **known: Any) -> Conversation:
    values = {"ended_by": "unknown", "talk_ms": parted_at - 15_000, **known}
    return Conversation(number=1, agent=LEILA, joined_at=15_000, parted_at=parted_at, **values)


def visit(end: Any = "unknown") -> Visit:
    return Visit(number=1, queue="support", entered_at=11_000, end=end)


def end(source: str = CUSTOMER, at: int = 25_000, **known: Any) -> LegEnd:
    return LegEnd(uniqueid="1.0", channel=CUSTOMER, at=at, source=source, **known)


def after(record: CallRecord, ended: LegEnd) -> CallRecord:
    for fact in settled(record, ended, AGENTS, 26_000):
        fold(record, fact)
    return record


@pytest.mark.parametrize(
    ("direction", "source", "by"),
    [
        ("inbound", CUSTOMER, "caller"),
        ("inbound", AGENT, "agent"),
        ("inbound", "PJSIP/1001-with-a-dash-0002", None),
        ("inbound", "PJSIP/trunk-0009", None),
        ("inbound", "", None),
        ("inbound", "Local/1001@agents-0001;2", None),
        ("inbound", "manager", None),
        ("inbound", "dialplan/builtin", "pbx"),
        ("internal", CUSTOMER, "caller"),
        ("outbound", CUSTOMER, "agent"),
        ("outbound", AGENT, "agent"),
        ("outbound", "PJSIP/trunk-0009", "caller"),
    ],
)
def test_the_source_of_the_hang_up_is_somebody(
    direction: Direction, source: str, by: str | None
) -> None:
    assert by_whom(call(direction=direction), end(source), AGENTS) == by


def test_a_first_leg_of_an_agent_is_no_caller_that_hung_up() -> None:
    ended = LegEnd(uniqueid="1.0", channel=AGENT, at=1, source=AGENT)
    assert by_whom(call(), ended, AGENTS) is None
    assert by_whom(call(direction="internal"), ended, AGENTS) == "caller"


@pytest.mark.parametrize(
    ("ended_at", "by", "settled_by", "open_"),
    [
        (20_000, "unknown", "lost_sight", True),
        (20_000, "pbx", "ami", True),
        (20_000, "unknown", "queue_log", True),
        (20_000, "agent", "ami", False),
        (20_000, "transfer", "queue_log", False),
        (None, None, "ami", False),
    ],
)
def test_only_what_we_do_not_know_is_asked(
    ended_at: int | None, by: Any, settled_by: Any, open_: bool
) -> None:
    record = call(ended_at=ended_at, ended_by=by, settled_by=settled_by)
    assert is_open(record) is open_


@pytest.mark.parametrize(
    ("ours", "source", "by"),
    [
        ("unknown", AGENT, "agent"),
        ("pbx", CUSTOMER, "caller"),
        ("unknown", "dialplan/builtin", "pbx"),
        ("pbx", "dialplan/builtin", None),
        ("unknown", "", None),
    ],
)
def test_who_hung_up_is_put_into_a_call_that_we_saw(ours: Any, source: str, by: Any) -> None:
    seen = {"ended_by": ours, "settled_by": "ami", "outcome": "answered"}
    record = after(call(talks=[talk(19_000, ended_by=ours, talk_ms=3_500)], **seen), end(source))
    spoken = record.conversations[0]
    assert (record.ended_by, spoken.ended_by) == ((by, by) if by else (ours, ours))
    assert record.settled_by == ("cel" if by else "ami")
    assert (record.ended_at, spoken.talk_ms, record.outcome) == (20_000, 3_500, "answered")


def test_a_conversation_of_before_has_its_own_end() -> None:
    seen = {"ended_by": "unknown", "settled_by": "ami", "outcome": "answered"}
    record = after(call(talks=[talk(17_000, ended_by="pbx")], **seen), end(CUSTOMER))
    assert (record.ended_by, record.conversations[0].ended_by) == ("caller", "pbx")
    named = after(call(talks=[talk(20_000, ended_by="transfer")], **seen), end(CUSTOMER))
    assert (named.ended_by, named.conversations[0].ended_by) == ("caller", "transfer")


def test_a_talk_that_was_lost_from_sight_has_its_true_end() -> None:
    record = call(talks=[talk(transfer=Transfer("parked", "701"))], outcome="answered")
    after(record, end(AGENT, parted_at=24_500))
    spoken = record.conversations[0]
    assert (spoken.talk_ms, spoken.ended_by, spoken.transfer) == (
        9_500,
        "agent",
        Transfer("parked", "701"),
    )
    assert (record.ended_at, record.ended_by, record.outcome) == (25_000, "agent", "answered")
    assert record.settled_by == "cel"


def test_where_nobody_is_named_the_end_is_still_known() -> None:
    record = after(call(talks=[talk()], outcome="answered"), end(""))
    assert (record.ended_at, record.ended_by, record.settled_by) == (25_000, "unknown", "cel")
    assert record.conversations[0].talk_ms == 10_000


def test_a_talk_that_was_handed_on_in_the_dark_is_left_to_queue_log() -> None:
    record = after(call(talks=[talk()], outcome="answered"), end(CUSTOMER, handed_at=22_000))
    assert (record.ended_by, record.conversations[0].talk_ms) == ("caller", 5_000)
    earlier = after(call(talks=[talk()], outcome="answered"), end(CUSTOMER, handed_at=12_000))
    assert earlier.conversations[0].talk_ms == 10_000


@pytest.mark.parametrize(
    ("ended", "left"),
    [
        (end(queued=True, left_queue_at=25_000), "abandoned"),
        (end(queued=True), "abandoned"),
        (end(queued=True, left_queue_at=22_000), "unknown"),
        (end(queued=True, bridges=1), "unknown"),
        (end(source="dialplan/builtin", queued=True), "unknown"),
        (end(), "unknown"),
    ],
)
def test_who_hangs_up_in_a_queue_gives_up(ended: LegEnd, left: str) -> None:
    record = after(call(visits=[visit()]), ended)
    assert (record.visits[0].end, record.outcome) == (left, left)
    if left == "abandoned":
        assert record.visits[0].wait_ms == 14_000


@pytest.mark.parametrize(
    ("ended", "ours", "outcome"),
    [
        (end(whole=True), "ivr", "ivr"),
        (end(whole=True, dialled=True, dial="BUSY"), "no_answer", "busy"),
        (end(whole=True, dialled=True, dial=""), "no_answer", "no_answer"),
        (end(whole=True, bridges=2, peer=AGENT, joined_at=21_000), "ivr", "unknown"),
        (end(whole=True, bridges=1, peer="PJSIP/x-1", joined_at=21_000), "ivr", "unknown"),
        (end(whole=True, queued=True), "ivr", "ivr"),
        (end(whole=False, bridges=1), "ivr", "ivr"),
    ],
)
def test_what_became_of_a_call_that_no_agent_had_yet(
    ended: LegEnd, ours: Any, outcome: Any
) -> None:
    record = after(call(outcome=ours), ended)
    assert (record.outcome, record.conversations) == (outcome, [])
    assert (record.ended_by, record.settled_by) == ("caller", "cel")


def test_a_call_that_one_agent_took_in_the_dark_is_answered() -> None:
    ended = end(AGENT, whole=True, bridges=1, peer=AGENT, joined_at=21_000, parted_at=24_000)
    record = after(call(outcome="ivr"), ended)
    (spoken,) = record.conversations
    assert (spoken.agent, spoken.talk_ms, spoken.ended_by) == (LEILA, 3_000, "agent")
    assert (record.outcome, record.answered_at) == ("answered", 21_000)
    silent = end("", whole=True, bridges=1, peer=AGENT, joined_at=21_000)
    (told,) = after(call(outcome="ivr"), silent).conversations
    assert (told.talk_ms, told.ended_by) == (4_000, "unknown")


@pytest.mark.parametrize("at", [20_000 - 12_600_000, 20_000 + 12_600_000])
def test_a_time_that_cannot_be_is_not_believed(at: int) -> None:
    record = after(call(talks=[talk()], outcome="answered"), end(AGENT, at=at))
    assert (record.ended_by, record.ended_at) == ("agent", 20_000)
    assert (record.conversations[0].ended_by, record.conversations[0].talk_ms) == ("agent", 5_000)
    silent = after(call(talks=[talk()], outcome="answered"), end("", at=at))
    assert silent.settled_by == "lost_sight"


def test_asked_twice_nothing_more_is_said() -> None:
    record = after(call(talks=[talk()], outcome="answered"), end(AGENT))
    assert not is_open(record)

"""The life line: what a person would tell of a call, in order, and whose word it rests on."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.domain import facts as every
from callcenter.domain.facts import (
    AgentAnswered,
    AgentOffered,
    AgentSeen,
    AgentStateChanged,
    AnyFact,
    CallAnswered,
    CallEnded,
    CallFact,
    CallHeld,
    CallReclassified,
    CallResumed,
    CallStarted,
    CallTransferred,
    ConversationCorrected,
    ConversationEnded,
    CustomerLinked,
    DispositionSet,
    Fact,
    IvrStepped,
    LinkLost,
    LinkRestored,
    NoteSaved,
    OfferEnded,
    QueueEntered,
    QueueLeft,
    QueueRefused,
    QueueSeen,
    Recorded,
    RecordingStarted,
    VisitCorrected,
    WrapUpEnded,
    WrapUpStarted,
)
from callcenter.domain.life_line import RULES, life_line
from callcenter.domain.life_step import Believed, Evidence, Step, StepKind, word_of
from callcenter.domain.model import AgentRef, EndedBy, SettledBy, VisitEnd

ALI = AgentRef("pbx1:PJSIP/1001", "Ali", "PJSIP/1001")
SARA = AgentRef("pbx1:PJSIP/1002", "Sara", "PJSIP/1002")


def at(seconds: float) -> dict[str, Any]:
    return {"at": 1_000_000 + round(seconds * 1000), "pbx": "pbx1", "call": "pbx1:1"}


def told(*facts: AnyFact) -> list[Step]:
    return life_line([Recorded(number, fact) for number, fact in enumerate(facts, 1)])


def started(seconds: float = 0, settled_by: SettledBy = "ami") -> CallStarted:
    return CallStarted(
        **at(seconds),
        uniqueid="1",
        linkedid="1",
        channel="PJSIP/trunk-1",
        direction="inbound",
        line="+982112345678",
        settled_by=settled_by,
    )


def entered(seconds: float, visit: int = 1) -> QueueEntered:
    return QueueEntered(**at(seconds), visit=visit, queue="support", position=3)


def left(seconds: float, reason: VisitEnd, wait_ms: int, visit: int = 1) -> QueueLeft:
    return QueueLeft(
        **at(seconds), visit=visit, queue="support", reason=reason, wait_ms=wait_ms, key="7"
    )


def joined(seconds: float, agent: AgentRef = SARA, number: int = 1) -> AgentAnswered:
    return AgentAnswered(
        **at(seconds), conversation=number, agent=agent, queue="support", visit=1, offer=2
    )


def parted(seconds: float, talk_ms: int, by: EndedBy = "caller") -> ConversationEnded:
    return ConversationEnded(
        **at(seconds), conversation=1, agent=SARA, ended_by=by, talk_ms=talk_ms, hold_ms=0
    )


def kinds(steps: list[Step]) -> list[str]:
    return [step.what for step in steps]


def only(steps: list[Step], what: StepKind) -> Step:
    (step,) = [step for step in steps if step.what == what]
    return step


def test_a_call_is_told_as_a_person_would_tell_it() -> None:
    steps = told(
        started(),
        CustomerLinked(**at(0.1), customer_id=7, e164="+989123456789", how="e164"),
        IvrStepped(**at(2), step="menu 2"),
        entered(4),
        AgentOffered(**at(5), offer=1, agent=ALI, visit=1, queue="support"),
        OfferEnded(**at(20), offer=1, agent=ALI, end="no_answer", ring_ms=15_000, visit=1),
        AgentOffered(**at(21), offer=2, agent=SARA, visit=1, queue="support"),
        OfferEnded(**at(24), offer=2, agent=SARA, end="answered", ring_ms=3_000, visit=1),
        left(24, "answered", 20_000),
        joined(24),
        RecordingStarted(**at(25), file="/r/1.wav"),
        CallHeld(**at(30), conversation=1),
        CallResumed(**at(42), conversation=1),
        parted(60, 36_000),
        CallEnded(**at(60), ended_by="caller", outcome="answered"),
        WrapUpStarted(**at(60), conversation=1, agent=SARA),
        WrapUpEnded(**at(70), conversation=1, agent=SARA, wrapup_ms=10_000),
        DispositionSet(**at(69), by="sara", code="resolved", note="router"),
    )
    assert kinds(steps) == [
        "started",
        "customer",
        "ivr",
        "entered",
        "rang",
        "rang",
        "talked",
        "recording",
        "held",
        "ended",
        "wrapped_up",
        "filed",
    ]
    no_answer, answered = steps[4:6]
    assert (no_answer.agent, no_answer.end, no_answer.ms) == (ALI, "no_answer", 15_000)
    assert (no_answer.at, no_answer.until) == (1_005_000, 1_020_000)
    assert (answered.agent, answered.end) == (SARA, "answered")
    talk = only(steps, "talked")
    assert (talk.agent, talk.ms, talk.by, talk.until) == (SARA, 36_000, "caller", 1_060_000)
    assert only(steps, "held").ms == 12_000
    assert only(steps, "held").agent == SARA
    assert only(steps, "entered").position == 3
    assert only(steps, "wrapped_up").ms == 10_000
    assert (only(steps, "filed").settled_by, only(steps, "filed").by) == ("desk", "sara")
    assert only(steps, "customer").settled_by == "directory"


def test_what_goes_on_has_no_end() -> None:
    steps = told(
        started(),
        AgentOffered(**at(1), offer=1, agent=ALI),
        joined(2),
        CallHeld(**at(3), conversation=1),
        WrapUpStarted(**at(9), conversation=1, agent=SARA),
    )
    assert [step.until for step in steps[1:]] == [None] * 4


@pytest.mark.parametrize(
    ("reason", "evidence"),
    [
        ("abandoned", "ami"),
        ("timed_out", "queue_status"),
        ("emptied", "queue_status"),
        ("unknown", "lost_sight"),
    ],
)
def test_a_visit_without_an_answer_says_how_it_ended_and_who_knows(
    reason: VisitEnd, evidence: Evidence
) -> None:
    step = only(told(started(), entered(1), left(31, reason, 30_000)), "left")
    assert (step.end, step.ms, step.settled_by) == (reason, 30_000, evidence)


def test_a_door_that_was_shut() -> None:
    fact = QueueRefused(**at(1), visit=1, queue="support", why="JOINEMPTY")
    step = only(told(started(), fact), "refused")
    assert (step.queue, step.text, step.settled_by) == ("support", "JOINEMPTY", "queue_status")


def test_an_answer_whose_agent_nobody_saw_is_still_told() -> None:
    assert only(told(started(), entered(1), left(5, "answered", 4_000)), "left").ms == 4_000


def test_queue_log_corrects_a_visit_and_what_was_believed_stands_beside_it() -> None:
    corrected = VisitCorrected(
        **at(12),
        visit=1,
        queue="support",
        reason="abandoned",
        wait_ms=11_000,
        settled_by="queue_log",
    )
    step = only(told(started(), entered(1), left(9, "unknown", 8_000), corrected), "left")
    assert (step.end, step.ms, step.settled_by, step.at) == (
        "abandoned",
        11_000,
        "queue_log",
        1_012_000,
    )
    assert step.text == "7"
    assert step.was == Believed(settled_by="lost_sight", end="unknown", ms=8_000)


def test_queue_log_tells_of_a_visit_whose_end_we_did_not_see() -> None:
    corrected = VisitCorrected(
        **at(12), visit=1, queue="support", reason="key", wait_ms=1, settled_by="queue_log", key="9"
    )
    step = only(told(started(), corrected), "left")
    assert (step.was, step.at, step.text) == (None, 1_012_000, "9")


def test_an_answer_that_was_corrected_stays_in_sight() -> None:
    corrected = VisitCorrected(
        **at(5), visit=1, queue="support", reason="answered", wait_ms=4_000, settled_by="queue_log"
    )
    steps = told(started(), entered(1), left(3, "unknown", 2_000), joined(5), corrected)
    assert only(steps, "left").was is not None


def test_queue_log_corrects_a_conversation() -> None:
    corrected = ConversationCorrected(
        **at(20),
        conversation=1,
        agent=ALI,
        talk_ms=30_000,
        ended_by="agent",
        settled_by="queue_log",
        queue="support",
        visit=1,
        transfer="blind",
        to="1009",
    )
    steps = told(started(), joined(20), parted(40, 20_000, "unknown"), corrected)
    talk = only(steps, "talked")
    assert (talk.agent, talk.ms, talk.by, talk.settled_by) == (ALI, 30_000, "agent", "queue_log")
    assert talk.was == Believed(settled_by="ami", by="unknown", ms=20_000, agent=SARA)
    handed = only(steps, "transferred")
    assert (handed.end, handed.text, handed.settled_by) == ("blind", "1009", "queue_log")
    # A transfer that we saw ourselves is not told a second time.
    seen = CallTransferred(**at(40), conversation=1, transfer="blind", to="1009")
    steps = told(started(), joined(20), seen, corrected)
    assert only(steps, "transferred").settled_by == "ami"
    assert only(steps, "transferred").agent == SARA


def test_a_transfer_told_after_the_talk_it_ended_ended_it() -> None:
    late = CallTransferred(**at(40.2), conversation=1, transfer="blind", to="1009")
    steps = told(started(), joined(20), parted(40, 20_000, "pbx"), late)
    assert only(steps, "talked").by == "transfer"


def test_a_conversation_found_in_the_log_only_is_told_from_there() -> None:
    found = ConversationCorrected(
        **at(20),
        conversation=1,
        agent=ALI,
        talk_ms=30_000,
        ended_by="agent",
        settled_by="queue_log",
    )
    step = only(told(started(settled_by="queue_log"), found), "talked")
    assert (step.settled_by, step.was) == ("queue_log", None)


def test_a_call_that_was_found_afterwards_is_known_from_there_in_every_step() -> None:
    """Imported from an old queue_log: only what people did at our desk is known otherwise."""
    note = NoteSaved(**at(95), by="sara", text="called back", rev=1)
    steps = told(started(settled_by="queue_log"), entered(1), left(31, "timed_out", 30_000), note)
    assert [step.settled_by for step in steps] == ["queue_log", "queue_log", "queue_log", "desk"]


def test_the_log_in_whole_seconds_does_not_come_before_the_call() -> None:
    steps = told(started(0.7), entered(0.8), left(0.0, "abandoned", 0))
    assert [step.what for step in steps] == ["started", "left", "entered"]
    assert min(step.at for step in steps) == 1_000_700


def test_ends_whose_beginning_nobody_saw_tell_what_they_can() -> None:
    steps = told(
        OfferEnded(**at(20), offer=1, agent=ALI, end="no_answer", ring_ms=15_000),
        parted(60, 36_000),
        WrapUpEnded(**at(70), conversation=1, agent=SARA, wrapup_ms=10_000),
        CallResumed(**at(71), conversation=1),
        CallHeld(**at(72), conversation=9),
        CallTransferred(**at(73), conversation=9, transfer="parked", to="701"),
    )
    assert kinds(steps) == ["rang", "talked", "wrapped_up", "held", "transferred"]
    assert [step.at for step in steps[:3]] == [1_005_000, 1_024_000, 1_060_000]
    assert steps[3].agent is None


def test_a_conversation_that_ends_while_held_ends_the_hold() -> None:
    steps = told(started(), joined(1), CallHeld(**at(5), conversation=1), parted(8, 7_000))
    assert only(steps, "held").ms == 3_000
    # And one that was taken back before is left as it was.
    resumed = CallResumed(**at(6), conversation=1)
    steps = told(started(), joined(1), CallHeld(**at(5), conversation=1), resumed, parted(8, 7_000))
    assert only(steps, "held").ms == 1_000


def test_a_note_is_told_once_as_it_was_left() -> None:
    steps = told(
        started(),
        NoteSaved(**at(5), by="sara", text="rou", rev=1),
        CallHeld(**at(6), conversation=1),
        NoteSaved(**at(7), by="sara", text="router", rev=2),
        NoteSaved(**at(8), by="ali", text="called back", rev=3),
    )
    notes = [step for step in steps if step.what == "note"]
    assert [(step.by, step.text) for step in notes] == [("sara", "router"), ("ali", "called back")]


def test_a_call_that_was_lost_and_found_again_says_both() -> None:
    lost = CallEnded(**at(5), ended_by="unknown", outcome="unknown", settled_by="lost_sight")
    found = CallEnded(**at(9), ended_by="agent", outcome="answered", settled_by="queue_log")
    step = only(told(started(), lost, found), "ended")
    assert (step.end, step.by, step.settled_by, step.at) == (
        "answered",
        "agent",
        "queue_log",
        1_009_000,
    )
    assert step.was == Believed(settled_by="lost_sight", end="unknown", by="unknown")


def test_an_outbound_call_says_when_the_far_end_answered_and_who_it_turned_out_to_be() -> None:
    clear = CallReclassified(
        **at(1), direction="outbound", number="09121", name="", presentation="shown", line=""
    )
    hidden = CallReclassified(
        **at(2), direction="inbound", number="09121", name="", presentation="withheld", line=""
    )
    steps = told(started(), clear, hidden, CallAnswered(**at(4)))
    assert kinds(steps) == ["started", "reclassified", "reclassified", "far_answered"]
    assert [step.text for step in steps[1:3]] == ["09121", ""]
    many = CustomerLinked(**at(5), customer_id=None, e164="", how="many")
    assert only(told(started(), many), "customer").text == ""


def test_a_time_in_which_the_pbx_was_not_heard_is_part_of_the_line() -> None:
    lost = LinkLost(at=1_003_000, pbx="pbx1", why="silent")
    back = LinkRestored(at=1_008_000, pbx="pbx1", gap_ms=5_000, restarted=True)
    step = only(told(started(), lost, back), "unheard")
    assert (step.ms, step.until, step.end) == (5_000, 1_008_000, "restarted")
    again = LinkRestored(at=1_020_000, pbx="pbx1", gap_ms=2_000, restarted=False)
    steps = told(lost, back, again)
    assert [step.at for step in steps] == [1_003_000, 1_018_000]


def test_what_is_about_queues_and_agents_is_not_told() -> None:
    where = {"at": 1, "pbx": "pbx1"}
    beside = [
        QueueSeen(**where, queue="support", strategy="rrmemory", service_level_s=20),
        AgentSeen(**where, agent=ALI, queues=("support",)),
        AgentStateChanged(**where, agent=ALI, state="ready"),
    ]
    assert told(*beside) == []


def test_a_fact_of_a_later_version_is_told_by_its_name() -> None:
    class CallBlessed(CallFact, frozen=True, kw_only=True):
        """Nothing that this version knows."""

    class MoonFull(Fact, frozen=True, kw_only=True):
        """Nothing of a call's."""

    beside: Any = MoonFull(at=1, pbx="pbx1")
    assert told(beside) == []
    later: Any = CallBlessed(**at(3))
    step = only(told(started(), later), "other")
    assert (step.text, step.at) == ("CallBlessed", 1_003_000)


def test_a_settler_that_is_new_here_counts_as_heard() -> None:
    stranger: Any = "oracle"
    assert word_of(stranger) == "ami"


def test_every_fact_has_its_rule() -> None:
    kinds = [
        kind
        for kind in vars(every).values()
        if isinstance(kind, type) and issubclass(kind, Fact) and not kind.__subclasses__()
    ]
    assert len(kinds) > 20
    of_calls = [kind for kind in kinds if issubclass(kind, CallFact | LinkLost | LinkRestored)]
    missing = [kind.__name__ for kind in of_calls if kind not in RULES]
    assert not missing, "say in life_line.py how these are told, and word them in i18n/*.json"

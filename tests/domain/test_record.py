"""Folding facts into a record: total, and the same when a fact comes twice."""

from __future__ import annotations

import msgspec
import pytest

from callcenter.domain import record as records
from callcenter.domain.facts import (
    AgentAnswered,
    AgentOffered,
    AgentSeen,
    AnyFact,
    CallAnswered,
    CallEnded,
    CallHeld,
    CallReclassified,
    CallResumed,
    CallStarted,
    CallTransferred,
    ConversationCorrected,
    ConversationEnded,
    CustomerLinked,
    DispositionSet,
    IvrStepped,
    NoteSaved,
    OfferEnded,
    QueueEntered,
    QueueLeft,
    QueueRefused,
    RecordingStarted,
    VisitCorrected,
    WrapUpEnded,
    WrapUpStarted,
)
from callcenter.domain.model import AgentRef, CallRecord, Transfer, TransferKind

SARA = AgentRef("pbx1:PJSIP/1001", "Sara", "PJSIP/1001")
WHERE = {"pbx": "pbx1", "call": "pbx1:1"}


def made(kind: type, at: int = 100, **fields: object) -> AnyFact:
    fact: AnyFact = kind(at=at, **WHERE, **fields)
    return fact


ABOUT_PARTS = [
    made(QueueLeft, visit=7, queue="q", reason="abandoned", wait_ms=1),
    made(VisitCorrected, visit=7, queue="q", reason="key", wait_ms=1, settled_by="queue_log"),
    made(OfferEnded, offer=7, agent=SARA, end="cancelled", ring_ms=1),
    made(CallHeld, conversation=7),
    made(CallResumed, conversation=7),
    made(ConversationEnded, conversation=7, agent=SARA, ended_by="agent", talk_ms=1, hold_ms=0),
    made(CallTransferred, conversation=7, transfer="blind", to="1"),
    made(WrapUpStarted, conversation=7, agent=SARA),
    made(WrapUpEnded, conversation=7, agent=SARA, wrapup_ms=1),
    AgentSeen(at=1, pbx="pbx1", agent=SARA, queues=()),
]


@pytest.fixture
def record() -> CallRecord:
    start = made(CallStarted, 0, uniqueid="1", linkedid="1", channel="x", direction="inbound")
    assert isinstance(start, CallStarted)
    return records.begin(start)


def told(record: CallRecord, *facts: AnyFact) -> CallRecord:
    """Each fact twice: the second time must change nothing."""
    for fact in facts:
        records.fold(record, fact)
        once = msgspec.to_builtins(record)
        if not isinstance(fact, IvrStepped):
            records.fold(record, fact)
            assert msgspec.to_builtins(record) == once, fact
    return record


@pytest.mark.parametrize("fact", ABOUT_PARTS, ids=lambda fact: type(fact).__name__)
def test_fact_about_a_part_that_is_not_there_changes_nothing(
    record: CallRecord, fact: AnyFact
) -> None:
    before = msgspec.to_builtins(record)
    told(record, fact)
    assert msgspec.to_builtins(record) == before


def test_whole_visit(record: CallRecord) -> None:
    told(
        record,
        made(QueueEntered, visit=1, queue="support", position=2),
        made(AgentOffered, 200, offer=1, agent=SARA, visit=1, queue="support"),
        made(OfferEnded, 300, offer=1, agent=SARA, end="answered", ring_ms=100, visit=1),
        made(QueueLeft, 300, visit=1, queue="support", reason="answered", wait_ms=200),
        made(AgentAnswered, 300, conversation=1, agent=SARA, queue="support", visit=1, offer=1),
        made(CallHeld, 400, conversation=1),
        made(CallResumed, 450, conversation=1),
        made(CallTransferred, 500, conversation=1, transfer="blind", to="602"),
        made(
            ConversationEnded,
            500,
            conversation=1,
            agent=SARA,
            ended_by="transfer",
            talk_ms=200,
            hold_ms=50,
        ),
        made(WrapUpStarted, 500, conversation=1, agent=SARA, until=600),
        made(WrapUpEnded, 600, conversation=1, agent=SARA, wrapup_ms=100),
        made(CallEnded, 700, ended_by="caller", outcome="answered"),
    )
    [visit] = record.visits
    [talk] = record.conversations
    assert (visit.position, visit.wait_ms, visit.end, visit.left_at) == (2, 200, "answered", 300)
    assert [(o.ring_ms, o.end, o.ended_at) for o in visit.offers] == [(100, "answered", 300)]
    assert (talk.talk_ms, talk.hold_ms, talk.holds, talk.wrapup_ms) == (200, 50, 1, 100)
    assert talk.transfer is not None
    assert (record.answered_at, record.ended_at, record.outcome) == (300, 700, "answered")


def test_refusal_is_a_visit_that_never_entered(record: CallRecord) -> None:
    [visit] = told(record, made(QueueRefused, visit=1, queue="q", why="FULL")).visits
    assert (visit.end, visit.wait_ms, visit.entered_at, visit.left_at) == ("refused", 0, 100, 100)


def test_correction_settles_a_visit_by_better_evidence(record: CallRecord) -> None:
    told(record, made(QueueEntered, visit=1, queue="q", position=1))
    told(
        record,
        made(
            VisitCorrected,
            900,
            visit=1,
            queue="q",
            reason="abandoned",
            wait_ms=50,
            settled_by="queue_log",
        ),
    )
    [visit] = record.visits
    assert (visit.end, visit.wait_ms, visit.left_at) == ("abandoned", 50, 150)
    assert record.settled_by == "queue_log"
    left = made(QueueLeft, 120, visit=1, queue="q", reason="unknown", wait_ms=20)
    again = made(
        VisitCorrected, 999, visit=1, queue="q", reason="key", wait_ms=20, settled_by="queue_log"
    )
    assert told(record, left, again).visits[0].left_at == 120


def test_outbound_call_is_answered_by_its_far_end(record: CallRecord) -> None:
    told(
        record,
        made(
            CallReclassified,
            direction="outbound",
            number="0912",
            name="",
            presentation="shown",
            line="",
        ),
        made(AgentAnswered, 200, conversation=1, agent=SARA),
    )
    assert record.answered_at is None
    assert told(record, made(CallAnswered, 300)).answered_at == 300


def test_direct_answer_is_the_calls_answer(record: CallRecord) -> None:
    told(
        record,
        made(AgentOffered, offer=1, agent=SARA),
        made(AgentAnswered, 200, conversation=1, agent=SARA),
        made(CallAnswered, 300),
    )
    assert (record.answered_at, len(record.direct)) == (200, 1)


def test_offer_of_a_visit_that_is_not_known_is_kept_as_direct(record: CallRecord) -> None:
    assert len(told(record, made(AgentOffered, offer=1, agent=SARA, visit=4)).direct) == 1


def test_customer_linked_survives_a_new_name_but_not_a_new_number(record: CallRecord) -> None:
    def reclassified(number: str) -> AnyFact:
        return made(
            CallReclassified,
            direction="inbound",
            number=number,
            name="Zoe",
            presentation="shown",
            line="",
        )

    told(record, reclassified("0912"))
    told(record, made(CustomerLinked, customer_id=7, e164="+98912", how="exact"))
    assert (record.customer_id, told(record, reclassified("0912")).caller.e164) == (7, "+98912")
    assert told(record, reclassified("0913")).caller.e164 == ""


def test_older_revision_of_the_note_is_not_taken(record: CallRecord) -> None:
    told(record, made(NoteSaved, by="sara", text="new", rev=2))
    told(record, made(NoteSaved, by="sara", text="old", rev=1))
    assert (record.note, record.note_rev) == ("new", 2)


def test_later_disposition_replaces_the_earlier(record: CallRecord) -> None:
    told(record, made(DispositionSet, by="sara", code="sold", resolved=True))
    told(record, made(DispositionSet, by="omid", code="callback", resolved=False, note="n"))
    assert record.disposition is not None
    assert (record.disposition.code, record.disposition.by) == ("callback", "omid")


def test_recordings_and_ivr_steps_are_listed(record: CallRecord) -> None:
    told(record, made(RecordingStarted, file="a.wav"), made(IvrStepped, step="main:1"))
    assert (record.recordings, record.ivr) == (["a.wav"], ["main:1"])


def test_visit_that_was_answered_after_all_answers_the_call() -> None:
    started = CallStarted(
        at=0,
        uniqueid="1",
        linkedid="1",
        channel="c",
        direction="inbound",
        pbx="pbx1",
        call="pbx1:1",
    )
    record = records.begin(started)
    records.fold(
        record, QueueEntered(at=10, visit=1, queue="support", position=1, pbx="pbx1", call="pbx1:1")
    )
    better = VisitCorrected(
        at=90,
        visit=1,
        queue="support",
        reason="answered",
        wait_ms=40,
        settled_by="queue_log",
        pbx="pbx1",
        call="pbx1:1",
    )
    records.fold(record, better)
    assert (record.answered_at, record.visits[0].end) == (50, "answered")
    assert record.settled_by == "queue_log"


@pytest.mark.parametrize("kind", [None, "blind"])
def test_conversation_that_we_did_not_see_is_told_by_better_evidence(
    kind: TransferKind | None,
) -> None:
    started = CallStarted(
        at=0,
        uniqueid="1",
        linkedid="1",
        channel="c",
        direction="inbound",
        pbx="pbx1",
        call="pbx1:1",
    )
    record = records.begin(started)
    told = ConversationCorrected(
        at=20,
        conversation=1,
        agent=SARA,
        talk_ms=30,
        ended_by="agent",
        settled_by="queue_log",
        queue="support",
        transfer=kind,
        to="1002",
        pbx="pbx1",
        call="pbx1:1",
    )
    records.fold(record, told)
    records.fold(record, told)
    [talk] = record.conversations
    assert (talk.joined_at, talk.parted_at, record.answered_at) == (20, 50, 20)
    assert talk.transfer == (None if kind is None else Transfer(kind, "1002"))

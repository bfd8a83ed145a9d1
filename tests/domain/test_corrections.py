"""The facts of a correction: they bring a record to what the log says, and no more."""

from __future__ import annotations

import pytest

from callcenter.domain import record as records
from callcenter.domain.corrections import correction, imported
from callcenter.domain.facts import AnyFact, CallEnded, CallStarted, CustomerLinked, VisitCorrected
from callcenter.domain.logged import LoggedCall, LoggedRing, LoggedVisit
from callcenter.domain.model import CallRecord, Offer
from callcenter.domain.named import AgentNames
from callcenter.domain.wire import dumps, loads


def answered(**more: object) -> LoggedVisit:
    values: dict[str, object] = {
        "callid": "1.0",
        "queue": "support",
        "number": 1,
        "entered_s": 100,
        "caller": "0912",
        "name": "سارا",
        "position": 2,
        "agent": "Leila",
        "connected_s": 107,
        "left_s": 107,
        "wait_s": 7,
        "ring_s": 3,
        "end": "answered",
        "talk_s": 50,
        "parted_s": 157,
        "by": "transfer",
        "transfer": "blind",
        "to": "1002",
        "rings": [LoggedRing("Omid", 103, 3000, "no_answer")],
    }
    return LoggedVisit(**{**values, **more})  # type: ignore[arg-type]  # fields of it


def folded(facts: list[AnyFact]) -> CallRecord:
    start = facts[0]
    assert isinstance(start, CallStarted)
    record = records.begin(start)
    for fact in facts[1:]:
        records.fold(record, loads(dumps(fact)))
    return record


def test_a_call_that_was_never_seen_becomes_a_whole_record() -> None:
    second = LoggedVisit(
        callid="1.0",
        queue="sales",
        number=1,
        entered_s=157,
        end="key",
        left_s=160,
        wait_s=3,
        key="5",
        by="caller",
    )
    call = LoggedCall(callid="1.0", visits=[answered(), second])
    record = folded(imported("pbx1", call, AgentNames("pbx1")))
    assert (record.id, record.uniqueid, record.settled_by) == ("pbx1:1.0", "1.0", "queue_log")
    assert (record.caller.number, record.caller.name) == ("0912", "سارا")
    assert (record.started_at, record.answered_at, record.ended_at) == (100_000, 107_000, 160_000)
    assert (record.outcome, record.ended_by) == ("answered", "caller")
    first, last = record.visits
    assert (first.end, first.wait_ms, first.left_at, first.position) == (
        "answered",
        7_000,
        107_000,
        2,
    )
    assert (last.end, last.key, last.wait_ms) == ("key", "5", 3_000)
    assert [(o.agent.name, o.end, o.at, o.ring_ms) for o in first.offers] == [
        ("Omid", "no_answer", 100_000, 3_000),
        ("Leila", "answered", 104_000, 3_000),
    ]
    (talk,) = record.conversations
    assert (talk.agent.name, talk.talk_ms, talk.parted_at) == ("Leila", 50_000, 157_000)
    assert (talk.visit, talk.queue, talk.ended_by) == (1, "support", "transfer")
    assert talk.transfer is not None
    assert (talk.transfer.kind, talk.transfer.to) == ("blind", "1002")


def test_the_same_log_gives_the_same_facts() -> None:
    call = LoggedCall(callid="1.0", visits=[answered()])
    assert imported("pbx1", call, AgentNames("pbx1")) == imported("pbx1", call, AgentNames("pbx1"))


def test_the_ends_of_stays_come_last_but_for_the_calls_end() -> None:
    call = LoggedCall(callid="1.0", visits=[answered(), answered(queue="sales", entered_s=157)])
    facts = imported("pbx1", call, AgentNames("pbx1"))
    assert isinstance(facts[0], CallStarted)
    assert [type(fact) for fact in facts[-3:]] == [VisitCorrected, VisitCorrected, CallEnded]


def test_a_correction_keeps_what_is_not_in_doubt() -> None:
    agents = AgentNames("pbx1")
    call = LoggedCall(callid="1.0", visits=[answered()])
    record = folded(imported("pbx1", call, agents))
    talk = record.conversations[0]
    talk.joined_at, talk.talk_ms, talk.hold_ms, record.ended_by = 107_345, 0, 9, "caller"
    facts = correction(
        record, [(record.visits[0], talk, answered(transfer=None, by="agent"))], agents
    )
    for fact in facts:
        records.fold(record, fact)
    assert (talk.joined_at, talk.talk_ms, talk.parted_at) == (107_345, 50_000, 157_345)
    assert (talk.hold_ms, talk.ended_by, record.ended_by) == (9, "agent", "caller")
    assert talk.transfer is not None
    assert talk.transfer.kind == "blind"


@pytest.mark.parametrize(
    ("seen", "told"), [(107_950, 107_950), (109_200, 107_000), (119_000, 107_000)]
)
def test_who_was_found_talking_after_a_gap_was_answered_when_the_log_says(
    seen: int, told: int
) -> None:
    agents = AgentNames("pbx1")
    record = folded(imported("pbx1", LoggedCall(callid="1.0", visits=[answered()]), agents))
    visit, talk = record.visits[0], record.conversations[0]
    record.answered_at = talk.joined_at = visit.offers[1].ended_at = seen
    visit.offers[1].at = 104_400
    visit.offers[1].ring_ms = seen - 104_400
    for fact in correction(record, [(visit, talk, answered())], agents):
        records.fold(record, fact)
    assert (talk.joined_at, record.answered_at) == (told, told)
    assert len(visit.offers) == 2
    rung = visit.offers[1]
    assert (rung.end, rung.ended_at, rung.ring_ms) == ("answered", told, told - 104_400)
    assert (visit.wait_ms, talk.talk_ms) == (7_000, 50_000)


@pytest.mark.parametrize("by", ["caller", "agent", "pbx"])
def test_who_ended_a_call_that_we_lost_is_told_by_the_log(by: str) -> None:
    agents = AgentNames("pbx1")
    record = folded(imported("pbx1", LoggedCall(callid="1.0", visits=[answered()]), agents))
    record.ended_by = "unknown"
    theirs = answered(by=by, transfer=None)
    for fact in correction(record, [(record.visits[0], record.conversations[0], theirs)], agents):
        records.fold(record, fact)
    assert record.ended_by == by


def test_the_customer_of_an_imported_call_is_linked_right_after_its_start() -> None:
    linked = CustomerLinked(
        at=100_000, pbx="pbx1", call="pbx1:1.0", customer_id=7, e164="+98912", how="exact"
    )
    call = LoggedCall(callid="1.0", visits=[answered()])
    facts = imported("pbx1", call, AgentNames("pbx1"), linked)
    assert facts[1] is linked
    assert folded(facts).customer_id == 7


def test_a_conversation_with_the_wrong_agent_is_given_to_the_one_of_the_log() -> None:
    agents = AgentNames("pbx1")
    record = folded(imported("pbx1", LoggedCall(callid="1.0", visits=[answered()]), agents))
    theirs = answered(agent="Dana")
    for fact in correction(record, [(record.visits[0], record.conversations[0], theirs)], agents):
        records.fold(record, fact)
    assert [talk.agent.name for talk in record.conversations] == ["Dana"]


OMID_MISSED = ("Omid", "no_answer", 3_000)
RINGS: list[tuple[list[tuple[int, int | None, str | None]], list[tuple[str, str, int]]]] = [
    ([(104_200, 105_000, "cancelled")], [OMID_MISSED, ("Leila", "answered", 2_800)]),
    ([(104_200, 107_100, "answered")], [OMID_MISSED, ("Leila", "answered", 2_900)]),
    (
        [(90_000, 92_000, "no_answer")],
        [("Leila", "no_answer", 2_000), OMID_MISSED, ("Leila", "answered", 3_000)],
    ),
    ([], [OMID_MISSED, ("Leila", "answered", 3_000)]),
]


@pytest.mark.parametrize(("seen", "after"), RINGS)
def test_phone_that_rang_when_we_lost_sight_was_answered_if_the_log_says_so(
    seen: list[tuple[int, int | None, str | None]], after: list[tuple[str, str, int]]
) -> None:
    agents = AgentNames("pbx1")
    record = folded(imported("pbx1", LoggedCall(callid="1.0", visits=[answered()]), agents))
    visit, leila = record.visits[0], record.visits[0].offers[1].agent
    visit.offers = [
        Offer(number=5, agent=leila, at=at, ended_at=until, end=end, ring_ms=(until or at) - at)  # type: ignore[arg-type]  # an end of an offer
        for at, until, end in seen
    ]
    for fact in correction(record, [(visit, record.conversations[0], answered())], agents):
        records.fold(record, fact)
    told = [(offer.agent.name, offer.end, offer.ring_ms) for offer in visit.offers]
    assert sorted(told, key=str) == sorted(after, key=str)
    assert len({offer.number for offer in visit.offers}) == len(after)


def test_stay_of_a_known_call_that_we_never_saw_has_its_rings() -> None:
    agents = AgentNames("pbx1")
    record = folded(imported("pbx1", LoggedCall(callid="1.0", visits=[answered()]), agents))
    more = answered(queue="sales", entered_s=157, connected_s=160, left_s=160)
    for fact in correction(record, [(None, None, more)], agents):
        records.fold(record, fact)
    assert [offer.end for offer in record.visits[1].offers] == ["no_answer", "answered"]

"""The invariants of the figures, over calls made of facts in any order."""

from zoneinfo import ZoneInfo

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.domain import facts
from callcenter.domain.model import AGENT_STATES, AgentRef
from callcenter.domain.record import begin
from callcenter.domain.record import fold as fold_fact
from kpi.calendars import cuts, day_bounds
from kpi.cells import apply, coarser, difference, fold, total
from kpi.contributions import of_call, of_span
from kpi.counters import Counters, dumps, loads
from kpi.intervals import INTERVAL_MS
from kpi.records import AgentSpan
from kpi.rules import Rules

TEHRAN = ZoneInfo("Asia/Tehran")
NOON = 1_774_082_400_000
DAY = day_bounds(NOON, TEHRAN)
RULES = Rules()
AGENTS = [AgentRef(f"pbx1:PJSIP/{name}", name, f"PJSIP/{name}") for name in ("1001", "1002")]

instants = st.integers(DAY[0], DAY[1] - 1)
durations = st.integers(-1_000, 400_000)
ends = st.sampled_from(
    [
        "answered",
        "abandoned",
        "timed_out",
        "key",
        "emptied",
        "withdrawn",
        "refused",
        "system",
        "unknown",
    ]
)
queues = st.sampled_from(["support", "sales"])
agents = st.sampled_from(AGENTS)
numbers = st.integers(1, 2)


def a_fact(call: str) -> st.SearchStrategy[facts.AnyFact]:
    """Any fact about a call that moves a figure, whether or not it makes sense where it stands."""
    base = {"at": instants, "pbx": st.just("pbx1"), "call": st.just(call)}
    return st.one_of(
        st.builds(facts.QueueEntered, **base, visit=numbers, queue=queues, position=st.just(1)),
        st.builds(
            facts.QueueLeft, **base, visit=numbers, queue=queues, reason=ends, wait_ms=durations
        ),
        st.builds(facts.QueueRefused, **base, visit=numbers, queue=queues, why=st.just("full")),
        st.builds(
            facts.VisitCorrected,
            **base,
            visit=numbers,
            queue=queues,
            reason=ends,
            wait_ms=durations,
            settled_by=st.just("queue_log"),
        ),
        st.builds(facts.AgentOffered, **base, offer=numbers, agent=agents, visit=numbers),
        st.builds(
            facts.OfferEnded,
            **base,
            offer=numbers,
            agent=agents,
            end=st.sampled_from(["answered", "no_answer", "rejected", "cancelled"]),
            ring_ms=durations,
        ),
        st.builds(facts.AgentAnswered, **base, conversation=numbers, agent=agents, visit=numbers),
        st.builds(
            facts.ConversationEnded,
            **base,
            conversation=numbers,
            agent=agents,
            ended_by=st.sampled_from(["caller", "pbx"]),
            talk_ms=durations,
            hold_ms=durations,
        ),
        st.builds(
            facts.CallTransferred,
            **base,
            conversation=numbers,
            transfer=st.sampled_from(["blind", "attended"]),
            to=st.just("200"),
        ),
        st.builds(
            facts.WrapUpEnded, **base, conversation=numbers, agent=agents, wrapup_ms=durations
        ),
        st.builds(
            facts.CallEnded,
            **base,
            ended_by=st.just("caller"),
            outcome=st.sampled_from(["answered", "abandoned"]),
        ),
    )


few = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Each example is a whole day of changes, and the machine may be busy with other tests."""

CALLS = ("c1", "c2", "c3")
histories = st.lists(st.one_of(*(a_fact(call) for call in CALLS)), max_size=24)


def a_record(call: str):
    return begin(
        facts.CallStarted(
            at=NOON,
            pbx="pbx1",
            call=call,
            uniqueid=call,
            linkedid=call,
            channel="",
            direction="inbound",
        )
    )


def lived(history):
    """The records of the calls, and the cells as they were kept live, change by change."""
    records = {call: a_record(call) for call in CALLS}
    contributed: dict[str, dict] = {call: {} for call in CALLS}
    cells: dict = {}
    for fact in history:
        record = records[fact.call]
        fold_fact(record, fact)
        after = of_call(record, RULES)
        apply(cells, difference(contributed[fact.call], after))
        contributed[fact.call] = after
    return records, cells


@given(histories)
@few
def test_a_day_kept_live_is_the_day_folded_from_scratch_bit_for_bit(history) -> None:
    records, cells = lived(history)
    again = fold(of_call(record, RULES) for record in reversed(records.values()))
    assert {cell: dumps(c) for cell, c in cells.items()} == {
        cell: dumps(c) for cell, c in again.items()
    }


@given(histories)
@few
def test_changes_that_were_stored_as_json_add_up_to_the_same_cells(history) -> None:
    records = {call: a_record(call) for call in CALLS}
    contributed: dict[str, dict] = {call: {} for call in CALLS}
    stored: dict = {}
    for fact in history:
        fold_fact(records[fact.call], fact)
        after = of_call(records[fact.call], RULES)
        change = difference(contributed[fact.call], after)
        apply(stored, {cell: loads(dumps(c)) for cell, c in change.items()})
        contributed[fact.call] = after
    assert stored == lived(history)[1]


@given(histories)
@few
def test_a_fact_that_comes_twice_changes_no_volume(history) -> None:
    once = lived(history)[0].values()
    twice = lived([fact for fact in history for _ in (1, 2)])[0].values()
    assert [of_call(record, RULES) for record in once] == [
        of_call(record, RULES) for record in twice
    ]


@given(histories)
@few
def test_offered_is_the_number_of_visits_that_ended_and_were_not_refused(history) -> None:
    records, cells = lived(history)
    visits = [visit for record in records.values() for visit in record.visits]
    offered = [visit for visit in visits if visit.end not in (None, "refused")]
    for scope, ids in (("queue", ["support", "sales"]), ("all", [""])):
        counted = total(cells, scope, ids, *DAY)
        assert counted.offered == len(offered)
        assert counted.refused == sum(visit.end == "refused" for visit in visits)


@given(histories)
@few
def test_the_counters_of_a_day_are_the_sum_of_its_hours_and_quarters(history) -> None:
    cells = lived(history)[1]
    for unit in ("hour", "quarter"):
        summed = Counters()
        for bounds in cuts(*DAY, unit, TEHRAN):
            summed += total(cells, "all", [""], *bounds)
        assert summed == total(cells, "all", [""], *DAY)


@given(histories)
@few
def test_the_quarters_made_of_minutes_are_the_quarters(history) -> None:
    for record in lived(history)[0].values():
        minutes = of_call(record, RULES, step_ms=60_000)
        assert coarser(minutes, INTERVAL_MS) == fold([of_call(record, RULES)])


@given(histories)
@few
def test_all_is_the_sum_of_the_queues_where_queues_made_everything(history) -> None:
    for record in lived(history)[0].values():
        known = {visit.number for visit in record.visits}
        record.direct = []
        record.conversations = [talk for talk in record.conversations if talk.visit in known]
        cells = of_call(record, RULES)
        assert total(cells, "all", [""], *DAY) == total(cells, "queue", ["support", "sales"], *DAY)


@given(histories)
@few
def test_no_sum_is_negative_whatever_the_clock_did(history) -> None:
    for counters in lived(history)[1].values():
        for sums in msgspec.structs.astuple(counters):
            parts = sums.values() if isinstance(sums, dict) else [sums]
            assert all(part >= 0 for part in parts)


@given(
    st.lists(
        st.tuples(st.sampled_from(AGENT_STATES), st.integers(1, 4_000_000)),
        min_size=1,
        max_size=20,
    ),
    instants,
)
@settings(deadline=None)
def test_a_shift_without_gaps_is_covered_by_the_sums_of_its_states(states, start: int) -> None:
    at, spans = start, []
    for state, length in states:
        spans.append(AgentSpan(agent_id="a", name="", state=state, start_ms=at, end_ms=at + length))
        at += length
    cells = fold(of_span(span, at) for span in spans)
    day = total(cells, "agent", ["a"], 0, at + 1)
    assert sum(day.state_ms.values()) == at - start
    assert total(cells, "all", [""], 0, at + 1) == day
    assert all(
        sum(counters.state_ms.values()) <= INTERVAL_MS
        for cell, counters in cells.items()
        if cell.scope == "agent"
    )


@given(instants, st.lists(st.integers(0, 5_000_000), min_size=1, max_size=10))
@settings(deadline=None)
def test_an_open_span_counted_again_and_again_is_the_closed_one_in_the_end(
    start: int, ticks: list[int]
) -> None:
    span = AgentSpan(agent_id="a", name="", state="ready", start_ms=start)
    cells: dict = {}
    former: dict = {}
    for tick in ticks:
        after = of_span(span, start + tick)
        apply(cells, difference(former, after))
        former = after
    closed = AgentSpan(
        agent_id="a", name="", state="ready", start_ms=start, end_ms=start + ticks[-1]
    )
    assert cells == of_span(closed, 0)

"""What one call, as far as it is known, adds to which cells."""

import pytest

from callcenter.domain.model import Transfer
from kpi.contributions import of_call, of_span
from kpi.counters import Cell, Counters
from kpi.intervals import INTERVAL_MS
from kpi.records import AgentSpan
from kpi.rules import QueueRules, Rules
from kpi.sketch import bucket_of

RULES = Rules()
A1, A2 = "pbx1:PJSIP/1001", "pbx1:PJSIP/1002"


def queue(contribution: dict[Cell, Counters], name: str = "support") -> Counters:
    """The queue's counters, which lie in one cell."""
    (found,) = [c for cell, c in contribution.items() if cell[1:] == ("queue", name)]
    return found


def test_a_whole_queue_call_is_counted_in_the_interval_in_which_it_was_entered(make) -> None:
    entered = make.T0 + INTERVAL_MS - 1_000
    answered = entered + 18_000
    call = make.call(
        visits=[
            make.visit(
                entered_at=entered,
                wait_ms=18_000,
                left_at=answered,
                end="answered",
                offers=[
                    make.offer(agent=make.agent("1002"), end="no_answer", ring_ms=15_000),
                    make.offer(number=2, end="answered", ring_ms=3_000),
                ],
            )
        ],
        conversations=[
            make.talk(
                visit=1,
                queue="support",
                joined_at=answered,
                parted_at=answered + 240_000,
                talk_ms=240_000,
                hold_ms=20_000,
                wrapup_ms=60_000,
                ended_by="caller",
            )
        ],
        ended_at=answered + 240_000,
        outcome="answered",
    )
    talked = {"conversations": 1, "talk_ms": 240_000, "hold_ms": 20_000, "wrapup_ms": 60_000}
    journey = {"calls": 1, "calls_answered": 1}
    whole = Counters(
        answered=1,
        answered_in_t=1,
        wait_answered_ms=18_000,
        waits_answered={bucket_of(18_000): 1},
        offers_answered=1,
        offers_missed=1,
        ring_ms=18_000,
        **talked,
        **journey,
    )
    assert of_call(call, RULES) == {
        Cell(make.T0, "all", ""): whole,
        Cell(make.T0, "queue", "support"): whole,
        Cell(make.T0, "agent", A1): Counters(offers_answered=1, ring_ms=3_000, **talked, **journey),
        Cell(make.T0, "agent", A2): Counters(offers_missed=1, ring_ms=15_000),
    }


def test_a_caller_who_still_waits_adds_nothing_yet(make) -> None:
    assert of_call(make.call(visits=[make.visit(offers=[make.offer()])]), RULES) == {}


def test_an_answered_visit_is_certain_while_the_call_goes_on(make) -> None:
    call = make.call(
        visits=[make.visit(end="answered", wait_ms=9_000)], conversations=[make.talk(visit=1)]
    )
    counted = queue(of_call(call, RULES))
    assert (counted.answered, counted.calls_answered, counted.conversations) == (1, 1, 0)


def test_a_conversation_counts_once_it_has_ended_and_its_wrap_up_when_that_has(make) -> None:
    talk = make.talk(visit=1, talk_ms=5_000, parted_at=make.T0 + 9_000, wrapup_started_at=1)
    call = make.call(visits=[make.visit(end="answered")], conversations=[talk])
    assert queue(of_call(call, RULES)).conversations == 1
    assert queue(of_call(call, RULES)).wrapup_ms == 0
    talk.wrapup_ms = 7_000
    assert queue(of_call(call, RULES)).wrapup_ms == 7_000


@pytest.mark.parametrize(
    ("wait", "short", "in_t"),
    [(5_000, 1, 1), (5_001, 0, 1), (20_000, 0, 1), (20_001, 0, 0)],
)
def test_an_abandon_at_the_limit_is_within_it(make, wait: int, short: int, in_t: int) -> None:
    counted = queue(of_call(make.call(visits=[make.visit(end="abandoned", wait_ms=wait)]), RULES))
    assert (counted.short_abandoned, counted.abandoned_in_t) == (short, in_t)
    assert (counted.abandoned, counted.wait_abandoned_ms) == (1, wait)
    assert counted.waits_abandoned == {bucket_of(wait): 1}


@pytest.mark.parametrize(("wait", "in_t"), [(10_000, 1), (10_001, 0)])
def test_a_queue_s_own_t_holds(make, wait: int, in_t: int) -> None:
    rules = Rules(queues={"support": QueueRules(t_ms=10_000)})
    call = make.call(visits=[make.visit(end="answered", wait_ms=wait)])
    assert queue(of_call(call, rules)).answered_in_t == in_t


@pytest.mark.parametrize("end", ["timed_out", "key", "emptied", "withdrawn", "system"])
def test_every_other_end_is_counted_by_its_name_with_its_wait(make, end: str) -> None:
    counted = queue(of_call(make.call(visits=[make.visit(end=end, wait_ms=61_000)]), RULES))
    assert getattr(counted, end) == 1
    assert counted.offered == 1
    assert counted.waits_left == {bucket_of(61_000): 1}


def test_a_visit_of_which_sight_was_lost_is_offered_but_its_wait_is_not_believed(make) -> None:
    counted = queue(of_call(make.call(visits=[make.visit(end="unknown", wait_ms=9**9)]), RULES))
    assert (counted.unknown, counted.offered, counted.waits_left) == (1, 1, {})


def test_a_refused_caller_is_counted_beside_the_offered(make) -> None:
    counted = queue(of_call(make.call(visits=[make.visit(end="refused", wait_ms=0)]), RULES))
    assert (counted.refused, counted.offered, counted.waits_left) == (1, 0, {})


def test_a_wait_that_nobody_measured_is_from_entry_until_left(make) -> None:
    visit = make.visit(end="answered", left_at=make.T0 + 12_000)
    assert queue(of_call(make.call(visits=[visit]), RULES)).wait_answered_ms == 12_000
    visit.left_at = None
    assert queue(of_call(make.call(visits=[visit]), RULES)).wait_answered_ms == 0


def test_a_duration_that_the_facts_cut_to_nothing_is_flagged_by_its_instants(make) -> None:
    early = make.T0 - 5_000
    offer = make.offer(end="answered", ring_ms=0, at=make.T0, ended_at=early)
    visit = make.visit(end="answered", wait_ms=0, left_at=early, offers=[offer])
    talk = make.talk(visit=1, talk_ms=0, joined_at=make.T0, parted_at=early)
    counted = queue(of_call(make.call(visits=[visit], conversations=[talk]), RULES))
    assert (counted.clamped, counted.answered, counted.talk_ms) == (3, 1, 0)


def test_a_clock_set_back_makes_no_negative_duration_and_is_flagged(make) -> None:
    offer = make.offer(end="answered", ring_ms=-1)
    call = make.call(
        visits=[make.visit(end="answered", wait_ms=-4, offers=[offer])],
        conversations=[make.talk(visit=1, talk_ms=-3, hold_ms=-2, wrapup_ms=-1)],
    )
    counted = queue(of_call(call, RULES))
    assert counted.clamped == 5
    assert (counted.wait_answered_ms, counted.talk_ms, counted.hold_ms) == (0, 0, 0)
    assert (counted.wrapup_ms, counted.ring_ms) == (0, 0)


@pytest.mark.parametrize(
    ("end", "name"),
    [
        ("answered", "offers_answered"),
        ("no_answer", "offers_missed"),
        ("rejected", "offers_rejected"),
        ("cancelled", "offers_cancelled"),
        ("unreachable", "offers_unreachable"),
    ],
)
def test_a_direct_offer_counts_when_it_was_made_for_its_agent_and_for_all(
    make, end: str, name: str
) -> None:
    offer = make.offer(at=make.T0 + INTERVAL_MS, end=end, ring_ms=4_000)
    counted = of_call(make.call(direction="internal", direct=[offer]), RULES)
    part = Counters(ring_ms=4_000, **{name: 1})
    at = make.T0 + INTERVAL_MS
    assert counted == {Cell(at, "all", ""): part, Cell(at, "agent", A1): part}


def test_an_outbound_conversation_is_beside_those_of_the_queues(make) -> None:
    talk = make.talk(joined_at=make.T0 + INTERVAL_MS, talk_ms=9_000, hold_ms=1_000, wrapup_ms=500)
    counted = of_call(make.call(direction="outbound", conversations=[talk]), RULES)
    part = Counters(
        direct_conversations=1, direct_talk_ms=9_000, direct_hold_ms=1_000, direct_wrapup_ms=500
    )
    at = make.T0 + INTERVAL_MS
    assert counted == {Cell(at, "all", ""): part, Cell(at, "agent", A1): part}


def test_a_conversation_whose_visit_is_not_known_still_counts_for_its_queue(make) -> None:
    call = make.call(conversations=[make.talk(queue="sales", visit=4, talk_ms=1)])
    assert queue(of_call(call, RULES), "sales").conversations == 1


def test_an_overflow_is_two_visits_and_one_journey_of_the_queue_that_answered(make) -> None:
    call = make.call(
        visits=[
            make.visit(end="timed_out", wait_ms=60_000),
            make.visit(number=2, queue="sales", end="answered", wait_ms=3_000),
        ],
    )
    counted = of_call(call, RULES)
    assert (queue(counted).timed_out, queue(counted).calls) == (1, 0)
    assert (queue(counted, "sales").answered, queue(counted, "sales").calls) == (1, 1)
    whole = counted[Cell(make.T0, "all", "")]
    assert (whole.offered, whole.calls, whole.calls_answered) == (2, 1, 1)


def test_a_journey_that_nobody_answered_counts_when_it_is_over_for_its_first_queue(make) -> None:
    visits = [make.visit(end="timed_out"), make.visit(number=2, queue="sales", end="abandoned")]
    open_call = make.call(visits=visits)
    assert queue(of_call(open_call, RULES)).calls == 0
    counted = of_call(make.call(visits=visits, ended_at=make.T0 + 9), RULES)
    assert (queue(counted).calls, queue(counted).calls_answered) == (1, 0)
    assert queue(counted, "sales").calls == 0


def test_a_direct_call_is_a_journey_of_no_queue(make) -> None:
    call = make.call(direct=[make.offer(end="no_answer")], ended_at=make.T0 + 9)
    assert of_call(call, RULES)[Cell(make.T0, "all", "")].calls == 1


def test_a_caller_who_asked_for_no_agent_is_no_journey(make) -> None:
    assert of_call(make.call(ivr=["menu"], ended_at=make.T0 + 9, outcome="ivr"), RULES) == {}


def test_transfers_are_counted_once_a_call_and_kind_and_for_the_agent_who_made_them(make) -> None:
    call = make.call(
        visits=[make.visit(end="answered")],
        conversations=[
            make.talk(visit=1, transfer=Transfer("attended", "200")),
            make.talk(number=2, visit=1, transfer=Transfer("attended", "300")),
            make.talk(number=3, visit=1, agent=make.agent("1002")),
        ],
    )
    counted = of_call(call, RULES)
    assert queue(counted).calls_transferred == 1
    assert queue(counted).transfers == {"attended": 1}
    assert counted[Cell(make.T0, "agent", A1)].transfers == {"attended": 1}
    assert counted[Cell(make.T0, "agent", A2)] == Counters(calls=1, calls_answered=1)


def test_a_finer_grid_is_asked_for_by_its_step(make) -> None:
    call = make.call(visits=[make.visit(entered_at=make.T0 + 61_000, end="answered")])
    assert {cell.interval_ms for cell in of_call(call, RULES, step_ms=60_000)} == {make.T0 + 60_000}


def span(make, end: int | None, state: str = "paused", reason: str = "lunch") -> AgentSpan:
    return AgentSpan(
        agent_id=A1, name="Leila", state=state, reason=reason, start_ms=make.T0, end_ms=end
    )


def test_a_pause_is_spread_over_the_intervals_it_covered_with_its_reason(make) -> None:
    counted = of_span(span(make, make.T0 + INTERVAL_MS + 5_000), 0)
    first = Counters(state_ms={"paused": INTERVAL_MS}, paused_ms={"lunch": INTERVAL_MS})
    rest = Counters(state_ms={"paused": 5_000}, paused_ms={"lunch": 5_000})
    assert counted == {
        Cell(make.T0, "agent", A1): first,
        Cell(make.T0, "all", ""): first,
        Cell(make.T0 + INTERVAL_MS, "agent", A1): rest,
        Cell(make.T0 + INTERVAL_MS, "all", ""): rest,
    }


def test_an_open_span_counts_until_now(make) -> None:
    counted = of_span(span(make, None, "ready", ""), make.T0 + 700)
    assert counted[Cell(make.T0, "agent", A1)] == Counters(state_ms={"ready": 700})
    assert of_span(span(make, None), make.T0 - 700) == {}


def test_a_span_that_ends_before_it_began_is_nothing_and_flagged(make) -> None:
    counted = of_span(span(make, make.T0 - 1), make.T0)
    assert counted[Cell(make.T0, "all", "")] == Counters(clamped=1)

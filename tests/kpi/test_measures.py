"""Every measure can be asked for by its id and variant."""

from typing import get_args

import msgspec

from callcenter.domain.model import AGENT_STATES, OfferEnd, TransferKind, VisitEnd
from kpi.counters import Counters
from kpi.measures import MEASURES, VISITS
from kpi.ratio import Ratio
from kpi.sketch import bucket_of


def test_a_day_without_a_call_has_no_ratio_no_percentile_and_counts_of_zero() -> None:
    for measure, variants in MEASURES.items():
        for variant, ask in variants.items():
            found = ask(Counters())
            if isinstance(found, Ratio):
                assert found.value is None, (measure, variant)
            else:
                assert found in (0, None), (measure, variant)


def test_every_end_of_a_visit_and_of_an_offer_and_every_state_can_be_asked_for() -> None:
    assert set(get_args(VisitEnd)) <= set(VISITS)
    assert len(MEASURES["offers"]) == len(get_args(OfferEnd))
    assert set(MEASURES["state_time"]) == set(AGENT_STATES)
    assert set(get_args(TransferKind)) < set(MEASURES["transfer_rate"])


def test_each_sum_of_the_counters_has_its_name_there() -> None:
    sums = {each.name for each in msgspec.structs.fields(Counters)}
    assert set(VISITS) - {"offered"} <= sums


def test_the_measures_give_what_their_variants_say() -> None:
    counters = Counters(
        conversations=3,
        direct_conversations=2,
        calls_answered=10,
        transfers={"blind": 4},
        state_ms={"ready": 60, "talking": 40},
        waits_answered={bucket_of(50): 1},
        waits_abandoned={bucket_of(70): 1},
        offers_missed=6,
        timed_out=1,
    )
    asked = {
        ("conversations", "queue"): 3,
        ("conversations", "with_direct"): 5,
        ("transfer_rate", "blind"): Ratio(4, 10),
        ("transfer_rate", "parked"): Ratio(0, 10),
        ("state_time", "ready"): 60,
        ("state_share", "talking"): Ratio(40, 100),
        ("wait", "answered_p90"): 50,
        ("wait", "abandoned_p50"): 70,
        ("longest_wait", "period"): 70,
        ("offers", "missed"): 6,
        ("visits", "timed_out"): 1,
        ("visits", "offered"): 1,
    }
    assert {(m, v): MEASURES[m][v](counters) for m, v in asked} == asked

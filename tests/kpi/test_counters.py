"""Sums add, subtract without a trace, and have one JSON."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.counters import Counters, dumps, loads

amounts = st.integers(0, 10**9)
buckets = st.dictionaries(st.integers(0, 900), st.integers(1, 50), max_size=5)
names = st.dictionaries(st.sampled_from(["ready", "talking", "lunch", ""]), st.integers(1, 9))
counters = st.builds(
    Counters,
    **{
        each.name: amounts
        if each.type is int
        else names
        if each.name in ("state_ms", "paused_ms", "transfers")
        else buckets
        for each in msgspec.structs.fields(Counters)
    },
)


@given(counters, counters)
@settings(deadline=None)
def test_what_was_added_can_be_taken_out_without_a_trace(one: Counters, other: Counters) -> None:
    assert (one + other) - other == one
    assert dumps((one + other) - other) == dumps(one)


@given(counters, counters, counters)
@settings(deadline=None)
def test_the_order_of_adding_does_not_matter(a: Counters, b: Counters, c: Counters) -> None:
    assert dumps((a + b) + c) == dumps(c + (b + a))


@given(counters)
@settings(deadline=None)
def test_json_and_back_is_the_same(one: Counters) -> None:
    assert loads(dumps(one)) == one


@given(counters, counters)
@settings(deadline=None)
def test_in_place_is_the_same_as_making_new_ones(one: Counters, other: Counters) -> None:
    changed = one.copy()
    changed.add(other)
    assert changed == one + other
    changed.subtract(other)
    assert changed == one


@given(counters)
@settings(deadline=None)
def test_counters_taken_out_of_themselves_are_zero(one: Counters) -> None:
    assert (one - one).is_zero()
    itself = one.copy()
    itself.subtract(itself)
    assert itself.is_zero()
    assert dumps(itself) == b"{}"


@given(counters)
@settings(deadline=None)
def test_offered_is_the_sum_of_the_ends_without_the_refused(one: Counters) -> None:
    assert one.offered == sum(
        (
            one.answered,
            one.abandoned,
            one.timed_out,
            one.key,
            one.emptied,
            one.withdrawn,
            one.system,
            one.unknown,
        )
    )


def test_a_copy_shares_nothing() -> None:
    one = Counters(state_ms={"ready": 5})
    copy = one.copy()
    copy.state_ms["ready"] = 6
    assert one.state_ms == {"ready": 5}


def test_a_sum_of_zero_but_for_a_map_is_not_zero() -> None:
    assert not Counters(state_ms={"ready": 5}).is_zero()
    assert not Counters(refused=1).is_zero()
    assert Counters().is_zero()


def test_offers_are_the_sum_of_their_ends() -> None:
    assert (
        Counters(
            offers_answered=1,
            offers_missed=2,
            offers_rejected=4,
            offers_cancelled=8,
            offers_unreachable=16,
        ).offers
        == 31
    )


def test_what_is_no_counters_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        loads(b'{"answered":"many"}')


def test_one_change_is_added_to_several_sums_which_share_nothing() -> None:
    first, second = Counters(answered=1), Counters()
    Counters(answered=2, waits_answered={3: 1}).add_to([first, second])
    assert first == Counters(answered=3, waits_answered={3: 1})
    assert second == Counters(answered=2, waits_answered={3: 1})
    second.waits_answered[3] = 9
    assert first.waits_answered == {3: 1}

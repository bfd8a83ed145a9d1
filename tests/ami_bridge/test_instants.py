"""When something happened, on our clock, whatever the PBX's clock and the network do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_bridge.instants import WINDOW_MS, Instants

T = 1_795_375_109_000.0


def stamp(ms: float) -> str:
    return f"{ms / 1000:.6f}"


@pytest.mark.parametrize("odd", ["", "soon"])
def test_message_without_a_readable_stamp_happened_when_it_arrived(odd: str) -> None:
    instants = Instants()
    assert instants.of(odd, T) == int(T)
    assert instants.skew_ms == 0.0


def test_clock_that_is_an_hour_behind_is_put_right() -> None:
    instants = Instants()
    assert instants.of(stamp(T - 3_600_000), T) == int(T)
    assert instants.of(stamp(T - 3_600_000 + 500), T + 500) == int(T + 500)
    assert instants.skew_ms == pytest.approx(3_600_000)


def test_burst_after_a_freeze_keeps_its_instants() -> None:
    instants = Instants()
    instants.of(stamp(T), T)
    arrived = T + 5_000
    told = [instants.of(stamp(T + at), arrived) for at in (1_000, 2_000, 5_000)]
    assert told == [int(T + 1_000), int(T + 2_000), int(T + 5_000)]


def test_smallest_delay_of_the_last_minute_is_the_clocks_difference() -> None:
    instants = Instants()
    instants.of(stamp(T), T + 40)
    instants.of(stamp(T + 100), T + 101)
    assert instants.skew_ms == pytest.approx(1)
    assert instants.of(stamp(T + 200), T + 290) == int(T + 201)


def test_clock_that_jumps_forward_is_followed_at_once() -> None:
    instants = Instants()
    instants.of(stamp(T), T)
    assert instants.of(stamp(T + 60_000), T + 10) == int(T + 10)
    assert instants.of(stamp(T + 61_000), T + 1_010) == int(T + 1_010)


def test_clock_that_jumps_back_is_followed_at_once() -> None:
    """Stamps never run backwards by themselves."""
    instants = Instants()
    instants.of(stamp(T), T)
    assert instants.of(stamp(T - 3_600_000), T + 1_000) == int(T + 1_000)
    assert instants.of(stamp(T - 3_600_000 + 500), T + 1_600) == int(T + 1_500)
    assert instants.steps == 1


def test_stamps_that_cross_by_a_little_are_no_jump() -> None:
    instants = Instants()
    instants.of(stamp(T), T)
    assert instants.of(stamp(T - 100), T + 10) == int(T - 100)
    assert instants.steps == 0


def test_clock_that_jumps_forward_is_counted_and_a_delay_that_is_over_is_not() -> None:
    instants = Instants()
    instants.of(stamp(T), T + 5_000)
    instants.of(stamp(T + 5_001), T + 5_001)
    assert instants.steps == 0
    instants.of(stamp(T + 3_600_000), T + 6_000)
    assert instants.steps == 1


def test_clock_that_drifts_back_is_followed_within_a_minute() -> None:
    instants = Instants()
    instants.of(stamp(T), T)
    later = T
    for _ in range(3):
        later += WINDOW_MS + 1
        told = instants.of(stamp(later - 10_000), later)
    assert told == int(later)


def test_new_life_of_the_link_begins_without_the_old_difference() -> None:
    instants = Instants()
    instants.of(stamp(T), T)
    instants.forget()
    assert instants.of(stamp(T + 1_000), T + 11_000) == int(T + 11_000)
    assert instants.steps == 0


@given(
    st.lists(st.tuples(st.integers(0, 200_000), st.integers(0, 10_000)), min_size=1, max_size=50),
    st.integers(-5_000_000, 5_000_000),
)
def test_no_event_is_in_our_future(events: list[tuple[int, int]], skew: int) -> None:
    instants = Instants()
    for happened, delay in sorted(events):
        arrived = T + happened + delay
        assert instants.of(stamp(T + happened - skew), arrived) <= arrived

"""Delays double to their longest, shortened by chance by up to half."""

from random import Random

from ami_bridge.backoff import Backoff


def test_delays_double_up_to_the_longest_with_jitter_and_begin_again_after_a_reset():
    backoff = Backoff(0.5, 30.0, Random(1))
    plain = [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30]
    delays = [backoff.next() for _ in plain]
    assert all(p / 2 <= d <= p for p, d in zip(plain, delays, strict=True))
    assert len({round(d / p, 3) for p, d in zip(plain, delays, strict=True)}) > 5
    backoff.reset()
    assert 0.25 <= backoff.next() <= 0.5

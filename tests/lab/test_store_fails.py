"""The disk of the database fills up, or another program locks it, in the middle of calls.

Pops go out, the board goes on, facts wait in memory and ``/ready`` and the metrics say so; when
there is room again everything is stored, in order and once.
"""

from __future__ import annotations

import pytest

from callcenter.services.engine import BACKLOG_LIMIT

from .conftest import Broken

pytestmark = [
    pytest.mark.lab,
    pytest.mark.timeout(1500),
    pytest.mark.parametrize("sequence", ["store"]),
]


@pytest.mark.parametrize(
    ("how", "sentence"),
    [("full", "the disk is full"), ("locked", "another program holds it locked")],
)
class TestStore:
    """Full, locked."""

    def test_pop_goes_out_all_the_same(
        self, broken_runs: Broken, sequence: str, how: str, sentence: str
    ) -> None:
        assert broken_runs[sequence][how]["pop"] < 5

    def test_alarm_says_why_and_how_much_waits(
        self, broken_runs: Broken, sequence: str, how: str, sentence: str
    ) -> None:
        told = broken_runs[sequence][how]
        assert sentence in told["why"]
        assert "facts wait for the journal" in told["why"]
        assert 0 < told["waiting"] < BACKLOG_LIMIT

    def test_nothing_is_lost_when_it_is_over(
        self, broken_runs: Broken, sequence: str, how: str, sentence: str
    ) -> None:
        told = broken_runs[sequence][how]
        assert told["back"] < 10
        assert told["left"] == 0
        assert (told["wrong"], told["wrong_meanwhile"]) == ([], [])


def test_journal_has_no_hole_and_the_ledger_nothing_to_correct(
    broken_runs: Broken, sequence: str
) -> None:
    told = broken_runs[sequence]
    assert told["holes"] == 0
    assert (told["equal"], told["corrected"], told["unexplained"]) == (10, 0, 0)
    assert (told["torn"], told["twice"], told["open"]) == ([], 0, [])

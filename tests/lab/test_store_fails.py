"""The store of calls fails in the middle of calls, in the ways in which it does.

A file: its disk fills up, another program locks it, it may not be written any more. A server: it
takes no writes (a failover), it is away, it says nothing. Pops go out, the board goes on, facts
wait in memory and ``/ready`` and the metrics say so; when it is over everything is stored, in order
and once.
"""

from __future__ import annotations

import pytest

from callcenter.services.engine import BACKLOG_LIMIT

from .conftest import Broken
from .store import AWAY_S

FAILURES = (
    ("store", "full", "the disk is full"),
    ("store", "locked", "another program holds it locked"),
    ("store", "read_only", "it is read-only for this user"),
    ("server", "read_only", "it is read-only; point the service to one that takes writes"),
    ("server", "away", "nothing answers there"),
    ("server", "silent", "it does not answer"),
)
pytestmark = [pytest.mark.lab, pytest.mark.timeout(1500)]


@pytest.mark.parametrize(("sequence", "how", "sentence"), FAILURES)
class TestStore:
    """Each failure, and its end."""

    def test_pops_go_out_all_the_same(
        self, broken_runs: Broken, sequence: str, how: str, sentence: str
    ) -> None:
        told = broken_runs[sequence][how]
        assert max(told["pops"]) < 5
        assert told["up"], "the board goes on"

    def test_alarm_says_why_and_how_much_waits(
        self, broken_runs: Broken, sequence: str, how: str, sentence: str
    ) -> None:
        told = broken_runs[sequence][how]
        assert sentence in told["why"]
        assert "facts wait for the journal" in told["why"]
        assert "ended" not in told["why"], "a part of the service gave up for good"
        assert 0 < told["waiting"] < BACKLOG_LIMIT

    def test_page_that_needs_the_store_is_answered_nevertheless(
        self, broken_runs: Broken, sequence: str, how: str, sentence: str
    ) -> None:
        assert broken_runs[sequence][how]["page"] < 8

    def test_nothing_is_lost_when_it_is_over(
        self, broken_runs: Broken, sequence: str, how: str, sentence: str
    ) -> None:
        told = broken_runs[sequence][how]
        assert told["back"] < 10
        assert told["left"] == 0
        assert told["wrong"] == []


@pytest.mark.parametrize("sequence", ["store", "server"])
def test_journal_has_no_hole_and_the_ledger_nothing_to_correct(
    broken_runs: Broken, sequence: str
) -> None:
    told = broken_runs[sequence]
    assert (told["holes"], told["doubles"]) == (0, [])
    assert (told["equal"], told["corrected"], told["unexplained"]) == (told["calls"], 0, 0)
    assert (told["torn"], told["twice"], told["open"]) == ([], 0, [])


@pytest.mark.parametrize("sequence", ["server"])
def test_calls_come_and_go_as_long_as_the_server_is_away(
    broken_runs: Broken, sequence: str
) -> None:
    told = broken_runs[sequence]["away"]
    assert told["lasted"] > AWAY_S
    assert len(told["pops"]) > 2

"""The network to AMI fails in the middle of calls: seen within 3 s, and nothing is lost.

Cut for seconds and for longer, half open, frozen, slow; meanwhile a talk ends, a caller gives up, a
phone that rang is answered, and a whole call comes and goes. Afterwards the call log is what the
phones saw, for queue_log is read beside AMI.
"""

from __future__ import annotations

import pytest

from .broken import GREY_S
from .conftest import Broken
from .in_flight import seconds_in

pytestmark = [
    pytest.mark.lab,
    pytest.mark.timeout(1500),
    pytest.mark.parametrize("sequence", ["network"]),
]
FAILURES = ("cut", "cut_longer", "half_open", "frozen", "slow")


@pytest.mark.parametrize("how", FAILURES)
def test_board_is_grey_within_three_seconds_and_lights_up_again(
    broken_runs: Broken, sequence: str, how: str
) -> None:
    told = broken_runs[sequence][how]
    assert told["grey"] <= GREY_S
    assert told["back"] < 20


@pytest.mark.parametrize("how", FAILURES)
def test_calls_that_were_under_way_are_told_as_the_phones_saw_them(
    broken_runs: Broken, sequence: str, how: str
) -> None:
    assert broken_runs[sequence][how]["wrong"] == []


@pytest.mark.parametrize("how", FAILURES)
def test_call_that_came_and_went_meanwhile_is_in_the_log(
    broken_runs: Broken, sequence: str, how: str
) -> None:
    assert broken_runs[sequence][how]["wrong_meanwhile"] == []


def test_ledger_explains_every_call_and_has_none_twice(broken_runs: Broken, sequence: str) -> None:
    told = broken_runs[sequence]
    calls = sum(len(told[how]["truth"]["calls"]) for how in FAILURES) + len(FAILURES)
    assert told["unexplained"] == 0
    assert told["equal"] + told["corrected"] == calls
    assert told["corrected"] >= 3, "what happened behind a cut comes from queue_log"
    assert told["twice"] == 0
    assert told["open"] == []


def test_spans_have_no_gap_and_a_lost_link_is_unknown_in_them(
    broken_runs: Broken, sequence: str
) -> None:
    told = broken_runs[sequence]
    assert told["torn"] == []
    blind = seconds_in(told["spans"]["pbx1:PJSIP/1401"], "unknown")
    # 3 s and 12 s of cuts, 6 s frozen, some seconds half open, and their way back.
    assert 20 < blind < 60

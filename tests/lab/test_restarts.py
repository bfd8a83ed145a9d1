"""Our service, and Asterisk, end and begin again in the middle of calls.

One customer talks, one waits, one makes a phone ring, and an agent works after his call.
"""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Broken
from .in_flight import seconds_in

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1500)]
HOW = ("stopped", "killed")
ASTERISK = ("asterisk22", "asterisk16")
RESTARTS = ("restarted", "stopped", "killed")


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("sequence", ["ours"])
class TestOurService:
    """Stopped by SIGTERM, killed by SIGKILL, and started again."""

    def test_calls_go_on_and_end_as_the_phones_saw_them(
        self, broken_runs: Broken, sequence: str, how: str
    ) -> None:
        assert broken_runs[sequence][how]["wrong"] == []

    def test_call_that_came_and_went_meanwhile_is_in_the_log(
        self, broken_runs: Broken, sequence: str, how: str
    ) -> None:
        assert broken_runs[sequence][how]["wrong_meanwhile"] == []

    def test_board_shows_at_once_who_talks_waits_rings_and_works_after_a_call(
        self, broken_runs: Broken, sequence: str, how: str
    ) -> None:
        told = broken_runs[sequence][how]
        agents, queues = told["board"]["agents"], told["board"]["queues"]
        assert told["board"]["pbx"]["pbx1"]["up"]
        assert queues[told["queue"]]["waiting"] == 1
        assert queues[told["queue"]]["oldest_at"] is not None
        assert agents["wrap_up"] == 1
        assert (agents["talking"], agents["offered"]) == (1, 1)

    def test_pop_of_the_ringing_phone_is_on_the_desk_again(
        self, broken_runs: Broken, sequence: str, how: str
    ) -> None:
        told = broken_runs[sequence][how]
        number = told["truth"]["calls"][3]["number"]
        cards = told["desk"]["calls"]
        ringing = [call for call, card in cards.items() if card["phase"] == "ringing"]
        assert [cards[call]["number"] for call in ringing] == [number]
        assert told["desk"]["pops"] == ringing
        # Beside it, before the second restart, the call that he had after the first: no result yet.
        before = HOW[: HOW.index(how)]
        left = [broken_runs[sequence][each]["truth"]["calls"][3]["number"] for each in before]
        others = [(c["number"], c["phase"]) for call, c in cards.items() if call not in ringing]
        assert others == [(number, "done") for number in left]

    def test_spans_of_the_agents_go_on_and_are_as_long_as_the_talks(
        self, broken_runs: Broken, sequence: str, how: str
    ) -> None:
        told = broken_runs[sequence]
        for agent, number in told[how]["agents"].items():
            talked = sum(
                visit["talk"]
                for each in HOW
                for call in told[each]["truth"]["calls"]
                for visit in call["visits"]
                if visit.get("agent") == number
            )
            spent = seconds_in(told["spans"][agent], "talking", "held")
            assert spent == pytest.approx(talked, abs=2.6), agent
            assert not seconds_in(told["spans"][agent], "unknown"), agent


@pytest.mark.parametrize("sequence", ["ours"])
def test_nothing_is_double_and_no_gap_was_invented_over_our_restarts(
    broken_runs: Broken, sequence: str
) -> None:
    told = broken_runs[sequence]
    assert told["torn"] == []
    assert told["twice"] == 0
    assert told["open"] == []
    assert (told["equal"], told["corrected"], told["unexplained"]) == (8, 2, 0)


@pytest.mark.parametrize("how", RESTARTS)
@pytest.mark.parametrize("sequence", ASTERISK)
class TestAsterisk:
    """``core restart now``, a clean stop, a crash."""

    def test_service_connects_again_by_itself(
        self, broken_runs: Broken, sequence: str, how: str
    ) -> None:
        assert broken_runs[sequence][how]["back"] < 10

    def test_open_calls_end_as_what_they_were(
        self, broken_runs: Broken, sequence: str, how: str
    ) -> None:
        assert broken_runs[sequence][how]["wrong"] == []

    def test_next_call_is_told_right(self, broken_runs: Broken, sequence: str, how: str) -> None:
        assert broken_runs[sequence][how]["wrong_after"] == []


@pytest.mark.parametrize("sequence", ASTERISK)
def test_ledger_names_the_lies_that_a_restart_makes_queue_log_tell(
    broken_runs: Broken, sequence: str
) -> None:
    told = broken_runs[sequence]
    calls = 5 * len(RESTARTS)
    assert (told["equal"] + told["corrected"], told["unexplained"]) == (calls, 0)
    assert told["known"] >= {"restart", "crash"}
    assert told["twice"] == 0
    assert told["open"] == []


@pytest.mark.parametrize("sequence", ASTERISK)
def test_spans_go_on_over_restarts_of_asterisk(broken_runs: Broken, sequence: str) -> None:
    told = broken_runs[sequence]
    assert told["torn"] == []
    worker = _states(told["spans"]["pbx1:PJSIP/1401"])
    assert worker.count("wrap_up") >= len(RESTARTS), "signed in and paused over the restart"
    assert "unknown" in worker


def _states(row: list[dict[str, Any]]) -> list[str]:
    return [span["state"] for span in row]

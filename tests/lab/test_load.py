"""Load on a real Asterisk: our sums are queue_log's own, though AMI was cut twice in between.

A short run; the long one is ``make load``.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from . import load
from .pulse import served_first

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]
RATE, SECONDS, SEED = 20, 15, 7


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> load.Result:
    folder: Path = tmp_path_factory.mktemp("load")
    with ThreadPoolExecutor(1, initializer=served_first) as lab:
        return lab.submit(_run, folder).result()


def _run(folder: Path) -> load.Result:
    return asyncio.run(load.run(folder, rate=RATE, seconds=SECONDS, seed=SEED))


def test_sums_of_every_queue_and_agent_are_those_of_queue_log(result: load.Result) -> None:
    assert result.wrong == []


def test_every_call_is_explained_and_over(result: load.Result) -> None:
    assert result.unexplained == []
    assert result.open == 0
    assert result.failed == 0


def test_load_has_every_kind_of_end_and_what_was_behind_the_cuts_came_from_the_log(
    result: load.Result,
) -> None:
    totals: Counter[str] = Counter()
    for (_, what), count in result.theirs.counts.items():
        totals[what] += count
    assert totals["offered"] == RATE * SECONDS
    assert min(totals[what] for what in ("answered", "abandoned", "timed_out", "key")) > 0
    assert " 0 corrected" not in result.said


LOG = (
    "1|1.0|load0|NONE|ENTERQUEUE||+98|1\n"
    "3|1.0|load0|Agent 1001|CONNECT|2|1.1|2\n"
    "7|1.0|load0|Agent 1001|COMPLETECALLER|2|4|1\n"
    "8|2.0|load0|NONE|ENTERQUEUE||+98|1\n"
    "28|2.0|load0|Agent 1001|CONNECT|20|2.1|2\n"
    "32|2.0|load0|Agent 1001|COMPLETECALLER|20|4|1\n"
)


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("offered", "load0 offered: 3, queue_log says 2"),
        ("abandoned", "load0 abandoned: 1, queue_log says 0"),
        ("answered_in_t", ""),
    ],
)
def test_comparison_notices_what_is_wrong_and_allows_for_whole_seconds(
    what: str, sentence: str
) -> None:
    ours, theirs = load.of_log(LOG), load.of_log(LOG)
    ours.counts["load0", what] += 1
    assert load.differences(ours, theirs) == ([sentence] if sentence else [])
    ours.counts["load0", what] -= 2
    ours.talk_s["1001"] += 2
    assert not any("1001" in text for text in load.differences(ours, theirs))
    ours.talk_s["1001"] += 1
    assert any("1001" in text for text in load.differences(ours, theirs))
    ours.calls["1001"] += 1
    assert "1001: 3 talks, queue_log says 2" in load.differences(ours, theirs)

"""The lab itself: what the phones saw in each story agrees with Asterisk's own queue log.

Except where Asterisk is known to say something else; there the story has ``log`` or ``alt``.
"""

from __future__ import annotations

import time

import pytest

from . import witness
from .conftest import Runner
from .stories import playable

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1500)]

# Another thread of Asterisk's writes the last line, maybe after the last channel is gone.
SETTLE_SECONDS = 5


@pytest.mark.parametrize(("version", "story"), playable())
def test_story_agrees_with_the_queue_log(lab_runner: Runner, version: int, story: str) -> None:
    truth = lab_runner.truth(story)
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        rows = witness.parse(lab_runner.lab.asterisk.queue_log.read_text(encoding="utf-8"))
        wrong = witness.compare(truth, rows)
        if not wrong or time.monotonic() > deadline:
            break
        time.sleep(0.5)
    assert wrong == []


def test_queue_log_that_says_something_else_is_noticed() -> None:
    truth = {
        "tol": 1.3,
        "agents": {"1001": {"name": "Agent 1001"}},
        "calls": [
            {
                "number": "+98",
                "visits": [
                    {"queue": "q", "result": "answered", "agent": "1001", "wait": 2, "talk": 9}
                ],
            }
        ],
    }
    rows = witness.parse(
        "1|1.0|q|NONE|ENTERQUEUE||+98|1\n"
        "3|1.0|q|Agent 1001|CONNECT|2|1.1|2\n"
        "7|1.0|q|Agent 1001|COMPLETECALLER|2|4|1\n"
    )
    assert witness.compare(truth, rows) == ["+98 talk: 9 s, queue_log says 4 s"]

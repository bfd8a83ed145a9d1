"""Each story, played on a real Asterisk, ends in the right call record of the product."""

from __future__ import annotations

import time

import pytest

from . import spans
from .conftest import Runner
from .product import Product
from .stories import playable
from .truth import differences

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1500)]

# A record may settle a moment after the last channel is gone (a late event, a roster after a cut).
SETTLE_SECONDS = 12
# The stage of the project: raise it when the stories of the next one come out right.
DUE = 3


@pytest.mark.parametrize(("version", "story"), playable(due=DUE))
def test_story_ends_in_the_right_call_record(
    lab_runner: Runner, product: Product, version: int, story: str
) -> None:
    truth = lab_runner.truth(story)
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        wrong = differences(truth, lab_runner.run(product.calls(), 30))
        wrong += spans.differences(truth, lab_runner.run(product.spans(truth), 30))
        if not wrong or time.monotonic() > deadline:
            break
        time.sleep(0.5)
    assert wrong == []

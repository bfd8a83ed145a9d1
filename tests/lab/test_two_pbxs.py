"""Two real PBXs behind one product: the same ids, names and phones at the same time never mix."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from . import spans
from .lab import Lab
from .product import Product
from .stories import STORIES
from .truth import differences

pytestmark = [pytest.mark.lab, pytest.mark.timeout(180)]
SETTLE_SECONDS = 12


async def _both(folder: Path) -> list[tuple[str, Lab, dict[str, Any], list[str]]]:
    """Plays a call on both at once; for each its truth and where the product is wrong."""
    async with AsyncExitStack() as stack:
        labs = [Lab(sites=0) for _ in range(2)]
        await asyncio.gather(*(stack.enter_async_context(lab) for lab in labs))
        product = Product(labs[0], folder, others=labs[1:])
        try:
            await product.start()
            story = STORIES["agent_removed_midcall"]
            truths = await asyncio.gather(*(lab.play(story.name, story.play) for lab in labs))
            deadline = time.monotonic() + SETTLE_SECONDS
            while True:
                calls = await product.calls()
                found = []
                for number, (lab, truth) in enumerate(zip(labs, truths, strict=True), start=1):
                    pbx = f"pbx{number}"
                    ours = [call for call in calls if call["pbx"] == pbx]
                    wrong = differences(truth, ours)
                    wrong += spans.differences(truth, await product.spans(truth, pbx))
                    found.append((pbx, lab, truth, wrong))
                if not any(wrong for *_, wrong in found) or time.monotonic() > deadline:
                    assert len(calls) == 2
                    return found
                await asyncio.sleep(0.5)
        finally:
            await product.stop()


def test_two_pbxs_with_the_same_ids_at_the_same_time_never_mix(tmp_path: Path) -> None:
    found = asyncio.run(_both(tmp_path))
    assert [wrong for *_, wrong in found] == [[], []]
    first, second = (truth["calls"][0] for _, _, truth, _ in found)
    assert first["number"] == second["number"]
    # Counted from 0 by both; the second of their birth may differ.
    assert first["uniqueid"].partition(".")[2] == second["uniqueid"].partition(".")[2]

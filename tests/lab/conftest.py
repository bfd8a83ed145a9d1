"""One Asterisk for the whole session, on which all wanted stories are played at the same time.

The lab has an event loop in a thread of its own. The first test that needs a story starts all the
stories that any collected test names; each test then waits for its own. The product runs beside
them when a collected test asks for it (fixture ``product``); whether it starts or not, the stories
are played, so that a broken product never hides a broken lab.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import pytest

from .lab import Lab
from .play import play_all
from .product import Product
from .stage import Truth
from .stories import STORIES
from .stories.told import Told

T = TypeVar("T")
STORY_SECONDS = 400


class Runner:
    """The lab's event loop in its thread, and the results of the stories."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="lab", daemon=True)
        self._thread.start()
        self.lab = Lab()
        self.product: Product | None = None
        self.product_error: Exception | None = None
        self._results: dict[str, Future[Truth]] = {}

    def run(self, work: Coroutine[Any, Any, T], seconds: float = STORY_SECONDS) -> T:
        """Runs ``work`` in the lab's loop and waits for it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)

    def play(self, names: set[str]) -> None:
        """Starts these stories; returns at once."""
        self._results = {name: Future() for name in names}
        wanted = [told for told in STORIES.values() if told.name in names]
        asyncio.run_coroutine_threadsafe(play_all(self.lab, wanted, self._done), self.loop)

    async def _done(self, told: Told, truth: Truth | Exception) -> None:
        if isinstance(truth, Exception):
            self._results[told.name].set_exception(truth)
        else:
            self._results[told.name].set_result(truth)

    def truth(self, name: str) -> Truth:
        """What really happened in a story, once it has been played."""
        return self._results[name].result(STORY_SECONDS)

    def close(self) -> None:
        """Ends the product, Asterisk and the loop."""
        try:
            if self.product is not None:
                self.run(self.product.stop(), 30)
            self.run(self.lab.__aexit__(), 60)
        finally:
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(10)
            self.loop.close()


@pytest.fixture(scope="session")
def lab_runner(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Runner]:
    """Asterisk up, the product up if wanted, all wanted stories on their way."""
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    names = {
        str(item.callspec.params["story"])
        for item in items
        if hasattr(item, "callspec") and "story" in item.callspec.params
    }
    runner = Runner()
    try:
        runner.run(runner.lab.__aenter__(), 1200)
        if any("product" in item.fixturenames for item in items):
            _start_product(runner, tmp_path_factory.mktemp("product"))
        runner.play(names)
        yield runner
    finally:
        runner.close()


def _start_product(runner: Runner, folder: Path) -> None:
    product = Product(runner.lab, folder)
    try:
        runner.run(product.start(), 120)
    except Exception as error:  # noqa: BLE001 - told by the fixture product, not here
        runner.product_error = error
    runner.product = product


@pytest.fixture
def product(lab_runner: Runner) -> Product:
    """The running product; fails with its own words when it did not start."""
    if lab_runner.product is None or lab_runner.product_error is not None:
        pytest.fail(f"the product is not running: {lab_runner.product_error}")
    return lab_runner.product

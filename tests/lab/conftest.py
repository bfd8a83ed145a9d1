"""One Asterisk of each version for the whole session; all wanted stories are played side by side.

Each lab has an event loop in a thread of its own. The first test that needs a story starts all the
stories that any collected test names, on every version that one names; each test then waits for its
own. The product runs beside them, a process for each version, when a collected test asks for it
(fixture ``product``); whether it starts or not, the stories are played, so that a broken product
never hides a broken lab.

A test has its version from its parameter ``version``; without one it is the newest.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import pytest

from . import sequences
from .lab import Lab
from .play import play_all
from .product import Product
from .pulse import run_first
from .stage import Truth
from .stories import NEWEST, STORIES
from .stories.told import Told

T = TypeVar("T")
STORY_SECONDS = 400


class Runner:
    """The event loop of one version's lab in its thread, and the results of the stories."""

    def __init__(self, version: int = NEWEST) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=run_first, args=(self.loop,), name=f"lab {version}", daemon=True
        )
        self._thread.start()
        self.version = version
        self.lab = Lab(version)
        self.product: Product | None = None
        self.product_error: Exception | None = None
        self.broken: BaseException | None = None
        """Why this lab did not come up; every test of its version then fails with it."""
        self._results: dict[str, Future[Truth]] = {}

    def run(self, work: Coroutine[Any, Any, T], seconds: float = STORY_SECONDS) -> T:
        """Runs ``work`` in the lab's loop and waits for it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)

    def begin(self, names: set[str], folder: Path | None) -> Future[None]:
        """Starts Asterisk, the product if ``folder`` is given, then these stories; returns at once.

        The result is done when the stories are on their way.
        """
        self._results = {name: Future() for name in names}
        return asyncio.run_coroutine_threadsafe(self._begin(folder), self.loop)

    async def _begin(self, folder: Path | None) -> None:
        await self.lab.__aenter__()
        if folder is not None:
            self.product = Product(self.lab, folder)
            try:
                await self.product.start()
            except Exception as error:  # noqa: BLE001 - told by the fixture product, not here
                self.product_error = error
        wanted = [told for told in STORIES.values() if told.name in self._results]
        self._playing = asyncio.create_task(play_all(self.lab, wanted, self._done))

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
            if self.broken is None:
                self.run(self.lab.__aexit__(), 60)
        finally:
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(10)
            self.loop.close()


def version_of(item: pytest.Item) -> int:
    """The version of Asterisk that a test is about."""
    callspec = getattr(item, "callspec", None)
    return NEWEST if callspec is None else int(callspec.params.get("version", NEWEST))


@pytest.fixture(scope="session")
def labs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[int, Runner]]:
    """A lab of each wanted version, started side by side, all wanted stories on their way."""
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    items = [item for item in items if "lab_runner" in item.fixturenames]
    runners = {version: Runner(version) for version in sorted({version_of(item) for item in items})}
    begun: dict[int, Future[None]] = {}
    try:
        for version, runner in runners.items():
            mine = [item for item in items if version_of(item) == version]
            names = {
                str(item.callspec.params["story"])
                for item in mine
                if hasattr(item, "callspec") and "story" in item.callspec.params
            }
            judged = any("product" in item.fixturenames for item in mine)
            folder = tmp_path_factory.mktemp(f"product-{version}") if judged else None
            begun[version] = runner.begin(names, folder)
        for version, beginning in begun.items():
            # Told by the tests of that version; those of the other one are played all the same.
            runners[version].broken = beginning.exception(1300)
        yield runners
    finally:
        for runner in runners.values():
            runner.close()


@pytest.fixture
def lab_runner(request: pytest.FixtureRequest, labs: dict[int, Runner]) -> Runner:
    """The lab of this test's version; fails with its own words when it did not come up."""
    runner = labs[version_of(request.node)]
    if runner.broken is not None:
        pytest.fail(f"the lab of Asterisk {runner.version} is not running: {runner.broken}")
    return runner


@pytest.fixture
def product(lab_runner: Runner) -> Product:
    """The running product; fails with its own words when it did not start."""
    if lab_runner.product is None or lab_runner.product_error is not None:
        pytest.fail(f"the product is not running: {lab_runner.product_error}")
    return lab_runner.product


class Broken:
    """The sequences of ``sequences``, all of them on their way in an event loop of their own."""

    def __init__(self, names: set[str], folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=run_first, args=(self._loop,), name="broken", daemon=True
        )
        self._thread.start()
        self._runs = {
            name: asyncio.run_coroutine_threadsafe(sequences.play(name, folder / name), self._loop)
            for name in sorted(names)
        }

    def __getitem__(self, name: str) -> dict[str, Any]:
        """What came of a sequence; what went wrong in it is raised."""
        return self._runs[name].result(STORY_SECONDS)

    def close(self) -> None:
        """Ends what has not ended by itself, and the loop."""
        for run in self._runs.values():
            run.cancel()
        stopping = asyncio.run_coroutine_threadsafe(_all_ended(), self._loop)
        try:
            stopping.result(60)
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
            self._loop.close()


async def _all_ended() -> None:
    """Waits for every other task of this loop: they stop their Asterisk and their service."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*others, return_exceptions=True)


@pytest.fixture(scope="session")
def broken_runs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Broken]:
    """The sequences that collected tests name, started together at the first need."""
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    names = {
        str(item.callspec.params["sequence"])
        for item in items
        if hasattr(item, "callspec") and "sequence" in item.callspec.params
    }
    runs = Broken(names, tmp_path_factory.mktemp("broken"))
    yield runs
    runs.close()

"""One browser, one real centre and one demo for the whole room; fresh pages for each test.

Everything asynchronous of this room lives in one event loop: the scripted phones and the AMI proxy
of the lab, and Playwright.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from screenpop_ui import build_assets
from tests.lab.stage import Stage

from .centre import PASSWORD, Centre, Person
from .demo import Demo
from .pages import PAINTED, DeskPage, Shown, WallPage
from .watch import Frames, Watch

ROOM = Path(build_assets.__file__).parent
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

P = TypeVar("P", bound=Shown)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("Chromium is missing: run 'apt-get install chromium'.")
    build_assets.build(ROOM)
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield started
        await started.close()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def centre(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    """A real Asterisk and our service before it."""
    build_assets.build(ROOM)
    made = Centre(tmp_path_factory.mktemp("centre"))
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """The demo, as ``callcenter demo`` starts it, busy."""
    build_assets.build(ROOM)
    made = Demo(tmp_path_factory.mktemp("demo"))
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def stage(centre: Centre) -> AsyncIterator[Stage]:
    """Six queues and twelve phones that no other test uses at this moment."""
    site = await centre.lab.sites.get()
    made = Stage(centre.lab, site, centre.lab.next_number())
    yield made
    await made.clear()
    centre.lab.sites.put_nowait(site)


class Visitors:
    """Opens pages, each in a browser profile of its own, and judges them at the end."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._open: list[Shown] = []

    async def show(
        self,
        kind: type[P],
        base: str,
        lang: str = "en",
        size: tuple[int, int] = (1440, 900),
    ) -> P:
        """An empty page of this kind."""
        context = await self._browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale=lang
        )
        context.set_default_timeout(10_000)
        await context.add_init_script(PAINTED)
        watch = Watch(context, base)
        page = await context.new_page()
        shown = kind(page, watch, Frames(page), base, lang)
        self._open.append(shown)
        return shown

    async def close(self) -> list[str]:
        """Closes all; the result is what was wrong."""
        for shown in self._open:
            await shown.page.context.close()
        return [fault for shown in self._open for fault in shown.watch.faults()]


@pytest_asyncio.fixture(loop_scope="session")
async def visitors(browser: Browser) -> AsyncIterator[Visitors]:
    """Pages for one test, which fails when any of them complained."""
    made = Visitors(browser)
    yield made
    faults = await made.close()
    assert not faults, "\n".join(faults)


OpenDesk = Callable[..., Awaitable[DeskPage]]
OpenWall = Callable[..., Awaitable[WallPage]]


@pytest.fixture
def desk_of(centre: Centre, visitors: Visitors) -> OpenDesk:
    """Signs the agent of a phone in and shows his desk."""

    async def opener(extension: str, lang: str = "en") -> DeskPage:
        person: Person = await centre.agent(extension, lang)
        desk = await visitors.show(DeskPage, centre.product.base, lang)
        await desk.sign_in(person.name, PASSWORD)
        if person.lang != lang:
            await desk.prefer(lang)
        await desk.ready()
        return desk

    return opener


@pytest.fixture
def wall_of(centre: Centre, visitors: Visitors) -> OpenWall:
    """Signs a supervisor in and shows the wall."""

    async def opener(lang: str = "en") -> WallPage:
        person = await centre.supervisor(lang)
        wall = await visitors.show(WallPage, centre.product.base, lang, (1920, 1080))
        await wall.sign_in(person.name, PASSWORD)
        await wall.ready()
        return wall

    return opener

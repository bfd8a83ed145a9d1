"""Every page of the demo in every language and theme: looked at by axe, and pictured for the eye.

The desks of three agents, the wall and the sign-in are walked through their states side by side.
A desk is shown what happens to it step by step; in a state that has not been seen yet its page is
looked at in both themes.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, expect

from .demo import AGENTS, PASSWORD, Demo
from .freezer import Freezer
from .watch import LINK_LOST, Watch

LANGUAGES = ("en", "fa", "he")
THEMES = ("light", "dark")
SIZES = ((1440, 900), (1920, 1080))
PHASES = ("ringing", "talking", "wrap_up")
STATES = (
    "sign-in",
    *("desk-empty", "desk-ringing", "desk-talking", "desk-wrap_up", "desk-stale"),
    *("wall-calls", "wall-stale"),
)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SEEN_SECONDS = 150
STALE_MS = 25_000

Key = tuple[str, str, str]

# A name, a key or a whole line that is wider than its box is cut with dots on purpose; anything
# else that sticks out of the picture is a fault of the layout.
OUTSIDE = """() => {
  const wider = document.documentElement.scrollWidth > innerWidth;
  const wide = wider ? ['the page scrolls sideways'] : [];
  const out = [...document.querySelectorAll('#app *')].filter((e) => {
    const box = e.getBoundingClientRect();
    if (!box.width || !box.height || e.closest('.sr, [hidden], .sp')) return false;
    if (getComputedStyle(e).visibility === 'hidden') return false;
    return box.left < -1 || box.right > innerWidth + 1;
  }).map((e) => `${e.tagName}.${e.className} is outside the picture`);
  const right = (e) => e.getBoundingClientRect().right;
  const cut = [...document.querySelectorAll('.wall tbody td > span')]
    .filter((e) => right(e) > right(e.closest('td')) + 1)
    .map((e) => `${e.textContent} sticks out of its column`);
  return [...wide, ...out.slice(0, 5), ...cut];
}"""


class Gallery:
    """What axe and the geometry said, by (state, language, theme); pictures in ``folder``."""

    def __init__(self, browser: Browser, demo: Demo, axe: str, folder: Path) -> None:
        self.faults: dict[Key, list[str]] = {}
        self.complaints: list[str] = []
        self._browser = browser
        self._demo = demo
        self._axe = axe
        self._folder = folder
        # Pages are drawn by one core while the other serves them.
        self._turn = asyncio.Semaphore(2)

    async def walk(self) -> None:
        """Sees everything; raises when a state does not come up."""
        self._folder.mkdir(parents=True, exist_ok=True)
        await asyncio.gather(
            *(
                visit(lang)
                for lang in LANGUAGES
                for visit in (self._sign_in, self._desk, self._wall)
            )
        )

    async def _page(self, lang: str) -> tuple[Page, Freezer, Watch]:
        context = await self._browser.new_context(
            viewport={"width": 1440, "height": 900}, locale=lang, reduced_motion="reduce"
        )
        context.set_default_timeout(30_000)
        watch = Watch(context, self._demo.base)
        watch.expected += LINK_LOST
        page = await context.new_page()
        freezer = Freezer()
        await freezer.install(page)
        return page, freezer, watch

    async def _leave(self, page: Page, watch: Watch) -> None:
        await page.context.close()
        self.complaints += watch.faults()

    async def _enter(self, page: Page, user: str, path: str, first: str) -> None:
        """Until ``first``, a selector, is there: by turns, as each is on a machine of his own."""
        async with self._turn:
            await page.goto(f"{self._demo.base}/sign-in")
            await page.locator("input[name=user]").fill(user)
            await page.locator("input[name=password]").fill(PASSWORD)
            await page.locator("button.go").click()
            await page.wait_for_url(lambda url: not url.endswith("/sign-in"))
            await page.goto(self._demo.base + path)
            await page.wait_for_selector(first)

    async def _sign_in(self, lang: str) -> None:
        page, _, watch = await self._page(lang)
        async with self._turn:
            await page.goto(f"{self._demo.base}/sign-in?lang={lang}")
            await page.wait_for_selector("button.go")
        await self._look(page, "sign-in", lang)
        await self._leave(page, watch)

    async def _desk(self, lang: str) -> None:
        page, freezer, watch = await self._page(lang)
        await self._enter(page, AGENTS[lang], "/desk", ".state:not(.skeleton)")
        missing, rests = ["empty", *PHASES], False
        deadline = time.monotonic() + SEEN_SECONDS
        freezer.hold()
        while missing:
            state = await _phase_of(page)
            if state == "over":
                await _file_all(page)
                state = await _phase_of(page)
            if state in missing:
                if state in ("talking", "wrap_up"):
                    await page.keyboard.press("F2")
                    await page.keyboard.type("10482: router, ADSL")
                await self._look(page, f"desk-{state}", lang)
                missing.remove(state)
            if missing == ["empty"] and not rests:
                # With callers waiting one call follows the other: who wants to see his desk
                # without one asks for a pause.
                await _asks_for_a_pause(page)
                rests = True
            if time.monotonic() > deadline:
                await page.screenshot(path=self._folder / f"missing-{lang}.png")
                raise AssertionError(f"the desk ({lang}) never showed {missing}")
            # What came while a picture was taken is gone through step by step: a talk is short.
            if freezer.step():
                await page.evaluate("() => new Promise((done) => requestAnimationFrame(done))")
            else:
                await asyncio.sleep(0.2)
        freezer.release()
        freezer.silence()
        await page.wait_for_selector(".desk.is-stale", timeout=STALE_MS)
        await self._look(page, "desk-stale", lang)
        await self._leave(page, watch)

    async def _wall(self, lang: str) -> None:
        page, freezer, watch = await self._page(lang)
        await self._enter(page, "supervisor", f"/wall?lang={lang}", "tbody tr:nth-child(4)")
        # A wall without a single figure is no picture of a wall.
        await page.wait_for_function(
            "() => document.querySelectorAll('tbody td.none').length < 9", timeout=60_000
        )
        freezer.hold()
        await self._look(page, "wall-calls", lang)
        freezer.silence()
        await page.wait_for_selector(".wall.is-stale", timeout=STALE_MS)
        await self._look(page, "wall-stale", lang)
        await self._leave(page, watch)

    async def _look(self, page: Page, state: str, lang: str) -> None:
        await page.evaluate("document.fonts.ready")
        for theme in THEMES:
            async with self._turn:
                await page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
                self.faults[(state, lang, theme)] = await self._judged(page)
                for width, height in SIZES:
                    await page.set_viewport_size({"width": width, "height": height})
                    name = f"{state}-{lang}-{theme}-{width}.png"
                    await page.screenshot(path=self._folder / name)
                    self.faults[(state, lang, theme)] += await page.evaluate(OUTSIDE)
                await page.set_viewport_size({"width": 1440, "height": 900})

    async def _judged(self, page: Page) -> list[str]:
        """What axe finds. The page allows no foreign script; the driver is not bound by that."""
        await page.evaluate(self._axe)
        result: dict[str, Any] = await page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS
        )
        return [
            f"{fault['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
            for fault in result["violations"]
            for node in fault["nodes"]
        ]


async def _asks_for_a_pause(page: Page) -> None:
    """For the first of his reasons, from now on or after the call that he has."""
    await page.locator(".top .holder .btn").first.click()
    await page.locator(".top .menu button[aria-pressed]").first.click()


async def _file_all(page: Page) -> None:
    """Does what an agent does with calls that are over: chooses a result and saves it."""
    tabs = page.locator("[role=tab]")
    for left in range(await tabs.count(), 0, -1):
        await tabs.first.click()
        await page.locator(".pane:not([hidden]) .chips .chip").first.click()
        await page.keyboard.press("F9")
        await expect(tabs).to_have_count(left - 1)


async def _phase_of(page: Page) -> str:
    """What the desk shows: ``empty``, ``over`` when calls wait for a result, or a call's phase."""
    bars = await page.locator(".call").all()
    if not bars:
        work = await page.locator(".work.empty").count()
        return "empty" if work else "over"
    names = str(await bars[0].get_attribute("class"))
    return next(name.removeprefix("p-") for name in names.split() if name.startswith("p-"))

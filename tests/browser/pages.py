"""The pages as a person uses them: sign in, read what is there, press what can be pressed."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Locator, Page, expect

from screenpop_ui import build_assets

from .watch import Frames, Watch

I18N = Path(build_assets.__file__).parent / "static" / "i18n"

# Epoch ms at which the browser had painted each ringing caller's name for the first time: two
# animation frames after the name came into the document, the first of which paints it.
PAINTED = """
window.painted = {};
new MutationObserver(() => {
  for (const name of document.querySelectorAll('.call.p-ringing .nm')) {
    const text = name.textContent.trim();
    if (!text || text in window.painted) continue;
    window.painted[text] = 0;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      window.painted[text] = performance.timeOrigin + performance.now();
    }));
  }
}).observe(document, { childList: true, subtree: true, characterData: true });
"""


@cache
def catalogue(lang: str) -> dict[str, Any]:
    """The texts of the pages in one language."""
    texts: dict[str, Any] = json.loads((I18N / f"{lang}.json").read_text("utf-8"))
    return texts


class Shown:
    """One open page of one person."""

    def __init__(self, page: Page, watch: Watch, frames: Frames, base: str, lang: str) -> None:
        self.page = page
        self.watch = watch
        self.frames = frames
        self.base = base
        self.lang = lang

    def text(self, key: str) -> str:
        """A text of the catalogue in this page's language."""
        return str(catalogue(self.lang)[key])

    def at(self, selector: str) -> Locator:
        """Something on the page."""
        return self.page.locator(selector)

    async def sign_in(self, user: str, password: str) -> None:
        """Fills in the form and waits for the page this person belongs to."""
        await self.page.goto(f"{self.base}/sign-in")
        await self.try_to_sign_in(user, password)
        await self.page.wait_for_url(lambda url: not url.endswith("/sign-in"))

    async def try_to_sign_in(self, user: str, password: str) -> None:
        """Fills in the form of the page that is open and sends it."""
        await self.page.locator("input[name=user]").fill(user)
        await self.page.locator("input[name=password]").fill(password)
        await self.page.locator("button.go").click()


class DeskPage(Shown):
    """The agent's desk."""

    async def prefer(self, lang: str) -> None:
        """Keeps another language for this person and shows the page in it."""
        await self.page.evaluate(
            """async (lang) => fetch('/api/v1/session', { method: 'PATCH',
              headers: { 'content-type': 'application/json' }, body: JSON.stringify({ lang }) })""",
            lang,
        )
        await self.page.goto(f"{self.base}/desk")

    async def ready(self) -> None:
        """The first picture is complete: own state, live link."""
        await self.page.wait_for_selector(".state:not(.skeleton)")
        await expect(self.at(".top .live")).to_have_class("live good")

    def bar(self, phase: str) -> Locator:
        """The whole call bar in this phase (``ringing``, ``talking``, ``wrap_up`` ...)."""
        return self.at(f".call.p-{phase}:not(.compact)")

    @property
    def waiting(self) -> Locator:
        """The compact bar of a second call."""
        return self.at(".call.compact")

    @property
    def notes(self) -> Locator:
        """The notes of the call that is open."""
        return self.at("textarea[data-note=shown]")

    async def call(self) -> str:
        """The id of the call whose record is open."""
        return str(await self.notes.get_attribute("id")).removeprefix("note-")

    async def painted(self, name: str) -> float:
        """Epoch seconds at which this ringing caller was painted for the first time."""
        found = await self.page.wait_for_function(
            "name => Object.entries(window.painted).find(([n, at]) => n.includes(name) && at)?.[1]",
            arg=name,
        )
        return float(await found.json_value()) / 1000

    async def set_state(self, label: str) -> None:
        """Chooses a state or a pause reason in the state control."""
        await self.at(".top .holder .btn").first.click()
        await self.at(".top .menu button").filter(has_text=label).click()


class WallPage(Shown):
    """The wall."""

    async def ready(self) -> None:
        """The first picture is complete."""
        await self.page.wait_for_selector(".hero .tile .v")
        await expect(self.at("header .live")).to_have_class("live good")

    def tile(self, number: int) -> Locator:
        """The figure of a tile: 0 service level, 1 waiting, 2 longest wait, 3 abandoned."""
        return self.at(".hero .tile").nth(number).locator(".v")

    async def number(self, number: int) -> int:
        """The same as a number; fails when it is none."""
        return int((await self.tile(number).inner_text()).strip())

    async def seconds_waited(self) -> int:
        """The longest wait in seconds, None-like -1 when nobody waits."""
        spoken = self.tile(2).locator(".sr")
        if not await spoken.count():
            return -1
        parts = (await spoken.inner_text()).split(":")
        return sum(int(part) * 60**place for place, part in enumerate(reversed(parts)))

    async def turn_to(self, row: Locator) -> None:
        """Turns the pages until this queue is shown; a calm queue stands on a later one."""
        for _ in range(await self.at(".pg i").count()):
            if await row.count():
                return
            await self.page.keyboard.press("ArrowRight")
            await self.page.wait_for_timeout(100)

    async def agents(self, state: str) -> int:
        """How many agents are in a state, as the side says it."""
        row = self.at(".ag li").filter(has=self.page.locator(f".st-{state}"))
        return int((await row.locator("b").inner_text()).strip())

"""Pictures of every page in every language and theme, for the eye.

``python -m tests.screenpop_ui.shots``: written to ``shots/`` (not in git), or to the folder given
as the first argument; words after it choose the scenes.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.screenpop_ui.browser import chromium_arguments
from tests.screenpop_ui.devserver import DevServer, running
from tests.screenpop_ui.stories import SCENES, play


async def shoot(browser: Browser, folder: Path, wanted: list[str]) -> None:
    """One picture per scene, language and theme."""
    for scene in SCENES:
        if wanted and scene.name not in wanted:
            continue
        for lang in ("en", "fa", "he"):
            for theme in ("light", "dark"):
                async with running(DevServer()) as server:
                    page = await play(browser, server, scene, lang, theme)
                    await page.screenshot(path=folder / f"{scene.name}-{lang}-{theme}.png")
                    await page.context.close()


async def main() -> None:
    """Start a browser, take the pictures, say where they are."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "shots")
    folder.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**chromium_arguments())
        await shoot(browser, folder, sys.argv[2:])
        await browser.close()
    print(folder)


if __name__ == "__main__":
    asyncio.run(main())

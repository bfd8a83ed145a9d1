"""Every page, state, language and theme: no accessibility fault, nothing outside the picture."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.screenpop_ui.devserver import DevServer, running
from tests.screenpop_ui.stories import SCENES, Scene, play

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

EVERY_STATE = [("en", "light"), ("fa", "dark")]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OVERFLOW = (Path(__file__).parent / "probes" / "overflow.js").read_text("utf-8")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "fa", "he"])
async def test_axe_finds_nothing_and_nothing_is_cut(
    browser: Browser, axe_source: str, lang: str, theme: str
) -> None:
    two_at_once = asyncio.Semaphore(2)
    faults: dict[str, Any] = {}

    async def look(scene: Scene) -> None:
        async with two_at_once, running(DevServer()) as server:
            found = await _faults_of(browser, server, scene, axe_source, lang, theme)
            if found:
                faults[scene.name] = found

    all_of_them = (lang, theme) in EVERY_STATE
    await asyncio.gather(*(look(one) for one in SCENES if one.everywhere or all_of_them))
    assert not faults, json.dumps(faults, indent=1, ensure_ascii=False)


async def _faults_of(
    browser: Browser, server: DevServer, scene: Scene, axe: str, lang: str, theme: str
) -> list[str]:
    page = await play(browser, server, scene, lang, theme)
    cut = await page.evaluate(OVERFLOW)
    # The pages allow no foreign script; the test speaks to the page from outside its policy.
    await page.evaluate(axe)
    result = await page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS
    )
    await page.context.close()
    told = [
        f"{fault['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for fault in result["violations"]
        for node in fault["nodes"]
    ]
    return [*told, *cut]

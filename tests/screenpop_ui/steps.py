"""Steps that several desk tests take."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from playwright.async_api import Page

from tests.screenpop_ui.devserver import DevServer


async def until(true: Callable[[], bool], seconds: float = 5) -> None:
    """Wait for the server to have seen something."""
    for _ in range(int(seconds * 20)):
        if true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came")


async def answer(server: DevServer, page: Page) -> str:
    """A call rings, is answered and its notes are open."""
    call = await server.pop(server.card())
    await page.wait_for_selector(".who .name")
    await server.pop_end(call, "answered")
    await page.wait_for_selector(".call.p-talking")
    return call

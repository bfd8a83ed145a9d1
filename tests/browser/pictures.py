"""The pictures of the README, from the demo: ``python -m tests.browser.pictures [NAME ...]``.

Colleagues whom nobody plays in the demo file nothing, so this does it for them: results and notes
on the calls that are over, and a record worth looking at for whoever speaks Persian.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.async_api import APIRequestContext, Browser, Page, async_playwright

from .demo import PASSWORD, Demo
from .freezer import Freezer

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
MOST_SECONDS = 120
MOST_BYTES = 300_000
MOST_STEPS = 11
"""Steps of a life line that one picture holds."""
CHROMIUM = ("--no-sandbox", "--disable-gpu")
NOTES = (
    ("resolved", "مودم دوباره راه‌اندازی شد و قطعی برطرف شد."),
    ("information", "زمان بازدید کارشناس به مشتری گفته شد."),
    ("resolved", "نسخهٔ رسمی صورت‌حساب دوباره ارسال شد."),
    ("escalated", "برای بررسی سرعت به واحد شبکه ارجاع شد."),
    ("resolved", "تغییر نشانی نصب ثبت شد؛ بازدید پس‌فردا."),
)
RECORD = {
    "tier": "gold",
    "organisation": "آرمان‌گستر پارس",
    "fields": {
        "سرویس": "اینترنت سازمانی ۵۰ مگ",
        "پایان قرارداد": "۱۵ آبان ۱۴۰۶",
        "ماندهٔ حساب": "۲٬۴۵۰٬۰۰۰ ریال",
    },
    "alert": {"text": "قطعی از دیروز ادامه دارد و قول داده‌ایم تا ساعت ۱۲ امروز نتیجه بدهیم."},
}


async def _signed_in(browser: Browser, demo: Demo, user: str, size: tuple[int, int]) -> Page:
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce"
    )
    page = await context.new_page()
    answer = await context.request.post(
        f"{demo.base}/api/v1/session", data={"user": user, "password": PASSWORD}
    )
    assert answer.ok, await answer.text()
    return page


async def _file_for_all(demo: Demo, request: APIRequestContext) -> None:
    """For ever: results for calls that are over; before that, records for the customers."""
    ours = {"Origin": demo.base}
    filed: set[str] = set()
    found: dict[str, Any] = await (
        await request.get(f"{demo.base}/api/v1/customers?q=09&limit=50")
    ).json()
    for customer in found["items"]:
        record = RECORD | {"code": str(40_200 + customer["id"])}
        url = f"{demo.base}/api/v1/customers/{customer['id']}"
        answer = await request.patch(url, data=record, headers=ours)
        assert answer.ok, await answer.text()
    while True:
        page: dict[str, Any] = await (await request.get(f"{demo.base}/api/v1/calls")).json()
        for call in page["items"]:
            if call["id"] in filed or call["outcome"] != "answered":
                continue
            code, note = NOTES[len(filed) % len(NOTES)]
            filed.add(call["id"])
            url = f"{demo.base}/api/v1/calls/{quote(call['id'], safe='')}/disposition"
            answer = await request.put(url, data={"code": code, "note": note}, headers=ours)
            assert answer.ok, await answer.text()
        await asyncio.sleep(2)


async def _desk(browser: Browser, demo: Demo) -> int:
    """The ringing call with the longest history; the result is how long that is."""
    page = await _signed_in(browser, demo, "sara", (1440, 900))
    freezer = Freezer()
    await freezer.install(page)
    await page.goto(f"{demo.base}/desk?lang=fa&theme=light")
    best, deadline = -1, time.monotonic() + MOST_SECONDS
    while best < 3 and time.monotonic() < deadline:
        await asyncio.sleep(0.5)
        ringing = page.locator(".call.p-ringing:not(.compact)")
        if not await ringing.count() or not await page.locator(".alert").count():
            if not await page.locator(".call").count():
                await _file_own(page)
            continue
        freezer.hold()
        lines = await page.locator(".hist li").count()
        if lines > best:
            best = lines
            await page.wait_for_timeout(2_000)
            await page.screenshot(path=PICTURES / "desk.png")
        freezer.release()
        await asyncio.sleep(8)
    return best


async def _file_own(page: Page) -> None:
    chip = page.locator(".pane:not([hidden]) .chips .chip").first
    if await chip.count():
        await chip.click()
        await page.locator(".pane:not([hidden]) .rem .chip").first.click()
        await page.keyboard.press("F9")


async def _wall(browser: Browser, demo: Demo) -> int:
    """The busiest moment of the wall; the result is how many cells and tiles call for somebody."""
    page = await _signed_in(browser, demo, "supervisor", (1920, 1080))
    await page.goto(f"{demo.base}/wall?lang=en&theme=dark")
    await page.wait_for_selector("tbody tr:nth-child(4)")
    best, deadline = -1, time.monotonic() + MOST_SECONDS
    while time.monotonic() < deadline:
        await asyncio.sleep(2)
        if await page.locator("tbody td.none").count() > 3:
            continue
        bad = await page.locator(".tile.w, .tile.c, td.is-w, td.is-c, td.is-C").count()
        if bad > best:
            best = bad
            await page.screenshot(path=PICTURES / "wall.png")
    return best


async def _call(browser: Browser, demo: Demo) -> int:
    """The call of this run with the longest life line; the result is how many steps it has."""
    page = await _signed_in(browser, demo, "admin", (1440, 1060))
    await asyncio.sleep(75)
    listed = await page.request.get(f"{demo.base}/api/v1/calls?outcome=answered&limit=60")
    calls: list[dict[str, Any]] = (await listed.json())["items"]
    best, chosen = -1, ""
    for call in calls:
        url = f"{demo.base}/api/v1/calls/{quote(call['id'], safe='')}"
        line = (await (await page.request.get(url)).json())["life_line"]
        if call["customer_id"] and best < len(line) <= MOST_STEPS:
            best, chosen = len(line), call["id"]
    await page.goto(f"{demo.base}/calls/{quote(chosen, safe='')}?lang=en&theme=light")
    await page.wait_for_selector(".life li")
    await page.evaluate("document.fonts.ready")
    await page.wait_for_timeout(500)
    await page.screenshot(path=PICTURES / "call.png")
    return best


async def main() -> None:
    """Starts the demo and a browser, takes the pictures, says what they show."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = shutil.which("chromium")
    if path is None:
        raise SystemExit("Chromium is missing: run 'apt-get install chromium'.")
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(Path(folder))
        await demo.start()
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path=path, args=list(CHROMIUM)
                )
                boss = await _signed_in(browser, demo, "admin", (800, 600))
                filing = asyncio.create_task(_file_for_all(demo, boss.context.request))
                wanted = sys.argv[1:] or ["desk", "wall", "call"]
                shooting = {"desk": _desk, "wall": _wall, "call": _call}
                told = await asyncio.gather(*(shooting[one](browser, demo) for one in wanted))
                if filing.done():
                    filing.result()
                filing.cancel()
                await browser.close()
        finally:
            await demo.stop()
    for name, much in zip(wanted, told, strict=True):
        path_of = PICTURES / f"{name}.png"
        size = path_of.stat().st_size
        print(f"{path_of}: {size // 1000} kB; earlier calls or cells in alarm: {much}")
        assert size < MOST_BYTES


if __name__ == "__main__":
    asyncio.run(main())

"""What holds on every live page: right times, old pictures marked, numbers left to right."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page

from tests.screenpop_ui import wall_scene
from tests.screenpop_ui.devserver import DevServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]
OpenPage = Callable[..., Awaitable[Page]]

PROBES = Path(__file__).parent / "probes"
VISUAL = (PROBES / "visual-order.js").read_text("utf-8")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


@pytest.mark.parametrize("lang", ["fa", "he"])
async def test_numbers_read_left_to_right_in_right_to_left_pages(
    open_page: OpenPage, server: DevServer, lang: str
) -> None:
    page = await open_page(lang=lang)
    await server.pop(server.card(national="+98 912 345 6789", line="0912-345-6789"))
    await page.wait_for_selector(".call .num")
    seen = await page.locator(".call .num").evaluate(VISUAL)
    line = await page.locator(".call .line bdi").evaluate(VISUAL)
    expected = "+989123456789"
    dashed = "0912-345-6789"
    if lang == "fa":
        expected, dashed = expected.translate(PERSIAN), dashed.translate(PERSIAN)
    assert seen == expected
    assert line == dashed


@pytest.mark.parametrize("lang", ["fa", "he"])
async def test_the_percent_sign_stands_right_of_its_number(
    open_page: OpenPage, server: DevServer, lang: str
) -> None:
    page = await open_page("/wall", lang)
    seen = await page.locator(".tile .v").first.evaluate(VISUAL)
    assert seen == ("۷۸٪" if lang == "fa" else "78%")
    edges = await page.evaluate((PROBES / "right-edges.js").read_text("utf-8"))
    assert edges == [1, 1, 1, 1], "numeric columns share one right edge"


@pytest.mark.parametrize("hours", [3, -3])
async def test_timers_are_right_when_the_pc_clock_is_wrong(
    context: BrowserContext, server: DevServer, hours: int
) -> None:
    page = await context.new_page()
    await page.add_init_script(
        f"const real = Date.now; Date.now = () => real() + {hours} * 3600000;"
    )
    await page.goto(server.url + "/desk")
    await page.wait_for_selector(".state:not(.skeleton)")
    await server.delta("agent", ["state", "since", server.now() - 65_000])
    await asyncio.sleep(1.3)
    label = await page.get_attribute(".state [role=timer]", "aria-label")
    assert label in {"01:05", "01:06", "01:07"}
    clock = await page.inner_text(".top .clock .sr")
    now = time.gmtime(time.time() + 3.5 * 3600)
    here = int(clock[:2]) * 3600 + int(clock[3:5]) * 60 + int(clock[6:8])
    there = now.tm_hour * 3600 + now.tm_min * 60 + now.tm_sec
    assert min(abs(here - there), 86_400 - abs(here - there)) <= 2


async def test_a_silent_link_is_delayed_at_7_s_and_stale_at_15_s_with_timers_frozen(
    open_page: OpenPage, server: DevServer
) -> None:
    desk = await open_page()
    wall = await open_page("/wall")
    server.heartbeats = False
    server.accept = False
    await asyncio.sleep(8.5)
    assert "Delayed" in await wall.inner_text(".live")
    assert "Delayed" in await desk.inner_text(".live")
    assert await wall.locator(".is-stale").count() == 0
    await wall.wait_for_selector(".is-stale", timeout=10_000)
    await desk.wait_for_selector(".is-stale", timeout=3000)
    assert "No data since" in await wall.inner_text(".strip")
    assert await wall.locator("td.is-C, td.is-w, .tile.c, .tile.w").count() == 0
    before = await wall.inner_text("tbody tr:first-child td:nth-child(3)")
    state = await desk.inner_text(".state")
    await asyncio.sleep(2.2)
    assert await wall.inner_text("tbody tr:first-child td:nth-child(3)") == before
    assert await desk.inner_text(".state") == state
    assert await desk.locator(".top .holder .btn").first.is_disabled()
    server.heartbeats = True
    server.accept = True
    await wall.wait_for_selector(".is-stale", state="detached", timeout=8000)
    await wall.wait_for_selector("td.is-C")


async def test_changing_numbers_move_nothing(open_page: OpenPage, server: DevServer) -> None:
    page = await open_page("/wall", "fa")
    await asyncio.sleep(1)
    await page.evaluate((PROBES / "watch-boxes.js").read_text("utf-8"))
    for number in (1, 8, 11, 0, 7, 10):
        await server.delta(
            "wall",
            ["queues", "sales", "waiting", number],
            ["total", "waiting", number],
            ["queues", "sales", "sl_30", "v", number / 12],
            ["total", "sl_today", "v", number / 11],
            ["agents", "talking", number],
            ["agents", "offered", 0 if number % 2 else 2],
        )
        await asyncio.sleep(0.25)
    assert await page.evaluate("window.moved()") == []
    # Figures grow inside their own box; that alone stays far below what anybody sees.
    assert await page.evaluate("window.shifted") < 0.01


async def test_a_gap_in_the_stream_is_healed_by_a_snapshot(
    open_page: OpenPage, server: DevServer
) -> None:
    page = await open_page("/wall")
    server.seq["wall"] += 3
    server.data["wall"]["queues"]["sales"]["waiting"] = 5
    await server.delta("wall", ["queues", "orders", "waiting", 9])
    await page.wait_for_selector('[data-queue="orders"] >> text="9"')
    assert await page.inner_text('[data-queue="sales"] td:nth-child(2)') == "5"
    assert [f for f in server.received if f["t"] == "sub"][-1]["topics"] == [{"n": "wall:main"}]


async def test_a_restarted_server_is_resumed_from_what_is_known(
    open_page: OpenPage, server: DevServer
) -> None:
    page = await open_page()
    await server.drop()
    await page.wait_for_selector(".live.slow")
    await page.wait_for_selector(".live.good")
    topics = {t["n"]: t for t in [f for f in server.received if f["t"] == "sub"][-1]["topics"]}
    assert topics["agent:me"]["seq"] == server.seq["agent"]
    assert topics["agent:me"]["epoch"] == server.epoch


async def test_more_than_five_queues_turn_and_space_holds_them(
    open_page: OpenPage, server: DevServer
) -> None:
    server.data["wall"] = wall_scene.wall(server.now(), "en", 7)
    page = await open_page("/wall")
    assert await page.locator("tbody tr").count() == 5
    await page.keyboard.press("ArrowRight")
    await page.wait_for_selector('[data-queue="night"]')
    assert await page.locator("tbody tr").count() == 2
    await page.keyboard.press("Space")
    await page.wait_for_selector(".pg .ic")


async def test_one_cell_of_a_row_is_filled(open_page: OpenPage, server: DevServer) -> None:
    page = await open_page("/wall")
    assert await page.locator("td.is-C").count() == 1
    assert await page.locator("tr:first-child td.is-c").count() == 3


async def test_unknown_is_a_dash_and_never_zero(open_page: OpenPage, server: DevServer) -> None:
    server.data["wall"]["total"]["fcr"]["v"] = None
    server.data["wall"]["queues"]["vip"]["sl_30"]["v"] = None
    page = await open_page("/wall")
    assert await page.inner_text('[data-queue="vip"] td:nth-child(4)') == "–"
    assert "–" in await page.inner_text(".kp div:nth-child(3) dd")


@pytest.mark.parametrize("path", ["/desk", "/wall", "/sign-in"])
@pytest.mark.parametrize("fake", [True, False])
async def test_a_simulated_telephone_system_is_said_on_every_page(
    context: BrowserContext, server: DevServer, path: str, fake: bool
) -> None:
    server.fake = fake
    page = await context.new_page()
    await page.goto(server.url + path)
    await page.wait_for_selector("h1", state="attached")
    assert await page.locator("text=Demo: simulated telephone system").count() == int(fake)


async def test_there_is_one_copy_of_preact_so_a_changed_signal_changes_the_page(
    open_page: OpenPage, server: DevServer
) -> None:
    page = await open_page()
    await server.delta("queues", ["queues", "sales", "waiting", 6])
    await page.wait_for_selector('.team li:nth-child(3) b:has-text("6")')


@pytest.mark.parametrize(
    ("password", "told"), [("wrong", "not right"), ("slow-down", "Too many attempts")]
)
async def test_a_refused_sign_in_says_why(
    context: BrowserContext, server: DevServer, password: str, told: str
) -> None:
    page = await context.new_page()
    await page.goto(server.url + "/sign-in")
    await page.fill("[name=user]", "narges")
    await page.fill("[name=password]", password)
    await page.keyboard.press("Enter")
    await page.wait_for_selector(f".bad:has-text('{told}')")
    assert await page.evaluate("document.activeElement.name") == "password"


async def test_a_right_password_goes_to_the_own_page(
    context: BrowserContext, server: DevServer
) -> None:
    page = await context.new_page()
    await page.goto(server.url + "/sign-in")
    await page.fill("[name=user]", "narges")
    await page.fill("[name=password]", "right")
    await page.click(".go")
    await page.wait_for_url("**/desk")


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (1024, 768), (390, 844)])
@pytest.mark.parametrize("path", ["/desk", "/wall"])
async def test_no_page_is_wider_than_its_window(
    context: BrowserContext, server: DevServer, path: str, size: tuple[int, int]
) -> None:
    server.language("he")
    page = await context.new_page()
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    await page.goto(server.url + path)
    await page.wait_for_selector("tbody tr" if path == "/wall" else ".state:not(.skeleton)")
    if path == "/desk":
        await server.pop(server.card())
        await page.wait_for_selector(".who .name")
    wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0

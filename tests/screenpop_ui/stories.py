"""The scenes in which the pages are looked at and measured."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, Page, expect

from tests.screenpop_ui import office_scene, scenes, wall_scene
from tests.screenpop_ui.devserver import DevServer

Json = dict[str, Any]
Play = Callable[[Page, DevServer], Awaitable[None]]


@dataclass(frozen=True)
class Scene:
    """One state of one page."""

    name: str
    path: str
    play: Play
    size: tuple[int, int] = (1440, 900)
    everywhere: bool = False
    """Measured in all six of language and theme; the others in two."""


async def _nothing(page: Page, server: DevServer) -> None:
    del page, server


async def _ready(page: Page) -> None:
    await page.wait_for_selector(".state:not(.skeleton)")


async def ringing(page: Page, server: DevServer) -> None:
    """A known customer rings."""
    await _ready(page)
    now = server.now()
    await server.delta("agent", ["state", "state", "offered"], ["state", "since", now - 4000])
    await server.pop(server.card())
    await page.wait_for_selector(".who .name")


async def wrap_up(page: Page, server: DevServer) -> None:
    """The call has ended, words and a result are there."""
    await ringing(page, server)
    card = server.data["agent"]["calls"][server.data["agent"]["pops"][0]]
    await server.pop_end(card["id"], "answered")
    now = server.now()
    await server.delta(
        "agent",
        ["calls", card["id"], "phase", "wrap_up"],
        ["calls", card["id"], "ended_at", now],
        ["calls", card["id"], "answered_at", now - 200_000],
        ["calls", card["id"], "wrap_ends_at", now + 25_000],
        ["state", "state", "wrap_up"],
    )
    await page.keyboard.press("F2")
    await page.keyboard.type(scenes.WORDS[server.lang]["notes"][0])
    await page.locator(".chips .chip").nth(1).click()
    await page.locator(".rem .chip").nth(1).click()
    await page.wait_for_selector(".saved.ok")


async def many(page: Page, server: DevServer) -> None:
    """Four customers share the number, while another call is held."""
    await _ready(page)
    brief = [{**c, "last_call_at": server.now() - 86_400_000} for c in server.customers]
    await server.pop(server.card(cust=None, match="many", matches=brief, today=1))
    await page.wait_for_selector(".choose")


async def unknown(page: Page, server: DevServer) -> None:
    """Nobody has this number."""
    await _ready(page)
    await server.pop(
        server.card(cust=None, match="none", history=[], history_n=0, open_followups=[], today=1)
    )
    await page.wait_for_selector(".newc")


async def withheld(page: Page, server: DevServer) -> None:
    """The caller hides the number; a second call waits."""
    await _ready(page)
    await server.pop(
        server.card(
            cust=None,
            match="withheld",
            presentation="withheld",
            number="",
            national="",
            e164="",
            history=[],
            history_n=0,
            open_followups=[],
            today=0,
        )
    )
    await page.wait_for_selector(".who.say")
    await server.pop_end(server.data["agent"]["pops"][0], "answered")
    await server.pop(server.card())
    await page.wait_for_selector(".call.compact")


async def slow(page: Page, server: DevServer) -> None:
    """The look-up gives nothing for three seconds."""
    await _ready(page)
    await server.pop(server.card(cust=None, match="pending", history=[], open_followups=[]))
    await page.wait_for_selector(".who.waiting .btn", timeout=8000)


async def paused_menu(page: Page, server: DevServer) -> None:
    """Over the limit of a pause, choosing what comes next."""
    await _ready(page)
    now = server.now()
    await server.delta(
        "agent",
        ["state", "state", "paused"],
        ["state", "reason", "lunch"],
        ["state", "since", now - 2_000_000],
    )
    await server.delta("agent", ["followups", "f8", "due_at", now - 60_000])
    await page.locator(".top .holder .btn").first.click()
    await page.wait_for_selector(".menu")


async def picker(page: Page, server: DevServer) -> None:
    """Choosing another time for the reminder."""
    await ringing(page, server)
    await page.locator(".rem .chip").nth(2).click()
    await page.wait_for_selector(".picker")


async def preferences(page: Page, server: DevServer) -> None:
    """The menu behind the name, and a search that found somebody."""
    await _ready(page)
    await page.locator(".me").click()
    await page.wait_for_selector(".popover.end")


async def searching(page: Page, server: DevServer) -> None:
    """Ctrl+K and three letters."""
    await _ready(page)
    await page.keyboard.press("Control+k")
    await page.keyboard.type(scenes.WORDS[server.lang]["caller"][:3])
    await page.wait_for_selector(".found [role=option]")


async def looked_up(page: Page, server: DevServer) -> None:
    """A customer found by hand is shown, without a call."""
    await searching(page, server)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".who .btn")


async def no_result_yet(page: Page, server: DevServer, calls: int = 7) -> None:
    """So many calls are over; none has its result."""
    await _ready(page)
    for count in range(1, calls + 1):
        call = await server.pop(server.card())
        await page.wait_for_selector(".call.p-ringing")
        await server.pop_end(call, "answered")
        await page.wait_for_selector(".call.p-talking")
        await server.delta("agent", ["calls", call, "phase", "done"], ["state", "state", "ready"])
        await expect(page.locator("[role=tab]")).to_have_count(count)
        await expect(page.locator(".call")).to_have_count(0)


async def cut(page: Page, server: DevServer) -> None:
    """The server is gone in the middle of a call."""
    await ringing(page, server)
    server.accept = False
    await server.drop()
    await page.wait_for_selector(".offline")


async def wall_ready(page: Page, server: DevServer) -> None:
    """The wall with its five queues."""
    await page.wait_for_selector("tbody tr")


async def wall_many(page: Page, server: DevServer) -> None:
    """Seven queues on two pages; a second agent needs attention."""
    await page.wait_for_selector("tbody tr")
    now = server.now()
    fresh = wall_scene.wall(now, server.lang, 7)
    fresh["attention"]["pbx1:x"] = {
        "name": scenes.WORDS[server.lang]["others"][0],
        "state": "wrap_up",
        "reason": "",
        "since": now - 400_000,
    }
    fresh["pbx"]["pbx1"]["up"] = True
    server.data["wall"] = fresh
    await server.drop()
    await page.wait_for_selector(".pg")


async def wall_empty(page: Page, server: DevServer) -> None:
    """Before the first call of the day, PBX not answering."""
    await page.wait_for_selector("tbody tr")
    data = wall_scene.wall(server.now(), server.lang, 4)
    for queue in data["queues"].values():
        queue.update(
            waiting=0,
            oldest_at=None,
            sl_30={"v": None, "n": 0},
            abandon_today={"v": None, "n": 0},
            trend=[None] * 16,
            levels={"sl_30": "none"},
            lead=None,
        )
    data["total"].update(
        waiting=0,
        oldest_at=None,
        oldest_queue=None,
        sl_today={"v": None, "n": 0},
        sl_30={"v": None, "n": 0},
        abandon_today={"v": None, "n": 0},
        sl_trend=[None] * 16,
        waiting_trend=[0] * 16,
        abandon_trend=[None] * 16,
        answered=0,
        aht_ms=None,
        occupancy={"v": None, "n": 0},
        fcr={"v": None, "n": 0, "days": 7, "provisional": True},
        levels={},
    )
    data["pbx"]["pbx1"] = {"up": False, "since": server.now() - 60_000}
    data["attention"] = {}
    server.data["wall"] = data
    await server.drop()
    await page.wait_for_selector(".strip")


async def wall_stale(page: Page, server: DevServer) -> None:
    """A reload without a server: the last picture, marked as old."""
    await page.wait_for_selector("tbody tr")
    server.accept = False
    await server.drop()
    await page.reload()
    await page.wait_for_selector(".is-stale", timeout=20_000)


async def refused(page: Page, server: DevServer) -> None:
    """A wrong password."""
    await page.fill("[name=user]", "narges")
    await page.fill("[name=password]", "wrong")
    await page.click(".go")
    await page.wait_for_selector(".bad .ic")


async def calls_ready(page: Page, server: DevServer) -> None:
    """The calls of the day."""
    await page.wait_for_selector(".rows tbody tr")
    await page.wait_for_selector(".who2 small")


async def calls_filtered(page: Page, server: DevServer) -> None:
    """The calendar is open over calls of one customer on any day."""
    await calls_ready(page, server)
    await page.locator(".sieve input").fill(scenes.WORDS[server.lang]["caller"][:3])
    await page.locator(".found [role=option]").first.wait_for()
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".only")
    await page.locator(".choice select").first.select_option("support")
    await page.locator(".days-of .day").click()
    await page.wait_for_selector(".calendar .days button")


async def calls_none(page: Page, server: DevServer) -> None:
    """Nothing on this day."""
    server.office["calls"] = {"items": []}
    await page.wait_for_selector(".rows")
    await page.locator(".days-of .btn").first.click()
    await page.wait_for_selector(".none.big")


async def calls_failed(page: Page, server: DevServer) -> None:
    """The database is away."""
    server.broken["calls"] = (503, "offline")
    await page.wait_for_selector(".rows")
    await page.locator(".days-of .btn").first.click()
    await page.wait_for_selector(".trouble")


async def call_ready(page: Page, server: DevServer) -> None:
    """A call with nearly everything in its life line."""
    await page.wait_for_selector(".life li")
    await page.wait_for_selector(".head h1 small")


async def call_events(page: Page, server: DevServer) -> None:
    """What AMI said of it, one event open."""
    await call_ready(page, server)
    await page.locator(".events > summary").click()
    await page.locator(".raw summary").first.click()
    await page.wait_for_selector(".raw pre")
    await page.locator(".raw summary").first.scroll_into_view_if_needed()


async def admin_ready(page: Page, server: DevServer) -> None:
    """All is well, one call of the last month is unexplained and open."""
    await page.wait_for_selector(".state-of")
    await page.locator(".odd summary").click()


async def admin_unwell(page: Page, server: DevServer) -> None:
    """A PBX is silent and the journal cannot be written."""
    server.office["house"] = office_scene.unwell(server.lang)
    server.office["ledger"] = {
        "books": [{"pbx": "pbx1", "read": False, "unexplained": 0, "trouble": ""}],
        "days": [],
        "unexplained": [],
    }
    await page.reload()
    await page.wait_for_selector(".state-of.unwell")


TV = (1920, 1080)
PHONE = (375, 812)
ONE = f"/calls/{office_scene.CALL}"
SCENES = (
    Scene("sign-in", "/sign-in", refused, (1280, 800), everywhere=True),
    Scene("desk-empty", "/desk", lambda page, server: _ready(page), everywhere=True),
    Scene("desk-ringing", "/desk", ringing, everywhere=True),
    Scene("desk-wrap-up", "/desk", wrap_up),
    Scene("desk-many", "/desk", many),
    Scene("desk-unknown", "/desk", unknown),
    Scene("desk-withheld", "/desk", withheld),
    Scene("desk-slow", "/desk", slow),
    Scene("desk-paused", "/desk", paused_menu),
    Scene("desk-picker", "/desk", picker),
    Scene("desk-preferences", "/desk", preferences),
    Scene("desk-search", "/desk", searching),
    Scene("desk-looked-up", "/desk", looked_up),
    Scene("desk-no-result-yet", "/desk", no_result_yet),
    Scene("desk-cut", "/desk", cut),
    Scene("wall", "/wall", wall_ready, TV, everywhere=True),
    Scene("wall-many", "/wall", wall_many, TV),
    Scene("wall-empty", "/wall", wall_empty, TV),
    Scene("wall-stale", "/wall", wall_stale, TV, everywhere=True),
    Scene("calls", "/calls", calls_ready, everywhere=True),
    Scene("calls-phone", "/calls", calls_ready, PHONE),
    Scene("calls-filtered", "/calls", calls_filtered),
    Scene("calls-none", "/calls", calls_none),
    Scene("calls-failed", "/calls", calls_failed),
    Scene("call", ONE, call_ready, (1440, 1300), everywhere=True),
    Scene("call-phone", ONE, call_ready, PHONE),
    Scene("call-events", ONE, call_events),
    Scene("admin", "/admin", admin_ready, everywhere=True),
    Scene("admin-unwell", "/admin", admin_unwell),
    Scene("admin-phone", "/admin", admin_ready, PHONE),
)


async def play(browser: Browser, server: DevServer, scene: Scene, lang: str, theme: str) -> Page:
    """Open the scene's page and bring it to its state; fonts loaded, animations over."""
    server.language(lang)
    server.theme = theme
    server.role = "admin" if scene.path.startswith(("/call", "/admin")) else server.role
    size = {"width": scene.size[0], "height": scene.size[1]}
    context = await browser.new_context(viewport=size, reduced_motion="reduce")  # type: ignore[arg-type]  # a plain dict is what it takes
    page = await context.new_page()
    query = f"?theme={theme}&lang={lang}"
    await page.goto(server.url + scene.path + query)
    await page.wait_for_selector("#app > *")
    await scene.play(page, server)
    await page.evaluate("document.fonts.ready")
    await page.wait_for_timeout(150)
    return page

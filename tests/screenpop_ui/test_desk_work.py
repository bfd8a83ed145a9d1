"""Work on a call: notes, results, reminders, customers, own state and preferences."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.screenpop_ui.devserver import DevServer
from tests.screenpop_ui.steps import answer, until
from tests.screenpop_ui.stories import no_result_yet

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]
OpenPage = Callable[..., Awaitable[Page]]


async def test_words_typed_survive_a_reload_without_a_server(
    open_page: OpenPage, server: DevServer
) -> None:
    page = await open_page()
    call = await answer(server, page)
    server.accept = False
    await server.drop()
    await page.wait_for_selector(".offline")
    await page.keyboard.press("F2")
    await page.keyboard.type("promised for noon")
    await page.wait_for_selector(".saved.warn")
    server.accept = True
    await page.reload()
    await page.wait_for_selector(f'[id="note-{call}"]')
    await until(lambda: server.notes.get(call, (0, ""))[1] == "promised for noon")
    assert await page.locator(f'[id="note-{call}"]').input_value() == "promised for noon"


async def test_another_tabs_words_are_kept_beside_mine(
    open_page: OpenPage, server: DevServer
) -> None:
    page = await open_page()
    call = await answer(server, page)
    server.notes[call] = (3, "from the other tab")
    await page.keyboard.press("F2")
    await page.keyboard.type("mine")
    await page.wait_for_selector(".conflict")
    assert "from the other tab" in await page.inner_text(".conflict blockquote")
    await page.locator(".conflict .btn").first.click()
    await until(lambda: server.notes[call][1] == "mine\nfrom the other tab")


async def test_the_whole_cycle_by_keyboard_alone(open_page: OpenPage, server: DevServer) -> None:
    page = await open_page()
    call = await answer(server, page)
    await page.keyboard.press("F2")
    await page.keyboard.type("line reset")
    await page.keyboard.press("F9")
    await page.wait_for_selector(".toast.warn")
    assert not server.commands("wrapup.done")
    await server.delta(
        "agent",
        ["calls", call, "phase", "wrap_up"],
        ["calls", call, "wrap_ends_at", server.now() + 30_000],
    )
    await page.wait_for_selector(".call.p-wrap_up")
    await page.keyboard.press("Tab")
    await page.keyboard.press("1")
    await page.wait_for_selector(".chips .chip.on")
    assert server.commands("disposition.set") == [
        {"call": call, "disposition": "resolved", "resolved": True}
    ]
    await page.keyboard.press("F9")
    await page.wait_for_selector(".work.empty")
    (done,) = server.commands("wrapup.done")
    assert done == {
        "call": call,
        "disposition": "resolved",
        "resolved": True,
        "note": "line reset",
        "follow_up": None,
        "ready": True,
    }


async def test_a_digit_in_the_notes_is_a_digit(open_page: OpenPage, server: DevServer) -> None:
    page = await open_page()
    call = await answer(server, page)
    await page.keyboard.press("F2")
    await page.keyboard.type("2 routers")
    assert await page.locator(f'[id="note-{call}"]').input_value() == "2 routers"
    assert not server.commands("disposition.set")


async def test_a_reminder_for_tomorrow_is_nine_at_the_site(
    open_page: OpenPage, server: DevServer
) -> None:
    page = await open_page()
    call = await answer(server, page)
    now = server.now()
    await server.delta("agent", ["calls", call, "phase", "wrap_up"])
    await page.locator(".chips .chip").nth(1).click()
    await page.locator(".rem .chip").nth(1).click()
    await page.fill(".promise", "send the offer")
    await page.keyboard.press("F9")
    await page.wait_for_selector(".work.empty")
    (done,) = server.commands("wrapup.done")
    tehran = 3.5 * 3600 * 1000
    due = done["follow_up"]["due_at"]
    assert (due + tehran) % 86_400_000 == 9 * 3600 * 1000
    assert 0 < due - now < 34 * 3600 * 1000
    assert done["follow_up"]["text"] == "send the offer"


async def test_a_time_typed_in_persian_digits_on_a_jalali_day_is_that_instant(
    open_page: OpenPage, server: DevServer
) -> None:
    page = await open_page(lang="fa")
    call = await answer(server, page)
    await server.delta("agent", ["calls", call, "phase", "wrap_up"])
    await page.locator(".chips .chip").nth(1).click()
    await page.locator(".rem .chip").nth(2).click()
    await page.locator(".picker [aria-label]").last.scroll_into_view_if_needed()
    await page.locator(".picker .bar .btn.i").last.click()
    await page.locator('.picker .days button:has-text("۱۵")').click()
    await page.fill(".picker input", "۱۴:۳۰")
    await page.locator(".picker .btn.strong").click()
    await page.keyboard.press("F9")
    await page.wait_for_selector(".work.empty")
    due = server.commands("wrapup.done")[0]["follow_up"]["due_at"]
    assert (due + 3.5 * 3600 * 1000) % 86_400_000 == 14.5 * 3600 * 1000
    day = await page.evaluate(
        "ms => new Intl.DateTimeFormat('en-u-ca-persian', "
        "{day: 'numeric', timeZone: 'Asia/Tehran'}).format(ms)",
        due,
    )
    assert day == "15"


async def test_one_of_several_customers_is_chosen_by_its_digit(
    open_page: OpenPage, server: DevServer
) -> None:
    page = await open_page()
    call = await server.pop(server.card(cust=None, match="many", matches=server.customers))
    await page.wait_for_selector(".choose")
    await page.locator(".choose button").first.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("3")
    await page.wait_for_selector(".who .name")
    assert server.commands("customer.choose") == [{"call": call, "customer_id": 12}]


async def test_a_new_number_becomes_a_customer_in_place(
    open_page: OpenPage, server: DevServer
) -> None:
    page = await open_page()
    call = await server.pop(server.card(cust=None, match="none"))
    await page.wait_for_selector(".newc")
    await page.click(".newc .btn")
    await page.wait_for_selector("#need-name")
    await page.fill(".newc [name=name]", "Dana Novak")
    await page.click(".newc .btn")
    await page.wait_for_selector(".who .name")
    (made,) = server.commands("customer.create")
    assert made == {
        "call": call,
        "name": "Dana Novak",
        "organisation": "",
        "number": "+989123456789",
    }


async def test_a_refused_pause_is_taken_back_with_its_reason(
    open_page: OpenPage, server: DevServer
) -> None:
    page = await open_page()
    server.refuse["state.set"] = "on_call"
    await page.locator(".top .holder .btn").first.click()
    await page.locator(".menu button").nth(1).click()
    await page.wait_for_selector(".toast.warn")
    assert "You are on a call" in await page.inner_text(".toast")
    assert "Available" in await page.inner_text(".state")
    server.refuse.clear()
    await page.locator(".top .holder .btn").first.click()
    await page.locator(".menu button").nth(1).click()
    await page.wait_for_selector(".state.s-paused")
    assert server.commands("state.set")[-1] == {"state": "paused", "reason": "lunch"}


async def test_without_the_right_to_change_states_there_is_no_control(
    open_page: OpenPage, server: DevServer
) -> None:
    server.data["agent"]["state"]["can_set"] = False
    page = await open_page()
    assert await page.locator(".top .holder .btn").count() == 0


async def test_language_and_theme_change_without_a_reload_and_are_saved(
    open_page: OpenPage, server: DevServer
) -> None:
    page = await open_page()
    await answer(server, page)
    await page.keyboard.press("F2")
    await page.keyboard.type("half a sen")
    await page.evaluate("window.same = true")
    await page.click(".me")
    await page.click(".pick [lang=fa]")
    await page.wait_for_selector("html[dir=rtl]")
    await page.click(".pick:nth-of-type(2) .chip:nth-of-type(2)")
    await page.wait_for_selector("html[data-theme=dark]")
    await until(lambda: server.saved == [{"lang": "fa"}, {"theme": "dark"}])
    assert await page.evaluate("window.same")
    assert await page.locator("textarea").input_value() == "half a sen"
    assert "میز" in (await page.get_attribute(".rail a", "aria-label") or "")


async def test_a_signed_out_session_goes_to_sign_in(open_page: OpenPage, server: DevServer) -> None:
    page = await open_page()
    server.signed_in = False
    server.accept = False
    await server.drop()
    await page.wait_for_url("**/sign-in")


async def test_many_calls_that_wait_for_a_result_all_keep_a_tab_in_sight(
    open_page: OpenPage, server: DevServer
) -> None:
    page = await open_page()
    await no_result_yet(page, server)
    strip = await page.locator(".tabs").bounding_box()
    assert strip is not None
    for tab in await page.locator("[role=tab]").all():
        box = await tab.bounding_box()
        assert box is not None
        assert box["width"] >= (104 if await tab.get_attribute("aria-selected") == "true" else 24)
        assert box["x"] >= strip["x"]
        assert box["x"] + box["width"] <= strip["x"] + strip["width"]
    assert await page.locator("[role=tab][aria-selected=true]").count() == 1


@pytest.mark.parametrize("over", [0, 3])
async def test_a_tab_that_rings_shows_its_dot_however_narrow_it_is(
    open_page: OpenPage, server: DevServer, over: int
) -> None:
    page = await open_page()
    await no_result_yet(page, server, over)
    await answer(server, page)
    await server.pop(server.card())
    dot = page.locator("[role=tab] .dot")
    await expect(dot).to_have_count(1)
    box = await dot.bounding_box()
    tab = await page.locator("[role=tab]:has(.dot)").bounding_box()
    strip = await page.locator(".tabs").bounding_box()
    assert box is not None
    assert tab is not None
    assert strip is not None
    assert box["width"] == 8
    assert tab["x"] < box["x"]
    assert box["x"] + 8 < tab["x"] + tab["width"] <= strip["x"] + strip["width"]
    name = await page.locator("[role=tab]:has(.dot) bdi").bounding_box()
    assert name is not None
    assert name["x"] + name["width"] <= box["x"]

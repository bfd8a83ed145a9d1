"""Pops on the desk: never taking focus, never twice, acknowledged when painted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page

from tests.screenpop_ui.devserver import DevServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]
OpenPage = Callable[..., Awaitable[Page]]


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


async def test_typing_while_25_pops_arrive_keeps_text_caret_and_focus(
    open_page: OpenPage, server: DevServer
) -> None:
    page = await open_page(lang="fa")
    call = await answer(server, page)
    await page.keyboard.press("F2")
    words = "مشتری می‌گوید VPN از دیروز قطع است و ticket 10482 باز مانده. "
    text = (words * 5)[:220]
    await page.evaluate(
        """() => {
          const field = document.activeElement;
          window.strayed = 0;
          window.watched = field;
          new MutationObserver(() => { if (document.activeElement !== field) window.strayed += 1; })
            .observe(document.body, {subtree: true, childList: true, attributes: true});
        }"""
    )
    record = await page.text_content(".who h2")

    async def ring() -> None:
        for number in range(25):
            card = server.card(name=f"Caller {number}", cust=None, match="none")
            ringing = await server.pop(card)
            await asyncio.sleep(0.15)
            if number % 2:
                await server.pop_end(ringing, "elsewhere")
            if number in (8, 16):
                await server.drop()
                await until(lambda: bool(server.sockets))
                await asyncio.sleep(0.3)

    async with asyncio.TaskGroup() as group:
        group.create_task(ring())
        await page.keyboard.type(text, delay=20)
    field = page.locator(f'[id="note-{call}"]')
    assert await field.input_value() == text
    assert await field.evaluate("el => el.selectionStart") == len(text)
    assert await field.evaluate("el => document.activeElement === el && el === window.watched")
    assert await page.evaluate("window.strayed") == 0
    assert await page.text_content(".who h2") == record
    await until(lambda: server.notes.get(call, (0, ""))[1] == text)
    assert {ack["id"] for ack in server.acks("opened")} == {call}
    assert len({ack["id"] for ack in server.acks("shown")}) == 26


async def test_a_pop_opens_in_place_when_nobody_is_disturbed_and_is_acknowledged_when_painted(
    open_page: OpenPage, server: DevServer
) -> None:
    page = await open_page()
    before = await page.evaluate("document.activeElement.tagName")
    call = await server.pop(server.card())
    await page.wait_for_selector(".who .name")
    await until(lambda: bool(server.acks("shown")) and bool(server.acks("opened")))
    (shown,) = server.acks("shown")
    assert shown["id"] == call
    assert 0 < shown["ms"] < 1000
    assert await page.evaluate("document.activeElement.tagName") == before
    assert await page.title() == "● Maria Reyes"
    assert "Incoming call" in (await page.text_content("[role=alert]") or "")


async def test_half_of_all_pops_are_painted_within_a_tenth_of_a_second_on_a_busy_machine(
    open_page: OpenPage, server: DevServer
) -> None:
    await open_page()
    for _ in range(40):
        call = await server.pop(server.card())
        await asyncio.sleep(0.05)
        await server.pop_end(call, "elsewhere")
    await until(lambda: len(server.acks("shown")) == 40)
    times = sorted(ack["ms"] for ack in server.acks("shown"))
    assert times[20] <= 100, times


async def test_a_call_is_opened_in_one_of_three_tabs_and_cleared_in_all(
    open_page: OpenPage, server: DevServer
) -> None:
    pages = [await open_page() for _ in range(3)]
    await asyncio.sleep(1.2)
    call = await server.pop(server.card())
    for page in pages:
        await page.wait_for_selector(".call.p-ringing")
    await until(lambda: len(server.acks("shown")) == 3)
    await asyncio.sleep(0.5)
    assert [ack["id"] for ack in server.acks("opened")] == [call]
    opened = [page for page in pages if await page.locator(".who .name").count()]
    assert len(opened) == 1
    for page in pages:
        if page is not opened[0]:
            assert "another tab" in (await page.text_content(".call .open") or "")
    await server.pop_end(call, "elsewhere")
    for page in pages:
        await page.wait_for_selector(".call", state="detached")


async def test_another_tab_takes_over_when_the_acting_one_is_closed(
    open_page: OpenPage, server: DevServer
) -> None:
    first, second = await open_page(), await open_page()
    await asyncio.sleep(1.2)
    await second.bring_to_front()
    await second.close()
    call = await server.pop(server.card())
    await first.wait_for_selector(".who .name", timeout=4000)
    await until(lambda: [ack["id"] for ack in server.acks("opened")] == [call])


async def test_ring_retries_of_one_call_open_it_once(
    open_page: OpenPage, server: DevServer
) -> None:
    page = await open_page()
    card = server.card()
    for attempt in range(1, 5):
        await server.pop({**card, "attempt": attempt}, attempt)
        await asyncio.sleep(0.1)
    await page.wait_for_selector("text=ring 4")
    await until(lambda: len(server.acks("shown")) == 4)
    assert len(server.acks("opened")) == 1
    assert await page.locator("[role=tab]").count() == 1


async def test_a_second_call_waits_behind_f8_while_the_agent_talks(
    open_page: OpenPage, server: DevServer
) -> None:
    page = await open_page()
    await answer(server, page)
    other = await server.pop(server.card(cust=None, match="none", name="Second Caller"))
    await page.wait_for_selector(".call.compact")
    assert await page.text_content(".who h2") == "Maria Reyes"
    await page.keyboard.press("F8")
    await page.wait_for_selector(".newc")
    await until(lambda: other in {ack["id"] for ack in server.acks("opened")})
    assert await page.locator(".call:not(.compact) .nm").inner_text() == "Maria Reyes"


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

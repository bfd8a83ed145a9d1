"""Pops on the desk: never taking focus, never twice, acknowledged when painted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page

from tests.screenpop_ui.devserver import DevServer
from tests.screenpop_ui.steps import answer, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]
OpenPage = Callable[..., Awaitable[Page]]


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

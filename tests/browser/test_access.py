"""Who may come in, what is said to those who may not, and where everybody belongs."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from .centre import PASSWORD, Centre
from .conftest import Visitors
from .pages import DeskPage, Shown, WallPage
from .watch import LINK_LOST

pytestmark = [
    pytest.mark.browser,
    pytest.mark.lab,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]


async def test_wrong_password_gets_a_sentence_and_no_way_in(
    centre: Centre, visitors: Visitors
) -> None:
    person = await centre.agent("1001")
    gate = await visitors.show(Shown, centre.product.base)
    gate.watch.expected += ["status of 401"]
    await gate.page.goto(f"{centre.product.base}/sign-in")
    await gate.try_to_sign_in(person.name, "not the password")
    await expect(gate.at("#signin-error")).to_have_text(gate.text("signin.wrong"))
    await gate.try_to_sign_in("nobody of that name", "not the password")
    await expect(gate.at("#signin-error")).to_have_text(gate.text("signin.wrong"))
    assert await gate.page.context.cookies() == []
    await gate.try_to_sign_in(person.name, PASSWORD)
    await gate.page.wait_for_url("**/desk")


@pytest.mark.parametrize("lang", ["en", "fa", "he"])
async def test_too_many_attempts_get_a_sentence_with_the_seconds_to_wait(
    centre: Centre, visitors: Visitors, lang: str
) -> None:
    gate = await visitors.show(Shown, centre.product.base, lang)
    gate.watch.expected += ["status of 4(01|29)"]
    await gate.page.goto(f"{centre.product.base}/sign-in")
    # The first wait is one second; a slow machine needs more attempts to be too quick.
    for _ in range(9):
        async with gate.page.expect_response("**/api/v1/session") as answered:
            await gate.try_to_sign_in(f"guessed {lang}", "not the password")
        if (await answered.value).status == 429:
            break
        await expect(gate.at("button.go")).to_be_enabled()
    error = gate.at("#signin-error")
    await expect(error).not_to_have_text(gate.text("signin.wrong"))
    before, _, after = gate.text("signin.throttled").partition("{n}")
    told = (await error.inner_text()).strip()
    assert re.fullmatch(rf"{re.escape(before)}[0-9۰-۹]+{re.escape(after)}", told)


async def test_session_is_a_cookie_that_scripts_and_other_sites_cannot_use(
    centre: Centre, visitors: Visitors
) -> None:
    person = await centre.agent("1001")
    desk = await visitors.show(DeskPage, centre.product.base)
    await desk.sign_in(person.name, PASSWORD)
    (cookie,) = await desk.page.context.cookies()
    assert cookie["name"] == "callcenter_session"
    assert cookie["httpOnly"] is True
    assert cookie["sameSite"] == "Strict"
    assert cookie["expires"] == -1
    assert len(cookie["value"]) >= 43
    assert await desk.page.evaluate("document.cookie") == ""
    stored = await desk.page.evaluate(
        "JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage })"
    )
    assert cookie["value"] not in stored


async def test_sign_out_ends_the_session_on_the_server(centre: Centre, visitors: Visitors) -> None:
    person = await centre.agent("1001")
    desk = await visitors.show(DeskPage, centre.product.base)
    await desk.sign_in(person.name, PASSWORD)
    await desk.page.wait_for_selector("button.me")
    kept = await desk.page.context.cookies()
    # The server closes the link of a session that ended, and the page asks whether it may return.
    desk.watch.expected += ["status of 401", *LINK_LOST]
    await desk.at("button.me").click()
    await desk.at(".popover.end button.wide").click()
    await desk.page.wait_for_url("**/sign-in")
    assert await desk.page.context.cookies() == []
    # The old cookie, taken along by somebody, opens nothing.
    await desk.page.context.add_cookies(
        [{"name": c["name"], "value": c["value"], "url": centre.product.base} for c in kept]
    )
    await desk.page.goto(f"{centre.product.base}/desk")
    await desk.page.wait_for_url("**/sign-in")


async def test_everybody_lands_on_the_page_of_his_role(centre: Centre, visitors: Visitors) -> None:
    base = centre.product.base
    for path in ("/", "/desk", "/wall"):
        stranger = await visitors.show(Shown, base)
        await stranger.page.goto(base + path)
        assert stranger.page.url == f"{base}/sign-in"
    agent = await visitors.show(DeskPage, base)
    await agent.sign_in((await centre.agent("1001")).name, PASSWORD)
    for path in ("/", "/desk", "/wall"):
        await agent.page.goto(base + path)
        assert agent.page.url == f"{base}/desk"
    boss = await visitors.show(WallPage, base)
    await boss.sign_in((await centre.supervisor()).name, PASSWORD)
    for path in ("/", "/desk", "/wall"):
        await boss.page.goto(base + path)
        assert boss.page.url == f"{base}/wall"

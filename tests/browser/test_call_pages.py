"""The calls of a running service: one is found in the list, opened, and read from end to end."""

from __future__ import annotations

import time

import pytest
from playwright.async_api import expect

from .conftest import Visitors
from .demo import AGENTS, PASSWORD, Demo
from .pages import Shown

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]

SEEN_SECONDS = 120


async def opened(visitors: Visitors, demo: Demo, user: str, lang: str) -> Shown:
    """Somebody who signed in and went to the list of calls."""
    shown = await visitors.show(Shown, demo.base, lang)
    await shown.sign_in(user, PASSWORD)
    await shown.page.goto(f"{demo.base}/calls?lang={lang}")
    await shown.page.wait_for_selector(".rows tbody tr")
    return shown


async def test_a_call_is_opened_from_the_list_and_tells_its_life(
    demo: Demo, visitors: Visitors
) -> None:
    shown = await opened(visitors, demo, "admin", "en")
    # One of this run and not of the morning that the demo was given: its events were recorded.
    deadline = time.monotonic() + SEEN_SECONDS
    while True:
        answer = await shown.page.request.get(f"{demo.base}/api/v1/calls?outcome=answered&limit=20")
        # Of a call out nobody's phone rings: that is not the life that is looked for.
        newest = next(call for call in (await answer.json())["items"] if call["visits"])
        told = await shown.page.request.get(f"{demo.base}/api/v1/calls/{newest['id']}/events")
        events = (await told.json())["events"]
        begun = events and ["Event", "Newchannel"] in events[0]["headers"]
        # The last words of a call that ended just now are written down a moment later.
        if begun and ["Event", "Hangup"] in events[-1]["headers"]:
            break
        assert time.monotonic() < deadline, "no call of this run was answered and ended"
        await shown.page.wait_for_timeout(2_000)
    await shown.page.locator(".choice select").last.select_option("answered")
    await shown.page.wait_for_url(lambda url: "outcome=answered" in url)
    row = shown.at(f'.rows a[href$="{newest["id"].replace(":", "%3A")}"]')
    await row.focus()
    await shown.page.keyboard.press("Enter")
    await shown.page.wait_for_url(lambda url: "/calls/demo" in url)
    line = shown.at(".life li")
    await expect(line.first).to_contain_text(shown.text("step.started"))
    agent = newest["conversations"][0]["agent"]["name"]
    await expect(shown.at(".life .k-talked").first).to_contain_text(agent)
    await expect(shown.at(".life .k-rang").first).to_be_visible()
    await expect(shown.at(".life .k-ended")).to_contain_text(shown.text("step.ended"))
    # By the clock, from the first step to the last.
    steps = await shown.at(".life li > time").all()
    times = [await step.get_attribute("datetime") or "" for step in steps]
    assert times == sorted(times)
    await shown.at(".events > summary").click()
    await expect(shown.at(".raw > li").first).to_contain_text("Newchannel")
    await expect(shown.at(".raw > li").last).to_contain_text("Hangup")


async def test_an_agent_finds_his_own_calls_and_no_administration(
    demo: Demo, visitors: Visitors
) -> None:
    shown = await opened(visitors, demo, AGENTS["fa"], "fa")
    own = (await (await shown.page.request.get(f"{demo.base}/api/v1/session")).json())["agent"]
    listed = (await (await shown.page.request.get(f"{demo.base}/api/v1/calls")).json())["items"]
    talked = [{t["agent"]["id"] for t in call["conversations"]} for call in listed]
    assert listed
    assert all(own in agents or not agents for agents in talked)
    await expect(shown.at(".rail a")).to_have_count(2)
    await shown.page.goto(f"{demo.base}/admin")
    assert shown.page.url == f"{demo.base}/desk"


async def test_the_administration_of_the_demo_is_well_and_says_that_no_log_is_read(
    demo: Demo, visitors: Visitors
) -> None:
    shown = await visitors.show(Shown, demo.base, "he")
    await shown.sign_in("admin", PASSWORD)
    await shown.page.goto(f"{demo.base}/admin?lang=he")
    await expect(shown.at(".state-of")).to_contain_text(shown.text("admin.well"))
    await expect(shown.at(".links li h3")).to_have_text("demo")
    await expect(shown.at(".ledger")).to_contain_text("queue_log")

"""Links break: between the service and Asterisk, the service itself, the browser's network."""

from __future__ import annotations

import asyncio
import re
import time

import pytest
from playwright.async_api import expect

from tests.lab.phone import Plan
from tests.lab.stage import Stage

from .centre import KILLED, OFFLINE, Centre
from .conftest import OpenDesk, OpenWall
from .test_main_job import ringing, saved
from .watch import LINK_LOST

pytestmark = [
    pytest.mark.browser,
    pytest.mark.lab,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]

SAID_WITHIN_MS = 3_000


async def test_cut_to_asterisk_is_said_on_every_page_and_heals_by_itself(
    centre: Centre, stage: Stage, desk_of: OpenDesk, wall_of: OpenWall
) -> None:
    agent = await stage.agent(1, Plan())
    await stage.sign_in(agent, "vip")
    desk, wall = await desk_of(agent.number), await wall_of()
    # The queue without a limit: how long the cut takes to be seen and mended, nobody knows.
    caller = await (await stage.call_in(607)).answered()
    await expect(wall.tile(1)).not_to_have_text("0")
    waiting = await wall.number(1)
    await expect(desk.at(".state")).to_have_class(re.compile("s-ready"))

    readers = centre.lab.proxy.readers
    await centre.lab.proxy.cut()
    within = {"timeout": SAID_WITHIN_MS}
    await expect(wall.at(".strip")).to_contain_text("pbx1", **within)  # type: ignore[arg-type]  # a plain dict of one float
    await expect(desk.at(".state")).to_have_class(re.compile("s-unknown"), timeout=SAID_WITHIN_MS)
    await expect(desk.at(".offline")).to_contain_text("pbx1")
    await expect(wall.at(".wall")).to_have_class(re.compile("is-stale"))
    assert await wall.number(1) == waiting
    await expect(wall.at(".tile.c, .tile.w, td.is-C, td.is-c, td.is-w")).to_have_count(0)
    # Nobody knows what the agents do now; that is a dash and no nought.
    assert set(await wall.at(".ag li b").all_inner_texts()) == {"–"}
    assert "0" not in await wall.at(".ag h2").inner_text()
    held = await wall.seconds_waited()
    await asyncio.sleep(2.1)
    assert await wall.seconds_waited() == held

    await centre.lab.proxy.restore()
    await centre.lab.proxy.back(readers, 30)
    await expect(wall.at("header .live")).to_have_class("live good")
    await expect(desk.at(".state")).to_have_class(re.compile("s-ready"))
    await expect(desk.at(".offline")).to_have_count(0)
    assert await wall.number(1) == waiting
    assert await wall.seconds_waited() > held
    await caller.hangup()


async def test_service_killed_in_a_call_comes_back_with_the_card_and_one_right_record(
    centre: Centre, stage: Stage, desk_of: OpenDesk
) -> None:
    name, number = KILLED
    agent = await stage.agent(1, Plan())
    await stage.sign_in(agent, "support")
    desk = await desk_of(agent.number)
    desk.watch.expected += LINK_LOST
    caller, phone = await ringing(stage, agent, number)
    phone.answer()
    await expect(desk.bar("talking").locator(".nm")).to_have_text(name)
    call = await desk.call()
    await desk.notes.click()
    await desk.page.keyboard.type("before the crash")
    await saved(centre, call, note="before the crash")

    await centre.product.kill()
    await expect(desk.at(".offline")).to_contain_text(desk.text("desk.reconnect"))
    await desk.page.keyboard.type(", and during it")
    await expect(desk.bar("talking").locator(".nm")).to_have_text(name)
    await centre.product.run()
    await expect(desk.at(".offline")).to_have_count(0, timeout=15_000)
    await desk.ready()
    await expect(desk.bar("talking").locator(".nm")).to_have_text(name)
    await expect(desk.notes).to_have_value("before the crash, and during it")
    await expect(desk.notes).to_be_focused()
    await saved(centre, call, note="before the crash, and during it")

    await caller.hangup()
    await phone.finished()
    await expect(desk.bar("wrap_up")).to_be_visible()
    records = [one for one in await centre.product.calls() if one["caller"]["number"] == number]
    assert len(records) == 1
    record = records[0]
    assert (record["id"], record["outcome"]) == (call, "answered")
    assert [visit["end"] for visit in record["visits"]] == ["answered"]
    talks = record["conversations"]
    assert [talk["agent"]["id"] for talk in talks] == [f"pbx1:{agent.interface}"]
    assert phone.t_end is not None
    assert phone.t_answer is not None
    assert abs(talks[0]["talk_ms"] / 1000 - (phone.t_end - phone.t_answer)) < 1.3


async def test_browser_without_network_says_so_keeps_the_words_and_saves_them_later(
    centre: Centre, stage: Stage, desk_of: OpenDesk
) -> None:
    name, number = OFFLINE
    agent = await stage.agent(1, Plan())
    await stage.sign_in(agent, "support")
    desk = await desk_of(agent.number, "he")
    desk.watch.expected += LINK_LOST
    caller, phone = await ringing(stage, agent, number)
    phone.answer()
    await expect(desk.bar("talking").locator(".nm")).to_have_text(name)
    call = await desk.call()
    await desk.page.context.set_offline(True)
    cut = time.monotonic()
    await desk.notes.click()
    await desk.page.keyboard.type("הלקוח ביקש חשבונית")
    chip = desk.at(".top .live")
    await expect(chip).to_have_class("live slow", timeout=12_000)
    assert time.monotonic() - cut < 13
    await expect(chip).to_have_class("live bad", timeout=12_000)
    assert time.monotonic() - cut < 22
    await expect(desk.at(".desk")).to_have_class(re.compile("is-stale"))
    await expect(desk.at(".top .holder .btn").first).to_be_disabled()
    await expect(desk.at(".saved.warn")).to_have_text(desk.text("note.local"))
    await expect(desk.notes).to_have_value("הלקוח ביקש חשבונית")
    assert (await centre.call(call))["note"] == ""

    await desk.page.context.set_offline(False)
    await desk.ready()
    await saved(centre, call, note="הלקוח ביקש חשבונית")
    await expect(desk.at(".saved.ok")).to_be_visible()
    await expect(desk.bar("talking").locator(".nm")).to_have_text(name)
    await caller.hangup()
    await expect(desk.bar("wrap_up")).to_be_visible()

"""Every kind of pop on a real Asterisk: kept over a reload, withdrawn, unknown, several, hidden."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import expect

from tests.lab.phone import Plan
from tests.lab.stage import Stage

from .centre import HIDDEN, RELOADED, RINGALL, SHARED, SHARERS, Centre
from .conftest import OpenDesk
from .test_main_job import ringing, saved

pytestmark = [
    pytest.mark.browser,
    pytest.mark.lab,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]


async def test_reload_brings_the_card_back_and_pops_nothing_twice(
    centre: Centre, stage: Stage, desk_of: OpenDesk
) -> None:
    name, number = RELOADED
    agent = await stage.agent(1, Plan())
    await stage.sign_in(agent, "support")
    desk = await desk_of(agent.number)
    caller, phone = await ringing(stage, agent, number)
    await expect(desk.bar("ringing").locator(".nm")).to_have_text(name)
    call = await desk.call()
    await desk.page.reload()
    await expect(desk.bar("ringing").locator(".nm")).to_have_text(name)
    await expect(desk.at(".who h2")).to_have_text(name)
    assert phone.t_answer is None
    phone.answer()
    await expect(desk.bar("talking")).to_be_visible()
    await desk.notes.click()
    await desk.page.keyboard.type("half a sentence")
    await desk.page.wait_for_timeout(250)
    await desk.page.reload()
    await expect(desk.bar("talking").locator(".nm")).to_have_text(name)
    await expect(desk.notes).to_have_value("half a sentence")
    await saved(centre, call, note="half a sentence")
    assert len(desk.frames.of("pop")) == 1
    assert len(await desk.at(".call").all()) == 1
    await caller.hangup()
    await expect(desk.bar("wrap_up")).to_be_visible()


async def test_pop_of_the_agent_who_was_slower_is_withdrawn(
    stage: Stage, desk_of: OpenDesk
) -> None:
    name, number = RINGALL
    quick, slow = await stage.agent(1, Plan()), await stage.agent(2, Plan())
    await stage.sign_in(quick, "sales")
    await stage.sign_in(slow, "sales")
    winner, loser = await desk_of(quick.number, "he"), await desk_of(slow.number)
    caller, phone = await ringing(stage, quick, number, extension=602)
    await expect(winner.bar("ringing").locator(".nm")).to_have_text(name)
    await expect(loser.bar("ringing").locator(".nm")).to_have_text(name)
    phone.answer()
    await expect(winner.bar("talking").locator(".nm")).to_have_text(name)
    await expect(loser.at(".call")).to_have_count(0)
    assert [frame["why"] for frame in loser.frames.of("popend")] == ["elsewhere"]
    assert [frame["why"] for frame in winner.frames.of("popend")] in ([], ["answered"])
    await expect(loser.at(".who")).to_have_count(0)
    await caller.hangup()
    await expect(winner.bar("wrap_up")).to_be_visible()


async def test_unknown_caller_is_written_down_while_he_talks(
    centre: Centre, stage: Stage, desk_of: OpenDesk
) -> None:
    agent = await stage.agent(1, Plan())
    await stage.sign_in(agent, "support")
    desk = await desk_of(agent.number)
    caller, phone = await ringing(stage, agent, stage.number)
    await expect(desk.at(".newc")).to_be_visible()
    await expect(desk.bar("ringing").locator(".nm")).to_have_text(desk.text("caller.unknown"))
    call = await desk.call()
    phone.answer()
    await expect(desk.bar("talking")).to_be_visible()
    await desk.at(".newc input[name=name]").fill("Ramin Tehrani")
    await desk.at(".newc input[name=organisation]").fill("Tehrani Brothers")
    await desk.at(".newc button").click()
    await expect(desk.at(".who h2")).to_have_text("Ramin Tehrani")
    await expect(desk.bar("talking").locator(".nm")).to_have_text("Ramin Tehrani")
    found = await centre.product.get("/api/v1/customers", q="Ramin")
    assert [one["name"] for one in found["items"]] == ["Ramin Tehrani"]
    assert [n["e164"] for n in found["items"][0]["numbers"]] == [stage.number]
    await saved(centre, call, customer_id=found["items"][0]["id"])
    await caller.hangup()
    await expect(desk.bar("wrap_up")).to_be_visible()


async def test_several_customers_with_one_number_are_all_shown_and_one_is_chosen(
    centre: Centre, stage: Stage, desk_of: OpenDesk
) -> None:
    agent = await stage.agent(1, Plan())
    await stage.sign_in(agent, "support")
    desk = await desk_of(agent.number)
    caller, phone = await ringing(stage, agent, SHARED)
    await expect(desk.at(".choose li")).to_have_count(len(SHARERS))
    shown = await desk.at(".choose li b").all_inner_texts()
    assert sorted(shown) == sorted(SHARERS)
    call = await desk.call()
    assert (await centre.call(call))["customer_id"] is None
    phone.answer()
    await expect(desk.bar("talking")).to_be_visible()
    await desk.at(".choose button").first.focus()
    await desk.page.keyboard.press("2")
    await expect(desk.at(".who h2")).to_have_text(shown[1])
    found = await centre.product.get("/api/v1/customers", q=shown[1])
    await saved(centre, call, customer_id=found["items"][0]["id"])
    await caller.hangup()
    await expect(desk.bar("wrap_up")).to_be_visible()


async def test_withheld_number_is_private_and_nobody_is_looked_up(
    centre: Centre, stage: Stage, desk_of: OpenDesk
) -> None:
    name, number = HIDDEN
    agent = await stage.agent(1, Plan())
    await stage.sign_in(agent, "support")
    desk = await desk_of(agent.number)
    caller = await (await stage.call_in(600, hide=True, number=number)).answered()
    phone = await agent.desk.next_call()
    bar = desk.bar("ringing")
    await expect(bar.locator(".nm")).to_have_text(desk.text("caller.private"))
    await expect(bar.locator(".num")).to_have_count(0)
    await expect(desk.at(".who.say")).to_contain_text(desk.text("caller.private"))
    call = await desk.call()
    phone.answer()
    await expect(desk.bar("talking").locator(".nm")).to_have_text(desk.text("caller.private"))
    told = json.dumps(desk.frames.got, ensure_ascii=False)
    assert name not in told
    assert number[1:] not in told
    assert (await centre.call(call))["customer_id"] is None
    await caller.hangup()
    await expect(desk.bar("wrap_up")).to_be_visible()

"""The list of calls, a call's page and the administration, used as people use them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.screenpop_ui.devserver import DevServer
from tests.screenpop_ui.office_scene import CALL

pytestmark = pytest.mark.browser
VISUAL = (Path(__file__).parent / "probes" / "visual-order.js").read_text("utf-8")
OpenOffice = Callable[..., Awaitable[Page]]


@pytest.fixture
def office(context: BrowserContext, server: DevServer) -> OpenOffice:
    """Opens a page as an administrator, or as whoever the test says."""

    async def opener(path: str, lang: str = "en", role: str = "admin") -> Page:
        server.language(lang)
        server.role = role
        page = await context.new_page()
        await page.goto(server.url + path)
        await page.wait_for_selector(".live.good")
        return page

    return opener


async def test_the_list_is_of_today_newest_first_with_names_and_titles(
    office: OpenOffice, server: DevServer
) -> None:
    page = await office("/calls")
    rows = page.locator(".rows tbody tr")
    await expect(rows).to_have_count(12)
    await expect(rows.nth(0)).to_contain_text("Maria Reyes")
    await expect(rows.nth(0)).to_contain_text("Tech support")
    await expect(rows.nth(1)).to_contain_text("In progress")
    for hidden in (5, 7):
        await expect(rows.nth(hidden)).to_contain_text("Private number")
    await expect(rows.nth(7)).not_to_contain_text("nonymous")
    asked = server.asked[0]
    assert asked["from"] < asked["to"]
    assert asked["limit"] == "50"


async def test_arrows_move_in_the_list_enter_opens_and_back_returns(office: OpenOffice) -> None:
    page = await office("/calls")
    first = page.locator("[data-row]").first
    await first.focus()
    for key, row in (("ArrowDown", 1), ("ArrowDown", 2), ("ArrowUp", 1), ("End", 11), ("Home", 0)):
        await page.keyboard.press(key)
        await expect(page.locator("[data-row]").nth(row)).to_be_focused()
    # One stop of the Tab key for the whole list.
    assert await page.locator("[data-row][tabindex='0']").count() == 1
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "/calls/pbx1" in url)
    await page.locator(".life li").first.wait_for()
    await page.locator(".up").click()
    await page.wait_for_url(lambda url: url.endswith("/calls"))


async def test_filters_stand_in_the_address_and_back_takes_them_back(
    office: OpenOffice, server: DevServer
) -> None:
    page = await office("/calls")
    await page.locator(".rows tbody tr").first.wait_for()
    await page.locator(".choice select").nth(0).select_option("billing")
    await page.locator(".choice select").nth(2).select_option("abandoned")
    await page.wait_for_url(lambda url: "queue=billing" in url and "outcome=abandoned" in url)
    await page.locator(".days-of .btn").first.click()
    await page.wait_for_url(lambda url: "day=" in url)
    await page.go_back()
    await page.wait_for_url(lambda url: "day=" not in url and "outcome=abandoned" in url)
    await page.go_back()
    await page.wait_for_url(lambda url: "outcome" not in url and "queue=billing" in url)
    await page.locator(".rows:not(.dimmed) tbody tr").first.wait_for()
    assert server.asked[-1]["queue"] == "billing"
    assert "outcome" not in server.asked[-1]


async def test_a_shared_address_shows_the_same_list(office: OpenOffice, server: DevServer) -> None:
    page = await office("/calls?day=2026-11-20&queue=vip&customer=10", lang="fa")
    await page.locator(".rows tbody tr").first.wait_for()
    asked = server.asked[-1]
    assert (asked["queue"], asked["customer"]) == ("vip", "10")
    assert asked["from"] == "2026-11-19T20:30:00.000Z"
    await expect(page.locator(".days-of .day")).to_contain_text("۲۹ آبان ۱۴۰۵")
    await expect(page.locator(".only")).to_contain_text("مریم رضایی")


async def test_a_typed_number_is_a_filter_in_any_digits(
    office: OpenOffice, server: DevServer
) -> None:
    page = await office("/calls", lang="fa")
    await page.locator(".sieve input").fill("۰۹۱۲ ۳۴۵ ۶۷۸۹")
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "number=09123456789" in url and "day=any" in url)
    await expect(page.locator(".only bdi")).to_have_text("۰۹۱۲۳۴۵۶۷۸۹")
    await page.locator(".only").click()
    await page.wait_for_url(lambda url: "number" not in url)


async def test_older_calls_are_added_below(office: OpenOffice, server: DevServer) -> None:
    page = await office("/calls")
    await page.get_by_role("button", name="Older calls").click()
    await expect(page.locator(".rows tbody tr")).to_have_count(20)
    assert server.asked[-1]["cursor"] == "12"
    await expect(page.get_by_role("button", name="Older calls")).to_have_count(0)
    await expect(page.locator(".rows footer")).to_contain_text("20 calls shown")


async def test_nothing_found_and_nothing_read_are_sentences(
    office: OpenOffice, server: DevServer
) -> None:
    server.office["calls"] = {"items": []}
    page = await office("/calls?day=2026-11-20")
    await expect(page.locator(".none.big")).to_contain_text("Fri 20 Nov 2026")
    await page.locator(".choice select").first.select_option("vip")
    await expect(page.locator(".none.big")).to_have_text("No calls match these filters.")
    server.broken["calls"] = (503, "offline")
    await page.locator(".choice select").first.select_option("sales")
    await expect(page.locator(".trouble")).to_contain_text("The calls could not be read.")
    del server.broken["calls"]
    server.office["calls"] = {}
    await page.get_by_role("button", name="Retry").click()
    await expect(page.locator(".rows tbody tr")).to_have_count(12)


async def test_an_agent_who_is_tied_to_nobody_reads_why(
    office: OpenOffice, server: DevServer
) -> None:
    server.broken["calls"] = (403, "forbidden")
    page = await office("/calls", role="agent")
    await expect(page.locator(".trouble")).to_contain_text("not yours to see")
    await expect(page.get_by_role("button", name="Retry")).to_have_count(0)


LINE = [
    "The call began",
    "The customer was recognised",
    "Menu: Business line 50 Mbit",
    "Entered the queue Tech support",
    "Rang Ali Moore",
    "The telephone system was not heard",
    "Rang Sara Nixon",
    "Sara Nixon answered",
    "Recording began",
    "On hold",
    "Transferred to 2003 after consulting",
    "Rob Adams answered",
    "The call ended",
    "Wrap-up by Rob Adams",
    "Note by Rob Adams",
    "Result filed by Rob Adams",
]


async def test_the_life_line_is_told_in_order_with_its_evidence(office: OpenOffice) -> None:
    page = await office(f"/calls/{CALL}")
    steps = page.locator(".life li")
    await expect(steps).to_have_count(len(LINE))
    titles = await steps.locator(".what > p:first-child").all_inner_texts()
    assert [title.strip() for title in titles] == LINE
    await expect(steps.nth(4)).to_contain_text("no answer")
    await expect(steps.nth(4).locator(".long")).to_contain_text("00:15")
    await expect(steps.nth(4).locator(".long")).to_contain_text("13:01:24–13:01:39")
    await expect(steps.nth(1).locator(".word")).to_have_text("customer directory")
    corrected = steps.nth(11)
    await expect(corrected.locator(".word")).to_have_text("queue_log of Asterisk")
    await expect(corrected.locator(".was")).to_contain_text("nobody saw who ended it · 01:12")
    await expect(page.locator(".head")).to_contain_text("Settled by")
    await expect(page.locator(".head .tag")).to_have_text("Corrected afterwards")


async def test_numbers_and_times_keep_their_order_in_a_page_from_the_right(
    office: OpenOffice,
) -> None:
    page = await office(f"/calls/{CALL}", lang="fa")
    await page.locator(".head h1 small bdi").wait_for()
    for selector in (".head h1 small bdi", ".life .long small bdi", ".life .k-transferred b bdi"):
        shown = await page.locator(selector).first.evaluate(VISUAL)
        text = await page.locator(selector).first.inner_text()
        assert shown == text.replace(" ", ""), selector
    await expect(page.locator(".head .sub")).to_contain_text("۱ آذر ۱۴۰۵")


async def test_a_step_of_a_later_version_is_told_in_general(
    office: OpenOffice, server: DevServer
) -> None:
    step = {
        "what": "levitated", "at": "2026-11-22T09:31:10.000Z", "until": None, "ms": None,
        "settled_by": "oracle", "agent": None, "queue": "", "visit": None, "conversation": None,
        "position": 0, "end": "", "by": "", "text": "CallLevitated", "was": None, "seq": 1,
    }  # fmt: skip
    moved = {**step, "what": "transferred", "end": "teleported", "text": ""}
    server.office["call"] = {"life_line": [step, moved], "settled_by": "oracle"}
    page = await office(f"/calls/{CALL}")
    await expect(page.locator(".life li").nth(0)).to_contain_text("Something else happened")
    await expect(page.locator(".life li").nth(0)).to_contain_text("oracle")
    await expect(page.locator(".life li").nth(1)).to_contain_text("Handed on to an unknown place")


async def test_an_administrator_unfolds_what_ami_said_and_nobody_else_can(
    office: OpenOffice, server: DevServer
) -> None:
    page = await office(f"/calls/{CALL}")
    await page.locator(".events > summary").click()
    await expect(page.locator(".raw > li")).to_have_count(5)
    await page.locator(".raw summary").nth(2).click()
    await expect(page.locator(".raw pre:visible")).to_contain_text("Queue: support\nPosition: 3")
    other = await office(f"/calls/{CALL}", role="supervisor")
    await other.locator(".life li").first.wait_for()
    await expect(other.locator(".events")).to_have_count(0)


@pytest.mark.parametrize(
    ("state", "said"), [("off", "not being recorded"), ("gone", "older"), ("none", "not running")]
)
async def test_why_there_are_no_events_is_said(
    office: OpenOffice, server: DevServer, state: str, said: str
) -> None:
    server.office["events"] = {"state": state, "events": []}
    page = await office(f"/calls/{CALL}")
    await page.locator(".events > summary").click()
    await expect(page.locator(".events .body")).to_contain_text(said)


async def test_a_call_that_goes_on_grows_while_it_is_looked_at(
    office: OpenOffice, server: DevServer
) -> None:
    server.office["call"] = {"ended_at": None, "outcome": None, "life_line": []}
    page = await office(f"/calls/{CALL}")
    await expect(page.locator(".head .out")).to_have_text("In progress")
    server.office["call"] = {}
    await expect(page.locator(".life li")).to_have_count(len(LINE), timeout=8000)


async def test_a_call_that_is_not_there_is_a_sentence(office: OpenOffice) -> None:
    page = await office("/calls/pbx1:9.9")
    await expect(page.locator(".trouble")).to_contain_text("There is no such call")


async def test_the_ledger_opens_both_versions_and_leads_to_the_call(office: OpenOffice) -> None:
    page = await office("/admin")
    await expect(page.locator(".verdict")).to_have_text("1 call is unexplained")
    row = page.locator(".ledger tbody tr").nth(2)
    await expect(row).to_contain_text("Fri 20 Nov 2026")
    counted = [text.strip() for text in await row.locator("td.n").all_inner_texts()]
    assert counted == ["738", "2", "1"]
    await page.locator(".odd summary").click()
    versions = page.locator(".versions pre")
    await expect(versions.nth(0)).to_contain_text('"end": "abandoned"')
    await expect(versions.nth(1)).to_contain_text('"end": "timed_out"')
    await page.get_by_role("link", name="Open the call").click()
    await page.wait_for_url(re.compile("/calls/pbx1"))


async def test_the_administration_says_what_is_wrong_and_when_it_is_well_again(
    office: OpenOffice, server: DevServer
) -> None:
    server.office["house"] = {"ready": False, "reasons": ["The PBX pbx1 is not heard."]}
    page = await office("/admin")
    await expect(page.locator(".state-of")).to_contain_text("The PBX pbx1 is not heard.")
    server.office["house"] = {}
    await expect(page.locator(".state-of")).to_contain_text("Everything is working.", timeout=9000)


@pytest.mark.parametrize(
    ("role", "places"),
    [
        ("agent", ["/desk", "/calls"]),
        ("supervisor", ["/desk", "/wall", "/calls"]),
        ("admin", ["/desk", "/wall", "/calls", "/admin"]),
    ],
)
async def test_the_rail_leads_where_a_role_may_go(
    office: OpenOffice, role: str, places: list[str]
) -> None:
    page = await office("/calls", role=role)
    links = page.locator(".rail a")
    assert [await one.get_attribute("href") for one in await links.all()] == places
    await expect(page.locator(".rail a[aria-current=page]")).to_have_attribute("href", "/calls")


async def test_the_wall_shows_the_way_to_the_other_pages_when_the_pointer_moves(
    context: BrowserContext, server: DevServer
) -> None:
    page = await context.new_page()
    await page.goto(server.url + "/wall")
    await page.wait_for_selector("tbody tr")
    await expect(page.locator(".places")).to_have_css("opacity", "0")
    await page.mouse.move(300, 300)
    await page.mouse.move(320, 300)
    await expect(page.locator(".places")).to_have_css("opacity", "1")
    await expect(page.locator(".places")).to_have_css("opacity", "0", timeout=6000)
    await page.keyboard.press("Tab")
    await expect(page.locator(".places")).to_have_css("opacity", "1")

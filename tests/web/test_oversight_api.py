"""What overseers ask: names, the ledger, the house, a call's life line and its raw events."""

from __future__ import annotations

import pytest

from callcenter.domain.facts import AgentOffered, CallEnded, OfferEnded, Recorded
from callcenter.domain.model import AgentRef, Caller
from callcenter.services.overseen import EventsSeen, RawEvent

from .conftest import Site
from .fakes import ALI
from .test_api import error

REF = AgentRef(ALI, "Ali", "PJSIP/1001")
AT = 1_795_000_000_000
CALL = "/api/v1/calls/pbx1%3A1.0"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/v1/names", {"ali", "noa", "shirin", "dov"}),
        ("/api/v1/ledger", {"shirin", "dov"}),
        ("/api/v1/house", {"dov"}),
        (f"{CALL}/events", {"dov"}),
    ],
)
async def test_who_may_ask_what(site: Site, path: str, allowed: set[str]) -> None:
    for name in ("ali", "noa", "shirin", "dov"):
        async with site.browser(name) as browser:
            response = await browser.get(path)
            if name in allowed:
                assert response.status == 200, (name, path)
            else:
                assert "This is for" in await error(response, 403, "forbidden")
    async with site.browser() as browser:
        await error(await browser.get(path), 401, "sign_in")


async def test_a_call_tells_its_life_line_with_the_evidence_of_each_step(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = [
        Recorded(5, AgentOffered(at=AT, pbx="pbx1", call="pbx1:1.0", offer=1, agent=REF)),
        Recorded(
            6,
            OfferEnded(
                at=AT + 15_000, pbx="pbx1", call="pbx1:1.0", offer=1, agent=REF,
                end="no_answer", ring_ms=15_000,
            ),
        ),
        Recorded(
            7,
            CallEnded(
                at=AT + 16_250, pbx="pbx1", call="pbx1:1.0", ended_by="unknown",
                outcome="unknown", settled_by="lost_sight",
            ),
        ),
        Recorded(
            9,
            CallEnded(
                at=AT + 16_000, pbx="pbx1", call="pbx1:1.0", ended_by="caller",
                outcome="abandoned", settled_by="queue_log",
            ),
        ),
    ]  # fmt: skip

    async def told(call_id: str) -> list[Recorded]:
        return facts

    monkeypatch.setattr(site.world.calls, "facts", told)
    async with site.browser("ali") as browser:
        body = await (await browser.get(CALL)).json()
    assert len(body["facts"]) == 4
    rang, ended = body["life_line"]
    assert rang["agent"]["name"] == "Ali"
    assert (rang["what"], rang["end"], rang["ms"]) == ("rang", "no_answer", 15_000)
    assert (rang["at"], rang["until"]) == ("2026-11-18T11:06:40.000Z", "2026-11-18T11:06:55.000Z")
    assert (ended["end"], ended["by"], ended["settled_by"]) == ("abandoned", "caller", "queue_log")
    assert ended["was"]["settled_by"] == "lost_sight"


async def test_names_tell_an_agent_of_no_other_agents(site: Site) -> None:
    async with site.browser("ali") as browser:
        names = await (await browser.get("/api/v1/names")).json()
    assert names["agents"] == [{"id": ALI, "name": "Ali"}]
    assert names["queues"] == {"support": {"fa": "پشتیبانی"}, "sales": {}}
    assert names["dispositions"][0]["he"] == "טופל"
    async with site.browser("shirin") as browser:
        assert len((await (await browser.get("/api/v1/names")).json())["agents"]) == 2


async def test_the_ledger_is_told_newest_day_first_with_both_versions(site: Site) -> None:
    async with site.browser("shirin") as browser:
        body = await (
            await browser.get("/api/v1/ledger?from=2026-11-01&to=2026-11-18&pbx=pbx1")
        ).json()
    assert site.world.oversight.asked == [("2026-11-01", "2026-11-18", "pbx1")]
    assert [day["day"] for day in body["days"]] == ["2026-11-18", "2026-11-17"]
    assert body["books"] == [{"pbx": "pbx1", "read": True, "unexplained": 1, "trouble": ""}]
    (item,) = body["unexplained"]
    assert item["call"] == "pbx1:1.0"
    assert item["ours"] == item["logged"] == [{"queue": "support"}]
    assert body["lies"]["parking"]


async def test_the_ledger_without_days_is_that_of_the_last_month(site: Site) -> None:
    async with site.browser("dov") as browser:
        assert (await browser.get("/api/v1/ledger")).status == 200
    assert site.world.oversight.asked == [("2026-10-19", "2026-11-18", "")]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("from=yesterday", "from"),
        ("to=18.11.2026", "to"),
        ("from=2026-11-18&to=2026-11-01", "1 to 400 days"),
        ("from=2020-01-01&to=2026-11-18", "1 to 400 days"),
        ("day=2026-11-18", "day"),
    ],
)
async def test_days_that_cannot_be_are_refused(site: Site, query: str, named: str) -> None:
    async with site.browser("dov") as browser:
        response = await browser.get(f"/api/v1/ledger?{query}")
        assert named in await error(response, 400, "bad_value")


async def test_the_house_says_what_is_wrong_of_which_link(site: Site) -> None:
    async with site.browser("dov") as browser:
        body = await (await browser.get("/api/v1/house")).json()
    assert body["reasons"] == ["The PBX pbx1 is not heard."]
    (link,) = body["links"]
    assert (link["pbx"], link["up"], link["why"]) == ("pbx1", False, "Nobody answers.")
    assert link["since"] == "2026-11-18T11:06:40.000Z"


@pytest.mark.parametrize(
    ("state", "keep", "said"),
    [("off", "", "not being recorded"), ("gone", "24h", "24h"), ("none", "24h", "not running")],
)
async def test_why_there_are_no_events_is_a_sentence(
    site: Site, state: str, keep: str, said: str
) -> None:
    site.world.oversight.seen = EventsSeen(
        state=state,
        events=[],
        more=False,
        scrubbed=True,
        keep=keep,  # type: ignore[arg-type]  # one of them
    )
    async with site.browser("dov") as browser:
        body = await (await browser.get(f"{CALL}/events")).json()
    assert (body["state"], body["events"]) == (state, [])
    assert said in body["said"]


async def test_the_events_of_a_call_come_as_the_pbx_said_them(site: Site) -> None:
    headers = [("Event", "VarSet"), ("Variable", "A"), ("Variable", "A")]
    site.world.oversight.seen = EventsSeen(
        state="kept", events=[RawEvent(AT, headers)], more=True, scrubbed=False, keep="24h"
    )
    async with site.browser("dov") as browser:
        body = await (await browser.get(f"{CALL}/events")).json()
        await error(await browser.get("/api/v1/calls/pbx1%3A9.9/events"), 404, "not_found")
    assert body["events"] == [
        {"at": "2026-11-18T11:06:40.000Z", "headers": [list(pair) for pair in headers]}
    ]
    assert (body["more"], body["scrubbed"], body["said"]) == (True, False, "")


async def test_of_a_withheld_number_an_agent_reads_nothing_in_the_life_line(site: Site) -> None:
    site.world.calls.records["pbx1:1.0"].caller = Caller(
        number="0912", name="Hidden", presentation="withheld"
    )
    async with site.browser("ali") as browser:
        text = await (await browser.get(CALL)).text()
    assert "0912" not in text
    assert "Hidden" not in text


async def test_customers_are_asked_for_by_id_and_unknown_ones_are_left_out(site: Site) -> None:
    made = await site.world.directory.create(name="Shiva")
    async with site.browser("ali") as browser:
        body = await (await browser.get(f"/api/v1/customers?ids={made.id},99,{made.id}")).json()
        assert [one["name"] for one in body["items"]] == ["Shiva"]
        for wrong in ("x", "-1", "9" * 19):
            response = await browser.get(f"/api/v1/customers?ids={wrong}")
            assert "ids" in await error(response, 400, "bad_value")

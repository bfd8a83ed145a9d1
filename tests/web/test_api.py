"""The HTTP API by subject: what is answered, and every refusal with its sentence."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from callcenter.web.asks import Result
from callcenter.web.codes import Code
from callcenter.web.doors import COOKIE
from callcenter.web.server import WebSettings

from .conftest import Site, running
from .fakes import ALI, PASSWORD, SARA, World


async def error(response: Any, status: int, code: str) -> str:
    """The message of a refusal, whose status, code and shape are checked."""
    body = await response.json()
    assert (response.status, body["error"]["code"]) == (status, code), body
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message"}
    message: str = body["error"]["message"]
    assert message[-1] in ".!"
    assert Code(code)
    return message


# --- session


async def test_signing_in_sets_a_cookie_that_no_script_and_no_other_site_gets(site: Site) -> None:
    async with site.browser() as browser:
        body = {"user": "ali", "password": PASSWORD}
        response = await browser.post("/api/v1/session", json=body)
        assert response.status == 204
        cookie = response.headers["Set-Cookie"]
        assert cookie.startswith(f"{COOKIE}=")
        for part in ("HttpOnly", "SameSite=Strict", "Path=/"):
            assert part in cookie
        assert "Secure" not in cookie
        me = await (await browser.get("/api/v1/session")).json()
        assert me == {
            "user": "ali",
            "role": "agent",
            "agent": ALI,
            "lang": "",
            "theme": "",
            "via": "session",
        }
        assert (await browser.patch("/api/v1/session", json={"lang": "fa"})).status == 204
        assert (await (await browser.get("/api/v1/session")).json())["lang"] == "fa"
        assert (await browser.delete("/api/v1/session")).status == 204
        await error(await browser.get("/api/v1/session"), 401, "sign_in")


async def test_the_cookie_is_secure_behind_a_tls_proxy_that_is_believed(world: World) -> None:
    body = {"user": "ali", "password": PASSWORD}
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "1.2.3.4"}
    believed = WebSettings(proxies=frozenset({"127.0.0.1"}))
    async with running(world, believed) as site, site.browser() as browser:
        response = await browser.post("/api/v1/session", json=body, headers=told)
        assert "Secure" in response.headers["Set-Cookie"]


async def test_a_forwarded_header_of_anybody_is_not_believed(site: Site) -> None:
    told = {"X-Forwarded-Proto": "https"}
    async with site.browser() as browser:
        body = {"user": "ali", "password": PASSWORD}
        response = await browser.post("/api/v1/session", json=body, headers=told)
        assert "Secure" not in response.headers["Set-Cookie"]


async def test_wrong_passwords_are_throttled_with_retry_after(site: Site) -> None:
    async with site.browser() as browser:
        body = {"user": "ali", "password": "wrong"}
        for _ in range(4):
            await error(await browser.post("/api/v1/session", json=body), 401, "wrong_password")
        response = await browser.post("/api/v1/session", json=body)
        assert "Wait 1 s" in await error(response, 429, "throttled")
        assert response.headers["Retry-After"] == "1"


async def test_behind_a_proxy_each_persons_own_address_is_throttled(world: World) -> None:
    settings = WebSettings(proxies=frozenset({"127.0.0.1"}))
    async with running(world, settings) as site, site.browser() as browser:
        for number in range(20):
            body = {"user": f"u{number}", "password": "wrong"}
            told = {"X-Forwarded-For": "9.9.9.9, 1.2.3.4"}
            await browser.post("/api/v1/session", json=body, headers=told)
        good = {"user": "ali", "password": PASSWORD}
        told = {"X-Forwarded-For": "1.2.3.4"}
        await error(
            await browser.post("/api/v1/session", json=good, headers=told), 429, "throttled"
        )
        told = {"X-Forwarded-For": "1.2.3.5"}
        assert (await browser.post("/api/v1/session", json=good, headers=told)).status == 204


# --- the door


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/calls"),
        ("GET", "/api/v1/calls/x"),
        ("PUT", "/api/v1/calls/x/disposition"),
        ("GET", "/api/v1/live"),
        ("GET", "/api/v1/kpi"),
        ("GET", "/api/v1/customers"),
        ("POST", "/api/v1/customers"),
        ("PATCH", "/api/v1/customers/1"),
        ("POST", "/api/v1/agents/x/state"),
        ("GET", "/api/v1/openapi.json"),
        ("GET", "/api/v1/session"),
        ("DELETE", "/api/v1/session"),
    ],
)
async def test_everything_wants_a_session_or_a_token(site: Site, method: str, path: str) -> None:
    async with site.browser() as browser:
        response = await browser.request(method, path, json={})
        assert "Sign in" in await error(response, 401, "sign_in")


async def test_a_token_opens_the_api_without_cookie_or_origin(site: Site) -> None:
    token = await site.world.access.create_token("t", "supervisor")
    async with site.browser() as browser:
        headers = {"Authorization": f"Bearer {token}", "Origin": ""}
        response = await browser.get("/api/v1/live", headers=headers)
        assert (await response.json())["total"] == {"waiting": 0}


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
async def test_a_write_with_our_cookie_from_another_sites_page_is_refused(
    site: Site, origin: str
) -> None:
    async with site.browser("ali") as browser:
        headers = {"Origin": origin}
        path = f"/api/v1/agents/{quote(ALI, safe='')}/state"
        response = await browser.post(path, json={"state": "ready"}, headers=headers)
        await error(response, 403, "wrong_origin")
        assert site.world.desk.asked == []


async def test_a_store_that_is_down_is_503_with_its_sentence(site: Site) -> None:
    async with site.browser("ali") as browser:
        site.world.users.down = True
        response = await browser.get("/api/v1/session")
        assert "disk full" in await error(response, 503, "offline")
        assert response.headers["Retry-After"] == "5"


async def test_what_is_not_there_and_what_cannot_be_done_is_said(site: Site) -> None:
    async with site.browser("dov") as browser:
        await error(await browser.get("/api/v1/nothing"), 404, "not_found")
        response = await browser.delete("/api/v1/calls")
        await error(response, 405, "wrong_method")
        assert "GET" in response.headers["Allow"]
        await error(await browser.get("/ws"), 400, "bad_message")


async def test_a_fault_of_ours_is_500_without_a_word_of_its_inside(
    site: Site, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: object) -> object:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(site.world.calls, "find", broken)
    async with site.browser("dov") as browser:
        response = await browser.get("/api/v1/calls")
        assert "secret" not in await error(response, 500, "internal")
    assert "GET /api/v1/calls failed" in caplog.text


# --- calls


async def test_a_call_in_json_is_as_promised(site: Site) -> None:
    async with site.browser("dov") as browser:
        page = await (await browser.get("/api/v1/calls")).json()
        assert page["next_cursor"] is None
        call = page["items"][0]
        assert call["id"] == "pbx1:1.0"
        assert call["started_at"] == "2026-11-18T11:06:41.007Z"
        assert call["caller"]["e164"] == "+989123456789"
        assert call["conversations"][0]["talk_ms"] == 50_000
        assert call["disposition"]["code"] == "resolved"
        for key in ("visits", "ivr", "recordings", "survey", "settled_by", "customer_id"):
            assert key in call


async def test_filters_reach_the_log_as_they_were_meant(site: Site) -> None:
    async with site.browser("dov") as browser:
        params = {
            "from": "2026-11-18T11:06:41.007Z",
            "to": "2026-11-18T14:36:41+03:30",
            "queue": "support",
            "agent": ALI,
            "customer": "17",
            "number": "+98912",
            "outcome": "abandoned",
            "limit": "500",
            "cursor": "c",
        }
        assert (await browser.get("/api/v1/calls", params=params)).status == 200
        (wanted,) = site.world.calls.wanted
        assert (wanted.from_ms, wanted.to_ms) == (1_795_000_001_007, 1_795_000_001_000)
        assert (wanted.queue, wanted.agent, wanted.customer_id) == ("support", ALI, 17)
        assert (wanted.number, wanted.outcome) == ("+98912", "abandoned")
        assert (wanted.limit, wanted.cursor) == (500, "c")


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("from=yesterday", "from"),
        ("to=2026-11-18T11:06:41", "to"),
        ("limit=501", "limit"),
        ("limit=x", "limit"),
        ("limit=0", "limit"),
        ("customer=-1", "customer"),
        ("outcome=lost", "outcome"),
        ("colour=red", "colour"),
        ("cursor=bad", "cursor"),
        ("queue=" + "x" * 201, "queue"),
    ],
)
async def test_a_wrong_filter_is_400_and_named(site: Site, query: str, named: str) -> None:
    async with site.browser("dov") as browser:
        assert named in await error(await browser.get(f"/api/v1/calls?{query}"), 400, "bad_value")


async def test_an_agent_sees_his_own_calls_only(site: Site) -> None:
    async with site.browser("ali") as browser:
        page = await (await browser.get("/api/v1/calls")).json()
        assert [call["id"] for call in page["items"]] == ["pbx1:1.0"]
        response = await browser.get("/api/v1/calls", params={"agent": SARA})
        await error(response, 403, "forbidden")
        await error(await browser.get("/api/v1/calls/pbx1%3A2.0"), 404, "not_found")
        await error(await browser.get("/api/v1/calls/pbx1%3A9.0"), 404, "not_found")
        own = await (await browser.get("/api/v1/calls/pbx1%3A1.0")).json()
        assert own["facts"][0]["fact"]["kind"] == "CallEnded"
        assert own["facts"][0]["at"].endswith("Z")
    async with site.browser("noa") as browser:
        await error(await browser.get("/api/v1/calls"), 403, "forbidden")


async def test_a_disposition_is_filed_by_the_desk(site: Site) -> None:
    async with site.browser("ali") as browser:
        body = {"code": "resolved", "resolved": True, "note": "ok", "op": "o1"}
        path = "/api/v1/calls/pbx1%3A1.0/disposition"
        assert (await browser.put(path, json=body)).status == 204
        (asked,) = site.world.desk.asked
        assert (asked.op, asked.do) == ("o1", "disposition.set")
        assert asked.args == {
            "call": "pbx1:1.0",
            "disposition": "resolved",
            "resolved": True,
            "note": "ok",
        }
        response = await browser.put(path, json={"code": "resolved", "resolved": "yes"})
        assert "$.resolved" in await error(response, 400, "bad_value")
        response = await browser.put("/api/v1/calls/pbx1%3A2.0/disposition", json=body)
        await error(response, 404, "not_found")


# --- agents


async def test_an_agent_sets_his_own_state_and_a_supervisor_anybodys(site: Site) -> None:
    body = {"state": "paused", "reason": "lunch"}
    ali, sara = (f"/api/v1/agents/{quote(agent, safe='')}/state" for agent in (ALI, SARA))
    async with site.browser("ali") as browser:
        assert (await browser.post(ali, json=body)).status == 204
        await error(await browser.post(sara, json=body), 403, "forbidden")
    async with site.browser("shirin") as browser:
        assert (await browser.post(sara, json=body)).status == 204
    assert [asked.args["agent"] for asked in site.world.desk.asked] == [ALI, SARA]
    assert all(asked.op for asked in site.world.desk.asked)


async def test_a_refusal_of_the_desk_has_its_status(site: Site) -> None:
    site.world.desk.answers["state.set"] = Result(ok=False, code="on_call", msg="On a call.")
    async with site.browser("ali") as browser:
        path = f"/api/v1/agents/{quote(ALI, safe='')}/state"
        await error(await browser.post(path, json={"state": "ready"}), 409, "on_call")
        site.world.desk.answers["state.set"] = Result(ok=False, code="no_actions", msg="Read only.")
        await error(await browser.post(path, json={"state": "ready"}), 409, "no_actions")


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        ("{", "application/json", 400, "bad_json"),
        ("", "application/json", 400, "bad_json"),
        ("[]", "application/json", 400, "bad_value"),
        ('{"state":5}', "application/json", 400, "bad_value"),
        ('{"state":"gone"}', "application/json", 400, "bad_value"),
        ('{"state":"ready","colour":1}', "application/json", 400, "bad_value"),
        ("state=ready", "application/x-www-form-urlencoded", 415, "wrong_type"),
        ("{}", "text/plain", 415, "wrong_type"),
        ('{"state":"' + "x" * 300_000 + '"}', "application/json", 413, "too_large"),
    ],
)
async def test_a_wrong_body_is_refused_with_its_field(
    site: Site, body: str, kind: str, status: int, code: str
) -> None:
    async with site.browser("ali") as browser:
        path = f"/api/v1/agents/{quote(ALI, safe='')}/state"
        response = await browser.post(path, data=body.encode(), headers={"Content-Type": kind})
        await error(response, status, code)
        assert site.world.desk.asked == []


# --- figures and the board


async def test_figures_carry_numerator_and_denominator(site: Site) -> None:
    async with site.browser("shirin") as browser:
        params = {
            "measures": "service_level,aht",
            "scope": "queue",
            "id": "support",
            "interval": "15m",
            "from": "2026-11-18T00:00:00Z",
            "to": "2026-11-19T00:00:00Z",
        }
        told = await (await browser.get("/api/v1/kpi", params=params)).json()
        assert told["values"][0]["numerator"] == 8
        assert told["start"] == "2026-11-18T00:00:00.000Z"
        (asked,) = site.world.figures.asked
        assert asked.measures == ("service_level", "aht")
        assert (asked.scope, asked.ids, asked.interval) == ("queue", ("support",), "15m")
        assert asked.to_ms - asked.from_ms == 86_400_000


@pytest.mark.parametrize(
    "query",
    ["interval=2h", "scope=team", "from=x", "from=2027-01-01T00:00:00Z", "measures=nonsense"],
)
async def test_a_wrong_question_for_figures_is_400(site: Site, query: str) -> None:
    async with site.browser("shirin") as browser:
        await error(await browser.get(f"/api/v1/kpi?{query}"), 400, "bad_value")


async def test_an_agent_sees_his_own_figures_only_and_no_board(site: Site) -> None:
    async with site.browser("ali") as browser:
        own = await browser.get("/api/v1/kpi", params={"scope": "agent", "id": ALI})
        assert own.status == 200
        for params in ({}, {"scope": "agent"}, {"scope": "agent", "id": SARA}):
            await error(await browser.get("/api/v1/kpi", params=params), 403, "forbidden")
        await error(await browser.get("/api/v1/live"), 403, "forbidden")


# --- customers


async def test_a_customer_is_made_found_and_changed(site: Site) -> None:
    async with site.browser("ali") as browser:
        body = {
            "name": "شرکت نمونه",
            "code": "C1",
            "numbers": [{"raw": "۰۹۱۲ ۳۴۵ ۶۷۸۹", "label": "mobile"}],
            "tags": ["vip"],
            "fields": {"city": "Tehran", "visits": 3},
            "alert": {"text": "Call back", "until": "2026-12-01T12:00:00Z"},
        }
        response = await browser.post("/api/v1/customers", json=body)
        made = await response.json()
        assert response.status == 201
        assert made["alert"]["author"] == "ali"
        assert made["alert"]["until"] == "2026-12-01T12:00:00.000Z"
        found = await (await browser.get("/api/v1/customers", params={"q": "شرکت"})).json()
        assert [customer["id"] for customer in found["items"]] == [made["id"]]
        path = f"/api/v1/customers/{made['id']}"
        changed = await (await browser.patch(path, json={"notes": "n", "alert": None})).json()
        assert (changed["notes"], changed["alert"]) == ("n", None)
        assert (changed["name"], changed["tags"]) == ("شرکت نمونه", ["vip"])
        response = await browser.post("/api/v1/customers", json={"name": "x", "code": "C1"})
        assert "another customer" in await error(response, 409, "conflict")


async def test_wrong_customers_are_refused(site: Site) -> None:
    async with site.browser("ali") as browser:
        await error(await browser.get("/api/v1/customers"), 400, "bad_value")
        await error(await browser.get("/api/v1/customers/99"), 404, "not_found")
        await error(await browser.get("/api/v1/customers/x"), 404, "not_found")
        response = await browser.post("/api/v1/customers", json={"name": 5})
        assert "$.name" in await error(response, 400, "bad_value")
        body = {"name": "x", "alert": {"text": "t", "until": "soon"}}
        response = await browser.post("/api/v1/customers", json=body)
        assert "alert.until" in await error(response, 400, "bad_value")

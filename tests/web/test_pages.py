"""The pages: who comes where, under which policy, in which language."""

from __future__ import annotations

import pytest

from callcenter.web.guard import SECURITY

from .conftest import Site


@pytest.mark.parametrize(
    ("name", "path", "place"),
    [
        (None, "/", "/sign-in"),
        (None, "/desk", "/sign-in"),
        (None, "/wall", "/sign-in"),
        ("ali", "/", "/desk"),
        ("ali", "/wall", "/desk"),
        ("shirin", "/", "/wall"),
        ("shirin", "/desk", "/wall"),
        ("dov", "/", "/wall"),
        (None, "/calls", "/sign-in"),
        (None, "/calls/pbx1%3A1.0", "/sign-in"),
        (None, "/admin", "/sign-in"),
        ("ali", "/admin", "/desk"),
        ("shirin", "/admin", "/wall"),
    ],
)
async def test_everybody_is_led_to_where_he_belongs(
    site: Site, name: str | None, path: str, place: str
) -> None:
    async with site.browser(name) as browser:
        response = await browser.get(path, allow_redirects=False)
        assert (response.status, response.headers["Location"]) == (302, place)


@pytest.mark.parametrize(
    ("name", "path", "page"),
    [
        (None, "/sign-in", "sign-in"),
        ("ali", "/desk", "desk"),
        ("noa", "/desk", "desk"),
        ("dov", "/wall", "wall"),
        ("ali", "/calls", "calls"),
        ("shirin", "/calls", "calls"),
        ("ali", "/calls/pbx1%3A1.0", "call"),
        ("dov", "/admin", "admin"),
    ],
)
async def test_each_page_comes_under_the_strict_policy(
    site: Site, name: str | None, path: str, page: str
) -> None:
    async with site.browser(name) as browser:
        response = await browser.get(path)
        assert response.status == 200
        assert f"<title>{page}</title>" in await response.text()
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/sign-in", "/health", "/api/v1/calls", "/nothing", "/metrics"])
async def test_every_answer_has_the_security_headers(site: Site, path: str) -> None:
    async with site.browser() as browser:
        response = await browser.get(path)
        assert SECURITY.items() <= dict(response.headers).items()


@pytest.mark.parametrize(
    ("query", "accept", "lang", "theme"),
    [
        ("?lang=he&theme=dark", "", "he", "dark"),
        ("?lang=xx&theme=pink", "", "en", "light"),
        ("", "fa-IR,fa;q=0.9,en;q=0.8", "fa", "light"),
        ("", "iw", "he", "light"),
        ("", "de,*;q=0.1", "en", "light"),
    ],
)
async def test_language_and_theme_come_from_the_url_the_browser_or_the_house(
    site: Site, query: str, accept: str, lang: str, theme: str
) -> None:
    async with site.browser() as browser:
        response = await browser.get("/sign-in" + query, headers={"Accept-Language": accept})
        assert f'<html lang="{lang}" data-theme="{theme}">' in await response.text()


async def test_what_a_person_prefers_comes_before_his_browser(site: Site) -> None:
    async with site.browser("ali") as browser:
        await browser.patch("/api/v1/session", json={"lang": "he", "theme": "dark"})
        page = await (await browser.get("/desk", headers={"Accept-Language": "fa"})).text()
        assert '<html lang="he" data-theme="dark">' in page


async def test_files_are_served_to_anybody_and_revalidated(site: Site) -> None:
    async with site.browser() as browser:
        script = await browser.get("/static/app/main.js")
        assert script.status == 200
        assert "javascript" in script.headers["Content-Type"]
        assert script.headers["Cache-Control"] == "no-cache"
        vendor = await browser.get("/static/vendor/preact.js")
        assert "max-age" in vendor.headers["Cache-Control"]
        again = await browser.get(
            "/static/app/main.js", headers={"If-None-Match": script.headers["ETag"]}
        )
        assert again.status == 304


@pytest.mark.parametrize(
    "path", ["/static/", "/static/app/", "/static/nothing.js", "/static/..%2f..%2fetc%2fpasswd"]
)
async def test_neither_folders_nor_what_lies_outside_is_shown(site: Site, path: str) -> None:
    async with site.browser() as browser:
        response = await browser.get(path)
        assert response.status in (403, 404)


async def test_health_and_readiness_are_open_and_say_why_not(site: Site) -> None:
    async with site.browser() as browser:
        assert await (await browser.get("/health")).json() == {"status": "alive"}
        assert await (await browser.get("/ready")).json() == {"ready": True, "reasons": []}
        site.world.gauges.queues = 0
        response = await browser.get("/ready")
        assert response.status == 503
        assert (await response.json())["reasons"] == ["No PBX is logged in."]

"""What an agent did when, over HTTP."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from .conftest import Site
from .fakes import ALI, SARA
from .test_api import error


async def test_an_agent_sees_his_own_spans_and_a_supervisor_anybodys(site: Site) -> None:
    ali, sara = (f"/api/v1/agents/{quote(agent, safe='')}/spans" for agent in (ALI, SARA))
    async with site.browser("ali") as browser:
        found = await (await browser.get(ali)).json()
        await error(await browser.get(sara), 403, "forbidden")
    lunch, ready = found["items"]
    assert (found["agent"], lunch["state"], lunch["reason"]) == (ALI, "paused", "lunch")
    assert lunch["duration_ms"] == 3_540_000
    assert lunch["ended_at"] == ready["started_at"]
    assert (ready["state"], ready["ended_at"], ready["duration_ms"]) == ("ready", None, None)
    async with site.browser("noa") as browser:
        await error(await browser.get(ali), 403, "forbidden")
    async with site.browser("shirin") as browser:
        assert (await browser.get(sara)).status == 200
    day = 86_400_000
    assert [(agent, to - since) for agent, since, to in site.world.shifts.asked] == [
        (ALI, day),
        (SARA, day),
    ]


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-11-22T10:00:00Z", "to": "2026-11-22T10:00:00Z"},
        {"from": "2026-11-22T10:00:00Z", "to": "2026-12-24T10:00:00Z"},
        {"from": "yesterday"},
        {"since": "2026-11-22T10:00:00Z"},
    ],
)
async def test_a_period_of_spans_that_is_none_is_refused(site: Site, query: dict[str, str]) -> None:
    async with site.browser("shirin") as browser:
        path = f"/api/v1/agents/{quote(ALI, safe='')}/spans"
        await error(await browser.get(path, params=query), 400, "bad_value")
        assert site.world.shifts.asked == []

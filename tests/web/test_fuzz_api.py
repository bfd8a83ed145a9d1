"""Bodies, queries and headers of any kind: an answer from the closed list, never a 500."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.web.codes import STATUS, Code

from .conftest import running
from .fakes import ALI, World
from .test_talk import JSON

DESK = quote(ALI, safe="")
WRITES = [
    ("PUT", "/api/v1/calls/pbx1%3A1.0/disposition"),
    ("POST", f"/api/v1/agents/{DESK}/state"),
    ("POST", "/api/v1/customers"),
    ("PATCH", "/api/v1/customers/1"),
    ("PATCH", "/api/v1/session"),
    ("POST", "/api/v1/session"),
]
READS = [
    f"/api/v1/agents/{DESK}/spans",
    "/api/v1/calls",
    "/api/v1/kpi",
    "/api/v1/customers",
    "/api/v1/live",
    "/metrics",
    "/desk",
]
KEYS = st.sampled_from(
    [
        *(
            "code",
            "resolved",
            "note",
            "op",
            "state",
            "reason",
            "number",
            "agent",
            "name",
            "numbers",
        ),
        *("tags", "fields", "alert", "user", "password", "lang", "theme", "notes"),
    ]
)
BODIES = st.one_of(
    st.binary(max_size=60),
    st.dictionaries(KEYS, JSON, max_size=5).map(lambda body: json.dumps(body).encode()),
)
NAMES = st.sampled_from(
    ["from", "to", "limit", "cursor", "queue", "outcome", "customer", "interval", "q", "id", "lang"]
)
QUERIES = st.dictionaries(NAMES, st.text(max_size=30), max_size=4)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    bodies=st.lists(st.tuples(st.sampled_from(WRITES), BODIES), min_size=8, max_size=8),
    queries=st.lists(st.tuples(st.sampled_from(READS), QUERIES), min_size=8, max_size=8),
    segment=st.text(min_size=1, max_size=30),
)
def test_whatever_is_sent_is_answered_from_the_closed_list(
    bodies: list[tuple[tuple[str, str], bytes]],
    queries: list[tuple[str, dict[str, str]]],
    segment: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    async def tried(root: Path) -> None:
        world = World(root)
        await world.people()
        async with running(world) as site, site.browser("ali") as browser:
            for (method, path), body in bodies:
                headers = {"Content-Type": "application/json"}
                response = await browser.request(method, path, data=body, headers=headers)
                await checked(response.status, await response.read())
            for path, query in queries:
                response = await browser.get(path, params=query, allow_redirects=False)
                await checked(response.status, await response.read())
            for path in ("calls", "customers"):
                response = await browser.get(f"/api/v1/{path}/{quote(segment, safe='')}")
                await checked(response.status, await response.read())
        await world.tasks.stop()
        assert world.faults == []

    async def checked(status: int, body: bytes) -> None:
        assert status < 500, body
        if status >= 400:
            told = json.loads(body)["error"]
            assert STATUS[Code(told["code"])] == status
            assert told["message"]

    asyncio.run(tried(tmp_path_factory.getbasetemp()))

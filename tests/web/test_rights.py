"""Who may see what: the matrix of roles and topics, origins, sessions that end while open."""

from __future__ import annotations

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from callcenter.services.access import SignedIn
from callcenter.web.doors import COOKIE
from callcenter.web.server import WebSettings
from callcenter.web.topics import NotShown, Shown, resolve

from .conftest import Site, running
from .fakes import ALI, SARA, World

MATRIX = [
    # topic, ali (agent), noa (agent tied to nobody), shirin (supervisor), dov (admin)
    ("agent:me", f"agent:{ALI}", "forbidden", "forbidden", "forbidden"),
    (f"agent:{ALI}", f"agent:{ALI}", "forbidden", "forbidden", "forbidden"),
    (f"agent:{SARA}", "forbidden", "forbidden", "forbidden", "forbidden"),
    ("agent:", "forbidden", "forbidden", "forbidden", "forbidden"),
    ("queues:mine", "queues:mine", "forbidden", "queues:mine", "queues:mine"),
    ("wall:main", "forbidden", "forbidden", "wall:main", "wall:main"),
    ("wall:other", "unknown_topic", "unknown_topic", "unknown_topic", "unknown_topic"),
    ("queues:all", "unknown_topic", "unknown_topic", "unknown_topic", "unknown_topic"),
    ("", "unknown_topic", "unknown_topic", "unknown_topic", "unknown_topic"),
]
PEOPLE = (
    SignedIn(user_id=1, name="ali", role="agent", agent_id=ALI),
    SignedIn(user_id=3, name="noa", role="agent"),
    SignedIn(user_id=4, name="shirin", role="supervisor"),
    SignedIn(user_id=5, name="dov", role="admin"),
)


@pytest.mark.parametrize(("topic", "expected"), [(row[0], row[1:]) for row in MATRIX])
def test_the_matrix_of_roles_and_topics(topic: str, expected: tuple[str, ...]) -> None:
    for who, wanted in zip(PEOPLE, expected, strict=True):
        shown = resolve(topic, who)
        if isinstance(shown, NotShown):
            assert (who.name, shown.code) == (who.name, wanted)
            assert len(shown.message) > 20
        else:
            assert (who.name, shown) == (who.name, Shown(wanted))


async def test_a_refused_topic_is_gone_with_a_reason_and_the_others_are_shown(site: Site) -> None:
    async with site.tab("ali") as tab:
        first = await tab.sub("wall:main", "agent:me", f"agent:{SARA}", "x")
        assert (first["t"], first["n"], first["code"]) == ("gone", "wall:main", "forbidden")
        assert (await tab.next("snap"))["n"] == f"agent:{ALI}"
        assert (await tab.next("gone"))["code"] == "forbidden"
        assert (await tab.next("gone"))["code"] == "unknown_topic"
        site.world.view.change("wall:main", ["total", "waiting", 5])
        site.world.view.change(f"agent:{SARA}", ["state", "since", 5])
        assert await tab.silent(0.7)


async def test_an_agent_no_pbx_has_told_of_is_not_found(site: Site) -> None:
    del site.world.view.state[f"agent:{ALI}"]
    async with site.tab("ali") as tab:
        assert (await tab.sub("agent:me"))["code"] == "not_found"


async def test_a_supervisor_who_becomes_an_agent_loses_the_wall_at_once(site: Site) -> None:
    async with site.tab("shirin") as tab:
        await tab.sub("wall:main")
        await site.world.access.set_role("shirin", "agent")
        gone = await tab.next("gone")
        assert (gone["n"], gone["code"]) == ("wall:main", "forbidden")
        site.world.view.change("wall:main", ["total", "waiting", 5])
        assert await tab.silent(0.7)


async def test_an_agent_tied_to_another_phone_loses_the_former_desk(site: Site) -> None:
    async with site.tab("ali") as tab:
        await tab.sub("agent:me")
        await site.world.access.tie("ali", "pbx1:PJSIP/1009")
        assert (await tab.next("gone"))["n"] == f"agent:{ALI}"


@pytest.mark.parametrize("how", ["signed out", "disabled", "new password"])
async def test_a_session_that_ends_closes_its_tabs_and_no_others(site: Site, how: str) -> None:
    async with site.tab("ali") as tab, site.tab("sara") as other:
        access = site.world.access
        if how == "signed out":
            await access.sign_out(tab.secret)
        elif how == "disabled":
            await access.set_disabled("ali", True)
        else:
            await access.set_password("ali", "another password")
        assert (await tab.next("bye"))["why"] == "revoked"
        await tab.socket.wait_closed()
        assert tab.socket.close_code == 4001
        await other.say({"t": "ping", "c": 1})
        await other.next("pong")


async def test_a_revoked_token_closes_its_connection(site: Site) -> None:
    token = await site.world.access.create_token("watch", "supervisor")
    headers = {"Authorization": f"Bearer {token}"}
    async with connect(site.ws, additional_headers=headers) as socket:
        await socket.recv()
        await site.world.access.revoke_token("watch")
        assert '"revoked"' in str(await socket.recv())


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 403),
        ("https://evil.example", 403),
        ("null", 403),
        ("http://127.0.0.1:1", 403),
        ("file://", 403),
        ("http://[", 403),
    ],
)
async def test_a_websocket_of_another_sites_page_is_refused(
    site: Site, origin: str | None, status: int
) -> None:
    headers = {"Cookie": f"{COOKIE}={await site.cookie('ali')}"}
    with pytest.raises(InvalidStatus) as refused:
        async with connect(site.ws, additional_headers=headers, origin=origin):  # type: ignore[arg-type]  # a NewType of str
            pass
    assert refused.value.response.status_code == status
    assert b"wrong_origin" in refused.value.response.body


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Cookie": f"{COOKIE}=" + "0" * 64},
        {"Cookie": f"{COOKIE}="},
        {"Authorization": "Bearer cc_" + "0" * 64},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic YWxpOng="},
    ],
)
async def test_nobody_comes_in_without_a_session_or_token(
    site: Site, headers: dict[str, str]
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(site.ws, additional_headers=headers, origin=site.origin):  # type: ignore[arg-type]  # a NewType of str
            pass
    assert refused.value.response.status_code == 401


async def test_an_address_in_the_setting_is_ours_too(world: World) -> None:
    settings = WebSettings(origins=frozenset({"https://cc.example"}))
    async with running(world, settings) as site, site.tab("ali", origin="https://cc.example") as t:
        assert t.hello["me"]["user"] == "ali"


async def test_one_user_cannot_open_tabs_without_end(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcenter.web.live_api.MAX_PER_USER", 2)
    async with site.tab("ali"), site.tab("ali"), site.tab("sara"):
        with pytest.raises(InvalidStatus) as refused:
            async with site.tab("ali"):
                pass
        assert refused.value.response.status_code == 503

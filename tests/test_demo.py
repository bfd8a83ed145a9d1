"""The demo: on this machine only, its own database emptied, people and callers to play with."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from ami_bridge.fakepbx.clock import WallClock
from ami_bridge.fakepbx.server import FakePbx
from callcenter.app import Service, StartError
from callcenter.demo import DATABASE, PASSWORD, PEOPLE, SEED, Demo
from callcenter.domain.facts import CallStarted
from callcenter.settings import Database, Http, Queue, Settings
from callcenter.store.engine import Database as StoreDatabase
from callcenter.store.journal import SqlJournal

CALLS_A_MINUTE = 6.0


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])
async def test_the_demo_is_refused_where_others_could_reach_it(host: str) -> None:
    demo = Demo(Settings(http=Http(host=host)), CALLS_A_MINUTE)
    with pytest.raises(StartError, match=rf"host is {host}.*127\.0\.0\.1"):
        await demo.start()
    await demo.stop()


async def test_its_own_database_is_emptied_and_a_named_one_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    DATABASE.parent.mkdir()
    old = [DATABASE, DATABASE.with_name(DATABASE.name + "-wal")]
    for path in old:
        path.write_text("yesterday")
    mine = f"sqlite:///{tmp_path / 'mine.db'}"
    named = Settings(database=Database(url=mine))
    for settings, url in ((Settings(), f"sqlite:///{DATABASE}"), (named, mine), (named, mine)):
        demo = Demo(settings, CALLS_A_MINUTE)
        assert (await demo.start()).database.url == url
        await demo.stop()
    assert DATABASE.read_bytes().startswith(b"SQLite format 3")
    database = StoreDatabase(mine)
    facts = await SqlJournal(database).read(0, 100_000)
    await database.close()
    assert len({item.fact.call for item in facts if isinstance(item.fact, CallStarted)}) == sum(
        isinstance(item.fact, CallStarted) for item in facts
    )


async def test_it_adds_what_a_fake_pbx_needs_and_keeps_what_the_site_says(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    given = Settings(database=Database(url=url), queue=(Queue(name="support"),))
    site = replace(given.site, name="Our house", region="DE")
    demo = Demo(replace(given, site=site), CALLS_A_MINUTE)
    settings = await demo.start()
    await demo.stop()
    assert not settings.demo
    assert settings.pbx[0].host == "127.0.0.1"
    assert settings.pbx[0].actions is not None
    assert [queue.name for queue in settings.queue] == ["support"]
    assert (settings.site.name, settings.site.region) == ("Our house", "DE")


async def test_its_people_can_sign_in_at_once_and_its_callers_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    demo = Demo(Settings(http=Http(port=1)), 60.0)
    settings = await demo.start()
    # Port 0: any that is free.
    service = Service(replace(settings, http=replace(settings.http, port=0)), fake=True)
    try:
        await service.start()
        for name, role, interface, language in PEOPLE:
            _, who = await service.access.sign_in(name, PASSWORD, "127.0.0.1")
            assert (who.name, who.role, who.lang) == (name, role, language)
            assert who.agent_id == (f"demo:{interface}" if interface else None)
        callers = FakePbx(WallClock(), seed=SEED, secret="s").customers()
        assert len(callers) > 20
        for given in callers[:5]:
            found = await service.directory.search(given["name"], 5)
            assert given["name"] in {customer.name for customer in found if customer.numbers}
        async with asyncio.timeout(20):
            while not (service.ready()[0] and service.board.agents):
                await asyncio.sleep(0.05)
        assert {f"demo:{interface}" for _, _, interface, _ in PEOPLE if interface} <= set(
            service.board.agents
        )
    finally:
        await service.stop()
        await demo.stop()


def test_the_welcome_names_everybody_with_the_page_to_open() -> None:
    told = Demo(Settings(http=Http(port=9000)), CALLS_A_MINUTE).welcome()
    for name, role, _, _ in PEOPLE:
        line = next(line for line in told.splitlines() if line.split()[:1] == [name])
        page = "desk" if role == "agent" else "wall"
        assert PASSWORD in line
        assert line.endswith(f"http://127.0.0.1:9000/{page}")

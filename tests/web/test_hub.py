"""The stream of topics: snapshots, numbered changes, merging, resuming, pops."""

from __future__ import annotations

import asyncio
import time

import pytest

from callcenter.web.asks import Push

from .conftest import Site
from .fakes import ALI, SARA


async def test_hello_says_who_and_where_and_that_the_pbx_is_fake(site: Site) -> None:
    async with site.tab("ali") as tab:
        hello = dict(tab.hello)
        assert hello.pop("sid")
        assert hello == {
            "t": "hello",
            "v": 1,
            "now": site.world.clock.now,
            "epoch": "e1",
            "ver": "1.2.3",
            "hb": 5000,
            "fake": True,
            "site": {"name": "Test centre", "tz": "Asia/Tehran"},
            "me": {
                "user": "ali",
                "role": "agent",
                "agent": ALI,
                "name": "ali",
                "lang": "en",
                "theme": "",
            },
        }


async def test_a_subscription_begins_with_a_snapshot_and_goes_on_by_ones(site: Site) -> None:
    async with site.tab("shirin") as tab:
        snap = await tab.sub("wall:main")
        assert snap["t"] == "snap"
        assert snap["n"] == "wall:main"
        assert snap["epoch"] == "e1"
        assert snap["d"]["queues"]["support"]["waiting"] == 0
        for waiting in (1, 2):
            site.world.view.change("wall:main", ["queues", "support", "waiting", waiting])
            frame = await tab.next("d")
            assert frame["seq"] == snap["seq"] + waiting
            assert frame["d"] == [["queues", "support", "waiting", waiting]]


async def test_agent_me_is_the_agents_own_desk_and_is_told_at_once(site: Site) -> None:
    async with site.tab("ali") as tab:
        snap = await tab.sub("agent:me")
        assert snap["n"] == f"agent:{ALI}"
        for n in range(5):
            site.world.view.change(f"agent:{ALI}", ["state", "since", n])
        numbers = [(await tab.next("d"))["seq"] for _ in range(5)]
        assert numbers == [snap["seq"] + n for n in range(1, 6)]


async def test_figures_are_merged_to_two_frames_a_second_and_the_last_value_wins(
    site: Site,
) -> None:
    async with site.tab("shirin") as tab:
        await tab.sub("wall:main")
        began = time.monotonic()
        frames = []
        for n in range(60):
            site.world.view.change("wall:main", ["total", "waiting", n])
            await asyncio.sleep(0.02)
        while not frames or frames[-1]["d"][-1][-1] != 59:
            frames.append(await tab.next("d"))
        seconds = time.monotonic() - began
        assert len(frames) <= seconds * 2 + 2
        assert len(frames) >= 3
        assert all(len(frame["d"]) == 1 for frame in frames)
        seqs = [frame["seq"] for frame in frames]
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))


async def test_a_parent_removed_takes_its_pending_parts_along(site: Site) -> None:
    async with site.tab("shirin") as tab:
        await tab.sub("wall:main")
        site.world.view.change("wall:main", ["total", "waiting", 1])
        await tab.next("d")
        site.world.view.change("wall:main", ["queues", "support", "waiting", 9])
        site.world.view.change("wall:main", ["queues", "support", None])
        site.world.view.change("wall:main", ["queues", "sales", {"waiting": 2}])
        site.world.view.change("wall:main", ["queues", "sales", "waiting", 3])
        frame = await tab.next("d")
        assert frame["d"] == [
            ["queues", "support", None],
            ["queues", "sales", {"waiting": 2}],
            ["queues", "sales", "waiting", 3],
        ]


async def test_a_pop_is_never_behind_figures_and_is_numbered_with_its_topic(site: Site) -> None:
    async with site.tab("ali") as first, site.tab("ali") as second:
        snaps = [await tab.sub("agent:me") for tab in (first, second)]
        pop = Push("pop", {"id": "pbx1:7.0", "attempt": 1, "call": {"id": "pbx1:7.0"}})
        began = time.monotonic()
        site.world.view.publish(f"agent:{ALI}", pop)
        for tab, snap in zip((first, second), snaps, strict=True):
            frame = await tab.next("pop")
            assert frame["n"] == f"agent:{ALI}"
            assert frame["seq"] == snap["seq"] + 1
            assert frame["call"] == {"id": "pbx1:7.0"}
        assert time.monotonic() - began < 0.2
        site.world.view.publish(f"agent:{ALI}", Push("pop2", {"id": "pbx1:7.0", "cust": None}))
        site.world.view.publish(f"agent:{ALI}", Push("popend", {"id": "pbx1:7.0", "why": "missed"}))
        assert (await first.next("pop2"))["cust"] is None
        assert (await first.next("popend"))["why"] == "missed"


async def test_nobody_else_hears_of_an_agents_pop(site: Site) -> None:
    async with site.tab("sara") as other, site.tab("shirin") as leader:
        await other.sub("agent:me")
        await leader.sub("wall:main")
        site.world.view.publish(f"agent:{ALI}", Push("pop", {"id": "x", "call": {}}))
        assert await other.silent()
        assert await leader.silent()


async def test_who_was_away_gets_what_he_missed_and_the_pop_among_it(site: Site) -> None:
    async with site.tab("ali") as tab:
        snap = await tab.sub("agent:me")
    site.world.view.change(f"agent:{ALI}", ["state", "since", 1])
    site.world.view.publish(f"agent:{ALI}", Push("pop", {"id": "x", "call": {}}))
    async with site.tab("ali") as tab:
        missed = await tab.sub("agent:me", seq=snap["seq"], epoch="e1")
        assert (missed["t"], missed["seq"]) == ("d", snap["seq"] + 1)
        pop = await tab.next("pop")
        assert pop["seq"] == snap["seq"] + 2
        site.world.view.change(f"agent:{ALI}", ["state", "since", 2])
        assert (await tab.next("d"))["seq"] == snap["seq"] + 3


async def test_a_gap_too_old_or_another_epoch_is_answered_by_a_snapshot(site: Site) -> None:
    async with site.tab("ali") as tab:
        snap = await tab.sub("agent:me")
        for seq, epoch in ((snap["seq"], "e0"), (snap["seq"] + 50, "e1"), (0, "e1")):
            site.world.view.change(f"agent:{ALI}", ["state", "since", seq])
            await tab.next("d")
            assert (await tab.sub("agent:me", seq=seq, epoch=epoch))["t"] == "snap"
        site.world.clock.now += 121_000
        last = snap["seq"] + 1
        assert (await tab.sub("agent:me", seq=last, epoch="e1"))["t"] == "snap"


async def test_each_agent_sees_the_queues_he_serves_and_no_others(site: Site) -> None:
    async with site.tab("ali") as ali, site.tab("sara") as sara, site.tab("dov") as admin:
        assert set((await ali.sub("queues:mine"))["d"]["queues"]) == {"support", "sales"}
        assert set((await sara.sub("queues:mine"))["d"]["queues"]) == {"billing"}
        assert len((await admin.sub("queues:mine"))["d"]["queues"]) == 3
        site.world.view.change(
            "queues:mine",
            ["queues", "support", "waiting", 4],
            ["queues", "billing", "waiting", 5],
        )
        assert (await ali.next("d"))["d"] == [["queues", "support", "waiting", 4]]
        assert (await sara.next("d"))["d"] == [["queues", "billing", "waiting", 5]]
        assert len((await admin.next("d"))["d"]) == 2


async def test_an_agent_put_into_another_queue_gets_its_snapshot(site: Site) -> None:
    async with site.tab("sara") as sara:
        await sara.sub("queues:mine")
        site.world.view.serves[SARA] = frozenset({"billing", "sales"})
        snap = await sara.next("snap", within_s=7)
        assert set(snap["d"]["queues"]) == {"billing", "sales"}


async def test_what_is_not_looked_at_any_more_is_not_sent(site: Site) -> None:
    async with site.tab("ali") as tab:
        await tab.sub("agent:me")
        await tab.say({"t": "unsub", "topics": ["agent:me", "what:ever"]})
        await tab.say({"t": "ping", "c": 1})
        await tab.next("pong")
        site.world.view.change(f"agent:{ALI}", ["state", "since", 1])
        assert await tab.silent()


async def test_a_hidden_tab_gets_figures_once_per_heartbeat_and_pops_at_once(site: Site) -> None:
    async with site.tab("ali") as tab:
        await tab.sub("queues:mine")
        await tab.say({"t": "sub", "slow": True, "topics": [{"n": "agent:me"}]})
        await tab.next("snap")
        for n in range(3):
            site.world.view.change("queues:mine", ["queues", "support", "waiting", n + 1])
            await asyncio.sleep(0.3)
        site.world.view.publish(f"agent:{ALI}", Push("pop", {"id": "x", "call": {}}))
        assert (await tab.next())["t"] == "pop"
        caught_up = await tab.next("snap", within_s=6)
        assert caught_up["d"]["queues"]["support"]["waiting"] == 3
        await tab.say({"t": "sub", "slow": False, "topics": []})
        await tab.say({"t": "ping", "c": 1})
        await tab.next("pong")
        site.world.view.change("queues:mine", ["queues", "support", "waiting", 9])
        following = await tab.next("d")
        assert following["seq"] == caught_up["seq"] + 1


async def test_a_heartbeat_comes_every_five_seconds(site: Site) -> None:
    async with site.tab("ali") as tab:
        first = await tab.next("hb", within_s=6)
        began = time.monotonic()
        await tab.next("hb", within_s=6)
        assert first["at"] == site.world.clock.now
        assert 4.5 < time.monotonic() - began < 5.8


async def test_many_tabs_that_return_at_once_share_one_snapshot(site: Site) -> None:
    async with site.tab("shirin") as one, site.tab("dov") as two:
        await one.sub("wall:main")
        before = site.world.view.snapshots
        for _ in range(20):
            await two.sub("wall:main")
        assert site.world.view.snapshots == before
        site.world.view.change("wall:main", ["total", "waiting", 5])
        await two.next("d")
        assert (await two.sub("wall:main"))["d"]["total"]["waiting"] == 5


async def test_on_shutdown_every_tab_hears_bye_and_when_to_come_back(site: Site) -> None:
    async with site.tab("ali") as tab:
        await site.server.close()
        bye = await tab.next("bye")
        assert bye["why"] == "restart"
        assert bye["retry"] >= 1500
        await tab.socket.wait_closed()
        assert tab.socket.close_code == 1012


async def test_what_cannot_be_sent_leaves_a_hole_and_the_readers_get_a_snapshot(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    async with site.tab("ali") as desk, site.tab("shirin") as wall:
        before = [await desk.sub("agent:me"), await wall.sub("wall:main")]
        site.world.view.publish(f"agent:{ALI}", [["state", object()]])
        site.world.view.publish("wall:main", [["total", object()]])
        await asyncio.sleep(0.2)
        site.world.view.change(f"agent:{ALI}", ["state", "since", 1])
        site.world.view.change("wall:main", ["total", "waiting", 1])
        for tab, snap in zip((desk, wall), before, strict=True):
            frame = await tab.next("d")
            assert frame["seq"] == snap["seq"] + 2
            again = await tab.sub(snap["n"], seq=snap["seq"], epoch="e1")
            assert (again["t"], again["seq"]) == ("snap", snap["seq"] + 2)
    assert caplog.text.count("could not be sent") == 2


async def test_a_live_view_that_fails_is_logged_and_the_tab_lives(
    site: Site, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(topic: str, user: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(site.world.view, "snapshot", broken)
    async with site.tab("ali") as tab:
        answer = await tab.sub("agent:me")
        assert (answer["t"], answer["code"]) == ("err", "internal")
        await tab.say({"t": "ping", "c": 1})
        await tab.next("pong")
    assert "could not be answered" in caplog.text

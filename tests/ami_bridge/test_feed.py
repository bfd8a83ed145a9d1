"""Live events and roster rows as one stream: in order, by lives of the link, never guessed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from ami_bridge import feed as module
from ami_bridge.actions import Headers
from ami_bridge.answers import Answer, LinkError
from ami_bridge.feed import Batch, Feed
from ami_bridge.inbox import Arrived, Inbox, LinkCameUp, LinkWentDown
from ami_bridge.message import Message
from callcenter.domain.signals import (
    HoldPressed,
    LegSeen,
    LegState,
    MemberSeen,
    RosterBegan,
    RosterEnded,
    Signal,
)
from callcenter.domain.signals import LinkWentDown as WentDown
from callcenter.supervise import Tasks

NOW = 1_795_375_109_000


class Link:
    """Answers the three questions of the roster when it is let."""

    def __init__(self) -> None:
        self.started = "19:18:27"
        self.members = 1
        self.fails = 0
        self.boots = 0
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def ask(
        self,
        action: Headers,
        timeout_s: float = 10.0,
        at_item: Callable[[Message], bool] | None = None,
    ) -> Answer:
        await self.gate.wait()
        self.asked += 1
        if self.fails:
            self.fails -= 1
            raise LinkError("no answer")
        ok = [("Response", "Success"), ("CoreStartupDate", "d"), ("CoreStartupTime", self.started)]
        rows = [
            Message.of([("Event", "QueueMember"), ("Queue", "q"), ("Location", f"PJSIP/{n}")])
            for n in range(self.members)
        ]
        is_queues = dict(action)["Action"] == "QueueStatus"
        if is_queues and self.boots:
            self.boots -= 1
            return Answer(Message.of([("Response", "Error"), ("Message", "Invalid/unknown")]), ())
        return Answer(Message.of(ok), rows if is_queues else ())


class Noted:
    """Stands in for the probes of presentation and wrap-up: notes what they are shown."""

    def __init__(self) -> None:
        self.shown: list[object] = []
        self.forgot = 0
        self.rosters: list[list[str]] = []
        self.watched: list[Callable[[], bool]] = []
        self.behind_s = 0.0

    def seen(self, what: object, behind_s: float = 0.0) -> None:
        self.shown.append(what)
        self.behind_s = behind_s

    def forget(self) -> None:
        self.forgot += 1

    def moved(self, what: object) -> None:
        self.shown.append(what)

    def begin(self, rows: Sequence[Message]) -> None:
        self.rosters.append([])

    def listed(self, member: MemberSeen) -> None:
        self.rosters[-1].append(member.interface)

    async def watch(self, wanted: Callable[[], bool]) -> None:
        self.watched.append(wanted)


class Bench:
    """A feed, its inbox, and what it has told so far."""

    def __init__(self) -> None:
        self.link = Link()
        self.inbox = Inbox()
        self.tasks = Tasks()
        self.presentations, self.wrap_ups, self.members = Noted(), Noted(), Noted()
        self.feed = Feed(
            "pbx1",
            self.link,  # type: ignore[arg-type]  # asked for the roster only
            self.inbox,
            lambda: NOW,
            self.tasks,
            self.presentations,  # type: ignore[arg-type]  # noted only
            self.wrap_ups,  # type: ignore[arg-type]  # noted only
            self.members,  # type: ignore[arg-type]  # noted only
        )
        self._batches: AsyncIterator[Batch] = self.feed.batches()
        self.arrived: list[float] = []

    def event(self, name: str, at: int = NOW, **headers: str) -> None:
        message = Message.of([("Event", name), *headers.items()])
        assert self.inbox.put(Arrived(message, 0.0, at))

    def up(self) -> None:
        self.inbox.put(LinkCameUp(0.0, NOW, "Asterisk"))

    def down(self) -> None:
        self.inbox.put(LinkWentDown("cut", 0.0, NOW, NOW))

    async def hear(self, until: type[Signal]) -> list[Signal]:
        """Everything told up to and with the first signal of this kind."""
        told: list[Signal] = []
        for _ in range(40):
            batch = await anext(self._batches)
            self.arrived.append(batch.arrived_ms)
            told += batch.signals
            if any(isinstance(signal, until) for signal in batch.signals):
                return told
        pytest.fail(f"never told: {until.__name__}")


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.tasks.stop()


async def test_events_are_told_in_order_with_the_oldest_arrival(bench: Bench) -> None:
    bench.event("Newchannel", NOW - 30, Uniqueid="1", Channel="PJSIP/1001-1")
    bench.event("Newstate", NOW - 10, Uniqueid="1", ChannelState="6")
    told = await bench.hear(LegState)
    assert [type(signal) for signal in told] == [LegSeen, LegState]
    assert bench.arrived == [NOW - 30]
    assert (bench.feed.events, bench.feed.signals) == (2, 2)
    assert len(bench.presentations.shown) == 1


async def test_roster_follows_the_login_and_events_are_told_meanwhile(bench: Bench) -> None:
    bench.link.gate.clear()
    bench.up()
    bench.event("Hold", Uniqueid="1", Channel="PJSIP/1001-1")
    first = await bench.hear(HoldPressed)
    assert not [signal for signal in first if isinstance(signal, RosterBegan)]
    bench.link.gate.set()
    rows = await bench.hear(RosterEnded)
    assert [type(signal) for signal in rows] == [RosterBegan, MemberSeen, RosterEnded]
    assert bench.feed.rostered_at == NOW
    assert bench.wrap_ups.forgot == 1


async def test_quiet_link_gives_an_empty_batch_so_that_time_can_pass(bench: Bench) -> None:
    batch = await anext(bench.feed.batches())
    assert batch.signals == []


async def test_cut_is_a_signal_and_the_next_login_asks_again(bench: Bench) -> None:
    bench.up()
    await bench.hear(RosterEnded)
    bench.down()
    told = await bench.hear(WentDown)
    assert told == [WentDown(NOW, "cut")]
    bench.up()
    rows = await bench.hear(RosterEnded)
    assert rows[0] == RosterBegan(NOW, False)


async def test_restart_is_known_by_another_start_time(bench: Bench) -> None:
    bench.up()
    assert (await bench.hear(RosterEnded))[0] == RosterBegan(NOW, False)
    bench.down()
    bench.link.started = "20:00:00"
    bench.up()
    rows = await bench.hear(RosterEnded)
    assert RosterBegan(NOW, True) in rows


async def test_roster_of_a_life_that_is_over_is_not_told(bench: Bench) -> None:
    bench.link.gate.clear()
    bench.up()
    bench.down()
    await bench.hear(WentDown)
    bench.link.gate.set()
    bench.event("Hold", Uniqueid="1", Channel="x-1")
    told = await bench.hear(HoldPressed)
    assert not [signal for signal in told if isinstance(signal, RosterBegan)]


async def test_roster_that_fails_is_asked_for_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.01)
    bench.link.fails = 2
    bench.up()
    await bench.hear(RosterEnded)
    assert bench.link.asked == 5


async def test_asterisk_that_knows_no_queues_yet_is_asked_again_before_its_list_is_believed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BOOT_S", 0.001)
    bench.link.boots = 3
    bench.up()
    assert MemberSeen in [type(signal) for signal in await bench.hear(RosterEnded)]
    assert bench.link.boots == 0
    assert bench.feed.complaints == ()


async def test_asterisk_that_never_knows_queues_is_heard_all_the_same(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BOOT_S", 0.0)
    bench.link.boots = 10_000
    bench.up()
    assert MemberSeen not in [type(signal) for signal in await bench.hear(RosterEnded)]
    assert "QueueStatus was refused" in bench.feed.complaints[0]


async def test_big_roster_is_told_in_portions(bench: Bench) -> None:
    bench.link.members = 450
    bench.up()
    told = await bench.hear(RosterEnded)
    assert len(told) == 452
    assert len(bench.arrived) >= 3


async def test_members_and_reloads_are_shown_to_the_probe_of_wrap_ups(bench: Bench) -> None:
    stamp = f"{NOW / 1000 - 10:.6f}"
    bench.event("QueueMemberStatus", Queue="q", Interface="PJSIP/1001", Timestamp=stamp)
    bench.event("Reload")
    bench.event("Hold", Uniqueid="1", Channel="x-1")
    await bench.hear(HoldPressed)
    assert (len(bench.wrap_ups.shown), bench.wrap_ups.forgot) == (1, 1)
    assert bench.wrap_ups.behind_s == pytest.approx(10)


async def test_members_are_watched_from_each_roster_on_and_shown_every_event(bench: Bench) -> None:
    bench.up()
    await bench.hear(RosterEnded)
    bench.event("QueueMemberRemoved", Queue="q", Interface="PJSIP/0")
    bench.event("Hold", Uniqueid="1", Channel="x-1")
    await bench.hear(HoldPressed)
    await asyncio.sleep(0)
    assert bench.members.rosters == [["PJSIP/0"]]
    assert len(bench.members.shown) == 2
    assert [wanted() for wanted in bench.members.watched] == [True]
    bench.down()
    await bench.hear(WentDown)
    assert [wanted() for wanted in bench.members.watched] == [False]

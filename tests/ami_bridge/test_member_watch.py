"""Members who come, go or change without an event: told as the event that was not sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from ami_bridge import member_watch
from ami_bridge.actions import Headers
from ami_bridge.answers import Answer, LinkLost
from ami_bridge.inbox import Arrived, Inbox
from ami_bridge.link import AmiLink
from ami_bridge.member_watch import MemberWatch
from ami_bridge.protocol import Message
from ami_bridge.translate import member_seen

OK = Message.of([("Response", "Success")])


def row(interface: str = "PJSIP/1001", queue: str = "Support", **more: str) -> Message:
    """A member as QueueStatus lists him."""
    said = {"Name": "Sara", "StateInterface": interface, "Status": "1", "Paused": "0"}
    said |= {"PausedReason": ""} | more
    headers = [("Event", "QueueMember"), ("ActionID", "x-1"), ("Queue", queue)]
    return Message.of([*headers, ("Location", interface), *said.items()])


def event(name: str, interface: str = "PJSIP/1001", queue: str = "Support", **more: str) -> Message:
    """An event about a member."""
    said = {"MemberName": "Sara", "StateInterface": interface, "Status": "1", "Paused": "0"}
    said |= {"PausedReason": ""} | more
    headers = [("Event", name), ("Queue", queue), ("Interface", interface)]
    return Message.of([*headers, *said.items()])


class Pbx:
    """Lists ``rows`` one by one when asked; an answer takes ``takes_s``, in which ``meanwhile``
    happens."""

    def __init__(self, *rows: Message) -> None:
        self.rows = [Message.of([("Event", "QueueParams"), ("Queue", "Support")]), *rows]
        self.listeners: list[Callable[[Message, float], object]] = []
        self.meanwhile: Callable[[], None] = lambda: None
        self.now = 100.0
        self.takes_s = 0.0
        self.asked: list[float] = []
        self.named: list[str] = []
        self.unread: dict[str, list[Message]] = {}
        """Rows of its database that it reads when a queue is asked for by name."""
        self.refuses = self.lost = False

    async def ask(
        self,
        action: Headers,
        timeout_s: float = 10.0,
        at_item: Callable[[Message], bool] = lambda row: False,
    ) -> Answer:
        assert action["Action"] == "QueueStatus"
        if "Queue" in action:
            assert action["Member"] == member_watch.NOBODY
            self.named.append(action["Queue"])
            self.rows += self.unread.pop(action["Queue"], [])
            return Answer(OK, [])
        self.asked.append(self.now)
        if self.lost:
            raise LinkLost("gone")
        self.now += self.takes_s
        self.meanwhile()
        if self.refuses:
            return Answer(Message.of([("Response", "Error")]))
        return Answer(OK, [row for row in self.rows if not at_item(row)])


class Enough(Exception):
    """The rounds wanted have been asked."""


class Bench:
    """A watch over a PBX whose members the roster has told."""

    def __init__(self, *rows: Message) -> None:
        self.pbx = Pbx(*rows)
        self.inbox = Inbox()
        self.heard: list[str] = []
        self.pbx.listeners.append(lambda message, wall: self.heard.append(message.name))
        link, clock = cast(AmiLink, self.pbx), lambda: self.pbx.now
        self.watch = MemberWatch(link, self.inbox, clock, clock)
        self.watch.begin(self.pbx.rows)
        for each in rows:
            self.watch.listed(member_seen(each, 1, row=True))
        self.pauses: list[float] = []

    async def rounds(self, count: int = 1) -> list[tuple[Any, ...]]:
        """What the next rounds of asking put into the inbox."""
        until = len(self.pbx.asked) + count
        real = asyncio.timeout

        def passes(seconds: float) -> asyncio.Timeout:
            self.pauses[-1] += seconds
            self.pbx.now += seconds
            return real(0)

        async def sleep(seconds: float) -> None:
            if len(self.pbx.asked) == until:
                raise Enough
            self.pauses.append(seconds)
            self.pbx.now += seconds

        with pytest.MonkeyPatch.context() as patch:
            time = {"timeout": passes, "Event": asyncio.Event, "sleep": sleep}
            time["gather"] = asyncio.gather
            patch.setattr(member_watch, "asyncio", type("Time", (), time))
            with pytest.raises(Enough):
                await self.watch.watch(lambda: True)
        items = [cast(Arrived, item).message for item in self.inbox.take_now(50)]
        return [(m.name, m.get("Interface"), m.get("MemberName"), m.get("Paused")) for m in items]


async def test_nothing_new_is_told_of_what_the_roster_had() -> None:
    assert await Bench(row(), row("PJSIP/1002")).rounds(1) == []


async def test_member_who_appeared_or_vanished_is_told_once() -> None:
    bench = Bench(row())
    bench.pbx.rows = [row("PJSIP/1002", Name="Omid", Paused="1")]
    assert await bench.rounds(2) == [
        ("QueueMemberAdded", "PJSIP/1002", "Omid", "1"),
        ("QueueMemberRemoved", "PJSIP/1001", "", ""),
    ]
    assert bench.heard == ["QueueMemberAdded", "QueueMemberRemoved"]
    assert bench.watch.found == 2


async def test_member_of_a_queue_that_is_read_from_its_database_when_it_is_named() -> None:
    bench = Bench(row())
    bench.pbx.unread = {"Support": [row("PJSIP/1002", Name="Omid")]}
    assert await bench.rounds(1) == [("QueueMemberAdded", "PJSIP/1002", "Omid", "0")]


async def test_of_many_queues_some_are_named_each_time_and_all_in_turn() -> None:
    bench = Bench()
    names = [f"q{number}" for number in range(member_watch.NAMED_AT_ONCE + 5)]
    bench.pbx.rows = [Message.of([("Event", "QueueParams"), ("Queue", name)]) for name in names]
    bench.watch.begin(bench.pbx.rows)
    await bench.rounds(1)
    assert bench.pbx.named == names[: member_watch.NAMED_AT_ONCE]
    bench.pbx.rows.pop()
    await bench.rounds(2)
    assert bench.pbx.named[member_watch.NAMED_AT_ONCE :][: member_watch.NAMED_AT_ONCE + 5] == [
        *names[-5:],
        *names[: member_watch.NAMED_AT_ONCE - 5],
        *names[:5],
    ]


@pytest.mark.parametrize(
    "change",
    [{"Name": "Zahra"}, {"Paused": "1"}, {"Status": "5"}, {"StateInterface": "Custom:x"}],
)
async def test_member_who_changed_is_told_as_his_status(change: dict[str, str]) -> None:
    bench = Bench(row())
    bench.pbx.rows = [row(**change)]
    [(name, *_)] = await bench.rounds(3)
    assert name == "QueueMemberStatus"


async def test_reason_that_changed_counts_only_while_he_is_paused() -> None:
    bench = Bench(row(PausedReason="back"))
    bench.pbx.rows = [row()]
    assert await bench.rounds(1) == []


async def test_what_events_told_is_not_found_again() -> None:
    bench = Bench(row())
    bench.watch.seen(event("QueueMemberAdded", "PJSIP/1002"))
    bench.watch.seen(event("QueueMemberPause", Paused="1", PausedReason="lunch"))
    bench.pbx.rows = [row("PJSIP/1002"), row(Paused="1", PausedReason="lunch")]
    assert await bench.rounds(1) == []
    bench.watch.seen(event("QueueMemberRemoved", "PJSIP/1002"))
    bench.pbx.rows = [row(Paused="1", PausedReason="lunch")]
    assert await bench.rounds(2) == []


async def test_event_that_came_while_the_answer_was_on_its_way_is_believed() -> None:
    bench = Bench(row())
    bench.pbx.takes_s = 0.1

    def meanwhile() -> None:
        bench.watch.seen(event("QueueMemberAdded", "PJSIP/1002"))
        bench.watch.seen(event("QueueMemberRemoved"))

    bench.pbx.meanwhile = meanwhile
    assert await bench.rounds(1) == []


async def test_reload_and_a_stranger_who_is_rung_are_asked_about_at_once() -> None:
    bench = Bench(row())
    await bench.rounds(1)
    for message in (
        Message.of([("Event", "Reload"), ("Module", "app_queue")]),
        event("AgentCalled", "PJSIP/1009"),
        Message.of([("Event", "DeviceStateChange"), ("Device", "Queue:Support_avail")]),
    ):
        bench.watch.seen(message)
        assert bench.watch._ask_now.is_set()
        bench.watch._ask_now.clear()
    bench.watch.seen(event("AgentCalled"))
    assert not bench.watch._ask_now.is_set()
    bench.watch.seen(event("QueueMemberRemoved"))
    bench.watch.seen(event("AgentCalled"))
    assert bench.watch._ask_now.is_set()
    other = Message.of([("Event", "DeviceStateChange"), ("Device", "PJSIP/1001")])
    bench.watch._ask_now.clear()
    bench.watch.seen(other)
    assert not bench.watch._ask_now.is_set()


async def test_pbx_that_answers_slowly_is_asked_less_often() -> None:
    bench = Bench(row())
    bench.pbx.takes_s = 2.0
    await bench.rounds(3)
    assert bench.pauses[:2] == [member_watch.EVERY_S, 40.0]


async def test_answer_that_fails_says_nothing() -> None:
    bench = Bench(row())
    bench.pbx.rows, bench.pbx.refuses = [], True
    assert await bench.rounds(1) == []
    bench.pbx.lost = True
    assert await bench.rounds(1) == []


async def test_of_whom_a_new_roster_says_nothing_is_not_told_as_gone_again() -> None:
    bench = Bench(row(), row("PJSIP/1002"))
    bench.pbx.rows = [row()]
    bench.watch.begin(bench.pbx.rows)
    bench.watch.listed(member_seen(row(), 1, row=True))
    assert await bench.rounds(1) == []
    bench.pbx.rows = [row(), row("PJSIP/1002")]
    assert [name for name, *_ in await bench.rounds(1)] == ["QueueMemberAdded"]


async def test_agent_whom_only_the_life_before_knew_is_a_stranger_who_is_rung() -> None:
    bench = Bench(row())
    bench.watch.begin([])
    bench.watch.seen(event("AgentCalled"))
    assert bench.watch._ask_now.is_set()


async def test_rows_that_come_when_the_life_of_the_link_is_over_say_nothing() -> None:
    bench = Bench(row())
    bench.pbx.rows = [row("PJSIP/1002")]
    lives = iter([True])
    bench.watch._ask_now.set()
    await bench.watch.watch(lambda: next(lives, False))
    assert len(bench.pbx.asked) == 1
    assert len(bench.inbox) == 0

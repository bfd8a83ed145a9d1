"""What overseers see of a house: its names, its recordings of a call, its ledger, its state."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ami_bridge.flight_recorder import FlightRecorder
from callcenter.domain.board import Board
from callcenter.domain.facts import AgentSeen, AgentStateChanged, LinkLost, QueueSeen
from callcenter.domain.model import AgentRef, Caller, CallRecord
from callcenter.oversight import MOST_UNEXPLAINED, HouseOversight
from callcenter.services.gauges import LinkNumbers
from callcenter.services.ports_books import DayTally, Unexplained
from callcenter.settings import Pbx, Queue, Settings, Trace

NOW = 1_795_348_800_000  # 2026-11-22, 12:00 UTC
ALI = AgentRef("pbx1:PJSIP/1001", "Ali", "PJSIP/1001")
BEA = AgentRef("pbx1:PJSIP/1002", "Bea", "PJSIP/1002")


class Books:
    """A ledger of two PBXs."""

    def __init__(self, unexplained: int = 1) -> None:
        self.count = unexplained

    async def unreconciled(self) -> dict[str, int]:
        return {"pbx1": self.count}

    async def unexplained(self, limit: int, pbx: str = "", day: str = "") -> list[Unexplained]:
        one = Unexplained(
            pbx="pbx1", day="2026-11-21", call="c", at=1, why=["end"], ours="[]", logged="[]"
        )
        return [one] * min(limit, self.count)

    async def days(self, from_day: str, to_day: str, pbx: str = "") -> Sequence[DayTally]:
        return [DayTally(pbx="pbx1", day=to_day, equal=3)]


def room(name: str, *, up: bool = True) -> Any:
    """A PBX's room as far as it is looked at."""
    numbers = LinkNumbers(
        pbx=name, up=up, events=7, garbage=0, damaged=0, oversized=0, reconnects=2, refused=1,
        rtt_s=0.002, lag_s=0.5, skew_s=-1.5, odd=4,
    )  # fmt: skip
    link = SimpleNamespace(why="" if up else "Nobody answers.")
    recorder = SimpleNamespace(lost=3) if up else None
    return SimpleNamespace(
        name=name, link=link, actions=None, recorder=recorder, numbers=lambda: numbers
    )


def house(tmp_path: Path, keep: str = "24h", books: Books | None = None) -> HouseOversight:
    board = Board()
    for fact in (
        QueueSeen(at=1, pbx="pbx1", queue="support", strategy="rrmemory", service_level_s=20),
        *(AgentSeen(at=1, pbx="pbx1", agent=agent, queues=("support",)) for agent in (BEA, ALI)),
        *(AgentStateChanged(at=1, pbx="pbx1", agent=a, state="ready") for a in (BEA, ALI)),
        LinkLost(at=NOW - 5, pbx="pbx2", why="silent"),
    ):
        board.apply(fact)
    reconciler = SimpleNamespace(unreconciled=lambda: {"pbx1": 1}, trouble={"pbx1": "No file."})
    parts = SimpleNamespace(
        settings=Settings(
            pbx=(Pbx(name="pbx1", username="u"), Pbx(name="pbx2", username="u")),
            queue=(Queue(name="*"), Queue(name="support", title_fa="پشتیبانی"), Queue(name="vip")),
            trace=Trace(keep=keep, folder=str(tmp_path), scrub=False),
        ),
        rooms=[room("pbx1"), room("pbx2", up=False)],
        ready=lambda: (False, ["The PBX pbx2 is not heard."]),
        board=board,
        engine=cast(Any, SimpleNamespace(committed=9, waiting=2, trouble="disk", failures=1)),
        projector=cast(Any, SimpleNamespace(waiting=3, failures=4)),
        ledger=cast(Any, SimpleNamespace(open_calls=lambda: [1, 2], orphans=5)),
        callers=cast(Any, SimpleNamespace(failures=6)),
        books=cast(Any, SimpleNamespace(books=books or Books(), reconciler=reconciler)),
        clock=cast(Any, SimpleNamespace(wall_ms=lambda: NOW)),
    )
    return HouseOversight(cast(Any, parts))


def call(started_at: int, ended_at: int | None) -> CallRecord:
    return CallRecord(
        id="pbx1:1.1", pbx="pbx1", uniqueid="1.1", linkedid="1.0", direction="inbound",
        caller=Caller(), line="", started_at=started_at, ended_at=ended_at,
    )  # fmt: skip


def test_names_are_those_of_settings_and_board_together(tmp_path: Path) -> None:
    names = house(tmp_path).names()
    assert names.queues == {"support": {"fa": "پشتیبانی"}, "vip": {}}
    assert [agent.name for agent in names.agents] == ["Ali", "Bea"]
    assert {one.code for one in names.dispositions} >= {"resolved"}


async def test_the_ledger_says_whose_log_is_read_and_what_is_wrong(tmp_path: Path) -> None:
    seen = await house(tmp_path).ledger("2026-11-01", "2026-11-22", "")
    assert [(book.pbx, book.read, book.unexplained) for book in seen.books] == [
        ("pbx1", True, 1),
        ("pbx2", False, 0),
    ]
    assert seen.books[0].trouble == "No file."
    assert [day.day for day in seen.days] == ["2026-11-22"]
    assert seen.lies["parking"]
    assert not seen.more
    only = await house(tmp_path).ledger("2026-11-01", "2026-11-22", "pbx2")
    assert [book.pbx for book in only.books] == ["pbx2"]


async def test_a_ledger_too_long_to_list_says_so(tmp_path: Path) -> None:
    seen = await house(tmp_path, books=Books(999)).ledger("2026-11-01", "2026-11-22", "")
    assert (len(seen.unexplained), seen.more) == (MOST_UNEXPLAINED, True)


def test_the_house_says_what_each_link_and_store_counts(tmp_path: Path) -> None:
    seen = house(tmp_path).house()
    assert (seen.ready, seen.reasons) == (False, ["The PBX pbx2 is not heard."])
    first, second = seen.links
    assert (first.pbx, first.since, first.recorded, first.recording_lost) == ("pbx1", None, True, 3)
    assert (first.ping_ms, first.lag_ms, first.skew_ms) == (2, 500, -1500)
    assert (second.up, second.since, second.why) == (False, NOW - 5, "Nobody answers.")
    assert (second.recorded, second.recording_lost) == (False, 0)
    assert (seen.facts, seen.waiting, seen.trouble, seen.journal_failures) == (9, 2, "disk", 1)
    assert (seen.call_log_waiting, seen.call_log_failures) == (3, 4)
    assert (seen.calls_open, seen.orphaned, seen.lookup_failures) == (2, 5, 6)
    assert (seen.recorder_keep, seen.recorder_scrubs) == ("24h", False)


def record_hour(folder: Path, *lines: tuple[float, str, str]) -> None:
    """What the flight recorder would have written of pbx1 in the hour before noon and after."""
    for at, name, leg in lines:
        path = FlightRecorder("pbx1", folder, 1, False, lambda: 0.0)._path(int(at) // 3600)
        with path.open("a") as file:
            headers = [["Event", name], ["Uniqueid", leg]]
            file.write(json.dumps({"t": at, "n": 1, "h": headers}) + "\n")


async def test_the_events_of_a_call_come_from_the_flight_recorder(tmp_path: Path) -> None:
    noon = NOW / 1000
    record_hour(tmp_path, (noon - 61, "Newchannel", "1.1"), (noon - 60, "Newchannel", "1.7"))
    record_hour(tmp_path, (noon + 1, "Hangup", "1.1"))
    seen = await house(tmp_path).events(call(NOW - 61_000, None))
    assert (seen.state, seen.more, seen.scrubbed) == ("kept", False, False)
    assert [(event.at, event.headers[0]) for event in seen.events] == [
        (NOW - 61_000, ("Event", "Newchannel")),
        (NOW + 1_000, ("Event", "Hangup")),
    ]


@pytest.mark.parametrize(
    ("keep", "ended_ago_ms", "state"),
    [("", 60_000, "off"), ("24h", 60_000, "none"), ("24h", 2 * 86_400_000, "gone")],
)
async def test_why_there_is_nothing_is_known(
    tmp_path: Path, keep: str, ended_ago_ms: int, state: str
) -> None:
    ended = NOW - ended_ago_ms
    seen = await house(tmp_path, keep).events(call(ended - 30_000, ended))
    assert (seen.state, seen.events) == (state, [])

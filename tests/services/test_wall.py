"""The wall: worked values, a dash where nobody knows, stale when the PBX is not heard."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.domain.facts import AgentStateChanged, LinkLost, LinkRestored, Recorded
from callcenter.domain.model import AgentRef, AgentState
from callcenter.domain.signals import QueueKnown
from callcenter.services.ledger import Change
from callcenter.services.wall import WallView
from kpi.counters import Cell, Counters

from .centre import House

WORKED = Counters(
    answered=1000,
    answered_in_t=860,
    abandoned=60,
    short_abandoned=10,
    abandoned_in_t=20,
    timed_out=25,
    emptied=5,
    key=8,
    conversations=1000,
    talk_ms=240_000_000,
    wrapup_ms=60_000_000,
)
"""The example of KPI 2, with a handle time of five minutes."""


@pytest.fixture
def house() -> House:
    house = House()
    house.book.with_members("support", "1001", "1002")
    return house


def wall(house: House, **more: Any) -> dict[str, Any]:
    view = WallView(house.board, house.figures, house.rules, fake=False, **more)
    return view.build(house.clock.now)


def take(house: House, counters: Counters) -> None:
    at = house.clock.now - house.clock.now % 60_000
    cells = {Cell(at, "all", ""): counters, Cell(at, "queue", "support"): counters.copy()}
    house.figures.take(Change(cells=cells))


async def test_worked_example_of_the_definitions(house: House) -> None:
    await house.hear()
    take(house, WORKED)
    total = wall(house)["total"]
    assert total["sl_today"] == {"v": round(860 / 1088, 4), "n": 1088}
    assert round(total["abandon_today"]["v"], 3) == 0.046
    assert (total["aht_ms"], total["aht_n"]) == (300_000, 1000)
    queue = wall(house)["queues"]["support"]
    assert queue["sl_today"] == total["sl_today"]
    assert queue["sl_30"] == total["sl_30"]


async def test_nothing_counted_is_unknown_and_never_zero(house: House) -> None:
    await house.hear()
    shown = wall(house)
    total = shown["total"]
    for figure in ("sl_today", "sl_30", "abandon_today", "fcr"):
        assert total[figure]["v"] is None, figure
        assert total[figure]["n"] == 0
    assert total["aht_ms"] is None
    assert total["oldest_at"] is None
    assert total["oldest_queue"] is None
    assert set(total["sl_trend"]) == {None}
    assert shown["queues"]["support"]["sl_30"]["v"] is None


async def test_caller_who_waits_too_long_already_lowers_the_live_service_level(
    house: House,
) -> None:
    house.book.waiting()
    await house.hear()
    take(house, Counters(answered=3, answered_in_t=3))
    assert wall(house)["total"]["sl_today"]["v"] == 1.0
    house.clock.now += 21_000
    assert wall(house)["total"]["sl_today"] == {"v": 0.75, "n": 4}


async def test_waiting_and_free_are_the_boards(house: House) -> None:
    house.book.waiting("c").wait(5).waiting("d").ringing("1001", "a", "c")
    await house.hear()
    queue = wall(house)["queues"]["support"]
    assert (queue["waiting"], queue["free"]) == (2, 1)
    assert queue["oldest_at"] == house.clock.now - 5_000
    assert wall(house)["agents"]["on_shift"] == 2
    assert wall(house)["agents"]["offered"] == 1


async def test_pbx_that_is_behind_greys_the_wall_at_once_and_lights_it_again(house: House) -> None:
    await house.hear()
    late = 0.0
    view = WallView(house.board, house.figures, house.rules, fake=False, behind_s=lambda pbx: late)
    now = house.clock.now
    house.board.apply(LinkRestored(at=now, pbx="pbx1", gap_ms=0, restarted=False))
    assert view.build(now)["pbx"]["pbx1"]["up"]
    assert not view.turned()
    late = 1.5
    assert view.turned()
    state = view.build(now)
    assert state["pbx"]["pbx1"] == {"up": False, "since": now - 1500}
    assert state["agents"]["ready"] is None
    late = 2.5
    assert not view.turned()
    assert view.build(now + 1000)["pbx"]["pbx1"]["since"] == now - 1500
    late = 0.0
    assert view.turned()
    assert view.build(now + 2000)["pbx"]["pbx1"]["up"]


async def test_pbx_that_is_not_heard_makes_levels_stale_and_says_since_when(house: House) -> None:
    house.book.waiting()
    await house.hear()
    lost = LinkLost(at=house.clock.now, pbx="pbx1", why="cut")
    house.board.apply(lost)
    house.clock.now += 3_600_000
    shown = wall(house)
    assert shown["pbx"] == {"pbx1": {"up": False, "since": lost.at}}
    assert set(shown["queues"]["support"]["levels"].values()) == {"none"}
    house.board.apply(LinkRestored(at=house.clock.now, pbx="pbx1", gap_ms=1, restarted=False))
    assert wall(house)["queues"]["support"]["levels"]["oldest"] == "crit"


async def test_unused_queue_is_not_on_the_wall(house: House) -> None:
    house.book.say(QueueKnown(0, "empty", "ringall", 20))
    await house.hear()
    assert list(wall(house)["queues"]) == ["support"]


async def test_worst_queue_comes_first(house: House) -> None:
    house.book.with_members("alpha", "1001").waiting("c")
    await house.hear()
    assert sorted(wall(house)["order"]) == ["alpha", "support"]
    house.clock.now += 600_000
    assert wall(house)["order"][0] == "support"


@pytest.mark.parametrize(
    ("state", "reason", "shown"),
    [("paused", "lunch", True), ("paused", "training", False), ("unreachable", "", True)],
)
async def test_agents_over_their_limit_ask_for_attention(
    house: House, state: AgentState, reason: str, shown: bool
) -> None:
    sara = AgentRef("pbx1:PJSIP/1001", "Sara", "PJSIP/1001")
    fact = AgentStateChanged(
        at=house.clock.now,
        pbx="pbx1",
        agent=sara,
        state=state,
        reason=reason,
        queues=("support",),
    )
    house._board([Recorded(1, fact)], 0)
    house.clock.now += 31 * 60_000
    limits = {"lunch": 1800}
    attention = wall(house, pause_limit=limits.get)["attention"]
    assert (sara.id in attention) is shown


async def test_first_call_resolution_says_when_it_is_provisional(house: House) -> None:
    await house.hear()
    assert wall(house)["total"]["fcr"]["provisional"] is True


async def test_desks_see_their_queues_with_the_walls_levels(house: House) -> None:
    house.book.waiting()
    await house.hear()
    view = WallView(house.board, house.figures, house.rules, fake=True)
    house.clock.now += 600_000
    assert view.build(house.clock.now)["fake"] is True
    mine = view.mine()["queues"]["support"]
    assert (mine["waiting"], mine["level"]) == (1, "crit")

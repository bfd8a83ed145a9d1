"""The wall and the state control, seen from a browser and from Asterisk at once."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from tests.lab.phone import Plan
from tests.lab.stage import Agent, Stage

from .centre import Centre
from .conftest import OpenDesk, OpenWall
from .test_main_job import ringing

pytestmark = [
    pytest.mark.browser,
    pytest.mark.lab,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="session"),
]

# One frame in half a second, and what this machine has to do beside.
WALL_SECONDS = 5.0


async def becomes(read: Callable[[], Awaitable[object]], wanted: object) -> None:
    """Waits for a figure of the wall."""
    deadline = time.monotonic() + WALL_SECONDS
    while (told := await read()) != wanted:
        assert time.monotonic() < deadline, f"it says {told}, not {wanted}"
        await asyncio.sleep(0.1)


async def member(stage: Stage, agent: Agent, queue: str) -> tuple[str, str]:
    """Paused and PausedReason of a member, as Asterisk itself says."""
    answer = await stage.ami.action("QueueStatus", Queue=stage.queue(queue), Member=agent.interface)
    return next(
        (m.get("Paused"), m.get("PausedReason")) for m in answer if m.event == "QueueMember"
    )


async def test_pause_by_the_state_control_reaches_asterisk_and_the_wall(
    stage: Stage, desk_of: OpenDesk, wall_of: OpenWall
) -> None:
    agent = await stage.agent(1, Plan())
    for queue in ("support", "vip"):
        await stage.sign_in(agent, queue)
    desk, wall = await desk_of(agent.number), await wall_of()
    await expect(desk.at(".state")).to_have_class(re.compile("s-ready"))
    paused = await wall.agents("paused")
    ready = await wall.agents("ready")
    await desk.set_state("Lunch")
    await expect(desk.at(".state")).to_have_class(re.compile("s-paused"))
    await expect(desk.at(".state .what")).to_contain_text("Lunch")
    for queue in ("support", "vip"):
        assert await member(stage, agent, queue) == ("1", "lunch")
    await becomes(lambda: wall.agents("paused"), paused + 1)
    await becomes(lambda: wall.agents("ready"), ready - 1)
    await desk.set_state(desk.text("state.ready"))
    await expect(desk.at(".state")).to_have_class(re.compile("s-ready"))
    for queue in ("support", "vip"):
        assert (await member(stage, agent, queue))[0] == "0"
    await becomes(lambda: wall.agents("paused"), paused)


async def test_wall_follows_a_call_from_waiting_to_the_service_level(
    stage: Stage, wall_of: OpenWall
) -> None:
    wall = await wall_of("en")
    agent = await stage.agent(1, Plan())
    waiting, talking = await wall.number(1), await wall.agents("talking")
    # Nobody is signed in: the caller waits.
    caller = await (await stage.call_in(600)).answered()
    await becomes(lambda: wall.number(1), waiting + 1)
    first = await wall.seconds_waited()
    assert first >= 0
    await asyncio.sleep(2.1)
    assert 1 <= await wall.seconds_waited() - first <= 3
    row = wall.at(f"tr[data-queue={stage.queue('support')}]")
    await expect(row.locator("td").first).to_have_text("1")

    await stage.sign_in(agent, "support")
    phone = await agent.desk.next_call()
    await becomes(lambda: wall.agents("offered"), 1)
    phone.answer()
    await becomes(lambda: wall.agents("talking"), talking + 1)
    await becomes(lambda: wall.number(1), waiting)
    await caller.hangup()
    await becomes(lambda: wall.agents("wrap_up"), 1)
    await becomes(lambda: wall.agents("talking"), talking)
    await wall.turn_to(row)
    await expect(row.locator("td").nth(2)).to_contain_text("100")
    assert re.search(r"\d", await wall.tile(0).inner_text())


async def test_agent_sees_neither_the_wall_nor_another_agents_desk(
    centre: Centre, stage: Stage, desk_of: OpenDesk
) -> None:
    mine, other = await stage.agent(1, Plan()), await stage.agent(2, Plan())
    await stage.sign_in(mine, "vip")
    await stage.sign_in(other, "support")
    desk = await desk_of(mine.number)
    answers = await desk.page.evaluate(
        """topics => new Promise((resolve) => {
          const socket = new WebSocket(`ws://${location.host}/ws`);
          const got = [];
          socket.onmessage = (event) => {
            const frame = JSON.parse(event.data);
            if (frame.t === 'hello') {
              socket.send(JSON.stringify({ t: 'sub', topics: topics.map((n) => ({ n })) }));
            } else if (frame.t !== 'hb') got.push(frame);
            if (got.length === topics.length) { socket.close(); resolve(got); }
          };
          setTimeout(() => { socket.close(); resolve(got); }, 4000);
        })""",
        ["wall:main", f"agent:pbx1:{other.interface}"],
    )
    assert [(a["t"], a["code"]) for a in answers] == [("gone", "forbidden")] * 2
    desk.watch.expected += [r"status of 40[34]"]
    refused = await desk.page.evaluate(
        "async (paths) => Promise.all(paths.map(async (path) => (await fetch(path)).status))",
        ["/api/v1/live", "/api/v1/kpi", f"/api/v1/calls?agent=pbx1:{other.interface}"],
    )
    assert refused == [403, 403, 403]
    caller, _ = await ringing(stage, other, stage.number)
    call = (await centre.product.calls())[0]["id"]
    status = await desk.page.evaluate(
        "async (call) => (await fetch(`/api/v1/calls/${encodeURIComponent(call)}`)).status", call
    )
    assert status in (403, 404)
    assert desk.frames.of("pop") == []
    await caller.hangup()
    await desk.page.goto(f"{centre.product.base}/wall")
    assert desk.page.url.endswith("/desk")

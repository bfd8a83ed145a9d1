"""What breaks, broken in the middle of calls: our own service, Asterisk, the network between.

Each sequence has an Asterisk and a service of its own, which reads queue_log too, and all of them
run side by side. They only do and note; what must have come of it, the tests say.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from callcenter.domain.heard import MARGIN_MS

from .conf import PATIENT
from .in_flight import InFlight, spans, torn
from .lab import Lab
from .phone import Plan
from .product import Product
from .stage import Agent, Stage, Truth
from .stories.told import answered_visit, inbound
from .truth import differences

Told = dict[str, Any]
SETTLE_S = 40
"""Until a record must be right: reconciliation begins 15 s after the link is back."""
GREY_S = 3.0


async def until(wanted: Callable[[], Awaitable[bool]], seconds: float) -> float:
    """Seconds until ``wanted`` is true, or infinity when that does not come in time."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        if await wanted():
            return time.monotonic() - begun
        await asyncio.sleep(0.05)
    return float("inf")


async def is_up(product: Product) -> bool:
    """Whether the board says that this PBX is heard."""
    return bool((await product.live())["pbx"]["pbx1"]["up"])


async def told_right(product: Product, truth: Truth, seconds: float = SETTLE_S) -> list[str]:
    """What is wrong in the call log about this truth, at the latest after so many seconds."""
    wrong: list[str] = []

    async def right() -> bool:
        wrong[:] = differences(truth, await product.calls())
        return not wrong

    await until(right, seconds)
    return wrong


async def closed(product: Product) -> Told:
    """The end of a sequence: the spans, the ledger, and that no call stands twice."""
    said = await product.command("reconcile")
    found = spans(product)
    numbers = [call["id"] for call in await product.calls()]
    days = product.rows("SELECT equal, corrected, unexplained, known FROM ledger_days")
    return {
        "said": said,
        "equal": sum(row[0] for row in days),
        "corrected": sum(row[1] for row in days),
        "unexplained": sum(row[2] for row in days),
        "known": {name for row in days for name in json.loads(row[3] or "{}")},
        "spans": found,
        "torn": torn(found),
        "twice": len(numbers) - len(set(numbers)),
        "open": [call["id"] for call in await product.calls() if call["ended_at"] is None],
    }


async def ours_restarts(lab: Lab, product: Product) -> Told:
    """Our service is stopped and killed, each time with four calls under way; while it is away
    another one comes and goes."""
    told: Told = {}
    for how, end in (("stopped", product.stop), ("killed", product.kill)):
        flight = InFlight(lab)
        ready = await one_agent(lab)
        await flight.begin()
        try:
            await end()
            meanwhile = await one_call(*ready)
            # What came just before a gap may be missed; this call was over well before we began.
            await asyncio.sleep(MARGIN_MS / 1000 + 1)
            await product.run()
            queue = flight.wait.queue(PATIENT)

            async def seen(queue: str = queue) -> bool:
                live = await product.live()
                return (
                    bool(live["agents"]["talking"])
                    and live["queues"].get(queue, {}).get("waiting") == 1
                )

            await until(seen, 5)
            told[how] = {
                "board": await product.live(),
                "queue": queue,
                "meanwhile": meanwhile,
                "desk": await product.desk(flight.ringer.interface),
            }
            await flight.finish()
            await flight.after.pause(flight.worker, "support", "", paused=False)
            await asyncio.sleep(0.3)
            told[how]["truth"] = flight.as_people_ended_it()
            told[how]["agents"] = {
                f"pbx1:{agent.interface}": agent.number
                for agent in (flight.talker, flight.ringer, flight.worker)
            }
            told[how]["wrong"] = await told_right(product, told[how]["truth"], 15)
        finally:
            await flight.clear()
    for how in list(told):
        told[how]["wrong_meanwhile"] = await told_right(product, told[how]["meanwhile"])
    return {**told, **await closed(product)}


async def asterisk_restarts(lab: Lab, product: Product) -> Told:
    """Asterisk restarts by its own command, is stopped, is killed, with four calls under way."""
    told: Told = {}

    async def stopped() -> None:
        await lab.asterisk.restart()

    async def killed() -> None:
        await lab.asterisk.restart(killed=True)

    for how, restart in (
        ("restarted", lab.asterisk.restart_itself),
        ("stopped", stopped),
        ("killed", killed),
    ):
        flight = InFlight(lab)
        await flight.begin()
        await asyncio.sleep(1.2)
        at = time.time()
        try:
            await restart()
            await lab.hear_again()
            back = await until(lambda: is_up(product), 20)
            told[how] = {"back": back, "truth": flight.as_asterisk_ended_it(at)}
            told[how]["after"] = await one_call(*await one_agent(lab))
            told[how]["wrong"] = await told_right(product, told[how]["truth"])
            told[how]["wrong_after"] = await told_right(product, told[how]["after"])
        finally:
            for stage in flight.stages:
                stage.ami = lab.ami
            await flight.clear()
    return {**told, **await closed(product)}


async def one_agent(lab: Lab) -> tuple[Stage, Agent]:
    """Somebody ready for ``one_call``."""
    stage = Stage(lab, 5, lab.next_number())
    agent = await stage.agent(1, Plan(answer_after=0.5))
    await stage.sign_in(agent, "support")
    return stage, agent


async def one_call(stage: Stage, agent: Agent) -> Truth:
    """A call that begins and ends in a moment, all of it."""
    begun = time.time()
    try:
        call = await (await stage.call_in(600)).answered()
        desk = await (await agent.desk.next_call()).answered()
        await asyncio.sleep(1.5)
        await call.hangup()
        await desk.finished()
        await stage.gone()
        visit = answered_visit(stage, "support", agent, call, desk, "caller")
        truth = inbound(stage, [visit], "caller")
        return {**truth, "started": begun, "ended": time.time(), "tol": 1.3}
    finally:
        await stage.clear()


async def network_fails(lab: Lab, product: Product) -> Told:
    """The link to AMI is cut, goes half open, freezes, trickles; calls come and go meanwhile."""
    proxy = lab.proxy
    told: Told = {}

    async def cut() -> None:
        await proxy.cut()

    async def half_open() -> None:
        proxy.swallow()

    async def frozen() -> None:
        proxy.freeze()

    async def slow() -> None:
        proxy.slow(40)

    for how, breaks, lasts_s in (
        ("cut", cut, 3.0),
        ("cut_longer", cut, 12.0),
        ("half_open", half_open, 0.0),
        ("frozen", frozen, 6.0),
        ("slow", slow, 6.0),
    ):
        flight = InFlight(lab)
        ready = await one_agent(lab)
        await flight.begin()
        try:
            await breaks()
            broken = time.monotonic()
            meanwhile = asyncio.create_task(one_call(*ready))

            async def grey() -> bool:
                live = await product.live()
                return not live["pbx"]["pbx1"]["up"] and live["agents"]["ready"] is None

            told[how] = {"grey": await until(grey, 10)}
            ends = asyncio.create_task(flight.finish())
            await asyncio.sleep(max(0.0, broken + lasts_s - time.monotonic()))
            await proxy.restore()
            told[how]["back"] = await until(lambda: is_up(product), 25)
            await ends
            told[how]["truth"] = flight.as_people_ended_it()
            told[how]["meanwhile"] = await meanwhile
        finally:
            await proxy.restore()
            await flight.clear()
    for how in list(told):
        told[how]["wrong"] = await told_right(product, told[how]["truth"])
        told[how]["wrong_meanwhile"] = await told_right(product, told[how]["meanwhile"], 5)
    return {**told, **await closed(product)}

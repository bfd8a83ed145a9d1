"""The reader's connection to AMI fails in the middle of a call and comes back.

These stories act on the proxy that everybody reads through; they are played alone.
"""

from __future__ import annotations

import asyncio
import time

from ..phone import Plan
from ..stage import Stage, Truth
from .told import Told, answered_visit, inbound, seconds

# After the connection is back the reader asks for the state of things; that takes a moment.
ROSTER_S = 1.5


# A reader that was connected for so long counts as steady again and begins its back-off anew.
STEADY_S = 11.0


async def _steady(stage: Stage) -> None:
    """Waits until the last cut is long past: one story must not slow down the next one's reader."""
    proxy = stage.lab.proxy
    if proxy.readers and proxy.back_at:
        await asyncio.sleep(max(0.0, proxy.back_at + STEADY_S - time.monotonic()))


async def cut(stage: Stage) -> int:
    """Cuts; the result is how many were connected."""
    readers = stage.lab.proxy.readers
    await stage.lab.proxy.cut()
    return readers


async def restore(stage: Stage, readers: int) -> None:
    """Restores and waits until those who were connected are so again, whatever their back-off."""
    await stage.lab.proxy.restore()
    await stage.lab.proxy.back(readers)
    await asyncio.sleep(ROSTER_S)


async def ami_cut_midcall(stage: Stage) -> Truth:
    """Cut for 3 s while they talk; the end of the call is seen."""
    await _steady(stage)
    agent = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(2)
    readers = await cut(stage)
    await asyncio.sleep(3)
    await restore(stage, readers)
    await asyncio.sleep(2)
    await desk.hangup()
    await call.finished()
    await stage.gone()
    return inbound(stage, [answered_visit(stage, "support", agent, call, desk, "agent")], "agent")


async def ami_cut_while_waiting(stage: Stage) -> Truth:
    """Cut while the caller waits; when it is back he is answered."""
    await _steady(stage)
    call = await (await stage.call_in(602)).answered()
    await asyncio.sleep(0.5)
    readers = await cut(stage)
    # Short: back-off, roster and ringing must all fit into the 10 s that the queue waits.
    await asyncio.sleep(0.7)
    await restore(stage, readers)
    agent = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(agent, "sales")
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(3)
    await call.hangup()
    await desk.finished()
    await stage.gone()
    return inbound(stage, [answered_visit(stage, "sales", agent, call, desk, "caller")], "caller")


async def ami_cut_call_ends_unseen(stage: Stage) -> Truth:
    """The call ends during the cut: nobody saw how, only that it is gone."""
    await _steady(stage)
    agent = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(2)
    readers = await cut(stage)
    await asyncio.sleep(1)
    await desk.hangup()
    await call.finished()
    await stage.gone()
    await asyncio.sleep(1)
    await restore(stage, readers)
    visit = answered_visit(stage, "support", agent, call, desk, "agent")
    return inbound(stage, [{**visit, "unseen": ["by", "talk"]}], "agent", unseen=["ended_by"])


async def ami_frozen(stage: Stage) -> Truth:
    """Nothing passes for 2 s while the caller gives up; then it all comes at once."""
    await _steady(stage)
    call = await (await stage.call_in(600)).answered()
    await asyncio.sleep(1)
    stage.lab.proxy.freeze()
    await asyncio.sleep(1)
    await call.hangup()
    await asyncio.sleep(1)
    await stage.lab.proxy.restore()
    await stage.gone()
    visit = {
        "queue": stage.queue("support"),
        "result": "abandoned",
        "wait": seconds(call.talk),
        "by": "caller",
    }
    return inbound(stage, [visit], "caller")


STORIES = [
    Told("ami_cut_midcall", "AMI is cut for 3 s during the talk", ami_cut_midcall, alone=True),
    Told("ami_cut_while_waiting", "AMI is cut while he waits", ami_cut_while_waiting, alone=True),
    Told(
        "ami_cut_call_ends_unseen",
        "the call ends while AMI is cut",
        ami_cut_call_ends_unseen,
        alone=True,
    ),
    Told("ami_frozen", "AMI is frozen for 2 s", ami_frozen, alone=True),
]

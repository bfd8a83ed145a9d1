"""Who is a member: agents added, removed, renamed, signed in twice, and phones that go away."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from ..ami import AmiError
from ..phone import Plan
from ..stage import Stage, Truth
from .shifts import NO_CALL, Shift, into_the_wrap_up, on_shift, with_shifts, wrap_up_ends
from .told import Told, answered_visit, inbound


async def agent_comes_and_goes(stage: Stage) -> Truth:
    """Signed in for 2 s, out for 2 s, in again for 2 s, out."""
    agent = await stage.agent(1)
    shift = Shift(agent)
    for _ in range(2):
        await stage.sign_in(agent, "support")
        shift.now("ready")
        await asyncio.sleep(2)
        await stage.sign_out(agent, "support")
        shift.now("signed_out")
        await asyncio.sleep(2)
    return with_shifts(NO_CALL, shift)


async def agent_of_two_queues(stage: Stage) -> Truth:
    """Signed in to two queues and out of them one after the other: signed out with the last."""
    agent, shift = await on_shift(stage, "support")
    await stage.sign_in(agent, "sales")
    await asyncio.sleep(1)
    await stage.sign_out(agent, "support")
    await asyncio.sleep(1)
    await stage.sign_out(agent, "sales")
    shift.now("signed_out")
    await asyncio.sleep(1)
    return with_shifts(NO_CALL, shift)


async def agent_removed_midcall(stage: Stage) -> Truth:
    """Taken out of the queue 1.5 s into the talk, which goes on; after it he is signed out."""
    agent, shift = await on_shift(stage, "support", Plan(answer_after=1))
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    shift.took(desk)
    await asyncio.sleep(1.5)
    await stage.sign_out(agent, "support")
    await asyncio.sleep(2)
    await desk.hangup()
    shift.now("signed_out", at=desk.t_end)
    await call.finished()
    await stage.gone()
    await asyncio.sleep(1)
    visit = answered_visit(stage, "support", agent, call, desk, "agent")
    return with_shifts(inbound(stage, [visit], "agent"), shift)


async def agent_renamed(stage: Stage) -> Truth:
    """Taken out and put in at once with another name, by which he then takes a call."""
    agent = await stage.agent(1, Plan(answer_after=1))
    shift = Shift(agent)
    await stage.sign_in(agent, "support", name="Agent before")
    shift.now("ready")
    await asyncio.sleep(1)
    await stage.sign_out(agent, "support")
    await stage.sign_in(agent, "support", name="Agent after")
    await asyncio.sleep(1)
    call = await (await stage.call_in(600)).answered()
    desk = await (await agent.desk.next_call()).answered()
    shift.took(desk)
    await asyncio.sleep(2)
    await desk.hangup()
    shift.now("wrap_up", at=desk.t_end)
    await call.finished()
    assert desk.t_end is not None
    await into_the_wrap_up(desk.t_end)
    await stage.sign_out(agent, "support")
    shift.now("signed_out")
    await stage.gone()
    await asyncio.sleep(1)
    visit = answered_visit(stage, "support", agent, call, desk, "agent")
    return with_shifts(inbound(stage, [visit], "agent"), shift)


async def signed_in_twice(stage: Stage) -> Truth:
    """Two interfaces of one name are two agents; signing in again to the same queue is nothing."""
    phone = await stage.agent(1)
    other = await stage.agent(2, Plan(answer_after=1))
    first, second = Shift(phone), Shift(other)
    await stage.sign_in(phone, "support", name="Sara | Ahmadi")
    first.now("ready")
    await stage.sign_in(other, "sales", name="Sara | Ahmadi")
    second.now("ready")
    await asyncio.sleep(1)
    for _ in range(2):
        with suppress(AmiError):
            await stage.ami.action(
                "QueueAdd",
                Queue=stage.queue("support"),
                Interface=phone.interface,
                MemberName=phone.name,
            )
    call = await (await stage.call_in(602)).answered()
    desk = await (await other.desk.next_call()).answered()
    second.took(desk)
    await asyncio.sleep(2)
    await call.hangup()
    await desk.finished()
    second.now("wrap_up", at=desk.t_end)
    await stage.gone()
    assert desk.t_end is not None
    second.now("ready", at=wrap_up_ends(desk.t_end))
    await asyncio.sleep(6)
    visit = answered_visit(stage, "sales", other, call, desk, "caller")
    return with_shifts(inbound(stage, [visit], "caller"), first, second)


async def phone_unreachable(stage: Stage) -> Truth:
    """His phone signs off from the PBX for 3 s: unreachable, though he is a member all along."""
    agent = await stage.agent(1)
    shift = Shift(agent)
    await stage.sign_in(agent, "support")
    await stage.sign_in(agent, "sales")
    shift.now("ready")
    await asyncio.sleep(2)
    await agent.desk.register(0)
    shift.now("unreachable")
    await asyncio.sleep(3)
    await agent.desk.register()
    shift.now("ready")
    await asyncio.sleep(2)
    return with_shifts(NO_CALL, shift)


async def phone_lost_in_the_talk(stage: Stage) -> Truth:
    """His phone signs off in the middle of a talk: it goes on, then wrap-up, then unreachable.

    In vip, whose wrap-up the product is told: it can be learned of members who are there only.
    """
    agent, shift = await on_shift(stage, "vip", Plan(answer_after=1))
    call = await (await stage.call_in(605)).answered()
    desk = await (await agent.desk.next_call()).answered()
    shift.took(desk)
    await asyncio.sleep(1)
    await agent.desk.register(0)
    await asyncio.sleep(2)
    await call.hangup()
    await desk.finished()
    assert desk.t_end is not None
    shift.now("wrap_up", at=desk.t_end)
    shift.now("unreachable", at=wrap_up_ends(desk.t_end))
    await stage.gone()
    await asyncio.sleep(7)
    visit = answered_visit(stage, "vip", agent, call, desk, "caller")
    return with_shifts(inbound(stage, [visit], "caller"), shift)


ODD_NAMES = (
    """Zoe | "Z" O'Brien | CONNECT""",
    "سارا احمدی و שרה לוי از دفتر مرکزی ما",
    "N" * 80,
)
"""With what queue_log does not escape, in two scripts, and longer than Asterisk keeps."""
NAME_BYTES = 79
"""What Asterisk keeps of a member's name; only the line of his coming has it whole."""


async def odd_names(stage: Stage) -> Truth:
    """Three agents of odd names, each with a call; live and in the log they are the same."""
    shifts = []
    calls: list[dict[str, object]] = []
    for number, name in enumerate(ODD_NAMES, start=1):
        agent = await stage.agent(number, Plan(answer_after=0.5))
        shift = Shift(agent)
        await stage.sign_in(agent, "support", name=name)
        agent.name = name.encode()[:NAME_BYTES].decode()
        shift.now("ready")
        await asyncio.sleep(1)
        mine = stage.lab.next_number() if calls else stage.number
        call = await (await stage.call_in(600, number=mine)).answered()
        desk = await (await agent.desk.next_call()).answered()
        shift.now("offered", at=desk.t_ring)
        shift.now("talking", at=desk.t_answer)
        await asyncio.sleep(1)
        # In the talk: how long after it he would still be ready or not is another story.
        await stage.sign_out(agent, "support")
        await asyncio.sleep(0.5)
        await desk.hangup()
        await call.finished()
        await stage.gone(mine)
        shift.now("signed_out", at=desk.t_end)
        shifts.append(shift)
        visit = answered_visit(stage, "support", agent, call, desk, "agent")
        one = inbound(stage, [visit], "agent")["calls"][0]
        calls.append({**one, "id": f"c{number}", "number": mine})
    await asyncio.sleep(1)
    return with_shifts({"kind": "sip", "calls": calls}, *shifts)


STORIES = [
    Told("odd_names", "bars, quotes, two scripts, 80 letters", odd_names, due=3),
    Told("agent_comes_and_goes", "signed in, out, in, out", agent_comes_and_goes, due=3),
    Told("agent_of_two_queues", "signed out with the last queue", agent_of_two_queues, due=3),
    Told("agent_removed_midcall", "removed in mid-talk", agent_removed_midcall, due=3),
    Told("agent_renamed", "removed and added with another name", agent_renamed, due=3),
    Told("signed_in_twice", "one name on two phones", signed_in_twice, due=3),
    Told("phone_unreachable", "the phone goes and comes back", phone_unreachable, due=3),
    Told("phone_lost_in_the_talk", "the phone signs off in a talk", phone_lost_in_the_talk, due=3),
]

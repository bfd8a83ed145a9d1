"""Who calls: names in other scripts, names with quotes, withheld and missing numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ..phone import Plan
from ..stage import Stage, Truth
from .told import Told, answered_visit, inbound


async def _named(
    stage: Stage, name: str, *, hide: bool = False, number: str | None = None
) -> Truth:
    agent = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600, name=name, hide=hide, number=number)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(2)
    await desk.hangup()
    await call.finished()
    await stage.gone(number)
    visit = answered_visit(stage, "support", agent, call, desk, "agent")
    more = {} if number is None else {"number": number}
    plain = name.replace('\\"', '"').replace("\\\\", "\\")
    presentation = "withheld" if hide or number == "anonymous" else "shown"
    if presentation == "shown":
        more["name"] = plain
    return inbound(stage, [visit], "agent", presentation=presentation, **more)


def _called(name: str) -> Callable[[Stage], Awaitable[Truth]]:
    async def play(stage: Stage) -> Truth:
        return await _named(stage, name)

    return play


async def withheld_number(stage: Stage) -> Truth:
    """His number is known to the line and must not be shown (Privacy: id)."""
    return await _named(stage, "", hide=True)


STORIES = [
    Told("persian_name", "a caller's name in Persian arrives whole", _called("مریم حسینی‌نژاد")),
    Told("hebrew_name", "a caller's name in Hebrew arrives whole", _called("נועה לוי")),
    Told("apostrophe_name", "O'Brien is not O\\'Brien", _called("Zoe O'Brien")),
    Told(
        "quoted_name",
        "quotes, pipes and backslashes of a name arrive as they were meant",
        _called('ACME \\"Ltd\\" | north\\\\new'),
        due=3,
    ),
    Told("withheld_number", "a withheld number is marked as such", withheld_number),
]

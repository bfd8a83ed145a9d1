"""All the ways in which a visit ends, beside the plain ones: each with evidence of its own.

Taken out of the queue by AMI (withdrawn, redirected, hung up), a queue that does not exist, who
goes while the agent hears the announcement, one round only (option ``n``), a key while it rings.
"""

from __future__ import annotations

import asyncio
from typing import Any

from ..phone import Plan
from ..stage import Stage, Truth
from .told import Told, answered_visit, inbound, leg, seconds

NOT_HIS_DEED = "queue_log writes ABANDON for whoever goes while he waits, whoever ended it"


def _taken_out(stage: Stage, waited: float) -> dict[str, Any]:
    """Somebody else ended his waiting in support, and queue_log says that he gave up."""
    return {
        "queue": stage.queue("support"),
        "result": "withdrawn",
        "wait": seconds(waited),
        "log": {"result": "abandoned"},
        "why": NOT_HIS_DEED,
    }


async def withdrawn(stage: Stage) -> Truth:
    """He waits 2 s, then AMI takes him out of the queue; the dialplan says goodbye."""
    call = await (await stage.call_in(600)).answered()
    await asyncio.sleep(2)
    await stage.ami.action(
        "QueueWithdrawCaller",
        Queue=stage.queue("support"),
        Caller=await stage.caller_channel(),
        WithdrawInfo="closing | early",
    )
    await call.finished()
    await stage.gone()
    visit = {
        "queue": stage.queue("support"),
        "result": "withdrawn",
        "wait": seconds(call.talk),
    }
    return inbound(stage, [visit], "pbx")


async def withdrawn_while_ringing(stage: Stage) -> Truth:
    """The same while an agent is rung: Asterisk lets the ringing run out first."""
    agent = await stage.agent(1)
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    rung = await (await agent.desk.next_call()).ringing()
    await asyncio.sleep(1.5)
    await stage.ami.action(
        "QueueWithdrawCaller",
        Queue=stage.queue("support"),
        Caller=await stage.caller_channel(),
    )
    await call.finished()
    await rung.finished()
    await stage.gone()
    visit = {
        "queue": stage.queue("support"),
        "result": "withdrawn",
        "wait": seconds(call.talk),
        "rna": [agent.number],
    }
    return inbound(stage, [visit], "pbx")


async def _redirected(stage: Stage, *, ringing: bool) -> Truth:
    other = await stage.agent(2, Plan(answer_after=1))
    agent = await stage.agent(1)
    if ringing:
        await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    if ringing:
        await (await agent.desk.next_call()).ringing()
    await asyncio.sleep(2)
    waited = call.talk
    await stage.ami.action(
        "Redirect",
        Channel=await stage.caller_channel(),
        Context="internal",
        Exten=other.number,
        Priority=1,
    )
    talk = await (await other.desk.next_call()).answered()
    await asyncio.sleep(2)
    await talk.hangup()
    await call.finished()
    await stage.gone()
    visit = _taken_out(stage, waited)
    if ringing:
        visit["rung"] = [agent.number]
    truth = inbound(stage, [visit], "agent", legs=[leg(other, talk, "agent")])
    truth["calls"][0]["outcome"] = "answered"
    return truth


async def redirected_while_waiting(stage: Stage) -> Truth:
    """He waits 2 s with nobody rung; AMI sends him to 1002, who talks 2 s."""
    return await _redirected(stage, ringing=False)


async def redirected_while_ringing(stage: Stage) -> Truth:
    """The same while 1001 is rung."""
    return await _redirected(stage, ringing=True)


async def redirected_to_queue(stage: Stage) -> Truth:
    """He waits 2 s in support; AMI sends him to sales, where he gives up after 2 s more."""
    call = await (await stage.call_in(600)).answered()
    await asyncio.sleep(2)
    waited = call.talk
    await stage.ami.action(
        "Redirect",
        Channel=await stage.caller_channel(),
        Context="internal",
        Exten="602",
        Priority=1,
    )
    await asyncio.sleep(2)
    await call.hangup()
    await stage.gone()
    first = _taken_out(stage, waited)
    second = {
        "queue": stage.queue("sales"),
        "result": "abandoned",
        "wait": seconds(call.talk - waited),
        "by": "caller",
    }
    return inbound(stage, [first, second], "caller")


async def hung_up_while_waiting(stage: Stage) -> Truth:
    """AMI hangs the waiting caller up: not he gave up, he was taken out."""
    call = await (await stage.call_in(600)).answered()
    await asyncio.sleep(2)
    await stage.ami.action("Hangup", Channel=await stage.caller_channel())
    await call.finished()
    await stage.gone()
    visit = _taken_out(stage, call.talk)
    return inbound(stage, [visit], "pbx")


async def time_limit_while_waiting(stage: Stage) -> Truth:
    """The dialplan allows the whole call 4 s; they are over while he waits."""
    call = await (await stage.call_in(624)).answered()
    await call.finished()
    await stage.gone()
    visit = _taken_out(stage, call.talk)
    return inbound(stage, [visit], "pbx")


async def no_such_queue(stage: Stage) -> Truth:
    """The dialplan names a queue that is not configured."""
    call = await stage.call_in(623)
    await call.finished()
    await stage.gone()
    return inbound(stage, [{"queue": stage.queue("nosuch"), "result": "no_such_queue"}], "pbx")


async def one_round(stage: Stage) -> Truth:
    """Option n: every agent is rung once, then the caller goes on; that is a time-out."""
    agent = await stage.agent(1)
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(628)).answered()
    await call.finished()
    await stage.gone()
    visit = {
        "queue": stage.queue("support"),
        "result": "timeout",
        "wait": seconds(call.talk),
        "rna": [agent.number],
    }
    return inbound(stage, [visit], "pbx")


async def key_while_ringing(stage: Stage) -> Truth:
    """He presses 1 while an agent is rung: out of the queue, the phone stops."""
    agent = await stage.agent(1)
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(600)).answered()
    rung = await (await agent.desk.next_call()).ringing()
    await asyncio.sleep(2)
    waited = call.talk
    await call.press("1")
    await rung.finished()
    await asyncio.sleep(2)
    await call.hangup()
    await stage.gone()
    visit = {
        "queue": stage.queue("support"),
        "result": "exit_key",
        "wait": seconds(waited),
        "key": "1",
        "rung": [agent.number],
    }
    return inbound(stage, [visit], "caller", voicemail=True)


async def caller_goes_in_the_announcement(stage: Stage) -> Truth:
    """1001 lifts, hears the announcement; the caller goes before they are joined: abandoned."""
    agent = await stage.agent(1, Plan(answer_after=1))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(626)).answered()
    desk = await (await agent.desk.next_call()).answered()
    await asyncio.sleep(2)
    await call.hangup()
    await desk.finished()
    await stage.gone()
    assert call.t_answer is not None
    assert desk.t_end is not None
    visit = {
        "queue": stage.queue("support"),
        "result": "abandoned",
        "wait": seconds(call.talk),
        "by": "caller",
        "rung": [agent.number],
        "log": {"wait": seconds(desk.t_end - call.t_answer)},
        "why": "the queue notices that he is gone when the announcement is over",
    }
    return inbound(stage, [visit], "caller")


async def agent_goes_in_the_announcement(stage: Stage) -> Truth:
    """1001 lifts and hangs up during the announcement; the caller waits on, 1002 has him."""
    agent = await stage.agent(1, Plan(answer_after=0.5))
    other = await stage.agent(2, Plan(answer_after=0.5))
    await stage.sign_in(agent, "support")
    call = await (await stage.call_in(622)).answered()
    dumped = await (await agent.desk.next_call()).answered()
    agent.desk.plan = Plan()
    await stage.sign_in(other, "support")
    await asyncio.sleep(1)
    await dumped.hangup()
    # He would be rung again a second later.
    await stage.sign_out(agent, "support")
    desk = await (await other.desk.next_call()).answered()
    await asyncio.sleep(ANNOUNCED_S + 2)
    await desk.hangup()
    await call.finished()
    await stage.gone()
    visit = answered_visit(stage, "support", other, call, desk, "agent", rna=[agent.number])
    visit["log"] = {"rna": []}
    visit["why"] = "queue_log writes AGENTDUMP and no RINGNOANSWER"
    # Joined when the announcement was over; the phone talked with it until then.
    visit["at"] += ANNOUNCED_S
    visit["wait"] = seconds(visit["wait"] + ANNOUNCED_S)
    visit["talk"] = seconds(visit["talk"] - ANNOUNCED_S)
    return inbound(stage, [visit], "agent")


ANNOUNCED_S = 3.2
"""How long the lab's announcement to an agent takes, on line 622."""

STORIES = [
    Told("withdrawn", "AMI takes a waiting caller out of the queue", withdrawn, due=3),
    Told("withdrawn_while_ringing", "the same while a phone rings", withdrawn_while_ringing, due=3),
    Told(
        "redirected_while_waiting",
        "AMI redirects a waiting caller to a colleague",
        redirected_while_waiting,
        due=3,
    ),
    Told(
        "redirected_while_ringing",
        "the same while another phone rings",
        redirected_while_ringing,
        due=3,
    ),
    Told("redirected_to_queue", "AMI moves him to another queue", redirected_to_queue, due=3),
    Told("hung_up_while_waiting", "AMI hangs up a waiting caller", hung_up_while_waiting, due=3),
    Told(
        "time_limit_while_waiting",
        "the call's time is up in the queue",
        time_limit_while_waiting,
        due=3,
    ),
    Told("no_such_queue", "the dialplan names a queue that is none", no_such_queue, due=3),
    Told("one_round", "option n: one round of ringing, then on", one_round, due=3),
    Told("key_while_ringing", "out by a key while a phone rings", key_while_ringing, due=3),
    Told(
        "caller_goes_in_the_announcement",
        "the caller goes while the agent hears the announcement",
        caller_goes_in_the_announcement,
        due=3,
    ),
    Told(
        "agent_goes_in_the_announcement",
        "the agent goes while he hears the announcement",
        agent_goes_in_the_announcement,
        due=3,
    ),
]

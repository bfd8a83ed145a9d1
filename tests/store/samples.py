"""Facts, calls and customers that the store's tests keep."""

from __future__ import annotations

from callcenter.domain.facts import CallEnded, CallStarted, LinkLost
from callcenter.domain.model import (
    AgentRef,
    Caller,
    CallRecord,
    Conversation,
    Direction,
    Offer,
    Outcome,
    Visit,
)

LEILA = AgentRef("pbx1:PJSIP/1001", "لیلا", "PJSIP/1001")
OMID = AgentRef("pbx1:PJSIP/1002", "Omid", "PJSIP/1002")


def started(call: str = "pbx1:1.0", at: int = 1_000) -> CallStarted:
    """A call that begins."""
    return CallStarted(
        at=at,
        pbx="pbx1",
        call=call,
        uniqueid=call.partition(":")[2],
        linkedid="1.0",
        channel="PJSIP/trunk-1",
        direction="inbound",
        number="09121234567",
        name="سارا «Ω» 😀",
    )


def ended(call: str = "pbx1:1.0", at: int = 9_000) -> CallEnded:
    """The same call ends."""
    return CallEnded(at=at, pbx="pbx1", call=call, ended_by="caller", outcome="answered")


def lost(at: int = 1_000) -> LinkLost:
    """A fact of no call."""
    return LinkLost(at=at, pbx="pbx1", why="silence")


def record(
    call: str = "pbx1:1.0",
    at: int = 1_000,
    *,
    queue: str = "support",
    agent: AgentRef | None = None,
    rung: AgentRef | None = None,
    direct: AgentRef | None = None,
    outcome: Outcome | None = "answered",
    customer_id: int | None = None,
    number: str = "09121234567",
    e164: str = "+989121234567",
    direction: Direction = "inbound",
) -> CallRecord:
    """A call in the log; ``outcome`` None means that it goes on."""
    visits = []
    if queue:
        offers = [Offer(number=1, agent=rung, at=at)] if rung else []
        visits = [Visit(number=1, queue=queue, entered_at=at, offers=offers)]
    talks = [Conversation(number=1, agent=agent, joined_at=at, queue=queue)] if agent else []
    return CallRecord(
        id=call,
        pbx="pbx1",
        uniqueid=call,
        linkedid=call,
        direction=direction,
        caller=Caller(number=number, e164=e164, name="سارا"),
        line="+982191001000",
        started_at=at,
        customer_id=customer_id,
        ended_at=at + 60_000 if outcome else None,
        outcome=outcome,
        visits=visits,
        direct=[Offer(number=9, agent=direct, at=at)] if direct else [],
        conversations=talks,
    )

"""Calls that nobody heard and no queue had, made from Asterisk's CEL.

Only what is certain is made: a call that came in over a line of ours, from its first event to its
last, that no queue had. It was hung up in the menu, or dialled to agents who took it or not. One
that was transferred or joined with somebody we do not know is left out: its record would be a
guess.
"""

from __future__ import annotations

from collections.abc import Mapping

from .facts import AnyFact, CallEnded, CallStarted, ConversationCorrected
from .hung_up import OUTCOMES, LegEnd, by_whom, endpoint_of
from .model import AgentRef, Caller, CallRecord, Outcome

NO_LINE = frozenset(("", "s", "h"))
"""What a channel that Asterisk itself made has for an extension: nobody dialled it."""


def unheard(pbx: str, end: LegEnd, agents: Mapping[str, AgentRef]) -> list[AnyFact]:
    """The facts of this call, none where it is not certain what became of it.

    The caller knows that the channel is a line to the outside, and that we did not hear.
    """
    certain = end.whole and end.first and not end.queued and end.handed_at is None
    if not certain or end.line in NO_LINE or end.started_at is None:
        return []
    call = f"{pbx}:{end.uniqueid}"
    started = CallStarted(
        at=end.started_at,
        pbx=pbx,
        call=call,
        uniqueid=end.uniqueid,
        linkedid=end.uniqueid,
        channel=end.channel,
        direction="inbound",
        number=end.number,
        presentation="shown" if end.number else "unavailable",
        line=end.line,
        settled_by="cel",
    )
    blank = CallRecord(
        id=call,
        pbx=pbx,
        uniqueid=end.uniqueid,
        linkedid=end.uniqueid,
        direction="inbound",
        caller=Caller(),
        line=end.line,
        started_at=end.started_at,
    )
    by = by_whom(blank, end, agents) or "unknown"
    facts: list[AnyFact] = [started]
    outcome: Outcome = OUTCOMES.get(end.dial, "no_answer") if end.dialled else "ivr"
    if end.bridges:
        agent = agents.get(endpoint_of(end.peer))
        if agent is None or end.bridges > 1 or end.joined_at is None:
            return []
        outcome = "answered"
        facts.append(
            ConversationCorrected(
                at=end.joined_at,
                pbx=pbx,
                call=call,
                conversation=1,
                agent=agent,
                talk_ms=max(0, (end.parted_at or end.at) - end.joined_at),
                ended_by=by,
                settled_by="cel",
            )
        )
    ended = CallEnded(at=end.at, pbx=pbx, call=call, ended_by=by, outcome=outcome, settled_by="cel")
    return [*facts, ended]

"""Who hung up, and when, as Asterisk's CEL tells it, where AMI did not.

The HANGUP event of a channel names in ``hangupsource`` the channel whose far end hung up, or the
dialplan. It is empty for whatever ends through Local channels and for transfers (ASTERISK 12.14):
then it says nothing, and nothing is concluded. What we saw ourselves stays as it is; a call that
was lost from sight gets its true end, and ``unknown`` or ``pbx`` who it really was.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from .facts import AnyFact, CallEnded, ConversationCorrected, VisitCorrected
from .model import AgentRef, CallRecord, Conversation, EndedBy, Outcome, Visit

TOGETHER_MS = 2_000
"""A conversation that parted this shortly before the call's end was ended by who ended the call."""
IN_QUEUE_MS = 500
"""Who left the queue this shortly before he was gone left it by hanging up."""
LATE_MS = 5_000
"""A lost link is noticed this late: what was handed on just before may have escaped us too."""

AHEAD_MS = 600_000
"""A PBX's clock may be this far ahead of ours; zones are further apart."""


class LegEnd(Struct, frozen=True, kw_only=True):
    """A channel that is gone. Instants are epoch ms; None: it never came to that.

    ``source`` is the channel, or the part of the PBX, that hung up, or empty. ``whole``: CEL has it
    from its start, and names queues and dials of this PBX, so that what it does not tell was not.
    ``peer`` is whom it was bridged with last, from ``joined_at`` to ``parted_at``; ``bridges``:
    with how many it was. ``first``: nobody made it, it is the first of its Linkedid; ``number`` and
    ``line`` are who called, and what was dialled. ``handed_at``: its Linkedid saw a transfer, a
    parking or a pick-up.
    """

    uniqueid: str
    channel: str
    at: int
    source: str = ""
    dial: str = ""
    whole: bool = False
    bridges: int = 0
    peer: str = ""
    joined_at: int | None = None
    parted_at: int | None = None
    queued: bool = False
    left_queue_at: int | None = None
    dialled: bool = False
    handed_at: int | None = None
    first: bool = False
    started_at: int | None = None
    number: str = ""
    line: str = ""


OUTCOMES: dict[str, Outcome] = {
    "BUSY": "busy",
    "NOANSWER": "no_answer",
    "CANCEL": "no_answer",
    "CHANUNAVAIL": "failed",
    "CONGESTION": "failed",
}


def endpoint_of(channel: str) -> str:
    """``PJSIP/1001`` of ``PJSIP/1001-0000000e``: what an agent's interface is compared with."""
    return channel.rpartition("-")[0].casefold()


def by_whom(record: CallRecord, end: LegEnd, agents: Mapping[str, AgentRef]) -> EndedBy | None:
    """Who hung up, None when CEL does not say.

    ``agents``: all of them by their interfaces, case folded. The record's first leg is ours in an
    outgoing call and the customer's in any other.
    """
    source = end.source
    if source.startswith("dialplan/"):
        return "pbx"
    if not source or source.startswith("Local/") or "-" not in source:
        return None
    ours = endpoint_of(source) in agents
    if record.direction == "outbound":
        return "agent" if ours or source == end.channel else "caller"
    if source == end.channel:
        return None if ours and record.direction == "inbound" else "caller"
    return "agent" if ours else None


def is_open(record: CallRecord) -> bool:
    """Whether it is over and we do not know by whom, or not for sure."""
    return record.ended_at is not None and (
        record.settled_by == "lost_sight" or record.ended_by in ("unknown", "pbx")
    )


def settled(
    record: CallRecord, end: LegEnd, agents: Mapping[str, AgentRef], now_ms: int
) -> list[AnyFact]:
    """The facts that put into an open record what the end of its first leg tells.

    An end that is before what we saw, or not yet, was written in another zone than it is read in:
    it still says who, but not when.
    """
    by = by_whom(record, end, agents)
    lost_at = record.ended_at or 0
    if record.settled_by == "lost_sight" and lost_at - LATE_MS <= end.at <= now_ms + AHEAD_MS:
        return _found(record, end, by, agents)
    better = by in ("caller", "agent") or record.ended_by == "unknown"
    if by is None or by == record.ended_by or not better or record.ended_at is None:
        return []
    facts: list[AnyFact] = []
    talk = _last_talk(record)
    if talk is not None and record.ended_at - (talk.parted_at or 0) <= TOGETHER_MS:
        facts.append(_talk(record, talk, talk.talk_ms or 0, by))
    return [*facts, _ended(record, record.ended_at, by, record.outcome or "unknown")]


def _found(
    record: CallRecord, end: LegEnd, by: EndedBy | None, agents: Mapping[str, AgentRef]
) -> list[AnyFact]:
    """A call that was lost from sight, to its end."""
    lost_at = record.ended_at or record.started_at
    facts: list[AnyFact] = []
    talk, visit = _last_talk(record), _waiting(record)
    handed = end.handed_at is not None and end.handed_at >= lost_at - LATE_MS
    outcome: Outcome = record.outcome or "unknown"
    if talk is not None and talk.parted_at is not None and talk.parted_at >= lost_at:
        # Handed on in the dark: to whom and when is not told by the end.
        if not handed:
            parted = end.parted_at or end.at
            facts.append(_talk(record, talk, max(0, parted - talk.joined_at), by or "unknown"))
    elif visit is not None:
        if by == "caller" and _left_by_hanging_up(end):
            outcome = "abandoned"
            facts.append(_abandoned(record, visit, end.at))
    elif not record.conversations and not record.visits and end.whole and not end.queued:
        answered = _answered(record, end, by, agents)
        if answered is not None:
            facts.append(answered)
            outcome = "answered"
        elif not end.bridges:
            outcome = OUTCOMES.get(end.dial, outcome) if end.dialled else outcome
        else:
            outcome = "unknown"
    facts.append(_ended(record, max(end.at, record.started_at), by or "unknown", outcome))
    return facts


def _answered(
    record: CallRecord, end: LegEnd, by: EndedBy | None, agents: Mapping[str, AgentRef]
) -> ConversationCorrected | None:
    """The one conversation of a call that was answered in the dark, if we know with whom."""
    agent = agents.get(endpoint_of(end.peer))
    if agent is None or end.bridges != 1 or end.handed_at is not None or end.joined_at is None:
        return None
    return ConversationCorrected(
        at=end.joined_at,
        pbx=record.pbx,
        call=record.id,
        conversation=1,
        agent=agent,
        talk_ms=max(0, (end.parted_at or end.at) - end.joined_at),
        ended_by=by or "unknown",
        settled_by="cel",
    )


def _left_by_hanging_up(end: LegEnd) -> bool:
    left = end.left_queue_at
    return end.queued and not end.bridges and (left is None or end.at - left <= IN_QUEUE_MS)


def _last_talk(record: CallRecord) -> Conversation | None:
    """The last conversation, if it is not known who ended it."""
    talk = max(record.conversations, key=lambda talk: talk.number, default=None)
    return None if talk is None or talk.ended_by not in ("unknown", "pbx", None) else talk


def _waiting(record: CallRecord) -> Visit | None:
    return next((visit for visit in reversed(record.visits) if visit.end == "unknown"), None)


def _abandoned(record: CallRecord, visit: Visit, at: int) -> VisitCorrected:
    return VisitCorrected(
        at=at,
        pbx=record.pbx,
        call=record.id,
        visit=visit.number,
        queue=visit.queue,
        reason="abandoned",
        wait_ms=max(0, at - visit.entered_at),
        settled_by="cel",
    )


def _talk(
    record: CallRecord, talk: Conversation, talk_ms: int, by: EndedBy
) -> ConversationCorrected:
    return ConversationCorrected(
        at=talk.joined_at,
        pbx=record.pbx,
        call=record.id,
        conversation=talk.number,
        agent=talk.agent,
        talk_ms=talk_ms,
        ended_by=by,
        settled_by="cel",
        queue=talk.queue,
        visit=talk.visit,
        transfer=None if talk.transfer is None else talk.transfer.kind,
        to="" if talk.transfer is None else talk.transfer.to,
    )


def _ended(record: CallRecord, at: int, by: EndedBy, outcome: Outcome) -> CallEnded:
    return CallEnded(
        at=at, pbx=record.pbx, call=record.id, ended_by=by, outcome=outcome, settled_by="cel"
    )

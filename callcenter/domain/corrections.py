"""Facts that put into a record what only queue_log knows: parts of a call, or a whole one.

They say ``settled_by="queue_log"``. Instants come from whole seconds; what AMI told with
milliseconds is kept where it is not in doubt. No phone is rung by them: a stay is entered and
corrected, a conversation is told as a whole, and the call ends (again) with what is known now.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from .facts import (
    AgentOffered,
    AnyFact,
    CallEnded,
    CallStarted,
    ConversationCorrected,
    CustomerLinked,
    OfferEnded,
    QueueEntered,
    VisitCorrected,
)
from .logged import LoggedCall, LoggedVisit
from .model import AgentRef, CallRecord, Conversation, EndedBy, Offer, OfferEnd, Outcome, Visit
from .named import AgentNames

SECOND_MS = 1_000
NEAR_MS = 2_500
"""An offer of ours and a ring of the log that ended this close are the same."""
LATE_MS = 1_000
"""An instant of ours that is this far from the middle of the log's second was seen afterwards, in
the list after a gap: who was answered meanwhile is found talking there."""


def imported(
    pbx: str, call: LoggedCall, agents: AgentNames, linked: CustomerLinked | None = None
) -> list[AnyFact]:
    """The facts of a call that we never saw. The same log gives the same facts, each time."""
    call_id = f"{pbx}:{call.callid}"
    first = call.visits[0]
    number = next((visit.caller for visit in call.visits if visit.caller), "")
    facts: list[AnyFact] = [
        CallStarted(
            at=first.entered_s * 1000,
            pbx=pbx,
            call=call_id,
            uniqueid=call.callid,
            linkedid=call.callid,
            channel="",
            direction="inbound",
            number=number,
            name=next((visit.name for visit in call.visits if visit.name), ""),
            presentation="shown" if number else "unavailable",
            settled_by="queue_log",
        )
    ]
    if linked is not None:
        facts.append(linked)
    offers = talks = 0
    for place, visit in enumerate(call.visits, start=1):
        facts += _stay(pbx, call_id, place, visit)
        for agent, at, ring_ms, end in rings_of(visit, agents):
            offers += 1
            facts += _offer(pbx, call_id, offers, place, visit.queue, agent, at, ring_ms, end)
        if visit.end == "answered":
            talks += 1
            facts.append(_talk(pbx, call_id, talks, place, visit, agents.of(visit.agent), None))
    answered = any(visit.end == "answered" for visit in call.visits)
    last = max(call.visits, key=lambda visit: visit.last_s)
    facts.append(
        CallEnded(
            at=last.last_s * 1000,
            pbx=pbx,
            call=call_id,
            ended_by=ended_by(last),
            outcome="answered" if answered else outcome_of(last),
            settled_by="queue_log",
        )
    )
    return ordered(facts)


def correction(
    record: CallRecord,
    mended: Sequence[tuple[Visit | None, Conversation | None, LoggedVisit]],
    agents: AgentNames,
) -> list[AnyFact]:
    """The facts that bring these stays of a record to what the log says of them."""
    facts: list[AnyFact] = []
    visits = max((visit.number for visit in record.visits), default=0)
    talks = max((talk.number for talk in record.conversations), default=0)
    offers = max((offer.number for offer in _offers_of(record)), default=0)
    answered = bool(record.conversations) or any(v.end == "answered" for v in record.visits)
    for visit, talk, logged in mended:
        if visit is None:
            visits += 1
            number = visits
            facts += _stay(record.pbx, record.id, number, logged)
        else:
            number = visit.number
            facts.append(_visit(record.pbx, record.id, number, logged, visit.queue))
        rung = [] if visit is None else list(visit.offers)
        for agent, at, ring_ms, end in rings_of(logged, agents):
            mine = _same_ring(rung, agent, at + ring_ms, end)
            if mine is None:
                offers += 1
                queue = logged.queue if visit is None else visit.queue
                facts += _offer(
                    record.pbx, record.id, offers, number, queue, agent, at, ring_ms, end
                )
                continue
            rung.remove(mine)
            seen = mine.end == "answered" and _seen_then(mine.ended_at or mine.at, at + ring_ms)
            if end == "answered" and not seen:
                facts.append(_answered_after_all(record, mine, number, at + ring_ms))
        if logged.end == "answered":
            answered = True
            who = agents.of(logged.agent)
            if talk is None:
                talks += 1
            elif agents.same(logged.agent, talk.agent):
                who = talk.agent
            which = talk.number if talk else talks
            told = _talk(record.pbx, record.id, which, number, logged, who, talk)
            if talk is not None and in_parts(record, talk, logged):
                told = structs.replace(told, at=talk.joined_at, talk_ms=talk.talk_ms or 0)
            facts.append(told)
    last = max((logged for _, _, logged in mended), key=lambda logged: logged.last_s)
    by = record.ended_by or "unknown"
    ends_it = last.last_s * 1000 >= (record.ended_at or 0) - 1_000
    if by == "unknown" and ends_it:
        by = ended_by(last)
    facts.append(
        CallEnded(
            at=max(record.ended_at or 0, last.last_s * 1000),
            pbx=record.pbx,
            call=record.id,
            ended_by=by,
            outcome="answered" if answered else outcome_of(last),
            settled_by="queue_log",
        )
    )
    return ordered(facts)


def in_parts(record: CallRecord, talk: Conversation, logged: LoggedVisit) -> bool:
    """Whether the same agent talked again in what is one talk to the log: after a parking, or
    because we lost him from sight in between."""
    return any(
        other.visit is None
        and other.agent.id == talk.agent.id
        and talk.joined_at < other.joined_at <= (logged.last_s + 1) * SECOND_MS
        for other in record.conversations
    )


def _offers_of(record: CallRecord) -> list[Offer]:
    return [offer for visit in record.visits for offer in visit.offers] + record.direct


def _same_ring(
    rung: Sequence[Offer], agent: AgentRef, ended_at: int, end: OfferEnd
) -> Offer | None:
    """Our own offer of what the log says rang until ``ended_at``, in whole seconds, and how.

    One whose end we did not see has the instant at which we lost sight, while it rang, or, if it
    was answered, at which we found him talking: then it is the last one of this agent that began
    before the log's end.
    """
    mine = [o for o in rung if o.agent.id == agent.id and o.at <= ended_at + SECOND_MS]
    near = [o for o in mine if abs((o.ended_at or o.at) - ended_at) <= NEAR_MS]
    unseen = (None, "cancelled", end) if end == "answered" else (None, "cancelled")
    return next(reversed(near or [o for o in mine if o.end in unseen]), None)


def _seen_then(ours: int, logged: int) -> bool:
    """Whether ours is the same instant, told with milliseconds, as the log's whole second."""
    return abs(ours - logged - SECOND_MS // 2) <= LATE_MS


def _answered_after_all(
    record: CallRecord, offer: Offer, visit: int, connected_at: int
) -> OfferEnded:
    at = max(connected_at, offer.at)
    return OfferEnded(
        at=at,
        pbx=record.pbx,
        call=record.id,
        offer=offer.number,
        agent=offer.agent,
        end="answered",
        ring_ms=at - offer.at,
        visit=visit,
    )


def ordered(facts: list[AnyFact]) -> list[AnyFact]:
    """The ends of stays behind all else but the call's end: they make the figures count anew, and
    then the call shall be whole, wherever a reader of the journal makes his cut."""
    return sorted(facts, key=lambda f: isinstance(f, VisitCorrected) + 2 * isinstance(f, CallEnded))


def _stay(pbx: str, call: str, number: int, logged: LoggedVisit) -> list[AnyFact]:
    return [
        QueueEntered(
            at=logged.entered_s * 1000,
            pbx=pbx,
            call=call,
            visit=number,
            queue=logged.queue,
            position=logged.position,
        ),
        _visit(pbx, call, number, logged, logged.queue),
    ]


def _visit(pbx: str, call: str, number: int, logged: LoggedVisit, queue: str) -> VisitCorrected:
    return VisitCorrected(
        at=(logged.left_s or logged.entered_s) * 1000,
        pbx=pbx,
        call=call,
        visit=number,
        queue=queue,
        reason=logged.end or "unknown",
        wait_ms=wait_of(logged) * 1000,
        key=logged.key,
        settled_by="queue_log",
    )


def _talk(
    pbx: str,
    call: str,
    number: int,
    visit: int,
    logged: LoggedVisit,
    agent: AgentRef,
    known: Conversation | None,
) -> ConversationCorrected:
    joined_s = logged.connected_s or logged.left_s or logged.entered_s
    talk_s = logged.talk_s
    if talk_s is None:
        talk_s = max(0, (logged.parted_s or joined_s) - joined_s)
    joined = joined_s * 1000
    if known is not None and (logged.connected_s is None or _seen_then(known.joined_at, joined)):
        joined = known.joined_at
    kind, to = logged.transfer, logged.to
    if kind is None and known is not None and known.transfer is not None:
        kind, to = known.transfer.kind, known.transfer.to
    return ConversationCorrected(
        at=joined,
        pbx=pbx,
        call=call,
        conversation=number,
        agent=agent,
        talk_ms=talk_s * 1000,
        ended_by=logged.by or "unknown",
        settled_by="queue_log",
        queue=logged.queue if known is None else known.queue or logged.queue,
        visit=visit,
        transfer=kind,
        to=to,
    )


def wait_of(logged: LoggedVisit) -> int:
    """How long he waited, in seconds: the log's word, else what lies between its lines."""
    if logged.wait_s is not None:
        return logged.wait_s
    return max(0, (logged.left_s or logged.entered_s) - logged.entered_s)


def rings_of(logged: LoggedVisit, agents: AgentNames) -> list[tuple[AgentRef, int, int, OfferEnd]]:
    """The phones that were rung, as far as the log tells: agent, since when, how long, how."""
    rings: list[tuple[AgentRef, int, int, OfferEnd]] = []
    for ring in logged.rings:
        since = max(logged.entered_s * 1000, ring.at_s * 1000 - ring.ring_ms)
        rings.append((agents.of(ring.agent), since, ring.ring_ms, ring.end))
    if logged.end == "answered" and logged.ring_s is not None and logged.connected_s is not None:
        since = (logged.connected_s - logged.ring_s) * 1000
        rings.append((agents.of(logged.agent), since, logged.ring_s * 1000, "answered"))
    return rings


def _offer(
    pbx: str,
    call: str,
    number: int,
    visit: int,
    queue: str,
    agent: AgentRef,
    at: int,
    ring_ms: int,
    end: OfferEnd,
) -> list[AnyFact]:
    return [
        AgentOffered(
            at=at, pbx=pbx, call=call, offer=number, agent=agent, visit=visit, queue=queue
        ),
        OfferEnded(
            at=at + ring_ms,
            pbx=pbx,
            call=call,
            offer=number,
            agent=agent,
            end=end,
            ring_ms=ring_ms,
            visit=visit,
        ),
    ]


def ended_by(logged: LoggedVisit) -> EndedBy:
    """Who ended the call, if its last stay ended it; of a transferred one the log knows no end."""
    return "unknown" if logged.by in (None, "transfer") else logged.by


def outcome_of(logged: LoggedVisit) -> Outcome:
    """What came of an unanswered call, by its last stay."""
    return logged.end or "unknown"

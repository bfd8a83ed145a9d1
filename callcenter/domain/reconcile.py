"""What we recorded of a call against what queue_log says of it: equal, corrected or unexplained.

Stays are paired by queue and by when they began, then in their order. What differs is, in this
order: a lie of queue_log that we know by name and have evidence of (``known_lies``); something we
could not see, which is corrected by later facts; or unexplained, and listed with both versions.

We could not see it when we said so ourselves (a visit ``unknown``, a call ``lost_sight``), or when
the link was not whole from the call's beginning to its end (``heard``).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

from msgspec import Struct, field

from .corrections import SECOND_MS, correction, imported, in_parts
from .facts import AnyFact
from .heard import Heard
from .known_lies import lie, stray
from .logged import LoggedCall, LoggedVisit
from .model import CallRecord, Conversation, Visit
from .named import AgentNames

Verdict = Literal["equal", "corrected", "unexplained"]

TOLERANCE_MS = 1_250
"""Durations may differ by a second, for queue_log's are differences of whole seconds, and by the
moment between its look at the clock and the event's."""
NEAR_MS = 2_500
"""A stay of ours and one of the log that began this close are the same."""


class Difference(Struct, frozen=True):
    """Something that both tell otherwise. ``lie``: the rule that explains it, or empty."""

    queue: str
    what: str
    ours: str
    logged: str
    lie: str = ""

    def sentence(self) -> str:
        """For people."""
        return f"{self.queue}: {self.what}: we have {self.ours}, queue_log has {self.logged}"


class Judged(Struct, kw_only=True):
    """The verdict on one call. ``at`` is when its first stay began, epoch ms.

    ``known`` names the lies of queue_log that explain differences; a call with one is equal.
    ``facts`` are what corrects the record. ``ours`` and ``logged`` are both versions.
    """

    call: str
    at: int
    verdict: Verdict
    known: list[str] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    facts: list[AnyFact] = field(default_factory=list)
    ours: Any = None
    logged: Any = None


WORSE: dict[Verdict, int] = {"equal": 0, "corrected": 1, "unexplained": 2}
"""Of a call that the log has in two parts, under the ids of two legs, the worse verdict counts."""


def judge(
    pbx: str,
    record: CallRecord | None,
    call: LoggedCall,
    agents: AgentNames,
    heard: Heard,
    elsewhere: Collection[int] = (),
) -> Judged:
    """Compares one call. ``call`` must be over, or be so old that it never will be.

    ``elsewhere``: stays of the record that queue_log has under another leg's id.
    """
    at = call.visits[0].entered_s * 1000
    began = min(visit.entered_s for visit in call.visits) * 1000
    if record is not None and began < record.started_at < began + SECOND_MS:
        # Of the log's whole second we have heard as much of this call as there was.
        began = record.started_at
    seen = heard.throughout(began, max(visit.last_s for visit in call.visits) * 1000)
    if record is None:
        if seen:
            why = [
                f"{v.queue}: queue_log has a stay of a call that we never had" for v in call.visits
            ]
            return Judged(
                call=f"{pbx}:{call.callid}",
                at=at,
                verdict="unexplained",
                why=why,
                logged=told(call.visits),
            )
        return Judged(
            call=f"{pbx}:{call.callid}",
            at=at,
            verdict="corrected",
            why=["not seen: made from queue_log"],
            facts=imported(pbx, call, agents),
            logged=told(call.visits),
        )
    judged = Judged(
        call=record.id, at=at, verdict="equal", ours=record.visits, logged=told(call.visits)
    )
    mended: list[tuple[Visit | None, Conversation | None, LoggedVisit]] = []
    wrong: list[Difference] = []
    for visit, logged in paired(record, call):
        if logged is None:
            assert visit is not None, "a pair has at least one half"
            own = record.uniqueid == call.callid and not visit.leg
            if own and visit.number not in elsewhere:
                wrong.append(Difference(visit.queue, "stay", str(visit.end), "nothing"))
            continue
        talk = None if visit is None else talk_of(record, visit)
        blind = not seen or record.settled_by == "lost_sight"
        if talk is None and blind:
            talk = found_talking(record, logged, agents)
        ended = (logged.parted_s or logged.last_s) * 1000
        end_heard = heard.throughout(ended, ended + SECOND_MS)
        found = differences(
            record, visit, talk, logged, agents, seen=not blind, end_heard=end_heard
        )
        for each in found:
            if each.lie and each.lie not in judged.known:
                judged.known.append(each.lie)
        open_questions = [each for each in found if not each.lie]
        if not open_questions:
            if not found and _unsaid(record, talk, logged):
                mended.append((visit, talk, logged))
                judged.why.append(f"{logged.queue}: we had not seen who ended it")
            continue
        if blind or (visit is not None and visit.end == "unknown"):
            mended.append((visit, talk, logged))
            judged.why += [each.sentence() for each in open_questions]
        else:
            wrong += open_questions
    if mended:
        judged.facts = correction(record, mended, agents)
        judged.verdict = "corrected"
    elif record.settled_by in ("queue_log", "cel"):
        # Corrected by an earlier run, or by CEL: asked twice, the ledger says the same.
        judged.verdict = "corrected"
    if wrong:
        judged.verdict = "unexplained"
        judged.why = [each.sentence() for each in wrong]
    return judged


def _unsaid(record: CallRecord, talk: Conversation | None, logged: LoggedVisit) -> bool:
    """Whether we lost this call from sight and the log knows who ended it."""
    unknown = record.ended_by == "unknown" or (talk is not None and talk.ended_by == "unknown")
    known = logged.over and not logged.cut and logged.by is not None
    return record.settled_by == "lost_sight" and unknown and known


def unlogged(record: CallRecord) -> Judged | None:
    """The verdict on a call of ours that queue_log has not; None when no queue had it.

    A refused call leaves no word there (ASTERISK 12.3).
    """
    if not record.visits:
        return None
    judged = Judged(call=record.id, at=record.visits[0].entered_at, verdict="equal")
    inside = [visit for visit in record.visits if visit.end != "refused"]
    if not inside:
        judged.known = ["refused at the door"]
        return judged
    judged.verdict, judged.at = "unexplained", inside[0].entered_at
    judged.ours = record.visits
    judged.why = [f"{v.queue}: stay: we have {v.end}, queue_log has nothing" for v in inside]
    return judged


def paired(record: CallRecord, call: LoggedCall) -> list[tuple[Visit | None, LoggedVisit | None]]:
    """Each stay of the log with ours of the same leg, then those of ours that are left; refused
    ones are not."""
    left = [visit for visit in record.visits if visit.end != "refused"]
    others = [visit for visit in left if call.callid not in legs_of(record, visit)]
    left = [visit for visit in left if visit not in others]
    found: dict[int, Visit] = {}
    for near in (True, False):
        for place, logged in enumerate(call.visits):
            if place in found:
                continue
            same = [v for v in left if v.queue.casefold() == logged.queue.casefold()]
            if near:
                same = [v for v in same if _apart(v, logged) <= NEAR_MS]
                same.sort(key=lambda visit: _apart(visit, logged))
            if same:
                found[place] = same[0]
                left.remove(same[0])
    pairs: list[tuple[Visit | None, LoggedVisit | None]] = [
        (found.get(place), logged) for place, logged in enumerate(call.visits)
    ]
    return pairs + [(visit, None) for visit in [*left, *others]]


def legs_of(record: CallRecord, visit: Visit) -> tuple[str, ...]:
    """Under which leg's id queue_log may have this stay: that of who waited."""
    return (visit.leg,) if visit.leg else (record.uniqueid, record.customer_leg)


def holds(record: CallRecord, call: LoggedCall) -> bool:
    """Whether a stay of this record may be one of the log's call, by the leg that waited."""
    return any(
        call.callid in legs_of(record, visit) for visit in record.visits if visit.end != "refused"
    )


def _apart(visit: Visit, logged: LoggedVisit) -> int:
    """How far apart both began; the log's second is meant as its middle."""
    return abs(visit.entered_at - (logged.entered_s * 1000 + 500))


def talk_of(record: CallRecord, visit: Visit) -> Conversation | None:
    """The conversation that ended this stay."""
    return next((talk for talk in record.conversations if talk.visit == visit.number), None)


def found_talking(
    record: CallRecord, logged: LoggedVisit, agents: AgentNames
) -> Conversation | None:
    """The conversation that ended this stay, though ours belongs to none: he entered, or was
    answered, behind a gap and we found them talking."""
    if logged.connected_s is None:
        return None
    from_ms, to_ms = (logged.connected_s - 1) * 1000, (logged.last_s + 1) * 1000
    return next(
        (
            talk
            for talk in record.conversations
            if talk.visit is None
            and from_ms <= talk.joined_at <= to_ms
            and agents.same(logged.agent, talk.agent)
        ),
        None,
    )


def differences(
    record: CallRecord,
    visit: Visit | None,
    talk: Conversation | None,
    logged: LoggedVisit,
    agents: AgentNames,
    *,
    seen: bool = True,
    end_heard: bool = True,
) -> list[Difference]:
    """What differs in one stay, each with the lie that explains it, if one does. ``seen``: whether
    we saw all of the call, ``end_heard``: of its end by the log."""
    if visit is None:
        name = stray(record, logged)
        return [Difference(logged.queue, "stay", "nothing", str(logged.end), name)]
    found: list[Difference] = []

    def differ(what: str, ours: object, theirs: object) -> None:
        name = lie(what, record, visit, talk, logged, seen=seen, end_heard=end_heard) or ""
        found.append(Difference(visit.queue, what, str(ours), str(theirs), name))

    if visit.end != (logged.end or "unknown"):
        differ("end", visit.end, logged.end or "none")
        return found
    if logged.wait_s is not None and not _near(visit.wait_ms, logged.wait_s):
        differ("wait", f"{visit.wait_ms} ms", f"{logged.wait_s} s")
    if logged.end != "answered":
        return found
    if talk is None:
        differ("agent", "nobody", logged.agent)
        return found
    if not agents.same(logged.agent, talk.agent):
        differ("agent", talk.agent.name, logged.agent)
    if logged.parted_s is None or (logged.talk_s is None and logged.cut):
        if talk.talk_ms is None or talk.ended_by not in ("pbx", "unknown") or logged.cut:
            differ("talk", f"{talk.talk_ms} ms", "no end")
    elif (
        logged.talk_s is not None
        and not _near(talk.talk_ms, logged.talk_s)
        and (seen or not in_parts(record, talk, logged))
    ):
        differ("talk", f"{talk.talk_ms} ms", f"{logged.talk_s} s")
    if logged.by == "transfer" and talk.transfer is None and talk.ended_by != "transfer":
        differ("by", talk.ended_by, f"a transfer to {logged.to or 'somebody'}")
    elif (
        logged.by in ("caller", "agent")
        and talk.transfer is not None
        and logged.talk_s is not None
        and _near(talk.talk_ms, logged.talk_s)
    ):
        differ("by", f"a transfer to {talk.transfer.to or 'somebody'}", logged.by)
    return found


def _near(ours_ms: int | None, logged_s: int) -> bool:
    return ours_ms is not None and abs(ours_ms - logged_s * 1000) <= TOLERANCE_MS


def told(visits: list[LoggedVisit]) -> list[LoggedVisit]:
    """The log's version, to be kept beside ours."""
    return list(visits)

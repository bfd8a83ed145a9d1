"""Where queue_log says something else than what happened, by name.

Each rule is a thing seen on a real Asterisk (ASTERISK 7 and 12) and holds only with evidence of
its own: what AMI showed us of the parking, the redirection, the pick-up. A difference that no rule
names is not explained by any of them, and is shown to people.
"""

from __future__ import annotations

from collections.abc import Callable

from .logged import LoggedVisit
from .model import CallRecord, Conversation, TransferKind, Visit

LIES: dict[str, str] = {
    "parking": "queue_log knows nothing of parking: talk counts until the customer's end",
    "redirect": "queue_log knows nothing of a redirection: talk counts until the customer's end",
    "redirected while waiting": "a caller taken out of the queue is written as ABANDON",
    "hung up while waiting": "whom Asterisk itself hung up while he waited is written as ABANDON",
    "gone in the announcement": "who goes while a member hears the announcement is noticed when it "
    "is over",
    "restart": "a restart is written as the deed of people: COMPLETECALLER, ABANDON",
    "crash": "a crash leaves stays open; Asterisk's next start is all that the log has",
    "pick-up": "the member whose phone rang is named, not who picked up",
    "forward": "the member who was rung is named, not the one he forwarded to",
    "attended transfer": "an attended transfer is now and then written as COMPLETE by the agent",
    "hang-up before the transfer": "a transfer is written as COMPLETE by whose hang-up app_queue "
    "heard of first",
    "transfer into a queue": "wait and talk are those of the agent who called the queue for the "
    "customer",
    "transfer by the caller": "a caller who hands the agent on is written as transferred by him",
    "other leg": "a line is written under the id of the leg whose place the customer took",
    "late completion": "talk counts until the customer's end, though the agent had parted",
    "local member": "behind a Local/n member talk includes that of whom he transferred to",
    "call-back": "the talk of a call-back begins with the agent's answer, not with the customer's",
    "no completion": "the line of its end was never written",
}
"""The name of each rule and what it says."""

_SHOWN_BY_THE_LOG = frozenset(("restart", "crash", "no completion"))
AT_ONCE_MS = 500
"""Who is hung up in the queue is gone this soon after it."""
ENDED_TOGETHER_MS = 2_000
"""Two ends this close are one: whole seconds, and the events between them."""


def lie(
    what: str,
    record: CallRecord,
    visit: Visit,
    talk: Conversation | None,
    logged: LoggedVisit,
    *,
    seen: bool = True,
    end_heard: bool = True,
) -> str | None:
    """The name of the rule that explains why the log differs in ``what``; None when none does.

    ``what`` is ``end``, ``wait``, ``agent``, ``talk`` or ``by``. ``seen``: whether nothing of the
    call can have escaped us. Else it is no evidence against the log that we saw nobody hang up, no
    conversation, or no end of it (``end_heard``: of when the log ends it, nothing escaped us).
    """
    rules = _RULES[what]
    if not seen:
        unseen = {"hung up while waiting"}
        if talk is None:
            unseen.add("call-back")
        elif what == "talk" and (talk.ended_by in (None, "unknown") or not end_heard):
            unseen = rules.keys() - _SHOWN_BY_THE_LOG
        rules = {name: rule for name, rule in rules.items() if name not in unseen}
    return next((name for name, rule in rules.items() if rule(record, visit, talk, logged)), None)


_Rule = Callable[[CallRecord, Visit, Conversation | None, LoggedVisit], bool]


def _handed(kind: str) -> _Rule:
    def rule(
        record: CallRecord, visit: Visit, talk: Conversation | None, logged: LoggedVisit
    ) -> bool:
        return (
            talk is not None
            and talk.transfer is not None
            and talk.transfer.kind == kind
            and logged.by in ("caller", "agent")
            and _longer(talk, logged)
        )

    return rule


def _longer(talk: Conversation, logged: LoggedVisit) -> bool:
    return logged.talk_s is not None and logged.talk_s * 1000 > (talk.talk_ms or 0)


def _taken_out(
    record: CallRecord, visit: Visit, talk: Conversation | None, logged: LoggedVisit
) -> bool:
    lived_on = (record.ended_at or 0) > (visit.left_at or 0)
    return visit.end == "withdrawn" and logged.end == "abandoned" and lived_on


def _hung_up(
    record: CallRecord, visit: Visit, talk: Conversation | None, logged: LoggedVisit
) -> bool:
    gone = (record.ended_at or 0) - (visit.left_at or 0) <= AT_ONCE_MS
    return (
        visit.end == "withdrawn" and logged.end == "abandoned" and record.ended_by == "pbx" and gone
    )


def _announced(
    record: CallRecord, visit: Visit, talk: Conversation | None, logged: LoggedVisit
) -> bool:
    lifted = any(
        offer.end == "cancelled"
        and offer.ring_ms is not None
        and (offer.ended_at or 0) - offer.at > offer.ring_ms
        for offer in visit.offers
    )
    return (
        lifted
        and visit.end == logged.end == "abandoned"
        and (logged.wait_s or 0) * 1000 > (visit.wait_ms or 0)
    )


def _restart(
    record: CallRecord, visit: Visit, talk: Conversation | None, logged: LoggedVisit
) -> bool:
    stopped = visit.end == "system" or (talk is not None and talk.ended_by == "pbx")
    return stopped and logged.restarted_s is not None and not logged.cut


def _crash(
    record: CallRecord, visit: Visit, talk: Conversation | None, logged: LoggedVisit
) -> bool:
    stopped = visit.end in ("system", "unknown") or (
        talk is not None and talk.ended_by in ("pbx", "unknown")
    )
    return logged.cut and stopped


def _picked_up(
    record: CallRecord, visit: Visit, talk: Conversation | None, logged: LoggedVisit
) -> bool:
    if talk is None:
        return False
    rung = {offer.agent.id for offer in visit.offers}
    return bool(rung) and talk.agent.id not in rung and not _won(visit)


def _forwarded(
    record: CallRecord, visit: Visit, talk: Conversation | None, logged: LoggedVisit
) -> bool:
    return (
        talk is not None
        and talk.agent.id in {offer.agent.id for offer in visit.offers if offer.end == "answered"}
        and any(o.end == "cancelled" and o.agent.id != talk.agent.id for o in visit.offers)
    )


def _won(visit: Visit) -> bool:
    return any(offer.end == "answered" for offer in visit.offers)


def _attended(
    record: CallRecord, visit: Visit, talk: Conversation | None, logged: LoggedVisit
) -> bool:
    return (
        talk is not None
        and talk.transfer is not None
        and talk.transfer.kind == "attended"
        and logged.by == "agent"
        and _longer(talk, logged)
    )


def _asked_for(record: CallRecord, instant: int) -> bool:
    """What began at this instant in the call was brought about by an attended transfer."""
    return any(
        talk.transfer is not None
        and talk.transfer.kind == "attended"
        and abs((talk.parted_at or 0) - instant) <= ENDED_TOGETHER_MS
        for talk in record.conversations
    )


def _into_queue(
    record: CallRecord, visit: Visit, talk: Conversation | None, logged: LoggedVisit
) -> bool:
    if talk is None or record.uniqueid == logged.callid or logged.talk_s is None:
        return False
    shorter = logged.talk_s * 1000 < (talk.talk_ms or 0)
    return shorter or _asked_for(record, talk.joined_at)


def _waited_for(
    record: CallRecord, visit: Visit, talk: Conversation | None, logged: LoggedVisit
) -> bool:
    waited_longer = (logged.wait_s or 0) * 1000 > (visit.wait_ms or 0)
    return logged.headless and waited_longer and _asked_for(record, visit.entered_at)


def _stepped_out(
    record: CallRecord, visit: Visit, talk: Conversation | None, logged: LoggedVisit
) -> bool:
    """The agent's own stay in a queue, in which the customer took his place."""
    return visit.end == "withdrawn" and record.ended_by == "transfer" and logged.end is None


def _by_caller(
    record: CallRecord, visit: Visit, talk: Conversation | None, logged: LoggedVisit
) -> bool:
    return (
        talk is not None
        and talk.ended_by == "caller"
        and logged.transfer in ("blind", "attended")
        and abs((record.ended_at or 0) - (logged.parted_s or 0) * 1000) <= ENDED_TOGETHER_MS
    )


def _as_ended(*kinds: TransferKind, by: tuple[str, ...] = ("caller", "agent")) -> _Rule:
    """A talk that was handed on so is written as ended, at the same time."""

    def rule(
        record: CallRecord, visit: Visit, talk: Conversation | None, logged: LoggedVisit
    ) -> bool:
        transfer = None if talk is None else talk.transfer
        return transfer is not None and transfer.kind in kinds and logged.by in by

    return rule


def stray(record: CallRecord, logged: LoggedVisit) -> str:
    """The lie that explains a stay of which our call knows nothing, or empty.

    An agent's own call to a colleague has none: the log has lines of his customer's stay under it.
    """
    consulted = record.direction == "internal" and record.ended_by == "transfer"
    return "other leg" if logged.headless and consulted else ""


def _late(record: CallRecord, visit: Visit, talk: Conversation | None, logged: LoggedVisit) -> bool:
    """The log's talk ends when the customer's call does, and ours had ended well before."""
    if talk is None or talk.parted_at is None or record.ended_at is None or not logged.parted_s:
        return False
    at_the_end = abs(record.ended_at - logged.parted_s * 1000) <= ENDED_TOGETHER_MS
    return at_the_end and talk.parted_at < record.ended_at and _longer(talk, logged)


def _local(
    record: CallRecord, visit: Visit, talk: Conversation | None, logged: LoggedVisit
) -> bool:
    return (
        talk is not None
        and talk.transfer is not None
        and talk.agent.interface.startswith("Local/")
        and _longer(talk, logged)
    )


def _called_back(
    record: CallRecord, visit: Visit, talk: Conversation | None, logged: LoggedVisit
) -> bool:
    if record.direction != "outbound" or visit.end != "answered" or visit.left_at is None:
        return False
    return talk is None or (talk.joined_at > visit.left_at and _longer(talk, logged))


def _never_completed(
    record: CallRecord, visit: Visit, talk: Conversation | None, logged: LoggedVisit
) -> bool:
    return logged.end is None or (logged.end == "answered" and logged.parted_s is None)


_RULES: dict[str, dict[str, _Rule]] = {
    "end": {
        "hung up while waiting": _hung_up,
        "redirected while waiting": _taken_out,
        "restart": _restart,
        "crash": _crash,
        "transfer into a queue": _stepped_out,
        "no completion": _never_completed,
    },
    "wait": {
        "crash": _crash,
        "gone in the announcement": _announced,
        "transfer into a queue": _waited_for,
    },
    "agent": {"pick-up": _picked_up, "forward": _forwarded, "call-back": _called_back},
    "talk": {
        "parking": _handed("parked"),
        "redirect": _handed("redirected"),
        "call-back": _called_back,
        "restart": _restart,
        "crash": _crash,
        "no completion": _never_completed,
        "transfer into a queue": _into_queue,
        "local member": _local,
        "attended transfer": _attended,
        "late completion": _late,
    },
    "by": {
        "transfer by the caller": _by_caller,
        "parking": _as_ended("parked"),
        "redirect": _as_ended("redirected"),
        "attended transfer": _as_ended("attended", by=("agent",)),
        "hang-up before the transfer": _as_ended("blind", "attended"),
    },
}

"""Calls, a ledger and a house to look at, made of the product's own values, so shapes are true."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from callcenter.domain import facts as f
from callcenter.domain.facts import AnyFact, Recorded
from callcenter.domain.life_line import life_line
from callcenter.domain.model import (
    AgentRef,
    Caller,
    CallRecord,
    Conversation,
    Disposition,
    Outcome,
    Visit,
    VisitEnd,
)
from callcenter.web.shapes import call_shape, with_facts
from tests.screenpop_ui.scenes import WORDS

Json = dict[str, Any]
CALL = "pbx1:1795339870.412"
AT = 1_795_339_870_000  # 2026-11-22 09:31:10 UTC
RECORDING = "/var/spool/asterisk/monitor/2026/11/22/q-support-412.wav"
PAGE = 12
QUEUES = ("support", "billing", "sales", "orders", "vip")


def _agent(lang: str, n: int) -> AgentRef:
    name = [WORDS[lang]["agent"], *WORDS[lang]["others"]][n]
    return AgentRef(f"pbx1:PJSIP/100{n}", name, f"PJSIP/100{n}")


ENDS: tuple[tuple[Outcome, VisitEnd | None, int, int], ...] = (
    ("answered", "answered", 12, 184),
    ("answered", "answered", 41, 96),
    ("abandoned", "abandoned", 63, 0),
    ("answered", "answered", 4, 611),
    ("timed_out", "timed_out", 180, 0),
    ("key", "key", 22, 0),
    ("answered", "answered", 0, 3671),
    ("refused", "refused", 0, 0),
    ("ivr", None, 0, 0),
    ("unknown", "unknown", 9, 0),
)


HIDDEN = {
    5: Caller(presentation="withheld"),
    # What some lines say in place of a number, and nothing else of it.
    7: Caller(number="anonymous", name="Anonymous"),
}


def _record(lang: str, n: int) -> CallRecord:
    """One of many: the tenth before the last is like the last."""
    outcome, end, wait_s, talk_s = ENDS[n % len(ENDS)]
    at = AT - n * 437_000
    who = _agent(lang, n % 4)
    visits, talks = [], []
    if end is not None:
        queue = QUEUES[n % len(QUEUES)]
        visits.append(Visit(number=1, queue=queue, entered_at=at, wait_ms=wait_s * 1000, end=end))
    if talk_s:
        talks.append(
            Conversation(number=1, agent=who, joined_at=at + wait_s * 1000, talk_ms=talk_s * 1000)
        )
    number = f"0912{n:03d}4567"
    return CallRecord(
        id=CALL if n == 0 else f"pbx1:17953{n:05d}.{n}",
        pbx="pbx1",
        uniqueid=f"17953{n:05d}.{n}",
        linkedid=f"17953{n:05d}.{n}",
        direction="outbound" if n == 6 else "inbound",
        caller=HIDDEN.get(n) or Caller(number=number, e164=f"+98{number[1:]}"),
        line="02191000600",
        customer_id=10 + n % 4 if n % 3 == 0 else None,
        started_at=at,
        ended_at=None if n == 1 else at + (wait_s + talk_s + 5) * 1000,
        ended_by="caller",
        outcome=None if n == 1 else outcome,
        visits=visits,
        conversations=talks,
        disposition=Disposition(code="resolved", resolved=True, by="x", at=at)
        if not n % 4
        else None,
    )


def page(lang: str, query: Mapping[str, str]) -> tuple[list[Json], str | None]:
    """A page of the calls of the day, and the cursor of the next one."""
    first = int(query.get("cursor", "0"))
    limit = min(int(query.get("limit", PAGE)), PAGE if first == 0 else 8)
    shapes = [call_shape(_record(lang, n)) for n in range(first, first + limit)]
    more = str(first + limit) if first == 0 else None
    return msgspec.to_builtins(shapes), more


def _facts(lang: str) -> list[AnyFact]:
    """A call that went through nearly all that can happen to one."""
    ali, sara, reza = _agent(lang, 1), _agent(lang, 2), _agent(lang, 3)
    words = WORDS[lang]
    where: Json = {"pbx": "pbx1", "call": CALL}

    def at(seconds: float) -> Json:
        return {"at": AT + round(seconds * 1000), **where}

    return [
        f.CallStarted(
            **at(0), uniqueid="1795339870.412", linkedid="1795339870.412",
            channel="PJSIP/trunk-00000012", direction="inbound", line="02191000600",
        ),
        f.CustomerLinked(**at(0.1), customer_id=10, e164="+989123456789", how="e164"),
        f.IvrStepped(**at(3), step=words["service"]),
        f.QueueEntered(**at(9), visit=1, queue="support", position=3),
        f.AgentOffered(**at(14), offer=1, agent=ali, visit=1, queue="support"),
        f.OfferEnded(**at(29), offer=1, agent=ali, end="no_answer", ring_ms=15_000, visit=1),
        f.LinkLost(at=AT + 31_000, pbx="pbx1", why=""),
        f.LinkRestored(at=AT + 33_400, pbx="pbx1", gap_ms=2_400, restarted=False),
        f.AgentOffered(**at(34), offer=2, agent=sara, visit=1, queue="support"),
        f.OfferEnded(**at(38), offer=2, agent=sara, end="answered", ring_ms=4_000, visit=1),
        f.QueueLeft(**at(38), visit=1, queue="support", reason="answered", wait_ms=29_000),
        f.AgentAnswered(**at(38), conversation=1, agent=sara, queue="support", visit=1, offer=2),
        f.RecordingStarted(**at(38.4), file=RECORDING),
        f.CallHeld(**at(70), conversation=1),
        f.CallResumed(**at(101), conversation=1),
        f.CallTransferred(**at(150), conversation=1, transfer="attended", to="2003"),
        f.ConversationEnded(
            **at(150), conversation=1, agent=sara, ended_by="transfer", talk_ms=112_000,
            hold_ms=31_000, queue="support",
        ),
        f.AgentAnswered(**at(150), conversation=2, agent=reza),
        f.ConversationEnded(
            **at(222), conversation=2, agent=reza, ended_by="unknown", talk_ms=72_000, hold_ms=0
        ),
        f.CallEnded(**at(222), ended_by="caller", outcome="answered"),
        f.WrapUpStarted(**at(222), conversation=2, agent=reza),
        f.WrapUpEnded(**at(240), conversation=2, agent=reza, wrapup_ms=18_000),
        f.NoteSaved(**at(236), by=reza.name, text=words["notes"][0], rev=1),
        f.DispositionSet(**at(239), by=reza.name, code="resolved", resolved=True),
        f.ConversationCorrected(
            **at(150), conversation=2, agent=reza, talk_ms=71_000, ended_by="caller",
            settled_by="queue_log",
        ),
    ]  # fmt: skip


def call(lang: str) -> Json:
    """One call as ``GET /api/v1/calls/{id}`` tells it."""
    record = _record(lang, 0)
    record.disposition = Disposition(code="resolved", resolved=True, by="x", at=AT + 239_000)
    record.note = WORDS[lang]["notes"][0]
    record.recordings = [RECORDING]
    record.uniqueid = record.linkedid = "1795339870.412"
    record.customer_id = 10
    record.caller = Caller(number="09123456789", e164="+989123456789")
    record.ended_at = AT + 222_000
    record.settled_by = "queue_log"
    who = _agent(lang, 2)
    record.visits = [
        Visit(number=1, queue="support", entered_at=AT, wait_ms=29_000, end="answered")
    ]
    record.conversations = [
        Conversation(number=1, agent=who, joined_at=AT, talk_ms=183_000, hold_ms=31_000)
    ]
    steps = life_line([Recorded(n, fact) for n, fact in enumerate(_facts(lang), 1)])
    told: Json = msgspec.to_builtins(with_facts(record, steps, []))
    return told


def told(name: str, lang: str) -> Json:
    """The other answers."""
    return {"names": _names, "house": _house, "ledger": _ledger, "events": _events}[name](lang)


def _names(lang: str) -> Json:
    titles = WORDS[lang]["queues"]
    words = {"en": "Resolved", "fa": "حل شد", "he": "טופל"}
    return {
        "queues": {queue: {lang: titles[n]} for n, queue in enumerate(QUEUES)},
        "agents": [{"id": _agent(lang, n).id, "name": _agent(lang, n).name} for n in range(4)],
        "dispositions": [{"code": "resolved", **words}],
    }


def _link(pbx: str, up: bool, why: str = "") -> Json:
    return {
        "pbx": pbx, "up": up, "since": "2026-11-22T05:02:11.000Z", "why": why, "events": 1_204_518,
        "reconnects": 2, "refused": 0, "garbage": 0, "odd": 3, "ping_ms": 1.4, "lag_ms": 0.0,
        "skew_ms": -12.0, "actions": up, "recorded": True, "recording_lost": 0,
    }  # fmt: skip


def _house(lang: str) -> Json:
    return {
        "version": "0.3.0", "ready": True, "reasons": [], "links": [_link("pbx1", True)],
        "calls_open": 7, "facts": 48_211, "waiting": 0, "trouble": "", "journal_failures": 0,
        "call_log_waiting": 0, "call_log_failures": 0, "lookup_failures": 0, "orphaned": 0,
        "recorder_keep": "24h", "recorder_scrubs": True,
    }  # fmt: skip


def unwell(lang: str) -> Json:
    """What the house says when a PBX is silent and the disk is full."""
    down = _link("pbx2", False, "The connection to 192.0.2.10:5038 was refused.")
    reasons = [
        "The PBX pbx2 is not heard: The connection to 192.0.2.10:5038 was refused.",
        "318 facts wait for the journal: the disk is full.",
    ]
    return {
        "ready": False, "reasons": reasons, "links": [_link("pbx1", True), down], "waiting": 318,
        "trouble": "the disk is full", "journal_failures": 41,
    }  # fmt: skip


def _ledger(lang: str) -> Json:
    days = [
        {"pbx": "pbx1", "day": f"2026-11-{22 - n}", "equal": 812 - 37 * n, "corrected": n % 3,
         "unexplained": 1 if n == 2 else 0, "known": {"parking": 4} if n % 2 else {},
         "made_at": "2026-11-22T00:01:00.000Z"}
        for n in range(9)
    ]  # fmt: skip
    ours = [{"queue": "support", "number": 1, "wait_ms": 8_000, "end": "abandoned", "offers": []}]
    logged = [{"queue": "support", "number": 1, "wait_s": 9, "end": "timed_out", "rings": []}]
    return {
        "from_day": "2026-10-23",
        "to_day": "2026-11-22",
        "books": [{"pbx": "pbx1", "read": True, "unexplained": 1, "trouble": ""}],
        "days": days,
        "unexplained": [
            {"pbx": "pbx1", "day": "2026-11-20", "call": CALL, "at": "2026-11-20T09:31:10.000Z",
             "why": ["end: abandoned, queue_log timed_out"], "ours": ours, "logged": logged}
        ],
        "more": False,
        "lies": {"parking": "queue_log knows nothing of parking: talk counts until the end"},
    }  # fmt: skip


def _events(lang: str) -> Json:
    def event(name: str, ms: int, **headers: str) -> Json:
        pairs = [["Event", name], *([k.replace("_", "-"), v] for k, v in headers.items())]
        return {"at": f"2026-11-22T09:31:10.{ms:03d}Z", "headers": pairs}

    leg = {"Uniqueid": "1795339870.412", "Linkedid": "1795339870.412"}
    return {
        "state": "kept",
        "said": "",
        "scrubbed": True,
        "more": False,
        "events": [
            event("Newchannel", 4, Channel="PJSIP/trunk-00000012", ChannelStateDesc="Ring", **leg),
            event("VarSet", 9, Channel="PJSIP/trunk-00000012", Variable="LANG", Value="", **leg),
            event("QueueCallerJoin", 31, Queue="support", Position="3", Count="3", **leg),
            event("AgentCalled", 57, Queue="support", MemberName="Ali", **leg),
            event("Hangup", 980, Channel="PJSIP/trunk-00000012", Cause="16", **leg),
        ],
    }  # fmt: skip

"""A recorded story through the translator and the switchboard, as the feed would tell it.

The answers that a trace begins with (and has again after a cut) become roster rows; between two
lives of the link stands the ``LinkWentDown`` that the link itself would have said.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ami_bridge import roster, trace
from ami_bridge.protocol import Message
from ami_bridge.translate import Translator
from callcenter.domain.calls import Rules
from callcenter.domain.facts import AnyFact, Recorded
from callcenter.domain.model import CallRecord
from callcenter.domain.signals import LinkWentDown, Signal, Woke
from callcenter.domain.switchboard import Switchboard
from callcenter.services.ledger import Ledger
from callcenter.web.bodies import instant, instant_or_none
from kpi.records import AgentSpan, without_overlap
from kpi.rules import Rules as KpiRules
from tests.expected import fold
from tests.playbook import trunks_are_lines

TRACES = Path(__file__).parents[1] / "traces"
LONG_AFTER_MS = 120_000
"""How long a played story is waited for: every settling time and wrap-up is over by then."""


class Heard(NamedTuple):
    """Signals that one message led to, and its arrival (epoch ms)."""

    at: int
    signals: list[Signal]


class Played(NamedTuple):
    """What a story led to: all facts, the records they fold into, the switchboard at the end."""

    facts: list[AnyFact]
    calls: dict[str, CallRecord]
    board: Switchboard


def folders() -> list[Path]:
    """Every recorded story, ours and those that were given."""
    return sorted(path.parent for path in TRACES.rglob("ami.jsonl"))


def truth_of(folder: Path) -> dict[str, Any]:
    """What really happened."""
    found: dict[str, Any] = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return found


class _Answers:
    """Gathers the answers of one life of the link until its roster is whole."""

    def __init__(self) -> None:
        self.asked_at = 0
        self.started = ""
        self.queues: list[Message] | None = None
        self.channels: list[Message] | None = None
        self._rows: list[Message] = []

    def take(self, message: Message, at: int) -> roster.Roster | None:
        self.asked_at = self.asked_at or at
        if message.get("CoreStartupDate"):
            self.started = f"{message.get('CoreStartupDate')} {message.get('CoreStartupTime')}"
        elif message.name == "CoreShowChannelsComplete":
            self.channels, self._rows = self._rows, []
        elif message.name == "QueueStatusComplete":
            self.queues, self._rows = self._rows, []
        elif message.name != "Response":
            self._rows.append(message)
        if self.queues is None or self.channels is None:
            return None
        return roster.Roster(self.asked_at, self.started, self.queues, self.channels)


@cache
def lines(folder: Path) -> tuple[trace.TraceLine, ...]:
    """The messages of a trace."""
    return tuple(trace.read(folder / "ami.jsonl"))


@cache
def heard(folder: Path) -> tuple[Heard, ...]:
    """A trace as signals, message by message."""
    return listen(lines(folder))


def listen(messages: Iterable[trace.TraceLine]) -> tuple[Heard, ...]:
    """Messages as signals: by a translator that has heard nothing before them."""
    translator = Translator()
    lives = 0
    answers = _Answers()
    told: list[Heard] = []
    started = ""
    for line in messages:
        message, at = line.message, int(line.t * 1000)
        if message.get("ActionID").startswith("snap"):
            if message.get("Message") == "Authentication accepted":
                if lives and told:
                    told.append(Heard(told[-1].at, [LinkWentDown(told[-1].at, "cut")]))
                    translator.forget()
                lives, answers = lives + 1, _Answers()
                continue
            whole = answers.take(message, at)
            if whole is not None:
                restarted = bool(started and whole.started != started)
                started = whole.started
                told.append(Heard(at, list(roster.signals(whole, restarted, at))))
            continue
        told.append(Heard(at, translator.translate(message, line.t * 1000)))
    return tuple(told)


def flat(story: Iterable[Heard]) -> list[Signal]:
    """The signals alone."""
    return [signal for item in story for signal in item.signals]


def tell(board: Switchboard, signals: Iterable[Signal]) -> list[AnyFact]:
    """Tells a switchboard signals, waking it when it asked for it."""
    facts: list[AnyFact] = []
    for signal in signals:
        while board.next_wake is not None and board.next_wake < signal.at:
            facts += board.apply(Woke(board.next_wake))
        facts += board.apply(signal)
    return facts


def long_after(board: Switchboard, at: int) -> list[AnyFact]:
    """What the switchboard still has to say when nothing more comes."""
    facts: list[AnyFact] = []
    while board.next_wake is not None and board.next_wake <= at + LONG_AFTER_MS:
        facts += board.apply(Woke(board.next_wake))
    return facts


WRAPUP_S = dict.fromkeys(("support", "billing", "sales", "overflow", "tiny", "vip", "auto"), 5)
"""The sample's rule for all queues, which AMI does not tell (ASTERISK 12.15)."""


def new_board(wrapup_s: dict[str, int] | None = None) -> Switchboard:
    """A switchboard of a site that has named its trunk."""
    return Switchboard("pbx1", Rules(is_internal=trunks_are_lines, wrapup_s=wrapup_s or {}))


def shifts_of(facts: Iterable[AnyFact]) -> dict[str, list[dict[str, Any]]]:
    """By interface the spans of each agent, as the API gives them."""
    ledger = Ledger(KpiRules())
    found: dict[str, dict[int, AgentSpan]] = {}
    for fact in facts:
        for span in ledger.apply([Recorded(0, fact)]).spans:
            found.setdefault(span.agent_id, {})[span.start_ms] = span
    return {
        agent.partition(":")[2]: [
            {
                "state": span.state,
                "reason": span.reason,
                "started_at": instant(span.start_ms),
                "ended_at": instant_or_none(span.end_ms),
            }
            for span in without_overlap(spans.values())
        ]
        for agent, spans in found.items()
    }


def play(signals: list[Signal], wrapup_s: dict[str, int] | None = None) -> Played:
    """What these signals lead to, long after the last of them."""
    board = new_board(wrapup_s)
    facts = tell(board, signals)
    if signals:
        facts += long_after(board, max(signal.at for signal in signals))
    return Played(facts, fold(facts), board)

"""A recording through the translator and the switchboard, as the service would have taken it.

The answers with which each life of the connection begins become the roster's rows. Between two
lives stands the loss of the link. Nothing but the file and the settings goes in, so the same
recording gives the same facts every time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from msgspec import Struct

from ami_bridge import roster
from ami_bridge.protocol import Message
from ami_bridge.trace import TraceLine
from ami_bridge.translate import Translator
from callcenter.domain.calls import Rules
from callcenter.domain.facts import AnyFact
from callcenter.domain.signals import LinkWentDown, Signal, Woke
from callcenter.domain.switchboard import Switchboard

LONG_AFTER_MS = 120_000
"""How long after the last message timers still run out: every settling time and usual wrap-up."""


class Tally(Struct):
    """What a replay went through; ``unwhole`` are lives of the link without a whole roster."""

    messages: int = 0
    lives: int = 0
    unwhole: int = 0
    signals: int = 0
    odd: int = 0
    facts: int = 0


class _Answers:
    """Gathers the answers of one life of the link until its roster is whole."""

    def __init__(self) -> None:
        self._asked_at = 0
        self._started = ""
        self._queues: list[Message] | None = None
        self._channels: list[Message] | None = None
        self._rows: dict[str, list[Message]] = {}
        self.whole = False

    def take(self, message: Message, at: int) -> roster.Roster | None:
        """The roster, in the moment when this answer makes it whole."""
        self._asked_at = self._asked_at or at
        if message.get("CoreStartupDate"):
            self._started = f"{message.get('CoreStartupDate')} {message.get('CoreStartupTime')}"
        elif message.name == "CoreShowChannelsComplete":
            self._channels = self._rows.pop(message.action_id, [])
        elif message.name == "QueueStatusComplete":
            self._queues = self._rows.pop(message.action_id, [])
        elif message.name != "Response":
            self._rows.setdefault(message.action_id, []).append(message)
        if self.whole or self._queues is None or self._channels is None:
            return None
        self.whole = True
        return roster.Roster(self._asked_at, self._started, self._queues, self._channels)


def replay(lines: Iterable[TraceLine], pbx: str, rules: Rules, tally: Tally) -> Iterator[AnyFact]:
    """The facts of a recording, in order; ``tally`` counts on the way."""
    board = Switchboard(pbx, rules)
    at = 0
    for signal in _signals(lines, tally):
        at = max(at, signal.at)
        for fact in chain(_awake(board, signal.at - 1), board.apply(signal)):
            tally.facts += 1
            yield fact
    for fact in _awake(board, at + LONG_AFTER_MS):
        tally.facts += 1
        yield fact
    tally.odd = board.odd


def _awake(board: Switchboard, until: int) -> Iterator[AnyFact]:
    while board.next_wake is not None and board.next_wake <= until:
        yield from board.apply(Woke(board.next_wake))


def _signals(lines: Iterable[TraceLine], tally: Tally) -> Iterator[Signal]:
    for signal in _told(lines, tally):
        tally.signals += 1
        yield signal


def _told(lines: Iterable[TraceLine], tally: Tally) -> Iterator[Signal]:
    translator = Translator()
    answers = _Answers()
    started, before = "", 0
    for line in lines:
        message, at = line.message, int(line.t * 1000)
        tally.messages += 1
        if message.get("Message") == "Authentication accepted":
            if tally.lives:
                tally.unwhole += not answers.whole
                yield LinkWentDown(before, "cut")
                translator.forget()
            tally.lives, answers = tally.lives + 1, _Answers()
        elif message.action_id.startswith("snap"):
            whole = answers.take(message, at)
            if whole is not None:
                restarted = bool(started and whole.started and whole.started != started)
                started = whole.started or started
                yield from roster.signals(whole, restarted, at)
        elif message.name != "Response":
            yield from translator.translate(message, line.t * 1000)
        before = at
    tally.unwhole += not answers.whole

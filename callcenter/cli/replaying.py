"""A recording through the translator and the switchboard, as the service would have taken it.

The answers with which each life of the connection begins become the roster's rows. Between two
lives stands the loss of the link. Nothing but the recording and the settings goes in, so it gives
the same facts every time: those of the service that made it, byte for byte, if it was there from
the service's start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from ami_bridge import house_events, roster
from ami_bridge.feed import Heard
from ami_bridge.protocol import Message
from ami_bridge.trace import TraceLine
from ami_bridge.translate import EVENTS, Translator
from callcenter.domain.calls import Rules
from callcenter.domain.facts import AnyFact
from callcenter.domain.signals import LinkWentDown
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

    def take(self, message: Message, at: int) -> None:
        """Notes an answer."""
        self._asked_at = self._asked_at or at
        if message.get("CoreStartupDate"):
            self._started = f"{message.get('CoreStartupDate')} {message.get('CoreStartupTime')}"
        elif message.name == "CoreShowChannelsComplete":
            self._channels = self._rows.pop(message.action_id, [])
        elif message.name == "QueueStatusComplete":
            self._queues = self._rows.pop(message.action_id, [])
        elif message.name != "Response":
            self._rows.setdefault(message.action_id, []).append(message)

    def whole(self) -> roster.Roster | None:
        """The roster, if all of it was answered."""
        if self._queues is None or self._channels is None:
            return None
        return roster.Roster(self._asked_at, self._started, self._queues, self._channels)

    def told(self, note: Message) -> roster.Roster:
        """The roster as it was taken when ``note`` was made; what was refused is empty."""
        return roster.Roster(
            int(note.get("AskedAt")),
            note.get("Started"),
            self._queues or (),
            self._channels or (),
        )


def replay(lines: Iterable[TraceLine], pbx: str, rules: Rules, tally: Tally) -> Iterator[AnyFact]:
    """The facts of a recording, in order; ``tally`` counts on the way."""
    board = Switchboard(pbx, rules)
    last = 0
    for heard in _Connection(tally).heard(lines):
        tally.signals += len(heard.signals)
        last = max(last, heard.at)
        for fact in board.hear(heard.at, heard.signals):
            tally.facts += 1
            yield fact
    for fact in board.hear(last + LONG_AFTER_MS, ()):
        tally.facts += 1
        yield fact
    tally.odd = board.odd


class _Connection:
    """The link's lives as a recording has them, each beginning with its roster.

    A recording of ours has notes (``house_events``) of when the link came and went and when the
    roster was told. One without them (older, or made by something else) is taken as if the roster
    had been told as soon as it was whole, and the link lost with its last message.
    """

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._translator = Translator()
        self._answers = _Answers()
        self._noted = False
        self._up = False
        self._rostered = True
        self._started = ""

    def heard(self, lines: Iterable[TraceLine]) -> Iterator[Heard]:
        """What the switchboard hears, message by message."""
        before = 0
        for line in lines:
            message, at = line.message, line.at
            self._tally.messages += 1
            if message.name == house_events.LINK_UP or (
                message.get("Message") == "Authentication accepted" and not self._noted
            ):
                if self._up:
                    yield from self._down(before, "cut", before)
                self._login(noted=message.name == house_events.LINK_UP)
            elif house_events.is_one(message):
                yield from self._note(message, at)
            elif message.action_id.startswith("snap"):
                self._answers.take(message, at)
                whole = self._answers.whole()
                if not self._noted and not self._rostered and whole is not None:
                    yield self._roster(whole, at)
            elif message.name in EVENTS:
                yield Heard(at, self._translator.translate(message, at))
            before = at
        self._tally.unwhole += not self._rostered or not self._tally.lives

    def _login(self, noted: bool) -> None:
        self._tally.lives += 1
        self._answers = _Answers()
        self._noted, self._up, self._rostered = noted, True, False
        self._translator.forget()

    def _down(self, at: int, why: str, lost_at: int) -> Iterator[Heard]:
        self._noted = self._up = False
        self._tally.unwhole += not self._rostered
        self._rostered = True
        yield Heard(at, [LinkWentDown(lost_at, why)])

    def _note(self, note: Message, at: int) -> Iterator[Heard]:
        if note.name == house_events.LINK_DOWN:
            yield from self._down(at, note.get("Why"), int(note.get("Since")))
        elif self._up:
            yield self._roster(self._answers.told(note), at)

    def _roster(self, told: roster.Roster, at: int) -> Heard:
        self._rostered = True
        restarted = bool(self._started and told.started and told.started != self._started)
        self._started = told.started or self._started
        return Heard(at, list(roster.signals(told, restarted, at)))

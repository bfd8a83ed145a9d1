"""Recorded stories on a fake PBX without a network: a client's session, its bytes, its roster.

``Stage`` is the PBX and one client of it, who is told everything over a session of the fake's own,
parses it as the service does, asks what the service asks, and keeps the signals.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import cache
from pathlib import Path
from typing import Any

from ami_bridge import roster, trace
from ami_bridge.actions import Headers
from ami_bridge.answers import Answer
from ami_bridge.fakepbx import recorded
from ami_bridge.fakepbx.actions import Actions
from ami_bridge.fakepbx.events import Event
from ami_bridge.fakepbx.exchange import Exchange
from ami_bridge.fakepbx.lists import Lists
from ami_bridge.fakepbx.player import Playing
from ami_bridge.fakepbx.session import Action, Session
from ami_bridge.fakepbx.simulation import Simulation
from ami_bridge.protocol import Message, Parser
from ami_bridge.translate import Translator
from callcenter.domain.signals import LinkWentDown, Signal
from tests.ami_bridge.replaying import Heard, lines

START = 1_801_000_000_123
"""When the stage is set, epoch ms: long after the stories were recorded, between two seconds."""


@cache
def story(folder: Path) -> recorded.Recorded:
    """The recorded story of this folder."""
    return recorded.read(folder)


def said(folder: Path) -> list[trace.TraceLine]:
    """What the real Asterisk said to everybody."""
    return [
        line
        for line in lines(folder)
        if not line.message.get("ActionID").startswith("snap")
        and line.message.name not in ("FullyBooted", "Response")
    ]


class _Wire(asyncio.Transport):
    """Takes what the session writes."""

    def __init__(self, hear: Callable[[bytes], None]) -> None:
        super().__init__()
        self._hear = hear

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._hear(bytes(data))

    def get_write_buffer_size(self) -> int:
        return 0

    def close(self) -> None:
        """The session is done with it."""


class Stage:
    """A fake PBX and its one client.

    ``told`` are the events, each with its arrival (epoch ms), ``rows`` the items of all lists.
    """

    def __init__(self, seed: int = 1) -> None:
        self.sim = Simulation(START)
        self.ex = Exchange(self.sim, seed, self._tell)
        self._performed = {**Actions(self.ex).actions, **Lists(self.ex).actions}
        self._session: Session | None = None
        self._parser = Parser()
        self._answers: list[Message] = []
        self._asking = False
        self._translator = Translator()
        self.told: list[tuple[int, Message]] = []
        self.heard: list[Heard] = []
        self.rows: list[Message] = []
        self.after_each: Callable[[], None] = lambda: None

    # -- the stories --------------------------------------------------------------------------

    def play(self, folder: Path, site: int = 0, after_s: float = 0.0) -> Playing:
        """Puts a story on; ``run`` lets it pass."""
        playing = Playing(self.ex, story(folder), site, after_s, self._cut, self.sign_in)
        self.sim.spawn(folder.name, playing.story())
        return playing

    def run(self) -> None:
        """Lets everything pass that was put on."""
        while (due := self.sim.next_due()) is not None:
            self.sim.run_until(due)

    # -- the client ---------------------------------------------------------------------------

    def sign_in(self) -> None:
        """The client signs in and asks how things are, as the service does."""
        self._parser = Parser()
        self._session = Session(
            ("callcenter", "s3cret"), self._perform, lambda _: None, lambda _: None, 1
        )
        self._session.connection_made(_Wire(self._hear))
        self._asking = True
        self._session.data_received(
            b"Action: Login\r\nActionID: login\r\nUsername: callcenter\r\nSecret: s3cret\r\n\r\n"
        )
        self._asking = False
        assert self._answers.pop().get("Message") == "Authentication accepted"
        self.heard.append(Heard(self.sim.now, self.roster()))

    def roster(self) -> list[Signal]:
        """What the service would make of the answers that it got now."""
        asked_at = self.sim.now
        return list(roster.signals(_at_once(roster.ask(self, asked_at)), False, asked_at))

    async def ask(
        self,
        action: Headers,
        timeout_s: float = 10.0,
        at_item: Callable[[Message], bool] | None = None,
    ) -> Answer:
        """One question over the session, and its answer (``roster.Asker``)."""
        assert self._session is not None
        lines = [*dict(action).items(), ("ActionID", "asked")]
        text = "".join(f"{key}: {value}\r\n" for key, value in lines)
        self._asking, self._answers = True, []
        self._session.data_received(f"{text}\r\n".encode())
        self._asking = False
        response, *items = self._answers
        self.rows += items
        assert all(message.action_id == "asked" for message in self._answers)
        return Answer(response, [item for item in items if at_item is None or not at_item(item)])

    def signals(self) -> list[Signal]:
        """All that was heard, as signals."""
        return [signal for heard in self.heard for signal in heard.signals]

    def _perform(self, session: Session, action: Action) -> None:
        self._performed[action.name](session, action)

    def _tell(self, event: Event) -> None:
        if self._session is not None:
            self._session.tell(event, event.text())
            self.after_each()

    def _hear(self, data: bytes) -> None:
        for message in self._parser.feed(data):
            if self._asking:
                self._answers.append(message)
                continue
            self.told.append((self.sim.now, message))
            signals = self._translator.translate(message, float(self.sim.now))
            self.heard.append(Heard(self.sim.now, signals))

    def _cut(self) -> None:
        self._session = None
        self.heard.append(Heard(self.sim.now, [LinkWentDown(self.heard[-1].at, "cut")]))
        self._translator.forget()


def _at_once(asking: Coroutine[Any, Any, roster.Roster]) -> roster.Roster:
    """The result of a coroutine that waits for nothing."""
    try:
        asking.send(None)
    except StopIteration as done:
        result: roster.Roster = done.value
        return result
    raise AssertionError("it waits for something")

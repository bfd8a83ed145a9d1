"""One PBX heard: its link, its inbox and the roster, as one ordered stream of signals.

``batches`` is what the engine reads. Live events and the roster's rows meet here: while the roster
is being asked for, events are told as they come; its rows follow in one piece when the answers are
there, at a place in the inbox that a recording has as well. If the roster fails, the link is asked
again after a while; without it the view stays unknown, which the board shows, and is never guessed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from typing import NamedTuple

from msgspec import Struct

from callcenter.domain.signals import LegSeen, MemberSeen, Signal
from callcenter.domain.signals import LinkWentDown as WentDown
from callcenter.supervise import Tasks

from . import house_events, roster
from .answers import LinkError
from .inbox import Arrived, Inbox, LinkCameUp, LinkWentDown, RosterCame
from .link import AmiLink
from .member_watch import MemberWatch
from .presentation import Presentations
from .translate import EVENTS, Translator
from .wrap_up_probe import WrapUpProbe

log = logging.getLogger(__name__)

BATCH = 50
PORTION = 200
"""Roster rows told at a time."""
RETRY_S = 5.0
HEARD = EVENTS | {"Reload"}
"""Names of the events that mean something here."""
IDLE_S = 0.25
"""So often time passes for the switchboard when nothing is said."""


class Heard(Struct, gc=False):
    """What one message led to, and when it arrived (epoch ms); 0: with the one before it."""

    at: int
    signals: Sequence[Signal]


BOOT_S, BOOT_TRIES = 0.5, 60
"""How often a PBX that knows nothing of queues (yet) is asked again; it boots in seconds."""


class Batch(NamedTuple):
    """What was heard, in order, and when the oldest message of it arrived (wall clock, ms).

    Nothing heard: then nothing waits either, and all that will come arrives after ``arrived_ms``.
    """

    heard: list[Heard]
    arrived_ms: int

    @property
    def signals(self) -> list[Signal]:
        """The signals alone."""
        return [signal for heard in self.heard for signal in heard.signals]


class Feed:
    """Turns what one link brings into batches of signals."""

    def __init__(
        self,
        name: str,
        link: AmiLink,
        inbox: Inbox,
        wall_ms: Callable[[], int],
        tasks: Tasks,
        presentations: Presentations,
        wrap_ups: WrapUpProbe,
        members: MemberWatch,
    ) -> None:
        self.name = name
        self.link = link
        self._inbox = inbox
        self._wall_ms = wall_ms
        self._tasks = tasks
        self._translator = Translator()
        self._presentations = presentations
        self._wrap_ups = wrap_ups
        self._members = members
        self._started = ""
        self._life = 0
        self.events = 0
        self.signals = 0
        self.complaints: tuple[str, ...] = ()
        self.rostered_at = 0

    @property
    def skew_ms(self) -> float:
        """How far this PBX's clock is behind ours (ms)."""
        return self._translator.instants.skew_ms

    @property
    def clock_steps(self) -> int:
        """Times that this PBX's clock was set, as far as it could be noticed."""
        return self._translator.instants.steps

    async def batches(self) -> AsyncIterator[Batch]:
        """Eternal: what there is, up to fifty messages at a time; empty after half a second."""
        while True:
            try:
                async with asyncio.timeout(IDLE_S if not len(self._inbox) else None):
                    items = await self._inbox.take(BATCH)
            except TimeoutError:
                if not len(self._inbox):
                    yield Batch([], self._wall_ms())
                continue
            heard: list[Heard] = []
            arrived = self._wall_ms()
            for item in items:
                if isinstance(item, Arrived):
                    self.events += 1
                    name = item.message.name
                    if name not in EVENTS:
                        if name == "Reload":
                            self._wrap_ups.forget()
                        continue
                    arrived = min(arrived, item.wall_ms)
                    made = self._translator.translate(item.message, item.wall_ms)
                    if name == "Newchannel" and isinstance(made[0], LegSeen):
                        self._presentations.seen(made[0])
                    elif name == "QueueMemberStatus":
                        self._wrap_ups.seen(item.message, self.skew_ms / 1000)
                    elif name in ("QueueMemberRemoved", "QueueMemberPause"):
                        self._wrap_ups.moved(item.message)
                    self._members.seen(item.message)
                    self.signals += len(made)
                    heard.append(Heard(item.wall_ms, made))
                elif isinstance(item, LinkCameUp):
                    self._came_up()
                elif isinstance(item, LinkWentDown):
                    self._life += 1
                    self.signals += 1
                    heard.append(Heard(item.wall_ms, [WentDown(item.lost_ms, item.why)]))
                elif item.life == self._life:
                    if heard:
                        yield Batch(heard, arrived)
                        heard = []
                    async for portion in self._tell(item.roster, item.wall_ms):
                        yield portion
            if heard:
                yield Batch(heard, arrived)

    def _came_up(self) -> None:
        self._life += 1
        self._translator.forget()
        self._wrap_ups.forget()
        self._tasks.brief(f"roster of {self.name}", self._ask(self._life))

    async def _ask(self, life: int) -> None:
        tries = 0
        while life == self._life:
            try:
                answer = await roster.ask(self.link, self._wall_ms())
            except LinkError as error:
                log.warning("the roster of %s could not be read: %s", self.name, error)
                await asyncio.sleep(RETRY_S)
                continue
            if not answer.has_queues and tries < BOOT_TRIES:
                # Asterisk takes logins before its modules are there: this list is not the truth.
                tries += 1
                await asyncio.sleep(BOOT_S)
                continue
            self.complaints = answer.complaints
            for complaint in answer.complaints:
                log.warning("%s: %s", self.name, complaint)
            now = self._wall_ms()
            self._inbox.put(RosterCame(life, answer, asyncio.get_running_loop().time(), now))
            note = house_events.roster(answer.asked_at, answer.started)
            for listener in self.link.listeners:
                listener(note, now / 1000)
            return

    async def _tell(self, answer: roster.Roster, now: int) -> AsyncIterator[Batch]:
        restarted = bool(self._started and answer.started and answer.started != self._started)
        self._started = answer.started or self._started
        self.rostered_at = now
        self._members.begin(answer.queues)
        at, portion = now, list[Signal]()
        for signal in roster.signals(answer, restarted, now):
            portion.append(signal)
            if type(signal) is MemberSeen:
                self._members.listed(signal)
            if len(portion) >= PORTION:
                yield Batch([Heard(at, portion)], now)
                at, portion = 0, []
                await asyncio.sleep(0)
        life = self._life
        watched = self._members.watch(lambda: life == self._life)
        self._tasks.brief(f"members of {self.name}", watched)
        yield Batch([Heard(at, portion)], now)

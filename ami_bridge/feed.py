"""One PBX heard: its link, its inbox and the roster, as one ordered stream of signals.

``batches`` is what the engine reads. Live events and the roster's rows meet here: while the roster
is being asked for, events are told as they come; its rows follow in one piece when the answers are
there. If the roster fails, the link is asked again after a while; without it the view stays
unknown, which the board shows, and is never guessed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

from callcenter.domain.signals import LegSeen, Signal
from callcenter.domain.signals import LinkWentDown as WentDown
from callcenter.supervise import Tasks

from . import roster
from .answers import LinkError
from .inbox import Arrived, Inbox, LinkCameUp, LinkWentDown
from .link import AmiLink
from .member_watch import MemberWatch
from .presentation import Presentations
from .translate import Translator
from .wrap_up_probe import WrapUpProbe

log = logging.getLogger(__name__)

BATCH = 50
PORTION = 200
"""Roster rows told at a time."""
RETRY_S = 5.0


class Batch(NamedTuple):
    """Signals in order, and when the oldest message behind them arrived (wall clock, ms)."""

    signals: list[Signal]
    arrived_ms: float


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
        self._rosters: asyncio.Queue[tuple[int, roster.Roster]] = asyncio.Queue(4)
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
            while not self._rosters.empty():
                life, answer = self._rosters.get_nowait()
                if life == self._life:
                    async for batch in self._tell(answer):
                        yield batch
            try:
                async with asyncio.timeout(0.25 if not len(self._inbox) else None):
                    items = await self._inbox.take(BATCH)
            except TimeoutError:
                yield Batch([], self._wall_ms())
                continue
            signals: list[Signal] = []
            arrived = float(self._wall_ms())
            for item in items:
                if isinstance(item, Arrived):
                    arrived = min(arrived, item.wall_ms)
                    self.events += 1
                    made = self._translator.translate(item.message, item.wall_ms)
                    if item.message.name == "Newchannel" and isinstance(made[0], LegSeen):
                        self._presentations.seen(made[0])
                    elif item.message.name == "QueueMemberStatus":
                        self._wrap_ups.seen(item.message)
                    elif item.message.name in ("QueueMemberRemoved", "QueueMemberPause"):
                        self._wrap_ups.moved(item.message)
                    elif item.message.name == "Reload":
                        self._wrap_ups.forget()
                    self._members.seen(item.message)
                    signals += made
                elif isinstance(item, LinkCameUp):
                    self._came_up()
                elif isinstance(item, LinkWentDown):
                    self._life += 1
                    signals.append(WentDown(item.wall_ms, item.why))
            self.signals += len(signals)
            yield Batch(signals, arrived)

    def _came_up(self) -> None:
        self._life += 1
        self._translator.forget()
        self._wrap_ups.forget()
        self._tasks.brief(f"roster of {self.name}", self._ask(self._life))

    async def _ask(self, life: int) -> None:
        while life == self._life:
            try:
                answer = await roster.ask(self.link, self._wall_ms())
            except LinkError as error:
                log.warning("the roster of %s could not be read: %s", self.name, error)
                await asyncio.sleep(RETRY_S)
                continue
            self.complaints = answer.complaints
            for complaint in answer.complaints:
                log.warning("%s: %s", self.name, complaint)
            await self._rosters.put((life, answer))
            return

    async def _tell(self, answer: roster.Roster) -> AsyncIterator[Batch]:
        restarted = bool(self._started and answer.started and answer.started != self._started)
        self._started = answer.started or self._started
        now = self._wall_ms()
        self.rostered_at = now
        self._members.rostered(answer.queues)
        life = self._life
        watched = self._members.watch(lambda: life == self._life)
        self._tasks.brief(f"members of {self.name}", watched)
        portion: list[Signal] = []
        for signal in roster.signals(answer, restarted, now):
            portion.append(signal)
            if len(portion) >= PORTION:
                yield Batch(portion, now)
                portion = []
                await asyncio.sleep(0)
        yield Batch(portion, now)

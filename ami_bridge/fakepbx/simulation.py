"""Time without a clock: stories take turns at the moments they ask for.

A story is a generator. It yields the seconds it wants to pass and gets back None when they passed,
or the word with which somebody interrupted it. Nothing here sleeps or knows of asyncio: whoever
owns real time calls ``run_until`` when it is due; a test runs an hour in a moment.
"""

from __future__ import annotations

import heapq
from collections.abc import Generator
from itertools import count
from math import ceil
from typing import Any

Story = Generator[float, str | None, Any]


class Actor:
    """A story under way."""

    __slots__ = ("alive", "name", "started", "story", "turn")

    def __init__(self, name: str, story: Story) -> None:
        self.name = name
        self.story = story
        self.alive = True
        self.started = False
        self.turn = 0


class Simulation:
    """The stories and the moment they have come to. ``now`` is epoch milliseconds UTC."""

    def __init__(self, now: int) -> None:
        self._now = now
        self._order = count()
        self.running: Actor | None = None
        self._due: list[tuple[int, int, Actor, int, str | None]] = []

    def pass_until(self, moment: float, heeds: str = "") -> Generator[float, str | None, str]:
        """Lets time pass until ``moment`` (epoch ms) within a story.

        Returns "" then, or the first interrupting word that begins with one of the words in
        ``heeds`` (separated by blanks); others are passed over.
        """
        while (left := moment - self._now) > 0:
            word = yield left / 1000
            if word is not None and word.partition(" ")[0] in heeds.split():
                return word
        return ""

    @property
    def now(self) -> int:
        """The moment of the story that is running, or of the last one that ran."""
        return self._now

    def spawn(self, name: str, story: Story, after_s: float = 0.0) -> Actor:
        """Starts a story ``after_s`` seconds from now."""
        actor = Actor(name, story)
        self._plan(actor, after_s, None)
        return actor

    def interrupt(self, actor: Actor, word: str) -> None:
        """Ends the wait of a story now; it gets ``word``. A story that ended hears nothing."""
        if actor.alive:
            self._plan(actor, 0.0, word)

    def next_due(self) -> int | None:
        """When the next story wants its turn, epoch ms; None when nothing is planned."""
        while self._due and not self._current(self._due[0]):
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def run_until(self, now: int) -> None:
        """Gives all turns that are due up to ``now`` (epoch ms), in their order."""
        while (due := self.next_due()) is not None and due <= now:
            _, _, actor, _, word = heapq.heappop(self._due)
            self._now = max(self._now, due)
            self._turn(actor, word)
        self._now = max(self._now, now)

    def _plan(self, actor: Actor, after_s: float, word: str | None) -> None:
        actor.turn += 1
        # Whole milliseconds, rounded up: a story that waits until a moment never wakes before it.
        due = self._now + (ceil(round(after_s * 1000, 3)) or 1 if after_s > 0 else 0)
        heapq.heappush(self._due, (due, next(self._order), actor, actor.turn, word))

    @staticmethod
    def _current(entry: tuple[int, int, Actor, int, str | None]) -> bool:
        _, _, actor, turn, _ = entry
        return actor.alive and actor.turn == turn

    def _turn(self, actor: Actor, word: str | None) -> None:
        self.running = actor
        try:
            # A story that has not begun has nothing to interrupt.
            wait = actor.story.send(word if actor.started else None)
            actor.started = True
        except StopIteration:
            actor.alive = False
        else:
            self._plan(actor, wait, None)
        finally:
            self.running = None

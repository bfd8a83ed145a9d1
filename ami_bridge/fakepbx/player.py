"""Plays a recorded story as one of the fake PBX's own: its ids, its time, its people, its state.

Events come in the recorded order with the recorded gaps in time; the state follows them, so that
whoever signs in meanwhile is told what is true at that instant. The answers that the recorder had
are not played: they only say how the PBX was when a life of the recorder's link began. Between two
lives the link is cut here too. What the PBX did meanwhile nobody heard; it is taken as done when
the link comes back.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from .events import Event
from .exchange import Exchange
from .following import Follower
from .names import Names
from .recorded import Life, Recorded
from .simulation import Story

Told = Callable[[], None]


def _nothing() -> None:
    """For who has no link to cut."""


class Playing:
    """One playing of one story at a site of its own (``names``).

    It begins ``after_s`` seconds from now or less than a second later; who is a member then is one
    from now on. ``cut`` and ``restore`` are called where the recorder's link went and came back.
    """

    def __init__(
        self,
        ex: Exchange,
        recorded: Recorded,
        site: int = 0,
        after_s: float = 0.0,
        cut: Told = _nothing,
        restore: Told = _nothing,
    ) -> None:
        self._ex = ex
        self._recorded = recorded
        self._cut = cut
        self._restore = restore
        # Whole seconds later: members' instants (LastCall and so on) know nothing finer.
        self.later_s = ceil((ex.now + after_s * 1000 - recorded.began / 1000) / 1000)
        self.names = Names(ex.pbx, ex.random, lambda: ex.now, self.later_s, site)
        self._follower = Follower(ex.pbx, lambda: ex.now)
        self.over = False
        self._furnish(recorded.lives[0])

    @property
    def begins(self) -> int:
        """When the recorder's login has its place, epoch ms."""
        return self._played(self._recorded.began)

    def story(self) -> Story:
        """All of it, for ``Simulation.spawn``."""
        for number, life in enumerate(self._recorded.lives):
            yield from self._until(life.began)
            if number:
                self._furnish(life)
                self._restore()
            yield from self._play(life)
            if number + 1 < len(self._recorded.lives):
                self._cut()
        self.over = True

    def _play(self, life: Life) -> Story:
        for said in life.events:
            yield from self._until(said.came)
            body = self.names.headers(said.body)
            self._follower.take(said.name, body)
            at = said.stamp + self.later_s * 1_000_000
            self._ex.emit(Event(said.name, said.klass, at, body))

    def _furnish(self, life: Life) -> None:
        self._follower.furnish(self.names.headers(row) for row in life.rows)

    def _until(self, recorded_us: int) -> Story:
        yield from self._ex.sim.pass_until(self._played(recorded_us))

    def _played(self, recorded_us: int) -> int:
        return ceil(recorded_us / 1000) + self.later_s * 1000

"""What anyone may see now, by topic: a snapshot, and from then on what changes.

``agent:<id>`` changes at once; ``wall:main`` and ``queues:mine`` are built anew at most twice a
second, when something moved or a second has passed (levels and windows move with the clock).
Everything here is synchronous: a snapshot and its place in the stream are one tick.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from callcenter.domain.board import Board
from callcenter.domain.facts import Recorded
from callcenter.ports.clock import Clock

from .access import SignedIn
from .desks import Desks
from .pushes import Deltas, Push, difference
from .wall import WallView

WALL = "wall:main"
MY_QUEUES = "queues:mine"
AGENT = "agent:"
STEP_S = 0.5
Listener = Callable[[str, int, Deltas | Push], None]


class Live:
    """The live topics. ``told`` is the desks' way in; ``missing`` is raised for no such topic."""

    def __init__(
        self, board: Board, clock: Clock, missing: Callable[[str], Exception] = KeyError
    ) -> None:
        self._board = board
        self._clock = clock
        self._missing = missing
        self._listeners: list[Listener] = []
        self._number = 0
        self._dirty = True
        self._shown: dict[str, dict[str, Any]] = {WALL: {}, MY_QUEUES: {"queues": {}}}
        self.wall: WallView | None = None
        self.desks: Desks | None = None

    def told(self, agent: str, change: Deltas | Push) -> None:
        """A desk changed."""
        self._say(AGENT + agent, change)

    def apply(self, batch: Sequence[Recorded], arrived_ms: float) -> None:
        """Facts came: the wall is to be built anew."""
        self._dirty = True

    def snapshot(self, topic: str, user: SignedIn) -> tuple[int, dict[str, Any]]:
        """The topic's state now and its number. Raises the ``missing`` error."""
        if topic in (WALL, MY_QUEUES):
            if not self._shown[WALL]:
                self.step()
            return self._number, self._of(topic, user)
        agent = topic.removeprefix(AGENT)
        if not topic.startswith(AGENT) or self.desks is None:
            raise self._missing(topic)
        return self._number, self.desks.snapshot(agent)

    def _of(self, topic: str, user: SignedIn) -> dict[str, Any]:
        state = self._shown[topic]
        if topic != MY_QUEUES:
            return state
        mine = self.queues_of(user)
        return {"queues": {name: row for name, row in state["queues"].items() if name in mine}}

    def subscribe(self, listener: Listener) -> None:
        """``listener(topic, number, change)`` hears every change, in order."""
        self._listeners.append(listener)

    def queues_of(self, user: SignedIn) -> frozenset[str]:
        """The queues that this person serves; all of them for supervisor and admin."""
        if user.role != "agent":
            return frozenset(self._board.queues)
        agent = self._board.agents.get(user.agent_id or "")
        mine = frozenset() if agent is None else frozenset(agent.queues)
        return frozenset(name for name in self._board.queues if name.casefold() in mine)

    def step(self) -> None:
        """Builds wall and queues anew and tells what changed."""
        if self.wall is None:
            return
        self._dirty = False
        built = self.wall.build(self._clock.wall_ms())
        self._replace(WALL, built)
        self._replace(MY_QUEUES, self.wall.mine())

    async def run(self) -> None:
        """Eternal: steps twice a second when something moved or a PBX fell behind, else once."""
        idle = False
        while True:
            await asyncio.sleep(STEP_S)
            if self._dirty or idle or (self.wall is not None and self.wall.turned()):
                self.step()
                idle = False
            else:
                idle = True

    def _replace(self, topic: str, state: dict[str, Any]) -> None:
        changes = difference(self._shown[topic], state)
        self._shown[topic] = state
        if changes:
            self._say(topic, changes)

    def _say(self, topic: str, change: Deltas | Push) -> None:
        self._number += 1
        for listener in self._listeners:
            listener(topic, self._number, change)

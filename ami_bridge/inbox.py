"""What came from one PBX and waits to be worked: bounded, in order, filled without waiting.

The link puts messages in from within ``data_received``; one consumer takes them out. The coming
and going of the link stand as markers in the same order, so the consumer knows which events belong
to which life of the connection. Markers are never dropped, and neither are events: when the bound
is reached ``put`` says so and the link cuts itself, because a roster after a reconnect repairs
everything, and a hole in the middle nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from msgspec import Struct

from ami_bridge.protocol import Message
from ami_bridge.roster import Roster


class Arrived(Struct, gc=False):
    """One event, stamped when its bytes were read."""

    message: Message
    mono_s: float
    wall_ms: int


class LinkCameUp(NamedTuple):
    """The login succeeded; events from here on belong to this life of the connection."""

    mono_s: float
    wall_ms: int
    banner: str


class LinkWentDown(NamedTuple):
    """The connection is gone; ``why`` is a sentence.

    ``lost_ms``: until when it was whole, at the latest ``wall_ms``, when we gave it up (epoch ms).
    """

    why: str
    mono_s: float
    wall_ms: int
    lost_ms: int


class RosterCame(NamedTuple):
    """The roster asked for in one ``life`` of the connection is whole."""

    life: int
    roster: Roster
    mono_s: float
    wall_ms: int


Item = Arrived | LinkCameUp | LinkWentDown | RosterCame


class Inbox:
    """A bounded queue of what arrived. One loop, one consumer.

    ``wanted`` are the events that its consumer reads, None for all: of what Asterisk says by
    default half is about devices and music, and who fills the inbox leaves it out.
    """

    def __init__(self, limit: int = 200_000, wanted: frozenset[str] | None = None) -> None:
        self.limit = limit
        self.wanted = wanted
        self._items: deque[Item] = deque()
        self._filled = asyncio.Event()
        self._roomy = asyncio.Event()
        self._roomy.set()

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: Item) -> bool:
        """Adds at the end; False, and nothing added, when an event finds no room."""
        if isinstance(item, Arrived) and len(self._items) >= self.limit:
            self._roomy.clear()
            return False
        self._items.append(item)
        self._filled.set()
        return True

    def take_now(self, most: int = 50) -> list[Item]:
        """Up to ``most`` items, oldest first; empty when nothing waits."""
        items = self._items
        taken = [items.popleft() for _ in range(min(most, len(items)))]
        if not items:
            self._filled.clear()
        if len(items) <= self.limit // 2:
            self._roomy.set()
        return taken

    async def take(self, most: int = 50) -> list[Item]:
        """Waits until something is there, then as ``take_now``."""
        while not self._items:
            await self._filled.wait()
        return self.take_now(most)

    async def room(self) -> None:
        """Waits, after an overflow, until half of the inbox has been worked off."""
        await self._roomy.wait()

    def lag_ms(self, monotonic: Callable[[], float]) -> float:
        """How long the oldest item has been waiting, in milliseconds; 0 when nothing waits."""
        if not self._items:
            return 0.0
        return max(0.0, (monotonic() - self._items[0].mono_s) * 1000)

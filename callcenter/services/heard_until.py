"""Notes now and then that a PBX is heard, so that a start of ours knows how long we were away.

Calls that were open when we were stopped lasted at least until then, and agents were last seen
then. Facts alone do not tell it: in a quiet hour there are none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

from callcenter.ports.clock import Clock
from callcenter.ports.errors import StoreUnavailable

EVERY_S = 10.0


class HeardStore(Protocol):
    """Where it is noted. Raises ``StoreUnavailable``."""

    async def keep(self, pbx: str, until_ms: int) -> None:
        """Notes that this PBX was heard until then."""
        ...


class HeardUntil:
    """``heard`` gives the PBXs of which our view is whole now."""

    def __init__(self, store: HeardStore, clock: Clock, heard: Callable[[], Iterable[str]]) -> None:
        self._store = store
        self._clock = clock
        self._heard = heard

    async def run(self) -> None:
        """Eternal: notes it every ten seconds."""
        while True:
            await asyncio.sleep(EVERY_S)
            await self.note()

    async def note(self) -> None:
        """Notes it now; a store that is away is told of by others."""
        try:
            for pbx in self._heard():
                await self._store.keep(pbx, self._clock.wall_ms())
        except StoreUnavailable:
            pass

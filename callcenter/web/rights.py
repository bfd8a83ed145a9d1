"""Rights that change while a tab is open: its session ends, its user gets another role or agent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from ..ports.errors import StoreUnavailable
from ..services.access import Credential, SignedIn
from ..supervise import Tasks
from . import frames
from .connection import Connection
from .hub import Hub

EVERY_S = 120.0
"""How often all tabs are asked anew, for changes that another process made (the command line)."""

REVOKED = 4001
"""Our close code for a session that has ended; the page goes to sign-in."""

log = logging.getLogger(__name__)
WhoNow = Callable[[Credential], Awaitable[SignedIn | None]]


class RightsWatch:
    """Asks anew who is behind each tab: at once for a changed user, now and then for all.

    Asking counts as activity of a session: an open page does not sign itself out.
    """

    def __init__(self, hub: Hub, who_now: WhoNow, tasks: Tasks, every_s: float = EVERY_S) -> None:
        self._hub = hub
        self._who_now = who_now
        self._tasks = tasks
        self._every_s = every_s
        self._changed: set[int] = set()
        self._wake = asyncio.Event()

    def start(self) -> None:
        """Begins to watch."""
        self._tasks.eternal("web.rights", self._watch())

    def user_changed(self, user_id: int) -> None:
        """A user's rights or sessions changed: his tabs are asked anew at once (0: all tokens)."""
        self._changed.add(user_id)
        self._wake.set()

    async def _watch(self) -> None:
        while True:
            changed: set[int] | None = None
            try:
                async with asyncio.timeout(self._every_s):
                    await self._wake.wait()
                changed, self._changed = self._changed, set()
                self._wake.clear()
            except TimeoutError:
                pass
            for connection in list(self._hub.connections):
                if changed is None or connection.who.user_id in changed:
                    await self._check(connection)

    async def _check(self, connection: Connection) -> None:
        try:
            who = await self._who_now(connection.credential)
        except StoreUnavailable as error:
            log.warning("rights not checked: %s", error.sentence)
            return
        if connection.gone:
            return
        if who is None:
            self._hub.counts.revoked += 1
            connection.send(frames.bye("revoked", 0))
            connection.cut("revoked", REVOKED)
        elif who != connection.who:
            connection.who = who
            self._hub.show_less(connection)

"""One browser tab's websocket: who it is, what it looks at, and how its bytes go out.

Frames are written to the transport as they are, without awaiting: a tab that does not read can
never hold up the others. What it has not read piles up here to a bound, and then it is cut; it
comes back with a snapshot, so nothing is lost by that.
"""

from __future__ import annotations

import asyncio

from ..services.access import Credential, SignedIn
from .frames import close_frame

HARD_LIMIT = 256 * 1024
"""Unread bytes at which a tab is cut."""

SOFT_LIMIT = 64 * 1024
SOFT_S = 10.0
"""A tab with more than ``SOFT_LIMIT`` unread bytes for this long is cut, too."""

FAREWELL_S = 2.0
"""How long a cut tab may take to read why, before its socket is dropped."""

SLOW = 1013
"""The close code "try again later" (IANA registry of websocket close codes)."""


class Connection:
    """The sending half of a websocket, and what its reader is subscribed to.

    ``at`` maps each topic's channel key to the seq this tab has been told. ``on_cut(reason)`` is
    called once, when the tab is cut for not reading.
    """

    __slots__ = (
        "_allowance",
        "_behind_since",
        "_loop",
        "_transport",
        "at",
        "credential",
        "cut_for",
        "sid",
        "slow",
        "who",
    )

    def __init__(
        self,
        sid: str,
        who: SignedIn,
        credential: Credential,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.sid = sid
        self.who = who
        self.credential = credential
        self.slow = False
        self.cut_for = ""
        self.at: dict[str, int] = {}
        self._transport = transport
        self._loop = loop
        self._behind_since = 0.0
        self._allowance = HARD_LIMIT

    @property
    def gone(self) -> bool:
        """Nothing can be sent any more."""
        return bool(self.cut_for) or self._transport.is_closing()

    def unread(self) -> int:
        """Bytes waiting for the tab in this process (the kernel's buffers come on top)."""
        return self._transport.get_write_buffer_size()

    def send(self, frame: bytes) -> bool:
        """Writes one frame; False when the tab is gone, or has just been cut for not reading."""
        transport = self._transport
        if self.cut_for or transport.is_closing():
            return False
        waiting = transport.get_write_buffer_size()
        if waiting and waiting + len(frame) > self._allowance:
            self.cut("slow", SLOW)
            return False
        transport.write(frame)
        return True

    def send_whole(self, frame: bytes) -> bool:
        """Writes a snapshot, which may be larger than the bound: its own size is allowed for."""
        if len(frame) > HARD_LIMIT // 2 and not self.unread():
            self._allowance = HARD_LIMIT + len(frame)
        return self.send(frame)

    def check(self, now: float) -> bool:
        """Cuts a tab that has been behind for too long; ``now`` monotonic. True when it is fine."""
        waiting = self.unread()
        if waiting <= SOFT_LIMIT:
            self._behind_since = 0.0
            self._allowance = HARD_LIMIT
        elif not self._behind_since:
            self._behind_since = now
        elif now - self._behind_since >= SOFT_S:
            self.cut("slow", SLOW)
        return not self.gone

    def cut(self, reason: str, code: int) -> None:
        """Says why, and drops the socket soon after, whether that was read or not."""
        if self.cut_for:
            return
        self.cut_for = reason
        if not self._transport.is_closing():
            self._transport.write(close_frame(code, reason))
        self._loop.call_later(FAREWELL_S, self._transport.abort)

"""Asking whether a caller wants his number shown.

A line that hides its caller may still send the number (``Privacy: id`` beside an asserted
identity); Asterisk then prints it in every event with no sign that it is hidden (ASTERISK 12.17),
because the sign is only sent when it *changes*. So it is asked for, once per incoming call, and
what is answered enters the inbox as the ``NewCallerid`` that Asterisk would have sent. A recorder
of the stream hears it too, so a replay comes to the same facts.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from callcenter.domain.signals import LegSeen
from callcenter.supervise import Tasks

from . import actions
from .answers import LinkError
from .inbox import Arrived, Inbox
from .link import AmiLink
from .protocol import Message

log = logging.getLogger(__name__)

RING = 4
"""State of a channel that came in from a device or line."""
AT_ONCE = 64
CODES = {"prohib": 32, "unavailable": 67}
"""Beginnings of what ``CALLERID(pres)`` answers, and the code that AMI prints for it."""


class Presentations:
    """Asks for the presentation of incoming calls. ``wall_s`` is epoch seconds."""

    def __init__(
        self,
        link: AmiLink,
        inbox: Inbox,
        tasks: Tasks,
        monotonic: Callable[[], float],
        wall_s: Callable[[], float],
    ) -> None:
        self._link = link
        self._inbox = inbox
        self._tasks = tasks
        self._monotonic = monotonic
        self._wall_s = wall_s
        self._open = 0
        self.refused = False

    def seen(self, leg: LegSeen) -> None:
        """Asks about a leg that just came in from a line, if it shows a number."""
        if leg.row or leg.state != RING or not leg.number or leg.name.startswith("Local/"):
            return
        if self._open < AT_ONCE and not self.refused:
            self._open += 1
            self._tasks.brief(f"presentation of {leg.leg}", self._ask(leg))

    async def _ask(self, leg: LegSeen) -> None:
        try:
            answer = await self._link.ask(actions.getvar("CALLERID(pres)", leg.name), 2.0)
        except LinkError:
            return
        finally:
            self._open -= 1
        if not answer.ok:
            if "permission" in answer.message.lower():
                self.refused = True
                log.warning("the PBX does not answer Getvar: callers who hide are not known")
            return
        said = answer.response.get("Value").lower()
        code = next((code for start, code in CODES.items() if said.startswith(start)), None)
        if code is None:
            return
        message = Message.of(
            [
                ("Event", "NewCallerid"),
                ("Channel", leg.name),
                ("CallerIDNum", leg.number),
                ("CallerIDName", leg.cname),
                ("Uniqueid", leg.leg),
                ("Linkedid", leg.linkedid),
                ("CID-CallingPres", f"{code} ({answer.response.get('Value')})"),
            ]
        )
        wall = self._wall_s()
        self._inbox.put(Arrived(message, self._monotonic(), round(wall * 1000)))
        for listener in self._link.listeners:
            listener(message, wall)

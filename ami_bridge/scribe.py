"""What belongs into a recording, out of all that a link hears.

A recording begins, and after each reconnect goes on, with the answers to the login and to the
roster's questions; they bear ActionIDs ``snap-1``, ``snap-2`` ... (``snap2-…`` after a reconnect).
Pings and other questions of the service leave no trace. Keys of a login are not in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from . import house_events
from .protocol import Message

_OURS = re.compile(r"(cc-[0-9a-f]{16}-)\d+")


class Scribe:
    """Gives a recorder what belongs into a recording, with the ActionIDs of one."""

    def __init__(self, record: Callable[[Message, float], object]) -> None:
        self._record = record
        self._life = ""
        self._lives = 0
        self._names: dict[str, str] = {}
        self._rostered = False
        self.heard = 0

    def hear(self, message: Message, wall_s: float) -> None:
        """A listener of the link."""
        if message.name in (house_events.LINK_UP, house_events.ROSTER):
            self._rostered = message.name == house_events.ROSTER
        ours = _OURS.fullmatch(message.action_id)
        if ours is not None:
            if self._rostered:
                return  # asked again and again, for changes that are recorded by themselves
            if message.name == "Response" and not _belongs(message):
                return
            name = self._name(ours[1], message.action_id)
            message = Message.of(
                [(k, name if k.lower() == "actionid" else v) for k, v in message.items()]
            )
        elif message.name == "Response":
            return
        self.heard += 1
        self._record(message, wall_s)

    def _name(self, life: str, action_id: str) -> str:
        if life != self._life:
            self._life = life
            self._lives += 1
            self._names.clear()
        if action_id not in self._names:
            prefix = "snap" if self._lives == 1 else f"snap{self._lives}"
            self._names[action_id] = f"{prefix}-{len(self._names) + 1}"
        return self._names[action_id]


def _belongs(response: Message) -> bool:
    """Whether a response is the login's, CoreStatus's, or the beginning of a list."""
    return (
        response.get("Message") == "Authentication accepted"
        or bool(response.get("CoreStartupDate"))
        or response.get("EventList").lower() == "start"
    )

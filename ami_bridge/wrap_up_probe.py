"""Learning a queue's wrap-up time from its state, since AMI does not print it.

No event and no list item carries a queue's ``wrapuptime`` (ASTERISK 5.1). But the dialplan
function ``QUEUE_MEMBER`` counts the members who are *free* (idle, not paused, wrapping up or not)
and those who are *ready* (could be rung now), and an account that may only read may ask for it.
The difference is who wraps up. So when a member's queue call has ended (his ``LastCall`` moved)
and the queue's time is not known yet, the two counts are watched until he is ready: from
``LastCall``, a whole second of the PBX's clock, to then is the queue's wrap-up time, exact to the
second. That is believed when exactly one whole second lies between the last answer that had him
wrap up and the first that has not, and nothing is told of him for a moment after it: he might have
been paused, or be on the phone. It is learned once per queue and again after a reload. What is
learned enters the inbox as an event, so that a recorder hears it as well.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable

from callcenter.supervise import Tasks

from . import actions
from .answers import LinkError
from .inbox import Arrived, Inbox
from .link import AmiLink
from .protocol import Message
from .translate import number

log = logging.getLogger(__name__)

STEP_S = 0.2
SURE_S = 0.5
ZEROS = 3
"""So many calls in a row without a wrap-up say that the queue has none: one may be a member who
was taken out or rung again in the same instant."""
LONGEST_S = 3_600
NOT_IN_USE = 1


class WrapUpProbe:
    """Watches members become ready again. ``wall_s`` is epoch seconds UTC."""

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
        self._last_call: dict[tuple[str, str], int] = {}
        self._moved: dict[tuple[str, str], int] = {}
        self._zeros: dict[str, int] = {}
        self._known: set[str] = set()
        self._probing: set[str] = set()
        self.refused = False

    def forget(self) -> None:
        """The configuration may have changed: everything is to be learned again."""
        self._known.clear()
        self._zeros.clear()
        self.refused = False

    def moved(self, message: Message) -> None:
        """A member was paused, taken out or put in: what is being watched of him is void."""
        key = (message.get("Queue").casefold(), message.get("Interface"))
        self._moved[key] = self._moved.get(key, 0) + 1

    def seen(self, message: Message, behind_s: float = 0.0) -> None:
        """Looks at a member's status; begins to watch when a queue call of his just ended.

        ``behind_s`` is how far the PBX's clock is behind ours, in seconds.
        """
        self.moved(message)
        queue = message.get("Queue").casefold()
        key = (queue, message.get("Interface"))
        last_call = number(message.get("LastCall"))
        before = self._last_call.get(key)
        self._last_call[key] = last_call
        if (
            not last_call
            or before == last_call
            or (before is None and self._wall_s() - behind_s - last_call > 2)
            or message.get("Status") != str(NOT_IN_USE)
            or message.get("Paused") == "1"
            or number(message.get("Wrapuptime"))
            or queue in self._known
            or queue in self._probing
            or self.refused
        ):
            return
        self._probing.add(queue)
        self._tasks.brief(
            f"wrap-up time of {queue}",
            self._learn(message.get("Queue"), message.get("Interface"), last_call + behind_s),
        )

    async def _learn(self, queue: str, interface: str, ended: float) -> None:
        """``ended``: the ``LastCall``, by our clock."""
        folded = queue.casefold()
        key = (folded, interface)
        moved = self._moved.get(key)
        # Our own clock may be set meanwhile.
        epoch = self._wall_s() - self._monotonic()

        def since() -> float:
            return self._monotonic() + epoch - ended

        try:
            asked = since()
            wrapping = await self._wrapping(queue)
            if wrapping is None or wrapping > 1:
                return  # refused, or several at once: the next occasion will tell
            if wrapping == 0:
                await asyncio.sleep(SURE_S)
                if self._moved.get(key) == moved:
                    self._zeros[folded] = self._zeros.get(folded, 0) + 1
                    if self._zeros[folded] >= ZEROS:
                        self._known.add(folded)
                return
            self._zeros.pop(folded, None)
            self._tell(queue, interface, "")
            still = asked
            while wrapping == 1 and still < LONGEST_S:
                still = asked
                await asyncio.sleep(STEP_S)
                asked = since()
                wrapping = await self._wrapping(queue)
            over = since()
            self._tell(queue, interface, "0")
            await asyncio.sleep(SURE_S)
            # Clocks that differ by less than a second may have no whole second between the two.
            length = max(math.floor(over), round(still))
            exact = math.floor(over) <= math.floor(still) + 1
            if wrapping == 0 and exact and self._moved.get(key) == moved:
                self._known.add(folded)
                log.info("the queue %s has a wrap-up time of %d s", queue, length)
                self._tell(queue, interface, str(length))
        except LinkError:
            return
        finally:
            self._probing.discard(folded)

    async def _wrapping(self, queue: str) -> int | None:
        """How many members of a queue wrap up now; None when the PBX does not say."""
        free = await self._count(queue, "free")
        ready = None if free is None else await self._count(queue, "ready")
        return None if free is None or ready is None else max(0, free - ready)

    async def _count(self, queue: str, what: str) -> int | None:
        if any(letter in queue for letter in ",()"):
            return None
        answer = await self._link.ask(actions.getvar(f"QUEUE_MEMBER({queue},{what})"), 5.0)
        if not answer.ok:
            self.refused = True
            return None
        value = answer.response.get("Value")
        return int(value) if value.isdecimal() else None

    def _tell(self, queue: str, interface: str, seconds: str) -> None:
        """Empty: he wraps up, for how long is not known. ``0``: over, nothing was learned."""
        message = Message.of(
            [
                ("Event", "QueueWrapUp"),
                ("Queue", queue),
                ("Interface", interface),
                ("Seconds", seconds),
            ]
        )
        wall = self._wall_s()
        self._inbox.put(Arrived(message, self._monotonic(), round(wall * 1000)))
        for listener in self._link.listeners:
            listener(message, wall)

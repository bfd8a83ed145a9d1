"""Members who appear, vanish or change without an event, found by asking now and then.

Static members (``queues.conf``) come and go by a reload, realtime ones by a row in a database, and
for neither does Asterisk send ``QueueMemberAdded`` or ``QueueMemberRemoved`` (ASTERISK 1.6, 4.4);
nor does a reload always say that it was one. So ``QueueStatus`` is asked every few seconds, and
soon after a ``Reload``, when a device of a queue's own changes (whether it has anybody, whether
somebody is paused) and when it rings somebody who was not known as its member. What it has
and was not told enters the inbox as the event that Asterisk did not send, so that a recorder hears
it as well.

The question for all queues makes Asterisk read the members of those queues that themselves stand in
a database. Rows about a queue of ``queues.conf`` it reads when a caller enters it, or when it is
asked for that queue by name; so before each question some queues are named, in turn.

An answer says how things stood at some moment after the question: of whom an event has come since
the question was asked, the event is believed and not the answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice

from msgspec import Struct, field

from callcenter.domain.signals import MemberSeen

from . import actions
from .answers import LinkError
from .inbox import Arrived, Inbox
from .link import AmiLink
from .protocol import Message
from .translate import number

log = logging.getLogger(__name__)

EVERY_S = 5.0
GAP_S = 1.0
"""At least this long between two questions, whatever happens."""
SHARE = 20
"""An answer that takes long is asked for less often: a twentieth of the time at most."""
LIMIT_S = 60.0
NAMED_AT_ONCE = 200
"""Of more queues, each is asked for by name every second or third time."""
NOBODY = "-"
"""A member whom no queue has: of a queue that is asked for by name no member need be listed."""
EVENTS = frozenset(
    ("QueueMemberAdded", "QueueMemberRemoved", "QueueMemberPause", "QueueMemberStatus")
)
HINTS = frozenset(("Reload", "DeviceStateChange"))


class _Member(Struct, gc=False):
    """What was last told of a member, in which life of the link, and when an event last told of
    him (monotonic s). The reason counts while he is paused."""

    name: str
    device: str
    status: int
    paused: bool
    reason: str
    life: int
    told_s: float = -1.0
    gone: bool = False

    def differs(self, other: _Member) -> bool:
        """Whether something may be said of him that was not told."""
        return (
            self.name != other.name
            or self.device != other.device
            or self.status != other.status
            or self.paused != other.paused
            or self.reason != other.reason
        )


class _Count(Struct):
    """One answer to the question for all queues: when it was asked (monotonic s), and who is in
    it so far: interfaces by queue, its name folded."""

    asked_s: float
    listed: dict[str, set[str]] = field(default_factory=dict)


class MemberWatch:
    """Compares the members that a PBX lists with those that it has told of."""

    def __init__(
        self,
        link: AmiLink,
        inbox: Inbox,
        monotonic: Callable[[], float],
        wall_s: Callable[[], float],
    ) -> None:
        self._link = link
        self._inbox = inbox
        self._monotonic = monotonic
        self._wall_s = wall_s
        self._members: dict[str, dict[str, _Member]] = {}
        self._life = 0
        self._queues: deque[str] = deque()
        self._ask_now = asyncio.Event()
        self.found = 0
        """Changes that no event had told."""

    def begin(self, rows: Sequence[Message]) -> None:
        """A new life of the link begins with these rows; its members come one by one."""
        self._queues_are(rows)
        # Who was known before is not thrown away now: a hundred thousand at once are a stall.
        self._life += 1

    def listed(self, one: MemberSeen) -> None:
        """The roster has this member; he is told elsewhere."""
        reason = one.paused_reason if one.paused else ""
        self._of(one.queue.casefold())[one.interface] = _Member(
            one.member, one.state_interface, one.status, one.paused, reason, self._life
        )

    def hint(self, message: Message, _wall_s: float) -> None:
        """A listener of the link, for what is too frequent for the inbox."""
        if message.name in HINTS:
            self.seen(message)

    def seen(self, message: Message) -> None:
        """Looks at an event: of a member, of a reload, or of a member who is rung."""
        if message.name in EVENTS:
            member = _shown(message, self._life)
            member.told_s, member.gone = self._monotonic(), message.name == "QueueMemberRemoved"
            self._of(message.get("Queue").casefold())[message.get("Interface")] = member
        elif message.name == "Reload" or (
            message.name == "DeviceStateChange" and message.get("Device").startswith("Queue:")
        ):
            self._ask_now.set()
        elif message.name == "AgentCalled":
            known = self._known(message.get("Queue").casefold(), message.get("Interface"))
            if known is None or known.gone:
                self._ask_now.set()

    async def watch(self, wanted: Callable[[], bool]) -> None:
        """Asks again and again for as long as this life of the link is the one ``wanted``."""
        gap = GAP_S
        while wanted():
            await asyncio.sleep(gap)
            try:
                async with asyncio.timeout(max(0.0, EVERY_S - gap)):
                    await self._ask_now.wait()
            except TimeoutError:
                pass
            self._ask_now.clear()
            try:
                await self._name_some()
                count = _Count(self._monotonic())
                looked_at = partial(self._looked_at, wanted, count)
                answer = await self._link.ask(actions.queue_status(), LIMIT_S, looked_at)
            except LinkError:
                continue
            gap = max(GAP_S, SHARE * (self._monotonic() - count.asked_s))
            if answer.ok and wanted():
                self._queues_are(answer.items)
                self._vanished(count)

    async def _name_some(self) -> None:
        """Asks for the next queues by name, all at once; what they answer the question for all has
        as well."""
        queues = list(islice(self._queues, NAMED_AT_ONCE))
        self._queues.rotate(-len(queues))
        asked = [self._link.ask(actions.queue_status(name, NOBODY), LIMIT_S) for name in queues]
        await asyncio.gather(*asked)

    def _queues_are(self, rows: Iterable[Message]) -> None:
        names = [row.get("Queue") for row in rows if row.name == "QueueParams"]
        if sorted(names) != sorted(self._queues):
            self._queues = deque(names)

    def _of(self, queue: str) -> dict[str, _Member]:
        members = self._members.get(queue)
        if members is None:
            members = self._members[queue] = {}
        return members

    def _known(self, queue: str, interface: str) -> _Member | None:
        """What was told of a member in this life of the link."""
        known = self._of(queue).get(interface)
        return known if known is not None and known.life == self._life else None

    def _looked_at(self, wanted: Callable[[], bool], count: _Count, row: Message) -> bool:
        """Looks at a row as it comes, so that a list of a hundred thousand is never a stall; True
        when it was a member."""
        if row.name != "QueueMember":
            return False
        if wanted():
            self._compare(count, row)
        return True

    def _compare(self, count: _Count, row: Message) -> None:
        queue, interface = row.get("Queue").casefold(), row.get("Location")
        listed = count.listed.get(queue)
        if listed is None:
            listed = count.listed[queue] = set()
        listed.add(interface)
        known = self._known(queue, interface)
        if known is None or (known.gone and known.told_s < count.asked_s):
            self._tell("QueueMemberAdded", row)
        elif known.told_s < count.asked_s and known.differs(_shown(row, self._life)):
            self._tell("QueueMemberStatus", row)

    def _vanished(self, count: _Count) -> None:
        """Tells of those who were there and are not in the list."""
        for queue, members in self._members.items():
            listed = count.listed.get(queue, frozenset[str]())
            for interface in [each for each in members if each not in listed]:
                known = members[interface]
                if known.told_s >= count.asked_s:
                    continue
                if known.gone or known.life != self._life:
                    del members[interface]
                else:
                    headers = [("Event", ""), ("Queue", queue), ("Location", interface)]
                    self._tell("QueueMemberRemoved", Message.of(headers))

    def _tell(self, name: str, row: Message) -> None:
        """Tells a row of the list as the event that was not sent."""
        self.found += 1
        headers = [("Event", name)]
        for key, value in row.items():
            renamed = {"name": "MemberName", "location": "Interface"}.get(key.lower(), key)
            if key.lower() not in ("event", "actionid"):
                headers.append((renamed, value))
        message = Message.of(headers)
        self.seen(message)
        wall = self._wall_s()
        log.info("%s of %s, without an event", name, message.get("Interface"))
        self._inbox.put(Arrived(message, self._monotonic(), round(wall * 1000)))
        for listener in self._link.listeners:
            listener(message, wall)


def _shown(message: Message, life: int) -> _Member:
    """What a message says of a member. A list names a member ``Name``."""
    name = message.get("MemberName") or message.get("Name")
    paused = message.get("Paused") == "1"
    reason = message.get("PausedReason") if paused else ""
    status = number(message.get("Status"))
    return _Member(name, message.get("StateInterface"), status, paused, reason, life)

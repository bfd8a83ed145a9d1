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
from itertools import islice

from msgspec import Struct

from callcenter.domain.signals import MemberSeen

from . import actions
from .answers import LinkError
from .inbox import Arrived, Inbox
from .link import AmiLink
from .protocol import Message

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
_SHOWN = ("MemberName", "StateInterface", "Status", "Paused", "PausedReason")
"""What of a member may change without a word, as the events name it."""

Key = tuple[str, str]


class _Member(Struct):
    """What was last told of a member, and when an event last told of him (monotonic s)."""

    shown: tuple[str, ...]
    told_s: float
    gone: bool = False


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
        self._members: dict[Key, _Member] = {}
        self._queues: deque[str] = deque()
        self._ask_now = asyncio.Event()
        self.found = 0
        """Changes that no event had told."""

    def rostered(self, rows: Sequence[Message], members: Iterable[MemberSeen] = ()) -> None:
        """A new life of the link begins with these members; they are told elsewhere.

        ``members``: rows that were understood as they came.
        """
        self._queues_are(rows)
        self._members = {
            _key(row, "Location"): _Member(_shown(row), -1.0)
            for row in rows
            if row.name == "QueueMember"
        }
        for one in members:
            reason = one.paused_reason if one.paused else ""
            rest = (one.state_interface, str(one.status), str(int(one.paused)), reason)
            self._members[one.queue.casefold(), one.interface] = _Member((one.member, *rest), -1.0)

    def hint(self, message: Message, _wall_s: float) -> None:
        """A listener of the link, for what is too frequent for the inbox."""
        if message.name in HINTS:
            self.seen(message)

    def seen(self, message: Message) -> None:
        """Looks at an event: of a member, of a reload, or of a member who is rung."""
        if message.name in EVENTS:
            gone = message.name == "QueueMemberRemoved"
            self._members[_key(message, "Interface")] = _Member(
                _shown(message), self._monotonic(), gone
            )
        elif message.name == "Reload" or (
            message.name == "DeviceStateChange" and message.get("Device").startswith("Queue:")
        ):
            self._ask_now.set()
        elif message.name == "AgentCalled":
            known = self._members.get(_key(message, "Interface"))
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
                asked = self._monotonic()
                answer = await self._link.ask(actions.queue_status(), LIMIT_S)
            except LinkError:
                continue
            gap = max(GAP_S, SHARE * (self._monotonic() - asked))
            if answer.ok and wanted():
                self._queues_are(answer.items)
                self._compare(answer.items, asked)

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

    def _compare(self, rows: Iterable[Message], asked: float) -> None:
        listed: set[Key] = set()
        for row in rows:
            if row.name != "QueueMember":
                continue
            key = _key(row, "Location")
            listed.add(key)
            known = self._members.get(key)
            if known is not None and known.told_s >= asked:
                continue
            if known is None or known.gone:
                self._tell("QueueMemberAdded", row)
            elif known.shown != _shown(row):
                self._tell("QueueMemberStatus", row)
        for key, known in list(self._members.items()):
            if key in listed or known.told_s >= asked:
                continue
            if known.gone:
                del self._members[key]
            else:
                row = Message.of([("Event", ""), ("Queue", key[0]), ("Location", key[1])])
                self._tell("QueueMemberRemoved", row)

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


def _key(message: Message, interface: str) -> Key:
    return message.get("Queue").casefold(), message.get(interface)


def _shown(message: Message) -> tuple[str, ...]:
    """What is compared. A list names a member ``Name``. The reason counts while he is paused."""
    name = message.get("MemberName") or message.get("Name")
    paused = message.get("Paused") == "1"
    reason = message.get("PausedReason") if paused else ""
    rest = (message.get("StateInterface"), message.get("Status"), str(int(paused)))
    return (name, *rest, reason)

"""One connection to one Asterisk, from the first byte to the last.

This is the protocol class that panoramisk's Manager is given in place of its own. Everything it
does with incoming bytes happens in one synchronous call: parse, stamp, hand list items to the
action that asked, put events into the inbox. It never awaits there and never raises, since asyncio
ends a connection whose protocol raises.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ami_bridge import house_events
from ami_bridge.account import AmiAccount
from ami_bridge.answers import Answer, LinkError, LinkLost, NoAnswer, OpenAction
from ami_bridge.inbox import Arrived, Inbox, LinkCameUp, LinkWentDown
from ami_bridge.outgoing import Action, encode
from ami_bridge.protocol import Message, Parser

log = logging.getLogger(__name__)

WRITE_LIMIT = 256 * 1024
"""Bytes we let wait for a peer that does not read before we give it up."""
_MOST_EXPIRED = 4096


@dataclass
class LinkCounters:
    """What happened on one link since the start; all are counts but the last three."""

    messages: int = 0
    events: int = 0
    garbage: int = 0
    """Blocks and lines that are no AMI."""
    damaged: int = 0
    """Places where bytes were no UTF-8."""
    oversized: int = 0
    unexpected: int = 0
    """Responses nobody asked for, events before the login, answers that came too late."""
    overflows: int = 0
    """Times the link was cut because the inbox was full."""
    faults: int = 0
    """Errors in callbacks, or in our own reading, that were survived."""
    connects: int = 0
    reconnects: int = 0
    refused: int = 0
    """Logins and certificates refused."""
    pings: int = 0
    pings_missed: int = 0
    actions: int = 0
    timeouts: int = 0
    """Actions without an answer in time."""
    last_rtt_ms: float = 0.0
    lag_ms: float = 0.0
    """How long the oldest event has been waiting in the inbox."""
    waiting: int = 0
    """Items in the inbox."""


class Session(asyncio.Protocol):
    """One life of the connection. ``id_prefix`` must not be guessable from outside: an ActionID
    that begins with it goes to the action that asked and not to the inbox."""

    def __init__(
        self,
        account: AmiAccount,
        inbox: Inbox,
        counters: LinkCounters,
        monotonic: Callable[[], float],
        wall: Callable[[], float],
        id_prefix: str,
        on_event: Callable[[Message], object] | None = None,
        listeners: Sequence[Callable[[Message, float], object]] = (),
    ) -> None:
        self._account = account
        self._inbox = inbox
        self._counters = counters
        self._monotonic = monotonic
        self._wall = wall
        self._id_prefix = id_prefix
        self._on_event = on_event
        self._listeners = listeners
        self._parser = Parser(account.message_limit)
        self._transport: asyncio.Transport | None = None
        self._open: dict[str, OpenAction] = {}
        self._expired: dict[str, OpenAction] = {}
        self._asked = 0
        self._seen = (0, 0, 0)
        self.greeted = asyncio.Event()
        self.lost = asyncio.Event()
        self.up = False
        self.why = ""
        self.heard_s = monotonic()

    # Called by asyncio.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Takes the transport and asks the kernel to watch the peer as well."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        sock = transport.get_extra_info("socket")
        if sock is not None:
            _watch(sock, self._account.ping_interval_s)

    def data_received(self, data: bytes) -> None:
        """Works a chunk off; never raises."""
        self.heard_s = now_s = self._monotonic()
        if self.lost.is_set():
            return
        messages = self._parser.feed(data)
        self._count(len(messages))
        if not self.greeted.is_set() and self._parser.banner is not None:
            self.greeted.set()
        wall_s = self._wall()
        wall_ms = round(wall_s * 1000)
        for message in messages:
            try:
                if not self._take(message, now_s, wall_s, wall_ms):
                    return
            except Exception:
                # This message is lost; the connection and what follows are not.
                self._counters.faults += 1
                log.exception("AMI %s: %s was not taken", self._account.address, message.name)

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends this life: open actions fail, the inbox gets its marker."""
        said = f": {exc}" if exc is not None else ""
        self._end(f"{self._account.address} closed the connection{said}")

    # Called by the link.

    @property
    def banner(self) -> str | None:
        """The greeting of the peer; None until it came, empty when it is no AMI."""
        return self._parser.banner

    def come_up(self) -> None:
        """The login succeeded: events count from here on."""
        if not self.lost.is_set():
            self.up = True
            wall_ms = self._wall_ms()
            self._inbox.put(LinkCameUp(self._monotonic(), wall_ms, self.banner or ""))
            self._tell(house_events.link_up(), wall_ms / 1000)

    async def ask(
        self,
        action: Action,
        timeout_s: float,
        at_response: Callable[[Message], None] | None = None,
    ) -> Answer:
        """Sends an action once and waits for its whole answer.

        Raises ValueError (nothing was written), LinkLost, NoAnswer or LinkError.
        """
        self._asked += 1
        action_id = f"{self._id_prefix}{self._asked}"
        data = encode(action, action_id)
        name = next(str(value) for key, value in action.items() if key.lower() == "action")
        transport = self._transport
        if transport is None or self.lost.is_set():
            raise LinkLost(f"{name} was not sent: {self.why or 'not connected yet'}")
        if len(self._open) >= self._account.max_open_actions:
            raise LinkError(f"{name} was not sent: {len(self._open)} actions wait for answers")
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        opened = OpenAction(name, action_id, future, self._account.max_list_items, at_response)
        self._open[action_id] = opened
        self._counters.actions += 1
        transport.write(data)
        if transport.get_write_buffer_size() > WRITE_LIMIT:
            self.cut(f"{self._account.address} does not read what we send")
        try:
            async with asyncio.timeout(timeout_s):
                return await future
        except TimeoutError:
            self._counters.timeouts += 1
            raise NoAnswer(f"{name} was not answered within {timeout_s:g} s") from None
        finally:
            self._forget(opened)

    def say_goodbye(self, action: Action) -> None:
        """Sends a last action and closes when it is written."""
        if self._transport is not None and not self.lost.is_set():
            self._transport.write(encode(action, f"{self._id_prefix}bye"))
            self._transport.close()
        self._end("closed by us")

    def cut(self, why: str) -> None:
        """Ends the connection at once, whatever waits to be written."""
        self._end(why)
        if self._transport is not None:
            self._transport.abort()

    def _take(self, message: Message, now_s: float, wall_s: float, wall_ms: int) -> bool:
        """Brings a message where it belongs; False when the connection was cut meanwhile.

        Listeners hear what is taken and nothing else, so that a recording holds what we went by.
        """
        if (self._open or self._expired) and self._claimed(message):
            self._tell(message, wall_s)
            return True
        if message.name == "Response" or not self.up:
            self._counters.unexpected += 1
            return True
        self._counters.events += 1
        if not self._inbox.put(Arrived(message, now_s, wall_ms)):
            self._counters.overflows += 1
            self.cut(
                f"{self._inbox.limit} events wait to be worked off; "
                "cut so that a roster can repair what is missed"
            )
            return False
        self._tell(message, wall_s)
        if self._on_event is not None:
            self._on_event(message)
        return True

    def _tell(self, message: Message, wall_s: float) -> None:
        for listener in self._listeners:
            try:
                listener(message, wall_s)
            except Exception:
                self._counters.faults += 1
                log.exception("AMI %s: listener %r failed", self._account.address, listener)

    def _claimed(self, message: Message) -> bool:
        """True when the message belongs to an action of ours, waiting or given up."""
        action_id = message.action_id
        if not action_id.startswith(self._id_prefix):
            return False
        opened = self._open.get(action_id)
        if opened is not None:
            if opened.take(message):
                del self._open[action_id]
            return True
        late = self._expired.get(action_id)
        if late is not None:
            self._counters.unexpected += 1
            if late.take(message):
                del self._expired[action_id]
            late.items.clear()
            return True
        return False

    def _forget(self, opened: OpenAction) -> None:
        if self._open.pop(opened.action_id, None) is not None and not self.lost.is_set():
            opened.at_response = None
            opened.items.clear()
            self._expired[opened.action_id] = opened
            if len(self._expired) > _MOST_EXPIRED:
                del self._expired[next(iter(self._expired))]

    def _end(self, why: str) -> None:
        if self.lost.is_set():
            return
        self.lost.set()
        self.greeted.set()
        self.why = why
        for opened in list(self._open.values()):
            # Never sent again: an Originate that was done already would ring twice.
            opened.fail(LinkLost(f"{opened.name} has no answer: {why}"))
        self._open.clear()
        self._expired.clear()
        if self.up:
            self.up = False
            wall_ms = self._wall_ms()
            self._inbox.put(LinkWentDown(why, self._monotonic(), wall_ms))
            self._tell(house_events.link_down(why), wall_ms / 1000)

    def _count(self, messages: int) -> None:
        parser, counters = self._parser, self._counters
        garbage, damaged, oversized = self._seen
        self._seen = (parser.garbage, parser.damaged, parser.oversized)
        counters.messages += messages
        counters.garbage += parser.garbage - garbage
        counters.damaged += parser.damaged - damaged
        counters.oversized += parser.oversized - oversized

    def _wall_ms(self) -> int:
        return round(self._wall() * 1000)


def _watch(sock: socket.socket, ping_interval_s: float) -> None:
    """Keep-alive and a limit for unacknowledged data, where the system knows them."""
    seconds = max(1, round(ping_interval_s))
    wanted = [(socket.SOL_SOCKET, "SO_KEEPALIVE", 1)]
    wanted += [
        (socket.IPPROTO_TCP, "TCP_NODELAY", 1),
        (socket.IPPROTO_TCP, "TCP_KEEPIDLE", seconds),
        (socket.IPPROTO_TCP, "TCP_KEEPINTVL", seconds),
        (socket.IPPROTO_TCP, "TCP_KEEPCNT", 3),
        (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", seconds * 3000),
    ]
    for level, name, value in wanted:
        option = getattr(socket, name, None)
        if option is not None:
            try:
                sock.setsockopt(level, option, value)
            except OSError as error:
                log.warning("AMI: the system refuses %s: %s", name, error)

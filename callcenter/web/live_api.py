"""What is now: the board's snapshot over HTTP, and the websocket that carries everything live."""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
from typing import Any

from aiohttp import WSMsgType, web

from ..ports.clock import Clock
from ..services.access import SignedIn
from ..supervise import Tasks
from . import frames
from .asks import Desk, LiveView, NoSuchTopic, Site
from .bodies import answer
from .codes import Code, Refusal
from .connection import FAREWELL_S, Connection
from .doors import Doors
from .hub import HEARTBEAT_MS, Hub
from .operations import LEADERS, Operation
from .talk import Talk
from .topics import WALL

MAX_MESSAGE = 128 * 1024
MAX_CONNECTIONS = 20_000
MAX_PER_USER = 64
SEND_BUFFER = 128 * 1024
"""Asked of the kernel; without it megabytes vanish into a dead browser's socket unseen."""

PING_S = 18.0
"""Websocket pings (the browser answers by itself): an end that is dead is gone within 27 s."""

MESSAGES_PER_S = 50
BURST = 200
PROTOCOL_VERSION = 1

log = logging.getLogger(__name__)


class LiveApi:
    """``/ws`` and ``/api/v1/live``."""

    def __init__(
        self,
        hub: Hub,
        view: LiveView,
        desk: Desk,
        doors: Doors,
        clock: Clock,
        tasks: Tasks,
        site: Site,
    ) -> None:
        self._hub = hub
        self._view = view
        self._desk = desk
        self._doors = doors
        self._clock = clock
        self._tasks = tasks
        self._site = site

    def operations(self) -> list[Operation]:
        """The routes of this room."""
        return [
            Operation(
                method="GET",
                path="/api/v1/live",
                summary="The board's snapshot: queues, agents, totals of today.",
                handler=self.live,
                roles=LEADERS,
                answer=dict[str, Any],
            ),
            Operation(
                method="GET",
                path="/ws",
                summary="The websocket: snapshots, changes, pops, commands.",
                handler=self.websocket,
                status=101,
            ),
        ]

    async def live(self, request: web.Request, who: SignedIn) -> web.StreamResponse:
        """GET /api/v1/live"""
        try:
            _, state = self._view.snapshot(WALL, who)
        except NoSuchTopic:
            raise Refusal(Code.OFFLINE, "The board is not there yet; try again.") from None
        return answer(state)

    async def websocket(self, request: web.Request, who: SignedIn) -> web.StreamResponse:
        """GET /ws"""
        shown = self._doors.credential(request)
        if shown is None:
            raise Refusal(Code.SIGN_IN, "Sign in first.")
        self._doors.check_origin(request, shown)
        self._check_room(who)
        socket_of_tab = web.WebSocketResponse(
            compress=False, max_msg_size=MAX_MESSAGE, heartbeat=PING_S, timeout=FAREWELL_S
        )
        if not socket_of_tab.can_prepare(request):
            raise Refusal(Code.BAD_MESSAGE, "This address speaks websocket; connect with one.")
        await socket_of_tab.prepare(request)
        transport = request.transport
        if transport is None:
            return socket_of_tab
        _bound(transport)
        loop = asyncio.get_running_loop()
        connection = Connection(secrets.token_hex(8), who, shown, transport, loop)
        self._hub.join(connection)
        try:
            connection.send(self._hello(connection))
            await self._converse(socket_of_tab, connection)
        finally:
            self._hub.leave(connection)
            # What is unread must not keep a dead end's socket.
            loop.call_later(FAREWELL_S, transport.abort)
        return socket_of_tab

    async def _converse(self, tab: web.WebSocketResponse, connection: Connection) -> None:
        talk = Talk(self._hub, self._desk, self._clock, self._tasks, connection)
        allowed, counted_at = float(BURST), self._clock.monotonic()
        async for message in tab:
            if connection.gone:
                break
            now = self._clock.monotonic()
            allowed = min(float(BURST), allowed + (now - counted_at) * MESSAGES_PER_S) - 1
            counted_at = now
            if allowed < 0:
                # Not reading on is all that is needed: the sender's own buffers hold him up.
                await asyncio.sleep(-allowed / MESSAGES_PER_S)
            if message.type == WSMsgType.TEXT:
                await talk.hear(message.data)
            elif message.type == WSMsgType.BINARY:
                talk.not_text()

    def _check_room(self, who: SignedIn) -> None:
        open_now = self._hub.connections
        if len(open_now) >= MAX_CONNECTIONS:
            raise Refusal(Code.TOO_MANY, "Too many pages are connected; try again later.")
        own = sum(1 for other in open_now if other.who.name == who.name) if open_now else 0
        if own >= MAX_PER_USER:
            raise Refusal(Code.TOO_MANY, f"{MAX_PER_USER} tabs of yours are connected; close some.")

    def _hello(self, connection: Connection) -> bytes:
        who = connection.who
        return frames.text_frame(
            {
                "t": "hello",
                "v": PROTOCOL_VERSION,
                "sid": connection.sid,
                "now": self._clock.wall_ms(),
                "epoch": self._hub.epoch,
                "ver": self._site.version,
                "hb": HEARTBEAT_MS,
                "fake": self._site.fake,
                "site": {"name": self._site.name, "tz": self._site.tz},
                "me": {
                    "user": who.name,
                    "role": who.role,
                    "agent": who.agent_id,
                    "name": who.name,
                    "lang": who.lang or self._site.lang,
                    "theme": who.theme,
                },
            }
        )


def _bound(transport: asyncio.Transport) -> None:
    """Bounds the kernel's send buffer of a connection."""
    sock = transport.get_extra_info("socket")
    if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)

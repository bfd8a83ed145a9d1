"""An AMI server over an exchange: sessions, the event fan-out, and the pump of time.

One task gives the simulation its turns when they are due by the clock; everything else happens
in the callbacks of the connections. Errors of a story are the task's and reach ``on_fault``.
"""

from __future__ import annotations

import asyncio
from typing import Any

from callcenter.supervise import Fault, Tasks

from .actions import Actions
from .centre import Centre
from .clock import Clock
from .events import Event
from .exchange import Exchange
from .lists import Lists
from .player import Playing
from .recorded import Recorded
from .session import Action, Session
from .simulation import Simulation

BUFFER_LIMIT = 4 << 20
"""Bytes that may wait unsent for one client before it is cut off."""

IDLE_S = 0.25
"""The pump looks at least this often, so that what an action started is not late."""


class FakePbx:
    """A PBX that speaks AMI and plays a busy centre.

    ``clock.now()`` is epoch milliseconds UTC; ``seed`` makes the day; ``calls_per_minute`` is all
    calls together. ``attended`` (a set of interfaces such as ``PJSIP/1001``) may be changed while
    it runs: those phones are left to the persons at them. Without ``day`` nobody calls of himself:
    only what is put on by ``play`` happens.
    """

    def __init__(
        self,
        clock: Clock,
        seed: int = 1,
        calls_per_minute: float = 12.0,
        host: str = "127.0.0.1",
        port: int = 0,
        username: str = "callcenter",
        secret: str = "",
        buffer_limit: int = BUFFER_LIMIT,
        on_fault: Fault | None = None,
        day: bool = True,
    ) -> None:
        if not secret:
            raise ValueError("The fake PBX needs a secret: Asterisk lets nobody in without one.")
        self._clock = clock
        self._host = host
        self._port = port
        self._account = (username, secret)
        self._buffer_limit = buffer_limit
        self._sessions: set[Session] = set()
        self._day = day
        self._cuts = 0
        self._tasks = Tasks(on_fault)
        self._server: asyncio.Server | None = None
        self.sim = Simulation(clock.now())
        self.exchange = Exchange(self.sim, seed, self._tell)
        self.centre = Centre(self.exchange, calls_per_minute)
        self._actions = {**Actions(self.exchange).actions, **Lists(self.exchange).actions}

    @property
    def attended(self) -> set[str]:
        """The interfaces at which a person is signed in."""
        return self.centre.attended

    def customers(self) -> list[dict[str, Any]]:
        """The invented callers for a directory: name, numbers, language, tags, fields."""
        return self.centre.customers()

    def play(self, story: Recorded, site: int = 1, after_s: float = 0.0) -> Playing:
        """Puts a recorded story on, which begins in ``after_s`` seconds or up to one later.

        At site 0 it has the recorded names, which may be those of the centre as well; at each
        other site (1 to 89) it has phones, callers and queues of its own. Where the recorder's link
        was cut, all clients are cut off here, and nobody is let in until it came back.
        """
        playing = Playing(self.exchange, story, site, after_s, self._cut, self._restore)
        self.sim.spawn(story.name, playing.story())
        return playing

    async def start(self) -> int:
        """Listens and lets the day begin; returns the port. OSError when it is in use."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, self._host, self._port)
        port: int = self._server.sockets[0].getsockname()[1]
        if self._day:
            self.centre.open()
        self._tasks.eternal("fake PBX", self._pump())
        return port

    async def stop(self) -> None:
        """Closes all connections and stops time."""
        await self._tasks.stop()
        if self._server is not None:
            self._server.close()
        for session in list(self._sessions):
            session.close()
        if self._server is not None:
            await self._server.wait_closed()

    async def _pump(self) -> None:
        while True:
            now = self._clock.now()
            self.sim.run_until(now)
            due = self.sim.next_due()
            wait_s = IDLE_S if due is None else min(IDLE_S, max(0.001, (due - now) / 1000))
            await self._clock.sleep(wait_s)

    def _cut(self) -> None:
        self._cuts += 1
        for session in list(self._sessions):
            session.close()

    def _restore(self) -> None:
        self._cuts -= 1

    def _session(self) -> Session:
        session = Session(
            self._account,
            self._perform,
            self._welcome,
            self._sessions.discard,
            self._buffer_limit,
            refused=self._cuts > 0,
        )
        self._sessions.add(session)
        return session

    def _tell(self, event: Event) -> None:
        if self._sessions:
            text = event.text()
            for session in list(self._sessions):
                session.tell(event, text)

    def _welcome(self, session: Session) -> None:
        """FullyBooted, to a session that just signed in; it has no Timestamp."""
        up_s = str((self._clock.now() - self.exchange.pbx.started) // 1000)
        session.send(
            ("Event", "FullyBooted"),
            ("Privilege", "system,all"),
            ("Uptime", up_s),
            ("LastReload", up_s),
            ("Status", "Fully Booted"),
        )

    def _perform(self, session: Session, action: Action) -> None:
        perform = self._actions.get(action.name)
        if perform is None:
            session.error(action, f"Invalid/unknown command: {action.get('Action')}")
            return
        self.sim.run_until(self._clock.now())
        perform(session, action)
        self.sim.run_until(self._clock.now())

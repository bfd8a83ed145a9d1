"""The link to one Asterisk: kept for ever, honest about its state.

``AmiLink.run`` connects, logs in, pings, notices silence and connects again; what arrives goes into
the ``Inbox``, what is asked goes through ``ask``. Each action is sent once and has a time limit;
what was open when the connection went away fails with ``LinkLost``, and the asker decides.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Literal

from ami_bridge import actions
from ami_bridge.account import AmiAccount
from ami_bridge.answers import Answer, LinkError, LinkLost, NoAnswer
from ami_bridge.backoff import Backoff
from ami_bridge.inbox import Inbox
from ami_bridge.login import LoginRefused, log_in
from ami_bridge.manager import GuardedManager
from ami_bridge.outgoing import Action, encode
from ami_bridge.protocol import Message
from ami_bridge.session import LinkCounters, Session
from callcenter.supervise import Tasks

log = logging.getLogger(__name__)

Listener = Callable[[Message, float], object]
"""Takes a message and its arrival (epoch seconds UTC); must not wait."""

State = Literal["connecting", "up", "refused", "down", "closed"]

MOST_MISSED_PINGS = 3
FRESH_S = 1.2
"""What we know is fresh while the peer answers a ping, and we work off what it said, within this.
With a ping each second and a board that looks twice a second, old news is grey within 3 s."""
STABLE_S = 3.0
"""A connection that stood this long lets the next back-off begin at its first delay."""


class AmiLink:
    """One AMI account's connection. ``monotonic`` gives seconds, ``wall`` epoch seconds (UTC).

    ``name`` is the PBX's name in logs. ``manager`` is panoramisk's Manager for those who know it.
    """

    def __init__(
        self,
        account: AmiAccount,
        inbox: Inbox,
        monotonic: Callable[[], float],
        wall: Callable[[], float],
        rng: Random,
        name: str = "",
    ) -> None:
        self.account = account
        self.inbox = inbox
        self.name = name or account.address
        self._monotonic = monotonic
        self._wall = wall
        self._rng = rng
        self._counters = LinkCounters()
        self._tasks = Tasks()
        self._retry = Backoff(account.retry_first_s, account.retry_longest_s, rng)
        self._refusals = Backoff(account.refused_first_s, account.refused_longest_s, rng)
        self._session: Session | None = None
        self._state: State = "down"
        self._why = "not started"
        self._running = False
        self._unanswered_s = 0.0
        self.listeners: list[Listener] = []
        """Told of every message in the moment of its arrival, e.g. a trace recorder."""
        self.manager = GuardedManager(
            self,
            host=account.host,
            port=account.port,
            protocol_factory=self._new_session,
        )

    @property
    def state(self) -> State:
        """connecting, up, refused (login or certificate), down (waiting to try again), closed."""
        if self._state == "closed":
            return "closed"
        if self._session is not None and self._session.up:
            return "up"
        return "connecting" if self._state == "up" else self._state

    @property
    def why(self) -> str:
        """A sentence for people about the state; empty while up."""
        return "" if self.state == "up" else self._why

    def behind_s(self) -> float:
        """By how many seconds what we know of this PBX is behind, 0 while it is fresh.

        A ping stands behind all that the peer has said before, so its answer proves that we heard
        all that; one without an answer proves the contrary, on a link that is frozen or half open
        as on one so slow that we read what was said long ago, and well before any of them is cut.
        Beside it counts the oldest message that waits to be worked off.
        """
        if self.state != "up":
            return 0.0
        now_s = self._monotonic()
        open_s = now_s - self._unanswered_s if self._unanswered_s else 0.0
        behind_s = max(open_s, self.inbox.lag_ms(self._monotonic) / 1000)
        return behind_s if behind_s > FRESH_S else 0.0

    @property
    def counters(self) -> LinkCounters:
        """A copy of the counters, with the inbox as it is now."""
        return replace(
            self._counters,
            lag_ms=self.inbox.lag_ms(self._monotonic),
            waiting=len(self.inbox),
        )

    async def run(self) -> None:
        """Keeps the connection until ``close()`` or until it is cancelled.

        Raises RuntimeError when it is running already: two connections would double every event.
        """
        if self._running:
            raise RuntimeError(f"the AMI link {self.name} is running already")
        if self._state == "closed":
            return
        self._running = True
        life = self._tasks.brief(f"AMI link {self.name}", self._live())
        try:
            await asyncio.wait({life})
        finally:
            self._running = False
            await self._tasks.stop()
            if self.state != "closed":
                self._state, self._why = "down", "not running"
        if not life.cancelled():
            life.result()

    async def ask(
        self,
        action: Action,
        timeout_s: float = 10.0,
        at_item: Callable[[Message], bool] | None = None,
    ) -> Answer:
        """Sends an action once and gives its response, for lists with all items.

        ``at_item`` hears each item as it comes; those of which it says True are not in the answer.

        A response of Error is an answer (``ok`` is False). Raises ValueError when the action must
        not be sent (nothing was written), LinkLost when the link is or goes down, NoAnswer after
        ``timeout_s`` seconds.
        """
        session = self._session
        if session is None or not session.up:
            encode(action, "")  # a wrong action is wrong whether or not the link is up
            raise LinkLost(f"the AMI link to {self.name} is {self.state}: {self._why}")
        return await session.ask(action, timeout_s, at_item=at_item)

    async def close(self) -> None:
        """Logs off and ends for good: nothing connects again."""
        self._state, self._why = "closed", "closed by us"
        if self._session is not None:
            if self._session.up:
                self._session.say_goodbye(actions.logoff())
            else:
                self._session.cut("closed by us")
        await self._tasks.stop()

    # The leash of the manager.

    def future_of(self, action: Action) -> asyncio.Future[Answer]:
        """Asks in a task of ours; for ``GuardedManager.send_action``."""
        return self._tasks.brief(f"AMI action for {self.name}", self.ask(action))

    def survived(self) -> None:
        """Counts a callback that failed."""
        self._counters.faults += 1

    def _new_session(self) -> Session:
        prefix = f"cc-{self._rng.getrandbits(64):016x}-"
        return Session(
            self.account,
            self.inbox,
            self._counters,
            self._monotonic,
            self._wall,
            prefix,
            self.manager.dispatch,
            self.listeners,
        )

    async def _live(self) -> None:
        try:
            while True:
                delay_s = await self._one_life()
                log.info("AMI %s: trying again in %.1f s", self.name, delay_s)
                await asyncio.sleep(delay_s)
        finally:
            if self._session is not None:
                self._session.cut("closed by us")
                self._session = None

    async def _one_life(self) -> float:
        """From connecting to losing; gives the seconds to wait before the next life."""
        self._state, self._why = "connecting", f"connecting to {self.account.address}"
        try:
            session = await self._connect()
            await log_in(session, self.account)
        except LoginRefused as refusal:
            self._counters.refused += 1
            self._fail("refused", str(refusal))
            return self._refusals.next()
        except (OSError, LinkError, ValueError) as error:
            # ValueError: e.g. a host name that cannot be encoded.
            self._fail("down", str(error) or type(error).__name__)
            return self._retry.next()
        self._counters.connects += 1
        self._counters.reconnects = self._counters.connects - 1
        self._state = "up"
        self._refusals.reset()
        log.info("AMI %s: logged in to %s (%s)", self.name, self.account.address, session.banner)
        since_s = self._monotonic()
        self._unanswered_s = 0.0
        await self._keep(session)
        if self._monotonic() - since_s >= STABLE_S:
            self._retry.reset()
        self._fail("down", session.why)
        # After an overflow: not before the consumer has worked off what it has.
        await self.inbox.room()
        return self._retry.next()

    async def _connect(self) -> Session:
        """TCP and TLS within their time limit; the session is ours even before the login."""
        account = self.account
        loop = asyncio.get_running_loop()
        try:
            context = account.tls.context() if account.tls is not None else None
        except OSError as error:
            assert account.tls is not None
            raise LoginRefused(
                f"the certificate file {account.tls.ca_file} cannot be used: {error}"
            ) from None
        name = None
        if account.tls is not None:
            name = account.tls.server_name or account.host
        try:
            async with asyncio.timeout(account.connect_timeout_s):
                _, session = await loop.create_connection(
                    self.manager.config["protocol_factory"],
                    account.host,
                    account.port,
                    ssl=context,
                    server_hostname=name,
                )
        except TimeoutError:
            raise LinkLost(
                f"{account.address} did not take the connection within "
                f"{account.connect_timeout_s:g} s"
            ) from None
        except ssl.SSLCertVerificationError as error:
            raise LoginRefused(
                f"the certificate of {account.address} is not accepted: {error.verify_message}. "
                "Check ca_file and server_name of its tls setting"
            ) from None
        except OSError as error:
            raise LinkLost(f"{account.address} cannot be reached: {error}") from None
        assert isinstance(session, Session)
        self._session = session
        self.manager.protocol = session
        return session

    async def _keep(self, session: Session) -> None:
        """Pings until the session is lost; cuts it when the peer has fallen silent."""
        interval_s = self.account.ping_interval_s
        missed = 0
        while not session.lost.is_set():
            sent_s = self._monotonic()
            self._unanswered_s = self._unanswered_s or sent_s
            self._counters.pings += 1
            try:
                await session.ask(actions.ping(), interval_s)
            except NoAnswer:
                # A long list or a burst may stand before the answer: any byte is a sign of life.
                missed = 0 if session.heard_s > sent_s else missed + 1
                self._counters.pings_missed += 1
            except LinkError:
                return
            else:
                missed = 0
                self._unanswered_s = 0.0
                self._counters.last_rtt_ms = (self._monotonic() - sent_s) * 1000
                try:
                    async with asyncio.timeout(interval_s):
                        await session.lost.wait()
                except TimeoutError:
                    pass
            if missed >= MOST_MISSED_PINGS:
                said = f"{self.account.address} is silent: {missed} pings without an answer"
                session.cut(said, silent=True)

    def _fail(self, state: State, why: str) -> None:
        if self._session is not None:
            self._session.cut(why)
            self._session = None
        self.manager.protocol = None
        self._state, self._why = state, why
        log.warning("AMI %s: %s", self.name, why)

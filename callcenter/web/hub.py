"""The hub: every open tab, every topic's stream, and the sending that never waits for anybody.

What the live view publishes goes to the tabs that may see it: a desk's changes at once, figures
merged to two frames a second, each frame serialised once. Long broadcasts breathe: after two
milliseconds of sending the loop gets its turn, so that a pop is not behind ten thousand figures.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable

from msgspec import Struct

from ..ports.clock import Clock
from ..services.access import SignedIn
from ..supervise import Tasks
from . import frames
from .asks import LiveView, NoSuchTopic, Published, Push
from .channel import Channel
from .codes import Code
from .connection import Connection
from .topics import MY_QUEUES, NotShown, Shown, pace_ms, resolve

HEARTBEAT_MS = 5_000
CHANNEL_KEPT_MS = 120_000
SLICE_S = 0.002
TICK_S = 0.05
RESTARTING = 1012

log = logging.getLogger(__name__)


class Counts(Struct):
    """What the hub did since its start; read by ``/metrics``."""

    frames: int = 0
    snapshots: int = 0
    resumed: int = 0
    refused: int = 0
    cut_slow: int = 0
    revoked: int = 0
    faults: int = 0


class Hub:
    """All websocket connections of this process."""

    def __init__(self, view: LiveView, clock: Clock, tasks: Tasks, epoch: str) -> None:
        self.epoch = epoch
        self.counts = Counts()
        self.connections: dict[Connection, None] = {}
        self._view = view
        self._clock = clock
        self._tasks = tasks
        self._channels: dict[str, Channel] = {}
        self._dirty: dict[Channel, None] = {}
        self._work = asyncio.Event()
        self._numbered = 0

    def start(self) -> None:
        """Begins to listen to the live view and to send."""
        self._view.subscribe(self._published)
        self._tasks.eternal("web.hub.flush", self._flush())
        self._tasks.eternal("web.hub.pulse", self._pulse())

    async def stop(self, why: str = "restart") -> None:
        """Says goodbye to every tab; when to come back is spread, so that not all come at once."""
        connections = list(self.connections)
        spread = max(1, len(connections) // 2)
        byes = [frames.bye(why, 1500 + spread * part // 10) for part in range(10)]
        for index, connection in enumerate(connections):
            connection.send(byes[index % 10])
            connection.cut(why, RESTARTING)
            if index % 64 == 63:
                await asyncio.sleep(0)

    def join(self, connection: Connection) -> None:
        """A tab is there."""
        self.connections[connection] = None

    def leave(self, connection: Connection) -> None:
        """A tab is gone."""
        self.connections.pop(connection, None)
        for key in list(connection.at):
            self._part(connection, key)
        if connection.cut_for == "slow":
            self.counts.cut_slow += 1

    # --- subscriptions

    def subscribe(self, connection: Connection, wanted: frames.Wanted) -> None:
        """Shows a topic: what was missed if that is still there, else a snapshot.

        Snapshot and subscription are one tick, so nothing is published between them.
        """
        shown = resolve(wanted.n, connection.who)
        if isinstance(shown, NotShown):
            self._refuse(connection, wanted.n, shown.code, shown.message)
            return
        channel = self._channel(shown, connection.who)
        at = self._clock.wall_ms()
        missed = None
        if wanted.seq is not None and wanted.epoch == self._epoch_of(channel):
            missed = channel.since(wanted.seq, at)
        if missed is not None:
            self.counts.resumed += 1
            self._admit(connection, channel)
            for frame in missed:
                self._send(connection, frame)
            return
        try:
            frame = self._snapshot(channel, connection.who, at)
        except NoSuchTopic:
            message = f"Nothing is known of {shown.topic} yet; ask again when the PBX has shown it."
            self._refuse(connection, wanted.n, Code.NOT_FOUND, message)
            return
        self._admit(connection, channel)
        self.counts.snapshots += 1
        connection.send_whole(frame)

    def unsubscribe(self, connection: Connection, asked: str) -> None:
        """A topic is not looked at any more; an unknown one is no fault."""
        shown = resolve(asked, connection.who)
        if isinstance(shown, Shown):
            for key in self._keys(connection, shown.topic):
                self._part(connection, key)

    def set_slow(self, connection: Connection, slow: bool) -> None:
        """A hidden tab gets figures once per heartbeat; back in view it is brought up to date."""
        connection.slow = slow
        if not slow:
            self._catch_up(connection)

    def seq_of(self, connection: Connection) -> int | None:
        """The seq of the tab's own desk as it was told last."""
        agent = connection.who.agent_id
        return connection.at.get(f"agent:{agent}") if agent else None

    def _admit(self, connection: Connection, channel: Channel) -> None:
        for key in self._keys(connection, channel.topic):
            self._part(connection, key)
        channel.readers[connection] = None
        connection.at[channel.key] = channel.seq

    def _part(self, connection: Connection, key: str) -> None:
        connection.at.pop(key, None)
        channel = self._channels.get(key)
        if channel is not None:
            channel.readers.pop(connection, None)
            if not channel.readers:
                channel.empty_since = self._clock.wall_ms()

    def _keys(self, connection: Connection, topic: str) -> list[str]:
        return [key for key in connection.at if self._channels[key].topic == topic]

    def _channel(self, shown: Shown, who: SignedIn) -> Channel:
        queues = self._view.queues_of(who) if shown.topic == MY_QUEUES else None
        key = shown.topic if queues is None else f"{MY_QUEUES}\n" + "\n".join(sorted(queues))
        channel = self._channels.get(key)
        if channel is None:
            # Above every seq this hub has ever used: an old seq is never mistaken for a new one.
            self._numbered += 1
            channel = Channel(key, shown.topic, pace_ms(shown.topic), self._numbered, queues)
            self._channels[key] = channel
        return channel

    def _epoch_of(self, channel: Channel) -> str:
        """The hub's epoch; with the set of queues where that makes the stream."""
        return self.epoch if channel.queues is None else f"{self.epoch}.{hash(channel.key):x}"

    def _snapshot(self, channel: Channel, who: SignedIn, at: int) -> bytes:
        def make() -> bytes:
            _, state = self._view.snapshot(channel.topic, who)
            return frames.snap(channel.topic, self._epoch_of(channel), channel.seq, at, state)

        return channel.snapshot(make, at)

    def _refuse(self, connection: Connection, topic: str, code: Code, message: str) -> None:
        self.counts.refused += 1
        self._send(connection, frames.gone(topic, code, message))

    # --- sending

    def _send(self, connection: Connection, frame: bytes) -> bool:
        self.counts.frames += 1
        return connection.send(frame)

    def _published(self, topic: str, number: int, what: Published) -> None:
        """Hears the live view. Desks are told here and now; figures wait for their turn."""
        if topic == MY_QUEUES:
            channels = [c for c in self._channels.values() if c.topic == MY_QUEUES]
        else:
            known = self._channels.get(topic)
            channels = [] if known is None else [known]
        for channel in channels:
            try:
                self._take(channel, what)
            except Exception:
                log.exception("a change of %s could not be sent", channel.topic)
                self._fault(channel)

    def _fault(self, channel: Channel) -> None:
        """What was published cannot be sent (it is no JSON): a fault of ours, and no reason to
        stop. The hole in the numbers makes the readers ask for a snapshot."""
        self.counts.faults += 1
        channel.skip()

    def _take(self, channel: Channel, what: Published) -> None:
        at = self._clock.wall_ms()
        if isinstance(what, Push):
            if channel.pending:
                self._tell_now(channel, channel.frame(at))
            self._tell_now(channel, channel.push(what, at))
        elif not channel.take(what):
            return
        elif channel.pace_ms == 0:
            self._tell_now(channel, channel.frame(at))
        else:
            self._dirty[channel] = None
            self._work.set()

    def _tell_now(self, channel: Channel, frame: bytes) -> None:
        self._numbered += 1
        for connection in list(channel.readers):
            if self._send(connection, frame):
                connection.at[channel.key] = channel.seq

    async def _flush(self) -> None:
        """Sends what is due of the paced topics, for ever."""
        while True:
            await self._work.wait()
            now = int(self._clock.monotonic() * 1000)
            due = [channel for channel in self._dirty if channel.due_at <= now]
            for channel in due:
                del self._dirty[channel]
                channel.due_at = now + channel.pace_ms
                self._numbered += 1
                try:
                    frame = channel.frame(self._clock.wall_ms())
                except Exception:
                    log.exception("the changes of %s could not be sent", channel.topic)
                    self._fault(channel)
                    continue
                await self._broadcast(channel, frame)
            if not self._dirty:
                self._work.clear()
            elif not due:
                next_ms = min(channel.due_at for channel in self._dirty) - now
                await asyncio.sleep(min(TICK_S, next_ms / 1000))

    async def _broadcast(self, channel: Channel, frame: bytes) -> None:
        """One frame to all readers, in slices. Only this task sends a paced topic's deltas."""
        seq = channel.seq
        key = channel.key
        began = self._clock.monotonic()
        for index, connection in enumerate(list(channel.readers)):
            # Who parted, or subscribed anew with a newer snapshot, while the loop was breathing
            # must not be told again.
            if connection.slow or connection.at.get(key, seq) >= seq:
                continue
            if self._send(connection, frame):
                connection.at[key] = seq
            if index % 16 == 15 and self._clock.monotonic() - began > SLICE_S:
                await asyncio.sleep(0)
                began = self._clock.monotonic()

    def _catch_up(self, connection: Connection) -> None:
        """A snapshot of each paced topic in which this tab has been told less than there is."""
        at = self._clock.wall_ms()
        for key, told in list(connection.at.items()):
            channel = self._channels[key]
            if channel.pace_ms and (told < channel.seq or channel.pending):
                try:
                    connection.send_whole(self._snapshot(channel, connection.who, at))
                except NoSuchTopic:
                    continue
                connection.at[key] = channel.seq

    # --- the pulse

    async def _pulse(self) -> None:
        """Every five seconds: a heartbeat to every tab, and a look at those that do not read."""
        while True:
            await asyncio.sleep(HEARTBEAT_MS / 1000)
            at = self._clock.wall_ms()
            beat = frames.text_frame({"t": "hb", "at": at})
            async for connection in self._sliced(list(self.connections)):
                if not connection.check(self._clock.monotonic()):
                    continue
                self._move_queues(connection)
                if connection.slow:
                    self._catch_up(connection)
                self._send(connection, beat)
            self._sweep(at)

    async def _sliced(self, connections: Iterable[Connection]) -> AsyncIterator[Connection]:
        """Walks through connections and lets the loop breathe after each slice of time."""
        began = self._clock.monotonic()
        for connection in connections:
            yield connection
            if self._clock.monotonic() - began > SLICE_S:
                await asyncio.sleep(0)
                began = self._clock.monotonic()

    def _move_queues(self, connection: Connection) -> None:
        """An agent who was put into another queue sees the queues of his new set."""
        for key in self._keys(connection, MY_QUEUES):
            if self._channels[key].queues != self._view.queues_of(connection.who):
                self._part(connection, key)
                self.subscribe(connection, frames.Wanted(n=MY_QUEUES))

    def _sweep(self, at: int) -> None:
        for key, channel in list(self._channels.items()):
            channel.trim(at)
            if not channel.readers and at - channel.empty_since > CHANNEL_KEPT_MS:
                del self._channels[key]
                self._dirty.pop(channel, None)

    def show_less(self, connection: Connection) -> None:
        """Takes away the topics that a changed user may not see any more."""
        for key in list(connection.at):
            topic = self._channels[key].topic
            shown = resolve(topic, connection.who)
            if isinstance(shown, NotShown):
                self._part(connection, key)
                self._refuse(connection, topic, shown.code, shown.message)
        self._move_queues(connection)

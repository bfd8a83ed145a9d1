"""One PBX's room: the link that hears it, the switchboard that understands it, and its hands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Protocol

from msgspec import Struct

from ami_bridge.account import AmiAccount, TlsOptions
from ami_bridge.feed import HEARD, Batch, Feed
from ami_bridge.flight_recorder import FlightRecorder
from ami_bridge.inbox import Inbox
from ami_bridge.link import AmiLink
from ami_bridge.member_watch import MemberWatch
from ami_bridge.presentation import Presentations
from ami_bridge.scribe import Scribe
from ami_bridge.wrap_up_probe import WrapUpProbe
from callcenter import rules
from callcenter.domain.facts import AnyFact
from callcenter.domain.model import CallRecord
from callcenter.domain.signals import Signal
from callcenter.domain.switchboard import Switchboard
from callcenter.ports.clock import Clock, wall_seconds
from callcenter.services.gauges import LinkNumbers
from callcenter.settings import Account, Pbx, Settings
from callcenter.supervise import Tasks


class Writer(Protocol):
    """Where facts go: the engine."""

    async def commit(self, facts: Sequence[AnyFact], arrived_ms: float | None = None) -> None:
        """Stores and publishes them."""
        ...


class PbxRoom(Struct, frozen=True):
    """One PBX: what hears it, what understands it, what can act on it (None: nothing)."""

    name: str
    link: AmiLink
    feed: Feed
    switchboard: Switchboard
    actions: AmiLink | None
    recorder: FlightRecorder | None

    async def pump(self, engine: Writer, clock: Clock, lag_ms: Callable[[float], None]) -> None:
        """Eternal: the only task that applies this PBX's signals.

        ``lag_ms`` takes the time from a message's arrival to its facts being published.
        """
        async for batch in self.feed.batches():
            facts: list[AnyFact] = []
            for signal in self._to_take(batch):
                facts += self.switchboard.take(signal)
                while self.switchboard.unsaid:
                    # A roster, or a link that went: thousands of agents at one instant.
                    await engine.commit(facts, batch.arrived_ms)
                    await asyncio.sleep(0)
                    facts = self.switchboard.go_on()
            if facts:
                await engine.commit(facts, batch.arrived_ms)
                lag_ms(clock.wall_ms() - batch.arrived_ms)

    def _to_take(self, batch: Batch) -> Iterator[Signal]:
        for heard in batch.heard:
            yield from self.switchboard.in_time(heard.at, heard.signals)
        if not batch.heard:
            yield from self.switchboard.passed(batch.arrived_ms)

    def numbers(self) -> LinkNumbers:
        """What the link counts, for the metrics."""
        counted = self.link.counters
        return LinkNumbers(
            pbx=self.name,
            up=self.link.state == "up",
            events=counted.events,
            garbage=counted.garbage,
            damaged=counted.damaged,
            oversized=counted.oversized,
            reconnects=counted.reconnects,
            refused=counted.refused,
            rtt_s=(counted.last_rtt_ms or 0.0) / 1000,
            lag_s=counted.lag_ms / 1000,
            skew_s=self.feed.skew_ms / 1000,
            odd=self.switchboard.odd,
            clock_steps=self.feed.clock_steps,
        )


def build_room(
    settings: Settings,
    pbx: Pbx,
    clock: Clock,
    tasks: Tasks,
    begun: Iterable[CallRecord],
    on_shift: Iterable[tuple[str, str]] = (),
    stopped_at: int = 0,
) -> PbxRoom:
    """Builds the room of one PBX. ``begun``: the last calls before we stopped; ``on_shift`` (id,
    name): the agents who were signed in then; ``stopped_at``: when we last said something of it
    (epoch ms)."""
    inbox = Inbox(wanted=HEARD)
    link = _link(pbx, inbox, clock, pbx.username, _secret(pbx), "on", pbx.name)
    actions = None
    if pbx.actions is not None:
        name = f"{pbx.name} actions"
        account = pbx.actions
        actions = _link(pbx, Inbox(), clock, account.username, _secret(account), "off", name)
    switchboard = Switchboard(pbx.name, rules.board_rules(settings, pbx))
    switchboard.resume(begun, on_shift, stopped_at)
    wall_s = wall_seconds(clock)
    presentations = Presentations(link, inbox, tasks, clock.monotonic, wall_s)
    wrap_ups = WrapUpProbe(link, inbox, tasks, clock.monotonic, wall_s)
    members = MemberWatch(link, inbox, clock.monotonic, wall_s)
    link.listeners.append(members.hint)
    feed = Feed(pbx.name, link, inbox, clock.wall_ms, tasks, presentations, wrap_ups, members)
    recorder = _recorder(settings, pbx, link, wall_s)
    return PbxRoom(pbx.name, link, feed, switchboard, actions, recorder)


def _recorder(
    settings: Settings, pbx: Pbx, link: AmiLink, wall_s: Callable[[], float]
) -> FlightRecorder | None:
    """The flight recorder, listening to the link, if a trace is to be kept."""
    keep = settings.trace.keep
    if not keep:
        return None
    length = rules.seconds_of(keep)
    folder = Path(settings.trace.folder)
    recorder = FlightRecorder(pbx.name, folder, length, settings.trace.scrub, wall_s)
    link.listeners.append(Scribe(recorder.record).hear)
    return recorder


LISTENING_PING_S = 1.0
"""Three missed pings are silence, and the board greys within 3 s of it (DESIGN 4)."""


def _link(
    pbx: Pbx, inbox: Inbox, clock: Clock, username: str, secret: str, events: str, name: str
) -> AmiLink:
    tls = pbx.encryption
    options = (
        None
        if tls is None
        else TlsOptions(tls.ca_file or None, tls.server_name or None, tls.verify)
    )
    account = AmiAccount(
        host=pbx.host,
        port=pbx.port,
        username=username,
        secret=secret,
        tls=options,
        events=events,
        ping_interval_s=LISTENING_PING_S if events != "off" else 5.0,
    )
    return AmiLink(account, inbox, clock.monotonic, wall_seconds(clock), Random(), name)


def _secret(holder: Pbx | Account) -> str:
    return holder.secret.reveal() if holder.secret is not None else ""

"""One PBX's room: the link that hears it, the switchboard that understands it, and its hands."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random

from msgspec import Struct

from ami_bridge.account import AmiAccount, TlsOptions
from ami_bridge.feed import Feed
from ami_bridge.flight_recorder import FlightRecorder
from ami_bridge.inbox import Inbox
from ami_bridge.link import AmiLink
from ami_bridge.member_watch import MemberWatch
from ami_bridge.presentation import Presentations
from ami_bridge.wrap_up_probe import WrapUpProbe
from callcenter import rules
from callcenter.domain.facts import AnyFact
from callcenter.domain.model import CallRecord
from callcenter.domain.signals import Woke
from callcenter.domain.switchboard import Switchboard
from callcenter.ports.clock import Clock
from callcenter.services.engine import Engine
from callcenter.services.gauges import LinkNumbers
from callcenter.settings import Account, Pbx, Settings
from callcenter.supervise import Tasks


class PbxRoom(Struct, frozen=True):
    """One PBX: what hears it, what understands it, what can act on it (None: nothing)."""

    name: str
    link: AmiLink
    feed: Feed
    switchboard: Switchboard
    actions: AmiLink | None
    recorder: FlightRecorder | None

    async def pump(self, engine: Engine, clock: Clock, lag_ms: Callable[[float], None]) -> None:
        """Eternal: the only task that applies this PBX's signals.

        ``lag_ms`` takes the time from a message's arrival to its facts being published.
        """
        async for batch in self.feed.batches():
            facts: list[AnyFact] = []
            for signal in batch.signals:
                facts += self.switchboard.apply(signal)
            if not batch.signals:
                due, now = self.switchboard.next_wake, clock.wall_ms()
                if due is not None and due <= now:
                    facts += self.switchboard.apply(Woke(now))
            if facts:
                await engine.commit(facts, batch.arrived_ms)
                lag_ms(clock.wall_ms() - batch.arrived_ms)

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
    settings: Settings, pbx: Pbx, clock: Clock, tasks: Tasks, open_calls: Iterable[CallRecord]
) -> PbxRoom:
    """Builds the room of one configured PBX; ``open_calls`` were under way when we stopped."""
    inbox = Inbox()
    link = _link(pbx, inbox, clock, pbx.username, _secret(pbx), "on", pbx.name)
    actions = None
    if pbx.actions is not None:
        name = f"{pbx.name} actions"
        account = pbx.actions
        actions = _link(pbx, Inbox(), clock, account.username, _secret(account), "off", name)
    switchboard = Switchboard(pbx.name, rules.board_rules(settings, pbx))
    switchboard.resume(open_calls)
    presentations = Presentations(link, inbox, tasks, clock.monotonic, time.time)
    wrap_ups = WrapUpProbe(link, inbox, tasks, clock.monotonic, time.time)
    members = MemberWatch(link, inbox, clock.monotonic, time.time)
    feed = Feed(pbx.name, link, inbox, clock.wall_ms, tasks, presentations, wrap_ups, members)
    return PbxRoom(pbx.name, link, feed, switchboard, actions, _recorder(settings, pbx, link))


def _recorder(settings: Settings, pbx: Pbx, link: AmiLink) -> FlightRecorder | None:
    """The flight recorder, listening to the link, if a trace is to be kept."""
    keep = settings.trace.keep
    if not keep:
        return None
    length = int(keep[:-1]) * (86_400 if keep.endswith("d") else 3_600)
    folder = Path(settings.trace.folder)
    recorder = FlightRecorder(pbx.name, folder, length, settings.trace.scrub, time.time)
    link.listeners.append(recorder.record)
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
    return AmiLink(account, inbox, clock.monotonic, time.time, Random(), name)


def _secret(holder: Pbx | Account) -> str:
    return holder.secret.reveal() if holder.secret is not None else ""

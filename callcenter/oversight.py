"""What the pages for overseers see of the house, read when they ask and not before."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from ami_bridge.flight_log import FlightLog, Found
from callcenter import __version__, rules
from callcenter.books import Bookkeeping
from callcenter.domain.board import Board
from callcenter.domain.known_lies import LIES
from callcenter.domain.model import CallRecord
from callcenter.ports.clock import Clock
from callcenter.rooms import PbxRoom
from callcenter.services.callers import Callers
from callcenter.services.engine import Engine
from callcenter.services.ledger import Ledger
from callcenter.services.overseen import (
    AgentName,
    BookSeen,
    DispositionName,
    EventsSeen,
    EventsState,
    HouseSeen,
    LedgerSeen,
    LinkSeen,
    Names,
    RawEvent,
)
from callcenter.services.projector import Projector
from callcenter.settings import Settings

MOST_EVENTS = 2_000
"""Events of one call that are shown; a queue call has about 80."""
MOST_UNEXPLAINED = 200
BEFORE_MS = 120_000
"""How far before and after a call its events are looked for: a leg may ring before it is a call,
the PBX's clock may differ from ours, and wrap-up is spoken of after the end."""
SEARCHES = 1
"""Searches in recordings at a time: each has a core for itself."""


class House(Protocol):
    """The parts of the service that are looked at."""

    settings: Settings
    board: Board
    engine: Engine
    projector: Projector
    ledger: Ledger
    callers: Callers
    books: Bookkeeping
    rooms: list[PbxRoom]

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    def ready(self) -> tuple[bool, list[str]]:
        """Whether the service does its work, and why not."""
        ...


class HouseOversight:
    """The port ``Oversight`` of the web room."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._settings = house.settings
        self._titles = rules.titles(house.settings)
        self._one_search = asyncio.Semaphore(SEARCHES)

    def names(self) -> Names:
        """What ids are called."""
        configured = {queue.name for queue in self._settings.queue} - {"*"}
        queues = configured | set(self._house.board.queues)
        agents = sorted(self._house.board.agents.values(), key=lambda agent: agent.name)
        return Names(
            queues={name: self._titles(name) for name in sorted(queues)},
            agents=[AgentName(agent.id, agent.name) for agent in agents],
            dispositions=[
                DispositionName(one.code, one.en, one.fa, one.he)
                for one in self._settings.desk.dispositions
            ],
        )

    async def ledger(self, from_day: str, to_day: str, pbx: str) -> LedgerSeen:
        """The books from day to day, both included."""
        names = [room.name for room in self._house.rooms if pbx in ("", room.name)]
        counted: Mapping[str, int] = await self._house.books.books.unreconciled()
        listed = await self._house.books.books.unexplained(MOST_UNEXPLAINED + 1, pbx)
        read = self._house.books.reconciler.unreconciled()
        return LedgerSeen(
            books=[
                BookSeen(
                    pbx=name,
                    read=name in read,
                    unexplained=counted.get(name, 0),
                    trouble=self._house.books.reconciler.trouble.get(name, ""),
                )
                for name in names
            ],
            days=await self._house.books.books.days(from_day, to_day, pbx),
            unexplained=listed[:MOST_UNEXPLAINED],
            more=len(listed) > MOST_UNEXPLAINED,
            lies=dict(LIES),
        )

    def house(self) -> HouseSeen:
        """Links, journal and alarms as they are now."""
        ready, reasons = self._house.ready()
        trace = self._settings.trace
        return HouseSeen(
            version=__version__,
            ready=ready,
            reasons=reasons,
            links=[self._link(room) for room in self._house.rooms],
            calls_open=len(self._house.ledger.open_calls()),
            facts=self._house.engine.committed,
            waiting=self._house.engine.waiting,
            trouble=self._house.engine.trouble,
            journal_failures=self._house.engine.failures,
            call_log_waiting=self._house.projector.waiting,
            call_log_failures=self._house.projector.failures,
            lookup_failures=self._house.callers.failures,
            orphaned=self._house.ledger.orphans,
            recorder_keep=trace.keep,
            recorder_scrubs=trace.scrub,
        )

    def _link(self, room: PbxRoom) -> LinkSeen:
        counted = room.numbers()
        told = self._house.board.links.get(room.name)
        return LinkSeen(
            pbx=room.name,
            up=told is not None and told.up,
            since=None if told is None else told.since,
            why=room.link.why,
            events=counted.events,
            reconnects=counted.reconnects,
            refused=counted.refused,
            garbage=counted.garbage,
            odd=counted.odd,
            ping_ms=counted.rtt_s * 1000,
            lag_ms=counted.lag_s * 1000,
            skew_ms=counted.skew_s * 1000,
            actions=room.actions is not None,
            recorded=room.recorder is not None,
            recording_lost=0 if room.recorder is None else room.recorder.lost,
        )

    async def events(self, record: CallRecord) -> EventsSeen:
        """What the PBX said of a call, as far as it was recorded and is kept."""
        trace = self._settings.trace
        if not trace.keep:
            return self._no_events("off")
        now = self._house.clock.wall_ms()
        from_s = (record.started_at - BEFORE_MS) / 1000
        to_s = min((record.ended_at or now) + BEFORE_MS, now + BEFORE_MS) / 1000
        log = FlightLog(record.pbx, Path(trace.folder))
        ids = (record.uniqueid, record.linkedid)
        async with self._one_search:
            found: Found = await asyncio.to_thread(log.events_of, ids, from_s, to_s, MOST_EVENTS)
        if not found.lines:
            kept_ms = rules.seconds_of(trace.keep) * 1000
            return self._no_events("gone" if now - to_s * 1000 > kept_ms else "none")
        return EventsSeen(
            state="kept",
            events=[RawEvent(round(line.t * 1000), line.h) for line in found.lines],
            more=found.more,
            scrubbed=trace.scrub,
            keep=trace.keep,
        )

    def _no_events(self, state: EventsState) -> EventsSeen:
        trace = self._settings.trace
        return EventsSeen(state=state, events=[], more=False, scrubbed=trace.scrub, keep=trace.keep)

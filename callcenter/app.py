"""The composition root: everything is built here, with plain constructors, and started in order.

Start: store, stored state, switchboards, web, links. Stop, in stages: the doors (web), the links,
what is under way, the projection, the store. Nothing outside this file knows how the parts meet.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Sequence

from aiohttp import web

from ami_bridge.desk_actions import DeskActions
from callcenter import __version__, books, keeping, rules
from callcenter.bus.in_process import InProcessBus
from callcenter.directory.directory import EmbeddedDirectory
from callcenter.directory.numbers import Regions, normalise
from callcenter.domain.board import Board, LinkNow
from callcenter.domain.facts import AnyFact, Recorded
from callcenter.observed import Observed
from callcenter.oversight import HouseOversight
from callcenter.ports.errors import StoreUnavailable
from callcenter.rooms import PbxRoom, build_room
from callcenter.services import projector as projecting
from callcenter.services.access import Access
from callcenter.services.call_query import Calls
from callcenter.services.callers import Callers
from callcenter.services.commands import Commands
from callcenter.services.desks import Desks
from callcenter.services.engine import Engine
from callcenter.services.figures import OCCUPANCY_MIN, TREND_POINTS, LiveFigures
from callcenter.services.gauges import BoardGauges
from callcenter.services.heard_until import HeardUntil
from callcenter.services.kpi_query import Figures
from callcenter.services.ledger import Ledger
from callcenter.services.live_view import Live
from callcenter.services.ports_call_log import CallFilter
from callcenter.services.projector import Projector
from callcenter.services.reconcile import without_history
from callcenter.services.resolving import Resolving
from callcenter.services.shifts import Shifts
from callcenter.services.wall import WallView
from callcenter.settings import Settings
from callcenter.store.call_log import SqlCallLog
from callcenter.store.customers import SqlCustomers
from callcenter.store.engine import Database
from callcenter.store.follow_ups import SqlFollowUps
from callcenter.store.heard import SqlHeard
from callcenter.store.journal import SqlJournal
from callcenter.store.schema import open_database, upgrade
from callcenter.store.users import SqlUsers
from callcenter.supervise import Tasks
from callcenter.web.asks import Assets, NoSuchTopic, Site
from callcenter.web.histograms import Histograms
from callcenter.web.server import House, WebSettings, make_app
from kpi.intervals import INTERVAL_MS
from screenpop_ui.assets import static_root
from screenpop_ui.pages import shell

log = logging.getLogger(__name__)

LATELY = 500
"""So many calls before a restart may still have a leg that hangs up."""
ROLL_EVERY_S = 30.0
MINUTE_MS = 60_000


class StartError(Exception):
    """The service cannot start; the message says what is wrong and what to do."""


class SystemClock:
    """The machine's clocks."""

    def wall_ms(self) -> int:
        """Epoch milliseconds UTC."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Seconds from an arbitrary start."""
        return time.monotonic()


class Service:
    """The whole service, built but not started. ``fake`` when the PBX is the built-in one."""

    def __init__(self, settings: Settings, *, fake: bool = False) -> None:
        self.settings = settings
        self.fake = fake
        self.clock = SystemClock()
        self.tasks = Tasks(self._fault)
        self.histograms = Histograms()
        self.rules = rules.kpi_rules(settings)
        self._faults: list[str] = []
        self._stopping = False
        self._runner: web.AppRunner | None = None
        self._database: Database | None = None
        self.rooms: list[PbxRoom] = []
        self.port = settings.http.port

    # -- life ------------------------------------------------------------------------------

    async def start(self) -> None:
        """Starts everything. Raises ``StartError``, ``StoreRefused`` or ``StoreUnavailable``."""
        settings, clock = self.settings, self.clock
        url = settings.database.url
        before, now = await upgrade(url)
        if before is not None and before != now:
            log.info("the database was brought from schema %s to %s", before, now)
        database = self._database = await open_database(url)
        journal = SqlJournal(database)
        call_log = SqlCallLog(database, self.rules)
        follow_ups = SqlFollowUps(database)
        self.directory = EmbeddedDirectory(SqlCustomers(database), clock, settings.site.region)
        self.access = Access(SqlUsers(database), clock)
        self.ledger = Ledger(self.rules)
        self.projector = Projector(call_log)
        self.projector.place = await projecting.catch_up(journal, call_log, self.ledger)
        self.figures = LiveFigures(self.rules, clock.wall_ms())
        await self._load_figures(call_log)
        self.bus = InProcessBus()
        self.engine = Engine(journal, self.ledger, clock, self.bus)
        self.board = Board()
        for pbx in settings.pbx:
            # Not heard until its roster says otherwise: an empty wall must not look calm.
            self.board.links[pbx.name] = LinkNow(up=False, since=clock.wall_ms())
        spans = list(self.ledger.spans.values())
        self.board.resume(
            self.ledger.open_calls(), [(s.agent_id, s.state, s.reason, s.start_ms) for s in spans]
        )
        on_shift = [(s.agent_id, s.name) for s in spans if s.state != "signed_out"]
        self.live = Live(self.board, clock, NoSuchTopic)
        lately = (await call_log.find(CallFilter(limit=LATELY))).items
        begun = [*self.ledger.unfinished(), *lately]
        store = SqlHeard(database)
        self.heard_until = HeardUntil(store, clock, self._heard)
        self.rooms = [
            build_room(
                *(settings, pbx, self.clock, self.tasks, begun, on_shift),
                stopped_at=await store.until(pbx.name),
            )
            for pbx in settings.pbx
        ]
        self._build_desks(call_log, follow_ups)
        self.observed = Observed(self.histograms, self.ledger)
        self.books = books.build(
            settings,
            database,
            engine=self.engine,
            ledger=self.ledger,
            projector=self.projector,
            directory=self.directory,
            clock=clock,
            board=self.board,
        )
        self.engine.on_change(self.figures.take)
        self.engine.on_stored(self.projector.take)
        self.bus.listen("live views", self._live)
        self.bus.listen("reconciler", lambda batch, _: self.books.reconciler.facts(batch))
        turns, e164 = self.books.books.turns, self.callers.e164
        calls = Calls(call_log, self.ledger, journal, self.projector, turns, e164)
        await self._serve(calls, call_log)
        self.tasks.eternal("journal retry", self.engine.retry())
        self.tasks.eternal("projector", self.projector.run())
        self.tasks.eternal("live view", self.live.run())
        self.tasks.eternal("figures", self._roll())
        resolving = Resolving(self.figures, self.callers, self.directory, call_log, clock)
        self.tasks.eternal("first-call resolution", resolving.run())
        self.tasks.eternal("until when we heard", self.heard_until.run())
        self.tasks.eternal("retention", keeping.retain(database, settings.retention, clock))
        self.tasks.eternal("reconciler", self.books.reconciler.run())
        for name, settler in self.books.settlers.items():
            self.tasks.eternal(f"settler {name}", settler.run())
        for name, cel in self.books.cel.items():
            self.tasks.eternal(f"CEL {name}", cel.run())
        for room in self.rooms:
            self.tasks.eternal(f"AMI {room.name}", room.link.run())
            pump = room.pump(self.engine, self.clock, self.histograms.ami_lag.observe_ms)
            self.tasks.eternal(f"switchboard {room.name}", pump)
            if room.actions is not None:
                self.tasks.eternal(f"AMI actions {room.name}", room.actions.run())
            if room.recorder is not None:
                self.tasks.eternal(f"flight recorder {room.name}", room.recorder.run())

    async def stop(self) -> None:
        """Stops in stages; what was committed is stored."""
        self._stopping = True
        if self._runner is not None:
            await self._runner.cleanup()
        if self.rooms:
            await self.heard_until.note()
        for room in self.rooms:
            await room.link.close()
            if room.actions is not None:
                await room.actions.close()
        late = await self.tasks.stop()
        if late:
            log.warning("these would not stop: %s", ", ".join(late))
        if self._database is not None:
            await self.projector.flush()
            await self._database.close()

    def _heard(self) -> list[str]:
        return [
            room.name
            for room in self.rooms
            if room.link.state == "up" and room.feed.rostered_at and not room.switchboard.blind
        ]

    def ready(self) -> tuple[bool, list[str]]:
        """Whether the service does its work, and why not."""
        reasons = [
            f"The PBX {room.name} is not heard: {room.link.why or 'its roster is being read'}"
            for room in self.rooms
            if room.link.state != "up" or not room.feed.rostered_at
        ]
        if self.engine.waiting:
            reasons.append(
                f"{self.engine.waiting} facts wait for the journal: {self.engine.trouble}"
            )
        return not reasons and not self._faults, reasons + self._faults

    def _fault(self, name: str, error: BaseException | None) -> None:
        if self._stopping:
            return
        self._faults.append(f"The task {name} ended: {error or 'by itself'}")
        log.error("the task %s ended unexpectedly", name, exc_info=error)

    # -- building --------------------------------------------------------------------------

    def _build_desks(self, call_log: SqlCallLog, follow_ups: SqlFollowUps) -> None:
        settings = self.settings
        regions = Regions(settings.site.region, settings.directory.regions)
        pbxs = {room.name: DeskActions(room.name, room.actions) for room in self.rooms}
        self.callers = Callers(
            directory=self.directory,
            call_log=call_log,
            follow_ups=follow_ups,
            clock=self.clock,
            tasks=self.tasks,
            normalise=lambda raw, line, shown: normalise(raw, regions.of(line), shown),
            day_start=lambda: self.figures.day[0],
            commit=self._commit,
            latest=self.ledger.get,
            stored=self.projector.flush,
        )
        self.desks = Desks(
            ledger=self.ledger,
            board=self.board,
            callers=self.callers,
            figures=self.figures,
            clock=self.clock,
            rules=rules.desk_rules(
                settings,
                lambda agent: (
                    pbxs[agent.partition(":")[0]].can_act
                    if agent.partition(":")[0] in pbxs
                    else False
                ),
            ),
            told=self.live.told,
        )
        self.commands = Commands(
            engine=self.engine,
            ledger=self.ledger,
            call_log=call_log,
            callers=self.callers,
            desks=self.desks,
            directory=self.directory,
            follow_ups=follow_ups,
            pbxs=pbxs,
            clock=self.clock,
            day_end=lambda: self.figures.day[1],
            pop_shown=lambda s: self.histograms.pop_latency.observe_ms(s * 1000),
        )
        links = {room.name: room.link for room in self.rooms}
        self.desks.rebuild()
        self.desks.on_look(self._load_desk)
        self.live.desks = self.desks
        self.ledger.held = self.desks.holds
        self.live.wall = WallView(
            self.board,
            self.figures,
            self.rules,
            fake=self.fake,
            pause_limit=rules.pause_limit(settings),
            titles=rules.titles(settings),
            behind_s=lambda pbx: links[pbx].behind_s() if pbx in links else 0.0,
        )

    async def _load_figures(self, call_log: SqlCallLog) -> None:
        now = self.clock.wall_ms()
        since = min(self.figures.day[0], now - TREND_POINTS * INTERVAL_MS)
        recent = []
        cursor: str | None = None
        while True:
            page = await call_log.find(
                CallFilter(from_ms=now - 2 * OCCUPANCY_MIN * MINUTE_MS, limit=500, cursor=cursor)
            )
            recent += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
        self.ledger.take_back(recent, now)
        spans = await call_log.spans(None, now - OCCUPANCY_MIN * MINUTE_MS, now + 1)
        self.figures.load(await call_log.cells(since, now + INTERVAL_MS), recent, spans, now)

    async def _serve(self, calls: Calls, call_log: SqlCallLog) -> None:
        settings = self.settings
        root = static_root()
        gauges = BoardGauges(
            board=self.board,
            figures=self.figures,
            engine=self.engine,
            projector=self.projector,
            ledger=self.ledger,
            callers=self.callers,
            clock=self.clock,
            links=lambda: [room.numbers() for room in self.rooms],
            unreconciled=self.books.reconciler.unreconciled,
        )
        house = House(
            view=self.live,
            desk=self.commands,
            calls=calls,
            oversight=HouseOversight(self),
            shifts=Shifts(call_log, self.ledger, self.projector),
            figures=Figures(call_log, self.rules, self.clock),
            directory=self.directory,
            access=self.access,
            readiness=self,
            gauges=gauges,
            histograms=self.histograms,
            assets=Assets(root, shell),
            clock=self.clock,
            tasks=self.tasks,
            site=Site(
                name=settings.site.name,
                tz=settings.site.timezone,
                fake=self.fake,
                version=__version__,
                lang=settings.site.languages[0],
            ),
            epoch=secrets.token_hex(4),
        )
        origins = frozenset({settings.http.public_url} if settings.http.public_url else ())
        app = make_app(
            house,
            WebSettings(
                origins=origins,
                proxies=frozenset(settings.http.trusted_proxies),
                metrics_open=settings.http.metrics_open,
            ),
        )
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await self._runner.setup()
        http = settings.http
        site = web.TCPSite(self._runner, http.host, http.port, reuse_address=True)
        try:
            await site.start()
        except OSError as error:
            raise StartError(
                f"[http] {http.host}:{http.port} cannot be listened on ({error.strerror}): "
                "another program uses this port, or the address is not of this machine. "
                "Choose another with [http] port or CALLCENTER_HTTP__PORT."
            ) from error

    # -- work ------------------------------------------------------------------------------

    def _load_desk(self, agent: str) -> None:
        self.tasks.brief(f"load the desk of {agent}", self._loaded(agent))

    async def _loaded(self, agent: str) -> None:
        try:
            await self.commands.load_desk(agent)
        except StoreUnavailable as error:
            log.warning("the desk of %s could not be loaded: %s", agent, error.sentence)

    async def _commit(self, facts: Sequence[AnyFact]) -> None:
        await self.engine.commit(facts)

    def _live(self, batch: Sequence[Recorded], arrived_ms: float) -> None:
        batch = without_history(batch)
        for item in batch:
            self.board.apply(item.fact)
        self.observed.facts(batch)
        self.desks.apply(batch, arrived_ms)
        self.live.apply(batch, arrived_ms)

    async def _roll(self) -> None:
        """Eternal: moves the live windows with the clock."""
        while True:
            self.figures.roll(self.clock.wall_ms())
            await asyncio.sleep(ROLL_EVERY_S)

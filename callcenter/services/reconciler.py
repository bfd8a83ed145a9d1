"""Reconciliation by itself: after every gap of a link, every night, and when a command asks.

One run at a time, beside the live work. What cannot be read is a sentence in ``trouble`` and is
tried again with the next occasion; nothing of it stops the service.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from callcenter.domain.facts import LinkRestored, Recorded
from callcenter.domain.model import AgentRef
from callcenter.ports.clock import Clock
from callcenter.ports.errors import StoreUnavailable
from kpi.calendars import day_bounds

from .history import Link
from .ports_books import Books, Job, LogSource
from .reconcile import Reconciliation, Report, Writer

log = logging.getLogger(__name__)

NIGHT = time(3, 30)
"""When the nightly run begins, by the site's clock."""
AFTER_GAP_S = 15.0
"""How long after a gap its run begins: calls that end with it are written by then."""
POLL_S = 2.0
"""How often jobs are looked for."""
TELL_S = 1.0
"""How often a job's progress is written down."""
AGAIN_S = 60.0
"""How long after a failure a gap is tried again."""

Sources = Callable[[str], LogSource]


class Reconciler:
    """Runs reconciliation of all PBXs whose log we can read.

    ``logs`` maps a PBX to its own log, ``other_log`` makes the source of a file that a job names.
    ``agents`` gives those that the board knows.
    """

    def __init__(
        self,
        *,
        logs: Mapping[str, LogSource],
        other_log: Sources,
        books: Books,
        writer: Writer,
        clock: Clock,
        zone: str,
        link: Link | None = None,
        agents: Callable[[], Iterable[AgentRef]] = lambda: (),
        poll_s: float = POLL_S,
        after_gap_s: float = AFTER_GAP_S,
    ) -> None:
        self._logs = dict(logs)
        self._other_log = other_log
        self._books = books
        self._writer = writer
        self._clock = clock
        self._zone = zone
        self._link = link
        self._agents = agents
        self._poll_s = poll_s
        self._after_gap_s = after_gap_s
        self._gaps: dict[str, float] = {}
        self._unreconciled: dict[str, int] = {}
        self.trouble: dict[str, str] = {}
        self.runs = 0
        self.failures = 0
        self.corrected = 0

    def unreconciled(self) -> dict[str, int]:
        """How many calls of each PBX are unexplained; PBXs whose log we cannot read are not in it.

        The metric ``callcenter_calls_unreconciled``.
        """
        return {pbx: self._unreconciled.get(pbx, 0) for pbx in self._logs}

    def facts(self, batch: Sequence[Recorded]) -> None:
        """To be told of every fact: a restored link asks for a run over its gap."""
        for item in batch:
            fact = item.fact
            if isinstance(fact, LinkRestored) and fact.pbx in self._logs:
                self._gaps[fact.pbx] = self._clock.monotonic() + self._after_gap_s

    async def run(self) -> None:
        """Eternal."""
        await self._count()
        night = self._next_night()
        while True:
            await asyncio.sleep(self._poll_s)
            now = self._clock.wall_ms()
            for pbx, due in list(self._gaps.items()):
                if self._clock.monotonic() >= due:
                    del self._gaps[pbx]
                    if await self._reconcile(pbx, None) is None:
                        self._gaps[pbx] = self._clock.monotonic() + AGAIN_S
            if now >= night:
                night = self._next_night()
                start, _ = day_bounds(now, ZoneInfo(self._zone))
                for pbx in self._logs:
                    await self._reconcile(pbx, start - 1)
            await self._jobs()

    async def _reconcile(self, pbx: str, since_ms: int | None) -> Report | None:
        """The days from that of ``since_ms`` until now; None: since we last heard all.

        Failures are told, not raised; None is one.
        """
        tz = ZoneInfo(self._zone)
        try:
            since = await self._heard_until(pbx) if since_ms is None else since_ms
            start, _ = day_bounds(since, tz)
            _, end = day_bounds(self._clock.wall_ms(), tz)
            report = await self._fresh(pbx, self._writer).run(self._logs[pbx], start, end)
        except (OSError, StoreUnavailable) as error:
            self.failures += 1
            self.trouble[pbx] = _sentence(pbx, error)
            log.warning("%s", self.trouble[pbx])
            return None
        self.trouble.pop(pbx, None)
        self._done(report)
        await self._count()
        return report

    async def _heard_until(self, pbx: str) -> int:
        """The end of the last time in which we heard all, before the one that is now."""
        now = self._clock.wall_ms()
        turns = await self._books.turns(pbx)
        while turns:
            last = turns.pop()
            if last.restored and last.before_ms:
                return last.before_ms
            if not last.restored:
                return last.at
        return now

    def _fresh(self, pbx: str, writer: Writer | None) -> Reconciliation:
        return Reconciliation(
            pbx,
            self._books,
            writer,
            zone=self._zone,
            now_ms=self._clock.wall_ms,
            link=self._link,
            known_agents=self._agents(),
        )

    def _done(self, report: Report) -> None:
        self.runs += 1
        self.corrected += report.corrected
        log.info("%s", said(report))

    async def _count(self) -> None:
        try:
            self._unreconciled = await self._books.unreconciled()
        except StoreUnavailable as error:
            log.warning("unexplained calls cannot be counted: %s", error.sentence)

    def _next_night(self) -> int:
        tz = ZoneInfo(self._zone)
        now = datetime.fromtimestamp(self._clock.wall_ms() / 1000, UTC).astimezone(tz)
        day = now.date() if now.time() < NIGHT else now.date() + timedelta(days=1)
        return int(datetime.combine(day, NIGHT, tz).timestamp() * 1000)

    # -- jobs ------------------------------------------------------------------------------

    async def _jobs(self) -> None:
        """Does what commands asked for, one after the other."""
        try:
            while (job := await self._books.next_job()) is not None:
                await self._job(job)
        except StoreUnavailable as error:
            self.failures += 1
            log.warning("a back-fill waits for the database: %s", error.sentence)

    async def _job(self, job: Job) -> None:
        job.state = "running"
        await self._books.tell_job(job)
        told = self._clock.monotonic()

        async def progress(done: int, size: int) -> None:
            nonlocal told
            job.done, job.size = done, size
            if self._clock.monotonic() - told >= TELL_S:
                told = self._clock.monotonic()
                await self._books.tell_job(job)

        source = self._other_log(job.file) if job.file else self._logs.get(job.pbx)
        if source is None:
            job.state, job.said = "failed", f"[[pbx]] {job.pbx} has no queue_log in the settings."
            await self._books.tell_job(job)
            return
        try:
            writer = None if job.dry_run else self._writer
            report = await self._fresh(job.pbx, writer).run(
                source, job.from_ms, job.to_ms, progress
            )
        except OSError as error:
            job.state, job.said = "failed", _sentence(job.pbx, error)
        else:
            job.state, job.said = "done", said(report)
            self._done(report)
            await self._count()
        await self._books.tell_job(job)


def said(report: Report) -> str:
    """What a run found, as a sentence."""
    unexplained = len(report.unexplained)
    return (
        f"{report.pbx}: {report.equal} calls equal, {report.corrected} corrected "
        f"(of them {report.created} made from queue_log), {unexplained} unexplained, "
        f"{report.pending} still going on."
    )


def _sentence(pbx: str, error: OSError | StoreUnavailable) -> str:
    if isinstance(error, StoreUnavailable):
        return error.sentence
    where = error.filename or "queue_log"
    return (
        f"The queue_log of {pbx} cannot be read: {where}: {error.strerror or error}. Give the "
        "service's user the right to read it, or correct [[pbx]] queue_log."
    )

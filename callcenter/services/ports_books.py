"""The port of the books: the ledger of reconciliation, and what it needs of the call log.

It stands among the services because the floors above implement it and it speaks of their values.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Literal, Protocol

from msgspec import Struct, field

from callcenter.domain.heard import LinkFact
from callcenter.domain.logged import LoggedCall
from callcenter.domain.model import AgentRef, CallRecord

JobState = Literal["asked", "running", "done", "failed"]


class DayTally(Struct, kw_only=True):
    """One day of one PBX: calls that queues had. ``known``: of the equal ones, how many each known
    lie of queue_log explains. ``day`` is the site's, ``2026-11-22``."""

    pbx: str
    day: str
    equal: int = 0
    corrected: int = 0
    unexplained: int = 0
    known: dict[str, int] = field(default_factory=dict)
    made_at: int = 0


class Unexplained(Struct, frozen=True, kw_only=True):
    """A call that nobody can explain. ``ours`` and ``logged`` are JSON: both versions."""

    pbx: str
    day: str
    call: str
    at: int
    why: list[str]
    ours: str
    logged: str


class Job(Struct, kw_only=True):
    """A back-fill that a command asked the running service for. ``file`` empty: the PBX's own.

    ``from_ms`` <= time < ``to_ms``, None: all there is. ``done`` of ``size`` bytes are read.
    ``said``: what came of it, or why it failed.
    """

    id: int
    pbx: str
    file: str = ""
    from_ms: int | None = None
    to_ms: int | None = None
    dry_run: bool = False
    state: JobState = "asked"
    done: int = 0
    size: int = 0
    said: str = ""


class Books(Protocol):
    """All raise ``StoreUnavailable``."""

    async def write_days(
        self, days: Sequence[DayTally], unexplained: Sequence[Unexplained]
    ) -> None:
        """Puts whole days in place of what was known of them, in one transaction."""
        ...

    async def days(self, from_day: str, to_day: str, pbx: str = "") -> list[DayTally]:
        """The days from ``from_day`` to ``to_day``, both included, by day and PBX."""
        ...

    async def unexplained(self, limit: int, pbx: str = "", day: str = "") -> list[Unexplained]:
        """Unexplained calls, newest first."""
        ...

    async def unreconciled(self) -> dict[str, int]:
        """How many calls of each PBX are unexplained, all days together."""
        ...

    async def turns(self, pbx: str) -> list[LinkFact]:
        """When the link of this PBX was lost and restored, in order."""
        ...

    async def agents(self, pbx: str) -> list[AgentRef]:
        """Every agent of this PBX that was ever recorded, by his last name."""
        ...

    async def calls(self, ids: Sequence[str]) -> dict[str, CallRecord]:
        """The stored calls with these ids."""
        ...

    async def known(self, ids: Sequence[str]) -> set[str]:
        """Those of these ids under which a call is stored."""
        ...

    async def calls_of(
        self, pbx: str, from_ms: int, to_ms: int, after: str, limit: int
    ) -> list[CallRecord]:
        """Calls of a PBX that began in ``from_ms`` <= start < ``to_ms``, by start and id; without
        those of the past of which nothing is known but what queue_log told.

        ``after`` is the id of the last call of the page before, or empty.
        """
        ...

    async def near(self, pbx: str, queue: str, from_ms: int, to_ms: int) -> list[CallRecord]:
        """Calls of a PBX that were in this queue and began in this time."""
        ...

    async def next_job(self) -> Job | None:
        """The oldest job that is asked for or was interrupted."""
        ...

    async def tell_job(self, job: Job) -> None:
        """Stores state, progress and result of a job."""
        ...

    async def place(self, pbx: str) -> tuple[int, int, str] | None:
        """Where the tail of this PBX's log stood: inode, offset, mark."""
        ...

    async def keep_place(self, pbx: str, place: tuple[int, int, str]) -> None:
        """Stores where the tail stands."""
        ...


class Portion(Struct, frozen=True):
    """Calls that were read from a log, after ``done`` of ``size`` bytes.

    ``first_ms`` and ``last_ms``: what time has been read so far, epoch ms (0: no line yet).
    """

    calls: list[LoggedCall]
    done: int
    size: int
    first_ms: int = 0
    last_ms: int = 0


class LogSource(Protocol):
    """The queue_log of one PBX."""

    def portions(self, from_ms: int | None, to_ms: int | None) -> Iterator[Portion]:
        """Its calls, at least those of this time; blocks, so it is iterated in a thread.

        The last portion has what goes on as well. Raises ``OSError``.
        """
        ...


class GrowingLog(Protocol):
    """The end of a PBX's log, as it grows."""

    def calls(
        self, place: tuple[int, int, str] | None
    ) -> AsyncIterator[tuple[list[LoggedCall], tuple[int, int, str]]]:
        """Eternal: calls that are over, and the place behind their lines; begins at ``place``."""
        ...

"""The port of the call log: calls, agent spans and the sums of intervals.

It stands among the services because it speaks of ``kpi``'s values, and the ports are below kpi.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from callcenter.domain.found import History
from callcenter.domain.model import CallRecord, Outcome
from kpi.counters import Cell, Counters
from kpi.records import AgentSpan, FcrCall

MOST = 500
"""The most calls that one page may ask for."""


class BadFilter(ValueError):
    """A filter that cannot be: its cursor is none of ours, or its limit is out of range."""


class CallFilter(Struct, frozen=True, kw_only=True):
    """Which calls; None or empty does not restrict.

    ``from_ms`` <= start < ``to_ms``. ``agent``: he talked, or was called directly. ``number`` is
    E.164 or as the line gave it. ``limit`` is 1 to 500.
    """

    from_ms: int | None = None
    to_ms: int | None = None
    queue: str = ""
    agent: str = ""
    customer_id: int | None = None
    number: str = ""
    outcome: Outcome | None = None
    limit: int = 50
    cursor: str | None = None


class CallPage(Struct, frozen=True):
    """Calls, newest first; ``next_cursor`` leads to older ones, None at the end."""

    items: list[CallRecord]
    next_cursor: str | None


class CallLog(Protocol):
    """What was made of the facts. All raise ``StoreUnavailable``."""

    async def save(
        self,
        reader: str,
        seq: int,
        records: Sequence[CallRecord],
        spans: Sequence[AgentSpan],
        cells: Mapping[Cell, Counters],
    ) -> None:
        """Stores records and spans, adds ``cells`` to the sums, and moves ``reader`` to ``seq``.

        All in one transaction. When ``seq`` is not above the reader's place the batch has been
        stored already, and nothing is done: a batch may be repeated after a doubtful failure.
        """
        ...

    async def save_history(
        self,
        reader: str,
        seq: int,
        histories: Sequence[History],
        cells: Mapping[Cell, Counters],
    ) -> None:
        """Stores finished calls of the past, many at once; else as ``save``."""
        ...

    async def place(self, reader: str) -> int:
        """Up to which number ``reader`` has read the journal, 0 at first."""
        ...

    async def get(self, call_id: str) -> CallRecord | None:
        """The call with this id."""
        ...

    async def open_calls(self) -> list[CallRecord]:
        """Calls that have not ended, oldest first."""
        ...

    async def find(self, wanted: CallFilter) -> CallPage:
        """A page of calls, newest first. Raises ``BadFilter``."""
        ...

    async def history(
        self, customer_id: int | None, e164: str, limit: int, before_ms: int
    ) -> list[CallRecord]:
        """Calls of a customer or a number that began before ``before_ms``, newest first."""
        ...

    async def count_today(self, e164: str, since_ms: int) -> int:
        """How many calls of this number began at or after ``since_ms``."""
        ...

    async def cells(self, from_ms: int, to_ms: int) -> dict[Cell, Counters]:
        """The sums of intervals that begin in ``from_ms`` <= start < ``to_ms``."""
        ...

    async def fcr_calls(self, from_ms: int, to_ms: int) -> list[FcrCall]:
        """Calls that began in ``from_ms`` <= start < ``to_ms`` as first-call resolution sees them,
        oldest first."""
        ...

    async def spans(self, agent_id: str | None, from_ms: int, to_ms: int) -> list[AgentSpan]:
        """Spans that touch ``from_ms`` to ``to_ms``, of one agent or of all, by start."""
        ...

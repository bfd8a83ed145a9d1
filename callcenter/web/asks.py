"""What the web room asks of the rest of the house: Protocols, and the values they speak in.

The composition root hands objects of these shapes to the server's constructor; the web room holds
no state of calls, agents or customers of its own. Instants are epoch milliseconds UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

from msgspec import Struct

from kpi.records import AgentSpan

from ..domain.facts import Recorded
from ..domain.life_step import Step
from ..domain.model import CallRecord
from ..services.access import SignedIn
from ..services.gauges import Gauge
from ..services.kpi_query import KpiInterval, KpiQuery, KpiScope, KpiValue
from ..services.overseen import EventsSeen, HouseSeen, LedgerSeen, Names
from ..services.ports_call_log import CallFilter, CallPage
from ..services.pushes import Deltas, Push, Result

__all__ = [
    "Gauge",
    "KpiInterval",
    "KpiQuery",
    "KpiScope",
    "KpiValue",
    "Push",
    "Result",
]

Published = Deltas | Push
Listener = Callable[[str, int, Published], None]
"""``(topic, the view's own number, what changed)``; called in the loop, must not raise or wait."""


class NoSuchTopic(Exception):
    """The live view has nothing under this name (an agent no PBX ever told of)."""


class LiveView(Protocol):
    """What anyone may see now. Synchronous: a snapshot and its place in the stream are one tick."""

    def snapshot(self, topic: str, user: SignedIn) -> tuple[int, dict[str, Any]]:
        """The view's own number and the topic's state, all that was published up to it included.

        ``topic`` is ``agent:<agent id>``, ``queues:mine`` or ``wall:main``. Raises ``NoSuchTopic``.
        """
        ...

    def subscribe(self, listener: Listener) -> None:
        """From now on ``listener`` hears every change of every topic, in order.

        Changes of ``queues:mine`` are those of all queues, as ``["queues", <queue id>, ...]``;
        the hub passes on to each reader those of his own.
        """
        ...

    def queues_of(self, user: SignedIn) -> frozenset[str]:
        """The ids of the queues this person serves; of all queues for supervisor and admin."""
        ...


Acknowledged = Literal["shown", "opened", "sounded"]


class Desk(Protocol):
    """The commands of a desk. Refusals are results; an exception is a fault and is logged.

    ``op`` makes a repetition harmless: the same ``op`` of the same user gets the same result.
    """

    async def note(self, call: str, user: SignedIn, rev: int, text: str, op: str) -> Result:
        """Saves the note that follows revision ``rev``; ``data`` has the new ``rev``."""
        ...

    async def command(self, user: SignedIn, op: str, do: str, args: Mapping[str, Any]) -> Result:
        """``state.set``, ``wrapup.done``, ``disposition.set``, ``customer.choose`` and so on.

        Checks by itself that a user of role agent acts on his own calls, state and reminders.
        """
        ...

    async def pop_acknowledged(
        self,
        user: SignedIn,
        call: str,
        what: Literal["shown", "opened", "sounded"],
        ms: int,
        tab: str,
    ) -> None:
        """A tab painted (opened, sounded) the pop of ``call``, ``ms`` after its frame came."""
        ...


class Calls(Protocol):
    """Every call, those in progress merged with the call log, newest first."""

    async def find(self, wanted: CallFilter) -> CallPage:
        """A page of calls; ``ValueError`` (``BadFilter``) when a cursor is not ours."""
        ...

    async def get(self, call_id: str) -> CallRecord | None:
        """One call, in progress or ended."""
        ...

    async def facts(self, call_id: str) -> list[Recorded]:
        """All that was concluded about a call, ascending."""
        ...

    async def life_line(self, record: CallRecord, facts: Sequence[Recorded]) -> list[Step]:
        """What a person would tell of a call: the steps its facts make, by time."""
        ...


class Oversight(Protocol):
    """What is shown of the house itself: names, the ledger, links and stores, recordings."""

    def names(self) -> Names:
        """What ids are called."""
        ...

    async def ledger(self, from_day: str, to_day: str, pbx: str) -> LedgerSeen:
        """The books from day to day, both included; empty ``pbx``: of all. Days: 2026-11-22."""
        ...

    def house(self) -> HouseSeen:
        """Links, journal and alarms as they are now."""
        ...

    async def events(self, record: CallRecord) -> EventsSeen:
        """What the PBX said of a call, as far as it was recorded and is kept."""
        ...


class Shifts(Protocol):
    """What agents did when."""

    async def spans(self, agent_id: str, from_ms: int, to_ms: int) -> list[AgentSpan]:
        """The agent's spans that touch the period, whole, oldest first, without overlap."""
        ...


class Figures(Protocol):
    """The figures of any period, from the same functions as the live ones."""

    async def kpi(self, query: KpiQuery) -> list[KpiValue]:
        """One value per measure, id and interval. ``ValueError`` names a measure not known."""
        ...


class Readiness(Protocol):
    """Can this instance do its work?"""

    def ready(self) -> tuple[bool, list[str]]:
        """Whether, and the reasons why not as sentences."""
        ...


class Gauges(Protocol):
    """The board's numbers for Prometheus."""

    def read(self) -> Iterable[Gauge]:
        """All metrics now; called in the loop at each scrape, so it must not wait."""
        ...


PageName = Literal["sign-in", "desk", "wall", "calls", "call", "admin"]
Language = Literal["en", "fa", "he"]
Theme = Literal["light", "dark", "auto"]


class Shell(Protocol):
    """Makes the HTML of one page (``screenpop_ui.pages.shell``)."""

    def __call__(
        self, page: PageName, *, lang: Language, theme: Theme, fake: bool, version: str
    ) -> str: ...


class Assets(Struct, frozen=True):
    """The browser application: the folder served under ``/static/`` and the pages' HTML."""

    root: Path
    shell: Shell


class Site(Struct, frozen=True, kw_only=True):
    """The house as pages present it; ``fake`` when the PBX is the built-in one."""

    name: str = "Call centre"
    tz: str = "UTC"
    fake: bool = False
    version: str = ""
    lang: Language = "en"

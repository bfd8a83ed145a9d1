"""The values that the pages for overseers speak of: names, the ledger, the house, recordings.

Instants are epoch milliseconds UTC, durations milliseconds.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from callcenter.services.ports_books import DayTally, Unexplained

EventsState = Literal["kept", "off", "gone", "none"]
"""Whether recorded events are there: ``off``: nothing is being recorded; ``gone``: the call is
older than what is kept; ``none``: the recorder did not run then, or heard nothing of the call."""


class DispositionName(Struct, frozen=True):
    """What a disposition's code is called in each language."""

    code: str
    en: str
    fa: str
    he: str


class AgentName(Struct, frozen=True):
    """An agent by id."""

    id: str
    name: str


class Names(Struct, frozen=True):
    """What ids are called: titles of queues by language (none: the id), agents, dispositions."""

    queues: dict[str, dict[str, str]]
    agents: list[AgentName]
    dispositions: list[DispositionName]


class BookSeen(Struct, frozen=True, kw_only=True):
    """The book of one PBX: whether its log is read, all unexplained calls, what is wrong."""

    pbx: str
    read: bool
    unexplained: int
    trouble: str = ""


class LedgerSeen(Struct, frozen=True, kw_only=True):
    """The ledger of some days; ``more``: not all unexplained calls are listed.

    ``lies``: what each named peculiarity of queue_log means.
    """

    books: list[BookSeen]
    days: list[DayTally]
    unexplained: list[Unexplained]
    more: bool
    lies: dict[str, str]


class LinkCounts(Struct, frozen=True, kw_only=True):
    """One PBX as its link stands."""

    pbx: str
    up: bool
    why: str
    events: int
    reconnects: int
    refused: int
    garbage: int
    odd: int
    ping_ms: float
    lag_ms: float
    skew_ms: float
    actions: bool
    recorded: bool
    recording_lost: int


class LinkSeen(LinkCounts, frozen=True, kw_only=True):
    """The same, ``since`` when (epoch ms); None: not yet heard since our start."""

    since: int | None


class HouseCounts(Struct, frozen=True, kw_only=True):
    """The house as it stands. ``waiting``: facts that wait for the journal; ``trouble`` why."""

    version: str
    ready: bool
    reasons: list[str]
    calls_open: int
    facts: int
    waiting: int
    trouble: str
    journal_failures: int
    call_log_waiting: int
    call_log_failures: int
    lookup_failures: int
    orphaned: int
    recorder_keep: str
    recorder_scrubs: bool


class HouseSeen(HouseCounts, frozen=True, kw_only=True):
    """The same, with its links."""

    links: list[LinkSeen]


class RawEvent(Struct, frozen=True):
    """One AMI message as it came: when we received it (epoch ms), and its headers in order."""

    at: int
    headers: list[tuple[str, str]]


class EventsSeen(Struct, frozen=True, kw_only=True):
    """What was recorded of a call; ``more``: it was too much to show all. ``scrubbed``: numbers
    and names may be substitutes. ``keep`` is the setting, such as 24h."""

    state: EventsState
    events: list[RawEvent]
    more: bool
    scrubbed: bool
    keep: str

"""A stay in a queue as Asterisk's queue_log tells it, put together from its lines.

Seconds are epoch seconds UTC, whole ones: queue_log has no finer, and its durations are differences
of whole seconds. A field is None where the log says nothing. No value holds one above it, so the
collector need not walk them.
"""

from __future__ import annotations

from msgspec import Struct, field

from .model import EndedBy, OfferEnd, TransferKind, VisitEnd


class LoggedRing(Struct, frozen=True, gc=False):
    """A phone that was rung in vain. ``at_s`` is when that ended, ``ring_ms`` how long it rang."""

    agent: str
    at_s: int
    ring_ms: int
    end: OfferEnd


class LoggedVisit(Struct, kw_only=True, eq=False, gc=False):
    """One stay. ``number`` counts the stays of this caller in this queue from 1.

    ``agent`` is what the log names him by, his name or his interface. ``headless``: the log begins
    in the middle of it. ``cut``: no line of its own ended it, a start of Asterisk (QUEUESTART)
    did. ``restarted_s``: Asterisk started within two minutes after it ended.
    """

    callid: str
    queue: str
    number: int
    entered_s: int
    caller: str = ""
    name: str = ""
    position: int = 0
    agent: str = ""
    connected_s: int | None = None
    ring_s: int | None = None
    wait_s: int | None = None
    left_s: int | None = None
    end: VisitEnd | None = None
    talk_s: int | None = None
    parted_s: int | None = None
    by: EndedBy | None = None
    transfer: TransferKind | None = None
    to: str = ""
    key: str = ""
    rings: list[LoggedRing] = field(default_factory=list)
    headless: bool = False
    cut: bool = False
    restarted_s: int | None = None

    @property
    def over(self) -> bool:
        """Whether the log has its end: of the waiting, and of the talk if there was one."""
        return self.end is not None and (self.end != "answered" or self.parted_s is not None)

    @property
    def last_s(self) -> int:
        """The last second that the log tells of it."""
        return self.parted_s or self.left_s or self.entered_s


class LoggedCall(Struct, kw_only=True, eq=False, gc=False):
    """All stays of one caller's channel (``callid`` is its Uniqueid), in the order of the log."""

    callid: str
    visits: list[LoggedVisit] = field(default_factory=list)
    last_s: int = 0

    @property
    def over(self) -> bool:
        """Whether no stay of it goes on."""
        for visit in self.visits:
            if visit.end is None or (visit.end == "answered" and visit.parted_s is None):
                return False
        return True

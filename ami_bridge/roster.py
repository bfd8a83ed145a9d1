"""The state after a (re)connect, asked from the PBX and told as signals.

Order matters: queues and members come first, because they say who is an agent; then the channels,
which say in which bridge each one is; then who waits. Live events go on meanwhile. They are told
as they come, and the rows, which are as old as the question, only prove that something exists
(DESIGN 4). A big roster is told in portions so that the loop can breathe.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from msgspec import Struct, field

from callcenter.domain.signals import (
    BridgeJoined,
    LegSeen,
    LocalPaired,
    MemberSeen,
    PoolJoined,
    QueueKnown,
    RosterBegan,
    RosterEnded,
    Signal,
    SpyBegan,
    WaitingRow,
)

from . import actions
from .actions import Headers
from .answers import Answer
from .member_rows import member_row
from .protocol import Message
from .translate import leg_seen, number

LIMIT_S = 60.0
"""A roster of 100,000 members takes seconds; a minute without an answer is a dead link."""


class Asker(Protocol):
    """What the roster needs of a link."""

    async def ask(
        self,
        action: Headers,
        timeout_s: float = 10.0,
        at_item: Callable[[Message], bool] | None = None,
    ) -> Answer: ...


class Roster(Struct, frozen=True):
    """The answers, and when they were asked for (epoch ms, our clock).

    ``members`` are rows of ``QueueStatus`` that were understood as they came; telling them takes
    them out one by one, since a hundred thousand that go at once are a stall.
    """

    asked_at: int
    started: str
    queues: Sequence[Message]
    channels: Sequence[Message]
    complaints: tuple[str, ...] = ()
    members: deque[MemberSeen] = field(default_factory=deque)
    has_queues: bool = True
    """False where QueueStatus is not known: app_queue is not loaded, or not yet."""


async def ask(link: Asker, asked_at: int) -> Roster:
    """Asks for everything. Raises ``LinkError`` when the link does not answer."""
    complaints: list[str] = []
    status = await link.ask(actions.core_status(), LIMIT_S)
    started = f"{status.response.get('CoreStartupDate')} {status.response.get('CoreStartupTime')}"
    if not status.ok:
        started = ""
        complaints.append(f"CoreStatus was refused ({status.message}); restarts are not noticed.")
    members: deque[MemberSeen] = deque()

    def worked_off(row: Message) -> bool:
        if row.name == "QueueMember":
            members.append(member_row(row, asked_at))
        return row.name == "QueueMember"

    queues = await link.ask(actions.queue_status(), LIMIT_S, worked_off)
    if not queues.ok:
        complaints.append(f"QueueStatus was refused ({queues.message}).")
    channels = await link.ask(actions.core_show_channels(), LIMIT_S)
    if not channels.ok:
        complaints.append(
            f"CoreShowChannels was refused ({channels.message}); give the account "
            "write=reporting, else calls under way at a reconnect cannot be taken up."
        )
    return Roster(
        asked_at,
        started.strip(),
        queues.items,
        channels.items,
        tuple(complaints),
        members,
        queues.ok,
    )


def signals(roster: Roster, restarted: bool, now: int) -> Iterator[Signal]:
    """The roster as signals; ``now`` is when it was complete (epoch ms)."""
    at = roster.asked_at
    yield RosterBegan(at, restarted)
    for row in roster.queues:
        if row.name == "QueueParams":
            yield QueueKnown(
                at, row.get("Queue"), row.get("Strategy"), number(row.get("ServiceLevel"))
            )
    for row in roster.queues:
        if row.name == "QueueMember":
            yield member_row(row, at)
    while roster.members:
        yield roster.members.popleft()
    yield from _channels(roster.channels, at)
    for row in roster.queues:
        if row.name == "QueueEntry":
            waited = number(row.get("Wait")) * 1000
            yield WaitingRow(
                at - waited, row.get("Uniqueid"), row.get("Queue"), number(row.get("Position"))
            )
    yield RosterEnded(now)


def _channels(rows: Sequence[Message], at: int) -> Iterator[Signal]:
    halves: dict[str, str] = {}
    pairs: list[tuple[str, str]] = []
    ordered = sorted(rows, key=lambda row: row.get("Linkedid") != row.get("Uniqueid"))
    for row in ordered:
        if row.name != "CoreShowChannel":
            continue
        seen = leg_seen(row, "", at, row=True)
        yield LegSeen(
            at=at,
            leg=seen.leg,
            name=seen.name,
            state=seen.state,
            linkedid=seen.linkedid,
            number=seen.number,
            cname=seen.cname,
            context=seen.context,
            exten=seen.exten,
            row=True,
            age_ms=_age(row.get("Duration")),
        )
        application = row.get("Application")
        if application == "AgentLogin":
            yield PoolJoined(at, seen.leg, row.get("ApplicationData").partition(",")[0])
        elif application in ("ChanSpy", "ExtenSpy"):
            yield SpyBegan(at, seen.leg)
        stem, half = seen.name[:-2], seen.name[-2:]
        if seen.name.startswith("Local/") and half in (";1", ";2"):
            # A list has no pairing, so here, and only here, the names must do.
            other = halves.pop(stem, "")
            if not other:
                halves[stem] = seen.leg
            else:
                pairs.append((other, seen.leg) if half == ";2" else (seen.leg, other))
    for one, two in pairs:
        yield LocalPaired(at, one, two)
    for row in ordered:
        bridge = row.get("BridgeId")
        if row.name == "CoreShowChannel" and bridge:
            yield BridgeJoined(at, bridge, row.get("Uniqueid"), "", "basic", True)


def _age(duration: str) -> int:
    """``hh:mm:ss`` in milliseconds."""
    parts = duration.split(":")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return 0
    hours, minutes, seconds = (int(part) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000

"""A look at a live Asterisk: what it is, what our account may do there, how it is configured.

Everything is read: lists, ``ListCommands`` (which names the actions an account may send), and
single configuration values by the dialplan function ``AST_CONFIG`` through ``Getvar``, which the
class reporting admits. What cannot be read is None, and never guessed. The one action that would
change something is sent with a member that does not exist.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random

from msgspec import Struct, field

from callcenter.supervise import Tasks

from . import actions, house_events
from .account import AmiAccount
from .answers import LinkError
from .inbox import Inbox
from .link import AmiLink
from .protocol import Message

CLASSES = "header(Privilege),method(regex)"
VARIABLES = "name(VarSet),header(Variable),method(regex)"
ENTRIES = "name(Newexten),header(Application),method(exact)"
"""Criteria of the three event filters of our sample; filters under other names cannot be listed."""

NOBODY = "Local/callcenter-check@nowhere"
MOST_FILTERS = 100
MOST_QUEUES = 100
_LOOK_S = 0.05


class Member(Struct, frozen=True):
    """A member of a queue as QueueStatus lists him."""

    queue: str
    interface: str
    name: str
    state_interface: str


class Seen(Struct, kw_only=True):
    """What was seen; None where it could not be read.

    ``written`` are configuration values by ``file,category,key``; an empty one is not set there.
    ``refused`` are the actions that were refused, with Asterisk's word. ``skew_ms``: how far the
    PBX's clock is ahead of ours.
    """

    banner: str = ""
    version: str | None = None
    system_name: str | None = None
    commands: frozenset[str] | None = None
    refused: dict[str, str] = field(default_factory=dict)
    queues: list[str] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    skew_ms: float | None = None
    written: dict[str, str] | None = None
    filters: list[str] = field(default_factory=list)
    events: dict[str, int] = field(default_factory=dict)
    stamped: int = 0
    unstamped: int = 0

    def value(self, file: str, category: str, key: str) -> str | None:
        """A configuration value; empty when it is not set, None when it cannot be read."""
        return None if self.written is None else self.written.get(f"{file},{category},{key}", "")


class CannotVisit(Exception):
    """The PBX was not reached, or refused the login; the message says what to look at."""


class Ear:
    """Counts the events that come by themselves, and whether they bear a time stamp."""

    def __init__(self) -> None:
        self.events: dict[str, int] = {}
        self.stamped = 0
        self.unstamped = 0

    def hear(self, message: Message, _wall_s: float) -> None:
        """A listener of the link. FullyBooted, sent at the login, never bears a stamp."""
        if message.name == "Response" or message.action_id or house_events.is_one(message):
            return
        self.events[message.name] = self.events.get(message.name, 0) + 1
        if message.name != "FullyBooted":
            stamped = bool(message.get("Timestamp"))
            self.stamped += stamped
            self.unstamped += not stamped


@asynccontextmanager
async def visiting(
    account: AmiAccount,
    monotonic: Callable[[], float],
    wall: Callable[[], float],
    ear: Ear | None = None,
) -> AsyncIterator[AmiLink]:
    """A link that is logged in, closed afterwards. Raises ``CannotVisit``."""
    inbox = Inbox()
    link = AmiLink(account, inbox, monotonic, wall, Random())
    if ear is not None:
        link.listeners.append(ear.hear)
    tasks = Tasks()

    async def pass_over() -> None:
        while True:
            await inbox.take(1000)

    tasks.eternal("visit: events", pass_over())
    tasks.eternal("visit: connection", link.run())
    try:
        while link.state != "up":
            if link.state in ("refused", "down") and link.why not in ("not started", "not running"):
                raise CannotVisit(f"{link.why}.")
            await asyncio.sleep(_LOOK_S)
        yield link
    finally:
        await link.close()
        await tasks.stop()


async def look(link: AmiLink, username: str, ear: Ear, wall: Callable[[], float]) -> Seen:
    """Looks at everything with the reading account. Raises ``LinkError`` when it goes away."""
    seen = Seen()
    before = wall()
    pong = await link.ask(actions.ping())
    after = wall()
    stamp = pong.response.get("Timestamp")
    try:
        seen.skew_ms = (float(stamp) - (before + after) / 2) * 1000 if stamp else None
    except ValueError:
        seen.skew_ms = None
    commands = await link.ask({"Action": "ListCommands"})
    if commands.ok:
        seen.commands = frozenset(key for key, _ in commands.response.items())
    settings = await link.ask(actions.core_settings())
    if settings.ok:
        seen.version = settings.response.get("AsteriskVersion")
        seen.system_name = settings.response.get("SystemName")
    for action in (actions.core_status(), actions.core_show_channels(), actions.queue_status()):
        answer = await link.ask(action, 60.0)
        if not answer.ok:
            seen.refused[str(action["Action"])] = answer.message
        for row in answer.items:
            if row.name == "QueueParams":
                seen.queues.append(row.get("Queue"))
            elif row.name == "QueueMember":
                seen.members.append(_member(row))
    await _configuration(link, username, seen)
    seen.events, seen.stamped, seen.unstamped = ear.events, ear.stamped, ear.unstamped
    return seen


async def may_pause(link: AmiLink) -> str:
    """Empty when this account may pause agents, else what Asterisk said; nobody is paused."""
    answer = await link.ask(actions.queue_pause(NOBODY, True))
    refused = not answer.ok and "not found" not in answer.message.lower()
    return (answer.message or "it was refused") if refused else ""


async def commands_of(link: AmiLink) -> frozenset[str] | None:
    """The actions that this account may send; None when they are not told."""
    answer = await link.ask({"Action": "ListCommands"})
    return frozenset(key for key, _ in answer.response.items()) if answer.ok else None


def _member(row: Message) -> Member:
    interface = row.get("Location") or row.get("Interface")
    return Member(row.get("Queue"), interface, row.get("Name"), row.get("StateInterface"))


async def _configuration(link: AmiLink, username: str, seen: Seen) -> None:
    """Reads single values. A file that cannot be read looks like one in which nothing is set, so
    all is unknown unless our own account is found in manager.conf."""
    written: dict[str, str] = {}

    async def read(file: str, category: str, key: str, at: int | None = None) -> str:
        place = f"{file},{category},{key}"
        index = "" if at is None else f",{at}"
        answer = await link.ask(actions.getvar(f"AST_CONFIG({place}{index})"))
        if not answer.ok:
            raise _Unreadable
        written[place] = answer.response.get("Value")
        return written[place]

    try:
        if any(c in username for c in ",()|${}\\\"'"):
            return
        await read("manager.conf", username, "read")
        await read("manager.conf", username, "write")
        if not written[f"manager.conf,{username},read"]:
            return
        await read("manager.conf", "general", "timestampevents")
        for criteria in (CLASSES, VARIABLES, ENTRIES):
            await read("manager.conf", username, f"eventfilter(action(include),{criteria})")
        for at in range(MOST_FILTERS):
            found = await read("manager.conf", username, "eventfilter", at)
            if not found:
                break
            seen.filters.append(found)
        await read("cel.conf", "general", "enable")
        for queue in seen.queues[:MOST_QUEUES]:
            if not any(c in queue for c in ",()|${}\\\"'"):
                await read("queues.conf", queue, "setinterfacevar")
                await read("queues.conf", queue, "strategy")
        seen.written = written
    except _Unreadable:
        return


class _Unreadable(LinkError):
    """Asterisk does not answer this question to this account."""

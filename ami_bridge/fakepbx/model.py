"""What the fake PBX is at this instant: channels, bridges, queues, members, devices.

Plain state without behaviour: the list actions read it, ``exchange`` changes it and says so by
events. Times are epoch milliseconds UTC unless a name ends in ``_s`` (seconds) or the field is one
that Asterisk itself keeps in epoch seconds (``last_call``, ``last_pause``, ``login_time``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

STATE_NAMES = {
    0: "Down",
    1: "Rsrvd",
    2: "OffHook",
    3: "Dialing",
    4: "Ring",
    5: "Ringing",
    6: "Up",
    7: "Busy",
}

DOWN, RING, RINGING, UP = 0, 4, 5, 6

MEMBER_STATUS = {
    "UNKNOWN": 0,
    "NOT_INUSE": 1,
    "INUSE": 2,
    "BUSY": 3,
    "INVALID": 4,
    "UNAVAILABLE": 5,
    "RINGING": 6,
    "RINGINUSE": 7,
    "ONHOLD": 8,
}


@dataclass(slots=True)
class Channel:
    """One leg. ``number``/``cname`` are its caller id, ``line_*`` whom it is told it talks to."""

    name: str
    uniqueid: str
    linkedid: str
    state: int
    context: str
    exten: str
    created: int
    priority: int = 1
    number: str = ""
    cname: str = ""
    line_number: str = ""
    line_name: str = ""
    language: str = "en"
    account: str = ""
    application: str = ""
    data: str = ""
    bridge: str = ""
    on_hold: bool = False
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def device(self) -> str:
        """The device of the channel's name: ``PJSIP/1001-0000000a`` is of ``PJSIP/1001``."""
        return self.name.rpartition("-")[0]


@dataclass(slots=True)
class Bridge:
    """A bridge; ``channels`` holds Uniqueids in the order of entering."""

    uniqueid: str
    created: int
    kind: str = "basic"
    technology: str = "simple_bridge"
    creator: str = ""
    name: str = ""
    video: str = "none"
    channels: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Member:
    """A phone in a queue. ``wrapup_s`` 0 means that the queue's own value holds."""

    queue: str
    interface: str
    name: str
    state_interface: str
    membership: str = "dynamic"
    penalty: int = 0
    calls_taken: int = 0
    last_call: int = 0
    last_pause: int = 0
    login_time: int = 0
    in_call: bool = False
    status: int = 1
    paused: bool = False
    reason: str = ""
    ring_in_use: bool = False
    wrapup_s: int = 0


@dataclass(slots=True)
class Waiting:
    """A caller in a queue; ``ringing`` while phones ring for him."""

    channel: str
    joined: int
    original: int
    priority: int = 0
    ringing: bool = False


@dataclass(slots=True)
class Queue:
    """A queue with its settings, its members by interface, its callers in order, its counters."""

    name: str
    strategy: str = "rrmemory"
    ring_s: float = 15.0
    retry_s: float = 1.0
    wrapup_s: int = 5
    service_level_s: int = 20
    weight: int = 0
    maxlen: int = 0
    join_empty: bool = True
    members: dict[str, Member] = field(default_factory=dict)
    waiting: list[Waiting] = field(default_factory=list)
    last_rung: str = ""
    completed: int = 0
    completed_in_level: int = 0
    abandoned: int = 0
    abandoned_in_level: int = 0
    hold_s: int = 0
    talk_s: int = 0

    def position(self, channel: str) -> int:
        """The caller's place, from 1; 0 when he is not in the queue."""
        for place, entry in enumerate(self.waiting, 1):
            if entry.channel == channel:
                return place
        return 0

    def free(self, member: Member, now: int) -> bool:
        """Can this member be rung now (epoch ms)? Free, not paused, wrap-up over."""
        wrapup = member.wrapup_s or self.wrapup_s
        in_wrapup = member.last_call > 0 and now < (member.last_call + wrapup) * 1000
        return not member.paused and member.status in (0, 1) and not in_wrapup

    def present(self) -> bool:
        """True when somebody signed in could take a call sooner or later (``strict`` join)."""
        return any(not m.paused and m.status not in (4, 5) for m in self.members.values())


@dataclass(slots=True)
class Endpoint:
    """A phone or line of ours: its number and name as ``pjsip.conf`` would give them."""

    device: str
    number: str
    name: str
    context: str = "internal"


class Pbx:
    """All of it, with the counters that make names and ids as Asterisk makes them."""

    def __init__(self, started: int) -> None:
        self.started = started
        self.channels: dict[str, Channel] = {}
        self.bridges: dict[str, Bridge] = {}
        self.queues: dict[str, Queue] = {}
        self.devices: dict[str, str] = {}
        self.endpoints: dict[str, Endpoint] = {}
        self.processed = 0
        self._serial = 0
        self._suffix = 0
        self._local = 0

    def next_uniqueid(self, now: int) -> str:
        """``<epoch seconds>.<counter>``, unique while this PBX runs."""
        uniqueid = f"{now // 1000}.{self._serial}"
        self._serial += 1
        return uniqueid

    def next_name(self, device: str) -> str:
        """A channel name of that device, with the next hexadecimal suffix."""
        return f"{device}-{self.next_suffix()}"

    def next_suffix(self) -> str:
        """The hexadecimal number at the end of a channel's name, never the same twice."""
        suffix = f"{self._suffix:08x}"
        self._suffix += 1
        return suffix

    def next_local(self, target: str) -> str:
        """The common part of a Local pair's two names, e.g. ``Local/1002@internal-00000002``."""
        name = f"Local/{target}-{self._local:08x}"
        self._local += 1
        return name

    def channel_named(self, name: str) -> Channel | None:
        """The channel of this name, or of this Uniqueid, if it lives."""
        if name in self.channels:
            return self.channels[name]
        for channel in self.channels.values():
            if channel.name == name:
                return channel
        return None

    def channels_of(self, device: str) -> list[Channel]:
        """The living channels of a device."""
        return [c for c in self.channels.values() if c.device == device]

    def members_of(self, interface: str) -> Iterator[tuple[Queue, Member]]:
        """Every membership of an interface, with its queue."""
        for queue in self.queues.values():
            member = queue.members.get(interface)
            if member is not None:
                yield queue, member

    def members_watching(self, device: str) -> Iterator[tuple[Queue, Member]]:
        """Every membership whose state follows this device."""
        for queue in self.queues.values():
            for member in queue.members.values():
                if member.state_interface == device:
                    yield queue, member

"""AMI events, header by header as Asterisk 22 writes them.

Each builder takes the state it tells about and returns one ``Event``; the order of the headers is
that of recordings of a real Asterisk. An event is complete when it is made: later changes of a
channel do not change it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .model import STATE_NAMES, Bridge, Channel, Member

Headers = tuple[tuple[str, str], ...]

_ESCAPES = str.maketrans(
    {
        "\a": r"\a",
        "\b": r"\b",
        "\f": r"\f",
        "\n": r"\n",
        "\r": r"\r",
        "\t": r"\t",
        "\v": r"\v",
        "\\": r"\\",
        "'": r"\'",
        '"': r"\"",
        "?": r"\?",
    }
)

_ESCAPED = {written: chr(letter) for letter, written in _ESCAPES.items()}
_ESCAPE = re.compile(r"\\.")

CAUSES = {
    0: "Unknown",
    16: "Normal Clearing",
    17: "User busy",
    19: "User alerting, no answer",
    26: "Answered elsewhere",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One event of class ``klass`` (the right a reader needs); ``at`` is epoch microseconds."""

    name: str
    klass: str
    at: int
    body: Headers

    def headers(self) -> Headers:
        """All headers in order."""
        return (
            ("Event", self.name),
            ("Privilege", f"{self.klass},all"),
            ("Timestamp", f"{self.at // 1_000_000}.{self.at % 1_000_000:06d}"),
            *self.body,
        )

    def text(self) -> str:
        """The message as it goes over the wire, with its empty line."""
        return "".join(f"{key}: {value}\r\n" for key, value in self.headers()) + "\r\n"


def escaped(text: str) -> str:
    """Names of parties and values of variables are C-escaped; numbers and members are not."""
    return text.translate(_ESCAPES)


def unescaped(text: str) -> str:
    """What ``escaped`` was made of."""
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[0], found[0]), text)


def _party(text: str) -> str:
    return text or "<unknown>"


def channel_block(channel: Channel, prefix: str = "") -> Headers:
    """A channel as it is now, each key with the prefix."""
    return (
        (f"{prefix}Channel", channel.name),
        (f"{prefix}ChannelState", str(channel.state)),
        (f"{prefix}ChannelStateDesc", STATE_NAMES[channel.state]),
        (f"{prefix}CallerIDNum", _party(channel.number)),
        (f"{prefix}CallerIDName", _party(escaped(channel.cname))),
        (f"{prefix}ConnectedLineNum", _party(channel.line_number)),
        (f"{prefix}ConnectedLineName", _party(escaped(channel.line_name))),
        (f"{prefix}Language", channel.language),
        (f"{prefix}AccountCode", channel.account),
        (f"{prefix}Context", channel.context),
        (f"{prefix}Exten", channel.exten),
        (f"{prefix}Priority", str(channel.priority)),
        (f"{prefix}Uniqueid", channel.uniqueid),
        (f"{prefix}Linkedid", channel.linkedid),
    )


def bridge_block(bridge: Bridge, prefix: str = "", plus: int = 0) -> Headers:
    """A bridge; ``plus`` corrects the number of channels where Asterisk's snapshot is older."""
    return (
        (f"{prefix}BridgeUniqueid", bridge.uniqueid),
        (f"{prefix}BridgeType", bridge.kind),
        (f"{prefix}BridgeTechnology", bridge.technology),
        (f"{prefix}BridgeCreator", _party(bridge.creator)),
        (f"{prefix}BridgeName", _party(bridge.name)),
        (f"{prefix}BridgeNumChannels", str(len(bridge.channels) + plus)),
        (f"{prefix}BridgeVideoSourceMode", bridge.video),
    )


def member_body(member: Member) -> Headers:
    """What all QueueMember* events say."""
    return (
        ("Queue", member.queue),
        ("MemberName", member.name),
        ("Interface", member.interface),
        ("StateInterface", member.state_interface),
        ("Membership", member.membership),
        ("Penalty", str(member.penalty)),
        ("CallsTaken", str(member.calls_taken)),
        ("LastCall", str(member.last_call)),
        ("LastPause", str(member.last_pause)),
        ("LoginTime", str(member.login_time)),
        ("InCall", str(int(member.in_call))),
        ("Status", str(member.status)),
        ("Paused", str(int(member.paused))),
        ("PausedReason", member.reason),
        ("Ringinuse", str(int(member.ring_in_use))),
        ("Wrapuptime", str(member.wrapup_s)),
    )


def of_channel(
    name: str, at: int, channel: Channel, more: Iterable[tuple[str, str]] = (), klass: str = "call"
) -> Event:
    """An event about one channel: its block, then what the event adds."""
    return Event(name, klass, at, (*channel_block(channel), *more))


def of_member(name: str, at: int, member: Member) -> Event:
    """QueueMemberStatus, QueueMemberPause, QueueMemberAdded, QueueMemberRemoved."""
    return Event(name, "agent", at, member_body(member))


def of_bridge(name: str, at: int, bridge: Bridge) -> Event:
    """BridgeCreate, BridgeDestroy."""
    return Event(name, "call", at, bridge_block(bridge))


def bridge_move(name: str, at: int, bridge: Bridge, channel: Channel, swap: str = "") -> Event:
    """BridgeEnter, BridgeLeave; ``swap`` is the Uniqueid whose place the channel takes."""
    more = (("SwapUniqueid", swap),) if swap else ()
    return Event(name, "call", at, (*bridge_block(bridge), *channel_block(channel), *more))


def dial(name: str, at: int, caller: Channel | None, dest: Channel, more: tuple[str, str]) -> Event:
    """DialBegin, DialState, DialEnd; an originated call has no caller."""
    first = channel_block(caller) if caller is not None else ()
    return Event(name, "call", at, (*first, *channel_block(dest, "Dest"), more))


def agent(
    name: str,
    at: int,
    caller: Channel,
    dest: Channel,
    member: Member,
    more: Iterable[tuple[str, str]] = (),
) -> Event:
    """AgentCalled, AgentConnect, AgentComplete, AgentRingNoAnswer."""
    return Event(
        name,
        "agent",
        at,
        (
            *channel_block(caller),
            *channel_block(dest, "Dest"),
            ("Queue", member.queue),
            ("Interface", member.interface),
            ("MemberName", member.name),
            *more,
        ),
    )


def device_state(at: int, device: str, state: str) -> Event:
    """DeviceStateChange."""
    return Event("DeviceStateChange", "call", at, (("Device", device), ("State", state)))


def blind_transfer(
    at: int, transferer: Channel, transferee: Channel, bridge: Bridge, context: str, exten: str
) -> Event:
    """BlindTransfer by the phone (REFER); the bridge as it was before the transferer left."""
    body = (
        ("Result", "Success"),
        *channel_block(transferer, "Transferer"),
        *channel_block(transferee, "Transferee"),
        *bridge_block(bridge, plus=1),
        ("IsExternal", "Yes"),
        ("Context", context),
        ("Extension", exten),
    )
    return Event("BlindTransfer", "call", at, body)


def attended_transfer(
    at: int,
    transferer: Channel,
    first: Bridge,
    second: Bridge,
    transferee: Channel,
    target: Channel,
) -> Event:
    """AttendedTransfer by key on one channel: both legs of the transferer are the same channel."""
    body = (
        ("Result", "Success"),
        *channel_block(transferer, "OrigTransferer"),
        *bridge_block(first, "Orig"),
        *channel_block(transferer, "SecondTransferer"),
        *bridge_block(second, "Second"),
        *channel_block(transferee, "Transferee"),
        *channel_block(target, "TransferTarget"),
        ("IsExternal", "No"),
        ("DestType", "Bridge"),
        ("DestBridgeUniqueid", first.uniqueid),
    )
    return Event("AttendedTransfer", "call", at, body)


def bridge_merge(at: int, to: Bridge, of: Bridge) -> Event:
    """BridgeMerge: all channels of one bridge move to the other."""
    return Event("BridgeMerge", "call", at, (*bridge_block(to, "To"), *bridge_block(of, "From")))


def local_bridge(at: int, one: Channel, two: Channel, context: str, exten: str) -> Event:
    """LocalBridge: the two halves of an optimising Local channel are one wire."""
    body = (
        *channel_block(one, "LocalOne"),
        *channel_block(two, "LocalTwo"),
        ("Context", context),
        ("Exten", exten),
        ("LocalOptimization", "Yes"),
    )
    return Event("LocalBridge", "call", at, body)


def local_optimization_begin(
    at: int, one: Channel, two: Channel, source: Channel, number: int
) -> Event:
    """LocalOptimizationBegin; its DestUniqueId is always the second half's, as in Asterisk."""
    body = (
        *channel_block(one, "LocalOne"),
        *channel_block(two, "LocalTwo"),
        *channel_block(source, "Source"),
        ("DestUniqueId", two.uniqueid),
        ("Id", str(number)),
    )
    return Event("LocalOptimizationBegin", "call", at, body)


def local_optimization_end(at: int, one: Channel, two: Channel, number: int) -> Event:
    """LocalOptimizationEnd, with the ``Success: No`` that Asterisk 22 says of a good one too."""
    body = (
        *channel_block(one, "LocalOne"),
        *channel_block(two, "LocalTwo"),
        ("Success", "No"),
        ("Id", str(number)),
    )
    return Event("LocalOptimizationEnd", "call", at, body)

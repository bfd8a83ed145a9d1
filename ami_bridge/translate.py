"""AMI messages become signals: here end header names, escapes, spellings and versions.

One table from event name to a small function. An event about a channel that we never saw (we came
in the middle, or its ``Newchannel`` was lost) is preceded by a ``LegSeen`` made from the channel
block it carries, so that the switchboard can follow from there.

Sources of the rules: ASTERISK 0.1 (escapes, ``<unknown>``, repeated keys), 1 (events).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from callcenter.domain.model import Presentation
from callcenter.domain.signals import (
    BridgeJoined,
    BridgeParted,
    CallerGaveUp,
    CallerJoined,
    CallerLeft,
    DialBegan,
    DialEnded,
    HoldPressed,
    LegCallerId,
    LegGone,
    LegHangupAsked,
    LegSeen,
    LegState,
    LocalPaired,
    MemberCalled,
    MemberCompleted,
    MemberConnected,
    MemberGone,
    MemberMissed,
    MemberSeen,
    Parked,
    PbxStopping,
    PickedUp,
    PoolJoined,
    QueueEvidence,
    QueueNamed,
    QueueWraps,
    RecordingBegan,
    Signal,
    SpyBegan,
    Transferred,
)

from .instants import Instants
from .protocol import Message

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_QUOTED_PAIR = re.compile(r"""\\(["\\])""")
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_KNOWN_LIMIT = 100_000

Made = Signal | None


def unescape(text: str) -> str:
    """Undoes Asterisk's C-escaping of party names and variable values (ASTERISK 0.1, 6)."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found.group(1), found.group(1)), text)


def party(text: str) -> str:
    """A party's name or number as sent; nothing where Asterisk prints that it has none."""
    if text in ("<unknown>", "unknown"):
        return ""
    # Asterisk leaves SIP's own escapes of a quoted name in it (ASTERISK 12.17).
    return _QUOTED_PAIR.sub(r"\1", unescape(text))


def presentation(text: str) -> Presentation:
    """``CID-CallingPres``: the number before the bracket; bits 0x60 say who may see it."""
    digits = text.partition(" ")[0]
    bits = int(digits) & 0x60 if digits.isdecimal() else 0
    return "withheld" if bits == 0x20 else "unavailable" if bits == 0x40 else "shown"


def number(text: str) -> int:
    """A decimal header, 0 when empty or odd."""
    try:
        return int(text)
    except ValueError:
        return 0


class Translator:
    """Turns the messages of one PBX into signals, in order."""

    def __init__(self) -> None:
        self.instants = Instants()
        self._known: dict[str, None] = {}
        self.untranslated: dict[str, int] = {}

    def forget(self) -> None:
        """Forgets which channels are known, and the clocks' difference: a roster is coming."""
        self._known.clear()
        self.instants.forget()

    def translate(self, message: Message, arrived_ms: float) -> list[Signal]:
        """The signals of one message; ``arrived_ms`` is the wall clock at arrival."""
        make = _TABLE.get(message.name)
        if make is None:
            return []
        at = self.instants.of(message.get("Timestamp"), arrived_ms)
        signals: list[Signal] = []
        if message.name == "Newchannel":
            self._known[message.get("Uniqueid")] = None
        else:
            for prefix in _PREFIXES.get(message.name, ("",)):
                self._introduce(message, prefix, at, signals)
        made = make(message, at)
        if made is not None:
            signals.append(made)
        if message.name == "Hangup":
            self._known.pop(message.get("Uniqueid"), None)
        return signals

    def _introduce(self, message: Message, prefix: str, at: int, signals: list[Signal]) -> None:
        leg = message.get(prefix + "Uniqueid")
        if not leg or leg in self._known or leg == "none":
            return
        name = message.get(prefix + "Channel")
        if not name:
            return
        self._known[leg] = None
        if len(self._known) > _KNOWN_LIMIT:
            del self._known[next(iter(self._known))]
        signals.append(leg_seen(message, prefix, at, row=True))


def leg_seen(message: Message, prefix: str, at: int, *, row: bool) -> LegSeen:
    """The channel block with this prefix (ASTERISK 0.2)."""
    get = message.get
    return LegSeen(
        at=at,
        leg=get(prefix + "Uniqueid"),
        name=get(prefix + "Channel"),
        state=number(get(prefix + "ChannelState")),
        linkedid=get(prefix + "Linkedid"),
        number=party(get(prefix + "CallerIDNum")),
        cname=party(get(prefix + "CallerIDName")),
        context=get(prefix + "Context"),
        exten=get(prefix + "Exten"),
        row=row,
    )


def member_seen(message: Message, at: int, *, row: bool) -> MemberSeen:
    """A member's body, of an event or of a list (there it is ``Name`` and ``Location``)."""
    get = message.headers().get
    return MemberSeen(
        at=at,
        queue=get("Queue", ""),
        interface=get("Location" if row else "Interface", ""),
        member=get("Name" if row else "MemberName", ""),
        state_interface=get("StateInterface", ""),
        status=number(get("Status", "")),
        paused=get("Paused") == "1",
        paused_reason=get("PausedReason") or get("Reason", ""),
        wrapup_s=number(get("Wrapuptime", "")),
        last_call=number(get("LastCall", "")),
        last_pause=number(get("LastPause", "")),
        row=row,
        pausing=message.name == "QueueMemberPause",
    )


def _queue_ran(m: Message, at: int) -> Made:
    if m.get("Application") != "Queue":
        return None
    return QueueNamed(at, m.get("Uniqueid"), m.get("AppData").partition(",")[0])


def _variable(m: Message, at: int) -> Made:
    name = m.get("Variable")
    leg = m.get("Uniqueid")
    if name in ("QUEUESTATUS", "ABANDONED"):
        return QueueEvidence(
            at, leg, name, unescape(m.get("Value")), m.get("Context"), m.get("Exten")
        )
    if name == "MIXMONITOR_FILENAME":
        return RecordingBegan(at, leg, unescape(m.get("Value")))
    return None


def _user_event(m: Message, at: int) -> Made:
    """The sample dialplan's own word about a refusal: ``UserEvent(QueueRefused,Queue: x,...)``."""
    if m.get("UserEvent") != "QueueRefused":
        return None
    why = m.get("Status") or m.get("Why") or m.get("Reason") or "REFUSED"
    return QueueNamed(at, m.get("Uniqueid"), m.get("Queue"), why)


def _queue_wraps(m: Message, at: int) -> Made:
    """Our own probe's event (``wrap_up_probe``), not one of Asterisk's."""
    seconds = m.get("Seconds")
    return QueueWraps(
        at, m.get("Queue"), m.get("Interface"), int(seconds) if seconds.isdecimal() else None
    )


def _dial_began(m: Message, at: int) -> Made:
    return DialBegan(at, m.get("Uniqueid"), m.get("DestUniqueid"), m.get("DialString"))


def _bridge_joined(m: Message, at: int) -> Made:
    kind = m.get("BridgeType")
    if m.get("BridgeTechnology") == "holding_bridge" and kind not in ("parking", "agent_hold"):
        kind = "holding"
    return BridgeJoined(at, m.get("BridgeUniqueid"), m.get("Uniqueid"), m.get("SwapUniqueid"), kind)


def _blind(m: Message, at: int) -> Made:
    if m.get("Result") != "Success":
        return None
    return Transferred(
        at,
        "blind",
        m.get("TransfererUniqueid"),
        transferee=m.get("TransfereeUniqueid"),
        to=m.get("Extension"),
    )


def _attended(m: Message, at: int) -> Made:
    if m.get("Result") != "Success":
        return None
    return Transferred(
        at,
        "attended",
        m.get("OrigTransfererUniqueid"),
        second=m.get("SecondTransfererUniqueid"),
        transferee=m.get("TransfereeUniqueid"),
        target=m.get("TransferTargetUniqueid"),
        stays=m.get("DestType") == "Threeway",
        steps_in=m.get("DestType") == "App",
    )


def _caller_joined(m: Message, at: int) -> Made:
    return CallerJoined(
        at,
        m.get("Uniqueid"),
        m.get("Queue"),
        number(m.get("Position")),
        m.get("Context"),
        m.get("Exten"),
        party(m.get("CallerIDNum")),
        party(m.get("CallerIDName")),
    )


def _connected(m: Message, at: int) -> Made:
    get = m.get
    return MemberConnected(
        at,
        get("Uniqueid"),
        get("DestUniqueid"),
        get("Queue"),
        get("Interface"),
        get("MemberName"),
    )


def _called(m: Message, at: int) -> Made:
    get = m.get
    return MemberCalled(
        at,
        get("Uniqueid"),
        get("DestUniqueid"),
        get("Queue"),
        get("Interface"),
        get("MemberName"),
    )


_TABLE: dict[str, Callable[[Message, int], Made]] = {
    "Newchannel": lambda m, at: leg_seen(m, "", at, row=False),
    "Newstate": lambda m, at: LegState(at, m.get("Uniqueid"), number(m.get("ChannelState"))),
    "NewCallerid": lambda m, at: LegCallerId(
        at,
        m.get("Uniqueid"),
        party(m.get("CallerIDNum")),
        party(m.get("CallerIDName")),
        presentation(m.get("CID-CallingPres")),
    ),
    "HangupRequest": lambda m, at: LegHangupAsked(
        at, m.get("Uniqueid"), True, 0, m.get("Context"), m.get("Exten")
    ),
    "SoftHangupRequest": lambda m, at: LegHangupAsked(
        *(at, m.get("Uniqueid"), False, number(m.get("Cause"))),
        *(m.get("Context"), m.get("Exten")),
    ),
    "Hangup": lambda m, at: LegGone(
        at, m.get("Uniqueid"), number(m.get("Cause")), m.get("Context"), m.get("Exten")
    ),
    "LocalBridge": lambda m, at: LocalPaired(
        at, m.get("LocalOneUniqueid"), m.get("LocalTwoUniqueid")
    ),
    "DialBegin": _dial_began,
    "DialEnd": lambda m, at: DialEnded(
        at, m.get("DestUniqueid"), m.get("DialStatus"), m.get("Forward")
    ),
    "BridgeEnter": _bridge_joined,
    "BridgeLeave": lambda m, at: BridgeParted(at, m.get("BridgeUniqueid"), m.get("Uniqueid")),
    "Hold": lambda m, at: HoldPressed(at, m.get("Uniqueid"), True),
    "Unhold": lambda m, at: HoldPressed(at, m.get("Uniqueid"), False),
    "QueueCallerJoin": _caller_joined,
    "QueueCallerLeave": lambda m, at: CallerLeft(
        at, m.get("Uniqueid"), m.get("Queue"), m.get("Context"), m.get("Exten")
    ),
    "QueueCallerAbandon": lambda m, at: CallerGaveUp(at, m.get("Uniqueid"), m.get("Queue")),
    "VarSet": _variable,
    "Newexten": _queue_ran,
    "UserEvent": _user_event,
    "QueueWrapUp": _queue_wraps,
    "AgentCalled": _called,
    "AgentRingNoAnswer": lambda m, at: MemberMissed(
        at, m.get("Uniqueid"), m.get("DestUniqueid"), m.get("Queue"), m.get("Interface")
    ),
    "AgentConnect": _connected,
    "AgentComplete": lambda m, at: MemberCompleted(
        at,
        m.get("Uniqueid"),
        m.get("DestUniqueid"),
        m.get("Queue"),
        m.get("Interface"),
        m.get("Reason"),
    ),
    "QueueMemberAdded": lambda m, at: member_seen(m, at, row=False),
    "QueueMemberStatus": lambda m, at: member_seen(m, at, row=False),
    "QueueMemberPause": lambda m, at: member_seen(m, at, row=False),
    "QueueMemberRemoved": lambda m, at: MemberGone(at, m.get("Queue"), m.get("Interface")),
    "BlindTransfer": _blind,
    "AttendedTransfer": _attended,
    "ParkedCall": lambda m, at: Parked(
        at, m.get("ParkeeUniqueid"), m.get("ParkingSpace"), m.get("ParkerDialString")
    ),
    "Pickup": lambda m, at: PickedUp(at, m.get("Uniqueid"), m.get("TargetUniqueid")),
    "ChanSpyStart": lambda m, at: SpyBegan(at, m.get("SpyerUniqueid")),
    "AgentLogin": lambda m, at: PoolJoined(at, m.get("Uniqueid"), m.get("Agent")),
    "Shutdown": lambda m, at: PbxStopping(at),
}

_PREFIXES: dict[str, tuple[str, ...]] = {
    "Hangup": (),
    "HangupRequest": (),
    "SoftHangupRequest": (),
    "AgentComplete": (),
    "VarSet": ("",),
    "LocalBridge": ("LocalOne", "LocalTwo"),
    "DialBegin": ("", "Dest"),
    "DialEnd": ("", "Dest"),
    "AgentCalled": ("", "Dest"),
    "AgentConnect": ("", "Dest"),
    "AgentRingNoAnswer": ("",),
    "BlindTransfer": ("Transferee",),
    "AttendedTransfer": ("Transferee", "TransferTarget"),
    "ParkedCall": ("Parkee",),
    "Pickup": ("", "Target"),
    "ChanSpyStart": ("Spyer",),
    "QueueMemberAdded": (),
    "QueueMemberStatus": (),
    "QueueMemberPause": (),
    "QueueMemberRemoved": (),
    "Shutdown": (),
    "QueueWrapUp": (),
    "UserEvent": ("",),
}
EVENTS = frozenset(_TABLE)
"""Names of the events that we read; for Asterisk's own filter."""

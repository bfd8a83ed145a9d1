"""The PBX's state follows events that were recorded, so that lists are true while they are played.

The choreographies change the state and say so; here it is the other way round. What an event shows
of a channel is how that channel is from then on; what no event shows (where in the dialplan a
channel stands between two of them) is not known before the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .events import unescaped
from .following_queues import Body, QueueFollower
from .model import Bridge, Channel, Pbx
from .recorded import Headers

OF_BEFORE = ("AttendedTransfer", "BlindTransfer")
"""Events that show channels as they were before what they tell of."""
_DIALLED = ("AppDial", "AppDial2", "AppQueue")
"""What legs that were dialled run, wherever in the dialplan they are said to stand."""


class Follower:
    """Keeps one story's part of the state. ``now`` gives epoch milliseconds."""

    def __init__(self, pbx: Pbx, now: Callable[[], int]) -> None:
        self._pbx = pbx
        self._now = now
        self._legs: set[str] = set()
        self._gone: set[str] = set()
        self._bridges: set[str] = set()
        self._stepping: dict[str, Channel] = {}
        self._table: dict[str, Callable[[Body], None]] = {
            "Newexten": self._runs,
            "DialBegin": self._dialled,
            "AgentCalled": self._rung,
            "ChanSpyStart": self._spies,
            "ChanSpyStop": lambda b: self._stops(b, "Spyer"),
            "AgentLogin": self._in_the_pool,
            "AgentLogoff": lambda b: self._stops(b, ""),
            "VarSet": self._variable,
            "Hangup": lambda b: self._close(b["Uniqueid"]),
            "BridgeCreate": self._created,
            "BridgeEnter": self._enter,
            "BridgeLeave": self._leave,
            "BridgeDestroy": lambda b: self._destroy(b["BridgeUniqueid"]),
            "QueueCallerJoin": self._join,
            "AttendedTransfer": self._attended,
        }
        self._queues = QueueFollower(pbx, now)

    def take(self, name: str, headers: Headers) -> None:
        """This was said, so it is true."""
        body = dict(headers)
        for key, value in headers if name not in OF_BEFORE else ():
            if key.endswith("ChannelState") and value:
                self._show(body, key.removesuffix("ChannelState"))
        step = self._table.get(name)
        if step is not None:
            step(body)
        self._queues.take(name, body)

    def furnish(self, rows: Iterable[Headers]) -> None:
        """What there is of this story is what these rows of lists say, and nothing else."""
        told = [dict(row) for row in rows]
        channels = [body for body in told if body["Event"] == "CoreShowChannel"]
        for leg in self._legs - {body["Uniqueid"] for body in channels}:
            self._close(leg)
        for uniqueid in self._bridges - {body["BridgeId"] for body in channels}:
            self._destroy(uniqueid)
        for body in channels:
            self._channel_is(body)
        self._queues.furnish(told)

    # -- channels -----------------------------------------------------------------------------

    def _show(self, body: Body, prefix: str) -> Channel | None:
        """A channel as an event shows it; None when it is gone, or has no id."""
        uniqueid = body.get(f"{prefix}Uniqueid", "")
        if not uniqueid or uniqueid in self._gone:
            return None
        place = body[f"{prefix}Context"], body[f"{prefix}Exten"], int(body[f"{prefix}Priority"])
        channel = self._pbx.channels.get(uniqueid)
        if channel is None:
            own = body[f"{prefix}Linkedid"] == uniqueid
            self._pbx.processed += own
            channel = Channel(body[f"{prefix}Channel"], uniqueid, "", 0, "", "", self._now())
            self._pbx.channels[uniqueid] = channel
            self._legs.add(uniqueid)
        if place != _place(channel):
            channel.context, channel.exten, channel.priority = place
            if uniqueid in self._stepping and place == _place(self._stepping[uniqueid]):
                self._steps_in(channel)
            elif channel.application not in _DIALLED:
                self._does(channel, "", "")
        channel.name = body[f"{prefix}Channel"]
        channel.linkedid = body[f"{prefix}Linkedid"]
        channel.state = int(body[f"{prefix}ChannelState"])
        channel.number = _party(body[f"{prefix}CallerIDNum"])
        channel.cname = _party(body[f"{prefix}CallerIDName"])
        channel.line_number = _party(body[f"{prefix}ConnectedLineNum"])
        channel.line_name = _party(body[f"{prefix}ConnectedLineName"])
        channel.language = body[f"{prefix}Language"]
        channel.account = body[f"{prefix}AccountCode"]
        return channel

    def _channel_is(self, body: Body) -> None:
        channel = self._show(body, "")
        if channel is None:
            return
        hours, minutes, seconds = (int(part) for part in body["Duration"].split(":"))
        channel.created = self._now() - ((hours * 60 + minutes) * 60 + seconds) * 1000
        channel.application, channel.data = body["Application"], body["ApplicationData"]
        if channel.bridge and channel.bridge != body["BridgeId"]:
            self._part(channel)
        if body["BridgeId"] and channel.bridge != body["BridgeId"]:
            self._meet(self._bridge_of(body["BridgeId"]), channel)

    def _close(self, uniqueid: str) -> None:
        for leg, other in list(self._stepping.items()):
            if uniqueid == other.uniqueid and leg in self._pbx.channels:
                self._steps_in(self._pbx.channels[leg])
        self._stepping.pop(uniqueid, None)
        channel = self._pbx.channels.pop(uniqueid, None)
        self._legs.discard(uniqueid)
        self._gone.add(uniqueid)
        if channel is not None:
            self._part(channel)
        self._queues.hung_up(uniqueid)

    def _of(self, body: Body, prefix: str = "") -> Channel | None:
        return self._pbx.channels.get(body.get(f"{prefix}Uniqueid", ""))

    def _variable(self, body: Body) -> None:
        if (channel := self._of(body)) is not None:
            channel.variables[body["Variable"]] = unescaped(body["Value"])

    # -- what channels run ----------------------------------------------------------------------

    def _does(self, channel: Channel | None, application: str, data: str) -> None:
        if channel is not None:
            channel.application, channel.data = application, data

    def _runs(self, body: Body) -> None:
        self._does(self._of(body), body["Application"], body["AppData"])

    def _dialled(self, body: Body) -> None:
        caller = self._of(body)
        if caller is not None and caller.application == "Queue":
            return
        self._does(caller, "Dial", body["DialString"])
        application = "AppDial" if caller is not None else "AppDial2"
        self._does(self._of(body, "Dest"), application, "(Outgoing Line)")

    def _rung(self, body: Body) -> None:
        self._does(self._of(body, "Dest"), "AppQueue", "(Outgoing Line)")

    def _spies(self, body: Body) -> None:
        self._does(self._of(body, "Spyer"), "ChanSpy", body["SpyeeChannel"])

    def _in_the_pool(self, body: Body) -> None:
        self._does(self._of(body), "AgentLogin", body["Agent"])

    def _stops(self, body: Body, prefix: str) -> None:
        self._does(self._of(body, prefix), "", "")

    def _join(self, body: Body) -> None:
        channel = self._of(body)
        if channel is not None and channel.application != "Queue":
            self._does(channel, "Queue", body["Queue"])

    def _attended(self, body: Body) -> None:
        """A transfer into a running application: the channels will change places (4.3)."""
        one, two = self._of(body, "SecondTransferer"), self._of(body, "Transferee")
        if body["Result"] != "Success" or body["DestType"] != "App" or one is None or two is None:
            return
        self._stepping[two.uniqueid] = one
        if _place(one) == _place(two):
            self._steps_in(two)

    def _steps_in(self, channel: Channel) -> None:
        """The channel stands now where another stood, and waits where that one waited."""
        other = self._stepping.pop(channel.uniqueid)
        self._does(channel, other.application, other.data)
        self._queues.stepped_in(other.uniqueid, channel.uniqueid)

    # -- bridges ------------------------------------------------------------------------------

    def _bridge_of(self, uniqueid: str) -> Bridge:
        bridge = self._pbx.bridges.get(uniqueid)
        if bridge is None:
            bridge = self._pbx.bridges[uniqueid] = Bridge(uniqueid, self._now())
            self._bridges.add(uniqueid)
        return bridge

    def _bridge(self, body: Body) -> Bridge:
        bridge = self._bridge_of(body["BridgeUniqueid"])
        bridge.kind = body["BridgeType"]
        bridge.technology = body["BridgeTechnology"]
        bridge.creator = _party(body["BridgeCreator"])
        bridge.name = _party(body["BridgeName"])
        bridge.video = body["BridgeVideoSourceMode"]
        return bridge

    def _created(self, body: Body) -> None:
        self._bridge(body)

    def _meet(self, bridge: Bridge, channel: Channel) -> None:
        if channel.uniqueid not in bridge.channels:
            bridge.channels.append(channel.uniqueid)
        channel.bridge = bridge.uniqueid

    def _enter(self, body: Body) -> None:
        bridge, channel = self._bridge(body), self._of(body)
        if channel is None:
            return
        self._part(channel)
        self._meet(bridge, channel)
        # Who is drawn into a bridge by AMI leaves his queue without a word of it (ASTERISK 4.3).
        self._queues.hung_up(channel.uniqueid)
        if bridge.kind == "basic":
            # Silently all parties of such a bridge have the oldest Linkedid (ASTERISK 4.2).
            for uniqueid in bridge.channels:
                if (party := self._pbx.channels.get(uniqueid)) is not None:
                    party.linkedid = channel.linkedid

    def _leave(self, body: Body) -> None:
        channel = self._of(body)
        if channel is not None and channel.bridge == body["BridgeUniqueid"]:
            self._part(channel)

    def _part(self, channel: Channel) -> None:
        bridge = self._pbx.bridges.get(channel.bridge)
        if bridge is not None and channel.uniqueid in bridge.channels:
            bridge.channels.remove(channel.uniqueid)
        channel.bridge = ""

    def _destroy(self, uniqueid: str) -> None:
        bridge = self._pbx.bridges.pop(uniqueid, None)
        self._bridges.discard(uniqueid)
        for leg in bridge.channels if bridge is not None else ():
            if (channel := self._pbx.channels.get(leg)) is not None:
                channel.bridge = ""


def _party(text: str) -> str:
    """A number or name, empty where Asterisk prints that there is none."""
    return "" if text == "<unknown>" else unescaped(text)


def _place(channel: Channel) -> tuple[str, str, int]:
    """Where in the dialplan a channel stands."""
    return channel.context, channel.exten, channel.priority

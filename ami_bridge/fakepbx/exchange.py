"""The switching itself: each step changes the state and says so by the event Asterisk would send.

Stories are written in these steps. A step that in Asterisk makes one event makes one event here;
the order of steps is the story's. Device states are worked out from the channels, and a change is
told to every queue whose members watch the device, as app_queue does.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from random import Random

from . import events
from .events import Event
from .model import DOWN, MEMBER_STATUS, RING, RINGING, UP, Bridge, Channel, Endpoint, Member, Pbx
from .model import Queue as CallQueue
from .names import bridge_id
from .simulation import Actor, Simulation

Emit = Callable[[Event], None]

PRESENTED = "0 (Presentation Allowed, Not Screened)"


class Exchange:
    """A PBX that runs: its state, its time, and who listens to its events."""

    def __init__(self, sim: Simulation, seed: int, emit: Emit) -> None:
        self.sim = sim
        self.pbx = Pbx(sim.now)
        self.emit = emit
        self.random = Random(seed)
        self._at = 0
        self._owners: dict[str, Actor] = {}

    # -- time and telling ---------------------------------------------------------------------

    @property
    def now(self) -> int:
        """Epoch milliseconds UTC."""
        return self.sim.now

    def stamp(self) -> int:
        """Epoch microseconds for the next event; no two events have the same."""
        self._at = max(self._at + 1, self.sim.now * 1000)
        return self._at

    def say(self, name: str, channel: Channel, *more: tuple[str, str], klass: str = "call") -> None:
        """An event about one channel."""
        self.emit(events.of_channel(name, self.stamp(), channel, more, klass))

    def set_variable(self, channel: Channel, variable: str, value: str) -> None:
        """VarSet; kept for Getvar and Status."""
        channel.variables[variable] = value
        body = (("Variable", variable), ("Value", events.escaped(value)))
        self.say("VarSet", channel, *body, klass="dialplan")

    def user_event(self, channel: Channel, name: str, *more: tuple[str, str]) -> None:
        """UserEvent of the dialplan: what the channel's dialplan wants known."""
        event = events.of_channel("UserEvent", self.stamp(), channel, (), "user")
        body = (*event.body, ("UserEvent", name), *more)
        self.emit(Event(event.name, event.klass, event.at, body))

    # -- channels -----------------------------------------------------------------------------

    def open_channel(
        self,
        device: str,
        state: int,
        context: str,
        exten: str,
        number: str = "",
        cname: str = "",
        linked: Channel | None = None,
        name: str = "",
        uniqueid: str = "",
    ) -> Channel:
        """A new leg on a device, or by its full name (halves of Local channels).

        ``uniqueid``: the one that an Originate imposed, else the next of this PBX.
        """
        uniqueid = uniqueid or self.pbx.next_uniqueid(self.now)
        channel = Channel(
            name or self.pbx.next_name(device),
            uniqueid,
            linked.linkedid if linked is not None else uniqueid,
            state,
            context,
            exten,
            self.now,
            number=number,
            cname=cname,
        )
        self.pbx.channels[uniqueid] = channel
        if self.sim.running is not None:
            self._owners[uniqueid] = self.sim.running
        self.say("Newchannel", channel)
        return channel

    def open_phone(self, endpoint: Endpoint, linked: Channel | None) -> Channel:
        """The leg to one of our phones, before it is dialled."""
        return self.open_channel(
            endpoint.device,
            DOWN,
            endpoint.context,
            "s",
            endpoint.number,
            endpoint.name,
            linked,
        )

    def set_state(self, channel: Channel, state: int) -> None:
        """Newstate, unless it has that state."""
        if channel.state != state:
            channel.state = state
            self.say("Newstate", channel)

    def go_to(self, channel: Channel, context: str, exten: str, priority: int) -> None:
        """Where in the dialplan the channel is; silent, since class dialplan is not recorded."""
        channel.context, channel.exten, channel.priority = context, exten, priority

    def set_line(self, channel: Channel, number: str, cname: str, force: bool = False) -> None:
        """NewConnectedLine, when it changes or when Asterisk repeats it (``force``)."""
        if force or (channel.line_number, channel.line_name) != (number, cname):
            channel.line_number, channel.line_name = number, cname
            self.say("NewConnectedLine", channel)

    def set_caller(self, channel: Channel, number: str, cname: str) -> None:
        """NewCallerid."""
        channel.number, channel.cname = number, cname
        self.say("NewCallerid", channel, ("CID-CallingPres", PRESENTED))

    def hangup_request(self, channel: Channel, cause: int | None = None) -> None:
        """The far end of this leg hung up; with a cause when its last application was Dial."""
        more = (("Cause", str(cause)),) if cause is not None else ()
        self.say("HangupRequest", channel, *more)

    def soft_hangup(self, channel: Channel) -> None:
        """The channel ran out of dialplan (flag 16, which is no Q.850 cause)."""
        self.say("SoftHangupRequest", channel, ("Cause", "16"))

    def close_channel(self, channel: Channel, cause: int) -> None:
        """Hangup: the leg is gone."""
        self.pbx.channels.pop(channel.uniqueid, None)
        self._owners.pop(channel.uniqueid, None)
        text = events.CAUSES[cause]
        self.say("Hangup", channel, ("Cause", str(cause)), ("Cause-txt", text))

    def interfere(self, channel: Channel, word: str) -> bool:
        """Tells the story that a channel belongs to; False when it belongs to none."""
        owner = self._owners.get(channel.uniqueid)
        if owner is None or not owner.alive:
            return False
        self.sim.interrupt(owner, word)
        return True

    # -- dialling -----------------------------------------------------------------------------

    def dial_begin(self, caller: Channel | None, dest: Channel, dialstring: str) -> None:
        """DialBegin."""
        more = ("DialString", dialstring)
        self.emit(events.dial("DialBegin", self.stamp(), caller, dest, more))

    def dial_ringing(self, caller: Channel | None, dest: Channel) -> None:
        """DialState RINGING."""
        more = ("DialStatus", "RINGING")
        self.emit(events.dial("DialState", self.stamp(), caller, dest, more))

    def dial_end(self, caller: Channel | None, dest: Channel, status: str) -> None:
        """DialEnd with ANSWER, CANCEL, NOANSWER or BUSY."""
        more = ("DialStatus", status)
        self.emit(events.dial("DialEnd", self.stamp(), caller, dest, more))

    # -- bridges ------------------------------------------------------------------------------

    def create_bridge(self) -> Bridge:
        """An empty two-party bridge."""
        uniqueid = bridge_id(self.random)
        bridge = Bridge(uniqueid, self.now)
        self.pbx.bridges[uniqueid] = bridge
        self.emit(events.of_bridge("BridgeCreate", self.stamp(), bridge))
        return bridge

    def enter(self, bridge: Bridge, channel: Channel, swap: Channel | None = None) -> None:
        """BridgeEnter; all parties of a two-party bridge take the oldest Linkedid, silently."""
        bridge.channels.append(channel.uniqueid)
        channel.bridge = bridge.uniqueid
        parties = [self.pbx.channels[u] for u in bridge.channels if u in self.pbx.channels]
        oldest = min((party.linkedid for party in parties), key=_age, default=channel.linkedid)
        for party in parties:
            party.linkedid = oldest
        swapped = swap.uniqueid if swap is not None else ""
        self.emit(events.bridge_move("BridgeEnter", self.stamp(), bridge, channel, swapped))

    def leave(self, bridge: Bridge, channel: Channel) -> None:
        """BridgeLeave; nothing when the channel is not in it."""
        if channel.uniqueid not in bridge.channels:
            return
        bridge.channels.remove(channel.uniqueid)
        channel.bridge = ""
        self.emit(events.bridge_move("BridgeLeave", self.stamp(), bridge, channel))

    def destroy_bridge(self, bridge: Bridge) -> None:
        """BridgeDestroy."""
        self.pbx.bridges.pop(bridge.uniqueid, None)
        self.emit(events.of_bridge("BridgeDestroy", self.stamp(), bridge))

    # -- devices ------------------------------------------------------------------------------

    def refresh(self, device: str) -> None:
        """Works out a device's state from its channels and tells who must know of a change."""
        legs = self.pbx.channels_of(device)
        talking = [leg for leg in legs if leg.state in (UP, RING)]
        ringing = any(leg.state == RINGING for leg in legs)
        if ringing:
            state = "RINGINUSE" if talking else "RINGING"
        elif talking:
            state = "ONHOLD" if all(leg.on_hold for leg in talking) else "INUSE"
        else:
            state = "NOT_INUSE"
        self.set_device(device, state)
        status = MEMBER_STATUS[state]
        for queue, member in self.pbx.members_watching(device):
            if member.status != status:
                member.status = status
                self.tell_member("QueueMemberStatus", member)
                self.refresh_available(queue)

    def set_device(self, device: str, state: str, force: bool = False) -> None:
        """DeviceStateChange, when it changes."""
        if force or self.pbx.devices.get(device) != state:
            self.pbx.devices[device] = state
            self.emit(events.device_state(self.stamp(), device, state))

    def refresh_available(self, queue: CallQueue) -> None:
        """The pseudo device that says whether anybody of a queue can be rung."""
        free = any(queue.free(member, self.now) for member in queue.members.values())
        self.set_device(f"Queue:{queue.name}_avail", "NOT_INUSE" if free else "INUSE")

    # -- members ------------------------------------------------------------------------------

    def tell_member(self, name: str, member: Member) -> None:
        """One of the QueueMember* events."""
        self.emit(events.of_member(name, self.stamp(), member))

    def sign_in(
        self,
        queue: CallQueue,
        interface: str,
        name: str,
        penalty: int = 0,
        paused: bool = False,
        wrapup_s: int = 0,
    ) -> Member | None:
        """AddQueueMember; None when the interface is in that queue already."""
        if interface in queue.members:
            return None
        device = interface.removesuffix("/n")
        member = Member(queue.name, interface, name, device, penalty=penalty)
        member.wrapup_s = wrapup_s
        member.login_time = self.now // 1000
        member.paused = paused
        member.status = MEMBER_STATUS[self.pbx.devices.get(device, "NOT_INUSE")]
        queue.members[interface] = member
        self.set_device(_pause_device(member), "INUSE" if paused else "NOT_INUSE")
        self.tell_member("QueueMemberAdded", member)
        self.refresh_available(queue)
        return member

    def sign_out(self, queue: CallQueue, interface: str) -> Member | None:
        """RemoveQueueMember; None when the interface is not in that queue."""
        member = queue.members.pop(interface, None)
        if member is not None:
            self.tell_member("QueueMemberRemoved", member)
            self.set_device(_pause_device(member), "NOT_INUSE")
            self.refresh_available(queue)
        return member

    def pause(self, queue: CallQueue, member: Member, paused: bool, reason: str = "") -> None:
        """PauseQueueMember in one queue. The reason of an unpause is in its event only."""
        member.paused = paused
        member.reason = reason
        if paused:
            member.last_pause = self.now // 1000
        self.set_device(_pause_device(member), "INUSE" if paused else "NOT_INUSE")
        self.refresh_available(queue)
        self.tell_member("QueueMemberPause", member)
        if not paused:
            member.reason = ""


def _pause_device(member: Member) -> str:
    return f"Queue:{member.queue}_pause_{member.interface}"


def _age(linkedid: str) -> tuple[float, float]:
    """Older is smaller; an id that somebody imposed tells no time and counts as the newest."""
    seconds, _, serial = linkedid.partition(".")
    if not (seconds.isdecimal() and serial.isdecimal()):
        return inf, inf
    return int(seconds), int(serial)

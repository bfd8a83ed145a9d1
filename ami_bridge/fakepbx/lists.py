"""The list actions: what is true at this instant, item by item as Asterisk 22 prints it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .events import bridge_block, channel_block
from .exchange import Exchange
from .model import Channel, Member, Queue
from .session import Action, Session

Item = tuple[tuple[str, str], ...]


class Lists:
    """Answers list actions from the state of one exchange."""

    def __init__(self, ex: Exchange) -> None:
        self._ex = ex
        self.actions: dict[str, Callable[[Session, Action], None]] = {
            "coreshowchannels": self._core_show_channels,
            "status": self._status,
            "bridgelist": self._bridge_list,
            "bridgeinfo": self._bridge_info,
            "queuestatus": self._queue_status,
            "queuesummary": self._queue_summary,
            "devicestatelist": self._device_state_list,
        }

    # -- channels and bridges -----------------------------------------------------------------

    def _core_show_channels(self, session: Session, action: Action) -> None:
        items = [self._channel(channel) for channel in self._ex.pbx.channels.values()]
        session.list(action, "Channels will follow", items, "CoreShowChannelsComplete")

    def _channel(self, channel: Channel) -> Item:
        age_s = max(0, self._ex.now - channel.created) // 1000
        return (
            ("Event", "CoreShowChannel"),
            *channel_block(channel),
            ("Application", channel.application),
            ("ApplicationData", channel.data),
            ("Duration", f"{age_s // 3600:02d}:{age_s // 60 % 60:02d}:{age_s % 60:02d}"),
            ("BridgeId", channel.bridge),
        )

    def _status(self, session: Session, action: Action) -> None:
        pbx = self._ex.pbx
        wanted = action.get("Channel")
        channels = list(pbx.channels.values())
        if wanted:
            one = pbx.channel_named(wanted)
            if one is None:
                session.error(action, "No such channel")
                return
            channels = [one]
        names = [name for name in action.get("Variables").split(",") if name]
        everything = action.get("AllVariables").lower() in ("true", "yes", "1")
        items = []
        for channel in channels:
            known = channel.variables
            shown = list(known) if everything else names
            variables = tuple(("Variable", f"{name}={known.get(name, '')}") for name in shown)
            items.append((*self._status_of(channel), *variables))
        session.list(action, "Channel status will follow", items, "StatusComplete")

    def _status_of(self, channel: Channel) -> Item:
        age_s = max(0, self._ex.now - channel.created) // 1000
        return (
            ("Event", "Status"),
            ("Privilege", "Call"),
            *channel_block(channel),
            ("Type", channel.name.partition("/")[0]),
            ("DNID", ""),
            ("EffectiveConnectedLineNum", channel.line_number or "<unknown>"),
            ("EffectiveConnectedLineName", channel.line_name or "<unknown>"),
            ("TimeToHangup", "0"),
            ("BridgeID", channel.bridge),
            ("Application", channel.application),
            ("Data", channel.data),
            ("Nativeformats", "(alaw)"),
            ("Readformat", "alaw"),
            ("Writeformat", "alaw"),
            ("Callgroup", "0"),
            ("Pickupgroup", "0"),
            ("Seconds", str(age_s)),
        )

    def _bridge_list(self, session: Session, action: Action) -> None:
        items = [
            (("Event", "BridgeListItem"), *bridge_block(bridge))
            for bridge in self._ex.pbx.bridges.values()
        ]
        session.list(action, "Bridge listing will follow", items, "BridgeListComplete")

    def _bridge_info(self, session: Session, action: Action) -> None:
        pbx = self._ex.pbx
        bridge = pbx.bridges.get(action.get("BridgeUniqueid"))
        if bridge is None:
            session.error(action, "Specified BridgeUniqueid not found")
            return
        legs = [pbx.channels[u] for u in bridge.channels if u in pbx.channels]
        items = [(("Event", "BridgeInfoChannel"), *channel_block(leg)) for leg in legs]
        session.list(action, "Bridge channel listing will follow", items, "BridgeInfoComplete")

    # -- queues -------------------------------------------------------------------------------

    def _chosen(self, action: Action) -> Iterator[Queue]:
        wanted = action.get("Queue").lower()
        for queue in self._ex.pbx.queues.values():
            if not wanted or queue.name.lower() == wanted:
                yield queue

    def _queue_status(self, session: Session, action: Action) -> None:
        items: list[Item] = []
        who = action.get("Member")
        for queue in self._chosen(action):
            items.append(_queue_params(queue))
            items += [_queue_member(m) for m in queue.members.values() if who in ("", m.interface)]
            items += self._entries(queue)
        # Here the ActionID comes last in each item, unlike in the other lists.
        session.success_list(action, "Queue status will follow")
        for item in items:
            session.send(*item, *action.id)
        session.send_end(action, "QueueStatusComplete", len(items))

    def _entries(self, queue: Queue) -> Iterator[Item]:
        for place, entry in enumerate(queue.waiting, 1):
            channel = self._ex.pbx.channels[entry.channel]
            yield (
                ("Event", "QueueEntry"),
                ("Queue", queue.name),
                ("Position", str(place)),
                ("Channel", channel.name),
                ("Uniqueid", channel.uniqueid),
                ("CallerIDNum", channel.number or "unknown"),
                ("CallerIDName", channel.cname or "unknown"),
                ("ConnectedLineNum", channel.line_number or "unknown"),
                ("ConnectedLineName", channel.line_name or "unknown"),
                ("Wait", str(self._ex.now // 1000 - entry.joined // 1000)),
                ("Priority", str(entry.priority)),
            )

    def _queue_summary(self, session: Session, action: Action) -> None:
        items: list[Item] = []
        for queue in self._chosen(action):
            members = queue.members.values()
            longest = max((self._ex.now - entry.joined for entry in queue.waiting), default=0)
            items.append(
                (
                    ("Event", "QueueSummary"),
                    ("Queue", queue.name),
                    ("LoggedIn", str(sum(m.status not in (4, 5) for m in members))),
                    ("Available", str(sum(m.status == 1 and not m.paused for m in members))),
                    ("Callers", str(len(queue.waiting))),
                    ("HoldTime", str(queue.hold_s)),
                    ("TalkTime", str(queue.talk_s)),
                    ("LongestHoldTime", str(longest // 1000)),
                )
            )
        session.list(action, "Queue summary will follow", items, "QueueSummaryComplete")

    def _device_state_list(self, session: Session, action: Action) -> None:
        items = [
            (("Event", "DeviceStateChange"), ("Device", device), ("State", state))
            for device, state in self._ex.pbx.devices.items()
        ]
        session.list(action, "Device State Changes will follow", items, "DeviceStateListComplete")


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "0.0"


def _queue_params(queue: Queue) -> Item:
    ends = queue.completed + queue.abandoned
    in_level = queue.completed_in_level + queue.abandoned_in_level
    return (
        ("Event", "QueueParams"),
        ("Queue", queue.name),
        ("Max", str(queue.maxlen)),
        ("Strategy", queue.strategy),
        ("Calls", str(len(queue.waiting))),
        ("Holdtime", str(queue.hold_s)),
        ("TalkTime", str(queue.talk_s)),
        ("Completed", str(queue.completed)),
        ("Abandoned", str(queue.abandoned)),
        ("ServiceLevel", str(queue.service_level_s)),
        ("ServicelevelPerf", _share(queue.completed_in_level, queue.completed)),
        ("ServicelevelPerf2", _share(in_level, ends)),
        ("Weight", str(queue.weight)),
    )


def _queue_member(member: Member) -> Item:
    return (
        ("Event", "QueueMember"),
        ("Queue", member.queue),
        ("Name", member.name),
        ("Location", member.interface),
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
        ("Wrapuptime", str(member.wrapup_s)),
    )

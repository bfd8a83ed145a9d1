"""The actions that answer by one message, and those that change something."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from .calls import TRUNK
from .exchange import Exchange
from .model import Channel, Endpoint, Member, Queue
from .plan import DialFate, Talk
from .session import Action, Session
from .stories import click_to_call, originate_response

AGENT_ANSWERS_S = 2.0
"""How soon a phone that was asked to call somebody is picked up."""


class Actions:
    """Carries out actions on one exchange. Whoever calls it gives the simulation its turn after."""

    def __init__(self, ex: Exchange) -> None:
        self._ex = ex
        self.actions: dict[str, Callable[[Session, Action], None]] = {
            "ping": self._ping,
            "corestatus": self._core_status,
            "coresettings": self._core_settings,
            "getvar": self._getvar,
            "queuepause": self._queue_pause,
            "queueadd": self._queue_add,
            "queueremove": self._queue_remove,
            "originate": self._originate,
            "hangup": self._hangup,
            "redirect": self._redirect,
        }

    # -- asking -------------------------------------------------------------------------------

    def _ping(self, session: Session, action: Action) -> None:
        now = self._ex.now
        stamp = ("Timestamp", f"{now // 1000}.{now % 1000:03d}000")
        session.send(("Response", "Success"), *action.id, ("Ping", "Pong"), stamp)

    def _core_status(self, session: Session, action: Action) -> None:
        pbx = self._ex.pbx
        started = datetime.fromtimestamp(pbx.started / 1000, UTC)
        day, hour = started.strftime("%Y-%m-%d"), started.strftime("%H:%M:%S")
        session.success(
            action,
            "",
            ("CoreStartupDate", day),
            ("CoreStartupTime", hour),
            ("CoreReloadDate", day),
            ("CoreReloadTime", hour),
            ("CoreCurrentCalls", str(len({c.linkedid for c in pbx.channels.values()}))),
            ("CoreProcessedCalls", str(pbx.processed)),
        )

    def _core_settings(self, session: Session, action: Action) -> None:
        session.success(
            action,
            "",
            ("AMIversion", "11.0.0"),
            ("AsteriskVersion", "22.10.1-fake"),
            ("SystemName", ""),
            ("CoreMaxCalls", "0"),
            ("CoreMaxLoadAvg", "0.000000"),
            ("CoreRunUser", "asterisk"),
            ("CoreRunGroup", ""),
            ("CoreMaxFilehandles", "0"),
            ("CoreRealTimeEnabled", "No"),
            ("CoreCDRenabled", "No"),
            ("CoreHTTPenabled", "No"),
        )

    def _getvar(self, session: Session, action: Action) -> None:
        variable = action.get("Variable")
        if not variable:
            session.error(action, "No variable specified")
            return
        value = ""
        if action.get("Channel"):
            channel = self._channel(session, action)
            if channel is None:
                return
            value = channel.variables.get(variable, "")
        session.success(action, "", ("Variable", variable), ("Value", value))

    # -- members ------------------------------------------------------------------------------

    def _queue_pause(self, session: Session, action: Action) -> None:
        interface, wanted = action.get("Interface"), action.get("Queue").lower()
        if not interface or not action.get("Paused"):
            session.error(action, "Need 'Interface' and 'Paused' parameters.")
            return
        found: list[tuple[Queue, Member]] = [
            (queue, member)
            for queue, member in self._ex.pbx.members_of(interface)
            if not wanted or queue.name.lower() == wanted
        ]
        if not found:
            session.error(action, "Interface not found")
            return
        paused = action.get("Paused").lower() in ("true", "yes", "1", "on")
        for queue, member in found:
            self._ex.pause(queue, member, paused, action.get("Reason")[:79])
        text = "Interface paused successfully" if paused else "Interface unpaused successfully"
        session.success(action, text)

    def _queue_of(self, session: Session, action: Action) -> Queue | None:
        wanted = action.get("Queue").lower()
        for queue in self._ex.pbx.queues.values():
            if queue.name.lower() == wanted:
                return queue
        verb = "add interface to" if action.name == "queueadd" else "remove interface from"
        session.error(action, f"Unable to {verb} queue: No such queue")
        return None

    def _queue_add(self, session: Session, action: Action) -> None:
        queue = self._queue_of(session, action)
        if queue is None:
            return
        interface = action.get("Interface")
        device = interface.removesuffix("/n")
        if device not in self._ex.pbx.endpoints:
            session.error(action, f"There is no phone {interface} on this PBX.")
            return
        name = action.get("MemberName") or interface
        paused = action.get("Paused").lower() in ("true", "yes", "1", "on")
        penalty = action.get("Penalty")
        number = int(penalty) if penalty.isdecimal() else 0
        if self._ex.sign_in(queue, interface, name, number, paused) is None:
            session.error(action, "Unable to add interface: Already there")
        else:
            session.success(action, "Added interface to queue")

    def _queue_remove(self, session: Session, action: Action) -> None:
        queue = self._queue_of(session, action)
        if queue is None:
            return
        if self._ex.sign_out(queue, action.get("Interface")) is None:
            session.error(action, "Unable to remove interface: Not there")
        else:
            session.success(action, "Removed interface from queue")

    # -- calls --------------------------------------------------------------------------------

    def _channel(self, session: Session, action: Action) -> Channel | None:
        channel = self._ex.pbx.channel_named(action.get("Channel"))
        if channel is None:
            session.error(action, "No such channel")
        return channel

    def _originate(self, session: Session, action: Action) -> None:
        ex, device, number = self._ex, action.get("Channel"), action.get("Exten")
        if device not in ex.pbx.endpoints:
            session.error(action, "Extension does not exist.")
            return
        if not number:
            session.error(action, "Originate needs Exten: the number to call.")
            return
        asynchronous = action.get("Async").lower() in ("true", "yes", "1", "on")

        def answered(leg: Channel, success: bool) -> None:
            if asynchronous:
                context = action.get("Context")
                said = action.get("ActionID")
                ex.emit(originate_response(ex, said, leg, context, number, success))
            elif success:
                session.success(action, "Originate successfully queued")
            else:
                session.error(action, "Originate failed")

        free = ex.pbx.devices.get(device) == "NOT_INUSE"
        limit = action.get("Timeout")
        story = click_to_call(
            ex,
            device,
            number,
            DialFate(5.0, Talk(30.0)),
            AGENT_ANSWERS_S if free else None,
            answered,
            int(limit) / 1000 if limit.isdecimal() and int(limit) > 0 else 30.0,
            action.get("ChannelId"),
        )
        ex.sim.spawn("click to call", story)
        if asynchronous:
            session.success(action, "Originate successfully queued")

    def _hangup(self, session: Session, action: Action) -> None:
        channel = self._channel(session, action)
        if channel is None:
            return
        self._ex.interfere(channel, f"hangup {channel.uniqueid}")
        session.success(action, "Channel Hungup")

    def _redirect(self, session: Session, action: Action) -> None:
        channel = self._channel(session, action)
        if channel is None:
            return
        target = self._phone(action.get("Exten"))
        if target is None or channel.application != "Queue" or not channel.bridge:
            session.error(
                action,
                "Redirect failed: a caller who talks to a queue's agent, to a phone of ours.",
            )
            return
        self._ex.interfere(channel, f"goto {target.device}")
        session.success(action, "Redirect successful")

    def _phone(self, number: str) -> Endpoint | None:
        for endpoint in self._ex.pbx.endpoints.values():
            if endpoint.number == number and endpoint.device != TRUNK:
                return endpoint
        return None

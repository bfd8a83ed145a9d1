"""A caller and an agent whom a queue joined: talk, hold, transfer, and the end.

The steps are those of ``answered_agent_hangup``, ``hold_unhold``, ``blind_refer_agent`` and
``atxfer_dtmf``. The member's counters move when the queue sees the call's end.
"""

from __future__ import annotations

from collections.abc import Generator

from . import events
from .dialled import converse, dial, hold, join, phone_leg
from .exchange import Exchange
from .model import Bridge, Channel, Member, Queue
from .plan import Side, Talk, Transfer
from .simulation import Story
from .transfers import attended

Word = Generator[float, str | None, str]


class QueueTalk:
    """The conversation of one visit; ``held_s`` is how long the caller waited."""

    def __init__(
        self,
        ex: Exchange,
        queue: Queue,
        member: Member,
        caller: Channel,
        leg: Channel,
        held_s: int,
    ) -> None:
        self._ex = ex
        self._queue = queue
        self._member = member
        self._caller = caller
        self._leg = leg
        self._held_s = held_s
        self._began = ex.now

    def story(self, talk: Talk) -> Story:
        """From the bridge to the end of the caller's channel."""
        ex = self._ex
        bridge = ex.create_bridge()
        ex.enter(bridge, self._leg)
        ex.enter(bridge, self._caller)
        end = self._began + talk.seconds * 1000
        word = yield from self._holds(talk, end)
        if not word and talk.transfer is not None:
            end = self._began + talk.transfer.at_s * 1000
        if not word:
            word = yield from ex.sim.pass_until(end, "hangup goto")
        if word.startswith("goto "):
            yield from self._redirected(bridge, word)
        elif word:
            self._cut(bridge)
        elif talk.transfer is None or self._busy(talk.transfer.device):
            # A colleague who is busy is not tried: the agent finishes the call himself.
            self._ended(bridge, talk.by)
        elif talk.transfer.kind == "blind":
            yield from self._blind(bridge, talk.transfer)
        else:
            yield from attended(
                ex, bridge, self._caller, self._leg, talk.transfer, self._transferred
            )

    def _holds(self, talk: Talk, end: float) -> Word:
        for begin_s, length_s in talk.holds:
            begin = self._began + begin_s * 1000
            if begin + length_s * 1000 < end:
                word = yield from hold(self._ex, self._leg, self._caller, begin, length_s)
                if word:
                    return word
        return ""

    def _busy(self, device: str) -> bool:
        return self._ex.pbx.devices.get(device, "NOT_INUSE") != "NOT_INUSE"

    # -- ends ---------------------------------------------------------------------------------

    def _complete(self, reason: str) -> None:
        """AgentComplete, and what the queue counts."""
        ex = self._ex
        talk_s = ex.now // 1000 - self._began // 1000
        more = (
            ("HoldTime", str(self._held_s)),
            ("TalkTime", str(talk_s)),
            ("Reason", reason),
        )
        ex.emit(
            events.agent("AgentComplete", ex.stamp(), self._caller, self._leg, self._member, more)
        )
        queue, member = self._queue, self._member
        queue.completed += 1
        queue.completed_in_level += self._held_s <= queue.service_level_s
        queue.hold_s = (3 * queue.hold_s + self._held_s) // 4
        queue.talk_s = (3 * queue.talk_s + talk_s) // 4
        member.calls_taken += 1
        member.last_call = ex.now // 1000
        member.in_call = False

    def _ended(self, bridge: Bridge, by: Side) -> None:
        ex, caller, leg = self._ex, self._caller, self._leg
        ex.hangup_request(leg if by == "agent" else caller)
        self._complete(by)
        if by == "agent":
            ex.leave(bridge, leg)
            ex.leave(bridge, caller)
            ex.destroy_bridge(bridge)
            ex.soft_hangup(caller)
        else:
            ex.leave(bridge, caller)
            ex.soft_hangup(caller)
            ex.leave(bridge, leg)
            ex.destroy_bridge(bridge)
        self._close_both()

    def _cut(self, bridge: Bridge) -> None:
        """Asterisk ends it (AMI Hangup of either leg): no far end asked, reason ``caller``."""
        ex = self._ex
        ex.leave(bridge, self._leg)
        ex.leave(bridge, self._caller)
        ex.destroy_bridge(bridge)
        ex.soft_hangup(self._caller)
        self._complete("caller")
        self._close_both()

    def _close_both(self) -> None:
        ex = self._ex
        ex.close_channel(self._leg, 16)
        ex.refresh(self._leg.device)
        ex.close_channel(self._caller, 16)
        ex.refresh(self._caller.device)

    # -- transfers ----------------------------------------------------------------------------

    def _transferred(self) -> None:
        self._complete("transfer")

    def _blind(self, bridge: Bridge, transfer: Transfer) -> Story:
        ex, caller, leg = self._ex, self._caller, self._leg
        target = ex.pbx.endpoints[transfer.device]
        ex.say("Unhold", leg)
        ex.leave(bridge, leg)
        ex.emit(
            events.blind_transfer(ex.stamp(), leg, caller, bridge, target.context, target.number)
        )
        ex.go_to(caller, target.context, target.number, 1)
        self._complete("transfer")
        ex.leave(bridge, caller)
        ex.destroy_bridge(bridge)
        ex.close_channel(leg, 16)
        ex.refresh(leg.device)
        talk = Talk(transfer.talk_s, transfer.by)
        yield from self._dial_on(transfer.device, transfer.ring_s, talk)

    def _redirected(self, bridge: Bridge, word: str) -> Story:
        """AMI Redirect of the caller to one of our phones: ``goto <device>``; no transfer event.

        AgentComplete comes when the caller's channel ends elsewhere; the member's state at once.
        """
        ex = self._ex
        device = word.partition(" ")[2]
        target = ex.pbx.endpoints[device]
        ex.leave(bridge, self._caller)
        ex.go_to(self._caller, target.context, target.number, 1)
        ex.leave(bridge, self._leg)
        ex.destroy_bridge(bridge)
        ex.close_channel(self._leg, 16)
        self._complete("caller")
        ex.refresh(self._leg.device)
        yield from self._dial_on(device, 3.0, Talk(20.0))

    def _dial_on(self, device: str, ring_s: float | None, talk: Talk) -> Story:
        ex, caller = self._ex, self._caller
        busy = self._busy(device)
        new = phone_leg(ex, device, caller)
        ex.go_to(caller, caller.context, caller.exten, 2)
        number = ex.pbx.endpoints[device].number
        if (yield from dial(ex, caller, new, number, None if busy else ring_s)) == "answered":
            bridge = join(ex, caller, new)
            yield from converse(ex, bridge, caller, new, talk)

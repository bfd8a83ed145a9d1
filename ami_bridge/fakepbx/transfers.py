"""Attended transfer by key (``*2``), event by event as recorded in ``atxfer_dtmf``.

Asterisk makes a Local pair towards the colleague, moves the agent into a second bridge with its
first half, merges the bridges when the agent hangs up, and optimises the pair away a moment later.
"""

from __future__ import annotations

from collections.abc import Callable

from . import events
from .dialled import end_alone
from .exchange import Exchange
from .model import DOWN, RING, RINGING, UP, Bridge, Channel
from .plan import Transfer
from .simulation import Story

OPTIMISES_AFTER_S = 0.455
DIALLING_S = 2.25
"""From the hold to the call: the agent keys the colleague's number."""


def attended(
    ex: Exchange,
    first: Bridge,
    caller: Channel,
    agent: Channel,
    transfer: Transfer,
    completed: Callable[[], None],
) -> Story:
    """Hold, consultation, hand-over, and the colleague's talk with the caller to its end.

    ``completed`` is called where app_queue sees the transfer. ``ring_s`` of the plan must be
    given: a colleague who does not answer is a cancelled consultation, which is not played.
    """
    consult = Consultation(ex, first, caller, agent, transfer)
    yield from consult.story(completed)


class Consultation:
    """The agent asks a colleague while the caller hears music."""

    def __init__(
        self, ex: Exchange, first: Bridge, caller: Channel, agent: Channel, transfer: Transfer
    ) -> None:
        self._ex = ex
        self._first = first
        self._caller = caller
        self._agent = agent
        self._plan = transfer

    def story(self, completed: Callable[[], None]) -> Story:
        """All of it. Nobody can cut in: words of AMI are passed over until the hand-over."""
        ex, plan = self._ex, self._plan
        self._hold()
        yield from ex.sim.pass_until(ex.now + DIALLING_S * 1000)
        one, two, colleague, second = self._call()
        yield from ex.sim.pass_until(ex.now + (plan.ring_s or 0.0) * 1000)
        third = self._answered(one, two, colleague)
        yield from ex.sim.pass_until(ex.now + plan.consult_s * 1000)
        self._hand_over(one, colleague, second, completed)
        yield from ex.sim.pass_until(ex.now + OPTIMISES_AFTER_S * 1000)
        self._optimise(one, two, colleague, third)
        left = max(0.0, plan.talk_s - OPTIMISES_AFTER_S)
        word = yield from ex.sim.pass_until(ex.now + left * 1000, "hangup")
        self._part(colleague, cut=bool(word))

    def _hold(self) -> None:
        ex, caller = self._ex, self._caller
        ex.say("Hold", self._agent)
        ex.say("MusicOnHoldStart", caller, ("Class", "default"))
        caller.on_hold = True
        ex.refresh(caller.device)

    def _call(self) -> tuple[Channel, Channel, Channel, Bridge]:
        ex, agent = self._ex, self._agent
        target = ex.pbx.endpoints[self._plan.device]
        local = f"Local/{target.number}@{target.context}"
        name = ex.pbx.next_local(f"{target.number}@{target.context}")
        where = (target.context, target.number)
        one = ex.open_channel(local, DOWN, *where, linked=agent, name=f"{name};1")
        two = ex.open_channel(local, RING, *where, linked=agent, name=f"{name};2")
        second = ex.create_bridge()
        ex.set_caller(two, agent.number, agent.cname)
        ex.emit(events.local_bridge(ex.stamp(), one, two, *where))
        ex.set_line(one, agent.number, agent.cname)
        ex.enter(second, one)
        ex.leave(self._first, agent)
        ex.enter(second, agent)
        ex.set_line(agent, "", "")
        colleague = ex.open_phone(target, two)
        ex.go_to(colleague, target.context, target.number, 1)
        ex.set_line(colleague, agent.number, agent.cname)
        ex.go_to(two, *where, 2)
        ex.dial_begin(two, colleague, target.number)
        ex.set_line(two, target.number, target.name)
        ex.set_line(agent, target.number, target.name)
        ex.set_state(colleague, RINGING)
        ex.refresh(colleague.device)
        # The half that the agent hears shows the colleague's number from here on.
        one.number, one.cname = target.number, target.name
        ex.set_state(one, RINGING)
        ex.set_caller(one, target.number, target.name)
        ex.dial_ringing(None, one)
        ex.dial_ringing(two, colleague)
        ex.set_device(local, "INUSE")
        return one, two, colleague, second

    def _answered(self, one: Channel, two: Channel, colleague: Channel) -> Bridge:
        ex = self._ex
        ex.set_state(colleague, UP)
        ex.refresh(colleague.device)
        colleague.exten = ""
        ex.dial_end(two, colleague, "ANSWER")
        ex.set_state(two, UP)
        third = ex.create_bridge()
        ex.enter(third, colleague)
        ex.set_state(one, UP)
        ex.dial_end(None, one, "ANSWER")
        ex.set_device(one.device, "INUSE", force=True)
        ex.set_device(one.device, "INUSE", force=True)
        ex.enter(third, two)
        return third

    def _hand_over(
        self, one: Channel, colleague: Channel, second: Bridge, completed: Callable[[], None]
    ) -> None:
        """The agent hangs up: the first half moves to the caller's bridge."""
        ex, agent, caller = self._ex, self._agent, self._caller
        ex.hangup_request(agent)
        ex.emit(events.bridge_merge(ex.stamp(), self._first, second))
        caller.on_hold = False
        ex.refresh(caller.device)
        ex.say("MusicOnHoldStop", caller)
        ex.leave(second, one)
        ex.enter(self._first, one)
        ex.emit(events.attended_transfer(ex.stamp(), agent, self._first, second, caller, one))
        completed()
        ex.set_line(one, caller.number, caller.cname)
        ex.set_line(caller, one.number, one.cname)
        ex.leave(second, agent)
        ex.set_line(colleague, caller.number, caller.cname)
        ex.destroy_bridge(second)
        ex.close_channel(agent, 16)
        ex.refresh(agent.device)

    def _optimise(self, one: Channel, two: Channel, colleague: Channel, third: Bridge) -> None:
        """The Local pair goes; the colleague's phone takes its place beside the caller."""
        ex, caller = self._ex, self._caller
        number = 0
        begin = events.local_optimization_begin(ex.stamp(), one, two, colleague, number)
        ex.emit(begin)
        ex.leave(third, colleague)
        ex.leave(self._first, one)
        ex.enter(self._first, colleague, swap=one)
        ex.set_caller(two, caller.number, caller.cname)
        ex.emit(events.local_optimization_end(ex.stamp(), one, two, number))
        ex.hangup_request(two, 16)
        ex.close_channel(one, 16)
        ex.leave(third, two)
        ex.soft_hangup(two)
        ex.destroy_bridge(third)
        ex.close_channel(two, 16)
        ex.set_device(one.device, "NOT_INUSE", force=True)
        ex.set_device(one.device, "NOT_INUSE", force=True)

    def _part(self, colleague: Channel, cut: bool) -> None:
        ex, caller, bridge = self._ex, self._caller, self._first
        if self._plan.by == "caller" and not cut:
            ex.hangup_request(caller)
            ex.leave(bridge, caller)
            ex.leave(bridge, colleague)
        else:
            if not cut:
                ex.hangup_request(colleague, 16)
            ex.leave(bridge, colleague)
            ex.leave(bridge, caller)
        ex.close_channel(colleague, 16)
        ex.destroy_bridge(bridge)
        ex.refresh(colleague.device)
        end_alone(ex, caller, 16)

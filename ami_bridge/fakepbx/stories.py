"""Calls that no queue makes: to an agent directly, out of the house, inside it, click-to-call."""

from __future__ import annotations

from collections.abc import Callable

from . import events
from .calls import TRUNK
from .dialled import converse, dial, join, line_leg, phone_leg
from .events import Event
from .exchange import Exchange
from .model import DOWN, RING, RINGING, UP, Channel
from .plan import DialFate, Party
from .simulation import Story


def direct_call(ex: Exchange, caller: Party, did: str, device: str, fate: DialFate) -> Story:
    """A caller from outside rings one phone, without a queue."""
    ex.pbx.processed += 1
    channel = ex.open_channel(TRUNK, RING, "from-trunk", did, caller.number, caller.name)
    ex.refresh(TRUNK)
    number = ex.pbx.endpoints[device].number
    ex.go_to(channel, "direct", number, 1)
    leg = phone_leg(ex, device, channel)
    if (yield from dial(ex, channel, leg, number, fate.ring_s, fate.patience_s)) == "answered":
        yield from converse(ex, join(ex, channel, leg), channel, leg, fate.talk)


def call_out(ex: Exchange, device: str, number: str, fate: DialFate) -> Story:
    """An agent dials a number outside. In ``fate.talk``, ``agent`` is the dialled party."""
    ex.pbx.processed += 1
    channel = _pick_up(ex, device, number)
    yield from _dial_out(ex, channel, number, fate)


def internal_call(ex: Exchange, device: str, other: str, fate: DialFate) -> Story:
    """One of our phones rings another."""
    ex.pbx.processed += 1
    number = ex.pbx.endpoints[other].number
    channel = _pick_up(ex, device, number)
    leg = phone_leg(ex, other, channel)
    if (yield from dial(ex, channel, leg, number, fate.ring_s, fate.patience_s)) == "answered":
        yield from converse(ex, join(ex, channel, leg), channel, leg, fate.talk)


def click_to_call(
    ex: Exchange,
    device: str,
    number: str,
    fate: DialFate,
    agent_answers_s: float | None,
    answered: Callable[[Channel, bool], None],
    limit_s: float = 30.0,
    uniqueid: str = "",
) -> Story:
    """AMI's Originate: the agent's phone rings first, and then the number is dialled.

    ``answered(leg, success)`` is called when the first leg was answered or was not; the number may
    be that of a phone of ours. ``uniqueid`` is the ChannelId that the action asked for, if any.
    """
    ex.pbx.processed += 1
    endpoint = ex.pbx.endpoints[device]
    channel = ex.open_channel(
        device, DOWN, endpoint.context, "s", endpoint.number, endpoint.name, uniqueid=uniqueid
    )
    channel.application, channel.data = "AppDial2", "(Outgoing Line)"
    ex.dial_begin(None, channel, endpoint.number)
    ex.set_state(channel, RINGING)
    ex.dial_ringing(None, channel)
    ex.refresh(device)
    wait_s = limit_s if agent_answers_s is None else min(limit_s, agent_answers_s)
    word = yield from ex.sim.pass_until(ex.now + wait_s * 1000, "hangup")
    if word or agent_answers_s is None or agent_answers_s > limit_s:
        ex.dial_end(None, channel, "NOANSWER")
        answered(channel, False)
        ex.close_channel(channel, 0)
        ex.refresh(device)
        return
    ex.set_state(channel, UP)
    ex.dial_end(None, channel, "ANSWER")
    ex.refresh(device)
    answered(channel, True)
    ex.go_to(channel, endpoint.context, number, 1)
    other = next((e.device for e in ex.pbx.endpoints.values() if e.number == number), None)
    if other is None:
        yield from _dial_out(ex, channel, number, fate)
        return
    leg = phone_leg(ex, other, channel)
    if (yield from dial(ex, channel, leg, number, fate.ring_s, fate.patience_s)) == "answered":
        yield from converse(ex, join(ex, channel, leg), channel, leg, fate.talk)


def originate_response(
    ex: Exchange, action_id: str, channel: Channel, context: str, exten: str, success: bool
) -> Event:
    """OriginateResponse: Success means that the *first* leg answered."""
    asked = (("ActionID", action_id),) if action_id else ()
    body = (
        *asked,
        ("Response", "Success" if success else "Failure"),
        ("Channel", channel.name),
        ("Context", context),
        ("Exten", exten),
        ("Reason", "4" if success else "3"),
        ("Uniqueid", channel.uniqueid),
        ("CallerIDNum", channel.number or "<unknown>"),
        ("CallerIDName", events.escaped(channel.cname) or "<unknown>"),
    )
    return Event("OriginateResponse", "call", ex.stamp(), body)


def _pick_up(ex: Exchange, device: str, exten: str) -> Channel:
    """A phone of ours goes off hook and dials."""
    endpoint = ex.pbx.endpoints[device]
    channel = ex.open_channel(device, RING, endpoint.context, exten, endpoint.number, endpoint.name)
    ex.refresh(device)
    return channel


def _dial_out(ex: Exchange, channel: Channel, number: str, fate: DialFate) -> Story:
    leg = line_leg(ex, TRUNK, number, channel)
    dialstring = f"{number}@trunk"
    if (yield from dial(ex, channel, leg, dialstring, fate.ring_s, fate.patience_s)) == "answered":
        yield from converse(ex, join(ex, channel, leg), channel, leg, fate.talk)

"""Two parties joined by Dial(): direct calls, calls out, internal calls, blind transfers' ends.

The order of the steps is that of the recorded ``blind_refer_agent`` from the moment the caller
is in the dialplan again; a caller who was not answered before is answered with the callee.
"""

from __future__ import annotations

from collections.abc import Generator

from .exchange import Exchange
from .model import DOWN, RINGING, UP, Bridge, Channel
from .plan import Side, Talk

Outcome = Generator[float, str | None, str]

DIAL_LIMIT_S = 20.0
"""How long Dial() rings: the sample configuration's value."""


def phone_leg(ex: Exchange, device: str, caller: Channel) -> Channel:
    """The leg to one of our phones, told who calls."""
    leg = ex.open_phone(ex.pbx.endpoints[device], caller)
    return _introduced(ex, leg, caller)


def line_leg(ex: Exchange, device: str, number: str, caller: Channel) -> Channel:
    """The leg to the world outside."""
    leg = ex.open_channel(device, DOWN, "from-trunk", "s", number, "", caller)
    return _introduced(ex, leg, caller)


def _introduced(ex: Exchange, leg: Channel, caller: Channel) -> Channel:
    ex.go_to(leg, leg.context, caller.exten, 1)
    ex.set_line(leg, caller.number, caller.cname)
    return leg


def dial(
    ex: Exchange,
    caller: Channel,
    leg: Channel,
    dialstring: str,
    ring_s: float | None,
    patience_s: float = DIAL_LIMIT_S + 1,
) -> Outcome:
    """Rings ``leg`` for ``caller``; returns ``answered``, or the call is over: ``ended``."""
    caller.application, caller.data = "Dial", f"PJSIP/{dialstring},20"
    leg.application, leg.data = "AppDial", "(Outgoing Line)"
    ex.dial_begin(caller, leg, dialstring)
    ex.set_line(caller, leg.number, leg.cname)
    ex.set_state(leg, RINGING)
    ex.dial_ringing(caller, leg)
    ex.refresh(leg.device)
    waits = [DIAL_LIMIT_S, patience_s] + ([] if ring_s is None else [ring_s])
    word = yield from ex.sim.pass_until(ex.now + min(waits) * 1000, "hangup")
    if not word and ring_s is not None and ring_s == min(waits):
        ex.set_state(leg, UP)
        leg.exten = ""
        ex.dial_end(caller, leg, "ANSWER")
        ex.set_state(caller, UP)
        return "answered"
    given_up = word == f"hangup {caller.uniqueid}" or (not word and patience_s == min(waits))
    if given_up and not word:
        ex.hangup_request(caller)
    ex.dial_end(caller, leg, "CANCEL" if given_up else "NOANSWER")
    ex.close_channel(leg, 0)
    ex.refresh(leg.device)
    end_alone(ex, caller, 0 if given_up else 16)
    return "ended"


def join(ex: Exchange, caller: Channel, leg: Channel) -> Bridge:
    """Bridges both; the dialled party enters first."""
    bridge = ex.create_bridge()
    ex.enter(bridge, leg)
    ex.refresh(leg.device)
    ex.enter(bridge, caller)
    ex.refresh(caller.device)
    return bridge


def converse(ex: Exchange, bridge: Bridge, caller: Channel, leg: Channel, talk: Talk) -> Outcome:
    """They talk until the plan or an AMI Hangup ends it; ``agent`` is the dialled party here."""
    end = ex.now + talk.seconds * 1000
    for begin_s, length_s in talk.holds:
        word = yield from hold(ex, leg, caller, min(end, ex.now + begin_s * 1000), length_s)
        if word:
            part(ex, bridge, caller, leg, None)
            return "ended"
    word = yield from ex.sim.pass_until(end, "hangup")
    part(ex, bridge, caller, leg, None if word else talk.by)
    return "ended"


def hold(
    ex: Exchange, presser: Channel, hearer: Channel, begin: float, length_s: float
) -> Generator[float, str | None, str]:
    """Hold pressed at ``begin`` (epoch ms) and taken off again; returns an interrupting word."""
    word = yield from ex.sim.pass_until(begin, "hangup goto")
    if word:
        return word
    ex.say("Hold", presser, ("MusicClass", "default"))
    ex.say("MusicOnHoldStart", hearer, ("Class", "default"))
    hearer.on_hold = True
    ex.refresh(hearer.device)
    word = yield from ex.sim.pass_until(ex.now + length_s * 1000, "hangup goto")
    hearer.on_hold = False
    if word:
        return word
    ex.say("Unhold", presser)
    ex.say("MusicOnHoldStop", hearer)
    ex.refresh(hearer.device)
    return ""


def part(ex: Exchange, bridge: Bridge, caller: Channel, leg: Channel, by: Side | None) -> None:
    """The end of a two-party call; ``by`` None: Asterisk ended it, no far end asked."""
    if by == "caller":
        ex.hangup_request(caller, 16)
        ex.leave(bridge, caller)
        ex.leave(bridge, leg)
    else:
        if by == "agent":
            ex.hangup_request(leg, 16)
        ex.leave(bridge, leg)
        ex.leave(bridge, caller)
    ex.destroy_bridge(bridge)
    ex.soft_hangup(caller)
    ex.close_channel(leg, 16)
    ex.close_channel(caller, 16)
    ex.refresh(leg.device)
    ex.refresh(caller.device)


def end_alone(ex: Exchange, channel: Channel, cause: int) -> None:
    """A channel runs out of dialplan."""
    ex.soft_hangup(channel)
    ex.close_channel(channel, cause)
    ex.refresh(channel.device)

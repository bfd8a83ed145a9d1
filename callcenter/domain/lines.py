"""Legs as parts of a call: which leg begins one, whom a leg dials, and what its end means.

The *first* leg opens the journey; the *customer's* leg is the one to follow. Inbound they are the
same. Of a call of ours the customer's leg is the line that was dialled, and it may change until
one answers (a second trunk after the first was busy).
"""

from __future__ import annotations

import re

from . import conversations, diversion, offers, stand_ins, visits
from .calls import CallTrack, Scene, outcome_of
from .facts import CallAnswered, CallEnded, CallStarted
from .legs import Leg
from .model import EndedBy, SettledBy

NUMBER = re.compile(r"^[+*#]?[0-9*#]{2,20}$")
INNER_DIGITS = 6
"""Numbers of the house have no more digits than this."""
_TRUNKED = re.compile(r"^(?:sip:)?([^@/:]+)@|/(?:sip:)?([^@/:]+)")


def start(scene: Scene, leg: Leg, at: int) -> CallTrack:
    """A journey begins with this leg."""
    call = f"{scene.pbx}:{leg.id}"
    leg.call = call
    internal = scene.internal(leg)
    track = CallTrack(
        id=call,
        first=leg.id,
        customer=leg.id,
        direction="internal" if internal else "inbound",
        started_at=at,
        number=leg.number,
        cname=leg.cname,
        line=leg.exten if NUMBER.match(leg.exten) and not internal else "",
    )
    scene.calls[call] = track
    for half in scene.legs.wire(leg):
        half.call = half.call or call
    scene.say(
        CallStarted(
            at=at,
            pbx=scene.pbx,
            call=call,
            uniqueid=leg.id,
            linkedid=leg.linkedid or leg.id,
            channel=leg.name,
            direction=track.direction,
            number=track.number,
            name=track.cname,
            line=track.line,
        )
    )
    return track


def call_of(scene: Scene, leg_id: str, at: int) -> CallTrack | None:
    """The call of a caller's leg; begun now when we first hear of it here."""
    leg = scene.legs.get(leg_id)
    if leg is None:
        scene.odd += 1
        return None
    return scene.calls.get(leg.call) or start(scene, leg, at)


def dialled(
    scene: Scene, caller: Leg | None, dest: Leg, dialstring: str, at: int
) -> CallTrack | None:
    """A leg dials another. Gives the call if its direction or customer became clear by that."""
    dest.parent = caller.id if caller is not None else ""
    dest.originated = caller is None
    if not dest.half and not dest.agent:
        plain, number = parse(dest.endpoint, dialstring)
        if plain:
            scene.devices.add(dest.endpoint.lower())
        dest.external = not plain and not scene.internal(dest)
        dest.dialled = number
    else:
        number = ""
    if caller is None:
        track = scene.calls.get(dest.call)
        if track is not None and track.first == dest.id:
            if dest.external:
                return _outbound(track, dest, number)
            if _rung_for_another(scene, dest):
                return _outbound(track, dest, dest.number)
        return None
    if caller.call:
        for half in scene.legs.wire(dest):
            half.call = caller.call
    track = scene.calls.get(dest.call)
    if track is None or dest.offer:
        return None
    _for_member(scene, track, caller)
    if caller.half and caller.met:
        # Its phone has talked, and it dials again: it has the customer with it.
        caller.inherits = False
    if caller.agent and caller.half and caller.inherits:
        if dest.agent != caller.agent:
            # It rang before its dial was told, and was taken for that of who else has this phone.
            scene.absent(dest)
        for half in scene.legs.wire(dest):
            half.agent, half.behind = caller.agent, True
        return None
    if dest.external:
        if track.direction in ("internal", "outbound") and not track.far_answered:
            return _outbound(track, dest, number)
        if stand_ins.dials_customer(scene, track, caller):
            stand_ins.begin_anew(scene, track, at)
            return _outbound(track, dest, number)
        return None
    agent = scene.agents.by_device(dest.endpoint) if dest.half else scene.attribute(dest)
    if agent is None:
        return None
    if dest.half:
        for half in scene.legs.wire(dest):
            half.agent = agent.ref.id
    if dest.id not in (track.first, track.customer):
        # Who dials on for a caller in a queue (a phone that forwards) rings for that visit.
        waiting = track.waiting()
        if waiting is None:
            offers.begin(scene, track, agent, dest, at)
        else:
            offers.begin(scene, track, agent, dest, at, waiting.number, waiting.queue)
    return None


def _for_member(scene: Scene, track: CallTrack, caller: Leg) -> None:
    """Notes for whom a Local half dials that a queue rings, before the queue has said so.

    app_queue tells ``AgentCalled`` once the Local is under way, and the dialplan behind it runs in
    a thread of its own: either may come first (ASTERISK 3.9). The half's name tells it as well.
    """
    if not caller.half or caller.agent or track.waiting() is None:
        return
    wire = scene.legs.wire(caller)
    if any(half.parent or half.id in (track.first, track.customer) for half in wire):
        return
    member = scene.agents.by_device(caller.endpoint)
    if member is not None:
        for half in wire:
            half.agent = member.ref.id


def _rung_for_another(scene: Scene, leg: Leg) -> bool:
    """Whether a phone of ours is rung with a number that is not of the house (click-to-call): the
    call is meant for that number, and the phone is where it is made from.
    """
    inner = leg.number.isdecimal() and len(leg.number) <= INNER_DIGITS
    own = leg.number == leg.endpoint.partition("/")[2]
    return scene.internal(leg) and bool(NUMBER.match(leg.number)) and not (inner or own)


def _a_line(scene: Scene, leg: Leg) -> bool:
    """Whether this leg is neither a phone of the house nor a Local channel."""
    return not leg.half and not scene.internal(leg)


def _outbound(track: CallTrack, dest: Leg, number: str) -> CallTrack:
    track.direction = "outbound"
    track.customer = dest.id
    track.number = number or dest.number
    track.cname = ""
    track.presentation = "shown"
    return track


def parse(endpoint: str, dialstring: str) -> tuple[bool, str]:
    """Whether a dial string names the device itself, and the number it carries if not.

    ``PJSIP/1001``, ``1001`` and ``1001/sip:1001@host`` (a registered contact of that very device)
    are the device; ``0912@trunk``, ``trunk/0912`` and ``trunk/sip:0912@host`` go through it.
    """
    resource = endpoint.partition("/")[2]
    text = dialstring
    tech = endpoint.partition("/")[0]
    if text.lower().startswith(tech.lower() + "/"):
        text = text[len(tech) + 1 :]
    if text.lower() == resource.lower():
        return True, ""
    found = _TRUNKED.search(text)
    number = (found.group(1) or found.group(2) or "") if found else ""
    if number.lower() == resource.lower() and "@" in text:
        return True, ""
    return (not text), number


def dial_ended(scene: Scene, dest: Leg, status: str, at: int) -> None:
    """A dial attempt ended: an offer, or the line to the customer."""
    track = scene.calls.get(dest.call)
    if track is None:
        return
    offer = offers.of_leg(track, dest)
    if status == "CANCEL" and dest.hungup_far:
        # Nobody cancels a phone that ended the call itself, and did not reject it: it forwards.
        diversion.away(scene, dest, at)
    if offer is not None:
        how = offers.BY_DIAL.get(status)
        if how is not None:
            offers.leg_ended(scene, track, offer, dest, how, at)
    elif dest.id == track.customer and track.direction == "outbound" and _a_line(scene, dest):
        dest.dial_told = True
        if status == "ANSWER" and not track.far_answered:
            track.far_answered = True
            scene.say(CallAnswered(at=at, pbx=scene.pbx, call=track.id))
        elif not track.far_answered:
            track.dial_ends.append(status)


def swapped(scene: Scene, leg: Leg, old: Leg) -> None:
    """``leg`` takes the place of ``old`` in a bridge (local optimisation, attended transfer)."""
    if old.half and old.agent and not leg.agent and scene.attribute(leg) is None:
        leg.agent = old.agent
    track = scene.calls.get(old.call)
    if track is None:
        return
    if not leg.call:
        leg.call = old.call
    if track.customer == old.id and leg.call == track.id and not leg.agent:
        track.customer = leg.id
        for visit in track.visits.values():
            if visit.leg == old.id:
                visit.leg = leg.id


def described(scene: Scene, leg: Leg | None) -> str:
    """Whom a transfer's target leg stands for, in words for a person: extension or number."""
    if leg is None:
        return ""
    if leg.half:
        return leg.endpoint.partition("/")[2].partition("@")[0]
    if leg.external:
        return leg.dialled or leg.number
    return leg.number or leg.endpoint.partition("/")[2]


def gone(scene: Scene, leg: Leg, at: int, cause: int) -> None:
    """A leg is gone: its offer, its visit, its conversation, perhaps the call."""
    track = scene.calls.get(leg.call)
    agent = scene.agents.get(leg.agent)
    if agent is not None:
        agent.busy_legs.pop(leg.id, None)
        agent.ringing_legs.pop(leg.id, None)
        scene.touch(agent.ref.id)
    affected = scene.legs.component(leg)
    scene.legs.remove(leg.id)
    if track is not None:
        offer = offers.of_leg(track, leg)
        if offer is not None:
            how = offers.BY_CAUSE.get(cause, "cancelled")
            offers.leg_ended(scene, track, offer, leg, how, at)
        if agent is not None and not scene.blind and track.id not in agent.busy_legs.values():
            how = "rejected" if leg.hungup_far else "cancelled"
            offers.lifted_in_vain(scene, track, agent.ref.id, how, at)
        customer = scene.legs.get(track.customer)
        for visit in list(track.visits.values()):
            if visit.leg != leg.id:
                continue
            if customer is not None and not (visit.left_at or visit.gave_up_at):
                visit.leg = customer.id
            else:
                far, silent = leg.hungup_far, leg.silent and scene.misses_nothing(at)
                visits.settle(scene, track, visit, at, gone=True, far=far, silent=silent)
        unanswered = track.direction == "outbound" and not track.far_answered
        if unanswered and leg.id == track.customer and _a_line(scene, leg) and not leg.dial_told:
            track.dial_ends.append(DIAL_BY_CAUSE.get(cause, "NOANSWER"))
        if _ends(scene, track, leg):
            end(scene, track, at)
    conversations.settle_all(scene, affected, at)


def _ends(scene: Scene, track: CallTrack, leg: Leg) -> bool:
    if leg.id == track.customer:
        first = scene.legs.get(track.first)
        if track.direction == "outbound" and not track.far_answered and first is not None:
            track.customer = track.first
            return False
        return True
    if leg.id == track.first:
        return track.customer not in scene.legs.legs or (
            track.direction == "outbound" and not track.far_answered
        )
    return False


def end(scene: Scene, track: CallTrack, at: int, settled_by: SettledBy = "ami") -> None:
    """The journey is over: everything still open in it ends now."""
    lost = settled_by == "lost_sight"
    # A PBX that started anew has ended by itself whatever we last saw going on there.
    unproved = lost and not scene.stopping_at
    for talk in list(track.talks.values()):
        by: EndedBy = "unknown" if unproved else conversations.by_whom(scene, track, talk, at)
        when = talk.parted_at if talk.parted_at and not talk.consulting else at
        conversations.end(scene, track, talk, by, when)
    for offer in list(track.offers.values()):
        offers.end(scene, track, offer, "cancelled", at)
    if not scene.blind:
        for agent_id in list(track.answered_offers):
            offers.lifted_in_vain(scene, track, agent_id, "cancelled", at)
    visits.unnamed(scene, track)
    for visit in list(track.visits.values()):
        visits.settle(scene, track, visit, at, gone=True, far=bool(track.asked_at) and not lost)
    scene.let_go(track)
    scene.say(
        CallEnded(
            at=at,
            pbx=scene.pbx,
            call=track.id,
            ended_by="unknown" if unproved else _ended_by(scene, track, at),
            outcome=outcome_of(track),
            settled_by=settled_by,
        )
    )


DIAL_BY_CAUSE = {17: "BUSY", 21: "BUSY", 3: "CONGESTION", 20: "CONGESTION", 34: "CONGESTION"}
"""How a line that was dialled ended when its hang-up is told before its DialEnd, or instead."""
AFTER_TALK_MS = 2_000
"""A call that ends this soon after its last conversation was ended by who ended that."""


STAYED_MS = 500
"""A customer whose own line hangs up this long after his last conversation was still there."""


def _ended_by(scene: Scene, track: CallTrack, at: int) -> EndedBy:
    if scene.stopping_at:
        return "pbx"
    if track.taken_over:
        return "transfer"
    stayed = track.asked_at - track.last_parted_at > STAYED_MS
    if track.last_end in ("caller", "agent") and at - track.last_parted_at < AFTER_TALK_MS:
        return "caller" if stayed else track.last_end
    if track.asked_at:
        return (
            "agent"
            if track.first_asked_at and track.first_asked_at < track.asked_at
            else (
                "agent"
                if track.direction == "outbound" and track.customer == track.first
                else "caller"
            )
        )
    if track.first_asked_at:
        return "agent"
    return "pbx" if scene.misses_nothing(at) else "unknown"

"""What is said of single legs: that they come, change, dial, are recorded, and go.

A signal may come twice, late, or about a leg that we never saw: the first two change nothing, the
last is counted as odd.
"""

from __future__ import annotations

from . import conversations, lines, visits
from .calls import CallTrack, Scene
from .facts import CallReclassified, RecordingStarted
from .legs import DIALLING, NOT_PEOPLE, RING, RINGING, UP, Leg
from .signals import (
    DialBegan,
    DialEnded,
    LegCallerId,
    LegGone,
    LegHangupAsked,
    LegSeen,
    LegState,
    LocalPaired,
    RecordingBegan,
)

SHUTDOWN = 4
"""The soft hang-up flag of a leg that goes because Asterisk does."""
DEVICE_GONE = 1
"""The soft hang-up flag of a device or line that failed (no voice from it for long, say): its own
end, like a hang-up, though the PBX had to notice it (ASTERISK 1.1)."""


def seen(scene: Scene, s: LegSeen) -> None:
    """A leg exists, by an event or a row of the roster."""
    if s.leg in scene.legs.gone:
        return
    leg = scene.legs.get(s.leg)
    if leg is not None:
        leg.in_roster = leg.in_roster or s.row
        return
    leg = scene.legs.add(s.leg, s.name, s.state, s.at - s.age_ms)
    leg.linkedid, leg.number, leg.cname = s.linkedid, s.number, s.cname
    leg.context, leg.exten, leg.in_roster = s.context, s.exten, s.row
    # Whoever dials a Local hands on his Linkedid: the first of its own was originated.
    leg.originated = s.row and bool(leg.half) and s.linkedid in ("", s.leg)
    leg.spy = leg.endpoint.partition("/")[0] in NOT_PEOPLE
    if leg.spy:
        return
    known = scene.calls.get(f"{scene.pbx}:{s.linkedid or s.leg}")
    head = scene.legs.get(s.linkedid)
    if s.leg in scene.expected:
        scene.expected.pop(s.leg).take(leg)
    elif known is not None:
        leg.call = known.id
    elif s.linkedid in ("", s.leg):
        lines.start(scene, leg, leg.born if s.row else s.at)
    elif head is not None:
        leg.call = head.call
    _noted_up(scene, leg)
    if s.row or s.state in (DIALLING, RING):
        presence(scene, leg)


def stands(scene: Scene, s: LegState) -> None:
    """A leg's channel state changed."""
    leg = scene.legs.get(s.leg)
    if leg is None:
        scene.odd += 1
    elif leg.state != s.state:
        leg.state = s.state
        _noted_up(scene, leg)
        presence(scene, leg)


def _noted_up(scene: Scene, leg: Leg) -> None:
    track = scene.calls.get(leg.call)
    if leg.state == UP and track is not None and track.first == leg.id:
        track.stood = True


def presence(scene: Scene, leg: Leg) -> None:
    """Keeps which of an agent's own legs talk or ring, queue or no queue."""
    if leg.half or leg.external or leg.spy or leg.pool:
        return
    agent = scene.attribute(leg)
    if agent is None:
        return
    agent.ringing_legs.pop(leg.id, None)
    if leg.state == UP or (leg.state in (DIALLING, RING) and not leg.parent):
        if leg.id not in agent.busy_legs:
            agent.busy_legs[leg.id] = leg.call
    elif leg.state == RINGING:
        agent.ringing_legs[leg.id] = leg.call
    scene.touch(agent.ref.id)


def presents(scene: Scene, s: LegCallerId) -> None:
    """A leg's number, name or their presentation changed."""
    leg = scene.legs.get(s.leg)
    if leg is None:
        scene.odd += 1
        return
    leg.number, leg.cname, leg.presentation = s.number, s.cname, s.presentation
    track = scene.calls.get(leg.call)
    if track is None or track.first != leg.id or track.direction == "outbound":
        return
    now = (s.number or track.number, s.cname or track.cname, s.presentation)
    hidden = s.presentation != "shown" and track.presentation == "shown"
    if (track.offers or track.answered_offers or track.answered) and not hidden:
        return
    if now != (track.number, track.cname, track.presentation):
        track.number, track.cname, track.presentation = now
        reclassified(scene, track, s.at)


def reclassified(scene: Scene, track: CallTrack, at: int) -> None:
    """Tells what a call is taken for now."""
    scene.say(
        CallReclassified(
            at=at,
            pbx=scene.pbx,
            call=track.id,
            direction=track.direction,
            number=track.number,
            name=track.cname,
            presentation=track.presentation,
            line=track.line,
            leg=track.customer,
            anew=track.anew,
        )
    )
    track.anew = False


def hangup_asked(scene: Scene, s: LegHangupAsked) -> None:
    """A leg is about to go: asked by its own far end, or by Asterisk.

    When Asterisk goes down it asks every leg at once and says so, before any event tells the ends
    that follow as the deeds of people (ASTERISK 12.4).
    """
    if s.flag == SHUTDOWN and not s.far:
        scene.stopping_at = scene.stopping_at or s.at
    leg = scene.legs.get(s.leg)
    if leg is None:
        scene.odd += 1
        return
    if leg.hungup_at:
        return
    far = s.far or s.flag == DEVICE_GONE
    leg.hungup_at, leg.hungup_far = s.at, far
    agent = scene.agents.get(leg.agent)
    if far and agent is not None and not leg.half:
        # Asterisk may keep the leg of a phone that hung up, to call it back (ASTERISK 1.4).
        agent.busy_legs.pop(leg.id, None)
        scene.touch(agent.ref.id)
    track = scene.calls.get(leg.call)
    if track is not None and track.keyless is not None and track.keyless.leg == leg.id:
        visits.stood_at(scene, track, s.context, s.exten, s.at)
    if track is None or not far:
        return
    for visit in track.visits.values():
        if leg.id in (visit.leg, track.customer):
            visit.hungup_at = visit.hungup_at or s.at
    if leg.id == track.customer:
        track.asked_at = track.asked_at or s.at
        return
    found = conversations.talk_of_leg(scene, leg)
    if leg.half and found is not None and conversations.own_phone(scene, *found) is not None:
        # The phone behind speaks for him. A Local half only repeats what its other half was told,
        # or takes itself out.
        return
    if found is not None:
        found[1].asked_at = found[1].asked_at or s.at
    elif leg.id == track.first:
        track.first_asked_at = track.first_asked_at or s.at


def gone(scene: Scene, s: LegGone) -> None:
    """A leg is no more."""
    scene.legs.remember_gone(s.leg)
    leg = scene.legs.get(s.leg)
    if leg is not None:
        track = scene.calls.get(leg.call)
        if track is not None:
            visits.stood_at_last(track, leg.id, s.context, s.exten)
        lines.gone(scene, leg, s.at, s.cause)


def paired(scene: Scene, s: LocalPaired) -> None:
    """Two Local halves are one wire."""
    one, two = scene.legs.get(s.one), scene.legs.get(s.two)
    if one is None or two is None:
        scene.odd += 1
        return
    scene.legs.pair(one, two)
    one.call = two.call = one.call or two.call
    one.agent = two.agent = one.agent or two.agent


def dial_began(scene: Scene, s: DialBegan) -> None:
    """A leg, or nobody, dials another."""
    dest = scene.legs.get(s.dest)
    if dest is None:
        scene.odd += 1
        return
    caller = scene.legs.get(s.caller)
    track = lines.dialled(scene, caller, dest, s.dialstring, s.at)
    if track is not None:
        reclassified(scene, track, s.at)
    ours = None if caller is None else scene.calls.get(caller.call)
    if ours is not None and caller is not None and ours.customer == caller.id:
        conversations.goes_on(scene, ours, lines.described(scene, dest), s.at)
    presence(scene, dest)


def dial_ended(scene: Scene, s: DialEnded) -> None:
    """A dial attempt is over."""
    dest = scene.legs.get(s.dest)
    if dest is None:
        scene.odd += 1
        return
    lines.dial_ended(scene, dest, s.status, s.at)


def recorded(scene: Scene, s: RecordingBegan) -> None:
    """A recording of this leg's call began; told once per file."""
    leg = scene.legs.get(s.leg)
    track = None if leg is None else scene.calls.get(leg.call)
    if track is not None and s.file and s.file not in track.recordings:
        track.recordings.append(s.file)
        scene.say(RecordingStarted(at=s.at, pbx=scene.pbx, call=track.id, file=s.file))

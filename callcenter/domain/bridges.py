"""What is said of legs together: bridges entered and left, hold, transfers, parking, pick-ups.

Who talks with whom is read from the bridges (``conversations.settle``); the other signals only
say why they change.
"""

from __future__ import annotations

from . import conversations, lines, offers
from .calls import Scene
from .model import Transfer
from .signals import (
    BridgeJoined,
    BridgeParted,
    HoldPressed,
    Parked,
    PickedUp,
    SpyBegan,
    Transferred,
)


def joined(scene: Scene, s: BridgeJoined) -> None:
    """A leg entered a bridge, perhaps in the place of another."""
    leg = scene.legs.get(s.leg)
    if leg is None:
        scene.odd += 1
        return
    if s.row and leg.bridge:
        return
    swapped = scene.legs.get(s.swap)
    if swapped is not None:
        lines.swapped(scene, leg, swapped)
    scene.legs.enter(leg, s.bridge, s.kind)
    conversations.settle_all(scene, scene.legs.component(leg), s.at)


def parted(scene: Scene, s: BridgeParted) -> None:
    """A leg left a bridge."""
    leg = scene.legs.get(s.leg)
    if leg is None or leg.bridge != s.bridge:
        return
    calls = scene.legs.component(leg)
    scene.legs.leave(leg)
    conversations.settle_all(scene, calls, s.at)


def hold_pressed(scene: Scene, s: HoldPressed) -> None:
    """An agent pressed hold, or took it off."""
    leg = scene.legs.get(s.leg)
    found = None if leg is None else conversations.talk_of_leg(scene, leg)
    if leg is None or found is None or found[0].customer == leg.id:
        return
    if s.on:
        conversations.hold(scene, *found, s.at)
    elif not found[1].consulting:
        conversations.resume(scene, *found, s.at)


def transferred(scene: Scene, s: Transferred) -> None:
    """A transfer succeeded."""
    transferee = scene.legs.get(s.transferee)
    if transferee is not None and transferee.half:
        transferee.inherits = False
    leg = scene.legs.get(s.transferer)
    if leg is None:
        return
    track = scene.calls.get(leg.call)
    if track is None:
        return
    if leg.id == track.customer:
        # He left by handing the agent on: that is how he hung up.
        track.walked_off = not s.stays
        track.asked_at = track.asked_at or (0 if s.stays else s.at)
        return
    agent = scene.attribute(leg)
    if agent is None:
        return
    talk = track.talks.get(agent.ref.id) or track.ended_talks.get(agent.ref.id)
    if talk is None:
        return
    second = scene.legs.get(s.second)
    asked = second if second is not leg else None
    to = s.to or lines.asked_for(scene, track, asked, scene.legs.get(s.target))
    if s.stays:
        talk.brought_in = Transfer(s.kind, to)
    else:
        conversations.handed_on(scene, track, talk, Transfer(s.kind, to), s.at)
    if asked is not None:
        consultation = scene.calls.get(asked.call)
        if consultation is not None and consultation.first == asked.id:
            consultation.taken_over = True
        if s.steps_in and transferee is not None:
            lines.steps_in(scene, track, transferee, asked, s.at)
    conversations.settle(scene, track, s.at)


def parked(scene: Scene, s: Parked) -> None:
    """The customer was parked by whoever talked with him.

    Through the far half of a member's Local channel as well: that half is the customer's then.
    A blind transfer to the parking extension says first that it is a transfer.
    """
    leg = scene.legs.get(s.leg)
    track = None if leg is None else scene.calls.get(leg.call)
    if leg is None or track is None or not (leg.half or track.customer == leg.id):
        return
    leg.inherits = False
    parking = Transfer("parked", s.space)
    for talk in list(track.talks.values()):
        conversations.handed_on(scene, track, talk, parking, s.at)
    for talk in [*track.talks.values(), *track.ended_talks.values()]:
        conversations.parked_after_all(scene, track, talk, parking, s.at)
    conversations.settle_all(scene, (track.id,), s.at)


def picked_up(scene: Scene, s: PickedUp) -> None:
    """Another phone answers for one that rings."""
    target, picker = scene.legs.get(s.target), scene.legs.get(s.picker)
    if target is None or picker is None:
        return
    track = scene.calls.get(target.call)
    offer = None if track is None else offers.of_leg(track, target)
    if track is not None and offer is not None:
        offers.leg_ended(scene, track, offer, target, "cancelled", s.at)


def spied(scene: Scene, s: SpyBegan) -> None:
    """A leg turned out to listen to others."""
    leg = scene.legs.get(s.leg)
    if leg is not None:
        leg.spy = True
        conversations.settle_all(scene, (leg.call,), s.at)

"""What is said of legs together: bridges entered and left, hold, pick-ups, listeners.

Who talks with whom is read from the bridges (``conversations.settle``); the other signals only
say why they change.
"""

from __future__ import annotations

from . import channels, conversations, diversion, lines, offers, pool, stand_ins, visits
from .calls import Scene
from .signals import (
    BridgeJoined,
    BridgeParted,
    HoldPressed,
    PickedUp,
    SpyBegan,
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
    pool.speaks(scene, leg)
    conversations.settle_all(scene, scene.legs.component(leg), s.at)
    visits.bridged(scene, leg, s.at)


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
    if leg is not None:
        leg.holds = s.on
    if leg is None or found is None or found[0].customer == leg.id:
        return
    if s.on:
        conversations.hold(scene, *found, s.at)
    elif not found[1].consulting:
        conversations.resume(scene, *found, s.at)


def picked_up(scene: Scene, s: PickedUp) -> None:
    """Another phone answers for one that rings."""
    target, picker = scene.legs.get(s.target), scene.legs.get(s.picker)
    if target is None or picker is None:
        return
    track = scene.calls.get(target.call)
    offer = None if track is None else offers.of_leg(track, target)
    if track is not None and offer is not None:
        offers.leg_ended(scene, track, offer, target, "cancelled", s.at)
    diversion.away(scene, target, s.at)


def spied(scene: Scene, s: SpyBegan) -> None:
    """A leg turned out to listen to others."""
    leg = scene.legs.get(s.leg)
    if leg is None:
        return
    track = scene.calls.get(leg.call)
    own = [leg]
    if track is not None and any(half.id == track.first for half in scene.legs.wire(leg)):
        # All legs of the call that he began, or that was made to ring him, are his.
        own = [other for other in scene.legs.legs.values() if other.call == track.id]
        if track.direction != "internal":
            stand_ins.begin_anew(scene, track, s.at)
            track.direction = "internal"
            channels.reclassified(scene, track, s.at)
    for each in own:
        scene.absent(each)
        each.spy = True
    conversations.settle_all(scene, (leg.call,), s.at)

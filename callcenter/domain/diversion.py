"""A phone that is rung through a member's Local channel gives its call to somebody else.

It forwards (302), or a colleague picks it up. The queue goes on to ring the member and names him
when it is answered; but he was rung in vain, and who speaks is whose phone it is (ASTERISK 3.9).
"""

from __future__ import annotations

from . import offers
from .calls import CallTrack, Scene
from .legs import Leg


def away(scene: Scene, phone: Leg, at: int) -> None:
    """This phone has given its call away; another phone of his that rings keeps the member rung."""
    track, through = scene.calls.get(phone.call), scene.legs.get(phone.parent)
    if not phone.behind or track is None or through is None:
        return
    dialled = [leg for leg in scene.legs.legs.values() if leg.parent == through.id]
    if any(leg.behind and not leg.half and leg.id != phone.id for leg in dialled):
        return
    wire = scene.legs.wire(through)
    for half in wire:
        half.inherits = False
    for leg in dialled:
        if leg.half:
            _own(scene, track, leg, at)
    track.diverted |= {half.id for half in wire}
    for offer in list(track.offers.values()):
        if offer.legs & track.diverted:
            offers.end(scene, track, offer, "cancelled", at)
    # The queue's word that somebody answered may come before the word that it was not he.
    offers.taken_back(scene, track, phone.agent, "cancelled", at)


def _own(scene: Scene, track: CallTrack, leg: Leg, at: int) -> None:
    """Whom this leg was dialled for was believed to be the member: the phone speaks for itself."""
    wire = scene.legs.wire(leg)
    for half in wire:
        half.agent, half.behind = "", False
    if not leg.half:
        agent, visit = scene.attribute(leg), track.waiting()
        if agent is not None and visit is not None:
            offers.begin(scene, track, agent, leg, at, visit.number, visit.queue)
    ids = {half.id for half in wire}
    for dialled in list(scene.legs.legs.values()):
        if dialled.behind and dialled.parent in ids:
            _own(scene, track, dialled, at)

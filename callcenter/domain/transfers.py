"""What is said of a call handed on: transfers and parking.

The bridges prove who talks with whom (``conversations.settle``); these signals say how it came so
and to whom, and, where Asterisk exchanges channels silently, what goes on in whose place.
"""

from __future__ import annotations

from . import conversations, lines, offers, visits
from .calls import CallTrack, OpenTalk, Scene
from .legs import Leg
from .model import Transfer
from .signals import Parked, Transferred


def transferred(scene: Scene, s: Transferred) -> None:
    """A transfer succeeded.

    Asterisk tells it once all is done: on a busy machine who handed on, and who was handed on to
    nowhere, may be gone before.
    """
    transferee = scene.legs.get(s.transferee)
    if transferee is not None and transferee.half:
        transferee.inherits = False
    leg, second = scene.legs.was(s.transferer), scene.legs.was(s.second)
    asked = None if second is leg else second
    # A phone may refer either of its two calls to the other.
    if _handed_on(scene, s, leg, asked, s.target) or _handed_on(scene, s, asked, leg, s.transferee):
        return
    track = None if leg is None else scene.calls.get(leg.call)
    if leg is not None and track is not None and leg.id == track.customer and not s.stays:
        # The customer's own line handed the agent on: that is how he left.
        track.walked_off = True
        track.asked_at = track.asked_at or s.at


def _handed_on(
    scene: Scene, s: Transferred, leg: Leg | None, asked: Leg | None, target: str
) -> bool:
    """Whether this leg is that of an agent with a customer; then says to whom he gave him."""
    track = None if leg is None else scene.was(leg.call)
    if leg is None or track is None or leg.id == track.customer:
        return False
    agent = scene.attribute(leg)
    talk = None if agent is None else track.talks.get(agent.ref.id)
    if talk is None and agent is not None:
        talk = track.ended_talks.get(agent.ref.id)
    if talk is None:
        return False
    to = s.to or _asked_for(scene, track, asked, scene.legs.get(target))
    if s.stays:
        talk.brought_in = Transfer(s.kind, to)
    else:
        conversations.handed_on(scene, track, talk, Transfer(s.kind, to), s.at)
    consultation = None if asked is None else scene.calls.get(asked.call)
    if asked is not None and consultation is not None and consultation.first == asked.id:
        consultation.taken_over = True
        transferee = scene.legs.get(s.transferee)
        if s.steps_in and transferee is not None:
            _steps_in(scene, track, transferee, asked, consultation, s.at)
    # Of a call that is over nothing begins or ends any more.
    conversations.settle_all(scene, (track.id,), s.at)
    return True


def parked(scene: Scene, s: Parked) -> None:
    """The customer was parked by whoever talked with him.

    Through the far half of a member's Local channel as well: that half is the customer's then.
    A blind transfer to the parking extension says first that it is a transfer.
    """
    leg = scene.legs.get(s.leg)
    track = None if leg is None else scene.calls.get(leg.call)
    if leg is None or track is None:
        return
    if not (leg.half or track.customer == leg.id):
        _agent_parked(scene, track, leg, s)
        return
    leg.inherits = False
    parking = Transfer("parked", s.space)
    for talk in list(track.talks.values()):
        conversations.handed_on(scene, track, talk, parking, s.at)
    for talk in [*track.talks.values(), *track.ended_talks.values()]:
        _parked_after_all(scene, track, talk, parking, s.at)
    conversations.settle_all(scene, (track.id,), s.at)


def _agent_parked(scene: Scene, track: CallTrack, leg: Leg, s: Parked) -> None:
    """The customer's own line parked the agent: that is how he left."""
    customer, agent = scene.legs.get(track.customer), scene.attribute(leg)
    talk = None if agent is None else track.talks.get(agent.ref.id)
    if talk is not None and customer is not None and s.by.lower() == customer.endpoint.lower():
        track.walked_off = True
        track.asked_at = track.asked_at or s.at
        conversations.settle(scene, track, s.at)


def _parked_after_all(
    scene: Scene, track: CallTrack, talk: OpenTalk, parking: Transfer, at: int
) -> None:
    """What was just told as a blind transfer led to the parking lot at once."""
    blind = talk.transfer is not None and talk.transfer.kind == "blind"
    if blind and at - (talk.parted_at or at) < conversations.PART_MS:
        talk.transfer = None
        conversations.handed_on(scene, track, talk, parking, at)


def _steps_in(
    scene: Scene, track: CallTrack, leg: Leg, second: Leg, own: CallTrack, at: int
) -> None:
    """``leg`` goes on in the place of ``second``, which an agent used for a call of his own.

    What that call waited for (a queue's agent, phones that ring) is the customer's from now on: it
    ends there and begins here. Asterisk exchanges two channels silently (ASTERISK 4.3).
    """
    for other in scene.legs.legs.values():
        if other.call == own.id and other.id != second.id:
            other.call = track.id
            other.parent = leg.id if other.parent == second.id else other.parent
            agent = scene.agents.get(other.agent)
            if agent is not None and other.id in agent.ringing_legs:
                agent.ringing_legs[other.id] = track.id
    moved = list(own.offers.values())
    for offer in moved:
        offers.end(scene, own, offer, "cancelled", at)
    for visit in list(own.visits.values()):
        visits.close(scene, own, visit, "withdrawn", at)
        visits.enter(scene, track, visit.queue, leg.id, at, 0, (visit.context, visit.exten))
    for offer in moved:
        place = track.waiting() if offer.visit is not None else None
        agent = scene.agents.of(offer.agent)
        for rung in [item for item in (scene.legs.get(one) for one in offer.legs) if item]:
            rung.offer = 0
            number, queue = (None, "") if place is None else (place.number, place.queue)
            offers.begin(scene, track, agent, rung, at, number, queue)


def _asked_for(scene: Scene, track: CallTrack, second: Leg | None, target: Leg | None) -> str:
    """Whom an agent asked for: what his second leg dialled, else whom he reached by it.

    A leg that we dialled has no number of its own to show (ASTERISK 0.2). Who hung up while it
    still rang has reached a Local half, and that is with the customer now.
    """
    dialled = second is not None and not second.parent and not second.originated
    if second is not None and dialled and lines.NUMBER.match(second.exten):
        return second.exten
    found = lines.described(scene, target)
    customer = scene.legs.get(track.customer)
    if found or customer is None:
        return found
    return next((lines.described(scene, leg) for leg in scene.legs.mates(customer) if leg.half), "")

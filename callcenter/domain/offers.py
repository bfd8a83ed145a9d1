"""Ringing agents: how an offer begins and ends.

The first word about the end of an offer is final (ASTERISK 1.2: a queue publishes DialEnd twice,
and AgentRingNoAnswer around it): a 486 says BUSY before the queue says "no answer", a ring time
out says "no answer" before CANCEL.
"""

from __future__ import annotations

from . import wrap_up
from .agents import Agent
from .calls import CallTrack, OpenOffer, Scene
from .facts import AgentOffered, OfferEnded
from .legs import Leg
from .model import OfferEnd

BY_DIAL: dict[str, OfferEnd] = {
    "ANSWER": "answered",
    "NOANSWER": "no_answer",
    "BUSY": "rejected",
    "CANCEL": "cancelled",
    "ABORT": "cancelled",
    "CONGESTION": "unreachable",
    "CHANUNAVAIL": "unreachable",
}
BY_CAUSE: dict[int, OfferEnd] = {
    17: "rejected",
    21: "rejected",
    18: "no_answer",
    19: "no_answer",
    3: "unreachable",
    20: "unreachable",
    27: "unreachable",
    34: "unreachable",
}


def begin(
    scene: Scene,
    track: CallTrack,
    agent: Agent,
    leg: Leg,
    at: int,
    visit: int | None = None,
    queue: str = "",
) -> None:
    """An agent's phone is being rung for this call; two phones of his at once are one offer."""
    if leg.offer:
        return
    for open_offer in track.offers.values():
        if open_offer.agent.id == agent.ref.id:
            open_offer.legs.add(leg.id)
            leg.offer = open_offer.number
            return
    track.offer_count += 1
    number = track.offer_count
    leg.offer = number
    track.offers[number] = OpenOffer(number, agent.ref, at, {leg.id}, visit, queue)
    track.turned_away.discard(agent.ref.id)
    agent.offers[(track.id, number)] = None
    wrap_up.end(scene, agent, at)
    scene.touch(agent.ref.id)
    scene.say(
        AgentOffered(
            at=at,
            pbx=scene.pbx,
            call=track.id,
            offer=number,
            agent=agent.ref,
            visit=visit,
            queue=queue,
            leg=leg.id,
        )
    )


def leg_ended(
    scene: Scene, track: CallTrack, offer: OpenOffer, leg: Leg, how: OfferEnd, at: int
) -> None:
    """Says how the ringing of one leg ended; while another phone of his rings, it goes on."""
    offer.legs.discard(leg.id)
    if how == "answered":
        scene.agents.of(offer.agent).busy_legs[leg.id] = track.id
    elif any(other in scene.legs.legs for other in offer.legs):
        return
    end(scene, track, offer, how, at)


def end(scene: Scene, track: CallTrack, offer: OpenOffer, how: OfferEnd, at: int) -> None:
    """Says how an open offer ended. When Asterisk stops, nobody left it unanswered."""
    if scene.stopping_at and how != "answered":
        how = "cancelled"
    del track.offers[offer.number]
    agent = scene.agents.of(offer.agent)
    agent.offers.pop((track.id, offer.number), None)
    offer.ring_ms = max(0, at - offer.at)
    scene.touch(agent.ref.id)
    if how == "answered":
        track.answered_offers[offer.agent.id] = offer
    else:
        track.turned_away.add(offer.agent.id)
        if offer.visit is None:
            track.direct_ends.append(how)
    _say_ended(scene, track, offer, how, at)


def _say_ended(scene: Scene, track: CallTrack, offer: OpenOffer, how: OfferEnd, at: int) -> None:
    scene.say(
        OfferEnded(
            at=at,
            pbx=scene.pbx,
            call=track.id,
            offer=offer.number,
            agent=offer.agent,
            end=how,
            ring_ms=offer.ring_ms,
            visit=offer.visit,
        )
    )


def lifted_in_vain(scene: Scene, track: CallTrack, agent_id: str, how: OfferEnd, at: int) -> None:
    """A member lifted and was never joined with the caller: that offer was no answer after all.

    He hung up while he heard the queue's announcement or was asked to confirm (AgentDump says so
    as well), or the caller went meanwhile. Said by a second fact about the same offer.
    """
    offer = track.answered_offers.get(agent_id)
    if offer is None or offer.visit is None:
        return
    visit = track.visits.get(offer.visit)
    if visit is None:
        # Numbered from 1, and each one's end is noted in turn.
        answered = track.visit_ends[offer.visit - 1 : offer.visit] == ["answered"]
    else:
        answered = bool(visit.connected_at)
    if not answered:
        taken_back(scene, track, agent_id, how, at)


def taken_back(scene: Scene, track: CallTrack, agent_id: str, how: OfferEnd, at: int) -> None:
    """An offer that was told as answered, if there is one, was not: said by a second fact."""
    offer = track.answered_offers.pop(agent_id, None)
    if offer is not None:
        track.turned_away.add(agent_id)
        _say_ended(scene, track, offer, how, at)


def of_leg(track: CallTrack, leg: Leg) -> OpenOffer | None:
    """The open offer that rings this leg."""
    return track.offers.get(leg.offer) if leg.offer else None

"""Going on after a restart of ours: the working state of a switchboard from the stored records.

What the records have is what had been concluded; the roster then confirms it. Legs that took part
are known again by their ids, so that nobody is rung, answered or begun a second time.
"""

from __future__ import annotations

from collections.abc import Iterable

from .agents import WrapUp
from .calls import CallTrack, Expected, OpenOffer, OpenTalk, OpenVisit, Scene
from .model import CallRecord, Offer


def resume(scene: Scene, records: Iterable[CallRecord]) -> None:
    """Takes up calls of this PBX that were open, and after-call work that went on.

    Of calls that are over, a leg that still hangs up must not begin another.
    """
    for record in records:
        if record.pbx != scene.pbx:
            continue
        if record.ended_at is None:
            _call(scene, track_of(record))
        else:
            scene.legs.remember_gone(record.uniqueid)
        scene.blind = scene.blind or record.unfinished
        for talk in record.conversations:
            if talk.parted_at is not None:
                # A pause that comes only now may say that he works after it.
                agent = scene.agents.of(talk.agent)
                if talk.parted_at >= agent.last_talk_at:
                    agent.last_talk = (record.id, talk.number)
                    agent.last_talk_at = talk.parted_at
            if talk.wraps_up:
                assert talk.wrapup_started_at is not None
                agent = scene.agents.of(talk.agent)
                until = talk.wrapup_until or 0
                agent.wrap = WrapUp(record.id, talk.number, talk.wrapup_started_at, until)
                if until:
                    scene.wake("agent " + agent.ref.id, until)
    for leg in scene.expected:
        scene.legs.gone.pop(leg, None)


def _call(scene: Scene, track: CallTrack) -> None:
    scene.calls[track.id] = track
    scene.expected[track.first] = scene.expected[track.customer] = Expected(track.id)
    for visit in track.visits.values():
        scene.expected.setdefault(visit.leg, Expected(track.id))
    for offer in track.offers.values():
        agent = scene.agents.of(offer.agent)
        agent.offers[(track.id, offer.number)] = None
        for leg in offer.legs:
            scene.expected[leg] = Expected(track.id, agent.ref.id, offer.number)
    for lifted in track.answered_offers.values():
        for leg in lifted.legs:
            scene.expected[leg] = Expected(track.id, scene.agents.of(lifted.agent).ref.id)
    for talk in track.talks.values():
        agent = scene.agents.of(talk.agent)
        agent.talks[(track.id, talk.number)] = bool(talk.held_since)
        if talk.leg not in (track.first, track.customer):
            scene.expected[talk.leg] = Expected(track.id, agent.ref.id)


def track_of(record: CallRecord) -> CallTrack:
    """The track of an open call from its record, after a restart of ours.

    Bridges are not in the record; the roster brings them, and an agent who is found joined with
    the customer goes on with the conversation that he had. Who is held and not within reach
    consults somebody else.
    """
    track = CallTrack(
        id=record.id,
        first=record.uniqueid,
        customer=record.customer_leg or record.uniqueid,
        direction=record.direction,
        started_at=record.started_at,
        number=record.caller.number,
        cname=record.caller.name,
        presentation=record.caller.presentation,
        line=record.line,
        visit_count=len(record.visits),
        talk_count=len(record.conversations),
        answered=bool(record.conversations),
        far_answered=record.answered_at is not None,
        recordings=list(record.recordings),
    )
    offers = [(None, "", offer) for offer in record.direct] + [
        (visit.number, visit.queue, offer) for visit in record.visits for offer in visit.offers
    ]
    waiting = {visit.number for visit in record.visits if visit.end is None}
    track.offer_count = max((offer.number for _, _, offer in offers), default=0)
    for number, queue, offer in offers:
        rung = OpenOffer(offer.number, offer.agent, offer.at, {offer.leg}, number, queue)
        rung.ring_ms = offer.ring_ms or 0
        if offer.end is None:
            track.offers[offer.number] = rung
        elif offer.end == "answered" and not _joined(record, offer):
            track.answered_offers[offer.agent.id] = rung
            if number is not None and number not in waiting:
                # A stand-in waited for him; the customer is still to come (``stand_ins``).
                track.set_aside[offer.agent.id] = (queue, number)
        elif number is None:
            track.direct_ends.append(offer.end)
        elif offer.end == "cancelled":
            track.diverted.add(offer.leg)
    for visit in record.visits:
        track.queued.add(visit.leg or track.customer)
        if visit.end is None:
            track.visits[visit.number] = OpenVisit(
                visit.number, visit.queue, visit.leg or track.customer, visit.entered_at
            )
        else:
            track.visit_ends.append(visit.end)
    for talk in record.conversations:
        if talk.parted_at is None:
            track.talks[talk.agent.id] = OpenTalk(
                talk.number,
                talk.agent,
                talk.joined_at,
                talk.leg,
                talk.queue,
                talk.visit,
                talk.hold_ms,
                talk.held_since or 0,
                taken_up=True,
                transfer=talk.transfer,
            )
        else:
            track.last_end = talk.ended_by
            track.last_parted_at = talk.parted_at
    return track


def _joined(record: CallRecord, offer: Offer) -> bool:
    """Who was rung has been joined with the customer since."""
    return any(
        talk.agent.id == offer.agent.id and talk.joined_at >= offer.at
        for talk in record.conversations
    )

"""The lights go out, and on again: what a lost link and the PBX's own list mean.

While the link is down every agent is ``unknown``. The roster then proves what exists; what we had
and it has not is gone, and how it went nobody saw: such a call ends as ``lost_sight`` at the
instant at which we lost the link (it lasted at least until then), and better evidence may correct
it later. After a restart of the PBX every leg from before is gone.
"""

from __future__ import annotations

from . import conversations, lines, offers, visits, wrap_up
from .calls import CallTrack, OpenVisit, Scene
from .facts import LinkLost, LinkRestored
from .legs import RINGING, Leg
from .signals import LinkWentDown, RosterBegan, RosterEnded


def link_down(scene: Scene, s: LinkWentDown) -> None:
    """We are blind from now on."""
    if scene.agents.lost:
        return
    scene.lost_at = s.at
    scene.agents.lost = scene.blind = True
    for leg in scene.legs.legs.values():
        leg.before_gap = True
    for agent in scene.agents.all():
        wrap_up.end(scene, agent, s.at)
        scene.touch(agent.ref.id)
    scene.say(LinkLost(at=s.at, pbx=scene.pbx, why=s.why))


def began(scene: Scene, s: RosterBegan) -> None:
    """The PBX's list begins: nothing is confirmed yet."""
    scene.roster_at = s.at
    scene.restarted = s.restarted
    scene.blind = True
    scene.roster_number += 1
    for agent in scene.agents.all():
        agent.shown = 0
    for leg in scene.legs.legs.values():
        leg.in_roster = False


def ended(scene: Scene, s: RosterEnded) -> None:
    """The list is complete: legs, calls and members that are not in it are gone."""
    before = list(scene.legs.legs)
    _compare(scene, s)
    scene.expected.clear()
    for leg in before:
        if leg not in scene.legs.legs:
            scene.legs.remember_gone(leg)
    conversations.settle_all(scene, list(scene.calls), s.at)
    # The clocks of what was about to be settled begin anew: its evidence may have been missed.
    for key, at in scene.wakes.items():
        scene.wakes[key] = max(at, s.at + visits.SETTLE_MS)
    scene.wakes_moved = True


def _compare(scene: Scene, s: RosterEnded) -> None:
    lost_at = scene.lost_at or scene.away_since or s.at
    if scene.restarted and not scene.stopping_at:
        scene.stopping_at = lost_at
    for leg in list(scene.legs.legs.values()):
        if not _there(scene, leg) and leg.id in scene.legs.legs:
            track = scene.calls.get(leg.call)
            if track is not None and _ends_with(scene, track, leg):
                continue
            lines.gone(scene, leg, lost_at, 0)
    for track in list(scene.calls.values()):
        if not _lives(scene, track):
            lines.end(scene, track, max(lost_at, track.started_at), "lost_sight")
            for gone in (track.customer, track.first):
                remains = scene.legs.get(gone)
                if remains is not None and not remains.in_roster:
                    lines.gone(scene, remains, lost_at, 0)
    for track in scene.calls.values():
        for talk in track.talks.values():
            talk.unseen = talk.unseen or talk.leg not in scene.legs.legs
        for visit in track.visits.values():
            caller = scene.legs.get(visit.leg)
            if caller is not None and not visit.exten:
                # Where he entered the queue; a key takes him elsewhere.
                visit.context, visit.exten = caller.context, caller.exten
            _connected_meanwhile(scene, track, visit)
    _ringing(scene, s.at, lost_at)
    for ref in list(scene.agents.on_shift.values()):
        scene.agents.of(ref)
    for agent in scene.agents.all():
        if agent.shown != len(agent.queues):
            agent.queues = {
                queue: member
                for queue, member in agent.queues.items()
                if member.roster == scene.roster_number
            }
        if agent.wrap is not None and not (agent.wrap.until or wrap_up.paused_for_it(agent)):
            # Taken up after a restart of ours: the pause that it was is over, when nobody saw.
            wrap_up.end(scene, agent, max(lost_at, agent.wrap.since))
        scene.touch(agent.ref.id)
    scene.stopping_at = 0
    was_lost, scene.agents.lost = scene.agents.lost, False
    scene.blind = False
    gap = max(0, s.at - scene.lost_at) if was_lost and scene.lost_at else 0
    scene.lost_at = 0
    before = scene.away_since
    scene.restored_at, scene.gap_ms = s.at, max(gap, s.at - before if before else 0)
    scene.say(
        LinkRestored(
            at=s.at, pbx=scene.pbx, gap_ms=gap, restarted=scene.restarted, before_ms=before
        )
    )
    scene.restarted = False


def _there(scene: Scene, leg: Leg) -> bool:
    """The list has this leg, or it came after the list was asked for."""
    return leg.in_roster or (leg.born >= scene.roster_at and not leg.before_gap)


def _ends_with(scene: Scene, track: CallTrack, leg: Leg) -> bool:
    """The call is over with this leg; not with its first, if the customer goes on without it."""
    return leg.id == track.customer or (leg.id == track.first and not _lives(scene, track))


def _lives(scene: Scene, track: CallTrack) -> bool:
    """The customer's leg stands in the list, or came while it was told."""
    customer = scene.legs.get(track.customer)
    return customer is not None and _there(scene, customer)


def _connected_meanwhile(scene: Scene, track: CallTrack, visit: OpenVisit) -> None:
    """An agent had lifted for him and he waits no more: the queue has connected them."""
    if visit.connected_at or visit.listed == scene.roster_number:
        return
    for lifted in track.answered_offers.values():
        if lifted.visit == visit.number:
            visit.connected_at = lifted.at + lifted.ring_ms
            visit.connected_to = lifted.agent.id


def _ringing(scene: Scene, at: int, lost_at: int) -> None:
    """Phones that ring now are offers, also those that began unseen; offers that ring nothing end.

    Of a Local only the first half is what a queue rings.
    """
    for leg in list(scene.legs.legs.values()):
        track = scene.calls.get(leg.call)
        if track is None or leg.state != RINGING or leg.half == 2 or leg.spy:
            continue
        if leg.id in track.diverted:
            for half in scene.legs.wire(leg):
                half.inherits = False
            continue
        if leg.behind or _rung_through(scene, track, leg):
            # One phone of his among others: the queue rings the Local channel that dialled it.
            continue
        agent = scene.agents.by_device(leg.endpoint) if leg.half else scene.attribute(leg)
        if agent is not None and leg.id not in (track.first, track.customer):
            leg.agent = agent.ref.id
            visit = track.waiting()
            number, queue = (None, "") if visit is None else (visit.number, visit.queue)
            offers.begin(scene, track, agent, leg, at, number, queue)
    for track in scene.calls.values():
        for offer in list(track.offers.values()):
            if not any(leg in scene.legs.legs for leg in offer.legs):
                offers.end(scene, track, offer, "cancelled", max(lost_at, offer.at))


def _rung_through(scene: Scene, track: CallTrack, leg: Leg) -> bool:
    """Whether this phone, of which nothing is known, is rung by the Local channel of a member who
    is: then it speaks for him from now on. Whose device it is comes before any other."""
    if leg.offer or leg.half:
        return False
    through = {
        offer.agent.id: rung.pair
        for offer in track.offers.values()
        for rung in map(scene.legs.get, offer.legs)
        if rung is not None and rung.half
    }
    own = scene.agents.by_device(leg.endpoint)
    member = own.ref.id if own is not None and own.ref.id in through else next(iter(through), "")
    if not member:
        return False
    scene.absent(leg)
    leg.agent, leg.behind = member, True
    if sum(one.half == 2 and one.call == leg.call for one in scene.legs.legs.values()) == 1:
        # No other Local channel is there that may have dialled it.
        leg.parent = through[member]
    return True

"""What app_queue says of callers and of the members whom it rings for them.

Its events and channel variables are evidence; ``visits`` and ``offers`` conclude from it.
"""

from __future__ import annotations

from . import conversations, lines, offers, visits
from .calls import CallTrack, Scene
from .legs import Leg
from .signals import (
    CallerGaveUp,
    CallerJoined,
    CallerLeft,
    MemberCalled,
    MemberCompleted,
    MemberConnected,
    MemberMissed,
    QueueEvidence,
    QueueNamed,
    WaitingRow,
)


def joined(scene: Scene, s: CallerJoined) -> None:
    """A caller entered a queue."""
    track = lines.call_of(scene, s.leg, s.at)
    if track is None:
        return
    if s.leg == track.customer:
        conversations.goes_on(scene, track, s.exten or s.queue, s.at)
    visits.enter(scene, track, s.queue, s.leg, s.at, s.position, (s.context, s.exten))


def waits(scene: Scene, s: WaitingRow) -> None:
    """A row of the roster: a caller waits in a queue.

    The list is as old as the question: an agent whom he was joined with since then has ended this
    stay, although the event that says so was told before it.
    """
    track = lines.call_of(scene, s.leg, s.at)
    if track is None:
        return
    known = visits.visit_at(track, s.queue)
    if known is not None:
        known.listed = scene.roster_number
        return
    visits.enter(scene, track, s.queue, s.leg, s.at, s.position)
    since = [
        talk
        for talk in track.talks.values()
        if talk.visit is None and talk.joined_at >= scene.roster_at
    ]
    visit = visits.visit_at(track, s.queue)
    if visit is not None and since:
        conversations.was_of(scene, track, since[0], visit)


def left(scene: Scene, s: CallerLeft) -> None:
    """A caller left a queue's list; why, the evidence tells."""
    leg = scene.legs.get(s.leg)
    track = None if leg is None else scene.calls.get(leg.call)
    visit = None if track is None else visits.visit_at(track, s.queue)
    if leg is None or track is None or visit is None:
        scene.odd += not _of_ended_call(leg, track)
        return
    visit.left_at = visit.left_at or s.at
    visits.stands(visit, s.context, s.exten)
    customer = scene.legs.get(track.customer)
    far = leg.hungup_far or (customer is not None and customer.hungup_far)
    scene.wake(track.id, s.at + visits.SETTLE_MS)
    visits.settle(scene, track, visit, s.at, far=far)


def _of_ended_call(leg: Leg | None, track: CallTrack | None) -> bool:
    """Whether a leg waited in its customer's place, and he is gone already."""
    return leg is not None and bool(leg.call) and track is None


def gave_up(scene: Scene, s: CallerGaveUp) -> None:
    """QueueCallerAbandon, which means any of five ends."""
    leg = scene.legs.get(s.leg)
    track = None if leg is None else scene.calls.get(leg.call)
    visit = None if track is None else visits.visit_at(track, s.queue)
    if track is None or visit is None:
        scene.odd += not _of_ended_call(leg, track)
        return
    visit.gave_up_at = visit.gave_up_at or s.at
    scene.wake(track.id, s.at + visits.SETTLE_MS)


def evidence(scene: Scene, s: QueueEvidence) -> None:
    """app_queue set a variable on the caller's leg."""
    leg = scene.legs.get(s.leg)
    track = None if leg is None else scene.calls.get(leg.call)
    if track is None:
        return
    if s.variable == "ABANDONED":
        for visit in track.visits.values():
            visit.variables_seen = visit.variables_seen or s.value == "TRUE"
    elif s.value in visits.REFUSALS:
        queue = track.queue_hint or scene.queue_at.get((s.context, s.exten), "")
        if queue:
            visits.refuse(scene, track, queue, s.value, s.at)
        else:
            visits.refused_somewhere(scene, track, s.value, s.at)
    elif s.value:
        visits.status_says(scene, track, s.leg, s.value, s.at)


def named(scene: Scene, s: QueueNamed) -> None:
    """The dialplan named the queue that comes, or that refused."""
    track = lines.call_of(scene, s.leg, s.at)
    if track is None:
        return
    track.queue_hint = s.queue
    if s.refused:
        visits.refuse(scene, track, s.queue, s.refused, s.at)


def called(scene: Scene, s: MemberCalled) -> None:
    """A queue rings a member."""
    track = lines.call_of(scene, s.leg, s.at)
    dest = scene.legs.get(s.dest)
    if track is None or dest is None:
        return
    agent = scene.agents.ensure(s.interface, s.member)
    if dest.agent != agent.ref.id:
        # It rang before the queue said so, and was taken for that of who else has this phone.
        scene.absent(dest)
    for half in scene.legs.wire(dest):
        half.agent, half.call = agent.ref.id, track.id
    visit = visits.visit_at(track, s.queue)
    offers.begin(
        scene,
        track,
        agent,
        dest,
        s.at,
        visit.number if visit is not None else None,
        visit.queue if visit is not None else s.queue,
    )
    offer = offers.of_leg(track, dest)
    if offer is not None and dest.id in track.diverted:
        # The phone behind it has given the call away before the queue said that it is rung.
        offers.end(scene, track, offer, "cancelled", s.at)


def missed(scene: Scene, s: MemberMissed) -> None:
    """A member was rung in vain."""
    dest = scene.legs.get(s.dest)
    track = None if dest is None else scene.calls.get(dest.call)
    offer = None if track is None or dest is None else offers.of_leg(track, dest)
    if track is not None and offer is not None:
        # The member as a whole, whatever phones of his a Local channel rang.
        offers.end(scene, track, offer, "no_answer", s.at)


def connected(scene: Scene, s: MemberConnected) -> None:
    """A queue gave its caller to a member."""
    leg, dest = scene.legs.get(s.leg), scene.legs.get(s.dest)
    track = None if leg is None else scene.calls.get(leg.call)
    if track is None:
        scene.odd += 1
        return
    agent = scene.agents.ensure(s.interface, s.member)
    turned_away = agent.ref.id in track.turned_away
    if dest is not None and scene.attribute(dest) is None and not turned_away:
        dest.agent = agent.ref.id
    visit = visits.visit_at(track, s.queue)
    if visit is not None and not visit.connected_at:
        visit.connected_at, visit.connected_to = s.at, agent.ref.id
        scene.wake(track.id, s.at + visits.SETTLE_MS)


def completed(scene: Scene, s: MemberCompleted) -> None:
    """app_queue says that a member's call is over."""
    leg = scene.legs.get(s.leg)
    track = None if leg is None else scene.calls.get(leg.call)
    agent = scene.agents.ensure(s.interface, "") if track is not None else None
    if track is not None and agent is not None:
        talk = track.talks.get(agent.ref.id)
        if talk is not None:
            talk.completed = s.reason

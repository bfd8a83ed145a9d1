"""Who talks with the customer: whoever shares a bridge with the customer's leg.

``settle`` looks at the bridges after they changed and compares with the open conversations. An
agent within reach who has none begins one. One who is out of reach has *parted*, but it is not yet
known why: his leg may be swapped for another in the same instant (Local optimisation, a merge of
bridges), may come back (consultation), or be gone. So he is looked at again until the evidence is
complete, and then the conversation ends at the instant at which he parted (ASTERISK 3.1, 9.4).
"""

from __future__ import annotations

from collections.abc import Iterable

from . import offers, visits, wrap_up
from .agents import Agent
from .calls import CallTrack, OpenTalk, OpenVisit, Scene
from .facts import AgentAnswered, CallHeld, CallResumed, CallTransferred, ConversationEnded
from .legs import HOLDING, Leg
from .model import EndedBy, Transfer

PART_MS = 1_000
"""How long a leg may be between two bridges before its conversation is over."""


def settle(scene: Scene, track: CallTrack, at: int) -> None:
    """Begins and ends the conversations of a call as its bridges say now."""
    customer = scene.legs.get(track.customer)
    parties: dict[str, tuple[Agent, Leg]] = {}
    stands_in = track.direction == "outbound" and not track.far_answered
    if customer is not None and not customer.spy and not (customer.half and stands_in):
        for end in scene.legs.reach(customer):
            # A Local half that was handed on is the customer's wire, whoever was rung by it.
            nobody = end.spy or (end.half and not end.inherits)
            agent = None if nobody else scene.attribute(end)
            if agent is not None:
                parties.setdefault(agent.ref.id, (agent, end))
                if end.call != track.id:
                    _take_over(scene, track, agent, end)
    newcomers = [aid for aid in parties if aid not in track.talks]
    for agent_id, (_, leg) in parties.items():
        if agent_id in track.talks:
            _back(scene, track, track.talks[agent_id], leg, at)
    for talk in list(track.talks.values()):
        if talk.agent.id not in parties:
            other = next((leg for _, leg in parties.values()), None)
            _out_of_reach(scene, track, talk, customer, at, other)
    for agent_id in newcomers:
        if scene.blind and (_unsure(parties[agent_id][1]) or _unsure(customer)):
            # Who was there before the gap may be gone: the list, once complete, tells.
            continue
        begin(scene, track, *parties[agent_id], at)


def _unsure(leg: Leg | None) -> bool:
    """The list has not had this leg yet, which was there before the link went down."""
    return leg is not None and leg.before_gap and not leg.in_roster


def settle_all(scene: Scene, calls: Iterable[str], at: int) -> None:
    """``settle`` for each of these calls that is still open, calls of the house last.

    Phones of ours that meet in a customer's conference talk with him and not with each other.
    """
    found = [track for call in calls if (track := scene.calls.get(call)) is not None]
    for track in sorted(found, key=lambda track: (track.direction == "internal", track.id)):
        if track.id in scene.calls and track not in scene.taken_over:
            settle(scene, track, at)


def due(track: CallTrack, after: int) -> int | None:
    """When the next leg that is between two bridges counts as parted (epoch ms), or None."""
    open_ends = [(t.parted_at, t.replaced_at, t.away_at) for t in track.talks.values()]
    instants = [at + PART_MS for each in open_ends for at in each if at]
    return min((at for at in instants if at > after), default=None)


def _take_over(scene: Scene, track: CallTrack, agent: Agent, leg: Leg) -> None:
    """An agent's leg that belonged to another call is joined with the customer of this one.

    A call of his own that hangs by that leg (he dialled to pick up, to fetch a parked caller, to
    ask, or into a conference) goes on in this one and is over for itself.
    """
    own = scene.calls.get(leg.call)
    if own is not None and agent.ref.id in own.talks and own.customer != leg.id:
        # He talks with a customer, whom he consults somebody about.
        return
    leg.call = track.id
    if leg.id in agent.busy_legs:
        agent.busy_legs[leg.id] = track.id
    if own is not None and own.first == own.customer == leg.id and not own.taken_over:
        own.answered = own.taken_over = True
        scene.taken_over.append(own)


def begin(scene: Scene, track: CallTrack, agent: Agent, leg: Leg, at: int) -> None:
    """An agent is joined with the customer."""
    offer = next((item for item in track.offers.values() if item.agent.id == agent.ref.id), None)
    if offer is not None:
        offers.end(scene, track, offer, "answered", at)
    offer = track.answered_offers.pop(agent.ref.id, None)
    visit = _visit_for(scene, track, agent, offer.visit if offer is not None else None)
    if visit is not None:
        # Where an agent waited in the queue for the customer, he was the one who was answered.
        own = visit.leg == track.customer or not visit.connected_at
        visits.close(scene, track, visit, "answered", at if own else visit.connected_at)
    queue, number = track.set_aside.pop(agent.ref.id, ("", None))
    if visit is not None:
        queue, number = visit.queue, visit.number
    wrap_up.end(scene, agent, at)
    track.talk_count += 1
    track.answered = True
    track.talks[agent.ref.id] = OpenTalk(track.talk_count, agent.ref, at, leg.id, queue, number)
    agent.talks[(track.id, track.talk_count)] = False
    scene.touch(agent.ref.id)
    scene.say(
        AgentAnswered(
            at=at,
            pbx=scene.pbx,
            call=track.id,
            conversation=track.talk_count,
            agent=agent.ref,
            queue=queue,
            visit=number,
            offer=offer.number if offer is not None else None,
            leg=leg.id,
        )
    )


def was_of(scene: Scene, track: CallTrack, talk: OpenTalk, visit: OpenVisit) -> None:
    """A conversation that we took for a direct one ended this stay: it is told again with it."""
    visits.close(scene, track, visit, "answered", talk.joined_at)
    talk.queue, talk.visit = visit.queue, visit.number
    scene.say(
        AgentAnswered(
            at=talk.joined_at,
            pbx=scene.pbx,
            call=track.id,
            conversation=talk.number,
            agent=talk.agent,
            queue=talk.queue,
            visit=talk.visit,
            offer=None,
        )
    )


def hold(scene: Scene, track: CallTrack, talk: OpenTalk, at: int) -> None:
    """The customer hears music; pressed twice, it is one hold."""
    if talk.held_since:
        return
    talk.held_since = at
    scene.agents.of(talk.agent).talks[(track.id, talk.number)] = True
    scene.touch(talk.agent.id)
    scene.say(CallHeld(at=at, pbx=scene.pbx, call=track.id, conversation=talk.number))


def resume(scene: Scene, track: CallTrack, talk: OpenTalk, at: int) -> None:
    """They hear each other again; without a hold before it, nothing."""
    if not talk.held_since:
        return
    talk.hold_ms += max(0, at - talk.held_since)
    talk.held_since = 0
    scene.agents.of(talk.agent).talks[(track.id, talk.number)] = False
    scene.touch(talk.agent.id)
    scene.say(CallResumed(at=at, pbx=scene.pbx, call=track.id, conversation=talk.number))


def end(
    scene: Scene, track: CallTrack, talk: OpenTalk, by: EndedBy, at: int, *, wraps: bool = True
) -> None:
    """Agent and customer parted at ``at``; unless told otherwise, after-call work begins."""
    del track.talks[talk.agent.id]
    if talk.held_since:
        talk.hold_ms += max(0, at - talk.held_since)
    track.last_end = by
    track.last_parted_at = at
    track.ended_talks[talk.agent.id] = talk
    scene.say(
        ConversationEnded(
            at=at,
            pbx=scene.pbx,
            call=track.id,
            conversation=talk.number,
            agent=talk.agent,
            ended_by=by,
            talk_ms=max(0, at - talk.joined_at),
            hold_ms=min(talk.hold_ms, max(0, at - talk.joined_at)),
            queue=talk.queue,
        )
    )
    agent = scene.agents.of(talk.agent)
    agent.talks.pop((track.id, talk.number), None)
    agent.last_talk = (track.id, talk.number)
    agent.last_talk_at = at
    scene.touch(agent.ref.id)
    if talk.queue and wraps:
        wrap_up.begin(scene, agent, track.id, talk.number, talk.queue, at)


def by_whom(scene: Scene, track: CallTrack, talk: OpenTalk, at: int) -> EndedBy:
    """Who ended a conversation: a transfer, else whose own device asked first, else the PBX.

    AgentComplete's reason is only believed where it says transfer: for an end by Asterisk itself
    it says ``caller`` (ASTERISK 3.1 c).
    """
    if talk.transfer is not None or track.taken_over:
        return "transfer"
    if talk.completed == "transfer" and not track.walked_off:
        return "transfer"
    if scene.stopping_at:
        return "pbx"
    if talk.unseen:
        return "unknown"
    if track.asked_at and (not talk.asked_at or track.asked_at <= talk.asked_at):
        return "caller"
    if talk.asked_at:
        return "agent"
    return "pbx" if scene.misses_nothing(at) else "unknown"


def talk_of_leg(scene: Scene, leg: Leg) -> tuple[CallTrack, OpenTalk] | None:
    """The conversation in which this leg speaks for the agent."""
    track = scene.calls.get(leg.call)
    agent = scene.attribute(leg)
    if track is None:
        return None
    if agent is not None and agent.ref.id in track.talks:
        return track, track.talks[agent.ref.id]
    return None


def _visit_for(scene: Scene, track: CallTrack, agent: Agent, rung: int | None) -> OpenVisit | None:
    """The visit that this ends: of his ringing, or, if that may have escaped us, of his queue."""
    if rung is not None:
        return track.visits.get(rung)
    for visit in track.visits.values():
        unseen = scene.blind or visit.entered_at <= scene.restored_at
        escaped = unseen and not visit.gave_up_at and visit.queue.casefold() in agent.queues
        if visit.connected_to == agent.ref.id or visit.connected_at or escaped:
            return visit
    return None


def _back(scene: Scene, track: CallTrack, talk: OpenTalk, leg: Leg, at: int) -> None:
    """The agent is within reach: through another leg perhaps, or back from a consultation."""
    talk.leg = leg.id
    if not talk.parted_at:
        return
    talk.parted_at = talk.replaced_at = talk.away_at = 0
    if talk.consulting:
        talk.consulting = False
        resume(scene, track, talk, at)


def _out_of_reach(
    scene: Scene,
    track: CallTrack,
    talk: OpenTalk,
    customer: Leg | None,
    at: int,
    other: Leg | None,
) -> None:
    leg = scene.legs.get(talk.leg) or own_phone(scene, track, talk)
    if not talk.parted_at:
        talk.parted_at = at
        scene.wake(track.id, at + PART_MS)
        talk.left_behind = (
            customer is not None and not customer.bridge and leg is not None and bool(leg.bridge)
        )
    if scene.blind:
        return
    if track.walked_off and leg is not None and leg.bridge_kind in HOLDING and leg.bridge:
        end(scene, track, talk, "caller", talk.parted_at)
        return
    if talk.taken_up and talk.held_since and leg is not None:
        talk.consulting = True
    if other is None and at < talk.replaced_at + PART_MS:
        # Who came in his place is gone again at once.
        talk.replaced_at = 0
    if talk.consulting and (other is not None or talk.replaced_at):
        _replaced(scene, track, talk, leg, other, at)
        return
    if customer is not None and leg is not None and talk.transfer is None:
        if talk.consulting and customer.bridge:
            talk.away_at = 0
            return
        if talk.consulting and talk.left_behind and not track.asked_at:
            # He asked somebody else by a key of his own, and may be on his way back.
            talk.away_at = talk.away_at or at
            scene.wake(track.id, talk.away_at + PART_MS)
            if at < talk.away_at + PART_MS:
                return
        if leg.bridge and customer.bridge and leg.bridge != customer.bridge:
            talk.consulting = True
            if other is not None:
                _replaced(scene, track, talk, leg, other, at)
                return
            hold(scene, track, talk, talk.parted_at)
            return
        if at < talk.parted_at + PART_MS:
            return
    soon = at < talk.parted_at + PART_MS
    if soon and leg is None and customer is not None and _replaceable(track, talk, customer):
        return
    if customer is not None and _walked_off(scene, track, talk, customer):
        if at < talk.parted_at + PART_MS:
            return
        handed_on(scene, track, talk, Transfer("redirected", ""), talk.parted_at)
    if talk.brought_in is not None and other is not None:
        handed_on(scene, track, talk, talk.brought_in, talk.parted_at)
    when = at if talk.consulting else talk.parted_at
    end(scene, track, talk, by_whom(scene, track, talk, at), when)


def own_phone(scene: Scene, track: CallTrack, talk: OpenTalk) -> Leg | None:
    """The phone behind a Local channel that took itself out: about to take its place."""
    for name, call in scene.agents.of(talk.agent).busy_legs.items():
        leg = scene.legs.get(name)
        if call == track.id and leg is not None and not leg.half:
            return leg
    return None


def _replaced(
    scene: Scene, track: CallTrack, talk: OpenTalk, leg: Leg | None, other: Leg | None, at: int
) -> None:
    """Somebody else is with the customer whom the agent left: he was handed on.

    Unless the agent comes along with the one whom he brings, and they are three. Or the customer
    left the agent: put him on hold, by a key of his own (attended transfer), to ask somebody else.
    """
    since = min((one.joined_at for one in track.talks.values() if one is not talk), default=at)
    talk.replaced_at = talk.replaced_at or max(since, talk.parted_at)
    scene.wake(track.id, talk.replaced_at + PART_MS)
    customer = scene.legs.get(track.customer)
    asks = talk.left_behind and customer is not None and customer.holds
    if talk.transfer is not None or leg is None or at >= talk.replaced_at + PART_MS:
        asked = asks or track.asked_at or talk.asked_at or talk.completed
        if leg is None and other is not None and talk.left_behind and not asked:
            # AMI's Bridge took the customer, and Asterisk hung up the agent.
            handed_on(scene, track, talk, Transfer("redirected", other.number), talk.parted_at)
        by: EndedBy = "caller" if asks and talk.transfer is None else "transfer"
        end(scene, track, talk, by, talk.replaced_at)


def _replaceable(track: CallTrack, talk: OpenTalk, customer: Leg) -> bool:
    """The agent's leg is gone, but nobody hung up and the customer stays in their bridge: a Local
    channel takes itself out, and the agent's own leg comes in its place."""
    asked = track.asked_at or talk.asked_at or talk.transfer or talk.completed
    return bool(customer.bridge) and not asked


def _walked_off(scene: Scene, track: CallTrack, talk: OpenTalk, customer: Leg) -> bool:
    """The customer's leg left first and lives on, and nobody hung up: a redirection, it seems.

    AMI's Redirect has no event of its own; an AMI Hangup of the customer looks the same until his
    leg is gone (ASTERISK 3.1 c, 12.2). What follows within ``PART_MS`` tells.
    """
    asked = track.asked_at or talk.asked_at or customer.hungup_at or scene.stopping_at
    told = asked or talk.transfer is not None or track.taken_over
    agent_gone = scene.legs.get(talk.leg) is None and scene.misses_nothing(talk.parted_at)
    return talk.left_behind and not told and (agent_gone or not customer.bridge)


def goes_on(scene: Scene, track: CallTrack, to: str, at: int) -> None:
    """The customer's own leg dials, or enters a queue: whoever he walked off from will not have
    him back."""
    customer = scene.legs.get(track.customer)
    for talk in list(track.talks.values()):
        if customer is not None and _walked_off(scene, track, talk, customer):
            handed_on(scene, track, talk, Transfer("redirected", to), talk.parted_at)
            settle(scene, track, at)


def handed_on(scene: Scene, track: CallTrack, talk: OpenTalk, transfer: Transfer, at: int) -> None:
    """Says how a conversation was handed on; whose word comes first is believed.

    But a redirection is only what we concluded from what he did next; Asterisk's own word may come
    after that.
    """
    if talk.transfer is not None:
        concluded = talk.transfer.kind == "redirected" and transfer.kind != "redirected"
        if not concluded:
            return
    talk.transfer = transfer
    scene.say(
        CallTransferred(
            at=at,
            pbx=scene.pbx,
            call=track.id,
            conversation=talk.number,
            transfer=transfer.kind,
            to=transfer.to,
        )
    )

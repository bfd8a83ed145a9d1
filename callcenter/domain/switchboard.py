"""The switchboard of one PBX: signals in, facts out, nothing else.

``apply`` is a synchronous function of its state and one signal. It follows the customer's leg:
who talks with him is who shares a bridge with that leg, so a transfer, a park, a pick-up or a
barge needs no case of its own (DESIGN 2). The work is done in the rooms beside this file: legs,
visits, offers, conversations, wrap-up, agents; here it is routed.

Signals may come twice, late, or about legs that we never saw; each handler looks first whether it
already knows. A leg that is gone stays gone: its id is remembered for a while so that a late event
cannot bring it back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from . import conversations, lines, members, offers, roster, visits, wrap_up
from .calls import CallTrack, Rules, Scene, resumed
from .facts import AnyFact, CallReclassified, RecordingStarted
from .legs import DIALLING, NOT_PEOPLE, RING, RINGING, UP, Leg
from .model import CallRecord, Transfer
from .signals import (
    BridgeJoined,
    BridgeParted,
    CallerGaveUp,
    CallerJoined,
    CallerLeft,
    DialBegan,
    DialEnded,
    HoldPressed,
    LegCallerId,
    LegGone,
    LegHangupAsked,
    LegSeen,
    LegState,
    LinkWentDown,
    LocalPaired,
    MemberCalled,
    MemberCompleted,
    MemberConnected,
    MemberGone,
    MemberMissed,
    MemberSeen,
    Parked,
    PbxStopping,
    PickedUp,
    QueueEvidence,
    QueueKnown,
    QueueNamed,
    QueueWraps,
    RecordingBegan,
    RosterBegan,
    RosterEnded,
    Signal,
    SpyBegan,
    Transferred,
    WaitingRow,
)

REMEMBERED = 20_000
"""How many legs that are gone are remembered."""


class Switchboard:
    """Turns the signals of one PBX into facts."""

    def __init__(self, pbx: str, rules: Rules | None = None) -> None:
        self.scene = Scene(pbx, rules or Rules())
        self.odd = 0
        self._gone: dict[str, None] = {}
        self._next_wake: int | None = None
        self._table: dict[type, Callable[[Any], None]] = {
            LegSeen: self._leg_seen,
            LegState: self._leg_state,
            LegCallerId: self._caller_id,
            LegHangupAsked: self._hangup_asked,
            LegGone: self._leg_gone,
            LocalPaired: self._local_paired,
            DialBegan: self._dial_began,
            DialEnded: self._dial_ended,
            BridgeJoined: self._bridge_joined,
            BridgeParted: self._bridge_parted,
            HoldPressed: self._hold_pressed,
            CallerJoined: self._caller_joined,
            CallerLeft: self._caller_left,
            CallerGaveUp: self._caller_gave_up,
            WaitingRow: self._waiting_row,
            QueueEvidence: self._queue_evidence,
            QueueNamed: self._queue_named,
            MemberCalled: self._member_called,
            MemberMissed: self._member_missed,
            MemberConnected: self._member_connected,
            MemberCompleted: self._member_completed,
            MemberSeen: lambda s: members.seen(self.scene, s),
            MemberGone: lambda s: members.gone(self.scene, s),
            QueueKnown: lambda s: members.queue_known(self.scene, s),
            QueueWraps: lambda s: members.wraps(self.scene, s),
            Transferred: self._transferred,
            Parked: self._parked,
            PickedUp: self._picked_up,
            SpyBegan: self._spy_began,
            RecordingBegan: self._recording_began,
            RosterBegan: lambda s: roster.began(self.scene, s),
            RosterEnded: self._roster_ended,
            LinkWentDown: lambda s: roster.link_down(self.scene, s),
            PbxStopping: self._pbx_stopping,
        }

    @property
    def next_wake(self) -> int | None:
        """When ``apply`` wants a ``Woke`` signal if nothing else comes (epoch ms), or None.

        While our view is not whole, silence is no evidence: then nothing is settled by time.
        """
        return None if self.scene.blind else self._next_wake

    def resume(self, records: Iterable[CallRecord]) -> None:
        """Takes up the calls that were open when we stopped; the roster will confirm them."""
        for record in records:
            if record.pbx != self.scene.pbx or record.ended_at is not None:
                continue
            track = resumed(record)
            self.scene.calls[track.id] = track
            self.scene.blind = True
            for offer in track.offers.values():
                agent = self.scene.agents.ensure(offer.agent.interface, offer.agent.name)
                agent.offers[(track.id, offer.number)] = None
            for talk in track.talks.values():
                agent = self.scene.agents.ensure(talk.agent.interface, talk.agent.name)
                agent.talks[(track.id, talk.number)] = bool(talk.held_since)

    def apply(self, signal: Signal) -> list[AnyFact]:
        """The facts that ``signal`` leads to, in order."""
        scene = self.scene
        wake = self.next_wake
        if wake is not None and wake <= signal.at:
            self._wake(signal.at)
        step = self._table.get(type(signal))
        if step is not None:
            step(signal)
        while scene.taken_over:
            lines.end(scene, scene.taken_over.pop(0), signal.at)
        if scene.wakes:
            self._next_wake = min(scene.wakes.values())
        if scene.touched:
            self._tell_agents(signal.at)
        if not scene.out:
            return []
        facts, scene.out = scene.out, []
        return facts

    def _tell_agents(self, at: int) -> None:
        scene = self.scene
        for agent_id in scene.touched:
            agent = scene.agents.get(agent_id)
            if agent is None:
                continue
            seen = scene.agents.seen(agent, at)
            if seen is not None:
                scene.say(seen)
            changed = scene.agents.changed(agent, at)
            if changed is not None:
                scene.say(changed)
        scene.touched.clear()

    def _wake(self, now: int) -> None:
        scene = self.scene
        due = sorted((at, key) for key, at in scene.wakes.items() if at <= now)
        for at, key in due:
            scene.wakes.pop(key, None)
            if key.startswith("agent "):
                agent = scene.agents.get(key.removeprefix("agent "))
                wrap = None if agent is None else agent.wrap
                if agent is not None and wrap is not None and 0 < wrap.until <= at:
                    wrap_up.end(scene, agent, wrap.until)
                    self._tell_agents(wrap.until)
                continue
            track = scene.calls.get(key)
            if track is None:
                continue
            for visit in list(track.visits.values()):
                visits.settle(scene, track, visit, at)
            conversations.settle(scene, track, at)
            self._tell_agents(at)
        self._next_wake = min(scene.wakes.values()) if scene.wakes else None

    # -- legs ------------------------------------------------------------------------------

    def _leg_seen(self, s: LegSeen) -> None:
        scene = self.scene
        if s.leg in self._gone:
            return
        leg = scene.legs.get(s.leg)
        if leg is not None:
            leg.in_roster = leg.in_roster or s.row
            return
        leg = scene.legs.add(s.leg, s.name, s.state, s.at - s.age_ms)
        leg.linkedid, leg.number, leg.cname = s.linkedid, s.number, s.cname
        leg.context, leg.exten, leg.in_roster = s.context, s.exten, s.row
        leg.spy = leg.endpoint.partition("/")[0] in NOT_PEOPLE
        if leg.spy:
            return
        known = scene.calls.get(f"{scene.pbx}:{s.linkedid or s.leg}")
        head = scene.legs.get(s.linkedid)
        if known is not None:
            leg.call = known.id
        elif s.linkedid in ("", s.leg):
            lines.start(scene, leg, leg.born if s.row else s.at)
        elif head is not None:
            leg.call = head.call
        if s.row or s.state in (DIALLING, RING):
            self._presence(leg)

    def _leg_state(self, s: LegState) -> None:
        leg = self.scene.legs.get(s.leg)
        if leg is None:
            self.odd += 1
        elif leg.state != s.state:
            leg.state = s.state
            self._presence(leg)

    def _presence(self, leg: Leg) -> None:
        """Keeps which of an agent's own legs talk or ring, queue or no queue."""
        if leg.half or leg.external or leg.spy:
            return
        agent = self.scene.attribute(leg)
        if agent is None:
            return
        agent.ringing_legs.pop(leg.id, None)
        if leg.state == UP or (leg.state in (DIALLING, RING) and not leg.parent):
            if leg.id not in agent.busy_legs:
                agent.busy_legs[leg.id] = leg.call
        elif leg.state == RINGING:
            agent.ringing_legs[leg.id] = leg.call
        self.scene.touch(agent.ref.id)

    def _caller_id(self, s: LegCallerId) -> None:
        leg = self.scene.legs.get(s.leg)
        if leg is None:
            self.odd += 1
            return
        leg.number, leg.cname, leg.presentation = s.number, s.cname, s.presentation
        track = self.scene.calls.get(leg.call)
        if track is None or track.first != leg.id or track.direction == "outbound":
            return
        now = (s.number or track.number, s.cname or track.cname, s.presentation)
        hidden = s.presentation != "shown" and track.presentation == "shown"
        if (track.offers or track.answered) and not hidden:
            return
        if now != (track.number, track.cname, track.presentation):
            track.number, track.cname, track.presentation = now
            self._reclassified(track, s.at)

    def _reclassified(self, track: CallTrack, at: int) -> None:
        self.scene.say(
            CallReclassified(
                at=at,
                pbx=self.scene.pbx,
                call=track.id,
                direction=track.direction,
                number=track.number,
                name=track.cname,
                presentation=track.presentation,
                line=track.line,
            )
        )

    def _hangup_asked(self, s: LegHangupAsked) -> None:
        leg = self.scene.legs.get(s.leg)
        if leg is None:
            self.odd += 1
            return
        if leg.hungup_at:
            return
        leg.hungup_at, leg.hungup_far = s.at, s.far
        track = self.scene.calls.get(leg.call)
        if track is None or not s.far:
            return
        if leg.id == track.customer:
            track.asked_at = track.asked_at or s.at
            return
        found = conversations.talk_of_leg(self.scene, leg)
        if found is not None:
            found[1].asked_at = found[1].asked_at or s.at
        elif leg.id == track.first:
            track.first_asked_at = track.first_asked_at or s.at

    def _leg_gone(self, s: LegGone) -> None:
        self._remember_gone(s.leg)
        leg = self.scene.legs.get(s.leg)
        if leg is not None:
            lines.gone(self.scene, leg, s.at, s.cause)

    def _remember_gone(self, leg: str) -> None:
        self._gone[leg] = None
        if len(self._gone) > REMEMBERED:
            del self._gone[next(iter(self._gone))]

    def _local_paired(self, s: LocalPaired) -> None:
        one, two = self.scene.legs.get(s.one), self.scene.legs.get(s.two)
        if one is None or two is None:
            self.odd += 1
            return
        self.scene.legs.pair(one, two)
        one.call = two.call = one.call or two.call
        one.agent = two.agent = one.agent or two.agent

    # -- dialling and bridges --------------------------------------------------------------

    def _dial_began(self, s: DialBegan) -> None:
        dest = self.scene.legs.get(s.dest)
        if dest is None:
            self.odd += 1
            return
        caller = self.scene.legs.get(s.caller)
        track = lines.dialled(self.scene, caller, dest, s.dialstring, s.at)
        if track is not None:
            self._reclassified(track, s.at)
        ours = None if caller is None else self.scene.calls.get(caller.call)
        if ours is not None and caller is not None and ours.customer == caller.id:
            conversations.dials_on(self.scene, ours, lines.described(self.scene, dest), s.at)
        self._presence(dest)

    def _dial_ended(self, s: DialEnded) -> None:
        dest = self.scene.legs.get(s.dest)
        if dest is None:
            self.odd += 1
            return
        lines.dial_ended(self.scene, dest, s.status, s.at)

    def _bridge_joined(self, s: BridgeJoined) -> None:
        scene = self.scene
        leg = scene.legs.get(s.leg)
        if leg is None:
            self.odd += 1
            return
        if s.row and leg.bridge:
            return
        swapped = scene.legs.get(s.swap)
        if swapped is not None:
            lines.swapped(scene, leg, swapped)
        scene.legs.enter(leg, s.bridge, s.kind)
        self._settle(scene.legs.component(leg), s.at)

    def _bridge_parted(self, s: BridgeParted) -> None:
        scene = self.scene
        leg = scene.legs.get(s.leg)
        if leg is None or leg.bridge != s.bridge:
            return
        calls = scene.legs.component(leg)
        scene.legs.leave(leg)
        self._settle(calls, s.at)

    def _settle(self, calls: Iterable[str], at: int) -> None:
        for call in sorted(calls):
            track = self.scene.calls.get(call)
            if track is not None:
                conversations.settle(self.scene, track, at)

    def _hold_pressed(self, s: HoldPressed) -> None:
        leg = self.scene.legs.get(s.leg)
        found = None if leg is None else conversations.talk_of_leg(self.scene, leg)
        if leg is None or found is None or found[0].customer == leg.id:
            return
        if s.on:
            conversations.hold(self.scene, *found, s.at)
        elif not found[1].consulting:
            conversations.resume(self.scene, *found, s.at)

    def _transferred(self, s: Transferred) -> None:
        scene = self.scene
        transferee = scene.legs.get(s.transferee)
        if transferee is not None and transferee.half:
            transferee.inherits = False
        leg = scene.legs.get(s.transferer)
        if leg is None:
            return
        track = scene.calls.get(leg.call)
        agent = scene.attribute(leg)
        if track is None or agent is None or leg.id == track.customer:
            return
        talk = track.talks.get(agent.ref.id) or track.ended_talks.get(agent.ref.id)
        if talk is None:
            return
        to = s.to or lines.described(scene, scene.legs.get(s.target))
        conversations.handed_on(scene, track, talk, Transfer(s.kind, to), s.at)
        conversations.settle(scene, track, s.at)

    def _parked(self, s: Parked) -> None:
        leg = self.scene.legs.get(s.leg)
        track = None if leg is None else self.scene.calls.get(leg.call)
        if leg is None or track is None or track.customer != leg.id:
            return
        for talk in list(track.talks.values()):
            conversations.handed_on(self.scene, track, talk, Transfer("parked", s.space), s.at)
        self._settle((track.id,), s.at)

    def _picked_up(self, s: PickedUp) -> None:
        target, picker = self.scene.legs.get(s.target), self.scene.legs.get(s.picker)
        if target is None or picker is None:
            return
        track = self.scene.calls.get(target.call)
        offer = None if track is None else offers.of_leg(track, target)
        if track is not None and offer is not None:
            offers.leg_ended(self.scene, track, offer, target, "cancelled", s.at)

    def _spy_began(self, s: SpyBegan) -> None:
        leg = self.scene.legs.get(s.leg)
        if leg is not None:
            leg.spy = True
            self._settle((leg.call,), s.at)

    def _recording_began(self, s: RecordingBegan) -> None:
        leg = self.scene.legs.get(s.leg)
        track = None if leg is None else self.scene.calls.get(leg.call)
        if track is not None and s.file and s.file not in track.recordings:
            track.recordings.append(s.file)
            self.scene.say(
                RecordingStarted(at=s.at, pbx=self.scene.pbx, call=track.id, file=s.file)
            )

    # -- queues ----------------------------------------------------------------------------

    def _track_of(self, leg_id: str, at: int) -> CallTrack | None:
        """The call of a caller's leg; begun now when we first hear of it here."""
        leg = self.scene.legs.get(leg_id)
        if leg is None:
            self.odd += 1
            return None
        if leg.call not in self.scene.calls:
            lines.start(self.scene, leg, at)
        return self.scene.calls.get(leg.call)

    def _caller_joined(self, s: CallerJoined) -> None:
        track = self._track_of(s.leg, s.at)
        if track is not None:
            visits.enter(self.scene, track, s.queue, s.leg, s.at, s.position, (s.context, s.exten))

    def _waiting_row(self, s: WaitingRow) -> None:
        track = self._track_of(s.leg, s.at)
        if track is not None and visits.visit_at(track, s.queue) is None:
            visits.enter(self.scene, track, s.queue, s.leg, s.at, s.position)

    def _caller_left(self, s: CallerLeft) -> None:
        leg = self.scene.legs.get(s.leg)
        track = None if leg is None else self.scene.calls.get(leg.call)
        visit = None if track is None else visits.visit_at(track, s.queue)
        if leg is None or track is None or visit is None:
            self.odd += 1
            return
        visit.left_at = visit.left_at or s.at
        place = (s.context, s.exten)
        if visit.exten and all(place) and place != (visit.context, visit.exten):
            visit.moved_to = s.exten
        customer = self.scene.legs.get(track.customer)
        far = leg.hungup_far or (customer is not None and customer.hungup_far)
        self.scene.wake(track.id, s.at + visits.SETTLE_MS)
        visits.settle(self.scene, track, visit, s.at, far=far)

    def _caller_gave_up(self, s: CallerGaveUp) -> None:
        leg = self.scene.legs.get(s.leg)
        track = None if leg is None else self.scene.calls.get(leg.call)
        visit = None if track is None else visits.visit_at(track, s.queue)
        if track is None or visit is None:
            self.odd += 1
            return
        visit.gave_up_at = visit.gave_up_at or s.at
        self.scene.wake(track.id, s.at + visits.SETTLE_MS)

    def _queue_evidence(self, s: QueueEvidence) -> None:
        leg = self.scene.legs.get(s.leg)
        track = None if leg is None else self.scene.calls.get(leg.call)
        if track is None:
            return
        if s.variable == "ABANDONED":
            for visit in track.visits.values():
                visit.variables_seen = visit.variables_seen or s.value == "TRUE"
        elif s.value in visits.REFUSALS:
            queue = track.queue_hint or self.scene.queue_at.get((s.context, s.exten), "")
            visits.refuse(self.scene, track, queue, s.value, s.at)
        elif s.value:
            visits.status_says(self.scene, track, s.leg, s.value, s.at)

    def _queue_named(self, s: QueueNamed) -> None:
        track = self._track_of(s.leg, s.at)
        if track is None:
            return
        track.queue_hint = s.queue
        if s.refused:
            visits.refuse(self.scene, track, s.queue, s.refused, s.at)

    def _member_called(self, s: MemberCalled) -> None:
        track = self._track_of(s.leg, s.at)
        dest = self.scene.legs.get(s.dest)
        if track is None or dest is None:
            return
        agent = self.scene.agents.ensure(s.interface, s.member)
        dest.agent, dest.call = agent.ref.id, track.id
        other = self.scene.legs.get(dest.pair)
        if other is not None:
            other.agent, other.call = agent.ref.id, track.id
        visit = visits.visit_at(track, s.queue)
        offers.begin(
            self.scene,
            track,
            agent,
            dest,
            s.at,
            visit.number if visit is not None else None,
            visit.queue if visit is not None else s.queue,
        )

    def _member_missed(self, s: MemberMissed) -> None:
        dest = self.scene.legs.get(s.dest)
        track = None if dest is None else self.scene.calls.get(dest.call)
        offer = None if track is None or dest is None else offers.of_leg(track, dest)
        if track is not None and dest is not None and offer is not None:
            offers.leg_ended(self.scene, track, offer, dest, "no_answer", s.at)

    def _member_connected(self, s: MemberConnected) -> None:
        leg, dest = self.scene.legs.get(s.leg), self.scene.legs.get(s.dest)
        track = None if leg is None else self.scene.calls.get(leg.call)
        if track is None:
            self.odd += 1
            return
        agent = self.scene.agents.ensure(s.interface, s.member)
        turned_away = agent.ref.id in track.turned_away
        if dest is not None and self.scene.attribute(dest) is None and not turned_away:
            dest.agent = agent.ref.id
        visit = visits.visit_at(track, s.queue)
        if visit is not None and not visit.connected_at:
            visit.connected_at, visit.connected_to = s.at, agent.ref.id
            self.scene.wake(track.id, s.at + visits.SETTLE_MS)

    def _member_completed(self, s: MemberCompleted) -> None:
        leg = self.scene.legs.get(s.leg)
        track = None if leg is None else self.scene.calls.get(leg.call)
        agent = self.scene.agents.ensure(s.interface, "") if track is not None else None
        if track is not None and agent is not None:
            talk = track.talks.get(agent.ref.id)
            if talk is not None:
                talk.completed = s.reason

    # -- the link --------------------------------------------------------------------------

    def _roster_ended(self, s: RosterEnded) -> None:
        legs = list(self.scene.legs.legs)
        roster.ended(self.scene, s)
        for leg in legs:
            if self.scene.legs.get(leg) is None:
                self._remember_gone(leg)
        self._settle(list(self.scene.calls), s.at)
        # The clocks of what was about to be settled begin anew: its evidence may have been missed.
        for key, at in self.scene.wakes.items():
            self.scene.wakes[key] = max(at, s.at + visits.SETTLE_MS)

    def _pbx_stopping(self, s: PbxStopping) -> None:
        self.scene.stopping_at = s.at

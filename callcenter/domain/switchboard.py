"""The switchboard of one PBX: signals in, facts out, nothing else.

``apply`` is a synchronous function of its state and one signal. It follows the customer's leg:
who talks with him is who shares a bridge with that leg, so a transfer, a park, a pick-up or a
barge needs no case of its own (DESIGN 2). The work is done in the rooms beside this file: legs,
visits, offers, conversations, wrap-up, agents; ``channels``, ``bridges``, ``queues``, ``members``
and ``roster`` say what a signal means to them, and the table at the end routes to these.

Signals may come twice, late, or about legs that we never saw; each handler looks first whether it
already knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from . import (
    bridges,
    channels,
    conversations,
    lines,
    members,
    pool,
    queues,
    resumption,
    roster,
    transfers,
    visits,
    wrap_up,
)
from .calls import Rules, Scene
from .facts import AnyFact
from .model import AgentRef, CallRecord
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
    PoolJoined,
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
    Woke,
)

AGENTS_AT_ONCE = 50
"""Of how many agents ``take`` and ``go_on`` tell at a time."""


QUIET_MS = 250
"""Nothing came for so long: then time is taken to have passed."""
LAG_MS = 30_000
"""So far behind its own time a message may be believed to be."""


class Switchboard:
    """Turns the signals of one PBX into facts."""

    def __init__(self, pbx: str, rules: Rules | None = None) -> None:
        self.scene = Scene(pbx, rules or Rules())
        self._next_wake: int | None = None
        self._heard_at = 0
        self._lag = 0
        self._at = 0

    @property
    def odd(self) -> int:
        """Signals so far about legs and queues that we knew nothing of."""
        return self.scene.odd

    @property
    def blind(self) -> bool:
        """Whether our view of the PBX is not whole: the link is down, or its roster is told."""
        return self.scene.blind

    @property
    def next_wake(self) -> int | None:
        """When ``apply`` wants a ``Woke`` signal if nothing else comes (epoch ms), or None.

        While our view is not whole, silence is no evidence: then nothing is settled by time.
        """
        return None if self.scene.blind else self._next_wake

    def resume(
        self,
        records: Iterable[CallRecord],
        on_shift: Iterable[tuple[str, str]] = (),
        stopped_at: int = 0,
    ) -> None:
        """Takes up what was unfinished when we stopped; the roster will confirm it.

        ``records`` are the last calls, whether over or not; of other PBXs they are passed over.
        ``on_shift``: id and name of the agents who were signed in then. Who is not in the roster
        any more has signed out meanwhile, and his span ends. ``stopped_at``: when we last said
        something of this PBX (epoch ms).
        """
        self.scene.stopped_at = stopped_at
        for agent_id, name in on_shift:
            pbx, _, interface = agent_id.partition(":")
            if pbx == self.scene.pbx:
                self.scene.agents.on_shift[agent_id] = AgentRef(agent_id, name, interface)
        resumption.resume(self.scene, records)
        self._next_wake = min(self.scene.wakes.values(), default=None)

    def hear(self, at: int, signals: Sequence[Signal]) -> list[AnyFact]:
        """A message came at ``at`` (epoch ms; 0: with the one before it) and means ``signals``."""
        return [fact for signal in self.in_time(at, signals) for fact in self.apply(signal)]

    def in_time(self, at: int, signals: Sequence[Signal]) -> Sequence[Signal]:
        """What is to be taken of ``hear``, one after the other: if it was quiet before, first that
        time passed, whether or not somebody looked (``passed``) in between. So the facts depend on
        what came when, and on nothing else."""
        if not at:
            return signals
        before = self.passed(at)
        self._heard_at = at
        if signals:
            self._lag = min(max(0, at - signals[-1].at), LAG_MS)
        return [*before, *signals] if before else signals

    def passed(self, now: int) -> Sequence[Signal]:
        """Time passes until ``now`` (epoch ms) and nothing was heard: what is due is settled.

        Messages that follow each other closely are worked in their own time: what a slow link, or
        one that was frozen, brings late must not be settled before its evidence is there.
        """
        if now - self._heard_at < QUIET_MS:
            return ()
        due = self.next_wake
        return () if due is None or due > now - self._lag else (Woke(now - self._lag),)

    def apply(self, signal: Signal) -> list[AnyFact]:
        """The facts that ``signal`` leads to, in order."""
        facts = self.take(signal)
        while self.unsaid:
            facts += self.go_on()
        return facts

    def take(self, signal: Signal) -> list[AnyFact]:
        """As ``apply``, but of many agents whose state changed at once (a roster, a lost link)
        only the first are told of: ``go_on`` tells more as long as there is something ``unsaid``,
        and no signal may be taken before that. So the loop can breathe in between."""
        scene = self.scene
        wake = self._next_wake
        while wake is not None and wake <= signal.at and not scene.blind:
            self._wake(wake)
            wake = self._next_wake
        _TABLE.get(type(signal), _nothing_to_do)(scene, signal)
        while scene.taken_over:
            lines.end(scene, scene.taken_over.pop(0), signal.at)
        if scene.wakes_moved:
            self._look_ahead()
        self._at = signal.at
        return self.go_on()

    @property
    def unsaid(self) -> bool:
        """Whether ``go_on`` has something to tell."""
        return bool(self.scene.touched)

    def go_on(self) -> list[AnyFact]:
        """The facts that are ready, with those of the next agents whose state may have changed."""
        scene = self.scene
        if scene.touched:
            self._tell_agents(self._at, AGENTS_AT_ONCE)
        if not scene.out:
            return []
        facts, scene.out = scene.out, []
        return facts

    def _tell_agents(self, at: int, most: int | None = None) -> None:
        scene = self.scene
        touched = scene.touched
        if most is None or len(touched) <= most:
            scene.touched = {}
        else:
            touched = dict.fromkeys(islice(touched, most))
            for agent_id in touched:
                del scene.touched[agent_id]
        for agent_id in touched:
            agent = scene.agents.known(agent_id)
            unwatched = scene.agents.unwatched(agent, scene.stopped_at, at)
            if unwatched is not None:
                scene.say(unwatched)
            seen = scene.agents.seen(agent, at)
            if seen is not None:
                scene.say(seen)
            changed = scene.agents.changed(agent, at)
            if changed is not None:
                scene.say(changed)

    def _wake(self, now: int) -> None:
        scene = self.scene
        due = sorted((at, key) for key, at in scene.wakes.items() if at <= now)
        for at, key in due:
            scene.wakes.pop(key, None)
            if key.startswith("agent "):
                agent = scene.agents.known(key.removeprefix("agent "))
                until = agent.wrap.until if agent.wrap is not None else 0
                if 0 < until <= at:
                    wrap_up.end(scene, agent, until)
                    self._tell_agents(until)
                elif until:
                    # This was the wake of an earlier call's work, which a new call cut short.
                    scene.wake(key, until)
                continue
            # A call that ends takes its wake with it (``lines.end``).
            track = scene.calls[key]
            visits.look_again(scene, track, at)
            conversations.settle(scene, track, at)
            for later in (visits.due(track, at), conversations.due(track, at)):
                if later is not None:
                    scene.wake(key, later)
            self._tell_agents(at)
        self._look_ahead()

    def _look_ahead(self) -> None:
        """Finds the next instant at which something is to be looked at: a walk over all of them,
        so not after each signal."""
        self.scene.wakes_moved = False
        self._next_wake = min(self.scene.wakes.values(), default=None)


def _pbx_stopping(scene: Scene, s: PbxStopping) -> None:
    scene.stopping_at = s.at


def _nothing_to_do(scene: Scene, s: Signal) -> None:
    """Time passed: what was due is settled before any signal is looked at."""


_TABLE: dict[type[Signal], Callable[[Scene, Any], None]] = {
    LegSeen: channels.seen,
    LegState: channels.stands,
    LegCallerId: channels.presents,
    LegHangupAsked: channels.hangup_asked,
    LegGone: channels.gone,
    LocalPaired: channels.paired,
    DialBegan: channels.dial_began,
    DialEnded: channels.dial_ended,
    RecordingBegan: channels.recorded,
    BridgeJoined: bridges.joined,
    BridgeParted: bridges.parted,
    HoldPressed: bridges.hold_pressed,
    Transferred: transfers.transferred,
    Parked: transfers.parked,
    PickedUp: bridges.picked_up,
    SpyBegan: bridges.spied,
    PoolJoined: pool.joined,
    CallerJoined: queues.joined,
    CallerLeft: queues.left,
    CallerGaveUp: queues.gave_up,
    WaitingRow: queues.waits,
    QueueEvidence: queues.evidence,
    QueueNamed: queues.named,
    MemberCalled: queues.called,
    MemberMissed: queues.missed,
    MemberConnected: queues.connected,
    MemberCompleted: queues.completed,
    MemberSeen: members.seen,
    MemberGone: members.gone,
    QueueKnown: members.queue_known,
    QueueWraps: members.wraps,
    RosterBegan: roster.began,
    RosterEnded: roster.ended,
    LinkWentDown: roster.link_down,
    PbxStopping: _pbx_stopping,
    Woke: _nothing_to_do,
}

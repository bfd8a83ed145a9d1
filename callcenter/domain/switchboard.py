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

from collections.abc import Callable, Iterable
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
from .model import CallRecord
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


class Switchboard:
    """Turns the signals of one PBX into facts."""

    def __init__(self, pbx: str, rules: Rules | None = None) -> None:
        self.scene = Scene(pbx, rules or Rules())
        self._next_wake: int | None = None

    @property
    def odd(self) -> int:
        """Signals so far about legs and queues that we knew nothing of."""
        return self.scene.odd

    @property
    def next_wake(self) -> int | None:
        """When ``apply`` wants a ``Woke`` signal if nothing else comes (epoch ms), or None.

        While our view is not whole, silence is no evidence: then nothing is settled by time.
        """
        return None if self.scene.blind else self._next_wake

    def resume(self, records: Iterable[CallRecord]) -> None:
        """Takes up what was unfinished when we stopped; the roster will confirm it.

        ``records`` are the last calls, whether over or not; of other PBXs they are passed over.
        """
        resumption.resume(self.scene, records)
        self._next_wake = min(self.scene.wakes.values(), default=None)

    def hear(self, at: int, signals: Iterable[Signal]) -> list[AnyFact]:
        """Time passes until ``at`` (epoch ms; 0: it does not), then come ``signals``.

        ``at`` is when their message arrived: what was due by then is settled first, whether or not
        somebody looked in between. So the facts depend on what came and on nothing else.
        """
        facts: list[AnyFact] = []
        if (due := self.next_wake) is not None and due <= at:
            facts += self.apply(Woke(at))
        for signal in signals:
            facts += self.apply(signal)
        return facts

    def apply(self, signal: Signal) -> list[AnyFact]:
        """The facts that ``signal`` leads to, in order."""
        scene = self.scene
        while (wake := self.next_wake) is not None and wake <= signal.at:
            self._wake(wake)
        _TABLE.get(type(signal), _nothing_to_do)(scene, signal)
        while scene.taken_over:
            lines.end(scene, scene.taken_over.pop(0), signal.at)
        self._next_wake = min(scene.wakes.values(), default=None)
        if scene.touched:
            self._tell_agents(signal.at)
        if not scene.out:
            return []
        facts, scene.out = scene.out, []
        return facts

    def _tell_agents(self, at: int) -> None:
        scene = self.scene
        for agent_id in scene.touched:
            agent = scene.agents.known(agent_id)
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
                agent = scene.agents.known(key.removeprefix("agent "))
                if agent.wrap is not None and 0 < agent.wrap.until <= at:
                    until = agent.wrap.until
                    wrap_up.end(scene, agent, until)
                    self._tell_agents(until)
                continue
            # A call that ends takes its wake with it (``lines.end``).
            track = scene.calls[key]
            visits.look_again(scene, track, at)
            conversations.settle(scene, track, at)
            for later in (visits.due(track, at), conversations.due(track, at)):
                if later is not None:
                    scene.wake(key, later)
            self._tell_agents(at)
        self._next_wake = min(scene.wakes.values(), default=None)


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

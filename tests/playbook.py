"""Tests of the switchboard read as a conversation: what the PBX said, what we concluded.

``say`` tells the switchboard signals, all at the playbook's own time, which ``wait`` moves on.
``expect`` names the facts told since the last ``expect``, whole and in order; each names only the
fields that the test is about. Agents are named by their extension, calls by their first leg.

    book = Playbook().with_members("support", "1001")
    book.say(line_in("c"), joins_queue("c", "support"))
    book.expect(a(QueueEntered, queue="support"))
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

from msgspec.structs import replace

from callcenter.domain import record as records
from callcenter.domain.calls import Rules
from callcenter.domain.facts import (
    AgentSeen,
    AgentStateChanged,
    AnyFact,
    CallFact,
    LinkRestored,
    QueueSeen,
)
from callcenter.domain.model import CallRecord, Presentation
from callcenter.domain.signals import (
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
    QueueEvidence,
    QueueKnown,
    RosterBegan,
    RosterEnded,
    Signal,
    Transferred,
    WaitingRow,
    Woke,
)
from callcenter.domain.switchboard import Switchboard
from tests.expected import Expected, ext_of, fold
from tests.expected import a as a
from tests.expected import an as an

T0 = 1_795_371_300_000
"""When playbooks begin: 2026-11-22 18:15 UTC, epoch ms."""

SURROUNDINGS = (AgentSeen, AgentStateChanged, QueueSeen)
"""Facts about the centre and not about one call."""


def trunks_are_lines(endpoint: str) -> bool | None:
    """The site's word: ``PJSIP/trunk...`` are lines, of the rest it says nothing."""
    return False if endpoint.startswith("PJSIP/trunk") else None


# -- what the PBX says (``at`` is stamped by ``Playbook.say``) -----------------------------------


def line_in(
    leg: str, number: str = "+989121234567", name: str = "", exten: str = "600", **more: Any
) -> LegSeen:
    """A call comes in on the trunk."""
    return LegSeen(0, leg, f"PJSIP/trunk-{leg}", 4, leg, number, name, "from-trunk", exten, **more)


def phone(leg: str, ext: str, of: str = "", state: int = 0, **more: Any) -> LegSeen:
    """A leg of one of our phones appears; ``of`` is the leg whose call it belongs to."""
    return LegSeen(0, leg, f"PJSIP/{ext}-{leg}", state, of or leg, number=ext, **more)


def trunk_out(leg: str, of: str, trunk: str = "trunk") -> LegSeen:
    """A leg on a line to the outside appears."""
    return LegSeen(0, leg, f"PJSIP/{trunk}-{leg}", 0, of)


def local(one: str, two: str, place: str = "1009@agents", of: str = "") -> list[Signal]:
    """Two halves of a Local channel appear and are paired."""
    name = f"Local/{place}-{one}"
    return [
        LegSeen(0, one, f"{name};1", 0, of or one),
        LegSeen(0, two, f"{name};2", 4, of or one),
        LocalPaired(0, one, two),
    ]


def state(leg: str, number: int) -> LegState:
    """A leg's state: 4 ring, 5 ringing, 6 up."""
    return LegState(0, leg, number)


def caller_id(
    leg: str, number: str, name: str = "", presentation: Presentation = "shown"
) -> LegCallerId:
    """The number or name of a leg changes."""
    return LegCallerId(0, leg, number, name, presentation)


def hangs_up(leg: str) -> LegHangupAsked:
    """The far end of this leg hung up."""
    return LegHangupAsked(0, leg, True)


def is_hung_up(leg: str, flag: int = 32) -> LegHangupAsked:
    """Asterisk asked this leg to go."""
    return LegHangupAsked(0, leg, False, flag)


def gone(leg: str, cause: int = 16) -> LegGone:
    """A leg is no more."""
    return LegGone(0, leg, cause)


def dials(caller: str, dest: str, text: str) -> DialBegan:
    """A leg (or nobody, for Originate) dials another."""
    return DialBegan(0, caller, dest, text)


def dial_end(dest: str, status: str) -> DialEnded:
    """A dial attempt ends."""
    return DialEnded(0, dest, status)


def enters(leg: str, bridge: str, swap: str = "", **more: Any) -> BridgeJoined:
    """A leg enters a bridge."""
    return BridgeJoined(0, bridge, leg, swap, **more)


def parts(leg: str, bridge: str) -> BridgeParted:
    """A leg leaves a bridge."""
    return BridgeParted(0, bridge, leg)


def holds(leg: str, on: bool = True) -> HoldPressed:
    """The party of this leg presses hold, or takes it off."""
    return HoldPressed(0, leg, on)


def joins_queue(leg: str, queue: str = "support", exten: str = "600") -> CallerJoined:
    """A caller enters a queue."""
    return CallerJoined(0, leg, queue, 1, "from-trunk", exten)


def leaves_queue(leg: str, queue: str = "support", exten: str = "600") -> CallerLeft:
    """A caller leaves a queue's list."""
    return CallerLeft(0, leg, queue, "from-trunk", exten)


def gives_up(leg: str, queue: str = "support") -> CallerGaveUp:
    """QueueCallerAbandon, which means any of five ends."""
    return CallerGaveUp(0, leg, queue)


def variable(leg: str, name: str, value: str, exten: str = "600") -> QueueEvidence:
    """app_queue sets a variable on the caller's leg."""
    return QueueEvidence(0, leg, name, value, "from-trunk", exten)


def interface(ext: str) -> str:
    """The interface of an agent: ``1001`` is ``PJSIP/1001``; a full interface is itself."""
    return ext if "/" in ext else f"PJSIP/{ext}"


def rings(leg: str, dest: str, ext: str, queue: str = "support") -> MemberCalled:
    """A queue rings a member for a caller."""
    return MemberCalled(0, leg, dest, queue, interface(ext), f"Agent {ext}")


def missed(leg: str, dest: str, ext: str, queue: str = "support") -> MemberMissed:
    """A queue's attempt at a member is over, unanswered."""
    return MemberMissed(0, leg, dest, queue, interface(ext))


def connects(leg: str, dest: str, ext: str, queue: str = "support") -> MemberConnected:
    """A queue connects a caller with a member."""
    return MemberConnected(0, leg, dest, queue, interface(ext), f"Agent {ext}")


def completes(leg: str, dest: str, ext: str, reason: str) -> MemberCompleted:
    """app_queue says that a call is over, and why as far as it knows."""
    return MemberCompleted(0, leg, dest, "support", interface(ext), reason)


def member(ext: str, queue: str = "support", **more: Any) -> MemberSeen:
    """What is true of a queue's member now: ``paused``, ``paused_reason``, ``status`` ..."""
    given: dict[str, Any] = {"status": 1, "paused": False, "state_interface": interface(ext)} | more
    return MemberSeen(0, queue, interface(ext), f"Agent {ext}", **given)


def removed(ext: str, queue: str = "support") -> MemberGone:
    """A member is taken out of a queue."""
    return MemberGone(0, queue, interface(ext))


def blind(leg: str, to: str, transferee: str = "") -> Transferred:
    """A blind transfer succeeds."""
    return Transferred(0, "blind", leg, transferee=transferee, to=to)


def attended(leg: str, second: str = "", transferee: str = "", target: str = "") -> Transferred:
    """An attended transfer succeeds."""
    return Transferred(0, "attended", leg, second, transferee, target)


def link_down(why: str = "cut") -> LinkWentDown:
    """We hear nothing any more."""
    return LinkWentDown(0, why)


def roster(*rows: Signal, restarted: bool = False) -> list[Signal]:
    """The PBX's own list, complete."""
    return [RosterBegan(0, restarted), *rows, RosterEnded(0)]


def waits(leg: str, queue: str = "support") -> WaitingRow:
    """A row of the roster: this leg waits in a queue."""
    return WaitingRow(0, leg, queue, 1)


def woke() -> Woke:
    """Time passed, nothing happened."""
    return Woke(0)


class Playbook:
    """One PBX, its switchboard, and all that was concluded so far."""

    def __init__(
        self,
        rules: Rules | None = None,
        pbx: str = "pbx1",
        *,
        resumes: Iterable[CallRecord] = (),
        on_shift: Iterable[tuple[str, str]] = (),
        stopped_at: int = 0,
    ) -> None:
        self.board = Switchboard(pbx, rules or Rules(is_internal=trunks_are_lines))
        self.now = T0
        self.facts: list[AnyFact] = []
        self._told: list[AnyFact] = []
        self._before = {record.id: record for record in resumes}
        self.board.resume(self._before.values(), on_shift, stopped_at)

    def with_members(self, queue: str, *exts: str, **more: Any) -> Self:
        """Queues and members are there from the start; what that leads to is not looked at."""
        self.say(QueueKnown(0, queue, "ringall", 20), *(member(x, queue, **more) for x in exts))
        self._told.clear()
        return self

    def say(self, *signals: Signal | list[Signal]) -> Self:
        """The PBX says this, now."""
        for item in signals:
            for signal in item if isinstance(item, list) else [item]:
                facts = self.board.apply(replace(signal, at=self.now))
                self.facts += facts
                self._told += facts
        return self

    def wait(self, seconds: float) -> Self:
        """Time passes; whatever the switchboard wanted to be woken for happens in between."""
        ends = self.now + round(seconds * 1000)
        while self.board.next_wake is not None and self.board.next_wake <= ends:
            self.now = max(self.now, self.board.next_wake)
            self.say(woke())
        self.now = ends
        return self

    def told(self) -> list[AnyFact]:
        """All facts since the last look."""
        told, self._told = self._told, []
        return told

    def expect(self, *wanted: Expected) -> Self:
        """The facts about calls since the last look are exactly these, in this order."""
        told = [fact for fact in self.told() if not isinstance(fact, SURROUNDINGS)]
        self._compare(told, wanted)
        return self

    def expect_states(self, *wanted: tuple[str, str]) -> Self:
        """The changes of agents' states since the last look: (extension, state) in order."""
        changes = [fact for fact in self.told() if isinstance(fact, AgentStateChanged)]
        assert [(ext_of(change.agent), change.state) for change in changes] == list(wanted)
        return self

    @staticmethod
    def _compare(told: Sequence[AnyFact], wanted: tuple[Expected, ...]) -> None:
        listed = "\n".join(map(repr, told)) or "nothing"
        assert len(told) == len(wanted), f"wanted {wanted}, told was\n{listed}"
        for fact, item in zip(told, wanted, strict=True):
            assert item.matches(fact), f"wanted {item}, told was\n{listed}"

    def records(self) -> dict[str, CallRecord]:
        """All calls so far, by id."""
        rest = [f for f in self.facts if getattr(f, "call", "") not in self._before]
        found = fold(fact for fact in rest if isinstance(fact, CallFact))
        for fact in self.facts:
            if isinstance(fact, CallFact) and fact.call in self._before:
                records.fold(self._before[fact.call], fact)
        return self._before | found

    def record(self, leg: str = "c") -> CallRecord:
        """The call whose first leg this is."""
        return self.records()[f"{self.board.scene.pbx}:{leg}"]

    def state_of(self, ext: str) -> str:
        """The state last told of an agent; empty when none ever was."""
        return next(
            (
                fact.state
                for fact in reversed(self.facts)
                if isinstance(fact, AgentStateChanged) and ext_of(fact.agent) == ext
            ),
            "",
        )

    def restored(self) -> list[LinkRestored]:
        """Every time that the view became whole."""
        return [fact for fact in self.facts if isinstance(fact, LinkRestored)]

    # -- scenes that many tests begin with -------------------------------------------------

    def waiting(self, leg: str = "c", queue: str = "support", exten: str = "600") -> Self:
        """A caller came in and waits."""
        self.say(line_in(leg, exten=exten), state(leg, 6), joins_queue(leg, queue, exten))
        return self

    def ringing(
        self, ext: str = "1001", dest: str = "a", leg: str = "c", queue: str = "support"
    ) -> Self:
        """The queue rings an agent for the caller."""
        self.say(
            phone(dest, ext, leg),
            rings(leg, dest, ext, queue),
            dials(leg, dest, interface(ext)),
            state(dest, 5),
        )
        return self

    def talking(
        self, ext: str = "1001", dest: str = "a", leg: str = "c", queue: str = "support"
    ) -> Self:
        """The agent who is rung answers and is joined with the caller."""
        self.say(
            state(dest, 6),
            dial_end(dest, "ANSWER"),
            leaves_queue(leg, queue),
            connects(leg, dest, ext, queue),
            enters(dest, f"b-{dest}"),
            enters(leg, f"b-{dest}"),
        )
        return self

    def hangs_up(self, leg: str, other: str, bridge: str) -> Self:
        """The party of ``leg`` hangs up, and the other leg goes with it."""
        self.say(hangs_up(leg), parts(leg, bridge), gone(leg), parts(other, bridge), gone(other))
        return self

"""Signals: what a PBX said, free of header names.

Signals are volatile: nothing stores them and they may change freely. ``at`` is when it happened,
epoch milliseconds UTC as far as we can tell (``ami_bridge.translate`` says how). ``leg`` is a
channel's Uniqueid, which is the key; names are hints. Signals may come twice, late, or about legs
never heard of: the switchboard answers for that, not the sender.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from .model import Presentation


class Signal(Struct, frozen=True, gc=False):
    """Base of all signals: strings and numbers, nothing that the collector need look at."""

    at: int


class LegSeen(Signal, frozen=True):
    """A channel exists: it was created now, or stands in the roster (``row``).

    ``state`` is Asterisk's channel state number; ``age_ms`` how long a roster row says it exists.
    """

    leg: str
    name: str
    state: int
    linkedid: str
    number: str = ""
    cname: str = ""
    context: str = ""
    exten: str = ""
    row: bool = False
    age_ms: int = 0


class LegState(Signal, frozen=True):
    """A channel's state number changed (4 ring, 5 ringing, 6 up ...)."""

    leg: str
    state: int


class LegCallerId(Signal, frozen=True):
    """The number or name that a channel presents became known or changed."""

    leg: str
    number: str
    cname: str
    presentation: Presentation


class LegHangupAsked(Signal, frozen=True):
    """Somebody ended this leg: ``far`` its own device or line, else Asterisk.

    ``flag`` is Asterisk's soft hang-up flag (32 explicit, 16 out of dialplan, 4 shutdown ...);
    ``context``/``exten``: where in the dialplan it stood.
    """

    leg: str
    far: bool
    flag: int = 0
    context: str = ""
    exten: str = ""


class LegGone(Signal, frozen=True):
    """A channel is gone; ``cause`` is Q.850 of this leg (0 unknown).

    ``context``/``exten``: where in the dialplan it stood at last.
    """

    leg: str
    cause: int
    context: str = ""
    exten: str = ""


class LocalPaired(Signal, frozen=True):
    """Two Local halves are one wire; the only safe way to pair them."""

    one: str
    two: str


class DialBegan(Signal, frozen=True):
    """A leg dials another; ``caller`` is empty for Originate, ``dialstring`` as was dialled."""

    caller: str
    dest: str
    dialstring: str


class DialEnded(Signal, frozen=True):
    """A dial attempt ended: ANSWER, BUSY, NOANSWER, CANCEL, CONGESTION, CHANUNAVAIL ..."""

    dest: str
    status: str
    forward: str = ""


class BridgeJoined(Signal, frozen=True):
    """A leg is in a bridge; ``swap`` is the leg whose place it takes. ``row``: from the roster."""

    bridge: str
    leg: str
    swap: str = ""
    kind: str = "basic"
    row: bool = False


class BridgeParted(Signal, frozen=True):
    """A leg left a bridge."""

    bridge: str
    leg: str


class HoldPressed(Signal, frozen=True):
    """The party of this leg pressed hold (``on``) or took it off."""

    leg: str
    on: bool


class CallerJoined(Signal, frozen=True):
    """A caller entered a queue. ``context``/``exten``: where in the dialplan."""

    leg: str
    queue: str
    position: int
    context: str = ""
    exten: str = ""
    number: str = ""
    cname: str = ""


class CallerLeft(Signal, frozen=True):
    """A caller left a queue's list, for whatever reason."""

    leg: str
    queue: str
    context: str = ""
    exten: str = ""


class CallerGaveUp(Signal, frozen=True):
    """Asterisk's QueueCallerAbandon: hang-up, time-out, emptied or withdrawn, undivided."""

    leg: str
    queue: str


class WaitingRow(Signal, frozen=True):
    """The roster says that this leg waits in a queue since ``at``."""

    leg: str
    queue: str
    position: int


class QueueEvidence(Signal, frozen=True):
    """app_queue set a variable on the caller's leg: QUEUESTATUS, ABANDONED ..."""

    leg: str
    variable: str
    value: str
    context: str = ""
    exten: str = ""


class QueueNamed(Signal, frozen=True):
    """The dialplan is about to run Queue() on this leg, or said that it was refused.

    ``refused`` is empty, or the reason (FULL, JOINEMPTY ...) from the dialplan's own UserEvent.
    """

    leg: str
    queue: str
    refused: str = ""


class MemberCalled(Signal, frozen=True):
    """A queue rings a member for a caller."""

    leg: str
    dest: str
    queue: str
    interface: str
    member: str


class MemberMissed(Signal, frozen=True):
    """A queue's attempt at a member ended unanswered."""

    leg: str
    dest: str
    queue: str
    interface: str


class MemberConnected(Signal, frozen=True):
    """A queue connects a caller with a member; ``dest`` may be a leg that picked up for him."""

    leg: str
    dest: str
    queue: str
    interface: str
    member: str


class MemberCompleted(Signal, frozen=True):
    """A queue call ended, says app_queue, late or wrongly at times; ``reason`` as it says."""

    leg: str
    dest: str
    queue: str
    interface: str
    reason: str


class MemberSeen(Signal, frozen=True):
    """What is true of a queue's member now. ``row``: from the roster.

    ``pausing``: said because somebody paused him or ended it, so that an empty reason is none.
    """

    queue: str
    interface: str
    member: str
    state_interface: str
    status: int
    paused: bool
    paused_reason: str = ""
    wrapup_s: int = 0
    last_call: int = 0
    last_pause: int = 0
    row: bool = False
    pausing: bool = False


class MemberGone(Signal, frozen=True):
    """A member was removed from a queue."""

    queue: str
    interface: str


class QueueWraps(Signal, frozen=True):
    """A member of a queue is in after-call work by the queue's own rule.

    ``seconds`` None: how long is not known yet. Else he is ready again: that is the queue's
    length (0: over, and nothing was learned).
    """

    queue: str
    interface: str
    seconds: int | None


class QueueKnown(Signal, frozen=True):
    """A queue exists."""

    queue: str
    strategy: str
    service_level_s: int


class Transferred(Signal, frozen=True):
    """A transfer succeeded, by its event; the bridges prove it. Empty ids: not told.

    ``second``: the leg of the consultation (the same one, where keys were pressed). ``stays``: who
    transferred stays with them, three-way. ``steps_in``: the transferee takes the place of
    ``second`` in what that leg was doing: dialling, or waiting in a queue.
    """

    kind: Literal["blind", "attended"]
    transferer: str
    second: str = ""
    transferee: str = ""
    target: str = ""
    to: str = ""
    stays: bool = False
    steps_in: bool = False


class Parked(Signal, frozen=True):
    """A leg was parked; ``by`` is the device that did it, as it would be dialled."""

    leg: str
    space: str
    by: str = ""


class PickedUp(Signal, frozen=True):
    """``picker`` answers for the ringing leg ``target``."""

    picker: str
    target: str


class PoolJoined(Signal, frozen=True):
    """This leg waits for calls as agent ``agent`` of app_agent_pool, and stays for many of them."""

    leg: str
    agent: str


class SpyBegan(Signal, frozen=True):
    """This leg listens to others; it is no party of any conversation."""

    leg: str


class RecordingBegan(Signal, frozen=True):
    """A recording of this leg is written to ``file``."""

    leg: str
    file: str


class RosterBegan(Signal, frozen=True):
    """What follows with ``row`` set is the PBX's own list of what exists."""

    restarted: bool = False


class RosterEnded(Signal, frozen=True):
    """The list is complete: what was not in it is gone."""


class LinkWentDown(Signal, frozen=True):
    """We hear nothing of this PBX any more."""

    why: str


class PbxStopping(Signal, frozen=True):
    """Asterisk says that it is going down."""


class Woke(Signal, frozen=True):
    """Time passed; nothing else happened."""

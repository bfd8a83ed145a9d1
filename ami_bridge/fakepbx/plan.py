"""What shall become of a call: the decisions that people make, written down beforehand.

A story asks its plan and nobody else, so that a test can write one and the centre can draw one.
Durations are seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Literal

from .model import Member, Queue

Side = Literal["agent", "caller"]

Answers = Callable[[Queue, Member], float | None]
"""After how many seconds of ringing a member answers; None: never."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who is on the line outside: number and name as the provider sends them, maybe empty."""

    number: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A number of ours and the dialplan behind it.

    ``priority`` is the step of Queue() in ``context``. ``tells``: the dialplan says by UserEvent
    how a visit ended, as the sample configuration does. ``account`` is set when a caller flows
    over to the ``overflow`` queue.
    """

    did: str
    exten: str
    queue: str
    priority: int = 4
    records: bool = True
    limit_s: float = inf
    overflow: str = ""
    overflow_limit_s: float = inf
    account: str = ""
    tells: bool = True
    context: str = "did"


@dataclass(frozen=True, slots=True)
class Transfer:
    """The agent passes the caller on to a colleague's phone.

    ``ring_s`` None: the colleague does not answer (blind only; the caller is then hung up by the
    dialplan after 20 s). ``consult_s``: how long the two talk first (attended only).
    """

    kind: Literal["blind", "attended"]
    device: str
    at_s: float
    ring_s: float | None = 2.0
    consult_s: float = 3.0
    talk_s: float = 20.0
    by: Side = "caller"


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation: its length, who ends it, holds as (from, length), perhaps a transfer."""

    seconds: float
    by: Side = "caller"
    holds: tuple[tuple[float, float], ...] = ()
    transfer: Transfer | None = None


@dataclass(frozen=True, slots=True)
class Fate:
    """What a caller to a queue does: how long he waits, when he presses a key, how he talks."""

    talk: Talk
    patience_s: float = inf
    key_s: float = inf
    key: str = "1"
    message_s: float = 10.0


@dataclass(frozen=True, slots=True)
class DialFate:
    """A call without a queue: ``ring_s`` None is never answered, ``patience_s`` the caller's."""

    ring_s: float | None
    talk: Talk = field(default_factory=lambda: Talk(20.0))
    patience_s: float = 25.0

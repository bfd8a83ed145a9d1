"""One attempt of a queue at one member, or at all at once: phones ring until somebody answers.

The steps are those of the recorded ``rna_then_other`` and ``ringall_three``: with a single member
the caller is told at once whom he is being connected with, in a ring-all only after the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from math import inf

from . import events
from .exchange import Exchange
from .model import RINGING, UP, Channel, Member, Queue
from .plan import Answers

Leg = tuple[Member, Channel]


class Ringing:
    """The legs that ring for one caller. ``limit`` is when the attempt ends (epoch ms)."""

    def __init__(self, ex: Exchange, queue: Queue, caller: Channel, members: list[Member]) -> None:
        self._ex = ex
        self._queue = queue
        self._caller = caller
        self._members = members
        self._alone = queue.strategy != "ringall"
        self._legs: list[Leg] = []
        self._first: Leg | None = None
        self._began = ex.now
        self.limit = ex.now + queue.ring_s * 1000

    def start(self, answers: Answers) -> float:
        """Dials and rings; returns when the first member will answer (epoch ms, maybe never)."""
        ex = self._ex
        for member in self._members:
            self._legs.append((member, self._dial(member)))
        first = inf
        for member, leg in self._legs:
            self._sound(leg)
            after_s = answers(self._queue, member)
            if after_s is not None and ex.now + after_s * 1000 < first:
                first = ex.now + after_s * 1000
                self._first = (member, leg)
        return first

    def _dial(self, member: Member) -> Channel:
        ex, caller = self._ex, self._caller
        endpoint = ex.pbx.endpoints[member.state_interface]
        leg = ex.open_phone(endpoint, caller)
        leg.application, leg.data = "AppQueue", "(Outgoing Line)"
        before = copy(leg)
        leg.exten = caller.exten
        leg.line_number, leg.line_name = caller.number, caller.cname
        ex.emit(events.agent("AgentCalled", ex.stamp(), caller, leg, member))
        # DialBegin shows the leg as it was made, AgentCalled as it will be.
        ex.dial_begin(caller, before, member.interface)
        if self._alone:
            ex.set_line(caller, leg.number, leg.cname)
        return leg

    def _sound(self, leg: Channel) -> None:
        ex = self._ex
        ex.set_state(leg, RINGING)
        ex.set_line(leg, self._caller.number, self._caller.cname, force=True)
        ex.dial_ringing(self._caller, leg)
        ex.refresh(leg.device)

    def answered(self, leave: Callable[[], None], held_s: int) -> Leg:
        """The first to answer has the caller; the others stop ringing.

        ``leave`` takes the caller out of the queue's list at the right place of the sequence.
        """
        ex, caller = self._ex, self._caller
        assert self._first is not None
        member, leg = self._first
        losers = [other for _, other in self._legs if other is not leg]
        ex.set_state(leg, UP)
        ex.dial_end(caller, leg, "ANSWER")
        for loser in losers:
            ex.dial_end(caller, loser, "CANCEL")
        if not self._alone:
            ex.set_line(caller, leg.number, leg.cname)
        for loser in losers:
            ex.dial_end(caller, loser, "CANCEL")
        ex.say("MusicOnHoldStop", caller)
        leave()
        ring_s = ex.now // 1000 - self._began // 1000
        member.in_call = True
        times = (("HoldTime", str(held_s)), ("RingTime", str(ring_s)))
        ex.emit(events.agent("AgentConnect", ex.stamp(), caller, leg, member, times))
        for loser in losers:
            ex.close_channel(loser, 26)
        for _, each in self._legs:
            ex.refresh(each.device)
        return member, leg

    def cancel(self) -> None:
        """The caller goes: each leg is cancelled, twice, as app_queue says it."""
        for _ in range(2):
            for _, leg in self._legs:
                self._ex.dial_end(self._caller, leg, "CANCEL")

    def close(self, cause: int) -> None:
        """The legs are gone."""
        for _, leg in self._legs:
            self._ex.close_channel(leg, cause)
            self._ex.refresh(leg.device)

    def nobody_answered(self) -> None:
        """The ring time is over, or the leg was taken away."""
        ex, caller = self._ex, self._caller
        rang_ms = str((ex.now - self._began) // 1000 * 1000)
        for member, leg in self._legs:
            more = (("RingTime", rang_ms),)
            ex.emit(events.agent("AgentRingNoAnswer", ex.stamp(), caller, leg, member, more))
        for _, leg in self._legs:
            ex.dial_end(caller, leg, "NOANSWER")
        for _, leg in self._legs:
            ex.dial_end(caller, leg, "CANCEL")
        self.close(0)

"""What a PBX would answer if it were asked now, from the signals that it has sent so far.

Nothing of the switchboard is in here: legs that are seen and not gone, who is in which bridge, who
waits, who is a member. ``rows`` gives it in the order in which ``ami_bridge.roster`` tells it.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from callcenter.domain.signals import (
    BridgeJoined,
    BridgeParted,
    CallerJoined,
    CallerLeft,
    LegCallerId,
    LegGone,
    LegSeen,
    LegState,
    LocalPaired,
    MemberGone,
    MemberSeen,
    QueueKnown,
    RosterBegan,
    RosterEnded,
    Signal,
    Transferred,
    WaitingRow,
)


class PbxModel:
    """The truth of one PBX at one instant."""

    def __init__(self, told: Iterable[Signal] = ()) -> None:
        self._legs: dict[str, LegSeen] = {}
        self._gone: set[str] = set()
        self._pairs: dict[str, str] = {}
        self._bridges: dict[str, str] = {}
        self._waiting: dict[tuple[str, str], int] = {}
        self._members: dict[tuple[str, str], MemberSeen] = {}
        self._queues: dict[str, QueueKnown] = {}
        self._listed: set[str] = set()
        for signal in told:
            self.take(signal)

    def take(self, s: Signal) -> None:
        """The PBX said this, so it is true."""
        if isinstance(s, RosterBegan):
            self._listed = set()
            self._waiting.clear()
            self._bridges.clear()
        elif isinstance(s, RosterEnded):
            for leg in [leg for leg in self._legs if leg not in self._listed]:
                del self._legs[leg]
        if isinstance(s, LegSeen):
            self._listed.add(s.leg)
        if isinstance(s, Transferred) and s.steps_in and s.second in self._legs:
            # The channels exchange their places in the dialplan (ASTERISK 4.3).
            place = self._legs[s.second]
            for leg in self._legs.keys() & {s.transferee}:
                self._legs[leg] = replace(self._legs[leg], context=place.context, exten=place.exten)
        if isinstance(s, CallerJoined | CallerLeft) and s.leg in self._legs:
            self._legs[s.leg] = replace(self._legs[s.leg], context=s.context, exten=s.exten)
        if isinstance(s, LegSeen) and s.leg not in self._gone:
            self._legs.setdefault(s.leg, s)
        elif isinstance(s, LegState) and s.leg in self._legs:
            self._legs[s.leg] = replace(self._legs[s.leg], state=s.state)
        elif isinstance(s, LegCallerId) and s.leg in self._legs:
            self._legs[s.leg] = replace(self._legs[s.leg], number=s.number, cname=s.cname)
        elif isinstance(s, LegGone):
            self._gone.add(s.leg)
            self._legs.pop(s.leg, None)
            self._bridges.pop(s.leg, None)
        elif isinstance(s, LocalPaired):
            self._pairs[s.one] = s.two
        elif isinstance(s, BridgeJoined):
            self._bridges[s.leg] = s.bridge
            # Who is put into a bridge waits no more, though no queue says so (ASTERISK 4.3).
            for row in [row for row in self._waiting if row[0] == s.leg]:
                del self._waiting[row]
        elif isinstance(s, BridgeParted) and self._bridges.get(s.leg) == s.bridge:
            del self._bridges[s.leg]
        elif isinstance(s, CallerJoined | WaitingRow):
            self._waiting[(s.leg, s.queue)] = s.at
        elif isinstance(s, CallerLeft):
            self._waiting.pop((s.leg, s.queue), None)
        elif isinstance(s, Transferred) and s.steps_in:
            for leg, queue in [row for row in self._waiting if row[0] == s.second]:
                self._waiting[(s.transferee, queue)] = self._waiting.pop((leg, queue))
        elif isinstance(s, MemberSeen):
            self._members[(s.queue, s.interface)] = s
        elif isinstance(s, MemberGone):
            self._members.pop((s.queue, s.interface), None)
        elif isinstance(s, QueueKnown):
            self._queues[s.queue] = s

    def rows(self, at: int, *, restarted: bool = False) -> list[Signal]:
        """The roster at ``at``."""
        legs = sorted(self._legs.values(), key=lambda leg: leg.linkedid != leg.leg)
        return [
            RosterBegan(at, restarted),
            *(replace(known, at=at) for known in self._queues.values()),
            *(replace(member, at=at, row=True) for member in self._members.values()),
            *(replace(leg, at=at, row=True, age_ms=max(0, at - leg.at)) for leg in legs),
            *(
                LocalPaired(at, one, two)
                for one, two in self._pairs.items()
                if one in self._legs and two in self._legs
            ),
            *(
                BridgeJoined(at, bridge, leg, "", "basic", True)
                for leg, bridge in self._bridges.items()
                if leg in self._legs
            ),
            *(
                WaitingRow(since, leg, queue, 1)
                for (leg, queue), since in self._waiting.items()
                if leg in self._legs
            ),
            RosterEnded(at),
        ]

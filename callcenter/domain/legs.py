"""Which legs and bridges make a call.

A *leg* is one channel, keyed by its Uniqueid. Legs meet in bridges; two Local halves are one wire
(``LocalPaired``); a leg may take another's place (``swap``). Who can hear whom follows from these
three alone: ``reach`` walks them and gives the ends of the walk, which are phones, lines, or Local
halves whose far side runs dialplan.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

DIALLING, RING, RINGING, UP = 3, 4, 5, 6
"""Channel states: RING is a phone or line that calls us, RINGING one that we call."""

NOT_PEOPLE = frozenset(
    (
        "Message",
        "Recorder",
        "Surrogate",
        "Announcer",
        "CBAnn",
        "ConfBridgeRecorder",
        "UnicastRTP",
        "AudioSocket",
        "Snoop",
        "Bridge",
    )
)
"""Channel technologies of Asterisk itself (ASTERISK: main/ and apps/); never a party."""

HOLDING = frozenset(("parking", "agent_hold", "holding"))
"""Bridges whose members do not hear each other."""


REMEMBERED = 20_000
"""How many legs that are gone are remembered."""
LATELY_GONE = 128
"""Of how many of them it is known what they were: a transfer may be told a moment after them."""


class Leg(Struct, eq=False):
    """One channel as far as we know it. ``call`` is our call's id, ``agent`` an agent's id.

    ``inherits``: legs dialled through this one belong to the same agent (a member that is a Local
    channel, a follow-me); it ends when a transfer or parking inside makes it the customer's.
    ``cut``: the other half of this Local is gone, so it leads nowhere any more. ``dialled``: the
    number that was dialled through this line. ``pool``: the agent's number in app_agent_pool,
    whose calls come to this leg one after the other. ``met``: it has been in a bridge with
    another leg. ``behind``: it was dialled through a Local channel of its agent. ``before_gap``:
    it was there when the link went down, whatever the clocks say. ``holds``: its own device has
    put the others on hold.
    """

    id: str
    name: str
    endpoint: str
    state: int
    born: int
    linkedid: str = ""
    number: str = ""
    cname: str = ""
    presentation: str = "shown"
    context: str = ""
    exten: str = ""
    half: int = 0
    pair: str = ""
    cut: bool = False
    bridge: str = ""
    bridge_kind: str = ""
    parent: str = ""
    originated: bool = False
    dialled: str = ""
    external: bool = False
    call: str = ""
    agent: str = ""
    inherits: bool = True
    offer: int = 0
    dial_told: bool = False
    hungup_at: int = 0
    hungup_far: bool = False
    spy: bool = False
    pool: str = ""
    in_roster: bool = False
    met: bool = False
    behind: bool = False
    before_gap: bool = False
    holds: bool = False

    @property
    def silent(self) -> bool:
        """Its own line tells when it hangs up, and has not. A Local half never tells."""
        return not self.half and not self.hungup_far


def endpoint_of(name: str) -> tuple[str, int]:
    """The device of a channel name and which half of a Local it is (0: none).

    ``PJSIP/my-phone-0000001a`` is ``PJSIP/my-phone``: the suffix starts at the *last* dash
    (endpoint names may hold dashes).
    """
    half = 0
    if name.startswith("Local/") and name[-2:] in (";1", ";2"):
        half = int(name[-1])
        name = name[:-2]
    head, dash, _ = name.rpartition("-")
    return (head if dash and "/" in head else name), half


class LegBook:
    """All living legs and bridges of one PBX.

    A leg that is gone stays gone: its id is remembered for a while (``gone``) so that a late event
    cannot bring it back.
    """

    def __init__(self) -> None:
        self.legs: dict[str, Leg] = {}
        self.bridges: dict[str, dict[str, None]] = {}
        self.gone: dict[str, None] = {}
        self._lately: dict[str, Leg] = {}

    def __len__(self) -> int:
        return len(self.legs)

    def get(self, leg: str) -> Leg | None:
        """The living leg with this id."""
        return self.legs.get(leg)

    def was(self, leg: str) -> Leg | None:
        """The leg with this id, living or lately gone."""
        return self.legs.get(leg) or self._lately.get(leg)

    def add(self, leg: str, name: str, state: int, born: int) -> Leg:
        """A new leg; the caller has looked that it is not there yet."""
        endpoint, half = endpoint_of(name)
        made = Leg(id=leg, name=name, endpoint=endpoint, state=state, born=born, half=half)
        self.legs[leg] = made
        return made

    def remove(self, leg: str) -> Leg | None:
        """Forgets a leg; its pair and bridge forget it too."""
        gone = self.legs.pop(leg, None)
        if gone is None:
            return None
        self.leave(gone)
        self._lately[leg] = gone
        if len(self._lately) > LATELY_GONE:
            del self._lately[next(iter(self._lately))]
        other = self.legs.get(gone.pair)
        if other is not None:
            other.pair, other.cut = "", True
        return gone

    def remember_gone(self, leg: str) -> None:
        """Notes that a leg is no more, whether we knew it or not."""
        self.gone[leg] = None
        if len(self.gone) > REMEMBERED:
            del self.gone[next(iter(self.gone))]

    def pair(self, one: Leg, two: Leg) -> None:
        """Joins two Local halves to one wire."""
        one.pair, two.pair = two.id, one.id

    def wire(self, leg: Leg) -> list[Leg]:
        """The leg and, of a Local, its other half: what is true of one is true of both."""
        other = self.legs.get(leg.pair)
        return [leg] if other is None else [leg, other]

    def enter(self, leg: Leg, bridge: str, kind: str) -> None:
        """Puts a leg into a bridge, out of whichever it was in."""
        if leg.bridge != bridge:
            self.leave(leg)
        leg.bridge = bridge
        leg.bridge_kind = kind
        members = self.bridges.setdefault(bridge, {})
        members[leg.id] = None
        if len(members) > 1 and kind not in HOLDING:
            for member in members:
                self.legs[member].met = True

    def leave(self, leg: Leg) -> None:
        """Takes a leg out of its bridge."""
        members = self.bridges.get(leg.bridge)
        if members is not None:
            members.pop(leg.id, None)
            if not members:
                del self.bridges[leg.bridge]
        leg.bridge = ""

    def mates(self, leg: Leg) -> Iterator[Leg]:
        """The other legs in the same bridge, without listeners; none in a holding bridge."""
        if leg.bridge_kind in HOLDING:
            return
        for other in self.bridges.get(leg.bridge, ()):
            if other != leg.id:
                mate = self.legs[other]
                if not mate.spy:
                    yield mate

    def reach(self, start: Leg) -> list[Leg]:
        """The ends that ``start`` hears, looking through Local pairs and bridges.

        ``start`` itself and its own Local half are not ends. A Local half whose other half has met
        nobody yet and has no phone dialled is the end of that walk: its dialplan answers for a
        person. Once it has met somebody, it was he; when he is gone it leads nowhere.
        """
        ends: list[Leg] = []
        seen = {start.id}
        if start.pair:
            seen.add(start.pair)
        front = list(self.mates(start))
        other = self.legs.get(start.pair)
        if other is not None:
            front.extend(self.mates(other))
        while front:
            leg = front.pop()
            if leg.id in seen:
                continue
            seen.add(leg.id)
            if not leg.half:
                ends.append(leg)
                continue
            if leg.cut:
                continue
            far = self.legs.get(leg.pair)
            if far is None or far.id in seen:
                ends.append(leg)
                continue
            seen.add(far.id)
            beyond = list(self.mates(far))
            if far.bridge and beyond:
                front.extend(beyond)
            elif not far.met and not self._rings_a_phone(far):
                ends.append(far)
        return ends

    def _rings_a_phone(self, half: Leg) -> bool:
        return any(leg.parent == half.id and not leg.half for leg in self.legs.values())

    def component(self, leg: Leg) -> set[str]:
        """The calls of every leg that is joined with ``leg`` by bridges and Local pairs."""
        calls: set[str] = set()
        seen: set[str] = set()
        front = [leg]
        while front:
            at = front.pop()
            if at.id in seen:
                continue
            seen.add(at.id)
            if at.call:
                calls.add(at.call)
            front.extend(self.mates(at))
            other = self.legs.get(at.pair)
            if other is not None:
                front.append(other)
        return calls

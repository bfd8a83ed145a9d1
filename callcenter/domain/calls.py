"""A call while it lasts: what is open in it, and what has been said of it.

``CallTrack`` is the working state of the switchboard for one customer's journey; the facts it led
to are the truth, and a track can be made again from a ``CallRecord`` (after a restart of ours).
``Scene`` is what the rooms beside this one (visits, offers, conversations) share.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct, field

from .agents import Agent, AgentBook
from .facts import AnyFact
from .legs import Leg, LegBook
from .model import (
    AgentRef,
    Direction,
    EndedBy,
    OfferEnd,
    Outcome,
    Presentation,
    Transfer,
    VisitEnd,
)


class OpenVisit(Struct, eq=False):
    """A stay in a queue that has not ended. Zero instants mean: not yet.

    ``hungup_at``: the waiting caller's own line hung up, which a queue notices late while a member
    hears its announcement (ASTERISK 3.1 d). ``bridged_at``: it entered a bridge. ``listed``: the
    number of the roster that last had him among those who wait.
    """

    number: int
    queue: str
    leg: str
    entered_at: int
    context: str = ""
    exten: str = ""
    gave_up_at: int = 0
    left_at: int = 0
    hungup_at: int = 0
    connected_at: int = 0
    connected_to: str = ""
    moved_to: str = ""
    variables_seen: bool = False
    bridged_at: int = 0
    listed: int = 0


class OpenOffer(Struct, eq=False):
    """An agent being rung, on one phone or on several at once. ``ring_ms`` once it has ended."""

    number: int
    agent: AgentRef
    at: int
    legs: set[str]
    visit: int | None = None
    queue: str = ""
    ring_ms: int = 0


class OpenTalk(Struct, eq=False):
    """An agent joined with the customer. ``parted_at``: out of reach, not yet known why;
    ``replaced_at``: meanwhile somebody else is with the customer; ``asked_at``: when his own
    device asked for the hang-up; ``left_behind``: the customer's leg left their bridge first;
    ``away_at``: he then asked somebody else, and is between two bridges;
    ``brought_in``: whom he brought in, three-way; ``unseen``: his leg went while we could not hear;
    ``taken_up``: it began before a restart of ours.
    """

    number: int
    agent: AgentRef
    joined_at: int
    leg: str
    queue: str = ""
    visit: int | None = None
    hold_ms: int = 0
    held_since: int = 0
    parted_at: int = 0
    replaced_at: int = 0
    consulting: bool = False
    transfer: Transfer | None = None
    brought_in: Transfer | None = None
    completed: str = ""
    asked_at: int = 0
    left_behind: bool = False
    away_at: int = 0
    unseen: bool = False
    taken_up: bool = False


class CallTrack(Struct, eq=False):
    """The working state of one call. ``asked_at``: the customer's own line asked to hang up;
    ``walked_off``: his line did that by handing on who talked with him;
    ``taken_over``: what it was about went on in another call; ``diverted``: Local halves through
    which a member was rung whose phone gave the call to somebody else; ``turned_away``: agents
    whose last offer of it came to nothing; ``refusal``: why a queue last refused it, and when;
    ``nameless``: the same of a queue whose name may still be told; ``keyless``: the visit that it
    left last, by a key that is not known yet. ``queued``: legs that queues have had;
    ``set_aside``: by agent, the queue and visit that led to him before the customer was there
    (``stand_ins``); ``stood``: the first leg was up.
    """

    id: str
    first: str
    customer: str
    direction: Direction
    started_at: int
    number: str = ""
    cname: str = ""
    presentation: Presentation = "shown"
    line: str = ""
    visits: dict[int, OpenVisit] = field(default_factory=dict)
    offers: dict[int, OpenOffer] = field(default_factory=dict)
    talks: dict[str, OpenTalk] = field(default_factory=dict)
    answered_offers: dict[str, OpenOffer] = field(default_factory=dict)
    turned_away: set[str] = field(default_factory=set)
    visit_count: int = 0
    offer_count: int = 0
    talk_count: int = 0
    visit_ends: list[VisitEnd] = field(default_factory=list)
    direct_ends: list[OfferEnd] = field(default_factory=list)
    dial_ends: list[str] = field(default_factory=list)
    answered: bool = False
    far_answered: bool = False
    asked_at: int = 0
    walked_off: bool = False
    first_asked_at: int = 0
    last_end: EndedBy | None = None
    last_parted_at: int = 0
    ended_talks: dict[str, OpenTalk] = field(default_factory=dict)
    taken_over: bool = False
    diverted: set[str] = field(default_factory=set)
    queued: set[str] = field(default_factory=set)
    set_aside: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    anew: bool = False
    stood: bool = False
    refusal: tuple[str, int] = ("", 0)
    nameless: tuple[str, int] | None = None
    keyless: OpenVisit | None = None
    queue_hint: str = ""
    recordings: list[str] = field(default_factory=list)

    def waiting(self) -> OpenVisit | None:
        """The visit in which the caller still waits."""
        return next((visit for visit in self.visits.values() if not visit.left_at), None)


LATELY_MS = 2_000
"""What leads to an end, somebody's hanging up, comes so shortly before it."""
LATELY_ENDED = 64
"""How many calls that are over are remembered: their transfer may be told a moment later."""


class Expected(Struct, frozen=True):
    """What a leg was before a restart of ours: part of a call, perhaps an agent's, or rung."""

    call: str
    agent: str = ""
    offer: int = 0

    def take(self, leg: Leg) -> None:
        """It is still there, and what it was."""
        leg.call, leg.agent, leg.offer = self.call, self.agent, self.offer


class Rules(Struct, frozen=True):
    """What the site says that AMI does not: after-call work per queue (s), our own devices."""

    wrapup_s: dict[str, int] = field(default_factory=dict)
    is_internal: Callable[[str], bool | None] = lambda endpoint: None


class Scene:
    """The state of one PBX that the rooms of the switchboard share."""

    def __init__(self, pbx: str, rules: Rules) -> None:
        self.pbx = pbx
        self.rules = rules
        self.legs = LegBook()
        self.agents = AgentBook(pbx)
        self.calls: dict[str, CallTrack] = {}
        self._lately: dict[str, CallTrack] = {}
        self.expected: dict[str, Expected] = {}
        """Legs of before a restart of ours that the roster has not told of."""
        self.devices: set[str] = set()
        self.queue_at: dict[tuple[str, str], str] = {}
        self.queues: dict[str, tuple[str, int]] = {}
        self.wrapup_s: dict[str, int] = dict(rules.wrapup_s)
        self.odd = 0
        """Signals about legs and queues that we knew nothing of."""
        self.stopping_at = 0
        self.lost_at = 0
        self.stopped_at = 0
        """When we were last here, before we started anew."""
        self.roster_at = 0
        self.restarted = False
        self.blind = False
        """What we see is not whole: nothing may be concluded from what is *not* seen."""
        self.roster_number = 0
        self.restored_at = self.gap_ms = 0
        """When the last gap ended, and how long it was; 0: we have been here all the time."""
        self.wakes: dict[str, int] = {}
        self.wakes_moved = False
        """Whether ``wakes`` may have another earliest instant than when it was looked at."""
        self.touched: dict[str, None] = {}
        self.taken_over: list[CallTrack] = []
        self.out: list[AnyFact] = []

    def let_go(self, track: CallTrack) -> None:
        """Takes a call that is over out of the open ones."""
        self.calls.pop(track.id, None)
        self.let_sleep(track.id)
        self._lately[track.id] = track
        if len(self._lately) > LATELY_ENDED:
            del self._lately[next(iter(self._lately))]

    def was(self, call: str) -> CallTrack | None:
        """The call with this id, open or lately ended."""
        return self.calls.get(call) or self._lately.get(call)

    @property
    def away_since(self) -> int:
        """When we were last here, until the first roster after our start has been read; then 0."""
        return 0 if self.restored_at else self.stopped_at

    def misses_nothing(self, at: int) -> bool:
        """Whether what leads to an end at ``at`` was seen if it was: that nobody hung up, say."""
        lately = bool(self.gap_ms) and at - self.restored_at < LATELY_MS
        return not self.blind and not lately

    def say(self, fact: AnyFact) -> None:
        """Adds a fact to what this signal led to."""
        self.out.append(fact)

    def touch(self, agent: str) -> None:
        """Marks an agent whose state may have changed."""
        self.touched[agent] = None

    def wake(self, call: str, at: int) -> None:
        """Asks to look at a call again at ``at``, or earlier if it is asked already."""
        now = self.wakes.get(call)
        if now is None or at < now:
            self.wakes[call] = at
            self.wakes_moved = True

    def let_sleep(self, call: str) -> None:
        """Nothing is to be looked at any more."""
        if self.wakes.pop(call, None) is not None:
            self.wakes_moved = True

    def spelled(self, queue: str) -> str:
        """The queue's name as it is configured; the dialplan may write it in other capitals."""
        folded = queue.casefold()
        return next((name for name in self.queues if name.casefold() == folded), queue)

    def attribute(self, leg: Leg) -> Agent | None:
        """The agent whose leg this is, or None for a customer's, a trunk's or a Local half."""
        if leg.agent:
            return self.agents.get(leg.agent)
        if leg.half or leg.external:
            return None
        agent = self.agents.by_device(f"Agent:{leg.pool}" if leg.pool else leg.endpoint)
        if agent is None and not leg.pool and self.internal(leg):
            agent = self.agents.ensure(leg.endpoint, leg.cname)
        if agent is not None:
            leg.agent = agent.ref.id
        return agent

    def absent(self, leg: Leg) -> None:
        """This leg says nothing about whether its agent talks or is rung (he listens, waits, or it
        is another one's)."""
        agent = self.agents.get(leg.agent)
        if agent is not None:
            agent.busy_legs.pop(leg.id, None)
            agent.ringing_legs.pop(leg.id, None)
            self.touch(agent.ref.id)

    def internal(self, leg: Leg) -> bool:
        """Whether this leg is a device of ours, by configuration, use, or look.

        By look: an endpoint that presents its own name as its number (``PJSIP/1001`` is 1001), or
        is a short number.
        """
        if leg.half or leg.external:
            return False
        said = self.rules.is_internal(leg.endpoint)
        if said is not None:
            return said
        if leg.endpoint.lower() in self.devices or self.agents.by_device(leg.endpoint):
            return True
        resource = leg.endpoint.partition("/")[2]
        return resource.isdecimal() and 2 <= len(resource) <= 6


def outcome_of(track: CallTrack) -> Outcome:
    """How the journey as a whole came out, from the ends of its parts."""
    if track.answered and (track.direction != "outbound" or track.far_answered):
        return "answered"
    # A queue may have given a stand-in to an agent: that reached no customer.
    if track.visit_ends and track.visit_ends[-1] != "answered":
        return track.visit_ends[-1]
    if track.direction == "outbound":
        last = track.dial_ends[-1] if track.dial_ends else ""
        if last == "BUSY":
            return "busy"
        return "no_answer" if last in ("NOANSWER", "CANCEL", "") else "failed"
    if track.answered_offers:
        # Picked up, and never joined: he did not accept the call.
        return "no_answer"
    if track.direct_ends:
        if all(end == "rejected" for end in track.direct_ends):
            return "busy"
        if all(end == "unreachable" for end in track.direct_ends):
            return "failed"
        return "no_answer"
    return "ivr" if track.direction == "inbound" or track.stood else "no_answer"

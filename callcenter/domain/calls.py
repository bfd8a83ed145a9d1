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
    CallRecord,
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
    hears its announcement (ASTERISK 3.1 d).
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
    ``asked_at``: when his own device asked for the hang-up; ``left_behind``: the customer's leg
    left their bridge first; ``unseen``: his leg went while we could not hear.
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
    consulting: bool = False
    transfer: Transfer | None = None
    completed: str = ""
    asked_at: int = 0
    left_behind: bool = False
    unseen: bool = False


class CallTrack(Struct, eq=False):
    """The working state of one call. ``asked_at``: the customer's own line asked to hang up;
    ``taken_over``: its only leg went on in another call; ``turned_away``: agents whose last offer
    of it came to nothing; ``refusal``: why a queue last refused it, and when;
    ``nameless``: the same of a queue whose name may still be told; ``keyless``: the visit that it
    left last, by a key that is not known yet.
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
    first_asked_at: int = 0
    last_end: EndedBy | None = None
    last_parted_at: int = 0
    ended_talks: dict[str, OpenTalk] = field(default_factory=dict)
    taken_over: bool = False
    refusal: tuple[str, int] = ("", 0)
    nameless: tuple[str, int] | None = None
    keyless: OpenVisit | None = None
    queue_hint: str = ""
    recordings: list[str] = field(default_factory=list)

    def waiting(self) -> OpenVisit | None:
        """The visit in which the caller still waits."""
        return next((visit for visit in self.visits.values() if not visit.left_at), None)


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
        self.devices: set[str] = set()
        self.queue_at: dict[tuple[str, str], str] = {}
        self.queues: dict[str, tuple[str, int]] = {}
        self.wrapup_s: dict[str, int] = dict(rules.wrapup_s)
        self.odd = 0
        """Signals about legs and queues that we knew nothing of."""
        self.stopping_at = 0
        self.lost_at = 0
        self.roster_at = 0
        self.restarted = False
        self.blind = False
        """What we see is not whole: nothing may be concluded from what is *not* seen."""
        self.in_roster: set[tuple[str, str]] = set()
        self.wakes: dict[str, int] = {}
        self.touched: dict[str, None] = {}
        self.taken_over: list[CallTrack] = []
        self.out: list[AnyFact] = []

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
        agent = self.agents.by_device(leg.endpoint)
        if agent is None and self.internal(leg):
            agent = self.agents.ensure(leg.endpoint, leg.cname)
        if agent is not None:
            leg.agent = agent.ref.id
        return agent

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
    if track.visit_ends:
        return track.visit_ends[-1]
    if track.direction == "outbound":
        last = track.dial_ends[-1] if track.dial_ends else ""
        if last == "BUSY":
            return "busy"
        return "no_answer" if last in ("NOANSWER", "CANCEL", "") else "failed"
    if track.direct_ends:
        if all(end == "rejected" for end in track.direct_ends):
            return "busy"
        if all(end == "unreachable" for end in track.direct_ends):
            return "failed"
        return "no_answer"
    return "ivr" if track.direction == "inbound" else "no_answer"


def resumed(record: CallRecord) -> CallTrack:
    """The track of an open call from its record, after a restart of ours.

    Legs other than the customer's are not in the record; the roster brings them, and an agent who
    is found joined with the customer goes on with the conversation that he had.
    """
    track = CallTrack(
        id=record.id,
        first=record.uniqueid,
        customer=record.uniqueid,
        direction=record.direction,
        started_at=record.started_at,
        number=record.caller.number,
        cname=record.caller.name,
        presentation=record.caller.presentation,
        line=record.line,
        visit_count=len(record.visits),
        talk_count=len(record.conversations),
        answered=bool(record.conversations),
        far_answered=record.answered_at is not None,
        recordings=list(record.recordings),
    )
    offers = [(None, "", offer) for offer in record.direct] + [
        (visit.number, visit.queue, offer) for visit in record.visits for offer in visit.offers
    ]
    track.offer_count = max((offer.number for _, _, offer in offers), default=0)
    for number, queue, offer in offers:
        if offer.end is None:
            track.offers[offer.number] = OpenOffer(
                offer.number, offer.agent, offer.at, set(), number, queue
            )
        elif number is None:
            track.direct_ends.append(offer.end)
    for visit in record.visits:
        if visit.end is None:
            track.visits[visit.number] = OpenVisit(
                visit.number, visit.queue, record.uniqueid, visit.entered_at
            )
        else:
            track.visit_ends.append(visit.end)
    for talk in record.conversations:
        if talk.parted_at is None:
            track.talks[talk.agent.id] = OpenTalk(
                talk.number,
                talk.agent,
                talk.joined_at,
                "",
                talk.queue,
                talk.visit,
                talk.hold_ms,
                talk.held_since or 0,
                transfer=talk.transfer,
            )
        else:
            track.last_end = talk.ended_by
            track.last_parted_at = talk.parted_at
    return track

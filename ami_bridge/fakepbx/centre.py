"""A busy centre on the fake PBX: four queues, twelve agents, callers of three languages.

Everything that happens is a story of the simulation: callers come, agents pause and come back,
somebody signs out for a while, somebody rings a customer or a colleague. With the same seed and
nobody interfering, the same day comes again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from math import pi, sin
from typing import Any

from .calls import TRUNK, QueueCall
from .exchange import Exchange
from .fates import LINES, WRAPUP_S, Chance
from .model import Endpoint, Member, Queue
from .people import AGENTS, REASONS, WITHHELD, Agent, Caller, invent
from .plan import Fate, Line, Party, Talk
from .simulation import Story
from .stories import call_out, direct_call, internal_call

PERSON_ANSWERS_S = 12.0
"""A phone that a person attends rings this long before it answers by itself: time for a pop."""

QUEUES = (
    Queue("support", "rrmemory", wrapup_s=WRAPUP_S),
    Queue("sales", "ringall", wrapup_s=WRAPUP_S),
    Queue("billing", "linear", wrapup_s=WRAPUP_S, join_empty=False),
    Queue("vip", "fewestcalls", wrapup_s=WRAPUP_S, weight=10),
)
MOST_PAUSED = 2


class Centre:
    """The people of the demo. ``attended`` are interfaces at which a real person is signed in.

    Those are left to that person: they ring longer, and nobody pauses, signs out or calls from
    them of his own accord.
    """

    def __init__(
        self, ex: Exchange, calls_per_minute: float = 12.0, attended: Collection[str] = ()
    ) -> None:
        if calls_per_minute <= 0:
            raise ValueError(f"calls_per_minute is {calls_per_minute}: it must be above 0.")
        self._ex = ex
        self._rate = calls_per_minute
        self.attended: set[str] = set(attended)
        self._chance = Chance(ex.random, len(AGENTS), calls_per_minute)
        self._callers = invent(ex.random)
        self._recent: deque[tuple[Caller, Line]] = deque(maxlen=40)
        self._away: set[str] = set()
        self._furnish()

    def customers(self) -> list[dict[str, Any]]:
        """The callers that a directory should know: name, numbers, language, tags, fields."""
        return [caller.customer() for caller in self._callers if caller.known]

    def open(self) -> None:
        """Starts the day: from here on things happen as the simulation's time passes."""
        sim = self._ex.sim
        for number, (after_s, line, fate, deaf) in enumerate(self._opening()):
            caller = self._callers[number].party()
            self._recent.append((self._callers[number], line))
            answers = self._nobody if deaf else self._answers
            call = QueueCall(self._ex, line, caller, fate, answers)
            sim.spawn("opening call", call.story(), after_s)
        sim.spawn("arrivals", self._arrivals(), 4.0)
        for place, agent in enumerate(AGENTS):
            sim.spawn(f"pauses of {agent.number}", self._pauses(agent), 7.0 + 31.0 * place)
        sim.spawn("shifts", self._shifts(), 200.0)

    def _furnish(self) -> None:
        """Queues, phones, members: all there before anybody looks."""
        pbx = self._ex.pbx
        pbx.devices[TRUNK] = "NOT_INUSE"
        for queue in QUEUES:
            settings = (queue.name, queue.strategy, queue.ring_s, queue.retry_s, queue.wrapup_s)
            pbx.queues[queue.name] = Queue(
                *settings, weight=queue.weight, join_empty=queue.join_empty
            )
        for agent in AGENTS:
            pbx.endpoints[agent.device] = Endpoint(agent.device, agent.number, agent.name)
            pbx.devices[agent.device] = "NOT_INUSE"
            self._sign_in(agent)

    def _sign_in(self, agent: Agent) -> None:
        for name in agent.queues:
            queue = self._ex.pbx.queues[name]
            self._ex.sign_in(queue, agent.device, agent.name, wrapup_s=WRAPUP_S)

    def _opening(self) -> tuple[tuple[float, Line, Fate, bool], ...]:
        """The first calls, written down, so that a wall has its figures within a minute."""
        support, sales, billing, vip = LINES
        return (
            (0.5, support, Fate(Talk(9, "agent")), False),
            (1.2, sales, Fate(Talk(14, "caller")), False),
            (2.0, vip, Fate(Talk(17, "caller", holds=((5.0, 4.0),))), False),
            (3.0, billing, Fate(Talk(8), patience_s=15.0), True),
        )

    # -- decisions ----------------------------------------------------------------------------

    def _answers(self, queue: Queue, member: Member) -> float | None:
        if member.interface in self.attended:
            return PERSON_ANSWERS_S
        return self._chance.answers_after_s()

    @staticmethod
    def _nobody(queue: Queue, member: Member) -> float | None:
        return None

    def _free(self) -> list[Agent]:
        """Agents without a call who are at their desks and whom no person attends."""
        return [
            agent
            for agent in AGENTS
            if agent.device not in self.attended
            and agent.device not in self._away
            and self._ex.pbx.devices[agent.device] == "NOT_INUSE"
        ]

    def _somebody(self) -> tuple[Caller | None, Party, Line]:
        """Who calls, and where: one in six is somebody who called before, about the same thing."""
        random = self._ex.random
        draw = random.random()
        if draw < 0.05:
            return None, random.choice(WITHHELD), self._chance.line()
        if draw < 0.21 and self._recent:
            caller, line = random.choice(self._recent)
            return caller, caller.party(), line
        caller = random.choice(self._callers)
        return caller, caller.party(), self._chance.line()

    # -- stories ------------------------------------------------------------------------------

    def _arrivals(self) -> Story:
        """Calls of all kinds, in a slow wave of a quarter of an hour."""
        ex = self._ex
        began = ex.now
        while True:
            wave = 1 + 0.2 * sin(2 * pi * (ex.now - began) / 900_000)
            yield self._chance.gap_s(self._rate * wave)
            draw = ex.random.random()
            free = self._free()
            if draw < 0.9 or not free:
                self._queue_call(free)
            elif draw < 0.93:
                agent = ex.random.choice(free)
                _, party, _ = self._somebody()
                fate = self._chance.dial_fate(0.85)
                did = f"+98219100{agent.number}"
                ex.sim.spawn("direct", direct_call(ex, party, did, agent.device, fate))
            elif draw < 0.97 or len(free) < 2:
                agent = ex.random.choice(free)
                number = ex.random.choice(self._callers).numbers[0]
                fate = self._chance.dial_fate(0.8)
                ex.sim.spawn("call out", call_out(ex, agent.device, number, fate))
            else:
                one, other = ex.random.sample(free, 2)
                fate = self._chance.dial_fate(0.9)
                ex.sim.spawn("internal", internal_call(ex, one.device, other.device, fate))

    def _queue_call(self, free: list[Agent]) -> None:
        caller, party, line = self._somebody()
        if caller is not None:
            self._recent.append((caller, line))
        fate = self._chance.queue_fate([agent.device for agent in free])
        call = QueueCall(self._ex, line, party, fate, self._answers)
        self._ex.sim.spawn("call", call.story())

    def _pauses(self, agent: Agent) -> Story:
        """An agent pauses now and then, in all his queues, when not too many others do."""
        ex = self._ex
        while True:
            may = len(self._away) < MOST_PAUSED and agent.device not in self.attended
            if may and agent.device not in self._away:
                reason, mean_s = ex.random.choice(REASONS)
                if self._pause(agent, True, reason):
                    yield mean_s * ex.random.uniform(0.6, 1.3)
                    self._pause(agent, False)
            yield ex.random.uniform(300.0, 900.0)

    def _pause(self, agent: Agent, paused: bool, reason: str = "") -> bool:
        """False when there was nothing to change (a person did it by AMI meanwhile)."""
        ex = self._ex
        changed = False
        for queue, member in list(ex.pbx.members_of(agent.device)):
            if member.paused != paused:
                ex.pause(queue, member, paused, reason)
                changed = True
        if paused and changed:
            self._away.add(agent.device)
        else:
            self._away.discard(agent.device)
        return changed

    def _shifts(self) -> Story:
        """Now and then somebody signs out of all queues, and in again some minutes later."""
        ex = self._ex
        while True:
            free = self._free()
            if free and len(self._away) < MOST_PAUSED:
                agent = ex.random.choice(free)
                self._away.add(agent.device)
                for name in agent.queues:
                    ex.sign_out(ex.pbx.queues[name], agent.device)
                yield ex.random.uniform(60.0, 240.0)
                self._sign_in(agent)
                self._away.discard(agent.device)
            yield ex.random.uniform(240.0, 600.0)

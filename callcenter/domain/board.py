"""The board: who waits, who is in which state, which PBX we hear. Folded from facts alone.

It knows the present and no figures; those are in ``kpi``. Everything that ages is kept as the
instant since which it holds, so nothing here changes merely because time passes.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from .facts import (
    AgentSeen,
    AgentStateChanged,
    AnyFact,
    CallEnded,
    LinkLost,
    LinkRestored,
    QueueEntered,
    QueueLeft,
    QueueSeen,
    VisitCorrected,
)
from .model import AGENT_STATES, AgentState, CallRecord


class AgentNow(Struct, frozen=True, kw_only=True, gc=False):
    """One agent now; ``since`` is when this state (and pause reason) began, epoch ms."""

    id: str
    name: str
    interface: str
    state: AgentState
    reason: str
    since: int
    call: str
    queues: tuple[str, ...]
    paused_in: tuple[str, ...]


class LinkNow(Struct, frozen=True):
    """Whether a PBX is heard, and since when it is so."""

    up: bool
    since: int


class Board:
    """What anyone may see now."""

    def __init__(self) -> None:
        self.agents: dict[str, AgentNow] = {}
        self.queues: dict[str, str] = {}
        self.waiting: dict[str, dict[tuple[str, int], int]] = {}
        self.links: dict[str, LinkNow] = {}
        self._of_call: dict[str, set[tuple[str, int]]] = {}
        self._since: dict[str, tuple[AgentState, str, int]] = {}

    def apply(self, fact: AnyFact) -> None:
        """Takes one fact in; told twice, the board is the same."""
        if isinstance(fact, AgentStateChanged):
            self._agent(fact)
        elif isinstance(fact, QueueEntered):
            self.queues.setdefault(fact.queue, "")
            place = self.waiting.setdefault(fact.queue, {})
            place[(fact.call, fact.visit)] = fact.at
            self._of_call.setdefault(fact.call, set()).add((fact.queue, fact.visit))
        elif isinstance(fact, QueueLeft | VisitCorrected):
            self._left(fact.call, fact.queue, fact.visit)
        elif isinstance(fact, CallEnded):
            for queue, visit in list(self._of_call.get(fact.call, ())):
                self._left(fact.call, queue, visit)
        elif isinstance(fact, QueueSeen):
            self.queues[fact.queue] = fact.strategy
        elif isinstance(fact, AgentSeen):
            for queue in fact.queues:
                self._spelled(queue)
        elif isinstance(fact, LinkLost):
            self.links[fact.pbx] = LinkNow(up=False, since=fact.at)
        elif isinstance(fact, LinkRestored):
            self.links[fact.pbx] = LinkNow(up=True, since=fact.at)

    def resume(
        self, calls: Iterable[CallRecord], spans: Iterable[tuple[str, AgentState, str, int]] = ()
    ) -> None:
        """Takes up who waited when we stopped: a visit that goes on is not told again.

        ``spans``: agent, state, reason and since when. Nobody's state is known before the roster;
        one that it finds unchanged has held since then.
        """
        self._since = {agent: (state, reason, since) for agent, state, reason, since in spans}
        for call in calls:
            for visit in call.visits:
                if visit.end is None and visit.left_at is None:
                    self.queues.setdefault(visit.queue, "")
                    place = self.waiting.setdefault(visit.queue, {})
                    place[(call.id, visit.number)] = visit.entered_at
                    self._of_call.setdefault(call.id, set()).add((visit.queue, visit.number))

    def oldest(self, queue: str) -> int | None:
        """Since when the longest waiting caller of a queue waits."""
        return min(self.waiting.get(queue, {}).values(), default=None)

    def serving(self, queue: str) -> list[AgentNow]:
        """The agents that this queue may ring, busy or not."""
        folded = queue.casefold()
        return [
            agent
            for agent in self.agents.values()
            if folded in agent.queues and folded not in agent.paused_in
        ]

    def free(self, queue: str) -> int:
        """How many agents could take a call of this queue now."""
        return sum(agent.state == "ready" for agent in self.serving(queue))

    def by_state(self) -> dict[AgentState, int]:
        """How many agents are in each state."""
        counts: dict[AgentState, int] = dict.fromkeys(AGENT_STATES, 0)
        for agent in self.agents.values():
            counts[agent.state] += 1
        return counts

    def _spelled(self, folded: str) -> str:
        for queue in self.queues:
            if queue.casefold() == folded:
                return queue
        self.queues[folded] = ""
        return folded

    def _left(self, call: str, queue: str, visit: int) -> None:
        self.waiting.get(queue, {}).pop((call, visit), None)
        visits = self._of_call.get(call)
        if visits is not None:
            visits.discard((queue, visit))
            if not visits:
                del self._of_call[call]

    def _agent(self, fact: AgentStateChanged) -> None:
        before = self.agents.get(fact.agent.id)
        same = before is not None and (before.state, before.reason) == (fact.state, fact.reason)
        *held, since = self._since.pop(fact.agent.id, ("", "", fact.at))
        if tuple(held) != (fact.state, fact.reason):
            since = fact.at
        self.agents[fact.agent.id] = AgentNow(
            id=fact.agent.id,
            name=fact.agent.name,
            interface=fact.agent.interface,
            state=fact.state,
            reason=fact.reason,
            since=before.since if before is not None and same else since,
            call=fact.call,
            queues=fact.queues,
            paused_in=fact.paused_in,
        )

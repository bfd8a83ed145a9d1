"""Agents: who they are, which queues they serve, and the state they are in.

An agent is an interface that queues ring (or a phone of ours that talks with customers). He is
one person in all his queues, so he has one state, decided by the first line that holds:

1. the link to the PBX is down            unknown
2. he talks                               talking, or held when every conversation is on hold
3. he is rung                             offered
4. he is in after-call work               wrap_up (by the queue's rule, or a pause that says so)
5. no queue has him                       signed_out
6. every one of his queues has him paused paused, with the reason that came last
7. his device is gone                     unreachable
8. else                                   ready
"""

from __future__ import annotations

from msgspec import Struct, field

from .facts import AgentSeen, AgentStateChanged
from .model import AgentRef, AgentState

INVALID, UNAVAILABLE = 4, 5
WRAP_UP_REASONS = frozenset(("wrapup", "wrap-up", "wrap_up", "acw", "after call", "after-call"))
"""Pause reasons that say after-call work (folded to lower case)."""

SHORT_MS = 60_000
"""After a restart of ours no longer than this agents are taken to have gone on with what they
did."""


class Membership(Struct, gc=False):
    """One agent in one queue. ``pause_at``: when its pause began or got its reason (epoch ms);
    ``told_at``: when an event last told of it; ``roster``: the number of the roster that last
    showed it."""

    queue: str
    paused: bool = False
    reason: str = ""
    status: int = 0
    wrapup_s: int = 0
    pause_at: int = 0
    roster: int = 0
    told_at: int = 0


class WrapUp(Struct, frozen=True, gc=False):
    """After-call work under way; ``until`` is when the queue's rule ends it."""

    call: str
    conversation: int
    since: int
    until: int


class Agent(Struct, eq=False):
    """One agent of one PBX. ``talks`` maps (call, conversation) to whether it is held."""

    ref: AgentRef
    queues: dict[str, Membership] = field(default_factory=dict)
    offers: dict[tuple[str, int], None] = field(default_factory=dict)
    talks: dict[tuple[str, int], bool] = field(default_factory=dict)
    busy_legs: dict[str, str] = field(default_factory=dict)
    ringing_legs: dict[str, str] = field(default_factory=dict)
    wrap: WrapUp | None = None
    last_talk: tuple[str, int] | None = None
    last_talk_at: int = 0
    told: tuple[AgentState, str, str, tuple[str, ...], tuple[str, ...]] | None = None
    told_at: int = 0
    told_seen: tuple[AgentRef, tuple[str, ...]] | None = None
    device: str = ""
    """The device whose state stands for him, as the PBX last said it."""
    shown: int = 0
    """How many of ``queues`` the roster under way has shown."""


def _reasons_age(member: Membership) -> tuple[bool, int]:
    return bool(member.reason), member.pause_at


def bare(interface: str) -> str:
    """A member's interface without the options of a Local (``/n``, ``/nj`` ...)."""
    if interface.startswith("Local/"):
        head, slash, options = interface[6:].rpartition("/")
        if slash and options.isalpha():
            return "Local/" + head
    return interface


class AgentBook:
    """All agents of one PBX."""

    def __init__(self, pbx: str) -> None:
        self._pbx = pbx
        self._by_id: dict[str, Agent] = {}
        self._by_interface: dict[str, Agent] = {}
        self._by_device: dict[str, str] = {}
        self.lost = False
        self.on_shift: dict[str, AgentRef] = {}
        """Who was signed in when we stopped and was not told of since: the roster decides."""

    def all(self) -> list[Agent]:
        """Every agent known."""
        return list(self._by_id.values())

    def get(self, agent: str) -> Agent | None:
        """The agent with this id."""
        return self._by_id.get(agent)

    def known(self, agent: str) -> Agent:
        """The agent with this id, who was met before: nobody is ever taken out of the book."""
        return self._by_id[agent]

    def of(self, ref: AgentRef) -> Agent:
        """The agent whom a fact names so; made when new."""
        return self.get(ref.id) or self.ensure(ref.interface, ref.name)

    def by_device(self, endpoint: str) -> Agent | None:
        """The agent whose interface or state interface is this device."""
        return self._by_id.get(self._by_device.get(endpoint.lower(), ""))

    def ensure(self, interface: str, name: str) -> Agent:
        """The agent with this interface; made when new, renamed when ``name`` is new."""
        agent = self._by_interface.get(interface)
        if agent is None:
            agent = self._by_interface[interface] = self._met(interface, name)
        ref = agent.ref
        if name and name not in (ref.name, interface):
            agent.ref = AgentRef(ref.id, name, interface)
        elif interface != ref.interface and ref.interface == bare(interface):
            agent.ref = AgentRef(ref.id, ref.name, interface)
        return agent

    def _met(self, interface: str, name: str) -> Agent:
        """The agent whose interface is spelled so for the first time: with other options it may be
        known."""
        agent_id = f"{self._pbx}:{bare(interface)}"
        agent = self._by_id.get(agent_id)
        if agent is None:
            agent = Agent(AgentRef(agent_id, name or interface, interface))
            self._by_id[agent_id] = agent
            self._by_device.setdefault(bare(interface).lower(), agent_id)
        return agent

    def state_device(self, agent: Agent, device: str) -> None:
        """Notes the device whose state stands for the agent (``state_interface``)."""
        if device == agent.device:
            return
        agent.device = device
        if device and not device.startswith(("hint:", "Custom:")):
            self._by_device.setdefault(bare(device).lower(), agent.ref.id)

    def seen(self, agent: Agent, at: int) -> AgentSeen | None:
        """The fact that an agent exists or changed name or queues, once."""
        now = (agent.ref, tuple(sorted(agent.queues)))
        if agent.told_seen == now:
            return None
        agent.told_seen = now
        return AgentSeen(at=at, pbx=self._pbx, agent=agent.ref, queues=now[1])

    def state_of(self, agent: Agent) -> tuple[AgentState, str, str]:
        """State, pause reason and call of an agent, by the table above."""
        if self.lost:
            return "unknown", "", ""
        if agent.talks:
            (call, _), _ = next(iter(agent.talks.items()))
            held = all(agent.talks.values())
            return ("held" if held else "talking"), "", call
        if agent.busy_legs:
            return "talking", "", next(iter(agent.busy_legs.values()))
        if agent.offers:
            return "offered", "", next(iter(agent.offers))[0]
        if agent.ringing_legs:
            return "offered", "", next(iter(agent.ringing_legs.values()))
        if agent.wrap is not None:
            return "wrap_up", "", agent.wrap.call
        if not agent.queues:
            return "signed_out", "", ""
        paused = [member for member in agent.queues.values() if member.paused]
        if len(paused) == len(agent.queues):
            reason = max(paused, key=_reasons_age).reason
            if reason.casefold() in WRAP_UP_REASONS:
                return "wrap_up", reason, ""
            return "paused", reason, ""
        if all(member.status in (INVALID, UNAVAILABLE) for member in agent.queues.values()):
            return "unreachable", "", ""
        return "ready", "", ""

    def unwatched(self, agent: Agent, stopped_at: int, at: int) -> AgentStateChanged | None:
        """The fact that nobody knows what he did since we stopped, once, if that was long ago."""
        if agent.ref.id not in self.on_shift or not 0 < stopped_at < at - SHORT_MS:
            return None
        agent.told_at = stopped_at
        return AgentStateChanged(
            at=stopped_at,
            pbx=self._pbx,
            agent=agent.ref,
            state="unknown",
            reason="",
            call="",
            queues=(),
            paused_in=(),
        )

    def changed(self, agent: Agent, at: int) -> AgentStateChanged | None:
        """The fact that a new span of this agent begins at ``at``, if one does."""
        state, reason, call = self.state_of(agent)
        queues = tuple(sorted(agent.queues))
        paused = tuple(sorted(name for name, member in agent.queues.items() if member.paused))
        now = (state, reason, call, queues, paused)
        was_here = self.on_shift.pop(agent.ref.id, None) is not None
        if agent.told == now or (agent.told is None and state == "signed_out" and not was_here):
            return None
        if (
            agent.wrap is not None
            and state == "wrap_up"
            and agent.told
            and agent.told[0] == "ready"
        ):
            # The PBX's counts tell it a moment after the talk: he was never ready in between.
            at = min(at, agent.wrap.since)
        agent.told = now
        # Instants of different legs may cross by the clocks' difference; spans must not.
        agent.told_at = max(at, agent.told_at)
        return AgentStateChanged(
            at=agent.told_at,
            pbx=self._pbx,
            agent=agent.ref,
            state=state,
            reason=reason,
            call=call,
            queues=queues,
            paused_in=() if state == "paused" else paused,
        )

"""AMI bytes in bulk, for benchmarks: a centre of thousands of agents at a given rate of events.

One answered call is played once by the fake PBX; what it says is the pattern of all calls. Each
call gets its own ids, caller, agent and queue, so a reader has as many channels, bridges and
members to keep as in life. ``schedule`` says when each message is due; ``play`` writes it then and
reports how late it was, so that a slow writer is seen and not mistaken for a quick reader.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Protocol

from .calls import TRUNK, QueueCall
from .clock import Clock
from .events import Event
from .exchange import Exchange
from .model import Endpoint, Member, Queue
from .plan import Fate, Line, Party, Talk
from .simulation import Simulation

RING_S = 4.0
TALK_S = 300.0
BUSY = 0.85
"""The most of the agents that may be in a call at a time; talks are shortened to keep to it."""

BATCH = 64 * 1024


class Writer(Protocol):
    """The part of asyncio's StreamWriter that is needed here."""

    def write(self, data: bytes) -> None:
        """Hands bytes to the connection."""
        ...

    async def drain(self) -> None:
        """Waits until the connection takes more."""
        ...


@dataclass(frozen=True, slots=True)
class Due:
    """A message and when it is to be sent, seconds after the start."""

    at_s: float
    data: bytes


class Load:
    """Traffic of ``agents`` agents in ``queues`` queues at ``events_per_s`` events a second."""

    def __init__(
        self, agents: int, events_per_s: float, queues: int = 20, seed: int = 1, start: int = 0
    ) -> None:
        if agents < 1 or events_per_s <= 0 or queues < 1:
            raise ValueError("A load needs at least one agent, one queue and a rate above 0.")
        self._random = Random(seed)
        self._agents = agents
        self._queues = queues
        self._start = start
        self._pattern = _pattern(start)
        self.calls_per_s = events_per_s / len(self._pattern)
        fits_s = BUSY * agents / self.calls_per_s - RING_S
        if fits_s < 1:
            raise ValueError(
                f"{events_per_s:g} events/s are {self.calls_per_s:.1f} calls/s: too many for "
                f"{agents} agents, even with talks of one second."
            )
        self._talk_s = min(TALK_S, fits_s)

    def interface(self, agent: int) -> str:
        """The phone of agent number ``agent``, from 0."""
        return f"PJSIP/{20000 + agent}"

    def roster(self, action_id: str, queues_each: int = 10) -> Iterator[bytes]:
        """QueueStatus items as after a reconnect: every agent in ``queues_each`` queues."""
        for agent in range(self._agents):
            interface = self.interface(agent)
            for step in range(queues_each):
                queue = f"queue{(agent + step) % self._queues}"
                text = (
                    f"Event: QueueMember\r\nQueue: {queue}\r\nName: Agent {agent}\r\n"
                    f"Location: {interface}\r\nStateInterface: {interface}\r\n"
                    "Membership: dynamic\r\nPenalty: 0\r\nCallsTaken: 0\r\nLastCall: 0\r\n"
                    f"LastPause: 0\r\nLoginTime: {self._start // 1000}\r\nInCall: 0\r\n"
                    "Status: 1\r\nPaused: 0\r\nPausedReason: \r\nWrapuptime: 0\r\n"
                    f"ActionID: {action_id}\r\n\r\n"
                )
                yield text.encode()

    def schedule(self, seconds: float) -> Iterator[Due]:
        """All messages due within ``seconds``, in order of time.

        The first calls begin with talks of every remaining length, so the rate is steady from
        the first second on: those calls' beginnings lie before the start and are left out.
        """
        lead_s = RING_S + self._talk_s
        first = -int(lead_s * self.calls_per_s)
        running: list[tuple[float, int, int, dict[str, str]]] = []
        number = first
        while True:
            begins_s = number / self.calls_per_s
            while running and running[0][0] <= begins_s:
                at_s, call, step, values = heapq.heappop(running)
                if at_s >= seconds:
                    return
                if at_s >= 0:
                    yield Due(at_s, self._message(step, values, at_s))
                if step + 1 < len(self._pattern):
                    offset_s = self._offset(step + 1) + call / self.calls_per_s
                    heapq.heappush(running, (offset_s, call, step + 1, values))
            if begins_s >= seconds:
                return
            heapq.heappush(running, (begins_s, number, 0, self._values(number - first)))
            number += 1

    def _offset(self, step: int) -> float:
        """When a step of the pattern happens; the pattern talks for one second."""
        at_s = self._pattern[step][0]
        return at_s if at_s < RING_S + 1 else at_s - 1 + self._talk_s

    def _values(self, call: int) -> dict[str, str]:
        agent = call % self._agents
        epoch = self._start // 1000
        random = self._random
        return {
            "caller_id": f"{epoch}.{2 * call}",
            "agent_id": f"{epoch}.{2 * call + 1}",
            "caller_name": f"{TRUNK}-{(2 * call) & 0xFFFFFFFF:08x}",
            "agent_leg": f"{self.interface(agent)}-{(2 * call + 1) & 0xFFFFFFFF:08x}",
            "bridge": f"{random.getrandbits(32):08x}-0000-4000-8000-{call & 0xFFFFFFFFFFFF:012x}",
            "interface": self.interface(agent),
            "extension": str(20000 + agent),
            "queue": f"queue{agent % self._queues}",
            "number": f"+98912{random.randrange(10**7):07d}",
        }

    def _message(self, step: int, values: dict[str, str], at_s: float) -> bytes:
        at = self._start + at_s * 1000
        stamp = f"{at / 1000:.6f}"
        return (self._pattern[step][1] % {**values, "timestamp": stamp}).encode()


async def play(load: Load, writer: Writer, clock: Clock, seconds: float) -> tuple[int, float]:
    """Writes a load as it falls due; returns how many messages, and the worst lateness in s."""
    began = clock.now()
    sent, worst = 0, 0.0
    batch = bytearray()
    for due in load.schedule(seconds):
        passed = (clock.now() - began) / 1000
        if due.at_s > passed or len(batch) > BATCH:
            if batch:
                writer.write(bytes(batch))
                batch.clear()
                await writer.drain()
            if due.at_s > passed:
                await clock.sleep(due.at_s - passed)
        worst = max(worst, (clock.now() - began) / 1000 - due.at_s)
        batch += due.data
        sent += 1
    writer.write(bytes(batch))
    await writer.drain()
    return sent, worst


def _pattern(start: int) -> list[tuple[float, str]]:
    """One answered call as (seconds from its beginning, text with named gaps)."""
    said: list[Event] = []
    sim = Simulation(start)
    ex = Exchange(sim, 1, said.append)
    queue = ex.pbx.queues["thequeue"] = Queue("thequeue")
    device = "PJSIP/77777"
    ex.pbx.endpoints[device] = Endpoint(device, "77777", "Agent 77777")
    ex.pbx.devices.update({device: "NOT_INUSE", TRUNK: "NOT_INUSE"})
    ex.sign_in(queue, device, "Agent 77777")
    said.clear()
    line = Line("+982191000600", "600", "thequeue", records=False)

    def answers(queue: Queue, member: Member) -> float:
        return RING_S

    fate = Fate(Talk(1.0, "agent"))
    sim.spawn("pattern", QueueCall(ex, line, Party("+989120000000"), fate, answers).story())
    sim.run_until(start + 60_000)
    bridge = next(dict(e.body)["BridgeUniqueid"] for e in said if e.name == "BridgeCreate")
    epoch = start // 1000
    gaps = (
        (bridge, "bridge"),
        (f"{TRUNK}-00000000", "caller_name"),
        (f"{device}-00000001", "agent_leg"),
        ("+989120000000", "number"),
        (f"{epoch}.0\r\n", "caller_id"),
        (f"{epoch}.1\r\n", "agent_id"),
        (device, "interface"),
        ("77777", "extension"),
        ("thequeue", "queue"),
    )
    pattern = []
    for event in said:
        stamp = dict(event.headers())["Timestamp"]
        text = event.text().replace("%", "%%").replace(f"Timestamp: {stamp}", "Timestamp: \0")
        for literal, name in gaps:
            end = "\r\n" if literal.endswith("\r\n") else ""
            text = text.replace(literal, f"%({name})s{end}")
        pattern.append(((event.at / 1000 - start) / 1000, text.replace("\0", "%(timestamp)s")))
    return pattern

"""The lab as one story sees it.

A stage is one site (six queues, twelve phones that no other running story uses) and one caller
number that is used once only; so any number of stories may run at the same time, and everything
that a story did can be found by its number.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .ami import AmiError, Message
from .call import SipCall
from .conf import site_line, site_phone, site_queue
from .phone import Phone, Plan

if TYPE_CHECKING:
    from .lab import Lab

Truth = dict[str, Any]


@dataclass
class Agent:
    """An agent of a stage: his phone's number, how queues ring him, his name, his phone if any."""

    number: str
    interface: str
    name: str
    phone: Phone | None = None
    state: str = ""

    @property
    def desk(self) -> Phone:
        """His phone."""
        assert self.phone is not None, f"{self.number} has no phone"
        return self.phone


class Stage:
    """Everything one story may use."""

    def __init__(self, lab: Lab, site: int, number: str) -> None:
        self.lab = lab
        self.ami = lab.ami
        self.site = site
        self.number = number
        self.agents: dict[str, Agent] = {}
        self._phones: list[Phone] = []
        self._members: set[tuple[str, str]] = set()
        self._callers: list[SipCall] = []

    @property
    def version(self) -> int:
        """Of Asterisk: where 16 says something else, the story's truth says what."""
        return self.lab.asterisk.version

    def queue(self, name: str) -> str:
        """The site's queue of this kind."""
        return site_queue(name, self.site)

    def extension(self, number: int) -> str:
        """The site's phone ``number`` (from 1)."""
        return str(site_phone(number, self.site))

    async def phone(self, number: int, plan: Plan | None = None) -> Phone:
        """A registered SIP phone that follows ``plan``; the truth says nothing of its calls."""
        secrets, ports = self.lab.asterisk.secrets, self.lab.asterisk.ports
        phone = Phone(self.extension(number), secrets.phone, ports.sip)
        phone.plan = plan or Plan()
        await phone.start()
        self._phones.append(phone)
        return phone

    async def agent(self, number: int, plan: Plan | None = None) -> Agent:
        """An agent at a registered SIP phone that follows ``plan``."""
        extension = self.extension(number)
        phone = await self.phone(number, plan)
        agent = Agent(extension, f"PJSIP/{extension}", f"Agent {extension}", phone)
        self.agents[extension] = agent
        return agent

    async def behind_local(
        self, number: int, plan: Plan, *, optimised: bool, context: str = "from-queue"
    ) -> Agent:
        """An agent whose phone is rung through a Local channel, as FreePBX does it."""
        agent = await self.agent(number, plan)
        agent.state = agent.interface
        agent.interface = f"Local/{agent.number}@{context}" + ("" if optimised else "/n")
        return agent

    async def in_pool(self, number: int) -> tuple[Agent, SipCall]:
        """An agent of the pool, signed in, and the call of his phone on which he stays."""
        phone = await self.phone(number)
        extension = self.extension(number)
        agent = Agent(extension, f"Local/{extension}@agent-pool", f"Agent {extension}")
        agent.state = f"Agent:{extension}"
        self.agents[extension] = agent
        signed_in = asyncio.create_task(
            self.ami.wait_for(lambda m: m.event == "AgentLogin" and m.get("Agent") == extension)
        )
        line = await (await phone.call("*15")).answered()
        await signed_in
        return agent, line

    async def set_global(self, name: str, value: str) -> None:
        """Sets a global variable of the dialplan."""
        await self.ami.action("Setvar", Variable=name, Value=value)

    async def without_phone(self, number: int, *, ring: int, talk: int) -> Agent:
        """An agent who is nothing but a Local channel that answers and hangs up by itself."""
        extension = self.extension(number)
        for name, value in (("RING", ring), ("TALK", talk)):
            await self.ami.action("Setvar", Variable=f"{name}_{extension}", Value=value)
        agent = Agent(extension, f"Local/{extension}@agents/n", f"Agent {extension}")
        self.agents[extension] = agent
        return agent

    async def sign_in(self, agent: Agent, queue: str, *, name: str = "", penalty: int = 0) -> None:
        """Makes the agent a member of the site's queue and waits until he can be rung."""
        agent.name = name or agent.name
        headers = {"StateInterface": agent.state} if agent.state else {}
        await self.ami.action(
            "QueueAdd",
            Queue=self.queue(queue),
            Interface=agent.interface,
            MemberName=agent.name,
            Penalty=penalty,
            **headers,
        )
        self._members.add((self.queue(queue), agent.interface))
        # The pool lets an agent wait 5 s for his first call, to see that he stays on the line.
        for _ in range(200):
            if await self.member_status(agent, queue) == "1":
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{agent.interface} is not free in {queue} 10 s after signing in")

    async def member_status(self, agent: Agent, queue: str) -> str:
        """Asterisk's device state of a member (1 free, 2 talking, 6 ringing ...), empty if none."""
        answer = await self.ami.action(
            "QueueStatus", Queue=self.queue(queue), Member=agent.interface
        )
        return next((m.get("Status") for m in answer if m.event == "QueueMember"), "")

    async def sign_out(self, agent: Agent, queue: str) -> None:
        """Takes the agent out of the queue."""
        await self.ami.action("QueueRemove", Queue=self.queue(queue), Interface=agent.interface)
        self._members.discard((self.queue(queue), agent.interface))

    async def pause(self, agent: Agent, queue: str, reason: str, *, paused: bool = True) -> None:
        """Pauses the agent in one queue, or ends that."""
        await self.ami.action(
            "QueuePause",
            Queue=self.queue(queue),
            Interface=agent.interface,
            Paused="true" if paused else "false",
            Reason=reason,
        )

    async def call_in(
        self, extension: int, *, name: str = "", hide: bool = False, number: str | None = None
    ) -> SipCall:
        """A caller of the outside world dials the site's number for ``extension`` and is let in.

        ``hide``: his number is known to the line (P-Asserted-Identity) but must not be shown.
        """
        return await self.call_number(
            site_line(extension, self.site), name=name, hide=hide, number=number
        )

    async def call_number(
        self, dialled: str, *, name: str = "", hide: bool = False, number: str | None = None
    ) -> SipCall:
        """The same for any number."""
        mine = self.number if number is None else number
        shown = f'"{name}" ' if name else ""
        sender = f"{shown}<sip:{mine}@127.0.0.1>"
        headers: tuple[tuple[str, str], ...] = ()
        if hide:
            sender = '"Anonymous" <sip:anonymous@anonymous.invalid>'
            headers = (
                ("P-Asserted-Identity", f"{shown}<sip:{mine}@127.0.0.1>"),
                ("Privacy", "id"),
            )
        call = await self.lab.line.call(dialled, sender=sender, headers=headers)
        self._callers.append(call)
        return call

    async def local_caller(self, extension: int, script: str, *, name: str = "") -> Message:
        """A caller without a phone: ``script`` is an extension of [callers]; returns when he is in.

        The result is the OriginateResponse; its Uniqueid is the caller's.
        """
        channel = f"Local/{script}@callers/n"
        asked = asyncio.create_task(
            self.ami.wait_for(
                lambda m: m.event == "OriginateResponse" and m.get("CallerIDNum") == self.number
            )
        )
        await asyncio.sleep(0)
        await self.ami.action(
            "Originate",
            Channel=channel,
            Context="from-trunk",
            Exten=site_line(extension, self.site),
            Priority=1,
            CallerID=f"{name} <{self.number}>".strip(),
            Async="true",
        )
        return await asked

    async def channel_of(self, agent: Agent) -> str:
        """The name of the channel to the agent's phone."""
        answer = await self.ami.action("CoreShowChannels")
        for message in answer:
            if message.get("Channel").startswith(f"PJSIP/{agent.number}-"):
                return message.get("Channel")
        raise AssertionError(f"{agent.number} has no channel")

    async def caller_channel(self) -> str:
        """The name of the caller's own channel."""
        answer = await self.ami.action("CoreShowChannels")
        for message in answer:
            name = message.get("Channel")
            if name.startswith("PJSIP/trunk-") and message.get("CallerIDNum") == self.number:
                return name
        raise AssertionError(f"{self.number} has no channel")

    async def gone(self, number: str | None = None, seconds: float = 10) -> None:
        """Waits until no channel of this caller is left."""
        mine = self.number if number is None else number
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            answer = await self.ami.action("CoreShowChannels")
            if not any(mine in (m.get("CallerIDNum"), m.get("ConnectedLineNum")) for m in answer):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"channels of {mine} are still there after {seconds} s")

    def agents_seen(self) -> dict[str, Any]:
        """Who took part and what his phone saw, for the truth."""
        return {
            agent.number: {
                "name": agent.name,
                "interface": agent.interface,
                "calls": [_seen(call) for call in agent.phone.calls] if agent.phone else [],
            }
            for agent in self.agents.values()
        }

    async def clear(self) -> None:
        """Signs everybody out, hangs up callers whom a failed story left, puts the phones away."""
        for call in self._callers:
            with suppress(Exception):
                await call.hangup()
        for queue, interface in list(self._members):
            with suppress(AmiError):
                await self.ami.action("QueueRemove", Queue=queue, Interface=interface)
        for phone in self._phones:
            with suppress(Exception):
                await phone.stop()


def _seen(call: SipCall) -> dict[str, Any]:
    return {
        "incoming": call.incoming,
        "t_ring": call.t_ring and round(call.t_ring, 3),
        "t_answer": call.t_answer and round(call.t_answer, 3),
        "t_end": call.t_end and round(call.t_end, 3),
        "ended_by": call.ended_by,
        "code": call.code,
        "peer": call.there,
    }

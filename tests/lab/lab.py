"""One running Asterisk with the outside line and the AMI proxy, on which stories are played.

``play`` gives each story a free site and a caller number of its own, and completes the truth with
what only the lab knows: the ids of the callers' channels and the totals of each queue.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable

from .ami import Ami, Message
from .asterisk import Asterisk
from .conf import SITES
from .phone import Phone
from .proxy import Proxy
from .pulse import Pulse
from .stage import Stage, Truth
from .witness import UNLOGGED

Story = Callable[[Stage], Awaitable[Truth]]
TOLERANCE_S = 1.3
TIMES = 3
"""How often a story is played at most that the lab spoiled by standing still itself."""


class Lab:
    """A running Asterisk with the outside line and the AMI proxy in front of it."""

    def __init__(
        self, version: int = 22, *, sites: int = SITES, asterisk: Asterisk | None = None
    ) -> None:
        self.asterisk = asterisk or Asterisk(version, sites=sites)
        self.proxy = Proxy(self.asterisk.ports.ami)
        self.ami = Ami(self.asterisk.ports.ami, "lab", self.asterisk.secrets.lab)
        self.line = Phone("line", "", self.asterisk.ports.sip)
        self.sites: asyncio.Queue[int] = asyncio.Queue()
        self.pulse = Pulse()
        self._numbers = itertools.count(1)

    async def __aenter__(self) -> Lab:
        await self.asterisk.start()
        try:
            await self.proxy.start()
            await self.ami.connect()
            await self.line.start(self.asterisk.ports.line)
            self.pulse.start()
        except BaseException:
            await self.asterisk.stop()
            raise
        for site in range(self.asterisk.sites + 1):
            self.sites.put_nowait(site)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.pulse.stop()
        await self.line.stop()
        await self.ami.close()
        await self.proxy.stop()
        await self.asterisk.stop()

    async def hear_again(self) -> None:
        """Logs the lab itself in again, after a restart of Asterisk."""
        await self.ami.close()
        self.ami = Ami(self.asterisk.ports.ami, "lab", self.asterisk.secrets.lab)
        await self.ami.connect()

    def next_number(self) -> str:
        """A caller number that was not used before."""
        return f"+98912{1_234_500 + next(self._numbers)}"

    async def play(self, name: str, story: Story, *, proves: str = "", times: int = TIMES) -> Truth:
        """Plays one story on a free site and returns what really happened.

        One that fails while the lab itself stood still has measured that, and is played again
        (``times`` in all); one that fails for any other reason is not.
        """
        while True:
            begun = time.time()
            try:
                return await self._play(name, story, proves)
            except Exception as error:
                still = self.pulse.stood_still(begun)
                times -= 1
                if not still or not times:
                    raise
                print(f"the lab stood still for {still:.1f} s, {name} is played again: {error!r}")

    async def _play(self, name: str, story: Story, proves: str) -> Truth:
        site = await self.sites.get()
        stage = Stage(self, site, self.next_number())
        started = time.time()
        seen: list[Message] = []
        stop = self.ami.listen(
            lambda m: seen.append(m) if m.event in ("Newchannel", "NewCallerid") else None
        )
        try:
            truth: Truth = await story(stage)
        finally:
            stop()
            await stage.clear()
            self.sites.put_nowait(site)
        _name_channels(truth, seen)
        return {
            "scenario": name,
            "proves": proves,
            "version": str(self.asterisk.version),
            "started": round(started, 3),
            "ended": round(time.time(), 3),
            "tol": TOLERANCE_S,
            **truth,
            "agents": stage.agents_seen(),
            "totals": _totals(truth),
        }


def _name_channels(truth: Truth, seen: list[Message]) -> None:
    """Puts the ids of each caller's own channel into the truth, for calls that came in."""
    taken: set[str] = set()
    for call in truth["calls"]:
        for message in seen:
            uniqueid = message.get("Uniqueid")
            if uniqueid in taken or message.get("CallerIDNum") != call["number"]:
                continue
            if call["direction"] == "outbound" or message.get("Linkedid") != uniqueid:
                continue
            taken.add(uniqueid)
            call["uniqueid"] = uniqueid
            call["channel"] = message.get("Channel")
            break


def _totals(truth: Truth) -> dict[str, dict[str, float]]:
    """What the figures of each queue must come to: calls that got in, and how they ended."""
    totals: dict[str, dict[str, float]] = {}
    for call in truth["calls"]:
        for visit in call["visits"]:
            queue = totals.setdefault(
                visit["queue"], {"offered": 0, "answered": 0, "abandoned": 0, "other": 0, "talk": 0}
            )
            result = {"transferred": "answered"}.get(visit["result"], visit["result"])
            queue["offered"] += result not in UNLOGGED
            queue[result if result in ("answered", "abandoned") else "other"] += 1
            queue["talk"] = round(queue["talk"] + visit.get("talk", 0), 1)
    return totals

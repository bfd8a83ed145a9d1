"""The world a test plays with: the three topics, and what happens to them."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.screenpop_ui import scenes, wall_scene

Json = dict[str, Any]


def everything(now: int, lang: str) -> dict[str, Json]:
    """All three topics."""
    return {
        "agent": scenes.agent(now, lang),
        "queues": scenes.queues(now, lang),
        "wall": wall_scene.wall(now, lang),
    }


class World:
    """Topics as plain dictionaries. ``received`` holds every frame of every tab."""

    def __init__(self, *, now: Callable[[], int] | None = None) -> None:
        self.now = now or (lambda: int(time.time() * 1000))
        self.epoch = "e1"
        self.fake = True
        self.heartbeats = True
        self.lang = "en"
        self.theme = "light"
        self.role = "supervisor"
        self.signed_in = True
        self.data: dict[str, Json] = everything(self.now(), "en")
        self.seq = {"agent": 10, "queues": 10, "wall": 10}
        self.sockets: set[web.WebSocketResponse] = set()
        self.received: list[Json] = []
        self.saved: list[Json] = []
        self.notes: dict[str, tuple[int, str]] = {}
        self.refuse: dict[str, str] = {}
        self.customers: list[Json] = scenes.customers("en")
        self.office: dict[str, Json] = defaultdict(dict)
        """What an answer of the API says otherwise than the scene, by its name."""
        self.broken: dict[str, tuple[int, str]] = {}
        self.asked: list[Json] = []
        self.url = ""
        self.accept = True
        self._serial = 0

    def language(self, lang: str) -> None:
        """Speak another language: names, queues and customers too."""
        self.lang = lang
        self.data = everything(self.now(), lang)
        self.customers = scenes.customers(lang)

    async def send(self, frame: Json) -> None:
        """One frame to every open tab."""
        for ws in [ws for ws in self.sockets if not ws.closed]:
            await ws.send_str(json.dumps(frame))

    async def delta(self, slot: str, *changes: list[Any]) -> None:
        """Absolute changes ``[path..., value]`` to a topic, kept and sent."""
        for change in changes:
            node = self.data[slot]
            for key in change[:-2]:
                node = node.setdefault(key, {})
            if change[-1] is None:
                node.pop(change[-2], None)
            else:
                node[change[-2]] = change[-1]
        self.seq[slot] += 1
        await self.send(
            {
                "t": "d",
                "n": self.name(slot),
                "epoch": self.epoch,
                "seq": self.seq[slot],
                "at": self.now(),
                "d": list(changes),
            }
        )

    async def pop(self, card: Json, attempt: int = 1) -> str:
        """Ring the agent."""
        self.data["agent"]["calls"][card["id"]] = card
        pops = self.data["agent"]["pops"]
        if card["id"] not in pops:
            pops.append(card["id"])
        self.seq["agent"] += 1
        await self.send(
            {
                "t": "pop",
                "id": card["id"],
                "n": self.name("agent"),
                "seq": self.seq["agent"],
                "attempt": attempt,
                "call": card,
            }
        )
        return str(card["id"])

    async def pop_end(self, call: str, why: str) -> None:
        """The offer is over; an answered call goes on talking."""
        agent = self.data["agent"]
        agent["pops"] = [one for one in agent["pops"] if one != call]
        self.seq["agent"] += 1
        await self.send(
            {
                "t": "popend",
                "id": call,
                "n": self.name("agent"),
                "seq": self.seq["agent"],
                "why": why,
            }
        )
        if why == "answered":
            await self.delta(
                "agent",
                ["calls", call, "phase", "talking"],
                ["calls", call, "answered_at", self.now()],
                ["state", "state", "talking"],
                ["state", "since", self.now()],
            )
        else:
            await self.delta("agent", ["calls", call, None])

    def card(self, **changes: Any) -> Json:
        """A fresh ringing card; each has its own id."""
        self._serial += 1
        card = scenes.card(self.now(), self.lang)
        card["id"] = f"pbx1:{self.now()}.{self._serial}"
        return {**card, **changes}

    async def drop(self) -> None:
        """Cut every tab, as a restart does."""
        for ws in list(self.sockets):
            await ws.close()

    def acks(self, what: str) -> list[Json]:
        """The pop acknowledgements received so far."""
        return [f for f in self.received if f["t"] == "popack" and f["what"] == what]

    def commands(self, act: str) -> list[Json]:
        """The arguments of every command of this name."""
        return [f["args"] for f in self.received if f["t"] == "cmd" and f["do"] == act]

    def name(self, slot: str) -> str:
        """A topic's full name."""
        return {"agent": "agent:pbx1:PJSIP/1001", "queues": "queues:mine", "wall": "wall:main"}[
            slot
        ]

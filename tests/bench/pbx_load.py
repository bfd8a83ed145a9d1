"""The PBX of the end-to-end benchmark, in a process of its own: an AMI peer that sends on the dot.

It answers what the service asks (login, status, roster of every agent, pings) and then writes the
events of queue calls when they are due. It waits in ``select``, whose clock is finer than an event
loop's millisecond, and notes for each call when the bytes that lead to its pop were *due*, so that
a late writer counts against us and not for us.

``python -m tests.bench.pbx_load AGENTS EVENTS_PER_S`` prints its port; ``play SECONDS`` on
standard input plays and answers with JSON: ``due`` (caller's id to monotonic seconds), ``sent``,
``late_ms``; ``cut`` ends the connection.
"""

from __future__ import annotations

import contextlib
import json
import re
import select
import socket
import sys
import threading
import time
from collections.abc import Iterator

from ami_bridge.fakepbx.load import Load

QUEUES = 20
CUSTOMERS = 100_000
KNOWN = 4 / 3
"""Callers are drawn from a third more numbers than the directory has: three of four are known."""
_RINGS = b"Event: AgentCalled\r\n"
_CALLER = re.compile(rb"\r\nUniqueid: ([^\r]+)\r\n")
_SAID = re.compile(rb"(.*?)\r\n\r\n", re.DOTALL)


class KnownCallers(Load):
    """The load, with callers of whom most stand in the directory."""

    def _values(self, call: int) -> dict[str, str]:
        drawn = self._random.randrange(1, int(CUSTOMERS * KNOWN))
        return {**super()._values(call), "number": f"+98{9_100_000_000 + drawn}"}


class Pbx:
    """One listening socket, one or more clients one after the other."""

    def __init__(self, agents: int, events_per_s: float) -> None:
        self._agents = agents
        self._rate = events_per_s
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._lock = threading.Lock()
        self._client: socket.socket | None = None
        self._lists = KnownCallers(agents, events_per_s, QUEUES, start=int(time.time() * 1000))
        # Made beforehand, so that nobody waits for us.
        self._rows = b"".join(self._lists.roster("@"))

    def serve(self) -> None:
        """For ever: answers whoever connects. Runs in a thread."""
        while True:
            client, _ = self._listening.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.sendall(b"Asterisk Call Manager/11.0.0\r\n")
            # A client that is killed is no news here.
            with contextlib.suppress(ConnectionError):
                self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        heard = b""
        while data := client.recv(65_536):
            heard += data
            end = 0
            for found in _SAID.finditer(heard):
                end = found.end()
                with self._lock:
                    for answer in self._answer(found[1], client):
                        client.sendall(answer)
            heard = heard[end:]

    def _answer(self, said: bytes, client: socket.socket) -> Iterator[bytes]:
        lines = said.decode().split("\r\n")
        asked = dict(line.split(": ", 1) for line in lines if ": " in line)
        action, number = asked.get("Action", "").lower(), asked.get("ActionID", "")
        good = f"Response: Success\r\nActionID: {number}\r\n"
        if action == "queuestatus":
            yield f"{good}EventList: start\r\nMessage: Queue status will follow\r\n\r\n".encode()
            every = [f"queue{queue}" for queue in range(QUEUES)]
            for queue in [asked["Queue"]] if "Queue" in asked else every:
                yield (
                    f"Event: QueueParams\r\nQueue: {queue}\r\nStrategy: rrmemory\r\n"
                    f"ServiceLevel: 20\r\nActionID: {number}\r\n\r\n"
                ).encode()
            if "Member" not in asked:
                yield self._rows.replace(b"ActionID: @", f"ActionID: {number}".encode())
            yield f"Event: QueueStatusComplete\r\nActionID: {number}\r\n".encode()
            yield b"EventList: Complete\r\nListItems: 10020\r\n\r\n"
            self._client = client
        elif action == "coreshowchannels":
            yield f"{good}EventList: start\r\nMessage: Channels will follow\r\n\r\n".encode()
            yield f"Event: CoreShowChannelsComplete\r\nActionID: {number}\r\n".encode()
            yield b"EventList: Complete\r\nListItems: 0\r\n\r\n"
        elif action == "corestatus":
            yield f"{good}CoreStartupDate: 2026-01-01\r\nCoreStartupTime: 00:00:00\r\n\r\n".encode()
        elif action == "getvar":
            variable = f"Variable: {asked.get('Variable', '')}\r\nValue: allowed_not_screened\r\n"
            yield f"{good}{variable}\r\n".encode()
        elif action == "ping":
            yield f"{good}Ping: Pong\r\nTimestamp: {time.time():.6f}\r\n\r\n".encode()
        else:
            yield f"{good}Message: Authentication accepted\r\n\r\n".encode()

    def cut(self) -> None:
        """Ends the connection."""
        if self._client is not None:
            self._client.shutdown(socket.SHUT_RDWR)

    def play(self, seconds: float) -> dict[str, object]:
        """Writes the events as they fall due."""
        client = self._client
        if client is None:
            raise RuntimeError("nobody has asked for the roster yet")
        # The channels of the beginning have no Newchannel here: they were there before us.
        load = KnownCallers(self._agents, self._rate, QUEUES, start=int(time.time() * 1000))
        began = time.monotonic()
        due: dict[str, float] = {}
        sent, late = 0, 0.0
        batch = bytearray()
        for event in load.schedule(seconds):
            wait = began + event.at_s - time.monotonic()
            if wait > 0:
                if batch:
                    with self._lock:
                        client.sendall(batch)
                    batch.clear()
                    wait = began + event.at_s - time.monotonic()
                if wait > 0:
                    select.select([], [], [], wait)
            late = max(late, time.monotonic() - began - event.at_s)
            if event.data.startswith(_RINGS):
                found = _CALLER.search(event.data)
                if found is not None:
                    due[found[1].decode()] = began + event.at_s
            batch += event.data
            sent += 1
        if batch:
            with self._lock:
                client.sendall(batch)
        return {"due": due, "sent": sent, "late_ms": late * 1000}


def main() -> None:
    """Obeys until the end of input."""
    pbx = Pbx(int(sys.argv[1]), float(sys.argv[2]))
    threading.Thread(target=pbx.serve, daemon=True).start()
    print(pbx.port, flush=True)
    for line in sys.stdin:
        what, _, rest = line.strip().partition(" ")
        if what == "play":
            print(json.dumps(pbx.play(float(rest))), flush=True)
        elif what == "cut":
            pbx.cut()
            print("cut", flush=True)
        elif what == "quit":
            break


if __name__ == "__main__":
    main()

"""An Asterisk as far as AMI shows it, which a test can set up wrongly."""

from __future__ import annotations

import hashlib
import socketserver
import threading
import time
from typing import Any

CHALLENGE = "845738912"
READER = {"read": "system,call,agent,user,dialplan,reporting", "write": "reporting"}
CRITERIA = {
    "eventfilter(action(include),header(Privilege),method(regex))": "^(system|call|agent|user)",
    "eventfilter(action(include),name(VarSet),header(Variable),method(regex))": (
        "^(QUEUESTATUS|ABANDONED|QUEUE_WITHDRAW_INFO|MIXMONITOR_FILENAME|CC_IVR)$"
    ),
    "eventfilter(action(include),name(Newexten),header(Application),method(exact))": "Queue",
}
Headers = list[tuple[str, str]]


class ScriptedPbx:
    """``with ScriptedPbx() as pbx``: listens on ``pbx.port``; everything public may be changed."""

    def __init__(self) -> None:
        self.accounts = {"callcenter": "geheim", "callcenter-actions": "tat"}
        self.version = "22.5.0"
        self.system_name = ""
        self.commands = ["CoreShowChannels", "Getvar", "Ping", "QueueStatus"]
        self.denied: set[str] = set()
        self.may_pause = True
        self.ahead_s = 0.0
        self.config: dict[str, str] = {
            "manager.conf,general,timestampevents": "yes",
            **{f"manager.conf,callcenter,{key}": value for key, value in READER.items()},
            **{f"manager.conf,callcenter,{key}": value for key, value in CRITERIA.items()},
            "queues.conf,support,strategy": "rrmemory",
            "queues.conf,support,setinterfacevar": "yes",
        }
        self.filters: list[str] = []
        self.queues = ["support"]
        self.members: list[dict[str, str]] = [member("PJSIP/1001", "Leila")]
        self.events: list[Headers] = []
        self.asked: list[dict[str, str]] = []

    def __enter__(self) -> ScriptedPbx:
        pbx = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                pbx.serve(self)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def serve(self, peer: socketserver.StreamRequestHandler) -> None:
        def send(*headers: tuple[str, str]) -> None:
            peer.wfile.write("".join(f"{k}: {v}\r\n" for k, v in headers).encode() + b"\r\n")

        peer.wfile.write(b"Asterisk Call Manager/11.0.0\r\n")
        try:
            while (action := _read(peer)) is not None:
                self.asked.append(action)
                if not self._perform(action, send):
                    return
        except OSError:
            return

    def _perform(self, action: dict[str, str], send: Any) -> bool:
        name, tag = action["Action"], ("ActionID", action.get("ActionID", ""))
        good = ("Response", "Success")

        def rows(kind: str, items: list[Headers]) -> None:
            send(good, tag, ("EventList", "start"))
            for item in items:
                send(*item, tag)
            send(("Event", f"{kind}Complete"), tag, ("EventList", "Complete"))

        if name in self.denied:
            send(("Response", "Error"), tag, ("Message", "Permission denied"))
        elif name == "Challenge":
            send(good, tag, ("Challenge", CHALLENGE))
        elif name == "Login":
            secret = self.accounts.get(action["Username"], "")
            key = hashlib.md5((CHALLENGE + secret).encode(), usedforsecurity=False).hexdigest()
            if not secret or action.get("Key") != key:
                send(("Response", "Error"), tag, ("Message", "Authentication failed"))
                return False
            send(good, tag, ("Message", "Authentication accepted"))
            if action.get("Events") != "off":
                send(("Event", "FullyBooted"), ("Privilege", "system,all"))
                for event in self.events:
                    send(*event)
        elif name == "Ping":
            stamp = f"{time.time() + self.ahead_s:.6f}"
            send(good, tag, ("Ping", "Pong"), ("Timestamp", stamp))
        elif name == "ListCommands":
            send(good, tag, *((command, "what it does") for command in self.commands))
        elif name == "CoreSettings":
            settings = ("AsteriskVersion", self.version), ("SystemName", self.system_name)
            send(good, tag, *settings)
        elif name == "CoreStatus":
            started = ("CoreStartupDate", "2026-03-01"), ("CoreStartupTime", "08:00:00")
            send(good, tag, *started)
        elif name == "CoreShowChannels":
            rows(name, [])
        elif name == "QueueStatus":
            listed = [[("Event", "QueueParams"), ("Queue", q)] for q in self.queues]
            rows(name, listed + [[("Event", "QueueMember"), *m.items()] for m in self.members])
        elif name == "Getvar":
            send(good, tag, ("Variable", action["Variable"]), ("Value", self._value(action)))
        elif name == "QueuePause":
            said = "Interface not found" if self.may_pause else "Permission denied"
            send(("Response", "Error"), tag, ("Message", said))
        elif name == "Logoff":
            send(("Response", "Goodbye"), tag)
            return False
        else:
            send(("Response", "Error"), tag, ("Message", "Invalid/unknown command"))
        return True

    def _value(self, action: dict[str, str]) -> str:
        place = action["Variable"].removeprefix("AST_CONFIG(").removesuffix(")")
        head, _, at = place.rpartition(",")
        if head == "manager.conf,callcenter,eventfilter" and at.isdecimal():
            return self.filters[int(at)] if int(at) < len(self.filters) else ""
        return self.config.get(place, "")


def member(interface: str, name: str, state: str = "", queue: str = "support") -> dict[str, str]:
    """A row of QueueStatus."""
    return {
        "Queue": queue,
        "Name": name,
        "Location": interface,
        "StateInterface": state or interface,
        "Membership": "static",
        "Paused": "0",
        "Status": "1",
    }


def _read(peer: socketserver.StreamRequestHandler) -> dict[str, str] | None:
    headers: dict[str, str] = {}
    while line := peer.rfile.readline():
        text = line.decode().rstrip("\r\n")
        if not text:
            return headers
        key, _, value = text.partition(": ")
        headers[key] = value
    return None

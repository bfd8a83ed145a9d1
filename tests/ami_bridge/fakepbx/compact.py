"""Event sequences of a real Asterisk as short lines of text, for comparing without the accidents.

A line holds one event: name, class, and every header in order. Channel and bridge blocks are
folded (only when they are complete and in order), ids become L1, L2 ... and B1, B2 ... in the
order of their coming, instants become T, and names of channels lose their running number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

Pairs = Sequence[tuple[str, str]]

BLOCK = [
    "Channel",
    "ChannelState",
    "ChannelStateDesc",
    "CallerIDNum",
    "CallerIDName",
    "ConnectedLineNum",
    "ConnectedLineName",
    "Language",
    "AccountCode",
    "Context",
    "Exten",
    "Priority",
    "Uniqueid",
    "Linkedid",
]
BRIDGE = [
    "BridgeUniqueid",
    "BridgeType",
    "BridgeTechnology",
    "BridgeCreator",
    "BridgeName",
    "BridgeNumChannels",
    "BridgeVideoSourceMode",
]
INSTANTS = ("LoginTime", "LastCall", "LastPause")
UNIQUEID = re.compile(r"\d{10}\.\d+")
BRIDGE_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NAME_NUMBER = re.compile(r"-[0-9a-f]{8}(?=;|$)")


class Compactor:
    """Folds the events of one story, numbering its ids as they come."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}

    def line(self, headers: Pairs) -> str:
        """One event as one line."""
        pairs = [(key, value) for key, value in headers if key != "Timestamp"]
        if ("Status", "2") in pairs:
            # app_queue sets the flag before or after the status is sent: it is not to be relied on.
            pairs = [(key, "?" if key == "InCall" else value) for key, value in pairs]
        name, klass, body = pairs[0][1], pairs[1][1], pairs[2:]
        return " | ".join([f"{name} {klass}", *self._folded(body)])

    def _folded(self, body: Pairs) -> Iterable[str]:
        at = 0
        while at < len(body):
            for kind, block in (("", BLOCK), ("bridge", BRIDGE)):
                prefix = body[at][0].removesuffix(block[0])
                keys = [key for key, _ in body[at : at + len(block)]]
                if keys == [prefix + key for key in block]:
                    values = [self._plain(k, v) for k, v in body[at : at + len(block)]]
                    yield f"{prefix}{kind}[{' '.join(value or '-' for value in values)}]"
                    at += len(block)
                    break
            else:
                key, value = body[at]
                yield f"{key}={self._plain(key, value)}"
                at += 1

    def _plain(self, key: str, value: str) -> str:
        if key in INSTANTS:
            return "0" if value == "0" else "T"
        if key == "New":
            return "n"
        if key.endswith("Channel"):
            value = NAME_NUMBER.sub("", value)
        value = BRIDGE_ID.sub(lambda found: self._id(found.group(), "B"), value)
        value = UNIQUEID.sub(lambda found: self._id(found.group(), "L"), value)
        return re.sub(r"/var/spool/[^/]*/", "/", value)

    def _id(self, text: str, letter: str) -> str:
        if text not in self._ids:
            taken = sum(known.startswith(letter) for known in self._ids.values())
            self._ids[text] = f"{letter}{taken + 1}"
        return self._ids[text]


def compact(story: Iterable[Pairs]) -> list[str]:
    """A whole story, one line an event."""
    compactor = Compactor()
    return [compactor.line(headers) for headers in story]


def subjects(line: str) -> set[str]:
    """What an event is about: its legs, and its device, member or bridge where it has one."""
    found: set[str] = set()
    for block in re.findall(r"\[([^\]]*)\]", line):
        words = block.split(" ")
        found.add(words[0] if words[0].startswith("B") else words[-2])
    for key in ("Device", "Interface"):
        # The state of a device and that of a member come by different ways: no common order.
        if (value := re.search(rf"\b{key}=([^|]*?)(?: \||$)", line)) and "[" not in line:
            found.add(f"{key} {value.group(1)}")
    return found


def by_subject(lines: Iterable[str]) -> dict[str, list[str]]:
    """For each leg, device, member and bridge its own events in their order."""
    sorted_out: dict[str, list[str]] = {}
    for line in lines:
        for subject in subjects(line):
            sorted_out.setdefault(subject, []).append(line)
    return sorted_out

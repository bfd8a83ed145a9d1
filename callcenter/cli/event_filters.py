"""Which of the events we need pass the event filters of an account, as Asterisk applies them.

A filter is a regular expression on the whole text of an event (a leading ``!`` excludes), or, in
newer versions, criteria and an expression on one header. With includes only, an event passes that
one of them matches; with excludes only, one that none matches; with both, includes go first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ami_bridge.inspection import CLASSES, ENTRIES, VARIABLES

OF_SAMPLE = {
    CLASSES: "^(system|call|agent|user)",
    VARIABLES: "^(QUEUESTATUS|ABANDONED|QUEUE_WITHDRAW_INFO|MIXMONITOR_FILENAME|CC_IVR)$",
    ENTRIES: "Queue",
}
OLD_FORM = (
    "eventfilter = Privilege: (system|call|agent|user)",
    "eventfilter = Variable: "
    "(QUEUESTATUS|ABANDONED|QUEUE_WITHDRAW_INFO|MIXMONITOR_FILENAME|CC_IVR)",
    "eventfilter = Application: Queue",
)

NEEDED: dict[str, tuple[tuple[str, str], ...]] = {
    "Newchannel": (("Privilege", "call,all"),),
    "Newstate": (("Privilege", "call,all"),),
    "NewCallerid": (("Privilege", "call,all"),),
    "Hangup": (("Privilege", "call,all"),),
    "DialBegin": (("Privilege", "call,all"),),
    "DialEnd": (("Privilege", "call,all"),),
    "BridgeEnter": (("Privilege", "call,all"),),
    "BridgeLeave": (("Privilege", "call,all"),),
    "Hold": (("Privilege", "call,all"),),
    "Unhold": (("Privilege", "call,all"),),
    "BlindTransfer": (("Privilege", "call,all"),),
    "AttendedTransfer": (("Privilege", "call,all"),),
    "LocalBridge": (("Privilege", "call,all"),),
    "QueueCallerJoin": (("Privilege", "agent,all"),),
    "QueueCallerLeave": (("Privilege", "agent,all"),),
    "QueueCallerAbandon": (("Privilege", "agent,all"),),
    "AgentCalled": (("Privilege", "agent,all"),),
    "AgentConnect": (("Privilege", "agent,all"),),
    "AgentComplete": (("Privilege", "agent,all"),),
    "AgentRingNoAnswer": (("Privilege", "agent,all"),),
    "QueueMemberStatus": (("Privilege", "agent,all"),),
    "QueueMemberPause": (("Privilege", "agent,all"),),
    "QueueMemberAdded": (("Privilege", "agent,all"),),
    "QueueMemberRemoved": (("Privilege", "agent,all"),),
    "UserEvent": (("Privilege", "user,all"),),
    "Shutdown": (("Privilege", "system,all"),),
    "VarSet": (("Privilege", "dialplan,all"), ("Variable", "QUEUESTATUS")),
    "Newexten": (("Privilege", "dialplan,all"), ("Application", "Queue")),
}
"""The events without which calls are lost or ends are unknown, with the headers filters look at."""


def lines(version: tuple[int, int] | None) -> tuple[str, ...]:
    """The filters of our sample for this version of Asterisk."""
    if version is not None and knows_criteria(version):
        return tuple(
            f"eventfilter(action(include),{criteria}) = {expression}"
            for criteria, expression in OF_SAMPLE.items()
        )
    return OLD_FORM


def knows_criteria(version: tuple[int, int]) -> bool:
    """Whether this Asterisk knows filters by criteria (18.26, 20.11, 21.6, 22.1 and later)."""
    major, minor = version
    since = {18: 26, 20: 11, 21: 6, 22: 1}
    return major > 22 or (major in since and minor >= since[major])


def dropped(plain: Sequence[str], by_criteria: Mapping[str, str]) -> list[str]:
    """The needed events that do not pass; ``by_criteria`` are includes of ``OF_SAMPLE``'s kinds.

    Raises ``re.error`` when an expression cannot be read.
    """
    includes = [re.compile(text.strip()) for text in plain if not text.startswith("!")]
    excludes = [re.compile(text[1:].strip()) for text in plain if text.startswith("!")]
    criteria = {kind: text for kind, text in by_criteria.items() if text}
    missed = []
    for name, headers in NEEDED.items():
        text = "".join(f"{key}: {value}\r\n" for key, value in (("Event", name), *headers))
        if includes or criteria:
            wanted = any(each.search(text) for each in includes) or any(
                _meets(kind, expression, name, dict(headers))
                for kind, expression in criteria.items()
            )
        else:
            wanted = True
        if not wanted or any(each.search(text) for each in excludes):
            missed.append(name)
    return missed


def _meets(kind: str, expression: str, name: str, headers: Mapping[str, str]) -> bool:
    if kind == CLASSES:
        return re.search(expression, headers["Privilege"]) is not None
    if kind == VARIABLES:
        return name == "VarSet" and re.search(expression, headers["Variable"]) is not None
    return name == "Newexten" and headers["Application"] == expression

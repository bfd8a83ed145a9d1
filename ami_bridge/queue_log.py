"""Lines of Asterisk's queue_log: ``epoch|callid|queue|agent|event|parameters...``.

Nothing is escaped there: a ``|`` in a member's name or in a pause reason shifts all that follows.
So a line is read by its event: the first field from the fifth on that is a known event with a
number of parameters that this event can have (the versions differ: EXITWITHTIMEOUT has one or
three) stands where the event is, and what is before it is the agent. A line that makes no sense is
None, never an error; who reads counts it.

Source: main/logger.c and apps/app_queue.c of Asterisk 1.4 to 22.
"""

from __future__ import annotations

from msgspec import Struct

ANY = range(0, 1 << 30)
PARAMETERS: dict[str, range] = {
    "QUEUESTART": range(0, 2),
    "CONFIGRELOAD": range(0, 2),
    "ENTERQUEUE": ANY,
    "CONNECT": range(1, 4),
    "COMPLETECALLER": range(2, 4),
    "COMPLETEAGENT": range(2, 4),
    "BLINDTRANSFER": range(4, 6),
    "ATTENDEDTRANSFER": range(5, 7),
    "TRANSFER": range(2, 6),
    "ABANDON": range(3, 4),
    "EXITWITHTIMEOUT": range(1, 4),
    "EXITWITHKEY": range(2, 5),
    "EXITEMPTY": range(3, 4),
    "WITHDRAW": range(3, 1 << 30),
    "RINGNOANSWER": range(0, 2),
    "RINGCANCELED": range(0, 2),
    "AGENTDUMP": range(0, 2),
    "SYSCOMPAT": range(0, 2),
    "ADDMEMBER": range(0, 2),
    "REMOVEMEMBER": range(0, 2),
    "PAUSE": ANY,
    "UNPAUSE": ANY,
    "PAUSEALL": ANY,
    "UNPAUSEALL": ANY,
    "PENALTY": range(1, 2),
    "RINGINUSE": range(1, 2),
    "AGENTLOGIN": range(1, 2),
    "AGENTLOGOFF": range(1, 3),
    "OUTCALL": ANY,
}
"""The events of the core and how many parameters each may have, empty ones at the end not counted.

ENTERQUEUE ends with the caller's name, PAUSE with a reason, WITHDRAW with a text: these may hold
anything.
"""

_SMALL = {str(number): number for number in range(3_600)}
"""Most durations of a log are less than an hour."""

LONGEST = 8192 + 1
"""Bytes of a line at most: the logger's own buffer, and the newline."""


class LogLine(Struct, frozen=True, gc=False):
    """One line. ``epoch`` in whole seconds UTC; ``params`` without the empty ones at the end."""

    epoch: int
    callid: str
    queue: str
    agent: str
    event: str
    params: list[str]


def parse(text: str) -> LogLine | None:
    """The line, or None when it is none."""
    try:
        stamp, callid, queue, agent, event, *params = text.split("|")
    except ValueError:
        return _damaged(text)
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        return _damaged(text)
    while params and not params[-1]:
        params.pop()
    possible = PARAMETERS.get(event)
    if possible is not None and len(params) in possible:
        return LogLine(int(stamp), callid, queue, agent, event, params)
    return _shifted([stamp, callid, queue, agent, event, *params])


def _shifted(fields: list[str]) -> LogLine | None:
    """A line whose agent has a ``|`` in it, or an event that the dialplan wrote."""
    for place in range(5, len(fields)):
        possible = PARAMETERS.get(fields[place])
        if possible is not None and len(fields) - place - 1 in possible:
            agent = "|".join(fields[3:place])
            return LogLine(
                int(fields[0]), fields[1], fields[2], agent, fields[place], fields[place + 1 :]
            )
    event = fields[4]
    if event in PARAMETERS or not (event.isascii() and event.isalnum() and event.isupper()):
        return None
    return LogLine(int(fields[0]), fields[1], fields[2], fields[3], event, fields[5:])


def _damaged(text: str) -> LogLine | None:
    """A line behind the zeros that a file system leaves after the power failed, or a CRLF line."""
    cleaned = text.strip("\0\r\ufeff ")
    return parse(cleaned) if cleaned != text and cleaned else None


def whole(params: list[str], place: int) -> int | None:
    """The parameter as a whole number, None when there is none.

    ``place`` may count from the end. A negative duration (somebody set the clock) is 0.
    """
    try:
        text = params[place]
    except IndexError:
        return None
    number = _SMALL.get(text)
    if number is not None:
        return number
    if text.isdecimal() and text.isascii() and len(text) < 12:
        return int(text)
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 12):
        return None
    return max(0, int(text))


def lines_of(data: bytes) -> list[str]:
    """Whole lines as text. Bytes that are no UTF-8 become U+FFFD; only newline ends a line."""
    lines = data.decode("utf-8", "replace").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return lines

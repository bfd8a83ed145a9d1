"""The log: standard logging to standard error, for people or for machines.

Every line carries time (UTC), weight, the module's name and the task's name. Ids and durations are
passed as ``extra={"call": ..., "ms": ...}`` and appear as ``call=... ms=...`` or as JSON members.
Telephone numbers keep their last two digits only, unless the settings say otherwise, and texts
registered as secrets never appear: the guard works on the finished line, so that a library's
message or a traceback cannot carry one past it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import IO, Any

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

# Six digits and more, as dialled or as written by people. Ids are no numbers: Uniqueids
# (seconds.serial) and anything glued to letters or to a "#" are left alone.
_NUMBER = re.compile(r"(?<![\w.:#%/-])(?:\+|00)?\d(?:[ ()/-]{0,2}\d){5,14}(?![\w.:%])")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d")
_SHORTEST_SECRET = 4


def set_up(
    *,
    format: str = "plain",
    level: str = "info",
    mask_numbers: bool = True,
    secrets: Iterable[str] = (),
    stream: IO[str] | None = None,
) -> None:
    """Makes the root logger write to ``stream`` (standard error) in ``format`` plain or json.

    ``secrets`` are texts that must never appear, such as passwords of the AMI accounts. Calling it
    again replaces what an earlier call set up.
    """
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    guard = Guard(secrets, mask_numbers)
    handler.setFormatter(JsonLines(guard) if format == "json" else PlainLines(guard))
    root = logging.getLogger()
    for old in list(root.handlers):
        if isinstance(old.formatter, JsonLines | PlainLines):
            root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    # panoramisk formats every message for its debug line, alembic greets, aiohttp writes a line a
    # request: all only when they have something to warn of.
    for chatty in ("panoramisk", "aiohttp.access", "asyncio", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


class Guard:
    """Removes secrets and masks telephone numbers."""

    def __init__(self, secrets: Iterable[str], mask_numbers: bool) -> None:
        # The longest first: one secret may be a part of another. Very short ones would blank
        # half of every line and protect nothing.
        hidden = sorted({s for s in secrets if len(s) >= _SHORTEST_SECRET}, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, hidden))) if hidden else None
        self._mask_numbers = mask_numbers

    def clean(self, text: str) -> str:
        """``text`` as it may be written."""
        if self._secrets is not None:
            text = self._secrets.sub("********", text)
        return _NUMBER.sub(_masked, text) if self._mask_numbers else text


class PlainLines(logging.Formatter):
    """``2026-11-22T18:40:25.123Z INFO callcenter.services.engine call ended call=pbx1:1.2 ms=3``"""

    def __init__(self, guard: Guard) -> None:
        super().__init__()
        self._guard = guard

    def format(self, record: logging.LogRecord) -> str:
        """One line; a traceback follows on lines of its own."""
        clean = self._guard.clean
        parts = [record.levelname, record.name, _one_line(clean(record.getMessage()))]
        parts += [f"{name}={_one_line(clean(str(v)))}" for name, v in _extra(record).items()]
        text = f"{_instant(record)} {' '.join(parts)}"
        trouble = _trouble(self, record)
        return f"{text}\n{clean(trouble)}" if trouble else text


class JsonLines(logging.Formatter):
    """One JSON object a line: ``at``, ``level``, ``logger``, ``message``, ids, ``error``."""

    def __init__(self, guard: Guard) -> None:
        super().__init__()
        self._guard = guard

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON, also with a traceback."""
        clean = self._guard.clean
        members: dict[str, Any] = {
            "at": _instant(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": clean(record.getMessage()),
        }
        for name, value in _extra(record).items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            members[name] = value if number or value is None else clean(str(value))
        trouble = _trouble(self, record)
        if trouble:
            members["error"] = clean(trouble)
        return json.dumps(members, ensure_ascii=False)


def _masked(match: re.Match[str]) -> str:
    found = match[0]
    if _INSTANT.match(found):
        return found
    digits = [c for c in found if c.isdigit()]
    return "+" * found.startswith("+") + "…" + "".join(digits[-2:])


def _instant(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, tz=UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    members = {k: v for k, v in vars(record).items() if k not in _STANDARD}
    task = _task()
    return members if task is None else members | {"task": task}


def _task() -> str | None:
    """The name of the task that speaks; handlers run in it, so it can be asked here."""
    try:
        task = asyncio.current_task()
    except RuntimeError:  # no loop in this thread
        return None
    return None if task is None else task.get_name()


def _one_line(text: str) -> str:
    """Line ends shown, so that a caller's name cannot forge a line of the log."""
    return text.replace("\\", "\\\\").replace("\r", "\\r").replace("\n", "\\n")


def _trouble(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    parts = []
    if record.exc_info:
        parts.append(formatter.formatException(record.exc_info))
    if record.stack_info:
        parts.append(formatter.formatStack(record.stack_info))
    return "\n".join(parts)

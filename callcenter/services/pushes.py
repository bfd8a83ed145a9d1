"""What the services tell the screens: deltas of a topic, whole frames, results of commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct, field

Deltas = list[list[Any]]
"""Changes of one topic: each ``[path..., value]``; absolute values, None removes an entry."""


class Push(Struct, frozen=True):
    """A whole frame for one topic that is not a delta: ``pop``, ``pop2`` or ``popend``.

    ``body`` are the frame's members but ``t``, ``n`` and ``seq``, which the hub adds.
    """

    t: Literal["pop", "pop2", "popend"]
    body: dict[str, Any]


class Result(Struct, frozen=True, kw_only=True):
    """How a command went. ``code`` is one of the closed list of error codes when not ``ok``.

    ``data`` are further members of the answer (``{"rev": 5}`` for a note).
    """

    ok: bool
    code: str = ""
    msg: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def difference(
    before: Mapping[str, Any], after: Mapping[str, Any], path: tuple[str, ...] = ()
) -> Deltas:
    """What makes ``before`` into ``after``: maps are compared within, anything else is replaced."""
    changes: Deltas = []
    for key, value in after.items():
        old = before.get(key)
        if value is old and value is not None:
            continue
        if isinstance(value, dict) and isinstance(old, dict):
            changes += difference(old, value, (*path, key))
        elif key not in before or value != old:
            changes.append([*path, key, value])
    changes += [[*path, key, None] for key in before if key not in after]
    return changes


def unlike(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both maps without the entries that are the very same in both."""
    same = {key for key, value in after.items() if before.get(key) is value}
    return (
        {key: value for key, value in before.items() if key not in same},
        {key: value for key, value in after.items() if key not in same},
    )

"""The comparison notices what is wrong in a call record (it must not be one that cannot fail)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from .truth import differences

TRUTH: dict[str, Any] = {
    "tol": 1.3,
    "started": 1795371299.0,
    "ended": 1795371309.0,
    "calls": [
        {
            "number": "+989121234567",
            "direction": "inbound",
            "outcome": "answered",
            "ended_by": "caller",
            "hold": 2,
            "transfers": [],
            "direct": [],
            "visits": [
                {
                    "queue": "support",
                    "result": "answered",
                    "agent": "1001",
                    "wait": 2,
                    "ring": 2,
                    "talk": 6,
                    "by": "caller",
                    "at": 1795371301.4,
                }
            ],
        }
    ],
}
AGENT = {"id": "pbx1:PJSIP/1001", "name": "Omid", "interface": "PJSIP/1001"}
RIGHT: dict[str, Any] = {
    "id": "pbx1:1795371299.2",
    "direction": "inbound",
    "caller": {"number": "+989121234567", "e164": "+989121234567", "presentation": "shown"},
    "started_at": "2026-11-22T18:14:59.370Z",
    "ended_at": "2026-11-22T18:15:07.400Z",
    "ended_by": "caller",
    "outcome": "answered",
    "visits": [
        {
            "queue": "support",
            "end": "answered",
            "wait_ms": 2004,
            "number": 1,
            "offers": [{"agent": AGENT, "end": "answered", "ring_ms": 2001}],
        }
    ],
    "direct": [],
    "conversations": [
        {
            "agent": AGENT,
            "queue": "support",
            "visit": 1,
            "joined_at": "2026-11-22T18:15:01.370Z",
            "talk_ms": 6020,
            "hold_ms": 2010,
            "ended_by": "caller",
            "transfer": None,
        }
    ],
}


def test_right_record_has_no_differences() -> None:
    assert differences(TRUTH, [RIGHT]) == []


def _set(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    *keys, last = path.split(".")

    def change(item: dict[str, Any]) -> None:
        place: Any = item
        for key in keys:
            place = place[int(key)] if key.isdigit() else place[key]
        place[last] = value

    return change


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("outcome", "abandoned"),
        ("ended_by", "agent"),
        ("ended_at", None),
        ("visits", []),
        ("visits.0.queue", "sales"),
        ("visits.0.end", "abandoned"),
        ("visits.0.wait_ms", 5000),
        ("visits.0.offers", []),
        ("visits.0.number", 2),
        ("direct", [{"agent": AGENT, "end": "cancelled"}]),
        ("conversations", []),
        ("conversations.0.visit", None),
        ("conversations.0.queue", "sales"),
        ("conversations.0.joined_at", "2026-11-22T18:15:05.370Z"),
        ("conversations.0.transfer", {"kind": "blind", "to": "1002"}),
        ("conversations.0.talk_ms", 9000),
        ("conversations.0.hold_ms", 0),
        ("conversations.0.ended_by", "agent"),
        ("direction", "outbound"),
        ("caller", {"number": "+98", "e164": ""}),
        ("started_at", "2026-11-22T17:14:59.370Z"),
    ],
)
def test_wrong_record_is_noticed(path: str, value: object) -> None:
    item = copy.deepcopy(RIGHT)
    _set(path, value)(item)
    assert differences(TRUTH, [item]) != []


def test_call_told_twice_is_noticed() -> None:
    assert differences(TRUTH, [RIGHT, RIGHT]) != []

"""What the pages are shown: one believable centre in three languages, in the contract's shapes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]

MIN = 60_000
HOUR = 60 * MIN
DAY = 24 * HOUR

_SAID = json.loads((Path(__file__).parent / "words.json").read_text("utf-8"))
WORDS: dict[str, dict[str, Any]] = _SAID["words"]
DISPOSITIONS: list[Json] = _SAID["dispositions"]
REASONS: list[Json] = _SAID["reasons"]


def customers(lang: str) -> list[Json]:
    """Four customers; the first is the one who calls."""
    words = WORDS[lang]
    numbers = ["0912 345 6789", "021 8877 6655", "0935 111 2233", "031 3224 8810"]
    names = [words["caller"], *words["others"]]
    facts = [
        {"key": "service", "label": words["facts"][0], "type": "text", "value": words["service"]},
        {"key": "until", "label": words["facts"][1], "type": "date", "value": "2026-11-06"},
        {"key": "balance", "label": words["facts"][2], "type": "number", "value": 2450000},
        {
            "key": "site",
            "label": words["facts"][3],
            "type": "link",
            "value": "https://crm.example/40218",
        },
        {
            "key": "mail",
            "label": words["facts"][4],
            "type": "link",
            "value": "m.reyes@arman.example",
        },
    ]
    return [
        {
            "id": 10 + i,
            "name": name,
            "code": str(40218 + i),
            "tier": "gold" if i == 0 else "",
            "organisation": words["org"],
            "since": "2019-10-05",
            "tags": [],
            "facts": facts,
            "alert": None,
            "numbers": [{"e164": "+989123456789", "national": numbers[i], "label": ""}],
        }
        for i, name in enumerate(names)
    ]


def card(now: int, lang: str) -> Json:
    """A ringing call of a known customer."""
    words = WORDS[lang]
    who = customers(lang)[0]
    who["alert"] = {"text": words["alert"], "by": words["others"][0], "at": now - 83 * MIN}
    ages = [83 * MIN, DAY + HOUR, 14 * DAY, 37 * DAY, 49 * DAY, 57 * DAY]
    codes = ["followup", "resolved", "network", "resolved", "network", "resolved"]
    history = [
        {
            "id": f"pbx1:{i}",
            "at": now - ages[i],
            "direction": "outbound" if i == 2 else "inbound",
            "queue": words["queues"][i % 3],
            "agent": words["others"][i % 3],
            "disposition": codes[i],
            "note": words["notes"][i],
            "talk_ms": 374_000 - i * 41_000,
            "outcome": "answered",
        }
        for i in range(6)
    ]
    return {
        "id": "pbx1:1795371286.0",
        "phase": "ringing",
        "queue": "support",
        "line": "021 9100 2233",
        "direction": "inbound",
        "number": "+989123456789",
        "national": "0912 345 6789",
        "e164": "+989123456789",
        "name": "",
        "presentation": "shown",
        "entered_at": now - 42_000,
        "ring_at": now - 4_000,
        "ring_limit_s": 20,
        "answered_at": None,
        "ended_at": None,
        "wrap_ends_at": None,
        "attempt": 1,
        "today": 2,
        "cust": who,
        "matches": [],
        "match": "one",
        "history": history,
        "history_n": 12,
        "open_followups": [
            {"id": "f1", "text": words["followups"][0], "due_at": now - 30 * MIN},
            {"id": "f2", "text": words["followups"][1], "due_at": now + 3 * DAY},
        ],
        "note": {"text": "", "rev": 0},
        "disposition": None,
        "resolved": None,
    }


def agent(now: int, lang: str) -> Json:
    """An agent at rest: ready, with promises to keep and calls behind him."""
    words = WORDS[lang]
    base = card(now, lang)
    own = [
        {
            **line,
            "id": f"pbx1:own{i}",
            "at": now - (i + 1) * 27 * MIN,
            "name": name,
            "number": "0912 345 6789",
            "queue": words["queues"][0],
        }
        for i, (line, name) in enumerate(
            zip(
                base["history"],
                [words["caller"], *words["others"], words["caller"], ""],
                strict=True,
            )
        )
    ]
    return {
        "agent": {"id": "pbx1:PJSIP/1001", "name": words["agent"], "interface": "PJSIP/1001"},
        "state": {
            "state": "ready",
            "reason": "",
            "since": now - 95_000,
            "until": None,
            "can_set": True,
        },
        "pause_reasons": REASONS,
        "dispositions": DISPOSITIONS,
        "calls": {},
        "pops": [],
        "followups": {
            "f8": {
                "id": "f8",
                "customer_id": 10,
                "customer": words["caller"],
                "text": words["followups"][0],
                "due_at": now + 95 * MIN,
                "call_id": "pbx1:1",
            },
            "f9": {
                "id": "f9",
                "customer_id": 11,
                "customer": words["others"][0],
                "text": words["followups"][1],
                "due_at": now + 4 * HOUR,
                "call_id": "pbx1:2",
            },
        },
        "recent": own,
        "day": {"answered": 27, "aht_ms": 292_000, "wrap_ms": 48_000, "pause_ms": 720_000},
    }


def queues(now: int, lang: str) -> Json:
    """The agent's three queues."""
    names = WORDS[lang]["queues"]
    return {
        "queues": {
            "support": {"name": names[0], "waiting": 4, "oldest_at": now - 62_000, "level": "ok"},
            "billing": {
                "name": names[1],
                "waiting": 7,
                "oldest_at": now - 136_000,
                "level": "warn",
            },
            "sales": {"name": names[2], "waiting": 0, "oldest_at": None, "level": "ok"},
        }
    }

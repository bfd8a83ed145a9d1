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


def wall(now: int, lang: str, count: int = 5) -> Json:
    """A busy afternoon: billing is critical, support is warned, the others are calm."""
    names = WORDS[lang]["queues"]
    ids = ["billing", "support", "sales", "orders", "vip", "returns", "night"]
    label = dict(
        zip(
            ["support", "billing", "sales", "orders", "vip", "returns", "night"], names, strict=True
        )
    )
    rows = {
        "billing": (
            7,
            168,
            0,
            0.58,
            0.084,
            {
                "waiting": "crit",
                "oldest": "crit",
                "sl_30": "crit",
                "free": "crit",
                "abandon": "warn",
            },
            "oldest",
        ),
        "support": (
            3,
            62,
            1,
            0.76,
            0.041,
            {"waiting": "ok", "oldest": "warn", "sl_30": "warn", "free": "ok", "abandon": "ok"},
            None,
        ),
        "sales": (1, 12, 2, 0.91, 0.02, {}, None),
        "orders": (0, None, 4, 0.88, 0.032, {}, None),
        "vip": (0, None, 2, 0.97, 0.0, {}, None),
        "returns": (0, None, 3, 0.93, 0.01, {}, None),
        "night": (0, None, 1, None, None, {"sl_30": "none"}, None),
    }
    trend = [
        0.9,
        0.88,
        0.84,
        0.86,
        0.8,
        0.82,
        0.78,
        None,
        0.74,
        0.7,
        0.72,
        0.69,
        0.66,
        0.64,
        0.6,
        0.58,
    ]
    shape: dict[str, Json] = {}
    for i, name in enumerate(ids[:count]):
        waiting, wait_s, free, sl, abandon, levels, lead = rows[name]
        shape[name] = {
            "name": label[name],
            "waiting": waiting,
            "free": free,
            "t_s": 20,
            "target": 0.8,
            "oldest_at": None if wait_s is None else now - wait_s * 1000,
            "sl_today": {"v": 0.78, "n": 120},
            "sl_30": {"v": sl, "n": 40},
            "abandon_today": {"v": abandon, "n": 300},
            "levels": levels,
            "lead": lead,
            "trend": [None if v is None else min(1, v + i * 0.06) for v in trend],
            "warn": {"waiting": 8, "oldest_s": 60},
        }
    return {
        "fake": True,
        "pbx": {"pbx1": {"up": True, "since": now - DAY}},
        "order": ids[:count],
        "queues": shape,
        "total": {
            "waiting": 11,
            "oldest_at": now - 168_000,
            "oldest_queue": "billing",
            "sl_today": {"v": 0.78, "n": 1250},
            "sl_30": {"v": 0.71, "n": 160},
            "abandon_today": {"v": 0.041, "n": 1300},
            "sl_trend": [
                0.84,
                0.86,
                0.83,
                0.82,
                0.85,
                0.87,
                0.84,
                0.8,
                0.78,
                0.81,
                0.79,
                0.76,
                0.73,
                0.71,
                0.7,
                0.71,
            ],
            "waiting_trend": [1, 2, 1, 0, 2, 3, 2, 4, 3, 2, 4, 5, 6, 8, 10, 11],
            "abandon_trend": [
                0.03,
                0.027,
                0.029,
                0.032,
                0.03,
                0.028,
                0.031,
                0.034,
                0.033,
                0.036,
                0.035,
                0.038,
                0.04,
                0.041,
                0.04,
                0.041,
            ],
            "answered": 1181,
            "aht_ms": 312_000,
            "aht_n": 1100,
            "occupancy": {"v": 0.86, "n": 33},
            "fcr": {"v": 0.74, "n": 800, "days": 7, "provisional": True},
            "target": 0.8,
            "t_s": 20,
            "abandon_target": 0.05,
            "waiting_warn": 8,
            "oldest_limit_s": 120,
            "levels": {"sl_today": "warn", "waiting": "warn", "oldest": "crit", "abandon": "ok"},
        },
        "agents": {
            "on_shift": 33,
            "talking": 14,
            "ready": 9,
            "wrap_up": 4,
            "paused": 5,
            "offered": 1,
            "held": 0,
            "unreachable": 0,
        },
        "attention": {
            "pbx1:PJSIP/1009": {
                "name": WORDS[lang]["attention"],
                "state": "paused",
                "reason": "lunch",
                "since": now - 24 * MIN - 9000,
            }
        },
    }


def everything(now: int, lang: str) -> dict[str, Json]:
    """All three topics."""
    return {"agent": agent(now, lang), "queues": queues(now, lang), "wall": wall(now, lang)}

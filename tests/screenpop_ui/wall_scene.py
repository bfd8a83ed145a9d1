"""A busy afternoon on the wall: billing is critical, support is warned, the others are calm."""

from __future__ import annotations

from tests.screenpop_ui.scenes import DAY, MIN, WORDS, Json


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

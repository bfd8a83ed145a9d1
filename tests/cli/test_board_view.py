"""The live board as text."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.cli.board_view import changed, clock, lines
from callcenter.cli.tables import aligned, clipped, plain, width

NOW = 1_795_371_286_000


def board(**more: Any) -> dict[str, Any]:
    queue = {
        "name": "support",
        "waiting": 3,
        "oldest_at": NOW - 125_000,
        "free": 0,
        "sl_today": {"v": 0.784, "n": 120},
        "sl_30": {"v": None, "n": 0},
        "abandon_today": {"v": 0.0, "n": 120},
        "levels": {"waiting": "warn", "oldest": "crit", "free": "ok"},
    }
    return {
        "fake": False,
        "pbx": {"pbx1": {"up": True, "since": NOW}},
        "order": ["support", "billing"],
        "queues": {"billing": {"name": "billing", "waiting": 0}, "support": queue},
        "total": {"waiting": 3, "answered": 1181, "aht_ms": 312_000, "occupancy": {"v": 0.61}},
        "agents": {"on_shift": 33, "wrap_up": 4},
        "attention": {},
        **more,
    }


def text(state: dict[str, Any]) -> str:
    return "\n".join(lines(state, NOW, "Asia/Tehran", "Radmehr"))


def test_queues_stand_worst_first_with_their_figures_and_marks() -> None:
    told = text(board()).splitlines()
    at = next(n for n, line in enumerate(told) if line.startswith("queue "))
    support, billing = told[at + 1].split(), told[at + 2].split()
    assert support[:6] == ["support", "3", "!", "2:05", "!!", "0"]
    assert "78 % of 120" in told[at + 1]
    assert "0 % of 120" in told[at + 1]
    assert billing == ["billing", "0", "-", "-", "-", "-", "-"]


def test_what_is_unknown_is_a_dash_and_never_a_zero() -> None:
    told = text({"queues": {}, "total": {}})
    assert "No queue is known yet." in told
    assert "waiting -, oldest -, answered today -" in told
    assert "0 %" not in told


def test_a_pbx_that_is_not_heard_and_a_fake_one_are_said() -> None:
    told = text(board(fake=True, pbx={"pbx1": {"up": False, "since": NOW - 60_000}}))
    assert "The PBX is a fake" in told
    assert "PBX pbx1 is not heard since 2026-11-22" in told


def test_times_are_on_the_sites_clocks() -> None:
    assert lines(board(), NOW, "Asia/Tehran", "R")[0] != lines(board(), NOW, "UTC", "R")[0]


def test_agents_who_need_a_look_are_listed() -> None:
    agent = {"name": "Leila M.", "state": "paused", "reason": "lunch", "since": NOW - 3_700_000}
    told = text(board(attention={"pbx1:PJSIP/1001": agent}))
    assert "Leila M.      paused lunch  1:01:40" in told
    assert "on shift 33, wrap up 4" in told


def test_changes_are_values_at_paths_and_null_takes_away() -> None:
    state = board()
    changed(
        state,
        [
            ["queues", "support", "waiting", 7],
            ["queues", "billing", None],
            ["queues", "vip", {"name": "vip"}],
            ["total", "oldest_at", None],
            ["pbx", "pbx2", "up", True],
        ],
    )
    assert state["queues"]["support"]["waiting"] == 7
    assert list(state["queues"]) == ["support", "vip"]
    assert "oldest_at" not in state["total"]
    assert state["pbx"]["pbx2"] == {"up": True}


@pytest.mark.parametrize("delta", [["fake", "x", 1], ["queues", "support", "waiting", "x", 1]])
def test_a_path_through_a_value_is_told(delta: list[Any]) -> None:
    with pytest.raises(ValueError, match="in the board"):
        changed(board(), [delta])


def test_durations_read_as_clocks() -> None:
    told = [clock(ms) for ms in (-1, 0, 59_999, 3_599_000, 3_600_000)]
    assert told == ["0:00", "0:00", "0:59", "59:59", "1:00:00"]


def test_columns_stand_under_each_other_in_every_script() -> None:
    table = aligned(("name", "n"), [("نرگس", "1"), ("日本", "2"), ("e\u0301", "3")]).splitlines()
    assert [width(line) for line in table] == [7, 7, 7, 7]
    assert clipped("日本語", 5) == "日本"
    assert "\x1b" not in plain("\x1b[2J\u2028x")

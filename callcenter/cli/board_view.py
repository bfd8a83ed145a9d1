"""The live board as lines of text: what ``callcenter watch`` draws.

Takes the state of the topic ``wall:main`` and an instant; knows no socket and no clock. What is
unknown is a dash, never a zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callcenter.cli.tables import aligned, instant, plain

State = dict[str, Any]
UNKNOWN = "-"
_MARK = {"warn": "!", "crit": "!!"}
_HEADERS = ("queue", "waiting", "oldest", "free", "level today", "level 30 min", "abandoned")


def changed(state: State, deltas: list[list[Any]]) -> None:
    """Applies changes to the state in place: each is a path and a value, null takes it away.

    Raises ``ValueError`` when a path leads nowhere: then the state must be asked for anew.
    """
    for delta in deltas:
        *path, last, value = delta
        here: Any = state
        for part in path:
            if not isinstance(here, dict):
                raise ValueError(f"there is no {'.'.join(map(str, path))} in the board")
            here = here.setdefault(part, {})
        if not isinstance(here, dict):
            raise ValueError(f"there is no {'.'.join(map(str, path))} in the board")
        if value is None:
            here.pop(last, None)
        else:
            here[last] = value


def lines(state: Mapping[str, Any], now_ms: int, zone: str, site: str) -> list[str]:
    """The board at ``now_ms`` (epoch ms UTC, the server's clock)."""
    told = [f"{plain(site)}  {instant(now_ms, zone)}"]
    if state.get("fake"):
        told.append("The PBX is a fake: nothing here is real.")
    for name, pbx in sorted((state.get("pbx") or {}).items()):
        if not pbx.get("up"):
            told.append(f"PBX {plain(name)} is not heard{_since(pbx, zone)}: figures stand still.")
    told += ["", *_total(state.get("total") or {}, now_ms), "", *_queues(state, now_ms)]
    return [*told, "", *_agents(state, now_ms)]


def _since(pbx: Mapping[str, Any], zone: str) -> str:
    since = pbx.get("since")
    return f" since {instant(int(since), zone)}" if since else ""


def _total(total: Mapping[str, Any], now_ms: int) -> list[str]:
    fcr = total.get("fcr") or {}
    aht = total.get("aht_ms")
    days = fcr.get("days")
    within = f" ({days} d, provisional)" if days and fcr.get("provisional") else ""
    return [
        f"waiting {_count(total.get('waiting'))}, oldest {_age(total.get('oldest_at'), now_ms)}, "
        f"answered today {_count(total.get('answered'))}",
        f"service level {_share(total.get('sl_today'))} (30 min {_share(total.get('sl_30'))}), "
        f"abandoned {_share(total.get('abandon_today'))}, "
        f"handling {UNKNOWN if aht is None else clock(int(aht))}, "
        f"occupancy {_share(_bare(total.get('occupancy')))}, "
        f"first-call resolution {_share(fcr)}{within}",
    ]


def _queues(state: Mapping[str, Any], now_ms: int) -> list[str]:
    queues: Mapping[str, Any] = state.get("queues") or {}
    order = [name for name in state.get("order") or () if name in queues]
    order += sorted(name for name in queues if name not in order)
    if not order:
        return ["No queue is known yet."]
    rows = []
    for name in order:
        queue = queues[name]
        levels = queue.get("levels") or {}

        def marked(text: str, metric: str, levels: Mapping[str, str] = levels) -> str:
            mark = _MARK.get(levels.get(metric, ""), "")
            return f"{text} {mark}" if mark else text

        rows.append(
            (
                plain(str(queue.get("name") or name)),
                marked(_count(queue.get("waiting")), "waiting"),
                marked(_age(queue.get("oldest_at"), now_ms), "oldest"),
                marked(_count(queue.get("free")), "free"),
                marked(_share(queue.get("sl_today")), "sl_today"),
                marked(_share(queue.get("sl_30")), "sl_30"),
                marked(_share(queue.get("abandon_today")), "abandon"),
            )
        )
    return aligned(_HEADERS, rows).splitlines()


def _agents(state: Mapping[str, Any], now_ms: int) -> list[str]:
    counts: Mapping[str, Any] = state.get("agents") or {}
    told = "agents: " + ", ".join(
        f"{name.replace('_', ' ')} {_count(number)}" for name, number in counts.items()
    )
    rows = [
        (
            plain(str(agent.get("name") or "")),
            plain(" ".join(filter(None, (str(agent.get("state")), agent.get("reason"))))),
            _age(agent.get("since"), now_ms),
        )
        for agent in (state.get("attention") or {}).values()
    ]
    if not rows:
        return [told]
    return [told, "", *aligned(("needs a look", "state", "for"), sorted(rows)).splitlines()]


def clock(ms: int) -> str:
    """A duration as ``4:05`` or ``1:04:05``."""
    minutes, seconds = divmod(max(0, ms) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _age(at_ms: int | None, now_ms: int) -> str:
    return UNKNOWN if at_ms is None else clock(now_ms - int(at_ms))


def _count(number: int | None) -> str:
    return UNKNOWN if number is None else str(number)


def _bare(ratio: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """A share of time: of how many milliseconds is nothing for people."""
    return None if ratio is None else {"v": ratio.get("v")}


def _share(ratio: Mapping[str, Any] | None) -> str:
    """A share with the calls or agents it is of; a dash when it is of none."""
    value = (ratio or {}).get("v")
    if ratio is None or value is None:
        return UNKNOWN
    number = ratio.get("n")
    return f"{100 * float(value):.0f} %" + (f" of {number}" if number is not None else "")

"""What the wall shows, from the board and the live sums; levels are decided here, once, for all.

Values that nobody knows are None and drawn as a dash; ages are sent as the instant since which
something holds and tick in the page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from callcenter.domain.board import AgentNow, Board, LinkNow
from kpi import abandon_rate, handle_time, level_rules, service_level
from kpi.levels import Level, LevelState, Limits, Reading, advance, lead_of
from kpi.occupancy import occupancy
from kpi.ratio import Ratio
from kpi.rules import Rules

from .figures import WINDOW_MIN, LiveFigures

ON_SHIFT = frozenset(("ready", "offered", "talking", "held", "wrap_up", "paused", "unreachable"))
FCR_DAYS = 7
SEVERITY: dict[Level, int] = {"crit": 2, "warn": 1, "ok": 0, "none": 0}


def share(ratio: Ratio) -> dict[str, Any]:
    """A ratio as pages take it: the value, and the sample it rests on."""
    value = ratio.value
    return {"v": None if value is None else round(value, 4), "n": ratio.denominator}


class Staff(Struct):
    """Of the agents whom a queue may ring: how many are free, how many talk."""

    free: int = 0
    talking: int = 0


def staff_of(board: Board) -> dict[str, Staff]:
    """The staff of every queue that has any, by its folded name.

    One walk over the agents, and agents alike are counted together: asking the board queue by
    queue walks over all agents each time.
    """
    alike = Counter((agent.queues, agent.paused_in, agent.state) for agent in board.agents.values())
    staff: dict[str, Staff] = {}
    for (queues, paused_in, state), count in alike.items():
        for queue in queues:
            if queue not in paused_in:
                there = staff.setdefault(queue, Staff())
                there.free += count if state == "ready" else 0
                there.talking += count if state in ("talking", "held") else 0
    return staff


class WallView:
    """Builds the wall's state. ``pause_limit`` gives seconds by pause reason, None without one;
    ``titles`` gives a queue's titles by language, empty where it has none; ``behind_s`` gives how
    many seconds what is known of a PBX has fallen behind, 0 while it is fresh.
    """

    def __init__(
        self,
        board: Board,
        figures: LiveFigures,
        rules: Rules,
        *,
        fake: bool,
        pause_limit: Callable[[str], int | None] = lambda reason: None,
        titles: Callable[[str], dict[str, str]] = lambda queue: {},
        behind_s: Callable[[str], float] = lambda pbx: 0.0,
    ) -> None:
        self._board = board
        self._figures = figures
        self._rules = rules
        self._fake = fake
        self._pause_limit = pause_limit
        self._titles = titles
        self._behind_s = behind_s
        self._behind_since: dict[str, int] = {}
        self._levels: dict[tuple[str, str], LevelState] = {}
        self._waiting_trend: dict[int, int] = {}
        self._staff: dict[str, Staff] = {}

    def build(self, now: int) -> dict[str, Any]:
        """The whole state at ``now`` (epoch ms)."""
        board = self._board
        links = {name: self._link(name, link, now) for name, link in board.links.items()}
        stale = any(not link.up for link in links.values())
        self._staff = staff_of(board)
        names = [name for name in board.queues if self._worth_showing(name)]
        queues = {name: self._queue(name, now, stale) for name in names}
        return {
            "fake": self._fake,
            "pbx": {name: {"up": link.up, "since": link.since} for name, link in links.items()},
            "order": self._order(queues),
            "queues": queues,
            "total": self._total(queues, now, stale),
            "agents": self._agents(stale),
            "attention": self._attention(now),
        }

    def turned(self) -> bool:
        """Whether a PBX has fallen behind, or caught up, since the wall was built."""
        links = self._board.links.items()
        late = {name for name, link in links if link.up and self._behind_s(name)}
        return late != set(self._behind_since)

    def _link(self, name: str, link: LinkNow, now: int) -> LinkNow:
        """A PBX that has fallen behind is as good as lost to whoever looks, long before the link
        is: what the board has is true, and old."""
        behind_s = self._behind_s(name) if link.up else 0.0
        if not behind_s:
            self._behind_since.pop(name, None)
            return link
        since = self._behind_since.setdefault(name, now - int(behind_s * 1000))
        return LinkNow(up=False, since=since)

    def mine(self) -> dict[str, Any]:
        """All queues as an agent's desk shows them; the hub passes on each agent's own."""
        return {
            "queues": {
                name: {
                    "name": name,
                    "titles": self._titles(name),
                    "waiting": len(self._board.waiting.get(name, ())),
                    "oldest_at": self._board.oldest(name),
                    "level": self._worst(name, ("oldest", "waiting")),
                }
                for name in self._board.queues
            }
        }

    def _worth_showing(self, name: str) -> bool:
        """A queue with agents or with calls; an unused one would only fill the wall."""
        return bool(
            name.casefold() in self._staff
            or self._board.waiting.get(name)
            or self._figures.today("queue", name).offered
        )

    def _worst(self, name: str, metrics: tuple[str, ...]) -> Level:
        states = [self._levels.get((name, m), LevelState()) for m in metrics]
        levels = [state.level for state in states if not state.stale]
        return max(levels, key=lambda level: SEVERITY[level], default="none")

    def _level(self, queue: str, metric: str, limits: Limits, reading: Reading, now: int) -> Level:
        before = self._levels.get((queue, metric), LevelState())
        after = advance(before, level_rules.RULES[metric], limits, reading, now)
        self._levels[(queue, metric)] = after
        return "none" if after.stale else after.level

    def _queue(self, name: str, now: int, stale: bool) -> dict[str, Any]:
        rules = self._rules.of_queue(name)
        waiting = self._board.waiting.get(name, {})
        oldest = self._board.oldest(name)
        staff = self._staff.get(name.casefold(), Staff())
        free, talking = staff.free, staff.talking
        late = service_level.late((now - at for at in waiting.values()), rules.t_ms)
        today = service_level.live(self._figures.today("queue", name), late)
        half_hour = service_level.live(self._figures.window("queue", name, WINDOW_MIN, now), late)
        abandoned = abandon_rate.net(self._figures.today("queue", name))
        warn = level_rules.of_waiting(free, talking)
        longest = level_rules.of_oldest(rules.t_ms)
        readings: Mapping[str, tuple[Limits, Reading]] = {
            "waiting": (warn, Reading(value=len(waiting), stale=stale)),
            "oldest": (
                longest,
                Reading(value=0 if oldest is None else now - oldest, stale=stale),
            ),
            "sl_30": (
                level_rules.of_service_level_30(rules.target),
                Reading(value=half_hour.value, n=half_hour.denominator, stale=stale),
            ),
            "free": (
                level_rules.FREE,
                Reading(value=level_rules.free_reading(free, len(waiting)).value, stale=stale),
            ),
            "abandon": (
                level_rules.of_abandon(rules.abandon_target),
                Reading(value=abandoned.value, n=abandoned.denominator, stale=stale),
            ),
        }
        levels = {
            metric: self._level(name, metric, limits, reading, now)
            for metric, (limits, reading) in readings.items()
        }
        return {
            "name": name,
            "titles": self._titles(name),
            "waiting": len(waiting),
            "oldest_at": oldest,
            # Nobody knows who is free at a PBX that is not heard; nought would be a claim.
            "free": None if stale else free,
            "t_s": rules.t_ms // 1000,
            "target": rules.target,
            "sl_today": share(today),
            "sl_30": share(half_hour),
            "abandon_today": share(abandoned),
            "trend": self._trend("queue", name, now),
            "levels": levels,
            "warn": {
                "waiting": int(warn.warn or 0),
                "oldest_s": int((longest.warn or 0) / 1000),
            },
            "lead": lead_of(levels),
        }

    def _trend(self, scope: str, name: str, now: int) -> list[float | None]:
        points = self._figures.trend("queue" if scope == "queue" else "all", name, now)
        return [None if c is None else _rounded(service_level.net(c)) for c in points]

    def _order(self, queues: dict[str, dict[str, Any]]) -> list[str]:
        def badness(name: str) -> tuple[float, ...]:
            row = queues[name]
            levels = [SEVERITY[level] for level in row["levels"].values()]
            value = row["sl_30"]["v"]
            return (-max(levels), -sum(levels), -row["waiting"], 1.0 if value is None else value)

        return sorted(queues, key=lambda name: (*badness(name), name))

    def _total(self, queues: dict[str, dict[str, Any]], now: int, stale: bool) -> dict[str, Any]:
        rules = self._rules.default
        late = 0
        oldest_at: int | None = None
        oldest_queue = ""
        waiting = 0
        for name, row in queues.items():
            places = self._board.waiting.get(name, {})
            limit = self._rules.of_queue(name).t_ms
            late += service_level.late((now - at for at in places.values()), limit)
            waiting += len(places)
            if row["oldest_at"] is not None and (oldest_at is None or row["oldest_at"] < oldest_at):
                oldest_at, oldest_queue = row["oldest_at"], name
        self._waiting_trend[now // 60_000] = max(waiting, self._waiting_trend.get(now // 60_000, 0))
        for minute in [m for m in self._waiting_trend if m < now // 60_000 - 60]:
            del self._waiting_trend[minute]
        figures = self._figures
        today = figures.today("all")
        level_today = service_level.live(today, late)
        level_30 = service_level.live(figures.window("all", "", WINDOW_MIN, now), late)
        abandoned = abandon_rate.net(today)
        handled = handle_time.average(today)
        busy = occupancy(figures.occupancy_window(now))
        states = self._board.by_state()
        warn = level_rules.of_waiting(states["ready"], states["talking"] + states["held"])
        oldest_rules = self._rules.of_queue(oldest_queue) if oldest_queue else rules
        limits = level_rules.of_oldest(oldest_rules.t_ms)
        fcr = figures.fcr
        return {
            "waiting": waiting,
            "oldest_at": oldest_at,
            "oldest_queue": oldest_queue or None,
            "sl_today": share(level_today),
            "sl_30": share(level_30),
            "abandon_today": share(abandoned),
            "sl_trend": self._trend("all", "", now),
            "waiting_trend": self._waiting_points(now),
            "abandon_trend": [
                None if c is None else _rounded(abandon_rate.net(c))
                for c in figures.trend("all", "", now)
            ],
            "answered": today.answered,
            "aht_ms": None if handled.value is None else round(handled.value),
            "aht_n": handled.denominator,
            "occupancy": share(busy),
            "fcr": {
                **(share(fcr.ratio) if fcr is not None else {"v": None, "n": 0}),
                "days": FCR_DAYS,
                "provisional": fcr is None or fcr.provisional,
            },
            "target": rules.target,
            "t_s": rules.t_ms // 1000,
            "abandon_target": rules.abandon_target,
            "waiting_warn": int(warn.warn or 0),
            "oldest_limit_s": int((limits.crit or 0) / 1000),
            "levels": {
                "sl_today": self._level(
                    "",
                    "sl_today",
                    level_rules.of_service_level_today(rules.target),
                    Reading(value=level_today.value, n=level_today.denominator, stale=stale),
                    now,
                ),
                "waiting": self._level(
                    "", "waiting", warn, Reading(value=waiting, stale=stale), now
                ),
                "oldest": self._level(
                    "",
                    "oldest",
                    limits,
                    Reading(value=0 if oldest_at is None else now - oldest_at, stale=stale),
                    now,
                ),
                "abandon": self._level(
                    "",
                    "abandon",
                    level_rules.of_abandon(rules.abandon_target),
                    Reading(value=abandoned.value, n=abandoned.denominator, stale=stale),
                    now,
                ),
            },
        }

    def _waiting_points(self, now: int) -> list[int | None]:
        """The most that waited at once, by steps of four minutes of the last hour."""
        minute = now // 60_000
        points: list[int | None] = []
        for back in range(15, -1, -1):
            seen = [
                self._waiting_trend[m]
                for m in range(minute - back * 4 - 3, minute - back * 4 + 1)
                if m in self._waiting_trend
            ]
            points.append(max(seen) if seen else None)
        return points

    def _agents(self, stale: bool) -> dict[str, int | None]:
        if stale:
            return dict.fromkeys(("on_shift", *sorted(ON_SHIFT)))
        states = self._board.by_state()
        shown = {state: count for state, count in states.items() if state in ON_SHIFT}
        counts: dict[str, int | None] = {"on_shift": sum(shown.values())}
        counts.update({str(state): count for state, count in shown.items()})
        return counts

    def _attention(self, now: int) -> dict[str, dict[str, Any]]:
        """The agents who are over the limit of their pause, or whose phone is gone; at most two."""
        late: list[tuple[int, AgentNow]] = []
        for agent in self._board.agents.values():
            age = now - agent.since
            if agent.state == "paused":
                limit = self._pause_limit(agent.reason)
                if limit is not None and age > limit * 1000:
                    late.append((age - limit * 1000, agent))
            elif agent.state == "unreachable" and agent.queues:
                late.append((age, agent))
        late.sort(key=lambda item: -item[0])
        return {
            agent.id: {
                "name": agent.name,
                "state": agent.state,
                "reason": agent.reason,
                "since": agent.since,
            }
            for _, agent in late[:2]
        }


def _rounded(ratio: Ratio) -> float | None:
    value = ratio.value
    return None if value is None else round(value, 4)

"""The live sums: today, the last half hour, and the quarters behind the trend lines.

They are fed by the ledger's changes, which the projector stores as well, so a live figure and the
stored one cannot part. Open agent spans count until now when they are read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from callcenter.domain.model import CallRecord
from kpi import fcr
from kpi.calendars import Bounds, day_bounds
from kpi.contributions import of_call, of_span
from kpi.counters import Cell, Counters, Scope
from kpi.intervals import INTERVAL_MS, start_of
from kpi.records import AgentSpan, FcrCall
from kpi.rules import Rules

from .ledger import MINUTE_MS, Change

TREND_POINTS = 16
WINDOW_MIN = 30
OCCUPANCY_MIN = 60
Who = tuple[Scope, str]


class LiveFigures:
    """Sums per queue, agent and all, kept ready to be read many times a second."""

    def __init__(self, rules: Rules, now: int) -> None:
        self.rules = rules
        self._tz = ZoneInfo(rules.zone)
        self.day: Bounds = day_bounds(now, self._tz)
        self._today: dict[Who, Counters] = defaultdict(Counters)
        self._quarters: dict[Who, dict[int, Counters]] = defaultdict(dict)
        self._minutes: dict[Who, dict[int, Counters]] = defaultdict(dict)
        # Rolling sums by owner and length, each with the minute since which it sums; they take
        # what comes, and are summed anew only when the clock has moved on by a minute.
        self._windows: dict[Who, dict[int, tuple[int, Counters]]] = {}
        self.spans: dict[str, AgentSpan] = {}
        self.fcr: fcr.Repeat | None = None
        self.dirty: set[Who] = set()

    def load(
        self,
        stored: Mapping[Cell, Counters],
        recent: Iterable[CallRecord],
        spans: Iterable[AgentSpan],
        now: int,
    ) -> None:
        """Begins with the stored quarters, and with the last hour's calls for rolling windows."""
        for cell, counters in stored.items():
            self._at(self._quarters[(cell.scope, cell.id)], cell.interval_ms).add(counters)
            if self.day[0] <= cell.interval_ms < self.day[1]:
                self._today[(cell.scope, cell.id)].add(counters)
        since = now - OCCUPANCY_MIN * MINUTE_MS
        for record in recent:
            for cell, counters in of_call(record, self.rules, step_ms=MINUTE_MS).items():
                if cell.scope != "agent" and cell.interval_ms >= since:
                    self._at(self._minutes[(cell.scope, cell.id)], cell.interval_ms).add(counters)
        for span in spans:
            if span.end_ms is None:
                self.spans[span.agent_id] = span
                continue
            for cell, counters in of_span(span, now, step_ms=MINUTE_MS).items():
                if cell.scope != "agent" and cell.interval_ms >= since:
                    self._at(self._minutes[(cell.scope, cell.id)], cell.interval_ms).add(counters)

    def take(self, change: Change) -> None:
        """Adds what a batch of facts changed."""
        for cell, counters in change.cells.items():
            who = (cell.scope, cell.id)
            self.dirty.add(who)
            at = cell.interval_ms
            sums = [self._at(self._quarters[who], start_of(at))]
            if self.day[0] <= at < self.day[1]:
                sums.append(self._today[who])
            if cell.scope != "agent":
                sums.append(self._at(self._minutes[who], at))
                windows = self._windows.get(who, {}).values()
                sums += [summed for since, summed in windows if at >= since]
            counters.add_to(sums)
        for span in change.spans:
            if span.end_ms is None:
                self.spans[span.agent_id] = span

    def roll(self, now: int) -> bool:
        """Moves on with the clock: a new day, and minutes and quarters that are past.

        True when the day changed.
        """
        oldest = now - OCCUPANCY_MIN * MINUTE_MS - MINUTE_MS
        for by_minute in self._minutes.values():
            for at in [at for at in by_minute if at < oldest]:
                del by_minute[at]
        bounds = day_bounds(now, self._tz)
        # Longer than any trend is drawn nobody needs them: the day so far is summed by itself,
        # and of a new day they hold whatever came before this was called.
        keep = start_of(now) - TREND_POINTS * INTERVAL_MS
        for by_quarter in self._quarters.values():
            for at in [at for at in by_quarter if at < keep]:
                del by_quarter[at]
        if bounds == self.day:
            return False
        self.day = bounds
        self._today.clear()
        for who, by_quarter in self._quarters.items():
            for at, counters in by_quarter.items():
                if bounds[0] <= at < bounds[1]:
                    self._today[who].add(counters)
        return True

    def today(self, scope: Scope, owner: str = "") -> Counters:
        """The day so far, closed spans only; to be read, not changed."""
        return self._today.get((scope, owner)) or Counters()

    def today_with_open(self, scope: Scope, owner: str, now: int) -> Counters:
        """The day so far with the agents' open spans counted until now."""
        summed = self.today(scope, owner).copy()
        for span in self._open(scope, owner):
            for cell, counters in of_span(span, now).items():
                if (cell.scope, cell.id) == (scope, owner) and (
                    self.day[0] <= cell.interval_ms < self.day[1]
                ):
                    summed.add(counters)
        return summed

    def window(self, scope: Scope, owner: str, minutes: int, now: int) -> Counters:
        """The last ``minutes`` minutes of a queue or of all, closed spans only."""
        who = (scope, owner)
        since = start_of(now, MINUTE_MS) - (minutes - 1) * MINUTE_MS
        windows = self._windows.setdefault(who, {})
        known = windows.get(minutes)
        if known is not None and known[0] == since:
            return known[1]
        summed = Counters()
        for at, counters in self._minutes.get(who, {}).items():
            if at >= since:
                summed.add(counters)
        windows[minutes] = (since, summed)
        return summed

    def occupancy_window(self, now: int) -> Counters:
        """The last hour of all agents, open spans included."""
        summed = self.window("all", "", OCCUPANCY_MIN, now).copy()
        since = start_of(now, MINUTE_MS) - (OCCUPANCY_MIN - 1) * MINUTE_MS
        # As ``of_span`` counts an open span, without a cell for each of its minutes: with a
        # thousand agents that held the loop for 50 ms twice a second.
        open_ms: dict[str, int] = defaultdict(int)
        paused_ms: dict[str, int] = defaultdict(int)
        for span in self.spans.values():
            covered = now - max(span.start_ms, since)
            if covered > 0:
                open_ms[span.state] += covered
                if span.state == "paused":
                    paused_ms[span.reason] += covered
        summed.add(Counters(state_ms=dict(open_ms), paused_ms=dict(paused_ms)))
        return summed

    def trend(self, scope: Scope, owner: str, now: int) -> list[Counters | None]:
        """The last four hours by quarters, oldest first; None where nothing was counted."""
        by_quarter = self._quarters.get((scope, owner), {})
        last = start_of(now)
        return [
            by_quarter.get(last - back * INTERVAL_MS) for back in range(TREND_POINTS - 1, -1, -1)
        ]

    def resolution(self, calls: Sequence[FcrCall], now: int) -> None:
        """Computes first-call resolution of the last seven days from these calls."""
        self.fcr = fcr.repeat(calls, now - fcr.WINDOW_MS, now + 1, now)

    def _open(self, scope: Scope, owner: str) -> list[AgentSpan]:
        if scope == "agent":
            span = self.spans.get(owner)
            return [] if span is None else [span]
        return list(self.spans.values()) if scope == "all" else []

    @staticmethod
    def _at(sums: dict[int, Counters], at: int) -> Counters:
        held = sums.get(at)
        if held is None:
            held = sums[at] = Counters()
        return held

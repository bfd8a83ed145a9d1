"""Rows of a queue_log table as the lines that the file would have.

Both shapes: ``data1`` to ``data5``, or one ``data``. Only five parameters fit, so the last column
of a six-parameter ATTENDEDTRANSFER holds two with the ``|`` between; joined again they are the
line of the file, and a stray ``|`` anywhere is read as there (``queue_log.parse``).

A table without a number for its rows, with times in whole seconds, has lost the order within a
second. It is put back as far as it matters: in one second of one caller in one queue a stay that
waits goes on (rings, answer, end) before another one begins.
"""

from __future__ import annotations

from collections.abc import Sequence

from callcenter.ports.log_tables import Layout, Row, Wanted

from .wall_times import WallTimes

QUEUE_LOG = Wanted(
    time="time",
    columns=("callid", "queuename", "agent", "event"),
    either=(("data1", "data2", "data3", "data4", "data5"), ("data",)),
)
"""What Asterisk's realtime needs; ``data1`` to ``data5`` go before ``data`` there too."""

IN_A_STAY = {
    "RINGNOANSWER": 1,
    "RINGCANCELED": 1,
    "AGENTDUMP": 1,
    "CONNECT": 2,
    "ABANDON": 3,
    "EXITWITHTIMEOUT": 3,
    "EXITEMPTY": 3,
    "EXITWITHKEY": 3,
    "WITHDRAW": 3,
    "SYSCOMPAT": 3,
}
"""What may follow while a caller waits, in this order; all but rings end the waiting."""
RINGING = 1


class Lines:
    """Turns rows into lines, in the order in which they come. ``garbage`` counts those without a
    time."""

    def __init__(self, zone: str) -> None:
        self.times = WallTimes(zone)
        self.garbage = 0
        self._waiting: set[tuple[str, str]] = set()

    def of(self, rows: Sequence[Row], layout: Layout) -> list[str]:
        """The lines. Rows of one second must not be parted where rows have no number."""
        if not layout.numbered:
            rows = self._ordered(rows)
        lines: list[str] = []
        for row in rows:
            callid, queue, agent, event, *data = row.values
            at_ms = self.times.read(row.time, callid)
            if at_ms is None:
                self.garbage += 1
                continue
            lines.append("|".join((str(at_ms // 1000), callid, queue, agent, event, *data)))
        return lines

    def _ordered(self, rows: Sequence[Row]) -> list[Row]:
        """Rows that stand in order of time, those of one moment in an order that makes sense."""
        done: list[Row] = []
        start = 0
        for place in range(1, len(rows) + 1):
            if place == len(rows) or rows[place].time != rows[start].time:
                done += self._moment(rows[start:place])
                start = place
        if len(self._waiting) > 100_000:
            self._waiting.clear()
        return done

    def _moment(self, rows: Sequence[Row]) -> list[Row]:
        if len(rows) == 1:
            return self._stays(rows)
        groups: dict[tuple[str, str], list[Row]] = {}
        for row in rows:
            groups.setdefault(_stay_of(row), []).append(row)
        ordered = [(self._stays(group), key in self._waiting) for key, group in groups.items()]
        # Who is sent on from one queue to another leaves the one before he enters the other.
        ordered.sort(key=lambda group: (group[0][0].values[3] == "ENTERQUEUE", group[1]))
        return [row for group, _ in ordered for row in group]

    def _stays(self, rows: Sequence[Row]) -> list[Row]:
        """The rows of one moment, one caller, one queue."""
        key = _stay_of(rows[0])
        entries = [row for row in rows if row.values[3] == "ENTERQUEUE"]
        inside = sorted(
            (row for row in rows if row.values[3] in IN_A_STAY),
            key=lambda row: IN_A_STAY[row.values[3]],
        )
        rest = [r for r in rows if r.values[3] != "ENTERQUEUE" and r.values[3] not in IN_A_STAY]
        # The end of a talk: of one that begins here, or of one from before.
        connects = any(row.values[3] == "CONNECT" for row in inside)
        done = [] if connects else rest
        while inside or entries:
            if entries and (key not in self._waiting or not inside):
                self._waiting.add(key)
                done.append(entries.pop(0))
                continue
            row = inside.pop(0)
            if IN_A_STAY[row.values[3]] > RINGING:
                self._waiting.discard(key)
            done.append(row)
        return done + rest if connects else done


def _stay_of(row: Row) -> tuple[str, str]:
    """Whose stay in which queue a row is about."""
    return row.values[0], row.values[1].casefold()

"""A table of a log in memory, as a server answers."""

from __future__ import annotations

from collections.abc import Sequence

from callcenter.ports.log_tables import Layout, Row


class Table:
    """A table in memory, as a server answers."""

    where = "table queue_log of memory"

    def __init__(self, *, numbered: bool = True) -> None:
        self.numbered = numbered
        self.rows: list[Row] = []
        self.asked_also: list[int] = []
        self.away = False

    def put(self, number: int, second: int, event: str = "PAUSE", callid: str = "NONE") -> None:
        time = f"2026-11-22 10:{second // 60:02d}:{second % 60:02d}"
        number = number if self.numbered else 0
        data = ("", "0912", "1") if event == "ENTERQUEUE" else ("1", "1", "4")
        self.rows.append(Row(number, time, (callid, "support", "NONE", event, *data)))

    async def layout(self) -> Layout:
        if self.away:
            raise OSError(5, "the server is away", self.where)
        columns = ("callid", "queuename", "agent", "event", "data1", "data2", "data3")
        return Layout(columns=columns, numbered=self.numbered, epochs=False)

    def _sorted(self) -> list[Row]:
        return sorted(self.rows, key=lambda row: (row.number, row.time))

    async def ends(self, since: str | None) -> tuple[Row, Row] | None:
        rows = self._sorted()
        return (rows[0], rows[-1]) if rows else None

    async def after(self, number: int, limit: int, also: Sequence[int] = ()) -> list[Row]:
        self.asked_also = list(also)
        return [r for r in self._sorted() if r.number > number or r.number in also][:limit]

    async def since(self, time: str, limit: int) -> list[Row]:
        return [row for row in self._sorted() if row.time >= time][:limit]

    async def close(self) -> None:
        pass

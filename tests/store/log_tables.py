"""Tables as Asterisk's realtime writes them, filled from the lines of a queue_log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from callcenter.store.log_table import parsed

NUMBERED = {"postgresql": "id bigserial PRIMARY KEY", "mysql": "id BIGINT AUTO_INCREMENT KEY"}
FIVE = ("data1", "data2", "data3", "data4", "data5")


class AsteriskDb:
    """The database that an Asterisk writes into. ``password``: of its user, for MariaDB."""

    def __init__(self, url: str, password: str = "") -> None:
        self.url = url
        self.password = password
        self._time = "varchar(26)"
        self._engine: AsyncEngine = create_async_engine(
            parsed(url, password), isolation_level="AUTOCOMMIT"
        )

    @property
    def kind(self) -> str:
        """``postgresql`` or ``mysql``."""
        return self._engine.dialect.name

    async def do(self, sql: str, rows: Sequence[dict[str, object]] | None = None) -> None:
        """Runs a statement."""
        async with self._engine.connect() as connection:
            if rows is None or rows:
                await connection.execute(text(sql), rows)

    async def make(self, time: str, *, numbered: bool, one_column: bool) -> None:
        """A new table ``queue_log``; ``time`` is the type of its times."""
        self._time = time
        await self.do("DROP TABLE IF EXISTS queue_log")
        columns = [
            *([NUMBERED[self.kind]] if numbered else []),
            f"time {time}",
            "callid varchar(80)",
            "queuename varchar(256)",
            "agent varchar(80)",
            "event varchar(32)",
            *([f"{name} varchar(100)" for name in FIVE] if not one_column else ["data text"]),
        ]
        await self.do(f"CREATE TABLE queue_log ({', '.join(columns)})")

    async def write(
        self,
        lines: Sequence[str],
        *,
        zone: str = "UTC",
        one_column: bool = False,
        epoch: bool = False,
    ) -> None:
        """Writes lines of the file as rows, as Asterisk does it."""
        rows = [row_of(line, zone, one_column, epoch) for line in lines]
        names = list(rows[0]) if rows else []
        # asyncpg wants the column's own type; Asterisk sends text, and so does this cast.
        stamp = ":time"
        if self.kind == "postgresql":
            stamp = f"CAST(CAST(:time AS varchar) AS {self._time})"
        marks = ", ".join(stamp if name == "time" else f":{name}" for name in names)
        await self.do(f"INSERT INTO queue_log ({', '.join(names)}) VALUES ({marks})", rows)

    async def close(self) -> None:
        """Ends the connections."""
        await self._engine.dispose()


def row_of(line: str, zone: str, one_column: bool, epoch: bool = False) -> dict[str, object]:
    """A line of the file as Asterisk would have written it into a table."""
    stamp, callid, queue, agent, event, *params = line.split("|")
    at = datetime.fromtimestamp(int(stamp), UTC).astimezone(ZoneInfo(zone))
    row: dict[str, object] = {
        "time": stamp if epoch else f"{at:%Y-%m-%d %H:%M:%S}.{int(stamp) % 7:06d}",
        "callid": callid,
        "queuename": queue,
        "agent": agent,
        "event": event,
    }
    if one_column:
        return {**row, "data": "|".join(params)}
    five = [*params[:4], "|".join(params[4:])] if len(params) > 4 else params
    return {**row, **{name: (five[n] if n < len(five) else "") for n, name in enumerate(FIVE)}}

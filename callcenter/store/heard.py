"""Until when each PBX was heard: what a start of ours asks, to know how long we were away."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from .engine import OnDatabase, unbroken
from .tables import heard, journal
from .upsert import upsert

LATELY = 1_000
"""Among so many facts is one of what happened just then."""
FAR = 1 << 62


class SqlHeard(OnDatabase):
    """The port ``HeardStore`` over a ``Database``."""

    async def until(self, pbx: str) -> int:
        """When we last heard this PBX (epoch ms): noted, or told of in a fact; 0: never."""
        query = select(heard.c.until_ms).where(heard.c.pbx == pbx)
        async with self._database.read() as connection:
            noted = (await connection.execute(query)).scalar() or 0
            return max(noted, await last_said(connection, pbx, FAR))

    @unbroken
    async def keep(self, pbx: str, until_ms: int) -> None:
        """Notes that it was heard until then."""
        values = {"pbx": pbx, "until_ms": until_ms}
        async with self._database.write() as connection:
            await connection.execute(upsert(heard, self._database.sqlite), [values])


async def last_said(connection: AsyncConnection, pbx: str, before_seq: int) -> int:
    """Of the last facts about this PBX before this one the newest instant (epoch ms, 0: no fact).

    Not that of the very last: what was found out later, a correction or an import, is told of
    earlier times.
    """
    table = journal.c
    lately = (
        select(table.at)
        .where(table.pbx == pbx, table.seq < before_seq)
        .order_by(table.seq.desc())
        .limit(LATELY)
        .subquery()
    )
    return (await connection.execute(select(func.max(lately.c.at)))).scalar() or 0

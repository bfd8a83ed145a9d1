"""Follow-ups in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import asdict, replace
from sqlalchemy import ColumnElement, select

from callcenter.domain.customer import FollowUp

from .engine import OnDatabase, unbroken
from .tables import follow_ups

_C = follow_ups.c
_ALL = select(
    *(_C.id, _C.customer_id, _C.call_id, _C.text, _C.due_at, _C.by),
    *(_C.for_agent, _C.for_queue, _C.done_at),
).order_by(_C.due_at, _C.id)


class SqlFollowUps(OnDatabase):
    """The port ``FollowUps`` over a ``Database``."""

    @unbroken
    async def add(self, follow_up: FollowUp) -> FollowUp:
        """Stores a new one and returns it with its id."""
        row = {key: value for key, value in asdict(follow_up).items() if key != "id"}
        async with self._database.write() as connection:
            statement = follow_ups.insert().values(row).returning(_C.id)
            return replace(follow_up, id=(await connection.execute(statement)).scalar_one())

    async def get(self, follow_up_id: int) -> FollowUp | None:
        """The follow-up with this id, open or done."""
        found = await self._those(_C.id == follow_up_id)
        return found[0] if found else None

    async def open_of_customer(self, customer_id: int) -> list[FollowUp]:
        """Open ones of a customer, the most urgent first."""
        return await self._those(_C.done_at.is_(None), _C.customer_id == customer_id)

    async def open_of_agent(self, agent_id: str, until_ms: int) -> list[FollowUp]:
        """Open ones for this agent due up to ``until_ms``, overdue first."""
        return await self._those(
            _C.done_at.is_(None), _C.for_agent == agent_id, _C.due_at <= until_ms
        )

    async def done(self, follow_up_id: int, at: int) -> bool:
        """Marks it done at ``at``; False when there is none open with this id."""
        return await self._change(follow_up_id, {"done_at": at})

    async def later(self, follow_up_id: int, due_at: int) -> bool:
        """Puts it off; False when there is none open with this id."""
        return await self._change(follow_up_id, {"due_at": due_at})

    async def _those(self, *which: ColumnElement[bool]) -> list[FollowUp]:
        async with self._database.read() as connection:
            rows = await connection.execute(_ALL.where(*which))
            return [_follow_up(row) for row in rows]

    @unbroken
    async def _change(self, follow_up_id: int, values: dict[str, int]) -> bool:
        async with self._database.write() as connection:
            statement = (
                follow_ups.update()
                .where(_C.id == follow_up_id, _C.done_at.is_(None))
                .values(values)
                .returning(_C.id)
            )
            return (await connection.execute(statement)).first() is not None


def _follow_up(row: Sequence[Any]) -> FollowUp:
    return FollowUp(
        id=row[0],
        customer_id=row[1],
        call_id=row[2],
        text=row[3],
        due_at=row[4],
        by=row[5],
        for_agent=row[6],
        for_queue=row[7],
        done_at=row[8],
    )

"""The journal in the database: one table, one writer, ascending numbers.

The numbers are given here and not by the database, because a sequence of PostgreSQL skips one
whenever a transaction fails and a gap would look like a lost fact.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, bindparam, func, select
from sqlalchemy.exc import IntegrityError

from callcenter.domain.facts import AnyFact, CallFact, CallsImported, Recorded
from callcenter.domain.wire import VERSION, dumps, loads
from callcenter.ports.errors import StoreUnavailable

from .engine import Database
from .tables import journal
from .upsert import as_text

_INSERT = journal.insert()
_INSERT_BYTES = _INSERT.values(fact=as_text("fact"))
_LAST = select(func.max(journal.c.seq))
_READ = (
    select(journal.c.seq, journal.c.fact)
    .where(journal.c.seq > bindparam("after"))
    .order_by(journal.c.seq)
    .limit(bindparam("limit", type_=Integer))
)
_NEXT = (
    select(journal.c.kind, func.row_number().over(order_by=journal.c.seq).label("place"))
    .where(journal.c.seq > bindparam("after"))
    .order_by(journal.c.seq)
    .limit(bindparam("limit", type_=Integer))
    .subquery()
)
_PAST = select(func.min(_NEXT.c.place)).where(_NEXT.c.kind == CallsImported.__name__)
_OF_CALL = (
    select(journal.c.seq, journal.c.fact)
    .where(journal.c.call == bindparam("call"))
    .order_by(journal.c.seq)
)


class SqlJournal:
    """The port ``Journal`` over a ``Database``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # None: not known (not read yet, or the outcome of a commit is in doubt).
        self._last: int | None = None
        # What was sent and not acknowledged: it may be stored all the same.
        self._doubted: list[Recorded] = []
        self._one_at_a_time = asyncio.Lock()

    async def append(self, facts: Sequence[AnyFact]) -> list[Recorded]:
        """Stores ``facts`` in one durable transaction; see the port."""
        return await self._database.finish(self._append(tuple(facts))) if facts else []

    async def _append(self, facts: Sequence[AnyFact]) -> list[Recorded]:
        # Taken away while writing: whatever interrupts us, the next append asks the database.
        try:
            async with self._one_at_a_time:
                last, self._last = self._last, None
                if last is None:
                    last = (await self._database.asked(_LAST))[0][0] or 0
                    doubted, self._doubted = await self._stored_after_all(facts), []
                    if doubted:
                        self._last = last
                        return doubted
                recorded = [Recorded(seq, fact) for seq, fact in enumerate(facts, last + 1)]
                self._doubted = recorded
                await self._insert(recorded)
                self._last, self._doubted = recorded[-1].seq, []
        except IntegrityError as error:
            raise StoreUnavailable(
                f"The journal in {self._database.where} is being written by another program; "
                "let only one service run on it."
            ) from error
        return recorded

    async def _stored_after_all(self, facts: Sequence[AnyFact]) -> list[Recorded]:
        """The very facts of the last try, when only the answer to it was lost; else nothing."""
        again = len(facts) == len(self._doubted) and all(
            item.fact is fact for item, fact in zip(self._doubted, facts, strict=True)
        )
        if not again:
            return []
        first = self._doubted[0].seq
        rows = await self._database.asked(_READ, {"after": first - 1, "limit": len(facts)})
        found = [(row[0], row[1]) for row in rows]
        sent = [(item.seq, dumps(item.fact).decode()) for item in self._doubted]
        return self._doubted if found == sent else []

    async def _insert(self, recorded: list[Recorded]) -> None:
        if self._database.sqlite:
            # As the bytes that it is: a fact may hold a thousand calls.
            rows = [_row(item, dumps(item.fact)) for item in recorded]
            await self._database.append(_INSERT_BYTES, rows)
        else:
            rows = [_row(item, dumps(item.fact).decode()) for item in recorded]
            await self._database.append(_INSERT, rows)

    async def read(self, after: int, limit: int) -> list[Recorded]:
        """Up to ``limit`` facts after number ``after``, ascending.

        Fewer where there are calls of the past: such a fact has a thousand calls in it, and comes
        as the last of those that are read.
        """
        async with self._database.read() as connection:
            past = await connection.execute(_PAST, {"after": after, "limit": limit})
            place = past.scalar_one_or_none()
            limit = limit if place is None else place
            rows = await connection.execute(_READ, {"after": after, "limit": limit})
            return [_recorded(row) for row in rows]

    async def last_seq(self) -> int:
        """The number of the newest fact, 0 when there is none."""
        async with self._database.read() as connection:
            return (await connection.execute(_LAST)).scalar() or 0

    async def of_call(self, call: str) -> list[Recorded]:
        """The facts of one call, ascending."""
        async with self._database.read() as connection:
            rows = await connection.execute(_OF_CALL, {"call": call})
            return [_recorded(row) for row in rows]


def _row(item: Recorded, written: bytes | str) -> dict[str, object]:
    fact = item.fact
    return {
        "seq": item.seq,
        "at": fact.at,
        "pbx": fact.pbx,
        "kind": type(fact).__name__,
        "call": _name_of(fact),
        "version": VERSION,
        "fact": written,
    }


def _name_of(fact: AnyFact) -> str | None:
    """By what it is found: its call, or the name of its portion of many calls."""
    if isinstance(fact, CallsImported):
        return fact.portion
    return fact.call if isinstance(fact, CallFact) else None


def _recorded(row: Sequence[Any]) -> Recorded:
    return Recorded(row[0], loads(row[1]))

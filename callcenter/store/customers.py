"""Customers in the database: saved with their search words, found through indexes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    text,
    union,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.domain.customer import Customer, FieldKind
from callcenter.ports.errors import StoreRefused

from .customer_rows import customer_row, customers_of, number_rows, whole
from .engine import OnDatabase, unbroken
from .tables import customer_numbers, customer_words, customers, field_kinds, revisions
from .upsert import upsert

MOST_MATCHES: ColumnElement[int] = literal_column("50", Integer)
"""Customers that one number may mean at most: a switchboard's number may have hundreds."""

PORTION = 1_000
"""Customers read or asked for at once."""

_T = TypeVar("_T")
_LAST_LETTER = "\U0010ffff"
_ID = customers.c.id
_NUMBER = customer_numbers.c


def _having(which: ColumnElement[bool]) -> Select[Any]:
    ids = select(_NUMBER.customer_id).where(which).order_by(_NUMBER.customer_id)
    return whole(_ID.in_(ids.distinct().limit(MOST_MATCHES)))


_BY_E164 = _having(_NUMBER.e164 == bindparam("e164"))
_BY_DIGITS = _having(_NUMBER.digits == bindparam("digits"))
_BY_SUFFIX = _having(
    (_NUMBER.reversed >= bindparam("low")) & (_NUMBER.reversed < bindparam("high"))
)
_ENDS = (
    "SELECT value FROM %s WHERE EXISTS (SELECT 1 FROM customer_numbers n"
    " WHERE n.reversed >= value AND n.reversed < value || ':')"
)
"""The colon is what follows the nine."""
_ENDS_SQLITE = text(_ENDS % "json_each(:ends)")
_ENDS_SERVER = text(_ENDS % "unnest(CAST(:ends AS text[])) AS given(value)")
_GET = whole(bindparam("id", type_=_ID.type) == _ID)
_REVISION = select(revisions.c.revision).where(revisions.c.what == bindparam("what"))


class SqlCustomers(OnDatabase):
    """The port ``Customers`` over a ``Database``."""

    async def by_e164(self, e164: str) -> list[Customer]:
        """Customers that have this very number, 50 at most."""
        return customers_of(await self._database.quick(_BY_E164, {"e164": e164}))

    async def by_digits(self, digits: str) -> list[Customer]:
        """Customers with a number of these national significant digits, 50 at most."""
        return customers_of(await self._database.quick(_BY_DIGITS, {"digits": digits}))

    async def by_suffix(self, suffix: str, limit: int) -> list[Customer]:
        """Up to ``limit`` customers (50 at most) with a number that ends in these digits."""
        low = suffix[::-1]
        # The colon is what follows the nine.
        found = await self._database.quick(_BY_SUFFIX, {"low": low, "high": low + ":"})
        return customers_of(found)[:limit]

    async def known_ends(self, ends: Sequence[str]) -> set[str]:
        """Those of these ends of numbers that any customer's number has."""
        if not ends:
            return set()
        async with self._database.read() as connection:
            if (await connection.execute(select(_NUMBER.customer_id).limit(1))).first() is None:
                return set()
            given = [end[::-1] for end in ends]
            if self._database.sqlite:
                rows = await connection.execute(_ENDS_SQLITE, {"ends": json.dumps(given)})
            else:
                rows = await connection.execute(_ENDS_SERVER, {"ends": given})
            return {row[0][::-1] for row in rows}

    async def by_codes(self, codes: Sequence[str]) -> dict[str, Customer]:
        """The customers that have these codes."""
        found: dict[str, Customer] = {}
        async with self._database.read() as connection:
            for portion in _portions([code for code in codes if code]):
                rows = await connection.execute(whole(customers.c.code.in_(portion)))
                found.update({customer.code: customer for customer in customers_of(rows)})
        return found

    async def by_numbers(self, keys: Sequence[str]) -> dict[str, list[Customer]]:
        """Customers by E.164 (``+...``) or national digits, for each key that has any."""
        pairs: set[tuple[str, int]] = set()
        async with self._database.read() as connection:
            for column, wanted in (
                (_NUMBER.e164, [key for key in keys if key.startswith("+")]),
                (_NUMBER.digits, [key for key in keys if key and not key.startswith("+")]),
            ):
                for portion in _portions(wanted):
                    query = select(column, _NUMBER.customer_id).where(column.in_(portion))
                    pairs |= {(row[0], row[1]) for row in await connection.execute(query)}
            by_id = await _by_ids(connection, {customer_id for _, customer_id in pairs})
        found: dict[str, list[Customer]] = {}
        for key, customer_id in sorted(pairs):
            found.setdefault(key, []).append(by_id[customer_id])
        return found

    async def get(self, customer_id: int) -> Customer | None:
        """The customer with this id."""
        found = customers_of(await self._database.quick(_GET, {"id": customer_id}))
        return found[0] if found else None

    async def search(self, words: Sequence[str], digits: str, limit: int) -> list[Customer]:
        """Customers by the beginnings of words, or of a number; by name."""
        queries = []
        if words:
            queries.append(_with_words(words, limit))
        if digits:
            queries.append(_with_number(digits, limit))
        if not queries:
            return []
        async with self._database.read() as connection:
            ids: dict[int, None] = {}
            for query in queries:
                ids.update(dict.fromkeys(row[0] for row in await connection.execute(query)))
            found = await _by_ids(connection, list(ids)[:limit])
        return sorted(found.values(), key=lambda customer: (customer.name, customer.id))

    @unbroken
    async def save(self, customers: Sequence[tuple[Customer, Sequence[str]]]) -> list[Customer]:
        """Stores customers with their search words in one transaction; see the port."""
        try:
            async with self._database.write() as connection:
                await _refuse_taken_codes(connection, [customer for customer, _ in customers])
                saved = await _save(connection, customers)
                await self._changed(connection)
        except IntegrityError as error:
            raise StoreRefused(
                "Two customers were to get one code; a code belongs to one customer only."
            ) from error
        return saved

    async def all(self) -> AsyncIterator[Customer]:
        """Every customer by id, in portions: no view of the data is kept open meanwhile."""
        last = 0
        while True:
            ids = select(_ID).where(last < _ID).order_by(_ID).limit(PORTION)
            async with self._database.read() as connection:
                portion = customers_of(await connection.execute(whole(_ID.in_(ids))))
            for customer in portion:
                yield customer
            if len(portion) < PORTION:
                return
            last = portion[-1].id

    async def count(self) -> int:
        """How many customers there are."""
        async with self._database.read() as connection:
            query = select(func.count()).select_from(customers)
            return int((await connection.execute(query)).scalar_one())

    async def revision(self) -> int:
        """A number that rises with every change to customers, by whichever program."""
        found = await self._database.quick(_REVISION, {"what": "customers"})
        return int(found[0][0]) if found else 0

    async def field_kinds(self) -> list[FieldKind]:
        """The free fields, in order of their arrival."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(field_kinds).order_by(field_kinds.c.position))
            return [
                FieldKind(row.key, row.label, row.type, tuple(msgspec.json.decode(row.choices)))
                for row in rows
            ]

    @unbroken
    async def save_field_kinds(self, kinds: Mapping[str, FieldKind]) -> None:
        """Adds or replaces free fields by key; a new one comes last."""
        async with self._database.write() as connection:
            query = select(field_kinds.c.key, field_kinds.c.position)
            places = {row[0]: row[1] for row in await connection.execute(query)}
            for key, kind in kinds.items():
                places.setdefault(key, max(places.values(), default=0) + 1)
                row = {
                    "key": key,
                    "label": kind.label,
                    "type": kind.type,
                    "choices": msgspec.json.encode(kind.choices).decode(),
                    "position": places[key],
                }
                await connection.execute(upsert(field_kinds, self._database.sqlite), row)
            await self._changed(connection)

    async def _changed(self, connection: AsyncConnection) -> None:
        found = (await connection.execute(_REVISION, {"what": "customers"})).scalar_one_or_none()
        row = {"what": "customers", "revision": (found or 0) + 1}
        await connection.execute(upsert(revisions, self._database.sqlite), row)


async def _save(
    connection: AsyncConnection, given: Sequence[tuple[Customer, Sequence[str]]]
) -> list[Customer]:
    new = [customer for customer, _ in given if not customer.id]
    old = [customer for customer, _ in given if customer.id]
    ids: list[int] = []
    if new:
        insert = customers.insert().returning(_ID, sort_by_parameter_order=True)
        rows = await connection.execute(insert, [customer_row(customer) for customer in new])
        ids = list(rows.scalars())
    if old:
        await _replace(connection, old)
    fresh = iter(ids)
    saved = [
        customer if customer.id else replace(customer, id=next(fresh)) for customer, _ in given
    ]
    of_numbers = [row for customer in saved for row in number_rows(customer)]
    of_words = [
        {"word": word, "customer_id": customer.id}
        for customer, (_, words) in zip(saved, given, strict=True)
        for word in dict.fromkeys(words)
    ]
    if of_numbers:
        await connection.execute(customer_numbers.insert(), of_numbers)
    if of_words:
        await connection.execute(customer_words.insert(), of_words)
    return saved


async def _replace(connection: AsyncConnection, old: Sequence[Customer]) -> None:
    ids = [customer.id for customer in old]
    found = {row[0] for row in await connection.execute(select(_ID).where(_ID.in_(ids)))}
    for customer in old:
        if customer.id not in found:
            raise StoreRefused(f"There is no customer with the id {customer.id}.")
    statement = customers.update().where(bindparam("of_id") == _ID)
    rows = [{**customer_row(customer), "of_id": customer.id} for customer in old]
    await connection.execute(statement, rows)
    for table in (customer_numbers, customer_words):
        await connection.execute(delete(table).where(table.c.customer_id.in_(ids)))


async def _refuse_taken_codes(connection: AsyncConnection, given: Sequence[Customer]) -> None:
    wanted = {customer.code: customer.id for customer in given if customer.code}
    if not wanted:
        return
    query = select(customers.c.code, _ID, customers.c.name).where(customers.c.code.in_(wanted))
    for code, owner, name in await connection.execute(query):
        if wanted[code] != owner:
            raise StoreRefused(f"The code «{code}» belongs to the customer «{name}» already.")


async def _by_ids(connection: AsyncConnection, ids: Iterable[int]) -> dict[int, Customer]:
    found: dict[int, Customer] = {}
    for portion in _portions(list(ids)):
        rows = await connection.execute(whole(_ID.in_(portion)))
        found.update({customer.id: customer for customer in customers_of(rows)})
    return found


def _with_words(words: Sequence[str], limit: int) -> Select[Any]:
    # The longest word leads, since it fits the fewest; the others are asked for each hit.
    lead, *others = sorted(words, key=len, reverse=True)
    query = select(customer_words.c.customer_id).where(_begins(customer_words.c.word, lead))
    for word in others:
        other = customer_words.alias()
        query = query.where(
            select(other.c.word)
            .where(other.c.customer_id == customer_words.c.customer_id, _begins(other.c.word, word))
            .exists()
        )
    return query.distinct().limit(limit)


def _with_number(digits: str, limit: int) -> Select[Any]:
    # As dialled inside the country (with its trunk zero), or with the country code.
    either = union(
        select(_NUMBER.customer_id).where(_begins(_NUMBER.digits, digits.lstrip("0") or "0")),
        select(_NUMBER.customer_id).where(_begins(_NUMBER.e164, "+" + digits.removeprefix("00"))),
    ).subquery()
    return select(either.c.customer_id).limit(limit)


def _begins(column: ColumnElement[str], start: str) -> ColumnElement[bool]:
    return (column >= start) & (column < start + _LAST_LETTER)


def _portions(items: Sequence[_T]) -> Iterable[Sequence[_T]]:
    return (items[start : start + PORTION] for start in range(0, len(items), PORTION))

"""Where the directory keeps its customers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from callcenter.domain.customer import Customer, FieldKind


class Customers(Protocol):
    """Rows of customers, found through indexes. All raise ``StoreUnavailable``."""

    async def by_e164(self, e164: str) -> list[Customer]:
        """Customers that have this very number."""
        ...

    async def by_digits(self, digits: str) -> list[Customer]:
        """Customers with a number of these national significant digits."""
        ...

    async def by_suffix(self, suffix: str, limit: int) -> list[Customer]:
        """Up to ``limit`` customers with a number that ends in these digits."""
        ...

    async def known_ends(self, ends: Sequence[str]) -> set[str]:
        """Those of these ends of numbers (national digits) that any customer's number has."""
        ...

    async def by_codes(self, codes: Sequence[str]) -> dict[str, Customer]:
        """The customers that have these codes."""
        ...

    async def by_numbers(self, keys: Sequence[str]) -> dict[str, list[Customer]]:
        """Customers by E.164 (``+...``) or by national digits, for each key that has any."""
        ...

    async def get(self, customer_id: int) -> Customer | None:
        """The customer with this id."""
        ...

    async def search(self, words: Sequence[str], digits: str, limit: int) -> list[Customer]:
        """Customers with a search word beginning with each of ``words``, or a number beginning
        with ``digits`` (empty: not asked for)."""
        ...

    async def save(self, customers: Sequence[tuple[Customer, Sequence[str]]]) -> list[Customer]:
        """Stores customers with their search words in one transaction.

        Those with id 0 are new and get one; the returned ones are in the same order.
        Raises ``StoreRefused`` when a code is taken or an id does not exist.
        """
        ...

    def all(self) -> AsyncIterator[Customer]:
        """Every customer, by id, read in portions."""
        ...

    async def count(self) -> int:
        """How many customers there are."""
        ...

    async def revision(self) -> int:
        """A number that rises with every change to customers, by whichever program."""
        ...

    async def field_kinds(self) -> list[FieldKind]:
        """The free fields, in order of their arrival."""
        ...

    async def save_field_kinds(self, kinds: Mapping[str, FieldKind]) -> None:
        """Adds or replaces free fields by key."""
        ...

"""The directory: who is calling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from callcenter.domain.customer import Alert, Customer, FieldKind, FieldValue, Match, Number


class Directory(Protocol):
    """Customers by number and by words. All raise ``StoreUnavailable``."""

    async def look_up(self, number: Number) -> list[Match]:
        """Every customer whom ``number`` may mean; empty for withheld and internal numbers.

        The customers are shared with later answers: read them, change them by ``update``.
        """
        ...

    async def look_up_many(self, numbers: Sequence[Number]) -> list[list[Match]]:
        """As ``look_up`` of each, in their order: for a whole history of callers."""
        ...

    async def get(self, customer_id: int) -> Customer | None:
        """The customer with this id."""
        ...

    async def search(self, text: str, limit: int) -> list[Customer]:
        """Customers of whose name, code or number every word of ``text`` is the beginning."""
        ...

    async def create(
        self,
        *,
        name: str,
        numbers: Sequence[tuple[str, str]] = (),
        code: str = "",
        tier: str = "",
        organisation: str = "",
        language: str = "",
        tags: Sequence[str] = (),
        fields: dict[str, FieldValue] | None = None,
        alert: Alert | None = None,
        notes: str = "",
    ) -> Customer:
        """Stores a new customer; ``numbers`` are pairs of the number as written and its label.

        Raises ``StoreRefused`` with a sentence when something given cannot be.
        """
        ...

    async def update(self, customer: Customer) -> Customer:
        """Stores ``customer`` over the one with its id and returns what is stored now.

        Raises ``StoreRefused`` when there is no such customer or something in it cannot be.
        """
        ...

    async def field_kinds(self) -> list[FieldKind]:
        """The free fields that customers have here, in the order in which they came."""
        ...

"""The journal: every fact, numbered, once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from callcenter.domain.facts import AnyFact, Recorded


class Journal(Protocol):
    """One writer appends; anybody reads. All raise ``StoreUnavailable``."""

    async def append(self, facts: Sequence[AnyFact]) -> list[Recorded]:
        """Stores ``facts`` in one durable transaction and returns them with their numbers.

        Numbers ascend by one without a gap. When it raises, none of the facts is stored, unless
        the caller was cancelled while the commit was under way.
        """
        ...

    async def read(self, after: int, limit: int) -> list[Recorded]:
        """Up to ``limit`` facts with numbers above ``after``, ascending."""
        ...

    async def last_seq(self) -> int:
        """The number of the newest fact, 0 when there is none."""
        ...

    async def of_call(self, call: str) -> list[Recorded]:
        """The facts of one call, ascending."""
        ...

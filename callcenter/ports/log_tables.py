"""The port of a log that Asterisk writes into a table of a database: queue_log, or CEL.

Read only. Who implements it knows SQL; who uses it knows what the rows mean. A row is text as
Asterisk wrote it. Everything raises ``OSError`` with a sentence when the table cannot be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct


class Row(Struct, frozen=True, gc=False):
    """One row. ``number`` ascends as rows are written, 0 where the table has no such column.

    ``time`` is the text of the time column; ``values`` are those of ``Layout.columns``, in order.
    """

    number: int
    time: str
    values: tuple[str, ...]


class Layout(Struct, frozen=True):
    """How the table is made. ``columns`` are those that were found of the wanted ones.

    ``numbered``: a column numbers the rows; ``epochs``: times are epoch seconds, not wall time.
    """

    columns: tuple[str, ...]
    numbered: bool
    epochs: bool


class Wanted(Struct, frozen=True):
    """What a log must have. ``either``: the first group of columns that is there whole is read."""

    time: str
    columns: tuple[str, ...]
    either: tuple[tuple[str, ...], ...] = ()


class LogTable(Protocol):
    """One table."""

    @property
    def where(self) -> str:
        """Server, database and table for people, without a password."""
        ...

    async def layout(self) -> Layout:
        """How it is made; looked at once. ``OSError`` names what it lacks."""
        ...

    async def ends(self, since: str | None) -> tuple[Row, Row] | None:
        """The first and the last row from time ``since`` on (None: of all); None: there is none.

        Of a numbered table by number, else by time.
        """
        ...

    async def after(self, number: int, limit: int, also: Sequence[int] = ()) -> list[Row]:
        """Rows behind this number, and those of the numbers in ``also``, by number."""
        ...

    async def since(self, time: str, limit: int) -> list[Row]:
        """Rows from this time on, by time."""
        ...

    async def close(self) -> None:
        """Closes the connection; the next question makes a new one."""
        ...

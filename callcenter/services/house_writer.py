"""Corrections and the past go through the house's one writer, as everything does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence

from callcenter.domain.facts import AnyFact, CallsImported, CallStarted
from callcenter.domain.model import CallRecord
from callcenter.ports.errors import StoreUnavailable

from .engine import Engine
from .ledger import Imported, Ledger, change_of
from .projector import Projector


class HouseWriter:
    """The port ``Writer`` over the house's one writer.

    ``forget`` lets calls go from memory that are history (the ledger keeps ended calls for ten
    minutes of their own time, which a back-fill beside the live work would pile up).
    """

    def __init__(
        self,
        engine: Engine,
        ledger: Ledger,
        projector: Projector,
        forget: Callable[[Sequence[str]], None] = lambda calls: None,
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._projector = projector
        self._forget = forget

    def current(self, call: str) -> CallRecord | None:
        """The record of a call that is in memory."""
        return self._ledger.get(call)

    async def commit(self, records: Sequence[CallRecord], facts: Sequence[AnyFact]) -> None:
        """Loads what the facts change, commits them, and lets finished history go.

        Raises ``StoreUnavailable`` when they wait for the journal: they are not lost, but a run
        that goes on would fill the memory that live facts may need.
        """
        for record in records:
            self._ledger.load(record)
        await self._engine.commit(facts)
        self._nothing_waits()
        await self._projector.flush()
        self._forget([fact.call for fact in facts if isinstance(fact, CallStarted)])

    async def commit_history(self, portions: Iterable[Imported]) -> None:
        """Commits calls of the past and stores them. Raises ``StoreUnavailable`` as ``commit``."""
        facts: list[CallsImported] = []

        def noted() -> Iterator[Imported]:
            for fact, records in portions:
                facts.append(fact)
                yield fact, records

        change = await asyncio.to_thread(change_of, noted(), self._ledger.rules)
        await self._engine.commit(facts, change=change)
        await self.settle()

    async def settle(self) -> None:
        """Stores what waits. Raises ``StoreUnavailable`` when something cannot be stored now."""
        self._nothing_waits()
        await self._projector.flush()
        if self._projector.waiting:
            # They are in the journal: a run that goes on without seeing them would make them anew.
            raise StoreUnavailable(
                "The call log cannot be written now. The run stopped; run it again."
            )

    def _nothing_waits(self) -> None:
        if self._engine.waiting:
            raise StoreUnavailable(f"{self._engine.trouble} The run stopped; run it again.")

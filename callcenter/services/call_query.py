"""Every call, those in progress with what is known of them this very moment."""

from __future__ import annotations

from callcenter.domain.facts import Recorded
from callcenter.domain.model import CallRecord
from callcenter.ports.journal import Journal

from .ledger import Ledger
from .ports_call_log import CallFilter, CallLog, CallPage
from .projector import Projector


class Calls:
    """The call log, with calls in memory in place of their stored state."""

    def __init__(
        self, call_log: CallLog, ledger: Ledger, journal: Journal, projector: Projector
    ) -> None:
        self._call_log = call_log
        self._ledger = ledger
        self._journal = journal
        self._projector = projector

    async def find(self, wanted: CallFilter) -> CallPage:
        """A page of calls, newest first. Raises ``BadFilter``."""
        if self._projector.waiting:
            await self._projector.flush()
        page = await self._call_log.find(wanted)
        return CallPage(
            [self._ledger.get(item.id) or item for item in page.items], page.next_cursor
        )

    async def get(self, call_id: str) -> CallRecord | None:
        """One call, in progress or ended."""
        return self._ledger.get(call_id) or await self._call_log.get(call_id)

    async def facts(self, call_id: str) -> list[Recorded]:
        """All that was concluded about a call, ascending."""
        return await self._journal.of_call(call_id)

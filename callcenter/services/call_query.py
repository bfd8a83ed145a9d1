"""Every call, those in progress with what is known of them this very moment."""

from __future__ import annotations

from callcenter.domain.facts import CallsImported, Recorded
from callcenter.domain.history import facts_of
from callcenter.domain.model import CallRecord
from callcenter.domain.wire import history_of
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
        facts = await self._journal.of_call(call_id)
        record = await self.get(call_id)
        if record is not None and record.portion:
            facts = [*await self._imported(record), *facts]
        return facts

    async def _imported(self, record: CallRecord) -> list[Recorded]:
        """What was concluded about a call that came with many others of the past."""
        for item in reversed(await self._journal.of_call(record.portion)):
            if isinstance(item.fact, CallsImported):
                for place, known in enumerate(history_of(item.fact).records):
                    if known.id == record.id:
                        how = item.fact.how[place] if item.fact.how else ""
                        return [Recorded(item.seq, fact) for fact in facts_of(known, how)]
        return []

"""Every call, those in progress with what is known of them this very moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from msgspec import structs

from callcenter.domain.facts import AnyFact, CallsImported, LinkLost, LinkRestored, Recorded
from callcenter.domain.heard import Heard, LinkFact
from callcenter.domain.history import facts_of
from callcenter.domain.life_line import life_line
from callcenter.domain.life_step import Step
from callcenter.domain.model import CallRecord
from callcenter.domain.wire import records_of
from callcenter.ports.journal import Journal

from .ledger import Ledger
from .ports_call_log import CallFilter, CallLog, CallPage
from .projector import Projector

Turns = Callable[[str], Awaitable[Sequence[LinkFact]]]
FAR = 1 << 53


async def _always_heard(pbx: str) -> Sequence[LinkFact]:
    return ()


class Calls:
    """The call log, with calls in memory in place of their stored state.

    ``turns`` gives when the link of a PBX was lost and restored; ``e164`` reads a number as people
    type it, empty when it makes none.
    """

    def __init__(
        self,
        call_log: CallLog,
        ledger: Ledger,
        journal: Journal,
        projector: Projector,
        turns: Turns = _always_heard,
        e164: Callable[[str], str] = lambda typed: "",
    ) -> None:
        self._turns = turns
        self._e164 = e164
        self._call_log = call_log
        self._ledger = ledger
        self._journal = journal
        self._projector = projector

    async def find(self, wanted: CallFilter) -> CallPage:
        """A page of calls, newest first. Raises ``BadFilter``."""
        if self._projector.waiting:
            await self._projector.flush()
        if wanted.number:
            number = self._e164(wanted.number) or wanted.number
            wanted = structs.replace(wanted, number=number)
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
                for place, known in enumerate(records_of(item.fact)):
                    if known.id == record.id:
                        how = item.fact.how[place] if item.fact.how else ""
                        return [Recorded(item.seq, fact) for fact in facts_of(known, how)]
        return []

    async def life_line(self, record: CallRecord, facts: Sequence[Recorded]) -> list[Step]:
        """The steps of a call, and beside its own those times in which we did not hear its PBX."""
        gaps = Heard(await self._turns(record.pbx)).gaps(record.started_at, record.ended_at or FAR)
        silent: list[AnyFact] = []
        for lost, back in gaps:
            silent.append(LinkLost(at=lost, pbx=record.pbx, why=""))
            gap_ms = back - lost
            silent.append(LinkRestored(at=back, pbx=record.pbx, gap_ms=gap_ms, restarted=False))
        return life_line([*facts, *(Recorded(0, fact) for fact in silent)])

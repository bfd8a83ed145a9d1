"""What AMI left open is settled by queue_log within seconds.

A visit whose end nobody proved is ``unknown``, a call that was lost from sight ``lost_sight``. The
end of the log is followed, and as soon as it has such a call's end, the record is corrected. Only
what we called unknown ourselves is touched here; all else is the ledger's matter.
"""

from __future__ import annotations

import asyncio
import logging

from callcenter.domain.heard import Heard, LinkFact
from callcenter.domain.logged import LoggedCall
from callcenter.domain.model import AgentRef, CallRecord
from callcenter.domain.named import AgentNames
from callcenter.domain.reconcile import judge
from callcenter.ports.errors import StoreUnavailable

from .ports_books import Books, GrowingLog
from .reconcile import Writer

log = logging.getLogger(__name__)

AGAIN_S = 5.0
"""How long after a failure of the store the log is taken up again."""


class Settler:
    """Follows the log of one PBX."""

    def __init__(self, pbx: str, log_end: GrowingLog, books: Books, writer: Writer) -> None:
        self._pbx = pbx
        self._log = log_end
        self._books = books
        self._writer = writer
        self.settled = 0
        self.failures = 0

    async def run(self) -> None:
        """Eternal. While the store is away it waits and begins again at the stored place."""
        while True:
            try:
                async for calls, place in self._log.calls(await self._books.place(self._pbx)):
                    await self._settle(calls)
                    await self._books.keep_place(self._pbx, place)
            except StoreUnavailable as error:
                self.failures += 1
                log.warning("queue_log of %s waits for the store: %s", self._pbx, error.sentence)
            await asyncio.sleep(AGAIN_S)

    async def _settle(self, calls: list[LoggedCall]) -> None:
        records = await self._books.calls([f"{self._pbx}:{call.callid}" for call in calls])
        for call in calls:
            name = f"{self._pbx}:{call.callid}"
            record = self._writer.current(name) or records.get(name)
            if record is None or not _open_question(record):
                continue
            names = AgentNames(self._pbx)
            for ref in [*await self._books.agents(self._pbx), *_agents_of(record)]:
                names.learn(ref)
            facts = judge(self._pbx, record, call, names, HEARD_ALL).facts
            if facts:
                await self._writer.commit([record], facts)
                self.settled += 1


HEARD_ALL = Heard([LinkFact(0, True)])
"""Only our own open questions are asked here, so the rest is taken as heard."""


def _agents_of(record: CallRecord) -> list[AgentRef]:
    offers = [offer.agent for visit in record.visits for offer in visit.offers]
    return [*offers, *(talk.agent for talk in record.conversations)]


def _open_question(record: CallRecord) -> bool:
    """Whether the call is over and we said ourselves that we do not know how."""
    if record.ended_at is None:
        return False
    return record.settled_by == "lost_sight" or any(v.end == "unknown" for v in record.visits)

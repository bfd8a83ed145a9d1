"""What an agent did when: his spans, the one that lasts included."""

from __future__ import annotations

from kpi.records import AgentSpan, without_overlap

from .ledger import Ledger
from .ports_call_log import CallLog
from .projector import Projector


class Shifts:
    """The stored spans of agents, and behind them what is not stored yet."""

    def __init__(self, call_log: CallLog, ledger: Ledger, projector: Projector) -> None:
        self._call_log = call_log
        self._ledger = ledger
        self._projector = projector

    async def spans(self, agent_id: str, from_ms: int, to_ms: int) -> list[AgentSpan]:
        """The agent's spans that touch the period (epoch ms), whole, oldest first.

        Each ends where the next begins. Raises ``StoreUnavailable``.
        """
        if self._projector.waiting:
            await self._projector.flush()
        found = await self._call_log.spans(agent_id, from_ms, to_ms)
        now = self._ledger.spans.get(agent_id)
        if now is not None and now.start_ms < to_ms:
            found = [span for span in found if span.start_ms < now.start_ms] + [now]
        return without_overlap(found)

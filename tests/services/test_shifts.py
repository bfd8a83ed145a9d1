"""What an agent did when: stored spans, and behind them the one that lasts."""

from __future__ import annotations

from callcenter.domain.facts import AgentStateChanged, Recorded
from callcenter.domain.model import AgentRef, AgentState
from callcenter.services.ledger import Ledger
from callcenter.services.shifts import Shifts
from kpi.records import AgentSpan
from kpi.rules import Rules

SARA = AgentRef("pbx1:PJSIP/1001", "Sara", "PJSIP/1001")


class Stored:
    """The call log and the projector: what was stored, told once it is flushed."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.rows: dict[int, AgentSpan] = {}
        self.waiting = 0
        self.flushes = 0
        self._kept: list[AgentSpan] = []

    def heard(self, *states: tuple[int, AgentState]) -> None:
        for at, state in states:
            fact = AgentStateChanged(at=at, pbx="pbx1", agent=SARA, state=state)
            self._kept += self.ledger.apply([Recorded(at, fact)]).spans
            self.waiting += 1

    async def flush(self) -> None:
        self.flushes += 1
        self.waiting = 0
        self.rows |= {span.start_ms: span for span in self._kept}

    async def spans(self, agent_id: str | None, from_ms: int, to_ms: int) -> list[AgentSpan]:
        return [
            span
            for span in self.rows.values()
            if span.start_ms < to_ms and (span.end_ms is None or span.end_ms > from_ms)
        ]


def house() -> tuple[Shifts, Stored]:
    ledger = Ledger(Rules())
    stored = Stored(ledger)
    return Shifts(stored, ledger, stored), stored  # type: ignore[arg-type]  # both in one


def of(spans: list[AgentSpan]) -> list[tuple[str, int, int | None]]:
    return [(span.state, span.start_ms, span.end_ms) for span in spans]


async def test_spans_follow_each_other_and_the_last_one_lasts() -> None:
    shifts, stored = house()
    stored.heard((1_000, "ready"), (2_000, "offered"), (2_000, "talking"), (5_000, "ready"))
    assert of(await shifts.spans(SARA.id, 0, 9_000)) == [
        ("ready", 1_000, 2_000),
        ("talking", 2_000, 5_000),
        ("ready", 5_000, None),
    ]
    assert stored.flushes == 1
    assert of(await shifts.spans(SARA.id, 2_500, 4_000)) == [("talking", 2_000, 5_000)]
    assert stored.flushes == 1
    assert await shifts.spans("pbx1:PJSIP/1002", 0, 900) == []


async def test_what_the_store_has_not_taken_yet_is_told_all_the_same() -> None:
    shifts, stored = house()
    stored.heard((1_000, "ready"))
    await stored.flush()
    stored.heard((4_000, "paused"))
    stored.waiting = 0
    assert of(await shifts.spans(SARA.id, 0, 9_000)) == [
        ("ready", 1_000, 4_000),
        ("paused", 4_000, None),
    ]

"""What overseers see, as a test sets it."""

from __future__ import annotations

from callcenter.domain.model import CallRecord
from callcenter.services.overseen import (
    AgentName,
    BookSeen,
    DispositionName,
    EventsSeen,
    HouseSeen,
    LedgerSeen,
    LinkSeen,
    Names,
)
from callcenter.services.ports_books import DayTally, Unexplained


class MemoryOversight:
    """What overseers see, as a test sets it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.seen = EventsSeen(state="off", events=[], more=False, scrubbed=True, keep="")

    def names(self) -> Names:
        agents = [AgentName("pbx1:PJSIP/1001", "Ali"), AgentName("pbx1:PJSIP/1002", "Sara")]
        titles = {"support": {"fa": "پشتیبانی"}, "sales": {}}
        return Names(titles, agents, [DispositionName("resolved", "Resolved", "حل شد", "טופל")])

    async def ledger(self, from_day: str, to_day: str, pbx: str) -> LedgerSeen:
        self.asked.append((from_day, to_day, pbx))
        return LedgerSeen(
            books=[BookSeen(pbx="pbx1", read=True, unexplained=1)],
            days=[
                DayTally(pbx="pbx1", day="2026-11-17", equal=9, corrected=2, unexplained=1),
                DayTally(pbx="pbx1", day="2026-11-18", equal=4, known={"parking": 1}),
            ],
            unexplained=[
                Unexplained(
                    pbx="pbx1",
                    day="2026-11-17",
                    call="pbx1:1.0",
                    at=1_795_000_000_000,
                    why=["talk: 50 s, queue_log 20 s"],
                    ours='[{"queue":"support"}]',
                    logged='[{"queue":"support"}]',
                )
            ],
            more=False,
            lies={"parking": "queue_log knows nothing of parking"},
        )

    def house(self) -> HouseSeen:
        link = LinkSeen(
            pbx="pbx1", up=False, since=1_795_000_000_000, why="Nobody answers.", events=7,
            reconnects=1, refused=0, garbage=0, odd=0, ping_ms=1.5, lag_ms=0.0, skew_ms=-3.0,
            actions=False, recorded=True, recording_lost=0,
        )  # fmt: skip
        return HouseSeen(
            version="1.2.3", ready=False, reasons=["The PBX pbx1 is not heard."], links=[link],
            calls_open=2, facts=90, waiting=0, trouble="", journal_failures=0, call_log_waiting=0,
            call_log_failures=0, lookup_failures=0, orphaned=0, recorder_keep="24h",
            recorder_scrubs=True,
        )  # fmt: skip

    async def events(self, record: CallRecord) -> EventsSeen:
        return self.seen

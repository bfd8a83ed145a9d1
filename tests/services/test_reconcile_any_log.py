"""Whatever a queue_log holds, in whatever order: reading it twice gives the same as once."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ami_bridge.queue_log_visits import VisitFold
from callcenter.domain import record as records
from callcenter.domain.facts import AnyFact, CallStarted
from callcenter.domain.heard import Heard
from callcenter.domain.logged import LoggedCall
from callcenter.domain.model import CallRecord
from callcenter.domain.named import AgentNames
from callcenter.domain.reconcile import judge
from kpi.contributions import of_call
from kpi.counters import Counters
from kpi.rules import Rules

EVENTS = {
    "ENTERQUEUE": "|0912|1",
    "CONNECT": "7|1.9|3",
    "COMPLETECALLER": "7|20|1",
    "COMPLETEAGENT": "0|0|1",
    "BLINDTRANSFER": "602|q|7|20|1",
    "ATTENDEDTRANSFER": "BRIDGE|b|7|20|1",
    "ABANDON": "1|1|4",
    "EXITWITHTIMEOUT": "1",
    "EXITWITHKEY": "5|1|1|8",
    "EXITEMPTY": "1|1|6",
    "WITHDRAW": "1|1|2|",
    "SYSCOMPAT": "",
    "RINGNOANSWER": "3000",
    "RINGCANCELED": "1000",
    "AGENTDUMP": "",
    "QUEUESTART": "",
    "PAUSE": "lunch",
}
LINES = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.sampled_from(["1.0", "2.0"]),
        st.sampled_from(["support", "Support", "sales"]),
        st.sampled_from(["Leila", "PJSIP/1001", "NONE", "A|B"]),
        st.sampled_from(sorted(EVENTS)),
    ),
    max_size=25,
)


def calls_of(lines: list[tuple[int, str, str, str, str]]) -> list[LoggedCall]:
    now, texts = 1_000, []
    for step, callid, queue, agent, event in lines:
        now += step
        texts.append(f"{now}|{callid}|{queue}|{agent}|{event}|{EVENTS[event]}")
    fold = VisitFold()
    fold.texts(texts)
    return [call for call in fold.rest() if call.visits]


def taken(record: CallRecord | None, facts: list[AnyFact]) -> CallRecord:
    for fact in facts:
        if record is None:
            assert isinstance(fact, CallStarted)
            record = records.begin(fact)
        else:
            records.fold(record, fact)
    assert record is not None
    return record


@settings(max_examples=400, deadline=None)
@given(LINES)
def test_an_import_is_whole_and_a_second_one_adds_nothing(
    lines: list[tuple[int, str, str, str, str]],
) -> None:
    names, deaf = AgentNames("pbx1"), Heard(())
    for call in calls_of(lines):
        first = judge("pbx1", None, call, names, deaf)
        record = taken(None, first.facts)
        assert record.ended_at is not None
        assert len(record.visits) == len(call.visits)
        total = Counters()
        for cell, counters in of_call(record, Rules()).items():
            if cell.scope == "all":
                total.add(counters)
        assert total.answered == sum(visit.end == "answered" for visit in call.visits)
        assert total.abandoned == sum(visit.end == "abandoned" for visit in call.visits)
        assert total.conversations == total.answered
        assert total.clamped == 0
        second = judge("pbx1", record, call, names, deaf)
        assert (second.verdict, second.facts) == ("corrected", [])


@settings(max_examples=200, deadline=None)
@given(LINES, st.integers(0, 25))
def test_a_log_that_was_read_half_and_then_whole_is_settled_by_one_more_run(
    lines: list[tuple[int, str, str, str, str]], half: int
) -> None:
    names, deaf = AgentNames("pbx1"), Heard(())
    early = {call.callid: call for call in calls_of(lines[:half])}
    for call in calls_of(lines):
        record = None
        if call.callid in early:
            record = taken(None, judge("pbx1", None, early[call.callid], names, deaf).facts)
        judged = judge("pbx1", record, call, names, deaf)
        if judged.facts:
            record = taken(record, judged.facts)
        again = judge("pbx1", record, call, names, deaf)
        assert again.facts == []

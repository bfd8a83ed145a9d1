"""Lines become stays: numbered, ended, and right in spite of the log's order."""

from __future__ import annotations

from pathlib import Path

import pytest

from ami_bridge.queue_log_visits import FoldCounters, VisitFold
from callcenter.domain.logged import LoggedCall, LoggedVisit

TRACES = Path(__file__).parents[1] / "traces"


def fold(*lines: str) -> tuple[list[LoggedCall], FoldCounters]:
    """All calls of these lines, and what was counted. Times are given as ``100`` and the like."""
    folded = VisitFold()
    folded.texts(lines)
    return folded.rest(), folded.counters


def one(*lines: str) -> LoggedVisit:
    """The only visit of these lines."""
    calls, _ = fold(*lines)
    assert [len(call.visits) for call in calls] == [1]
    return calls[0].visits[0]


ENTER = "100|1.0|support|NONE|ENTERQUEUE||0912|3|سارا"
CONNECT = "107|1.0|support|Leila|CONNECT|7|1.1|4"


def test_an_answered_stay() -> None:
    visit = one(ENTER, CONNECT, "120|1.0|support|Leila|COMPLETEAGENT|7|13|3")
    assert (visit.caller, visit.name, visit.position) == ("0912", "سارا", 3)
    assert (visit.end, visit.agent, visit.wait_s, visit.ring_s) == ("answered", "Leila", 7, 4)
    assert (visit.talk_s, visit.by, visit.over) == (13, "agent", True)


@pytest.mark.parametrize(
    ("line", "end", "wait", "by"),
    [
        ("104|1.0|support|NONE|ABANDON|1|3|4", "abandoned", 4, "caller"),
        ("104|1.0|support|Leila|ABANDON|1|3|4", "abandoned", 4, "caller"),
        ("110|1.0|support|NONE|EXITWITHTIMEOUT|1", "timed_out", 10, "pbx"),
        ("110|1.0|support|NONE|EXITWITHTIMEOUT|1|3|10", "timed_out", 10, "pbx"),
        ("110|1.0|support|NONE|EXITWITHKEY|5|1", "key", 10, "caller"),
        ("110|1.0|support|NONE|EXITWITHKEY|5|1|3|10", "key", 10, "caller"),
        ("110|1.0|support|NONE|EXITEMPTY|1|3|10", "emptied", 10, "pbx"),
        ("110|1.0|support|NONE|WITHDRAW|1|3|10|by hand | Omid", "withdrawn", 10, "pbx"),
        ("110|1.0|support|Leila|SYSCOMPAT|", "system", 10, "pbx"),
    ],
)
def test_every_way_to_leave_unanswered(line: str, end: str, wait: int, by: str) -> None:
    visit = one(ENTER, line)
    assert (visit.end, visit.wait_s, visit.by, visit.over) == (end, wait, by, True)
    assert visit.key == ("5" if end == "key" else "")


@pytest.mark.parametrize(
    ("line", "kind", "to"),
    [
        ("BLINDTRANSFER|1002|internal|7|13|3", "blind", "1002"),
        ("TRANSFER|1002|internal|7|13|3", "blind", "1002"),
        ("ATTENDEDTRANSFER|BRIDGE|afa162db-c255|7|13|3", "attended", ""),
        ("ATTENDEDTRANSFER|APP|Dial|7|13|3", "attended", ""),
        ("ATTENDEDTRANSFER|LINK|PJSIP/a-1|PJSIP/b-2|7|13|3", "attended", ""),
    ],
)
def test_every_transfer_has_its_talk_in_the_same_place(line: str, kind: str, to: str) -> None:
    visit = one(ENTER, CONNECT, f"120|1.0|support|Leila|{line}")
    assert (visit.by, visit.transfer, visit.to, visit.talk_s) == ("transfer", kind, to, 13)


def test_stays_are_numbered_for_each_caller_and_queue_whatever_its_letters_case() -> None:
    calls, _ = fold(
        ENTER,
        "104|1.0|support|NONE|EXITWITHTIMEOUT|1|3|4",
        "104|1.0|overflow|NONE|ENTERQUEUE||0912|1",
        "106|1.0|overflow|NONE|EXITWITHTIMEOUT|1|1|2",
        "106|1.0|Support|NONE|ENTERQUEUE||0912|1",
        "108|1.0|Support|NONE|ABANDON|1|1|2",
    )
    assert [(v.queue, v.number) for v in calls[0].visits] == [
        ("support", 1),
        ("overflow", 1),
        ("Support", 2),
    ]


def test_the_end_of_a_talk_may_come_after_the_next_stay_has_begun() -> None:
    calls, counters = fold(
        ENTER,
        CONNECT,
        "120|1.0|support|NONE|ENTERQUEUE||0912|1",
        "120|1.0|support|Leila|BLINDTRANSFER|600|queues|7|13|3",
        "125|1.0|support|NONE|ABANDON|1|1|5",
    )
    first, second = calls[0].visits
    assert (first.by, first.talk_s, first.end) == ("transfer", 13, "answered")
    assert (second.number, second.end, second.wait_s) == (2, "abandoned", 5)
    assert counters.repeated == 0


def test_an_end_that_is_told_twice_counts_once() -> None:
    calls, counters = fold(
        ENTER, "104|1.0|support|NONE|ABANDON|1|3|4", "104|1.0|support|NONE|ABANDON|1|3|4"
    )
    assert [v.end for v in calls[0].visits] == ["abandoned"]
    assert counters.repeated == 1


def test_phones_that_rang_in_vain() -> None:
    visit = one(
        ENTER,
        "106|1.0|support|Leila|RINGNOANSWER|6000",
        "107|1.0|support|Omid|AGENTDUMP|",
        "108|1.0|support|Omid|RINGCANCELED|1998",
        "108|1.0|support|NONE|ABANDON|1|1|8",
    )
    assert [(r.agent, r.ring_ms, r.end) for r in visit.rings] == [
        ("Leila", 6000, "no_answer"),
        ("Omid", 0, "rejected"),
        ("Omid", 1998, "cancelled"),
    ]


def test_a_start_of_asterisk_closes_what_was_open_and_marks_what_had_just_ended() -> None:
    calls, counters = fold(
        ENTER,
        CONNECT,
        "100|2.0|support|NONE|ENTERQUEUE||0913|1",
        "100|3.0|support|NONE|ENTERQUEUE||0914|1",
        "109|3.0|support|NONE|ABANDON|1|1|9",
        "130|NONE|NONE|NONE|QUEUESTART|",
    )
    found = {call.callid: call.visits[0] for call in calls}
    assert (found["1.0"].end, found["1.0"].by, found["1.0"].talk_s) == ("answered", "pbx", None)
    assert (found["1.0"].cut, found["1.0"].parted_s) == (True, 109)
    assert (found["2.0"].end, found["2.0"].wait_s, found["2.0"].cut) == ("system", 9, True)
    assert (found["3.0"].end, found["3.0"].restarted_s) == ("abandoned", 130)
    assert counters.starts == 1


def test_a_log_that_begins_in_the_middle_still_gives_the_beginning_by_its_durations() -> None:
    calls, counters = fold(
        "120|1.0|support|Leila|COMPLETECALLER|7|13|3",
        "120|2.0|support|NONE|ABANDON|1|1|20",
        "120|3.0|support|Leila|CONNECT|5|3.1|2",
    )
    assert [(c.visits[0].entered_s, c.visits[0].headless) for c in calls] == [
        (100, True),
        (100, True),
        (115, True),
    ]
    assert counters.headless == 3


def test_calls_come_out_when_they_are_over_and_quiet_and_others_stay() -> None:
    folded = VisitFold(quiet_s=60)
    folded.texts([ENTER, "104|1.0|support|NONE|ABANDON|1|3|4"])
    folded.texts(["100|2.0|support|NONE|ENTERQUEUE||0912|1"])
    assert folded.ready() == []
    folded.texts(["170|9.0|support|NONE|ENTERQUEUE||0912|1"])
    assert [call.callid for call in folded.ready()] == ["1.0"]
    assert folded.ready() == []
    assert [call.callid for call in folded.rest()] == ["2.0", "9.0"]


def test_a_stay_without_an_end_comes_out_after_a_day() -> None:
    folded = VisitFold()
    folded.texts([ENTER, "90000|9.0|support|NONE|ENTERQUEUE||0912|1"])
    (call,) = folded.ready()
    assert (call.callid, call.over) == ("1.0", False)


def test_garbage_is_counted_and_nothing_else_happens() -> None:
    calls, counters = fold("garbage", "", "100|NONE|support|NONE|ENTERQUEUE||1|1", ENTER)
    assert len(calls) == 1
    assert (counters.lines, counters.garbage) == (4, 3)


UNDER_TWO_IDS = {"atxfer_to_waiting"}
"""A transfer into a waiting call: entered under one leg's id, answered under another's."""


def test_every_recorded_log_is_read_without_rest() -> None:
    logs = [
        path for path in sorted(TRACES.rglob("queue_log")) if path.parent.name not in UNDER_TWO_IDS
    ]
    assert len(logs) > 60
    for path in logs:
        calls, counters = fold(*path.read_text(encoding="utf-8").splitlines())
        assert (counters.garbage, counters.headless, counters.repeated) == (0, 0, 0), path
        assert all(call.over for call in calls), path


def test_end_of_a_talk_under_an_id_that_changed_meanwhile() -> None:
    """The caller came through a Local channel, which took itself out: COMPLETE has his own id."""
    visit = one(ENTER, CONNECT, "120|9.9|support|Leila|COMPLETEAGENT|7|13|3")
    assert (visit.callid, visit.talk_s, visit.by, visit.over) == ("1.0", 13, "agent", True)


@pytest.mark.parametrize(
    "line",
    [
        "120|9.9|support|Omid|COMPLETEAGENT|7|13|3",
        "120|9.9|billing|Leila|COMPLETEAGENT|7|13|3",
        "120|9.9|support|Leila|COMPLETEAGENT|7|9|3",
    ],
)
def test_end_of_a_talk_that_another_began_is_not_taken_for_it(line: str) -> None:
    calls, counters = fold(ENTER, CONNECT, line)
    assert [call.callid for call in calls] == ["1.0", "9.9"]
    assert counters.headless == 1


DRAWN_OUT = "104|9.9|Support|NONE|ABANDON|1|3|4"
"""Parked or bridged by AMI while he waited: his own id stands in no further line."""


def test_end_of_a_stay_under_an_id_of_which_nothing_was_said() -> None:
    visit = one(ENTER, DRAWN_OUT)
    assert (visit.callid, visit.end, visit.wait_s, visit.headless) == ("1.0", "abandoned", 4, False)


@pytest.mark.parametrize(
    "other",
    [
        # Two may be meant; or the one whose id it is.
        "100|2.0|support|NONE|ENTERQUEUE||0913|3",
        "100|9.9|support|NONE|ENTERQUEUE||0913|3",
    ],
)
def test_end_that_may_be_of_several_stays_is_taken_for_none_of_them(other: str) -> None:
    calls, _ = fold(ENTER, other, DRAWN_OUT)
    assert [v.end for call in calls for v in call.visits if v.callid == "1.0"] == [None]


@pytest.mark.parametrize(
    "line",
    [
        "104|9.9|support|NONE|ABANDON|1|2|4",
        "104|9.9|support|NONE|ABANDON|1|3|9",
        "104|9.9|sales|NONE|ABANDON|1|3|4",
        "104|9.9|support|NONE|EXITWITHTIMEOUT|1",
    ],
)
def test_end_of_a_stay_that_another_began_is_not_taken_for_it(line: str) -> None:
    calls, counters = fold(ENTER, line)
    assert [[visit.headless for visit in call.visits] for call in calls] == [[False], [True]]
    assert counters.headless == 1

"""The link is cut somewhere in a recorded story, and CEL tells how the call really ended.

The AMI of each story is cut short at many places; when the link is back the PBX is idle, as it was
before. What CEL then says of who hung up is the story's truth, or nothing; never something else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from ami_bridge.cel import CelFold
from ami_bridge.trace import TraceLine
from callcenter.domain.facts import AnyFact
from callcenter.domain.hung_up import LegEnd, is_open, settled
from callcenter.domain.model import AgentRef, CallRecord
from callcenter.domain.record import fold as fold_fact
from callcenter.domain.unheard import unheard
from tests.ami_bridge.replaying import flat, lines, listen, play, truth_of
from tests.expected import fold as fold_all

FOLDER = Path(__file__).parents[1] / "traces_cel"
STORIES = sorted(path.parent.name for path in FOLDER.glob("*/cel.csv"))
SILENT = {"answered_agent_hangup_local", "atxfer_dtmf", "local_member_n"}
"""The end comes through a Local channel: CEL cannot say who hung up."""
PARTS = 24


def asked_again(story: tuple[TraceLine, ...], at: float) -> list[TraceLine]:
    """The answers that the story begins with, as if they were asked for once more."""
    again = [line for line in story if line.message.get("ActionID").startswith("snap-")]
    return [replace(line, t=at) for line in again]


def ends_of(folder: Path) -> dict[str, LegEnd]:
    """What CEL has of the channels that ended, by call."""
    fold = CelFold("UTC")
    # What other calls of this PBX told before: its CEL has queues and dials.
    fold.texts(KNOWN)
    ends = fold.texts((folder / "cel.csv").read_text(encoding="utf-8").splitlines())
    assert fold.garbage == 0
    return {f"pbx1:{end.uniqueid}": end for end in ends}


KNOWN = [
    f'"APP_START","1700000000.000","","","","PJSIP/x-1","{app}","","1.0","1.0","",""'
    for app in ("Queue", "Dial")
]


def cut_at(story: tuple[TraceLine, ...], place: int) -> list[TraceLine]:
    """The story up to there, and the link back a minute after its end."""
    return [*story[:place], *asked_again(story, story[-1].t + 60)]


def agents_of(truth: dict[str, Any]) -> dict[str, AgentRef]:
    return {
        agent["interface"].casefold(): AgentRef(
            f"pbx1:{agent['interface']}", agent["name"], agent["interface"]
        )
        for agent in truth["agents"].values()
    }


def found_out(folder: Path, place: int) -> tuple[list[CallRecord], list[AnyFact]]:
    """The records after the link was cut there and CEL was asked."""
    _, calls, _ = play(flat(listen(cut_at(lines(folder), place))))
    ends, agents = ends_of(folder), agents_of(truth_of(folder))
    said: list[AnyFact] = []
    for record in calls.values():
        end = ends.get(record.id)
        if end is not None and is_open(record):
            facts = settled(record, end, agents, end.at)
            for fact in facts:
                fold_fact(record, fact)
            said += facts
    return list(calls.values()), said


@pytest.mark.parametrize("name", STORIES)
def test_wherever_the_link_is_cut_cel_says_who_hung_up_or_nothing(name: str) -> None:
    folder = FOLDER / name
    truth = truth_of(folder)["calls"][0]
    story = lines(folder)
    first = next(n for n, line in enumerate(story) if line.message.name == "Newchannel")
    told = 0
    for part in range(PARTS):
        place = first + 2 + (len(story) - first - 2) * part // PARTS
        records, facts = found_out(folder, place)
        for record in records:
            if record.settled_by != "cel" or record.direction != truth["direction"]:
                continue
            told += 1
            known = {None: ("unknown", record.ended_by)}.get(truth.get("ended_by"))
            assert record.ended_by in (known or ("unknown", truth["ended_by"])), (name, place)
            if name not in SILENT:
                assert record.ended_by != "unknown", (name, place)
            end_ms = max(line.t for line in story) * 1000
            assert record.ended_at is not None
            assert end_ms - 3_000 < record.ended_at < end_ms + 1_000, (name, place)
        assert bool(facts) == any(record.settled_by == "cel" for record in records)
    assert told, "the link was cut while a call went on"


@pytest.mark.parametrize(
    ("name", "by", "talk_ms"),
    [
        ("answered_agent_hangup", "agent", 4_000),
        ("answered_caller_hangup", "caller", 4_000),
        ("direct_call", "agent", 3_000),
        ("outbound_call", "caller", 3_000),
    ],
)
def test_a_talk_that_ended_in_the_dark_has_its_length(name: str, by: str, talk_ms: int) -> None:
    story = lines(FOLDER / name)
    talking = max(n for n, line in enumerate(story) if line.message.name == "BridgeEnter") + 1
    records, _ = found_out(FOLDER / name, talking)
    (record,) = [record for record in records if record.conversations]
    (talk,) = record.conversations
    assert (talk.ended_by, record.ended_by, record.outcome) == (by, by, "answered")
    assert talk.talk_ms is not None
    assert abs(talk.talk_ms - talk_ms) < 1_000
    assert record.settled_by == "cel"


@pytest.mark.parametrize(
    ("name", "outcome", "by"),
    [
        ("ivr_hangup", "ivr", "caller"),
        ("direct_given_up", "no_answer", "caller"),
        ("outbound_no_answer", "no_answer", "agent"),
        ("direct_call", "answered", "agent"),
        ("abandon_short", "abandoned", "caller"),
    ],
)
def test_what_became_of_a_call_in_the_dark(name: str, outcome: str, by: str) -> None:
    story = lines(FOLDER / name)
    event = {"abandon_short": "QueueCallerJoin", "outbound_no_answer": "DialBegin"}.get(name)
    early = (
        next(n for n, line in enumerate(story) if line.message.name == (event or "Newchannel")) + 1
    )
    records, _ = found_out(FOLDER / name, early)
    (record,) = records
    assert (record.outcome, record.ended_by, record.settled_by) == (outcome, by, "cel")
    if name == "direct_call":
        (talk,) = record.conversations
        assert talk.agent.interface == "PJSIP/1006"
        assert 2_000 < (talk.talk_ms or 0) < 4_000


@pytest.mark.parametrize("name", STORIES)
def test_a_call_that_nobody_heard_is_made_where_it_is_certain(name: str) -> None:
    folder = FOLDER / name
    truth = truth_of(folder)
    made: list[CallRecord] = []
    for end in ends_of(folder).values():
        if end.channel.startswith("PJSIP/trunk-"):
            made += fold_all(unheard("pbx1", end, agents_of(truth))).values()
    if name not in ("direct_call", "direct_given_up", "ivr_hangup"):
        assert made == [], "queue_log has it, or nobody can say"
        return
    (record,), (call,) = made, truth["calls"]
    assert (record.uniqueid, record.caller.number) == (call["uniqueid"], call["number"])
    assert (record.outcome, record.ended_by) == (call["outcome"], call["ended_by"])
    assert record.line.startswith("+9821")
    assert [talk.agent.interface for talk in record.conversations] == [
        f"PJSIP/{leg['agent']}" for leg in call["legs"]
    ]
    for talk, leg in zip(record.conversations, call["legs"], strict=True):
        assert abs((talk.talk_ms or 0) - leg["talk"] * 1000) < 500

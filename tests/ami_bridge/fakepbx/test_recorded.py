"""Recorded stories with gaps where what belongs to one recording stood."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ami_bridge.fakepbx import recorded
from ami_bridge.trace import TraceError

T = 1_795_371_286.25
BRIDGE_ID = "c543cad0-f7ca-41bd-bb7c-f22b99a2b192"


def write(folder: Path, *messages: list[tuple[str, str]]) -> Path:
    folder.mkdir(exist_ok=True)
    lines = [
        json.dumps({"t": T + number, "n": number, "h": message})
        for number, message in enumerate(messages)
    ]
    (folder / "ami.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def event(name: str, *headers: tuple[str, str]) -> list[tuple[str, str]]:
    return [("Event", name), ("Privilege", "call,all"), ("Timestamp", f"{T - 1}00"), *headers]


LOGIN = [
    ("Response", "Success"),
    ("ActionID", "snap-1"),
    ("Message", "Authentication accepted"),
]


@pytest.mark.parametrize(
    ("key", "value", "gapped"),
    [
        ("Uniqueid", "1795371286.1", "%(L1795371286.1)s"),
        ("Linkedid", "click-7", "%(Lclick-7)s"),
        ("Value", "/monitor/1795371286.1.wav", "/monitor/%(L1795371286.1)s.wav"),
        ("Value", "/monitor/1795371286.12.wav", "/monitor/1795371286.12.wav"),
        ("Channel", "PJSIP/trunk-0000000a", "PJSIP/trunk-%(S0000000a)s"),
        (
            "Channel",
            "Local/1001@agents-0000000b;1",
            "Local/%(A1001)s@agents-%(S0000000b)s;1",
        ),
        ("BridgeUniqueid", BRIDGE_ID, f"%(B{BRIDGE_ID})s"),
        ("Device", "Queue:support_pause_PJSIP/1001", "Queue:%(Qsupport)s_pause_PJSIP/%(A1001)s"),
        ("Device", "Queue:support2_avail", "Queue:support2_avail"),
        ("AccountCode", "support", "support"),
        ("CallerIDNum", "+989121234501", "%(C+989121234501)s"),
        ("Exten", "+982191001001", "+982191001001"),
        ("LastCall", "1795371200", "%(T1795371200)s"),
        ("LastCall", "0", "0"),
        ("TalkTime", "1001", "1001"),
        ("RoundtripUsec", "1001", "1001"),
        ("Value", "100%", "100%%"),
    ],
)
def test_what_belongs_to_one_recording_is_a_gap(
    tmp_path: Path, key: str, value: str, gapped: str
) -> None:
    known = event(
        "QueueCallerJoin",
        ("Uniqueid", "1795371286.1"),
        ("Linkedid", "click-7"),
        ("Queue", "support"),
    )
    story = recorded.read(write(tmp_path / "story", LOGIN, known, event("Any", (key, value))))
    assert story.name == "story"
    _, said = story.events
    assert said.body == ((key, gapped),)
    assert (said.name, said.klass) == ("Any", "call")
    assert said.came - story.began == 2_000_000
    assert said.stamp == said.came - 3_000_000


def test_answers_are_rows_of_a_life_and_no_events(tmp_path: Path) -> None:
    row = [("Event", "QueueEntry"), ("Queue", "support"), ("ActionID", "snap-4")]
    end = [("Event", "QueueStatusComplete"), ("ActionID", "snap-4")]
    booted = [("Event", "FullyBooted"), ("Privilege", "system,all")]
    bye = [("Response", "Goodbye"), ("Message", "Thanks for all the fish.")]
    again = [("Response", "Success"), ("ActionID", "snap17-1"), LOGIN[2]]
    answered = event("OriginateResponse", ("ActionID", "lab-3"))
    story = recorded.read(
        write(tmp_path / "cut", LOGIN, booted, row, end, answered, again, event("Hold"), bye)
    )
    one, two = story.lives
    assert [dict(row)["Event"] for row in one.rows] == ["QueueEntry"]
    assert [said.name for said in one.events] == ["OriginateResponse"]
    assert (two.rows, [said.name for said in two.events]) == ((), ["Hold"])
    assert two.began - one.began == 5_000_000


def test_file_that_is_no_recorded_story_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"does not begin with the answer to a login: record it"):
        recorded.read(write(tmp_path, event("Hold")))
    (tmp_path / "ami.jsonl").write_text("no trace", encoding="utf-8")
    with pytest.raises(TraceError, match="line 1"):
        recorded.read(tmp_path)
    with pytest.raises(FileNotFoundError):
        recorded.read(tmp_path / "nowhere")

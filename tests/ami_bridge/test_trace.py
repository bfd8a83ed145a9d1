"""Recorded AMI: written while it happens, read back, played again."""

import asyncio
import json

import pytest

from ami_bridge.inbox import Arrived, Inbox
from ami_bridge.protocol import Message
from ami_bridge.scrub import Scrubber
from ami_bridge.trace import Recorder, TraceError, TraceLine, read, replay

HEADERS = [
    ("Event", "NewCallerid"),
    ("CallerIDName", "علی رضا"),
    ("AccountCode", ""),
    ("X", "1"),
    ("X", "2"),
]


async def test_what_is_recorded_is_read_back_with_repeats_and_empty_values(tmp_path):
    path = tmp_path / "ami.jsonl"
    recorder = Recorder(path)
    recorder.record(Message.of([("Response", "Success"), ("ActionID", "a")]), 1795371313.261122)
    recorder.record(Message.of(HEADERS), 1795371313.5)
    await recorder.flush()
    first, second = path.read_text().splitlines()
    assert json.loads(first) == {
        "t": 1795371313.261122,
        "n": 1,
        "h": [["Response", "Success"], ["ActionID", "a"]],
    }
    assert json.loads(second)["h"] == [list(pair) for pair in HEADERS]
    lines = list(read(path))
    assert [line.n for line in lines] == [1, 2]
    assert list(lines[1].message.items()) == HEADERS


async def test_full_buffer_is_counted_and_seen_as_a_gap(tmp_path):
    recorder = Recorder(tmp_path / "t", most_waiting=2)
    for n in range(4):
        recorder.record(Message.of([("Event", "E")]), float(n))
    await recorder.flush()
    recorder.record(Message.of([("Event", "E")]), 9.0)
    await recorder.flush()
    assert [line.n for line in read(tmp_path / "t")] == [1, 2, 5]
    assert (recorder.counters.written, recorder.counters.lost) == (3, 2)


async def test_unwritable_file_keeps_what_waits(tmp_path):
    folder = tmp_path / "later"
    recorder = Recorder(folder / "t")
    recorder.record(Message.of([("Event", "E")]), 1.0)
    with pytest.raises(OSError, match="later"):
        await recorder.flush()
    folder.mkdir()
    await recorder.flush()
    assert len(list(read(folder / "t"))) == 1


async def test_owner_s_task_flushes_and_flushes_once_more_at_its_end(tmp_path, until):
    recorder = Recorder(tmp_path / "t")
    task = asyncio.get_running_loop().create_task(recorder.keep_flushing(0.01))
    recorder.record(Message.of([("Event", "A")]), 1.0)
    await until(lambda: recorder.counters.written == 1, "first flush")
    recorder.record(Message.of([("Event", "B")]), 2.0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [line.message.name for line in read(tmp_path / "t")] == ["A", "B"]


@pytest.mark.parametrize(
    "bad", ["{", '{"t": 1.0, "n": 2}', '{"t": 1, "n": 2, "h": [["Key", "1"]]}', '{"t": "x"}']
)
def test_bad_line_is_named_by_file_and_number(tmp_path, bad):
    path = tmp_path / "bad.jsonl"
    path.write_text('{"t": 1.0, "n": 1, "h": [["Event", "E"]]}\n\n' + bad + "\n")
    with pytest.raises(TraceError, match=r"bad\.jsonl, line 3: "):
        list(read(path))


def story(count, step_s=0.0):
    lines = [TraceLine(100.0, 0, [("Response", "Success")])]
    lines += [
        TraceLine(100.0 + n * step_s, n, [("Event", "E"), ("N", str(n))]) for n in range(count)
    ]
    return lines


async def test_replay_puts_events_with_their_recorded_time_and_leaves_responses_out():
    inbox = Inbox()
    assert await replay(story(3, 0.25), inbox, lambda: 5.0) == 3
    items = inbox.take_now()
    assert [item.message.get("N") for item in items if isinstance(item, Arrived)] == ["0", "1", "2"]
    assert [item.wall_ms for item in items] == [100_000, 100_250, 100_500]


async def test_replay_waits_for_a_consumer_instead_of_dropping():
    inbox = Inbox(limit=10)
    player = asyncio.get_running_loop().create_task(replay(story(100), inbox, lambda: 0.0))
    seen = []
    while len(seen) < 100:
        seen += await asyncio.wait_for(inbox.take(7), 2)
    assert [item.message.get("N") for item in seen] == [str(n) for n in range(100)]
    assert await player == 100


@pytest.mark.parametrize(("speed", "lasts_s"), [(1.0, 20.0), (4.0, 5.0)])
async def test_replay_in_time_lasts_as_long_as_the_story(speed, lasts_s):
    now = [50.0]

    async def sleep(seconds):
        now[0] += seconds

    inbox = Inbox()
    await replay(story(3, 10.0), inbox, lambda: now[0], speed, sleep)
    assert now[0] == pytest.approx(50.0 + lasts_s)
    assert [item.mono_s - 50.0 for item in inbox.take_now()] == pytest.approx(
        [0, lasts_s / 2, lasts_s]
    )


async def test_recorder_scrubs_people_out(tmp_path):
    recorder = Recorder(tmp_path / "t", Scrubber(b"k" * 16))
    recorder.record(Message.of([("Event", "E"), ("CallerIDNum", "09121234567")]), 1.0)
    await recorder.flush()
    assert "1234567" not in (tmp_path / "t").read_text()


async def test_full_disk_is_survived_by_the_owner_s_task(tmp_path, until, caplog):
    folder = tmp_path / "later"
    recorder = Recorder(folder / "t")
    recorder.record(Message.of([("Event", "A")]), 1.0)
    task = asyncio.get_running_loop().create_task(recorder.keep_flushing(0.01))
    await until(lambda: "cannot be written" in caplog.text, "warning")
    folder.mkdir()
    await until(lambda: recorder.counters.written == 1, "flush")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

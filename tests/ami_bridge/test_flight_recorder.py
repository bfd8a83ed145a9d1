"""The flight recorder: an hour to a file, the old ones packed, the oldest gone."""

import asyncio
import gzip
import json
import os
from pathlib import Path

from ami_bridge.flight_recorder import FlightRecorder
from ami_bridge.protocol import Message

HOUR = 3600.0
NOON = 1_795_348_800.0


def said(number: str) -> Message:
    return Message.of([("Event", "Newchannel"), ("CallerIDNum", number), ("Uniqueid", "1.1")])


async def settle(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def kept(
    folder: Path,
    at: float,
    *,
    scrub: bool = False,
    keep_s: int = 86_400,
    what: Message | None = None,
) -> None:
    """One short life of a recorder that hears one message at ``at``."""
    recorder = FlightRecorder("pbx1", folder, keep_s, scrub, lambda: at)
    task = asyncio.get_running_loop().create_task(recorder.run())
    while recorder._recorder is None:
        await asyncio.sleep(0.01)
    recorder.record(what or said("+989121234567"), at)
    await asyncio.sleep(0.05)
    await settle(task)


async def test_each_hour_has_its_own_file_and_the_one_before_is_packed(tmp_path: Path) -> None:
    await kept(tmp_path, NOON)
    await kept(tmp_path, NOON + HOUR)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert [name.rpartition(".")[2] for name in names] == ["gz", "jsonl"]
    with gzip.open(tmp_path / names[0]) as packed:
        line = json.loads(packed.readline())
    assert ["CallerIDNum", "+989121234567"] in line["h"]


async def test_what_is_older_than_may_be_kept_is_deleted(tmp_path: Path) -> None:
    old = tmp_path / "pbx1-20200101T00.jsonl.gz"
    old.write_bytes(b"")
    os.utime(old, (NOON - 10 * HOUR, NOON - 10 * HOUR))
    await kept(tmp_path, NOON, keep_s=int(2 * HOUR))
    assert not old.exists()


async def test_numbers_are_replaced_on_request(tmp_path: Path) -> None:
    await kept(tmp_path, NOON, scrub=True)
    text = next(tmp_path.glob("*.jsonl")).read_text(encoding="utf-8")
    assert "989121234567" not in text
    assert "Newchannel" in text


async def test_agents_of_the_roster_are_scrubbed_too(tmp_path: Path) -> None:
    row = Message.of([("Event", "QueueMember"), ("Name", "Sara Levi"), ("Location", "PJSIP/1001")])
    await kept(tmp_path, NOON, scrub=True, what=row)
    text = next(tmp_path.glob("*.jsonl")).read_text(encoding="utf-8")
    assert "Sara" not in text
    assert "PJSIP/1001" in text


async def test_what_is_said_before_its_first_turn_is_kept_in_order(tmp_path: Path) -> None:
    """The login and the roster come at once; without them a trace cannot be replayed."""
    recorder = FlightRecorder("pbx1", tmp_path / "traces", 86_400, False, lambda: NOON)
    recorder.record(said("1"), NOON)
    task = asyncio.get_running_loop().create_task(recorder.run())
    await asyncio.sleep(0.05)
    recorder.record(said("2"), NOON)
    await settle(task)
    (path,) = (tmp_path / "traces").iterdir()
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["n"] for line in lines] == [1, 2]
    assert [dict(line["h"])["CallerIDNum"] for line in lines] == ["1", "2"]


async def test_what_is_said_while_the_page_is_turned_is_kept(tmp_path: Path) -> None:
    """The old page is written in a thread; meanwhile the PBX goes on talking."""
    now = NOON + HOUR - 1
    recorder = FlightRecorder("pbx1", tmp_path, 86_400, False, lambda: now)
    recorder.record(said("1"), now)
    now += 2
    turning = asyncio.get_running_loop().create_task(recorder._turn(int(now) // 3600))
    await asyncio.sleep(0)
    recorder.record(said("2"), now)
    await turning
    await recorder._flush(recorder._page())
    packed, plain = sorted(tmp_path.iterdir())
    with gzip.open(packed) as file:
        assert [dict(json.loads(line)["h"])["CallerIDNum"] for line in file] == ["1"]
    lines = plain.read_text(encoding="utf-8").splitlines()
    assert [dict(json.loads(line)["h"])["CallerIDNum"] for line in lines] == ["2"]

"""Recording what a PBX says, and what comes of it again."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ami_bridge import house_events
from ami_bridge.fakepbx.clock import WallClock
from ami_bridge.fakepbx.server import FakePbx
from ami_bridge.trace import read
from callcenter.domain import wire

from .conftest import TRACES, Cli
from .pbx import ScriptedPbx


@contextmanager
def busy_centre() -> Iterator[int]:
    """The built-in fake PBX on a loop of its own; gives its port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        fake = FakePbx(WallClock(), seed=7, calls_per_minute=600, username="u", secret="s")
        port = asyncio.run_coroutine_threadsafe(fake.start(), loop).result(10)
        yield port
        asyncio.run_coroutine_threadsafe(fake.stop(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def facts_of(lines: str) -> list[dict[str, Any]]:
    for line in lines.splitlines():
        wire.loads(line)
    return [json.loads(line) for line in lines.splitlines()]


@pytest.mark.parametrize("option", ["--scrub", "--raw"])
def test_a_recording_gives_the_calls_again_with_or_without_people(
    cli: Cli, tmp_path: Path, option: str
) -> None:
    path = tmp_path / "trace.jsonl"
    with busy_centre() as port:
        cli.pbx(0, NAME="north", PORT=str(port), USERNAME="u", SECRET="s")
        done = cli("trace", "record", str(path), "--seconds", "3", option)
    lines = list(read(path))
    assert f"{len(lines)} messages" in done.stdout
    assert [line.n for line in lines] == list(range(1, len(lines) + 1))
    said = [line.message for line in lines if not house_events.is_one(line.message)]
    ids = list(dict.fromkeys(message.action_id for message in said))
    assert ids[:5] == ["snap-1", "", "snap-2", "snap-3", "snap-4"]
    assert said[0].get("Message") == "Authentication accepted"
    notes = [line.message.name for line in lines if house_events.is_one(line.message)]
    assert notes == [house_events.LINK_UP, house_events.ROSTER]
    assert "cc-" not in path.read_text(encoding="utf-8")
    replayed = cli("trace", "replay", str(path))
    facts = facts_of(replayed.stdout)
    numbers = {fact["number"] for fact in facts if fact["kind"] == "CallStarted"}
    assert len(numbers) > 3
    agents = {fact["agent"]["name"] for fact in facts if "agent" in fact}
    assert len(agents) == 12
    assert ("Emma Clarke" in agents) == (option == "--raw")
    assert "no whole roster" not in replayed.stderr


def test_scrubbing_takes_numbers_and_names_out(cli: Cli, pbx: ScriptedPbx, tmp_path: Path) -> None:
    called = [
        ("Event", "NewCallerid"),
        ("Channel", "PJSIP/trunk-0000001f"),
        ("Uniqueid", "1795371286.0"),
        ("CallerIDNum", "+989123456789"),
        ("CallerIDName", "شیرین یزدانی"),
    ]
    pbx.events = [called]
    cli.pbx(0, PORT=str(pbx.port), USERNAME="callcenter", SECRET="geheim")
    kept, scrubbed = tmp_path / "kept.jsonl", tmp_path / "scrubbed.jsonl"
    cli("trace", "record", str(scrubbed), "--seconds", "0.5")
    cli("trace", "record", str(kept), "--seconds", "0.5", "--raw")
    for secret in ("3456789", "شیرین"):
        assert secret in kept.read_text(encoding="utf-8")
        assert secret not in scrubbed.read_text(encoding="utf-8")
    assert "1795371286.0" in scrubbed.read_text(encoding="utf-8")
    assert "geheim" not in kept.read_text(encoding="utf-8")
    assert kept.stat().st_mode & 0o077 == 0, "a recording is its owner's alone"


def test_our_own_questions_leave_no_trace(cli: Cli, pbx: ScriptedPbx, tmp_path: Path) -> None:
    cli.pbx(0, PORT=str(pbx.port), USERNAME="callcenter", SECRET="geheim")
    path = tmp_path / "trace.jsonl"
    cli("trace", "record", str(path), "--seconds", "2.5", "--raw")
    assert sum(action["Action"] == "Ping" for action in pbx.asked) >= 2
    responses = [line.message for line in read(path) if line.message.name == "Response"]
    assert [r.action_id for r in responses] == ["snap-1", "snap-2", "snap-3", "snap-4"]


@pytest.mark.parametrize("story", ["hold_unhold", "ami_cut_midcall", "ringall_three"])
def test_a_replay_says_the_same_every_time(cli: Cli, story: str, tmp_path: Path) -> None:
    path = str(TRACES / story / "ami.jsonl")
    first = cli("trace", "replay", path)
    out = tmp_path / "facts.jsonl"
    second = cli("trace", "replay", path, "--facts", str(out))
    assert out.read_text(encoding="utf-8") == first.stdout
    facts = facts_of(first.stdout)
    kinds = [fact["kind"] for fact in facts]
    assert kinds.count("CallStarted") == kinds.count("CallEnded") >= 1
    assert f"{len(facts)} facts" in second.stdout
    assert f"{len(facts)} facts" in first.stderr


def test_a_cut_in_a_recording_is_a_lost_link(cli: Cli) -> None:
    done = cli("trace", "replay", str(TRACES / "ami_cut_midcall" / "ami.jsonl"))
    kinds = [fact["kind"] for fact in facts_of(done.stdout)]
    assert "LinkLost" in kinds
    assert kinds.count("LinkRestored") == 2
    assert "2 connection(s)" in done.stderr


def test_the_name_of_the_pbx_is_the_one_of_the_settings(cli: Cli) -> None:
    path = str(TRACES / "hold_unhold" / "ami.jsonl")
    cli.configure("north", "south")
    assert "several PBXs" in cli.refused("trace", "replay", path)
    done = cli("trace", "replay", path, "--pbx", "south")
    assert {fact["pbx"] for fact in facts_of(done.stdout)} == {"south"}


def test_a_recording_without_the_answers_at_its_beginning_is_remarked(
    cli: Cli, tmp_path: Path
) -> None:
    whole = (TRACES / "hold_unhold" / "ami.jsonl").read_text(encoding="utf-8").splitlines(True)
    path = tmp_path / "part.jsonl"
    path.write_text("".join(line for line in whole if '"snap-' not in line), encoding="utf-8")
    assert "no whole roster" in cli("trace", "replay", str(path)).stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("no json\n", "line 1"),
        ('{"t": 1.0, "n": 1, "h": [["Event", "X"]]}\n{"t": 1.0}\n', "line 2"),
        ('{"t": 1.0, "n": 1, "h": [["Nothing", "X"]]}\n', "neither Event nor Response"),
    ],
)
def test_a_file_that_is_no_recording_is_told_with_its_line(
    cli: Cli, tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_text(content)
    told = cli.refused("trace", "replay", str(path), code=1)
    assert said in told
    assert "no recording" in told


def test_files_that_are_not_there_or_are_already_are_told(
    cli: Cli, pbx: ScriptedPbx, tmp_path: Path
) -> None:
    assert "No such file" in cli.refused("trace", "replay", str(tmp_path / "no.jsonl"), code=1)
    trace = str(TRACES / "hold_unhold" / "ami.jsonl")
    gone = str(tmp_path / "gone" / "facts.jsonl")
    assert "gone" in cli.refused("trace", "replay", trace, "--facts", gone, code=1)
    cli.pbx(0, PORT=str(pbx.port), USERNAME="callcenter", SECRET="geheim")
    assert "gone" in cli.refused("trace", "record", gone, "--seconds", "1", code=1)
    there = tmp_path / "there.jsonl"
    there.write_text("mine")
    assert "already" in cli.refused("trace", "record", str(there), "--seconds", "1", code=1)
    assert there.read_text() == "mine"


def test_a_pbx_that_refuses_or_is_not_there_is_told_and_no_file_is_left(
    cli: Cli, pbx: ScriptedPbx, tmp_path: Path
) -> None:
    path = tmp_path / "trace.jsonl"
    cli.pbx(0, PORT=str(pbx.port), USERNAME="callcenter", SECRET="wrong")
    said = cli.refused("trace", "record", str(path), "--seconds", "5", code=1)
    assert "refused the AMI login" in said
    cli.configure("north")
    said = cli.refused("trace", "record", str(path), "--seconds", "5", code=1)
    assert "cannot be reached" in said
    assert not path.exists()


def test_without_a_pbx_in_the_settings_there_is_nothing_to_record(cli: Cli, tmp_path: Path) -> None:
    path = str(tmp_path / "trace.jsonl")
    assert "No PBX is configured" in cli.refused("trace", "record", path)
    cli.configure("north", "south")
    assert "north, south" in cli.refused("trace", "record", path)
    assert "no PBX 'east'" in cli.refused("trace", "record", path, "--pbx", "east")


def test_who_has_read_enough_of_a_replay_may_stop(cli: Cli) -> None:
    """As ``| head -1`` does."""
    import subprocess
    import sys

    program = (
        f"{sys.executable} -m callcenter.cli trace replay "
        f"{TRACES / 'hold_unhold' / 'ami.jsonl'} | head -c 10"
    )
    done = subprocess.run(
        ["/bin/sh", "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == '{"kind":"Q'
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr

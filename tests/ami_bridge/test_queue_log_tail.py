"""The end of a growing file: every line once, whatever is done to the file meanwhile."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ami_bridge.queue_log_tail import Place, Tail, siblings


class Log:
    """A queue_log that is written, rotated and cut like the real one."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "queue_log"
        self.count = 0
        self.written: list[str] = []

    def write(self, lines: int = 1, path: Path | None = None, end: str = "\n") -> None:
        with (path or self.path).open("ab") as file:
            for _ in range(lines):
                self.count += 1
                text = f"{self.count}|{self.count}.0|صف|NONE|ENTERQUEUE||0912|1"
                self.written.append(text)
                file.write((text + end).encode())


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path)


def drained(tail: Tail) -> list[str]:
    """All that is new."""
    found: list[str] = []
    empty = 0
    while empty < 4:
        lines = tail.read().lines
        found += lines
        empty = 0 if lines else empty + 1
    return found


def test_a_file_that_is_not_there_yet_is_waited_for(log: Log) -> None:
    tail = Tail(log.path)
    assert drained(tail) == []
    assert tail.trouble == ""
    log.write(3)
    assert drained(tail) == log.written


def test_half_a_line_is_waited_for(log: Log) -> None:
    tail = Tail(log.path)
    log.write(1)
    with log.path.open("ab") as file:
        file.write(b"2|2.0|support|NONE|ENTER")
        file.flush()
        assert drained(tail) == log.written
        file.write("QUEUE||سارا|1\n".encode())
    assert drained(tail) == ["2|2.0|support|NONE|ENTERQUEUE||سارا|1"]


def test_a_rename_with_a_reload_loses_nothing(log: Log) -> None:
    tail = Tail(log.path)
    log.write(3)
    assert len(drained(tail)) == 3
    log.write(2)
    log.path.rename(log.path.with_name("queue_log.1"))
    log.write(4)
    assert drained(tail) == log.written[3:]
    assert tail.counters.turned == 1


def test_after_a_rename_without_a_reload_the_old_file_is_read_on(log: Log) -> None:
    tail = Tail(log.path)
    log.write(3)
    drained(tail)
    old = log.path.with_name("queue_log.1")
    log.path.rename(old)
    log.path.touch()  # logrotate's ``create``; Asterisk still writes to the old one
    log.write(2, old)
    assert drained(tail) == log.written[3:]
    log.write(2, old)
    log.write(2)
    assert drained(tail) == log.written[5:]


def test_the_last_line_of_a_file_that_was_left_needs_no_newline(log: Log) -> None:
    tail = Tail(log.path)
    log.write(2)
    drained(tail)
    log.write(1, end="")
    assert drained(tail) == []
    log.path.rename(log.path.with_name("queue_log.1"))
    log.write(1)
    assert drained(tail) == log.written[2:]


def test_a_copied_and_truncated_file_goes_on_from_its_beginning(log: Log) -> None:
    tail = Tail(log.path)
    log.write(5)
    drained(tail)
    shutil.copy(log.path, log.path.with_name("queue_log.1"))
    os.truncate(log.path, 0)
    log.write(2)
    assert drained(tail) == log.written[5:]
    assert tail.counters.truncated == 1


def test_a_truncated_file_that_has_already_grown_beyond_our_place_is_noticed(log: Log) -> None:
    tail = Tail(log.path)
    log.write(2)
    drained(tail)
    os.truncate(log.path, 0)
    log.write(30)
    assert drained(tail) == log.written[2:]
    assert tail.counters.truncated == 1


def test_after_a_restart_of_ours_it_goes_on_where_it_was(log: Log) -> None:
    log.write(3)
    tail = Tail(log.path)
    drained(tail)
    place = tail.read().place
    log.write(2)
    assert drained(Tail(log.path, place)) == log.written[3:]


def test_after_rotations_while_we_were_away_every_file_between_is_read(log: Log) -> None:
    log.write(3)
    tail = Tail(log.path)
    drained(tail)
    place = tail.read().place
    tail.close()
    log.write(2)
    for n, name in enumerate(("queue_log.2", "queue_log.1"), start=1):
        log.path.rename(log.path.with_name(name))
        os.utime(log.path.with_name(name), (1_000 * n, 1_000 * n))
        log.write(2)
    again = Tail(log.path, place)
    assert drained(again) == log.written[3:]
    assert again.counters.lost_place == 0


def test_a_place_that_is_in_no_file_any_more_is_counted_and_the_file_is_read_whole(
    log: Log,
) -> None:
    log.write(3)
    tail = Tail(log.path, Place(inode=12345, offset=99, mark="00"))
    assert drained(tail) == log.written
    assert tail.counters.lost_place == 1


def test_another_file_under_the_same_inode_is_not_taken_for_ours(log: Log) -> None:
    log.write(3)
    tail = Tail(log.path)
    drained(tail)
    place = tail.read().place
    log.path.write_bytes(b"9|9.0|other|NONE|ENTERQUEUE||1|1\n" * 50)
    assert drained(Tail(log.path, place)) == ["9|9.0|other|NONE|ENTERQUEUE||1|1"] * 50


def test_from_the_end_only_what_is_new_comes(log: Log) -> None:
    log.write(1000)
    tail = Tail(log.path, from_end=True)
    assert drained(tail) == []
    log.write(2)
    assert drained(tail) == log.written[1000:]


def test_a_block_is_never_larger_than_asked_for(log: Log) -> None:
    log.write(2000)
    tail = Tail(log.path)
    sizes = []
    while lines := tail.read(limit=10_000).lines:
        sizes.append(sum(len(line.encode()) + 1 for line in lines))
    assert sum(sizes) == log.path.stat().st_size
    assert max(sizes) <= 10_000


def test_a_line_without_end_is_passed_over_and_counted(log: Log) -> None:
    log.path.write_bytes(b"x" * 50_000 + b"\n")
    log.write(2)
    tail = Tail(log.path)
    lines = []
    for _ in range(20):
        lines += tail.read(limit=10_000).lines
    assert lines[-2:] == log.written
    assert tail.counters.oversized >= 1


def test_a_file_that_cannot_be_read_is_a_sentence_and_not_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "queue_log"
    folder.mkdir()
    tail = Tail(folder)
    assert tail.read().lines == []
    assert "queue_log cannot be read" in tail.trouble


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(st.sampled_from(["write", "read", "rename", "create", "restart"]), max_size=25)
)
def test_no_order_of_writing_rotating_and_restarting_loses_or_doubles_a_line(
    steps: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    log = Log(tmp_path_factory.mktemp("log"))
    tail = Tail(log.path)
    place = Place()
    rotated = 0
    got: list[str] = []
    for step in ["write", "read", *steps, "write", "read"]:
        if step == "write":
            log.write(2)
        elif step == "read":
            got += drained(tail)
            place = tail.read().place
        elif step == "rename" and log.path.exists() and log.path.stat().st_size:
            rotated += 1
            name = log.path.with_name(f"queue_log.{rotated}")
            log.path.rename(name)
            os.utime(name, (1_000 * rotated, 1_000 * rotated))
        elif step == "create":
            log.path.touch()
        elif step == "restart" and place.inode:
            tail.close()
            tail = Tail(log.path, place)
    assert got == log.written


async def test_it_is_followed_in_a_thread_without_holding_the_loop_up(log: Log) -> None:
    got: list[str] = []
    tail = Tail(log.path)

    async def follow() -> None:
        async for piece in tail.follow(poll_s=0.01):
            got.extend(piece.lines)

    task = asyncio.create_task(follow())
    for _ in range(5):
        log.write(3)
        await asyncio.sleep(0.02)
    async with asyncio.timeout(5):
        while got != log.written:
            await asyncio.sleep(0.01)
    task.cancel()


def test_rotated_files_are_found_by_age(log: Log) -> None:
    for n, name in enumerate(("queue_log.10", "queue_log-20261121", "queue_log.2.gz")):
        path = log.path.with_name(name)
        path.touch()
        os.utime(path, (n, n))
    log.path.with_name("queue_log.bak").touch()
    log.path.with_name("queue_log2").touch()
    assert [path.name for path in siblings(log.path)] == [
        "queue_log.10",
        "queue_log-20261121",
        "queue_log.2.gz",
    ]

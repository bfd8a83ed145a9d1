"""A log read as a book: in portions, from several files, beginning near the wanted time."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from ami_bridge.queue_log import parse
from ami_bridge.queue_log_file import BEFORE_S, LogFiles, files_of, start_of


def text_of(calls: int, begin: int = 1_000_000, step: int = 60) -> str:
    """Calls that give up after five seconds."""
    return "".join(
        f"{begin + n * step}|{begin}.{n}|support|NONE|ENTERQUEUE||0912|1\n"
        f"{begin + n * step + 5}|{begin}.{n}|support|NONE|ABANDON|1|1|5\n"
        for n in range(calls)
    )


def ids(source: LogFiles, from_ms: int | None = None, to_ms: int | None = None) -> list[str]:
    """The calls that come out."""
    return [call.callid for p in source.portions(from_ms, to_ms) for call in p.calls]


def test_a_large_file_comes_in_portions_and_each_call_once(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_text(text_of(30_000))
    portions = list(LogFiles(path).portions(None, None))
    assert len(portions) > 2
    assert [p.done for p in portions] == sorted(p.done for p in portions)
    assert portions[-1].done == portions[-1].size == path.stat().st_size
    found = [call.callid for p in portions for call in p.calls]
    assert len(found) == len(set(found)) == 30_000
    assert (portions[-1].first_ms, portions[-1].last_ms) == (
        1_000_000_000,
        (1_000_000 + 29_999 * 60 + 5) * 1000,
    )


def test_a_last_line_without_its_newline_counts(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_text(text_of(2).rstrip("\n"))
    calls = [call for p in LogFiles(path).portions(None, None) for call in p.calls]
    assert [call.over for call in calls] == [True, True]


def test_the_wanted_time_is_found_by_halving(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_text(text_of(30_000))
    wanted = 1_000_000 + 20_000 * 60
    offset = start_of(path, wanted)
    data = path.read_bytes()
    assert offset > len(data) // 2
    assert data[offset - 1 : offset] == b"\n"
    before = parse(data[:offset].decode().splitlines()[-1])
    assert before is not None
    assert before.epoch < wanted
    found = ids(LogFiles(path), wanted * 1000, None)
    assert len(found) < 11_000 + BEFORE_S // 60
    assert f"{1_000_000}.29999" in found
    assert f"{1_000_000}.20000" in found


def test_reading_ends_a_day_after_the_wanted_time(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_text(text_of(60_000))
    found = ids(LogFiles(path), None, 1_000_000_000 + 3_600_000)
    assert "1000000.59" in found
    assert len(found) < 40_000


def test_packed_and_rotated_files_are_read_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    lines = text_of(300).splitlines(keepends=True)
    with gzip.open(tmp_path / "queue_log.1.gz", "wt") as packed:
        packed.write("".join(lines[:301]))
    path.write_text("".join(lines[301:]))
    assert [file.name for file in files_of(path, 0)] == ["queue_log.1.gz", "queue_log"]
    calls = [call for p in LogFiles(path).portions(None, None) for call in p.calls]
    assert len(calls) == 300
    assert all(call.over and not call.visits[0].headless for call in calls)


def test_no_file_at_all_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="queue_log"):
        list(LogFiles(tmp_path / "queue_log").portions(None, None))


def test_the_files_of_a_job_are_named_one_a_line(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text(text_of(1, begin=1_000_000 if name == "a" else 2_000_000))
    source = LogFiles.named(f"{tmp_path}/a\n{tmp_path}/b")
    assert ids(source) == ["1000000.0", "2000000.0"]

"""Finding one call's events among the recordings of all."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from ami_bridge.flight_log import MOST_LEGS, FlightLog

NOON = 1_795_348_800.0  # 2026-11-22, 12:00 UTC
FILE = "pbx1-20261122T12.jsonl"
Line = tuple[float, dict[str, str]]


def event(name: str, leg: str = "", linked: str = "", **more: str) -> dict[str, str]:
    return {"Event": name, "Uniqueid": leg, "Linkedid": linked or leg, **more}


def write(path: Path, *lines: Line, packed: bool = False, tail: bytes = b"") -> None:
    text = b"".join(
        json.dumps({"t": at, "n": n, "h": list(headers.items())}).encode() + b"\n"
        for n, (at, headers) in enumerate(lines, 1)
    )
    if packed:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(text + tail))
    else:
        path.write_bytes(text + tail)


def names(folder: Path, *ids: str, most: int = 100) -> list[str]:
    found = FlightLog("pbx1", folder).events_of(ids, NOON - 10, NOON + 3000, most)
    return [dict(line.h)["Event"] for line in found.lines]


@pytest.mark.parametrize("packed", [False, True])
def test_the_events_of_a_call_and_of_no_other(tmp_path: Path, packed: bool) -> None:
    write(
        tmp_path / FILE,
        (NOON, event("Newchannel", "1.1")),
        (NOON + 1, event("Newchannel", "1.10")),
        (NOON + 2, {"Event": "QueueMemberStatus", "Queue": "support"}),
        (NOON + 3, event("DialBegin", "1.1", DestUniqueid="1.2")),
        (NOON + 4, event("Hangup", "1.2")),
        (NOON + 5, event("Hangup", "1.1")),
        packed=packed,
    )
    assert names(tmp_path, "1.1") == ["Newchannel", "DialBegin", "Hangup", "Hangup"]


def test_of_a_leg_that_joined_late_what_came_before_is_found_too(tmp_path: Path) -> None:
    write(
        tmp_path / FILE,
        (NOON, event("Newchannel", "1.1")),
        (NOON + 1, event("ConsultBegins", "1.7")),
        (
            NOON + 2,
            {"Event": "AttendedTransfer", "TransfereeUniqueid": "1.1", "OtherUniqueid": "1.7"},
        ),
    )
    assert names(tmp_path, "1.1") == ["Newchannel", "ConsultBegins", "AttendedTransfer"]


def test_a_bridge_joins_nobody(tmp_path: Path) -> None:
    """All who are parked wait in one bridge."""
    write(
        tmp_path / FILE,
        (NOON, event("BridgeEnter", "1.1", BridgeUniqueid="b-1")),
        (NOON + 1, event("BridgeEnter", "1.9", BridgeUniqueid="b-1")),
    )
    assert names(tmp_path, "1.1") == ["BridgeEnter"]


def test_only_the_time_of_the_call_counts_over_as_many_hours_as_it_took(tmp_path: Path) -> None:
    write(tmp_path / "pbx1-20261122T11.jsonl", (NOON - 5, event("A", "1.1")), packed=True)
    write(tmp_path / FILE, (NOON + 5, event("B", "1.1")), (NOON + 3100, event("C", "1.1")))
    write(tmp_path / "pbx2-20261122T12.jsonl", (NOON + 6, event("D", "1.1")))
    assert names(tmp_path, "1.1") == ["A", "B"]


def test_an_hour_that_is_just_being_packed_is_read_once(tmp_path: Path) -> None:
    write(tmp_path / FILE, (NOON, event("A", "1.1")))
    (tmp_path / f"{FILE}.gz").write_bytes(b"half")
    assert names(tmp_path, "1.1") == ["A"]


def test_a_torn_last_line_is_passed_over(tmp_path: Path) -> None:
    write(
        tmp_path / FILE, (NOON, event("A", "1.1")), tail=b'{"t": 1795348801.0, "n": 2, "h": [["1.1'
    )
    assert names(tmp_path, "1.1") == ["A"]


def test_what_is_too_much_is_cut_and_said(tmp_path: Path) -> None:
    write(tmp_path / FILE, *((NOON + i / 100, event(f"E{i}", "1.1")) for i in range(9)))
    found = FlightLog("pbx1", tmp_path).events_of(["1.1"], NOON, NOON + 60, 4)
    assert [dict(line.h)["Event"] for line in found.lines] == ["E0", "E1", "E2", "E3"]
    assert found.more
    assert found.files == 1


def test_a_call_does_not_grow_into_everything(tmp_path: Path) -> None:
    """Whatever chains a broken PBX makes of its ids, a call has a bounded number of legs."""
    chain = [(NOON + i / 1000, event("Link", f"1.{i}", f"1.{i + 1}")) for i in range(1, 600)]
    write(tmp_path / FILE, *chain)
    assert len(names(tmp_path, "1.1", most=1000)) <= MOST_LEGS


def test_without_recordings_nothing_is_found(tmp_path: Path) -> None:
    found = FlightLog("pbx1", tmp_path).events_of(["1.1"], NOON, NOON + 60, 4)
    assert (found.lines, found.more, found.files) == ([], False, 0)

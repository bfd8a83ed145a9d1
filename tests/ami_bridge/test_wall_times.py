"""Times without a zone: what Asterisk writes into tables, as instants."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ami_bridge.wall_times import WallTimes, born_ms


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("zone", "text", "instant"),
    [
        ("UTC", "2026-11-22 21:46:07", "2026-11-22 21:46:07"),
        ("Asia/Tehran", "2026-11-22 21:46:07.250000", "2026-11-22 18:16:07.250"),
        ("Europe/Berlin", "2026-07-01 12:00:00.5", "2026-07-01 10:00:00.500"),
        # The offset is the database session's: the text is what Asterisk wrote.
        ("Asia/Tehran", "2026-11-22 21:46:07.250000+00", "2026-11-22 18:16:07.250"),
        ("UTC", "2026-11-22T21:46:07.123456+03:30", "2026-11-22 21:46:07.123"),
        ("Asia/Tehran", "1795384311", "2026-11-22 21:51:51"),
        ("Asia/Tehran", "1795384311.326", "2026-11-22 21:51:51.326"),
    ],
)
def test_a_time_is_read_in_its_zone(zone: str, text: str, instant: str) -> None:
    assert WallTimes(zone).read(text) == ms(instant)


@pytest.mark.parametrize("text", ["", "now", "2026-13-40 25:00:00", "12", "2026-11-22"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert WallTimes("UTC").read(text) is None


def test_in_the_hour_that_comes_twice_the_order_of_rows_tells_which() -> None:
    times = WallTimes("Europe/Berlin")  # 25 October 2026: at 03:00 it is 02:00 again
    assert times.read("2026-10-25 02:59:50") == ms("2026-10-25 00:59:50")
    assert times.read("2026-10-25 02:59:40") == ms("2026-10-25 00:59:40"), "somewhat out of order"
    assert times.read("2026-10-25 02:00:05") == ms("2026-10-25 01:00:05")
    assert times.read("2026-10-25 02:30:00") == ms("2026-10-25 01:30:00")
    assert times.read("2026-10-25 03:00:00") == ms("2026-10-25 02:00:00")


def test_in_the_hour_that_comes_twice_a_call_is_not_older_than_its_channel() -> None:
    born = ms("2026-10-25 01:10:00") // 1000
    at = WallTimes("Europe/Berlin").read("2026-10-25 02:10:03", f"berlin-{born}.17")
    assert at == ms("2026-10-25 01:10:03")


def test_a_time_is_written_as_the_log_has_it() -> None:
    at = ms("2026-11-22 18:16:07")
    assert WallTimes("Asia/Tehran").text(at) == "2026-11-22 21:46:07"
    assert WallTimes("Asia/Tehran").text(at, epoch=True) == str(at // 1000)


def test_an_id_of_somebody_elses_making_tells_no_age() -> None:
    assert born_ms("1795384311.12") == born_ms("pbx-7-1795384311.12") == 1_795_384_311_000
    assert born_ms("my-call-17") == born_ms("") == 0

"""The call log as CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from callcenter.cli.call_sheet import COLUMNS, row_of
from callcenter.cli.dates import bounds
from callcenter.domain.model import Caller, CallRecord, Disposition

from .conftest import TRACES, Cli

STORIES = ("hold_unhold", "abandon_long", "persian_name")


def read(path: Path) -> list[dict[str, str]]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel needs the byte order mark"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def day_of(story: str) -> str:
    truth = json.loads((TRACES / story / "truth.json").read_text(encoding="utf-8"))
    return datetime.fromtimestamp(truth["started"], ZoneInfo("Asia/Tehran")).date().isoformat()


def test_calls_are_exported_with_both_clocks_and_their_ends(
    cli: Cli, journalled: Callable[..., int], tmp_path: Path
) -> None:
    journalled(*STORIES)
    cli("db", "rebuild")
    out = tmp_path / "calls.csv"
    days = sorted(day_of(story) for story in STORIES)
    said = cli("calls", "export", str(out), "--from", days[0], "--to", days[-1]).stdout
    calls = read(out)
    assert f"{len(calls)} calls" in said
    assert {call["outcome"] for call in calls} == {"answered", "abandoned"}
    held = next(call for call in calls if int(call["hold_ms"] or 0) > 0)
    assert int(held["talk_ms"]) > int(held["hold_ms"])
    assert held["queues"]
    at = datetime.fromisoformat(held["started_at"])
    assert held["started_at"].endswith("Z")
    local = at.astimezone(ZoneInfo("Asia/Tehran"))
    assert held["started_local"] == local.strftime("%Y-%m-%d %H:%M:%S")
    starts = [call["started_at"] for call in calls]
    assert starts == sorted(starts, reverse=True)
    lost = next(call for call in calls if call["outcome"] == "abandoned")
    assert (lost["answered_at"], lost["talk_ms"]) == ("", ""), "unknown is empty, not 0"


def test_a_queue_and_a_time_narrow_the_export(
    cli: Cli, journalled: Callable[..., int], tmp_path: Path
) -> None:
    journalled(*STORIES)
    cli("db", "rebuild")
    out = tmp_path / "calls.csv"
    span = ("--from", "2000-01-01", "--to", "2099-01-01")
    cli("calls", "export", str(out), *span)
    every = read(out)
    queue = next(call["queues"] for call in every if call["queues"])
    cli("calls", "export", str(out), *span, "--queue", queue)
    assert [c["id"] for c in read(out)] == [c["id"] for c in every if queue in c["queues"]]
    cli("calls", "export", str(out), *span, "--queue", "nosuch")
    assert read(out) == []
    newest = every[0]["started_at"]
    cli("calls", "export", str(out), "--from", "2000-01-01", "--to", newest)
    assert [c["id"] for c in read(out)] == [c["id"] for c in every[1:]]


def test_more_calls_than_a_page_are_all_there(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journalled: Callable[..., int]
) -> None:
    from callcenter.cli import calls as room
    from callcenter.services.ports_call_log import CallFilter

    journalled(*STORIES)
    cli("db", "rebuild")
    out = tmp_path / "calls.csv"
    span = ("--from", "2000-01-01", "--to", "2099-01-01")
    cli("calls", "export", str(out), *span)
    every = read(out)
    assert len(every) >= 3

    def one_a_page(*, limit: int, **rest: object) -> CallFilter:
        return CallFilter(limit=1, **rest)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(room, "CallFilter", one_a_page)
    cli("calls", "export", str(out), *span)
    assert read(out) == every


def test_a_day_lasts_from_midnight_to_midnight_on_the_sites_clocks() -> None:
    begin, end = bounds("2026-03-22", "Asia/Tehran")
    assert datetime.fromtimestamp(begin / 1000, UTC).isoformat() == "2026-03-21T20:30:00+00:00"
    assert end - begin == 24 * 3_600_000
    # Jerusalem's clocks went forward on this day.
    begin, end = bounds("2026-03-27", "Asia/Jerusalem")
    assert end - begin == 23 * 3_600_000


def test_an_instant_is_itself() -> None:
    expected = datetime(2026, 3, 1, 8, 30, 0, 250_000, UTC).timestamp() * 1000
    assert bounds("2026-03-01T08:30:00.250Z", "Asia/Tehran") == (expected, expected)
    later = bounds("2026-03-01T12:00:00.250+03:30", "UTC")
    assert later == (expected, expected)


@pytest.mark.parametrize(
    ("begin", "end", "said"),
    [
        ("yesterday", "2026-03-01", "neither a day"),
        ("2026-02-30", "2026-03-01", "neither a day"),
        ("2026-03-01T08:30:00", "2026-03-02", "with Z or an offset"),
        ("2026-03-02", "2026-03-01", "is not before"),
    ],
)
def test_times_that_cannot_be_are_wrong_use(
    cli: Cli, tmp_path: Path, begin: str, end: str, said: str
) -> None:
    out = str(tmp_path / "calls.csv")
    assert said in cli.refused("calls", "export", out, "--from", begin, "--to", end)


def test_an_export_to_nowhere_is_told(cli: Cli, tmp_path: Path) -> None:
    span = ("--from", "2026-01-01", "--to", "2026-01-02")
    said = cli.refused("calls", "export", str(tmp_path / "gone" / "x.csv"), *span, code=1)
    assert "cannot be written" in said


def test_what_a_spreadsheet_would_run_is_text() -> None:
    call = CallRecord(
        id="pbx1:1.0",
        pbx="pbx1",
        uniqueid="1.0",
        linkedid="1.0",
        direction="inbound",
        caller=Caller(number="+989123456789", e164="+989123456789", name='=HYPERLINK("x")'),
        line="",
        started_at=0,
        note="-1+cmd|x",
        disposition=Disposition(code="resolved", resolved=False),
    )
    cells = dict(zip(COLUMNS, row_of(call, ZoneInfo("UTC")), strict=True))
    assert cells["caller_name"] == '\'=HYPERLINK("x")'
    assert cells["note"] == "'-1+cmd|x"
    assert cells["e164"] == "+989123456789"
    assert cells["resolved"] == "no"
    assert cells["started_at"] == "1970-01-01T00:00:00.000Z"

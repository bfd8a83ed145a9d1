"""CEL as it grows: a file from its end or a place, and a table."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ami_bridge.cel_live import CelFile, CelTable
from callcenter.ports.log_tables import Row
from tests.ami_bridge.tables import Table
from tests.ami_bridge.test_cel import HANGUP


async def test_the_file_is_followed_from_its_end_and_from_a_place(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    path.write_text(f"{HANGUP}\n")
    told = CelFile(path, "UTC", poll_s=0.01).ends(None)
    ends, place = await asyncio.wait_for(anext(told), 5)
    assert ends == []
    with path.open("a") as file:
        file.write(f"{HANGUP}\n")
    async with asyncio.timeout(5):
        while not ends:
            ends, place = await anext(told)
    assert len(ends) == 1
    with path.open("a") as file:
        file.write(f"{HANGUP}\n{HANGUP}\n")
    again = CelFile(path, "UTC", poll_s=0.01).ends(place)
    assert len((await anext(again))[0]) == 2
    table = CelFile(path, "UTC", poll_s=0.01).ends((0, 7, "table 2026-11-22 10:00:00"))
    assert (await anext(table))[0] == []


async def test_a_table_is_followed_and_may_be_away_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ami_bridge.cel_live.AGAIN_S", 0.01)
    table = Table()
    table.rows.append(row(1, "CHAN_START"))
    cel = CelTable(table, "UTC", lambda: 0.0, poll_s=0.01)
    told = cel.ends(None)
    assert (await anext(told))[0] == []
    table.away = True
    assert (await anext(told))[0] == []
    assert cel.trouble.says == "the server is away"
    table.away = False
    table.rows.append(row(2, "HANGUP"))
    ends: list[str] = []
    async with asyncio.timeout(5):
        while not ends:
            found, place = await anext(told)
            ends += [end.uniqueid for end in found]
    assert ends == ["1.0"]
    assert (place[1], cel.trouble.says) == (2, "")
    again = CelTable(table, "UTC", lambda: 0.0, poll_s=0.01).ends((0, 1, "table 2026-11-22"))
    assert [end.uniqueid for end in (await anext(again))[0]] == ["1.0"]


def row(number: int, event: str) -> Row:
    values = ("1.0", "1.0", event, "PJSIP/trunk-1", "", "{}", "", "")
    return Row(number, f"2026-11-22 10:00:{number:02d}", values)

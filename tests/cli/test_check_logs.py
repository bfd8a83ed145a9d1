"""``callcenter check`` looks at the logs: files of this machine, and tables with their clocks."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from callcenter.cli.check_logs import logs
from callcenter.settings import LogTable, Pbx
from tests.store.databases import postgres
from tests.store.log_tables import AsteriskDb

__all__ = ["postgres"]


def pbx(**keys: object) -> Pbx:
    return Pbx(username="-", **keys)  # type: ignore[arg-type]  # given by name


async def test_a_file_is_there_and_can_be_read_or_it_is_said(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    (finding,) = await logs(pbx(cel=str(path)), "UTC")
    assert (finding.about, finding.mark) == ("cel", "missing")
    assert str(path) in finding.says
    path.write_text("")
    (finding,) = await logs(pbx(cel=str(path), queue_log=""), "UTC")
    assert finding.mark == "ok"


def lines(now: int) -> list[str]:
    call = f"{now - 20}.7"
    return [
        f"{now - 30}|NONE|NONE|NONE|QUEUESTART|",
        f"{now - 18}|{call}|support|NONE|ENTERQUEUE||0912|1",
        f"{now - 10}|{call}|support|NONE|ABANDON|1|1|8",
    ]


@pytest.mark.parametrize(
    ("written", "read", "numbered", "marks", "words"),
    [
        ("Asia/Tehran", "Asia/Tehran", True, ["ok"], "can be read"),
        ("Asia/Tehran", "", True, ["ok"], "can be read"),
        ("UTC", "", True, ["missing"], "3.5 h earlier"),
        ("Asia/Tehran", "UTC", True, ["missing"], "3.5 h later"),
        ("UTC", "UTC", False, ["ok", "advice"], "have no number"),
    ],
)
async def test_a_table_and_its_clock_are_judged(
    postgres: str, written: str, read: str, numbered: bool, marks: list[str], words: str
) -> None:
    made = AsteriskDb(f"{postgres}/postgres")
    await made.make("timestamp", numbered=numbered, one_column=False)
    await made.write(lines(int(time.time())), zone=written)
    await made.close()
    table = LogTable(url=f"{postgres}/postgres", zone=read)
    found = await logs(pbx(queue_log=table), "Asia/Tehran")
    assert [each.mark for each in found] == marks
    assert words in found[-1].says
    assert ("Set zone" in found[0].says) == (marks == ["missing"])


async def test_an_empty_table_none_and_no_server_are_said(postgres: str) -> None:
    made = AsteriskDb(f"{postgres}/postgres")
    await made.make("timestamp", numbered=True, one_column=True)
    table = LogTable(url=f"{postgres}/postgres", table="public.queue_log")
    (empty,) = await logs(pbx(queue_log=table), "UTC")
    assert (empty.mark, "is empty" in empty.says) == ("advice", True)
    (lacking,) = await logs(pbx(cel=table), "UTC")
    assert lacking.mark == "missing"
    assert "public.queue_log" in lacking.says
    assert "lacks the column" in lacking.says
    await made.do("DROP TABLE queue_log")
    await made.close()
    (none,) = await logs(pbx(queue_log=table), "UTC")
    assert "there is no such table" in none.says
    (wrong,) = await logs(pbx(queue_log=LogTable(url="oracle://a@b/c")), "UTC")
    assert (wrong.mark, wrong.about) == ("missing", "queue_log")

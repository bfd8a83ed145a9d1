"""queue_log in tables: what Asterisk writes there gives exactly the visits that its file gives."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import asdict

from ami_bridge.log_table_tail import TableTail
from ami_bridge.queue_log_rows import QUEUE_LOG
from ami_bridge.queue_log_table import TableBook
from ami_bridge.queue_log_visits import VisitFold
from callcenter.domain.logged import LoggedCall
from callcenter.ports.errors import StoreRefused
from callcenter.store.log_table import SqlLogTable, parsed
from tests.store.log_tables import AsteriskDb
from tests.store.mariadb import PASSWORD

TRACES = Path(__file__).parents[1] / "traces"
ZONE = "Asia/Tehran"
SHAPES = [
    # kind of time, numbered, one column, epoch seconds
    ("timestamp(6)", True, False, False),
    ("timestamp(0)", False, False, False),
    ("timestamp with time zone", True, True, False),
    ("varchar(26)", False, True, False),
    ("bigint", True, False, True),
    ("varchar(20)", False, False, True),
]
MARIA_SHAPES = [
    ("DATETIME", True, False, False),
    ("DATETIME(6)", False, True, False),
    ("CHAR(26)", True, True, False),
    ("TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP", False, False, False),
    ("INT", True, False, True),
]


def recorded() -> list[str]:
    """The lines of all recorded stories, and one of each kind that they have not, by time.

    Many labs wrote them, each with a system name of its own.
    """
    lines = list(SPECIAL)
    for number, file in enumerate(sorted(TRACES.glob("**/queue_log"))):
        for line in file.read_text(encoding="utf-8").splitlines():
            stamp, callid, rest = line.split("|", 2)
            name = f"lab{number}-{callid}" if callid[0].isdigit() else callid
            lines.append(f"{stamp}|{name}|{rest}")
    return sorted(lines, key=lambda line: int(line.split("|")[0]))


SPECIAL = """\
1795000000|pbx-1795000000.7|sup|NONE|ENTERQUEUE||0912|1|O'Brien "Ltd" \\ [x] (y)
1795000003|pbx-1795000000.7|sup|Leila | 2|CONNECT|3|1795000001.8|2
1795000009|pbx-1795000000.7|sup|Leila | 2|ATTENDEDTRANSFER|LINK|a|b|3|6|1
1795000010|pbx-1795000000.9|sup|NONE|ENTERQUEUE||یک|1
1795000010|pbx-1795000000.9|sup|NONE|EXITWITHTIMEOUT|1|1|0
1795000011|pbx-1795000000.9|sup|NONE|ENTERQUEUE||یک|1
1795000011|pbx-1795000000.9|sup|NONE|ABANDON|1|1|0
1795000020|NONE|NONE|علی|PAUSEALL|tea | coffee
1795000021|CLI|sup|PJSIP/1|ADDMEMBER|
""".splitlines()


def visits(calls: Sequence[LoggedCall], *, rings_in_order: bool) -> dict[str, str]:
    """All that was understood, by call.

    Phones that stop to ring in one second have no order in a table that does not number its rows.
    """
    if not rings_in_order:
        for visit in (visit for call in calls for visit in call.visits):
            visit.rings.sort(key=lambda ring: (ring.at_s, ring.ring_ms, ring.agent))
    return {call.callid: repr(asdict(call)) for call in calls}


def of_the_file(lines: list[str]) -> list[LoggedCall]:
    """What the file gives."""
    fold = VisitFold()
    fold.texts(lines)
    return list(fold.rest())


@pytest.fixture(
    params=[*((s, "postgres") for s in SHAPES), *((s, "mariadb") for s in MARIA_SHAPES)]
)
async def filled(request: pytest.FixtureRequest) -> SqlLogTable:
    """A table of each kind with all recorded lines."""
    (time, numbered, one_column, epoch), server = request.param
    url = request.getfixturevalue(server) + ("/postgres" if server == "postgres" else "")
    password = PASSWORD if server == "mariadb" else ""
    made = AsteriskDb(url, password)
    try:
        await made.make(time, numbered=numbered, one_column=one_column)
        await made.write(recorded(), zone=ZONE, one_column=one_column, epoch=epoch)
    finally:
        await made.close()
    return SqlLogTable(url, "queue_log", QUEUE_LOG, password=password)


async def test_a_table_gives_the_visits_that_the_file_gives(filled: SqlLogTable) -> None:
    book = TableBook(filled, ZONE, page=100)
    portions = await asyncio.to_thread(lambda: list(book.portions(None, None)))
    told = partial(visits, rings_in_order=(await filled.layout()).numbered)
    found = told([call for portion in portions for call in portion.calls])
    expected = told(of_the_file(recorded()))
    assert found.keys() == expected.keys()
    assert found == expected
    assert len(expected) > 30
    assert portions[-1].done == portions[-1].size > 0
    assert [p.done for p in portions] == sorted(p.done for p in portions)

    # Any past time: from six hours before it on, and not much behind it.
    first = asyncio.to_thread(lambda: list(book.portions(1_795_000_012_000, 1_795_000_013_000)))
    early = told([call for portion in await first for call in portion.calls])
    assert early["pbx-1795000000.9"] == expected["pbx-1795000000.9"]
    second = asyncio.to_thread(lambda: list(book.portions(1_795_375_000_000, None)))
    late = told([call for portion in await second for call in portion.calls])
    assert late == {callid: says for callid, says in expected.items() if "pbx-" not in callid}


def server_of(request: pytest.FixtureRequest, kind: str) -> tuple[str, str]:
    """URL and password of the database on this server."""
    if kind == "mariadb":
        return request.getfixturevalue("mariadb"), PASSWORD
    return f"{request.getfixturevalue('postgres')}/postgres", ""


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
@pytest.mark.parametrize("numbered", [True, False])
async def test_what_is_written_now_is_read_once(
    request: pytest.FixtureRequest, kind: str, numbered: bool
) -> None:
    url, password = server_of(request, kind)
    made = AsteriskDb(url, password)
    table = SqlLogTable(url, "queue_log", QUEUE_LOG, password=password, keep=True)
    try:
        await made.make("timestamp(6)", numbered=numbered, one_column=False)
        await made.write(SPECIAL[:3])
        tail = TableTail(table, lambda: 0.0)
        assert await tail.read() == ([], await table.layout())
        await made.write(SPECIAL[3:7])
        rows, _ = await tail.read()
        assert [row.values[3] for row in rows] == [line.split("|")[4] for line in SPECIAL[3:7]]
        assert (await tail.read())[0] == []
        await made.do("ALTER TABLE queue_log RENAME COLUMN data5 TO data5_")
        with pytest.raises(OSError, match="data5"):
            await tail.read()
        await made.do("ALTER TABLE queue_log ADD COLUMN data text")
        assert (await tail.read())[1].columns[-1] == "data"
        await made.do("ALTER TABLE queue_log RENAME COLUMN data5_ TO data5")
        # The server was restarted, or somebody ended our connection: it is made anew.
        await table.close()
        await made.write(SPECIAL[7:])
        assert len((await tail.read())[0]) == 2
    finally:
        await table.close()
        await made.close()


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
async def test_what_is_wrong_with_a_table_is_said(
    request: pytest.FixtureRequest, kind: str
) -> None:
    url, password = server_of(request, kind)
    made = AsteriskDb(url, password)
    await made.do("DROP TABLE IF EXISTS queue_log")
    table = SqlLogTable(url, "queue_log", QUEUE_LOG, password=password)
    with pytest.raises(OSError, match="there is no such table"):
        await table.layout()
    await made.do("CREATE TABLE queue_log (time varchar(26), callid varchar(80), event text)")
    with pytest.raises(OSError, match=r"lacks the column queuename, agent, data1 to data5 or data"):
        await table.layout()
    await made.do("DROP TABLE queue_log")
    await made.close()
    nobody = SqlLogTable(
        url.replace(url.split("@")[1].split("/")[0], "127.0.0.1:1"), "q", QUEUE_LOG
    )
    with pytest.raises(OSError, match=r"[Cc]onnect") as refused:
        await nobody.layout()
    assert "127.0.0.1:1/" in str(refused.value.filename)
    if kind == "mariadb":
        wrong = SqlLogTable(url, "queue_log", QUEUE_LOG, password="wrong")
        with pytest.raises(OSError, match="Access denied") as denied:
            await wrong.layout()
        assert "wrong" not in str(denied.value)


@pytest.mark.parametrize("url", ["sqlite:///x.db", "no address", "oracle://a@b/c"])
def test_an_address_of_no_such_table_is_refused(url: str) -> None:
    with pytest.raises(StoreRefused, match="write postgresql://"):
        parsed(url)


def test_a_driver_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiomysql", None)
    with pytest.raises(StoreRefused, match=r"pip install 'callcenter\[mysql\]'"):
        SqlLogTable("mysql://a@b/c", "queue_log", QUEUE_LOG, password="secret")
    with pytest.raises(StoreRefused) as told:
        SqlLogTable("mysql://a@b/c", "queue_log", QUEUE_LOG, password="secret")
    assert "secret" not in told.value.sentence

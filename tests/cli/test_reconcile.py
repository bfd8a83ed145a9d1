"""``callcenter reconcile``: an old queue_log gives a new user his history, once."""

from __future__ import annotations

import asyncio
import json
import socket
import sqlite3
from pathlib import Path

import pytest

from callcenter.cli import reconcile
from tests.cli.conftest import Cli
from tests.free_port import free_port

BEGIN = 1_735_700_400
"""2025-01-01 06:30 in Tehran."""


def log_of(calls: int, begin: int = BEGIN) -> str:
    """A queue_log of this many calls, two minutes apart: of five, three are answered, one is
    abandoned, one times out and is answered by another queue."""
    lines = [f"{begin - 5}|NONE|NONE|NONE|QUEUESTART|"]
    for n in range(calls):
        at, call = begin + 120 * n, f"{begin + 120 * n}.{n}"
        lines.append(f"{at}|{call}|support|NONE|ENTERQUEUE||+98912{n % 50:07d}|1")
        if n % 5 < 3:
            lines.append(f"{at + 4}|{call}|support|علی|RINGNOANSWER|3000")
            lines.append(f"{at + 9}|{call}|support|Leila | 2|CONNECT|9|{call}1|4")
            lines.append(f"{at + 59}|{call}|support|Leila | 2|COMPLETEAGENT|9|50|1")
        elif n % 5 == 3:
            lines.append(f"{at + 12}|{call}|support|NONE|ABANDON|1|1|12")
        else:
            lines.append(f"{at + 30}|{call}|support|NONE|EXITWITHTIMEOUT|1|1|30")
            lines.append(f"{at + 30}|{call}|overflow|NONE|ENTERQUEUE||+98912{n % 50:07d}|1")
            lines.append(f"{at + 40}|{call}|overflow|PJSIP/1008|CONNECT|10|{call}2|3")
            lines.append(f"{at + 70}|{call}|overflow|PJSIP/1008|COMPLETECALLER|10|30|1")
    return "\n".join(lines) + "\n"


@pytest.fixture
def log(cli: Cli) -> Path:
    path = cli.folder / "queue_log"
    path.write_text(log_of(100), encoding="utf-8")
    cli.env["CALLCENTER_HTTP__PORT"] = str(free_port())
    return path


def rows(cli: Cli, query: str) -> list[tuple[object, ...]]:
    """What the database answers."""
    connection = sqlite3.connect(cli.folder / "calls.db")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


EVERYTHING = (
    "SELECT * FROM calls ORDER BY id",
    "SELECT * FROM kpi_cells ORDER BY interval_ms, scope, id",
    "SELECT seq, fact FROM journal ORDER BY seq",
    "SELECT pbx, day, equal, corrected, unexplained, known FROM ledger_days ORDER BY day",
)


def sums(cli: Cli, scope: str, owner: str) -> dict[str, int]:
    """The sums of all intervals of a queue, an agent or all."""
    total: dict[str, int] = {}
    query = f"SELECT counters FROM kpi_cells WHERE scope = '{scope}' AND id = '{owner}'"
    for (text,) in rows(cli, query):
        for key, value in json.loads(str(text)).items():
            if isinstance(value, int):
                total[key] = total.get(key, 0) + value
    return total


def test_an_old_log_gives_the_history_with_its_figures(cli: Cli, log: Path) -> None:
    said = cli("reconcile", "--file", str(log)).output
    assert "pbx1: 0 calls equal, 100 corrected (of them 100 made from queue_log)" in said
    assert "0 unexplained, 0 still going on" in said
    outcomes = rows(cli, "SELECT outcome, count(*) FROM calls GROUP BY outcome ORDER BY outcome")
    assert outcomes == [("abandoned", 20), ("answered", 80)]
    support, overflow = sums(cli, "queue", "support"), sums(cli, "queue", "overflow")
    assert (support["answered"], support["abandoned"], support["timed_out"]) == (60, 20, 20)
    assert support["wait_answered_ms"] == 60 * 9_000
    assert support["talk_ms"] == 60 * 50_000
    assert (overflow["answered"], overflow["talk_ms"]) == (20, 20 * 30_000)
    leila = sums(cli, "agent", "pbx1:Leila | 2")
    assert (leila["conversations"], leila["offers_answered"]) == (60, 60)
    assert sums(cli, "agent", "pbx1:علی")["offers_missed"] == 60


def test_twice_gives_the_same_as_once(cli: Cli, log: Path) -> None:
    first_said = cli("reconcile", "--file", str(log)).output
    first = [rows(cli, query) for query in EVERYTHING]
    second_said = cli("reconcile", "--file", str(log)).output
    assert [rows(cli, query) for query in EVERYTHING] == first
    assert first_said.replace("of them 100", "of them 0") == second_said


def test_a_rebuild_from_the_journal_gives_the_imported_history_again(cli: Cli, log: Path) -> None:
    cli("reconcile", "--file", str(log))
    before = [rows(cli, query) for query in EVERYTHING]
    cli("db", "rebuild")
    assert [rows(cli, query) for query in EVERYTHING] == before


def test_callers_are_found_in_the_directory_and_by_their_number(cli: Cli, log: Path) -> None:
    cli("reconcile", "--file", str(log))
    (count,) = rows(cli, "SELECT count(*) FROM calls WHERE e164 = '+989120000007'")
    assert count == (2,)


def test_days_are_the_sites_and_a_range_takes_whole_ones(cli: Cli, log: Path) -> None:
    log.write_text(log_of(1000), encoding="utf-8")
    cli("reconcile", "--file", str(log), "--from", "2025-01-01", "--to", "2025-01-01")
    days = rows(cli, "SELECT day, corrected FROM ledger_days")
    # From 06:30 until midnight on the site's clock, one every two minutes.
    assert days == [("2025-01-01", (17 * 60 + 30) // 2)]


def test_a_dry_run_says_the_same_and_changes_nothing(cli: Cli, log: Path) -> None:
    said = cli("reconcile", "--file", str(log), "--dry-run").output
    assert "Nothing was changed. pbx1: 0 calls equal, 100 corrected" in said
    for table in ("calls", "journal", "kpi_cells", "ledger_days", "ledger_calls"):
        assert rows(cli, f"SELECT count(*) FROM {table}") == [(0,)]


def test_the_pbxs_own_log_with_what_it_was_rotated_into(cli: Cli, log: Path) -> None:
    whole = log.read_text(encoding="utf-8").splitlines(keepends=True)
    (cli.folder / "queue_log.1").write_text("".join(whole[:150]), encoding="utf-8")
    log.write_text("".join(whole[150:]), encoding="utf-8")
    cli.pbx(
        0, NAME="shop", HOST="127.0.0.1", PORT="1", USERNAME="x", SECRET="x", QUEUE_LOG=str(log)
    )
    said = cli("reconcile").output
    assert "shop: 0 calls equal, 100 corrected" in said
    assert rows(cli, "SELECT DISTINCT pbx FROM calls") == [("shop",)]


def test_what_was_interrupted_is_completed_by_the_next_run(cli: Cli, log: Path) -> None:
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    log.write_text("".join(lines[:200]), encoding="utf-8")
    cli("reconcile", "--file", str(log))
    log.write_text("".join(lines), encoding="utf-8")
    said = cli("reconcile", "--file", str(log)).output
    assert "100 corrected" in said
    support = sums(cli, "queue", "support")
    assert (support["answered"], support["abandoned"], support["timed_out"]) == (60, 20, 20)


def test_while_the_service_runs_it_is_asked_and_what_it_says_is_shown(cli: Cli, log: Path) -> None:
    cli("db", "upgrade")
    with socket.create_server(("127.0.0.1", int(cli.env["CALLCENTER_HTTP__PORT"]))):
        asked = asyncio.run(_answered(cli, log))
    assert asked == str(log)


async def _answered(cli: Cli, log: Path) -> str:
    """Plays the service: takes the job that the command leaves, and says it is done."""
    command = asyncio.create_task(asyncio.to_thread(cli, "reconcile", "--file", str(log)))
    while True:
        await asyncio.sleep(0.1)
        found = rows(cli, "SELECT id, file FROM ledger_jobs WHERE state = 'asked'")
        if found:
            break
        assert not command.done(), command.result().output
    connection = sqlite3.connect(cli.folder / "calls.db")
    connection.execute("UPDATE ledger_jobs SET state = 'done', said = 'All is well.'")
    connection.commit()
    connection.close()
    assert "All is well." in (await command).output
    assert rows(cli, "SELECT count(*) FROM calls") == [(0,)]
    return str(found[0][1])


def test_what_answers_but_does_not_do_the_work_is_not_waited_for_for_ever(
    cli: Cli, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "TAKEN_S", 0.6)
    with socket.create_server(("127.0.0.1", int(cli.env["CALLCENTER_HTTP__PORT"]))):
        said = cli.refused("reconcile", "--file", str(log), code=1)
    assert "did not take the work up" in said
    assert rows(cli, "SELECT state FROM ledger_jobs") == [("failed",)]


def test_mistakes_get_a_sentence(cli: Cli, log: Path) -> None:
    assert "No queue_log is known" in cli.refused("reconcile", code=1)
    assert "neither a day" in cli.refused("reconcile", "--from", "yesterday")
    assert "is not before" in cli.refused(
        "reconcile", "--file", str(log), "--from", "2025-02-01", "--to", "2025-01-01"
    )
    cli.configure("one", "two")
    assert "say which with --pbx" in cli.refused("reconcile", "--file", str(log))
    assert "there is one, two" in cli.refused("reconcile", "--pbx", "three")
    gone = cli.folder / "gone"
    cli.pbx(
        0, NAME="one", HOST="127.0.0.1", PORT="1", USERNAME="x", SECRET="x", QUEUE_LOG=str(gone)
    )
    assert f"{gone} cannot be read: there is no such file" in cli.refused("reconcile", code=1)

"""Whatever calls are looked up by, an index finds them: a call log has millions."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import sqlite

from callcenter.services.ports_call_log import CallFilter
from callcenter.store.call_log import _OF_CUSTOMER, _OF_E164
from callcenter.store.call_rows import page_query
from callcenter.store.schema import upgrade


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    path = tmp_path / "calls.db"
    await upgrade(f"sqlite:///{path}")
    return path


def plan(file: Path, query: Select[Any]) -> list[str]:
    """The steps of the plan by which SQLite answers this query."""
    text = str(query.compile(dialect=sqlite.dialect()))
    connection = sqlite3.connect(file)
    try:
        count = text.count("?")
        rows = connection.execute(f"EXPLAIN QUERY PLAN {text}", ["1"] * count)
        return [row[3] for row in rows]
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("wanted", "indexes"),
    [
        (CallFilter(), ["calls_newest"]),
        (CallFilter(number="601"), ["calls_of_e164", "calls_of_number"]),
        (CallFilter(number="601", from_ms=1, to_ms=2), ["calls_of_e164", "calls_of_number"]),
        (CallFilter(customer_id=7), ["calls_of_customer"]),
        (CallFilter(outcome="abandoned"), ["calls_by_outcome"]),
        (CallFilter(queue="support"), ["call_queues"]),
        (CallFilter(agent="pbx1:PJSIP/1"), ["call_agents"]),
    ],
)
def test_a_page_of_calls_is_found_by_its_indexes(
    file: Path, wanted: CallFilter, indexes: list[str]
) -> None:
    steps = plan(file, page_query(wanted))
    for index in indexes:
        assert any(index in step for step in steps), steps
    assert not [step for step in steps if step.startswith("SCAN calls") and "INDEX" not in step]


@pytest.mark.parametrize(
    ("query", "index"), [(_OF_CUSTOMER, "calls_of_customer"), (_OF_E164, "calls_of_e164")]
)
def test_a_callers_history_is_found_by_an_index(file: Path, query: Select[Any], index: str) -> None:
    assert any(f"USING INDEX {index}" in step for step in plan(file, query))

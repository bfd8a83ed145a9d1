"""What a back-fill writes goes through the one writer, and stops where that cannot store it."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcenter.domain.facts import NoteSaved
from callcenter.ports.errors import StoreUnavailable
from callcenter.services.house_writer import HouseWriter
from tests.services.house import answered, house, logged, write
from tests.services.test_history import CALLS, history, imported


async def test_a_stored_call_is_taken_up_changed_and_let_go(tmp_path: Path) -> None:
    dropped: list[str] = []
    async with house(tmp_path) as at:
        await at.commit(answered("1.0", 0))
        record = await at.record("pbx1:1.0")
        at.ledger.drop([record.id])
        writer = HouseWriter(at.engine, at.ledger, at.projector, forget=dropped.extend)
        assert writer.current(record.id) is None
        note = NoteSaved(at=1, pbx="pbx1", call=record.id, by="leila", text="again", rev=1)
        await writer.commit([record], [note])
        assert (await at.record(record.id)).note == "again"
        assert writer.current(record.id) is not None
        assert dropped == []
        await writer.commit([], answered("2.0", 9))
        assert dropped == ["pbx1:2.0"]


async def test_a_store_that_is_away_stops_the_run_and_nothing_is_made_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = history(tmp_path / "log")
    async with house(tmp_path) as at:

        async def away(*given: object) -> None:
            raise StoreUnavailable("The database is away.")

        with monkeypatch.context() as broken:
            broken.setattr(at.call_log, "save_history", away)
            with pytest.raises(StoreUnavailable, match="call log cannot be written"):
                await imported(at, log, days_later=10)
            with pytest.raises(StoreUnavailable, match="call log cannot be written"):
                await imported(at, log, days_later=10)
        report = await imported(at, log, days_later=10)
        assert (report.created, report.corrected) == (0, CALLS)
        assert await at.journal.last_seq() == 1
        with monkeypatch.context() as broken:
            broken.setattr(at.journal, "append", away)
            write(tmp_path / "other", logged("8.0", 0))
            with pytest.raises(StoreUnavailable, match="run it again"):
                await imported(at, tmp_path / "other", days_later=10)

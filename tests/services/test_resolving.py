"""First-call resolution follows the call log, also when that was away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from callcenter.ports.errors import StoreUnavailable
from callcenter.services.resolving import Resolving
from kpi.records import FcrCall, fcr_call
from kpi.rules import Rules
from tests.store.samples import LEILA, record

from .centre import DAY_MS, FULL, House


@pytest.fixture
def house() -> House:
    return House()


def resolving(house: House) -> Resolving:
    return Resolving(house.figures, house.callers, house.directory, house.call_log, house.clock)


def resolved_call(house: House) -> FcrCall:
    call = record(at=house.clock.now - 2 * DAY_MS, agent=LEILA)
    return fcr_call(call, Rules())


async def until(wanted: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not wanted():
            await asyncio.sleep(0.001)


async def test_calls_of_the_log_are_counted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = [resolved_call(house)]

    async def stored(from_ms: int, to_ms: int) -> list[FcrCall]:
        return [call for call in calls if from_ms <= call.started_at < to_ms]

    monkeypatch.setattr(house.call_log, "fcr_calls", stored)
    await resolving(house).once()
    assert house.figures.fcr is not None
    assert house.figures.fcr.open_windows == 1


async def test_a_store_that_is_away_is_asked_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    async def away_twice(from_ms: int, to_ms: int) -> list[FcrCall]:
        nonlocal asked
        asked += 1
        if asked <= 2:
            raise StoreUnavailable(FULL)
        return []

    monkeypatch.setattr(house.call_log, "fcr_calls", away_twice)
    running = asyncio.ensure_future(resolving(house).run(every_s=0.001))
    await until(lambda: asked > 3)
    assert not running.done()
    running.cancel()

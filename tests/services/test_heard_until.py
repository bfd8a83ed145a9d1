"""It is noted now and then that a PBX is heard, and only while it is."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from callcenter.ports.clock import Clock
from callcenter.ports.errors import StoreUnavailable
from callcenter.services import heard_until
from callcenter.services.heard_until import HeardUntil


class Store:
    """Notes what is kept, unless it is away."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, int]] = []
        self.away = False

    async def keep(self, pbx: str, until_ms: int) -> None:
        if self.away:
            raise StoreUnavailable("It is away.")
        self.kept.append((pbx, until_ms))


class Now:
    """A clock that stands."""

    def wall_ms(self) -> int:
        return 7_000


async def test_every_pbx_that_is_heard_is_noted_and_no_other() -> None:
    store, heard = Store(), ["pbx1", "shop"]
    noting = HeardUntil(store, cast(Clock, Now()), lambda: heard)
    await noting.note()
    heard.remove("shop")
    await noting.note()
    assert store.kept == [("pbx1", 7_000), ("shop", 7_000), ("pbx1", 7_000)]


async def test_store_that_is_away_is_asked_again_the_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(heard_until, "EVERY_S", 0.0)
    store = Store()
    store.away = True
    task = asyncio.create_task(HeardUntil(store, cast(Clock, Now()), lambda: ["pbx1"]).run())
    await asyncio.sleep(0.01)
    store.away = False
    await asyncio.sleep(0.01)
    task.cancel()
    assert store.kept

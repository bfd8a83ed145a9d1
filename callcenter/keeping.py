"""How long things are kept: a task that deletes what is older than the settings allow."""

from __future__ import annotations

import asyncio
import logging

from msgspec import structs

from callcenter.ports.clock import Clock
from callcenter.ports.errors import StoreUnavailable
from callcenter.settings import Retention
from callcenter.store.engine import Database
from callcenter.store.retention import Ages, delete_old

log = logging.getLogger(__name__)

AFTER_S = 600.0
"""After the start: by then the service has done what is urgent."""
EVERY_S = 86_400.0


async def retain(database: Database, kept: Retention, clock: Clock) -> None:
    """Eternal: deletes what is too old, once a day. A store that is away is tried again then."""
    ages = Ages(**{key: days or None for key, days in structs.asdict(kept).items()})
    while True:
        await asyncio.sleep(AFTER_S)
        try:
            log.info("retention: %s", await delete_old(database, ages, clock.wall_ms()))
        except StoreUnavailable as error:
            log.warning("retention could not delete: %s", error.sentence)
        await asyncio.sleep(EVERY_S)

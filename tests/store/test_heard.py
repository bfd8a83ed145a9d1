"""Until when each PBX was heard, on both databases."""

from __future__ import annotations

from callcenter.domain.facts import LinkLost, LinkRestored
from callcenter.store.engine import Database
from callcenter.store.heard import SqlHeard
from callcenter.store.journal import SqlJournal
from tests.store.samples import started


async def test_pbx_of_which_nothing_was_ever_said_was_never_heard(database: Database) -> None:
    assert await SqlHeard(database).until("pbx1") == 0


async def test_what_was_noted_and_what_was_said_both_tell_until_when(database: Database) -> None:
    heard = SqlHeard(database)
    restored = LinkRestored(at=900, pbx="pbx1", gap_ms=0, restarted=False)
    await SqlJournal(database).append(
        [restored, LinkLost(at=5_000, pbx="shop", why="cut"), started("pbx1:1.0", at=300)]
    )
    assert await heard.until("pbx1") == 900, "a correction is told of an earlier time"
    await heard.keep("pbx1", 1_000)
    await heard.keep("pbx1", 2_000)
    assert await heard.until("pbx1") == 2_000
    assert await heard.until("shop") == 5_000

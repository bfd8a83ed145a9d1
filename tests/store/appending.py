"""A program that appends to the journal until it is killed, and tells the numbers it was given.

A line on its input is the number up to which everything was seen before. Each writer begins as the
service does after a crash: it opens the file, reads what it finds behind that number, and goes on.
"""

from __future__ import annotations

from callcenter.domain.facts import LinkLost
from callcenter.store.journal import SqlJournal
from callcenter.store.schema import open_database
from tests.store.mortal import serve, tell

LONGEST = 7


def group(size: int) -> list[LinkLost]:
    """Facts that are appended at once: each knows its place and how many they are."""
    return [LinkLost(at=place, pbx="pbx1", why=str(size).rjust(200)) for place in range(size)]


async def whole_groups(journal: SqlJournal, after: int) -> int:
    """Reads everything behind ``after``; gives the last number.

    Raises ``AssertionError`` where a number is missing, or a group is there in part.
    """
    missing: list[object] = []
    while batch := await journal.read(after, 10_000):
        numbers = [item.seq for item in batch]
        assert numbers == list(range(after + 1, after + 1 + len(batch))), "a number is missing"
        after = numbers[-1]
        for item in batch:
            assert isinstance(item.fact, LinkLost)
            missing = missing or [*group(int(item.fact.why))]
            assert item.fact == missing.pop(0), f"{item.seq} is not what was written"
    assert not missing, f"of the last group {len(missing)} facts are missing"
    return after


async def write(url: str, line: str) -> None:
    """Appends groups of one to seven facts for ever."""
    journal = SqlJournal(await open_database(url))
    tell(f"open {await whole_groups(journal, int(line))}")
    size = 0
    while True:
        size = size % LONGEST + 1
        recorded = await journal.append(group(size))
        tell(str(recorded[-1].seq))


if __name__ == "__main__":
    serve(write)

"""A program that appends to the journal until it is killed, and tells the numbers it was given.

It forks a writer for each line on its input, so that forty writers load the libraries once. A
writer says ``ready`` and its process id, then the last number of each group; when it is dead, its
parent says ``gone``. Lines are short, so the pipe takes each whole or not at all.
"""

from __future__ import annotations

import asyncio
import os
import sys

from callcenter.domain.facts import LinkLost
from callcenter.store.journal import SqlJournal
from callcenter.store.schema import open_database


def tell(text: str) -> None:
    """One line to whoever tests us."""
    os.write(1, f"{text}\n".encode())


async def write(url: str) -> None:
    """Appends groups of one to seven facts for ever."""
    database = await open_database(url)
    journal = SqlJournal(database)
    tell(f"ready {os.getpid()}")
    size = 0
    while True:
        size = size % 7 + 1
        recorded = await journal.append(
            [LinkLost(at=at, pbx="pbx1", why="x" * 200) for at in range(size)]
        )
        tell(str(recorded[-1].seq))


def main(url: str) -> None:
    """A writer for each line."""
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(write(url))
        os.waitpid(child, 0)
        tell("gone")


if __name__ == "__main__":
    main(sys.argv[1])

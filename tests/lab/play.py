"""Playing many stories: side by side where they may, alone where they must.

``python -m tests.lab.play [--version 16] [NAME ...]`` plays them and prints what the queue log says
against the truth.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterable

from . import witness
from .lab import Lab
from .stage import Truth
from .stories import STORIES
from .stories.told import Told

# Two cores and two versions: more at once would measure the machine and not the stories.
AT_ONCE = 8

Done = Callable[[Told, Truth | Exception], Awaitable[None]]


async def play_all(lab: Lab, stories: Iterable[Told], done: Done) -> None:
    """Plays the stories and calls ``done`` with the truth of each, or with what went wrong."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(told: Told) -> None:
        async with gate:
            try:
                truth = await lab.play(told.name, told.play, proves=told.proves)
            except Exception as error:  # noqa: BLE001 - whatever a story meets is its result
                await done(told, error)
            else:
                await done(told, truth)

    wanted = list(stories)
    await asyncio.gather(*(one(told) for told in wanted if not told.alone))
    for told in wanted:
        if told.alone:
            await one(told)


async def _main(names: list[str], version: int) -> int:
    failed = 0
    wanted = [STORIES[name] for name in names] or [
        told for told in STORIES.values() if told.since <= version
    ]
    begun = time.monotonic()
    async with Lab(version) as lab:

        async def done(told: Told, truth: Truth | Exception) -> None:
            nonlocal failed
            if isinstance(truth, Exception):
                failed += 1
                print(f"FAILED {told.name}: {truth!r}")
                return
            rows = witness.parse(lab.asterisk.queue_log.read_text(encoding="utf-8"))
            wrong = witness.compare(truth, rows)
            failed += bool(wrong)
            print(f"{'DIFFERS' if wrong else 'agrees '} {told.name} {'; '.join(wrong)}")
            if names:
                print(json.dumps(truth["calls"], indent=1, ensure_ascii=False))

        await play_all(lab, wanted, done)
    print(f"{len(wanted)} stories, {failed} failed or differ, {time.monotonic() - begun:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.lab.play", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these stories")
    parser.add_argument("--version", type=int, default=22, choices=(22, 16))
    asked = parser.parse_args()
    sys.exit(asyncio.run(_main(asked.names, asked.version)))

"""``python -m tests.bench``: T1 to T5, T7 to T11, T13 and T16 of the speed targets, and an import.

``--quick`` takes two minutes, the whole run under 12. ``--only t3`` (t1, t4, fcr, store, hub, t8,
import) runs one part, ``--memory [CALLS]`` looks for growth instead, ``--profile FILE`` profiles
the service in T8. T12, what a kill leaves, is a matter of right and wrong:
tests/store/test_journal.py and test_no_call_twice.py. The exit code is 1 when a target was missed
in a run that could be judged.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time

from . import (
    bench_ami_parse,
    bench_end_to_end,
    bench_fcr,
    bench_hub,
    bench_import,
    bench_memory,
    bench_pipeline,
    bench_roster,
    bench_store,
)
from .judging import Verdicts

PARTS = ("t1", "t3", "t4", "fcr", "store", "hub", "t8", "import")


async def _hub(agents: int, rounds: int, quiet: bool) -> bench_hub.Bench:
    async with bench_hub.opened(agents) as bench:
        await bench.t7_t9(rounds)
        if quiet:
            await bench.t9_quiet()
    return bench


def main(given: argparse.Namespace) -> int:
    """Runs the parts asked for; the exit code."""
    verdicts = Verdicts()
    quick = given.quick
    began = time.monotonic()
    cores = os.cpu_count()
    print(f"load average before: {os.getloadavg()[0]:.2f}; {cores} cores, Python {sys.version[:7]}")
    if given.memory:
        bench_memory.run(verdicts, given.memory)
        return _told(verdicts, began)
    idle: list[float] = []
    # First, while this process is small: T10 looks at its memory.
    if "hub" in given.only:
        verdicts.title(f"T7, T9, T10: pushes to {given.agents:,} browsers")
        hub = asyncio.run(_hub(given.agents, 1 if quick else 3, not quick))
        idle = hub.idle_p99
        if hub.failed:
            verdicts.missed.append(f"{hub.failed} of T7/T9/T10")
    if "t1" in given.only:
        verdicts.title("T1, T2, T5: reading AMI")
        if bench_ami_parse.main(3 if quick else 9):
            verdicts.missed.append("T1/T2/T5")
    if "t3" in given.only:
        bench_pipeline.run(verdicts, 3 if quick else 9)
    if "import" in given.only:
        bench_import.judged(verdicts, 30_000 if quick else 150_000)
    if "t4" in given.only:
        bench_roster.run(verdicts, 1 if quick else 5)
    if "fcr" in given.only:
        bench_fcr.run(verdicts, 10_000 if quick else 50_000)
    if "store" in given.only:
        verdicts.title("T11, T13: writing rows, looking customers up")
        if asyncio.run(bench_store.main(3 if quick else 7, 100_000 if quick else 1_000_000)):
            verdicts.missed.append("T11/T13")
    if "t8" in given.only:
        seconds = given.seconds or (20.0 if quick else 140.0)
        bench_end_to_end.run(verdicts, given.agents, seconds, idle, given.profile)
    return _told(verdicts, began)


def _told(verdicts: Verdicts, began: float) -> int:
    print(f"\nload average after: {os.getloadavg()[0]:.2f}; {time.monotonic() - began:.0f} s")
    print("missed: " + (", ".join(verdicts.missed) or "nothing"))
    print("not judged: " + (", ".join(verdicts.unjudged) or "nothing"))
    return int(bool(verdicts.missed))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="under 90 s, with fewer samples")
    arguments.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    arguments.add_argument("--agents", type=int, default=1000)
    arguments.add_argument("--seconds", type=float, default=0.0, help="length of T8")
    arguments.add_argument("--profile", default="", help="file for cProfile's figures of T8")
    arguments.add_argument(
        "--memory",
        type=int,
        nargs="?",
        const=bench_memory.CALLS,
        default=0,
        metavar="CALLS",
        help=f"whether memory grows over so many calls ({bench_memory.CALLS}), and nothing else",
    )
    sys.exit(main(arguments.parse_args()))

"""Speed of reading an old queue_log: lines parsed and folded to stays, a second on one core.

Run ``python -m tests.bench.bench_queue_log [--calls N] [--rounds N]``. The log is made: of ten
calls six are answered, one of them transferred into another queue, two give up, one times out, one
is answered after two phones rang in vain; between them members come, go and pause. Reading from
the disk, decoding, parsing and folding are in the time; the database is not. Exit code 1 when the
best round is below the target.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ami_bridge.queue_log_file import read_calls
from ami_bridge.queue_log_visits import VisitFold

TARGET = 100_000
"""Lines a second on one core (the issue's own number)."""
NAMES = ["Leila Moradi", "سارا احمدی", "נועה לוי", "O'Brien, Zoe", "Ali | 2", "PJSIP/1007"]


def lines(calls: int, seed: int = 3) -> Iterator[str]:
    """The made log, a line at a time."""
    chance = random.Random(seed)
    now = 1_735_700_400
    for n in range(calls):
        now += chance.randrange(3)
        call, queue, who = f"{now}.{n}", chance.choice(("support", "sales")), chance.choice(NAMES)
        number = f"+98912{chance.randrange(10**7):07d}"
        wait, talk = chance.randrange(1, 90), chance.randrange(5, 600)
        yield f"{now}|{call}|{queue}|NONE|ENTERQUEUE||{number}|{chance.randrange(1, 9)}"
        kind = n % 10
        if kind in (6, 7):
            yield f"{now + wait}|{call}|{queue}|NONE|ABANDON|1|1|{wait}"
            continue
        if kind == 8:
            yield f"{now + wait}|{call}|{queue}|NONE|EXITWITHTIMEOUT|1|1|{wait}"
            continue
        if kind == 9:
            yield f"{now + 3}|{call}|{queue}|{NAMES[0]}|RINGNOANSWER|3000"
            yield f"{now + 6}|{call}|{queue}|{NAMES[1]}|RINGNOANSWER|3000"
        yield f"{now + wait}|{call}|{queue}|{who}|CONNECT|{wait}|{call}1|3"
        if kind == 5:
            yield f"{now + wait + talk}|{call}|{queue}|{who}|BLINDTRANSFER|602|q|{wait}|{talk}|1"
            yield f"{now + wait + talk}|{call}|vip|NONE|ENTERQUEUE||{number}|1"
            yield f"{now + wait + talk + 9}|{call}|vip|NONE|ABANDON|1|1|9"
        else:
            yield f"{now + wait + talk}|{call}|{queue}|{who}|COMPLETECALLER|{wait}|{talk}|1"
        if n % 7 == 0:
            yield f"{now}|NONE|{queue}|{who}|PAUSE|lunch"
            yield f"{now}|MANAGER|{queue}|{who}|ADDMEMBER|"


def measured(path: Path) -> tuple[float, int, int]:
    """Seconds of process time, lines and calls of one reading."""
    fold = VisitFold()
    began = time.process_time()
    calls = sum(len(portion.calls) for portion in read_calls([path], fold))
    return time.process_time() - began, fold.counters.lines, calls


def main() -> int:
    """Measures and prints; 1 when the target is missed."""
    ask = argparse.ArgumentParser()
    ask.add_argument("--calls", type=int, default=300_000)
    ask.add_argument("--rounds", type=int, default=5)
    wanted = ask.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "queue_log"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines(wanted.calls))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        rounds = [measured(path) for _ in range(wanted.rounds)]
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        size = path.stat().st_size / 1e6
    rates = sorted(count / seconds for seconds, count, _ in rounds)
    _, count, calls = rounds[0]
    assert calls == wanted.calls, f"{calls} calls came out of {wanted.calls}"
    print(
        f"queue_log: {count:,} lines ({size:.0f} MB), {calls:,} calls: median "
        f"{statistics.median(rates):,.0f} lines/s (min {rates[0]:,.0f}, max {rates[-1]:,.0f}), "
        f"target {TARGET:,}; memory grew by {grown:.0f} MB"
    )
    return int(rates[-1] < TARGET)


if __name__ == "__main__":
    sys.exit(main())

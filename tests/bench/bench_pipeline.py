"""T3: what one event costs from its bytes to rows and pushes enqueued, beside a bare parse.

The bytes are those of the recorded stories with ids of their own (``traffic``), the pipeline is the
service's own (``house``). Reference and subject take turns on the same bytes, process time is
compared. Every round counts the calls that came out: a pipeline that loses some is no pipeline.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Sequence
from itertools import islice
from statistics import median

from callcenter import collector

from .bench_ami_parse import CHUNK, tight
from .house import START_S, House
from .judging import Verdicts
from .traffic import stories, traffic

EVENTS = 12_000
SMALL_S = 0.02
"""A chunk as it comes at mean load: what 20 ms bring."""


class Stream:
    """Made traffic, cut into chunks with the instant at which each is whole."""

    def __init__(self, events: int, first: int = 0) -> None:
        sent = list(islice(traffic(stories(), START_S, first), events))
        self.events = len(sent)
        self.seconds = sent[-1].at_s
        self.large: list[tuple[bytes, float]] = []
        self.small: list[tuple[bytes, float]] = []
        large, small, until = bytearray(), bytearray(), SMALL_S
        for at_s, data in sent:
            if at_s > until:
                self.small.append((bytes(small), START_S + until))
                small.clear()
                until += SMALL_S * (1 + int((at_s - until) / SMALL_S))
            small += data
            large += data
            while len(large) >= CHUNK:
                self.large.append((bytes(large[:CHUNK]), START_S + at_s))
                del large[:CHUNK]
        self.small.append((bytes(small), START_S + self.seconds))
        self.large.append((bytes(large), START_S + self.seconds))
        self.bytes = sum(len(data) for data, _ in self.large)


async def _through(chunks: Sequence[tuple[bytes, float]]) -> tuple[float, House]:
    house = House()
    house.start()
    await asyncio.sleep(0)
    gc.collect()
    began = time.process_time()
    for data, now_s in chunks:
        house.feed(data, now_s)
        await house.settle()
    spent = time.process_time() - began
    await house.stop()
    return spent, house


def _reference(chunks: Sequence[tuple[bytes, float]]) -> float:
    bare = [data for data, _ in chunks]
    gc.collect()
    began = time.process_time()
    tight(bare)
    return time.process_time() - began


def run(verdicts: Verdicts, rounds: int) -> None:
    """Prints T3."""
    verdicts.title("T3: the whole pipeline per event, in memory")
    stream = Stream(EVENTS)
    collector.calm()
    ref, whole, small = [], [], []
    house = House()
    for _ in range(rounds):
        ref.append(_reference(stream.large) / stream.events * 1e6)
        spent, house = asyncio.run(_through(stream.large))
        whole.append(spent / stream.events * 1e6)
        spent, other = asyncio.run(_through(stream.small))
        small.append(spent / stream.events * 1e6)
        if house.rows.kinds["CallStarted"] != other.rows.kinds["CallStarted"]:
            raise AssertionError("the same bytes in other chunks led to other calls")
        counted, still = house.rows.kinds, len(house.ledger.open_calls())
        if house.ledger.orphans or counted["CallStarted"] - counted["CallEnded"] != still:
            raise AssertionError("a call was begun and is neither open nor ended")
    kinds = house.rows.kinds
    print(
        f"   {stream.events} events of recorded stories, {stream.bytes / stream.events:.0f} B each,"
        f" {stream.events / stream.seconds:.0f}/s of the stream's time; {kinds['CallStarted']} "
        f"calls begun, {kinds['CallEnded']} ended; {house.rows.last} facts, "
        f"{house.rows.changes} changes to store, {house.pushes} pushes"
    )
    verdicts.figure("tight str dict of the same bytes (ref)", ref, "us")
    verdicts.figure("pipeline, 64 kB chunks", whole, "us")
    verdicts.figure(f"pipeline, chunks of {SMALL_S * 1000:.0f} ms of the stream", small, "us")
    verdicts.judge("T3 whole pipeline / tight", median(whole) / median(ref), 4.0, ref=ref)
    print(f"   for knowledge: as it comes at mean load {median(small) / median(ref):.2f} x tight")

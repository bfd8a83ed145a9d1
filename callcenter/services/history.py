"""The past that nobody saw: the calls of a log that are stored many at once.

A call goes this way when it is over, ended days ago, at a time when we did not hear its PBX, and
is not stored: then there is nothing to compare or correct, the log's word is all there is. The
thousand calls of a portion are one fact. Everything else is the matter of ``reconcile``, call by
call. The two give the same records and sums; a test holds that.
"""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from callcenter.domain.facts import AnyFact, CallsImported, CallStarted, CustomerLinked
from callcenter.domain.heard import Heard
from callcenter.domain.history import Linked, number_of, record_of
from callcenter.domain.logged import LoggedCall
from callcenter.domain.model import CallRecord
from callcenter.domain.named import AgentNames
from callcenter.domain.wire import written
from kpi.intervals import start_of

from .ledger import Imported
from .ports_books import Books

Link = Callable[[Sequence[str]], Awaitable[Sequence[Linked | None]]]
"""Who these numbers are, in their order; None for one that means nothing."""

OLD_MS = 2 * 86_400_000
"""A call that ended so long ago touches no live figure, no desk and no wall."""
PORTION = 1_000
"""Calls of one fact at most: what reads the journal has that many in memory at once."""
AT_ONCE = 400
"""Calls of one transaction beside the live work: live facts wait for it, a hundredth of a second
or two. Who has the database for himself takes many more."""
LINKS_KEPT = 200_000
"""Callers of whom it is remembered who they are."""


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Lets Python look for rings of garbage seldom while millions of short-lived values are made,
    which form none: a look at all that a busy service holds takes longer than a pop may."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class PastWriter(Protocol):
    """Where calls of the past go."""

    def current(self, call: str) -> CallRecord | None:
        """The record of a call that is in memory."""
        ...

    async def commit_history(self, portions: Iterable[Imported]) -> None:
        """Commits calls of the past. ``portions`` are asked for in a thread."""
        ...


class Links:
    """Who is behind a number, each asked for once."""

    def __init__(self, link: Link | None) -> None:
        self._link = link
        self._known: dict[str, Linked | None] = {"": None}

    async def of(self, numbers: Sequence[str]) -> list[Linked | None]:
        """Who these are, in their order."""
        if self._link is None:
            return [None] * len(numbers)
        new = [number for number in dict.fromkeys(numbers) if number not in self._known]
        if new:
            if len(self._known) > LINKS_KEPT:
                self._known = {"": None}
                new = [number for number in dict.fromkeys(numbers) if number]
            self._known.update(zip(new, await self._link(new), strict=True))
        return [self._known[number] for number in numbers]

    async def behind_start(self, facts: Sequence[AnyFact]) -> list[AnyFact]:
        """The facts of a call with the customer's link behind its start, if they have one and his
        number says who he is."""
        start, *rest = facts
        if not isinstance(start, CallStarted):
            return [start, *rest]
        found = (await self.of([start.number]))[0]
        if found is None:
            return [start, *rest]
        customer_id, e164, how = found
        whose = CustomerLinked(
            at=start.at,
            pbx=start.pbx,
            call=start.call,
            customer_id=customer_id,
            e164=e164,
            how=how,
        )
        return [start, whose, *rest]


class Past:
    """Takes from the calls of a log those that are finished history, and stores them.

    Without a ``writer`` they are only counted. ``at_once``: calls of one transaction.
    """

    def __init__(
        self,
        pbx: str,
        books: Books,
        writer: PastWriter | None,
        *,
        names: AgentNames,
        heard: Heard,
        links: Links,
        now_ms: int,
        at_once: int,
    ) -> None:
        self._pbx = pbx
        self._books = books
        self._writer = writer
        self._names = names
        self._heard = heard
        self._links = links
        self._before_ms = now_ms - OLD_MS
        self._at_once = at_once
        self.created: Counter[int] = Counter()
        """How many were stored, by the quarter of an hour in which they entered their queue."""
        self.facts = 0

    async def without(self, calls: Sequence[LoggedCall]) -> AsyncIterator[list[LoggedCall]]:
        """Stores those that are history, and gives the others, a part at a time, in order."""
        for start in range(0, len(calls), self._at_once):
            some = calls[start : start + self._at_once]
            yield await self._take(some)

    async def _take(self, calls: Sequence[LoggedCall]) -> list[LoggedCall]:
        past, rest = await asyncio.to_thread(self._told_apart, calls)
        if past:
            known = await self._books.known(list(past))
            if self._writer is not None:
                known.update([name for name in past if self._writer.current(name) is not None])
            fresh = past
            if known:
                rest += [call for name, call in past.items() if name in known]
                fresh = {name: call for name, call in past.items() if name not in known}
            if fresh:
                await self._store(list(fresh.values()))
        return rest

    def _told_apart(
        self, calls: Sequence[LoggedCall]
    ) -> tuple[dict[str, LoggedCall], list[LoggedCall]]:
        """The finished ones by their names, and the others."""
        past: dict[str, LoggedCall] = {}
        rest: list[LoggedCall] = []
        before_s, heard = self._before_ms / 1000, self._heard
        for call in calls:
            visits = call.visits
            began = visits[0].entered_s if len(visits) == 1 else min(v.entered_s for v in visits)
            ended = visits[0].last_s if len(visits) == 1 else max(v.last_s for v in visits)
            if (
                ended < before_s
                and call.over
                and (name := f"{self._pbx}:{call.callid}") not in past
                and not heard.throughout(began * 1000, ended * 1000)
            ):
                past[name] = call
            else:
                rest.append(call)
        return past, rest

    async def _store(self, calls: list[LoggedCall]) -> None:
        if self._writer is not None:
            linked = await self._links.of([number_of(call) for call in calls])
            await self._writer.commit_history(self._portions(calls, linked))
            self.facts += -(-len(calls) // PORTION)
        self.created.update([start_of(call.visits[0].entered_s * 1000) for call in calls])

    def _portions(self, calls: list[LoggedCall], linked: list[Linked | None]) -> Iterator[Imported]:
        pbx, names = self._pbx, self._names
        for start in range(0, len(calls), PORTION):
            some, known = calls[start : start + PORTION], linked[start : start + PORTION]
            # No call is imported twice, so its first call makes a portion's name unique.
            portion = f"{pbx}:{some[0].callid}+{len(some)}"
            records = [
                record_of(pbx, call, names, link, portion)
                for call, link in zip(some, known, strict=True)
            ]
            fact = CallsImported(
                at=max([record.ended_at or 0 for record in records]),
                pbx=pbx,
                portion=portion,
                calls=written(records),
                how=tuple(["" if link is None else link[2] for link in known]),
            )
            yield fact, records

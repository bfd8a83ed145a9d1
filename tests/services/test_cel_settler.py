"""Who hung up, from CEL, once the call is over for us too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from callcenter.domain.facts import CallEnded, ConversationCorrected
from callcenter.domain.hung_up import LegEnd
from callcenter.domain.unheard import unheard
from callcenter.ports.errors import StoreUnavailable
from callcenter.services.cel_settler import CelSettler
from callcenter.services.history import Links
from callcenter.services.ports_cel import Place
from callcenter.supervise import Tasks
from tests.services.house import LEILA, T0_S, House, answered, house, link

CHANNEL, AGENT = "PJSIP/trunk-1", "PJSIP/1001-2"


class Cel:
    """The end of a CEL, one portion at a time."""

    def __init__(self) -> None:
        self.portions: asyncio.Queue[list[LegEnd]] = asyncio.Queue()
        self.began: list[Place | None] = []
        self.read = 0

    async def ends(self, place: Place | None) -> AsyncIterator[tuple[list[LegEnd], Place]]:
        self.began.append(place)
        while True:
            try:
                ends: Sequence[LegEnd] = await asyncio.wait_for(self.portions.get(), 0.01)
            except TimeoutError:
                ends = []
            self.read += len(ends)
            yield list(ends), (1, self.read, "mark")


def hung_up(callid: str, at: int, source: str = AGENT) -> LegEnd:
    return LegEnd(uniqueid=callid, channel=CHANNEL, at=(T0_S + at) * 1000, source=source)


async def until(settler: CelSettler, settled: int) -> None:
    async with asyncio.timeout(5):
        while settler.settled < settled:
            await asyncio.sleep(0.01)


async def lost(at: House, callid: str, ended: int) -> None:
    """What the roster says when a call of before is not there any more."""
    ms = (T0_S + ended) * 1000
    call = {"pbx": "pbx1", "call": f"pbx1:{callid}"}
    await at.commit(
        [
            ConversationCorrected(
                at=ms - 3_000,
                conversation=1,
                agent=LEILA,
                talk_ms=3_000,
                ended_by="unknown",
                settled_by="lost_sight",
                queue="support",
                visit=1,
                **call,
            ),
            CallEnded(
                at=ms, ended_by="unknown", outcome="answered", settled_by="lost_sight", **call
            ),
        ]
    )


async def test_an_end_waits_for_the_call_and_the_place_waits_with_it(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        cel, tasks = Cel(), Tasks()
        settler = CelSettler("pbx1", cel, at.books, at.writer, at.clock, lambda: [LEILA])
        whole = answered("1.0", 0)
        await at.commit([*link((-90, True)), *whole[:-2]])
        tasks.eternal("cel", settler.run())
        await cel.portions.put([hung_up("1.0", 30), hung_up("9.9", 31)])
        async with asyncio.timeout(5):
            while cel.read < 2:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert settler.settled == 0
        assert (await at.books.place(settler.key) or (0, 0, ""))[1] == 0
        await lost(at, "1.0", 8)
        await until(settler, 1)
        record = await at.record("pbx1:1.0")
        assert (record.ended_by, record.settled_by) == ("agent", "cel")
        assert record.ended_at == (T0_S + 30) * 1000
        assert record.conversations[0].talk_ms == 25_000
        assert record.conversations[0].ended_by == "agent"
        async with asyncio.timeout(5):
            while (await at.books.place(settler.key) or (0, 0, ""))[1] != 2:
                await asyncio.sleep(0.01)
        assert await at.books.place("pbx1") is None, "queue_log has a place of its own"
        await tasks.stop()


async def test_what_we_saw_ourselves_is_left_alone(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        cel, tasks = Cel(), Tasks()
        settler = CelSettler("pbx1", cel, at.books, at.writer, at.clock)
        await at.commit([*link((-90, True)), *answered("1.0", 0)])
        before = await at.journal.last_seq()
        tasks.eternal("cel", settler.run())
        await cel.portions.put([hung_up("1.0", 65, CHANNEL)])
        async with asyncio.timeout(5):
            while (await at.books.place(settler.key) or (0, 0, ""))[1] != 1:
                await asyncio.sleep(0.01)
        assert (settler.settled, await at.journal.last_seq()) == (0, before)
        await tasks.stop()


async def test_while_the_store_is_away_it_waits_and_begins_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path) as at:
        cel, tasks = Cel(), Tasks()
        settler = CelSettler("pbx1", cel, at.books, at.writer, at.clock)
        away = True
        calls = at.books.calls

        async def sometimes(ids: Sequence[str]) -> object:
            if away:
                raise StoreUnavailable("away")
            return await calls(ids)

        monkeypatch.setattr(at.books, "calls", sometimes)
        monkeypatch.setattr("callcenter.services.cel_settler.AGAIN_S", 0.01)
        tasks.eternal("cel", settler.run())
        await cel.portions.put([hung_up("1.0", 30)])
        async with asyncio.timeout(5):
            while settler.failures == 0 or len(cel.began) < 2:
                await asyncio.sleep(0.01)
        assert cel.began[:2] == [None, None]
        away = False
        await tasks.stop()


def whole(callid: str, start: int, ended: int, channel: str = CHANNEL) -> LegEnd:
    """A call that came in and was hung up in the menu."""
    return LegEnd(
        uniqueid=callid,
        channel=channel,
        at=(T0_S + ended) * 1000,
        source=channel,
        whole=True,
        first=True,
        started_at=(T0_S + start) * 1000,
        number="+989121234567",
        line="610",
    )


async def test_a_call_that_nobody_heard_is_made_and_only_that(tmp_path: Path) -> None:
    async def link_of(numbers: Sequence[str]) -> list[tuple[int | None, str, str] | None]:
        return [(None, number, "none") for number in numbers]

    async with house(tmp_path) as at:
        cel, tasks = Cel(), Tasks()
        settler = CelSettler(
            *("pbx1", cel, at.books, at.writer, at.clock),
            trunks=("PJSIP/trunk-",),
            link=link_of,
            wait_s=0,
        )
        await at.commit([*link((-90, True), (10, False), (60, True)), *answered("1.0", 0)])
        tasks.eternal("cel", settler.run())
        gap, heard, other = whole("2.0", 20, 30), whole("3.0", 61, 70), whole("4.0", 20, 30, AGENT)
        await cel.portions.put([gap, heard, other, whole("1.0", 0, 65)])
        async with asyncio.timeout(5):
            while (await at.books.place(settler.key) or (0, 0, ""))[1] != 4:
                await asyncio.sleep(0.01)
        assert (settler.made, settler.settled) == (1, 0)
        record = await at.record("pbx1:2.0")
        assert (record.outcome, record.ended_by, record.settled_by) == ("ivr", "caller", "cel")
        assert record.caller.e164 == "+989121234567"
        assert await at.call_log.get("pbx1:3.0") is None, "we heard then: AMI had told it"
        assert await at.call_log.get("pbx1:4.0") is None, "no line to the outside"
        await tasks.stop()


async def test_a_number_that_means_nothing_is_linked_to_nobody() -> None:
    async def nothing(numbers: Sequence[str]) -> list[None]:
        return [None for _ in numbers]

    facts = unheard("pbx1", whole("2.0", 0, 9), {})
    assert await Links(nothing).behind_start(facts) == facts
    assert await Links(None).behind_start(facts) == facts
    assert await Links(nothing).behind_start(facts[1:]) == facts[1:]

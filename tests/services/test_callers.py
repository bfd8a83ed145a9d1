"""Who is calling: one, many, none, withheld; a slow or broken store makes the pop poorer."""

from __future__ import annotations

import asyncio

import pytest

from callcenter.domain.customer import Customer, FollowUp
from callcenter.domain.facts import CustomerLinked
from callcenter.domain.model import CallRecord
from callcenter.services import callers as module
from tests.playbook import caller_id, line_in

from .centre import House

NUMBER = "+989121234567"
CALL = "pbx1:c"


@pytest.fixture
def house() -> House:
    return House()


async def called(house: House, number: str = NUMBER) -> CallRecord:
    house.book.say(line_in("c", number))
    await house.hear()
    record = house.ledger.get(CALL)
    assert record is not None
    return record


async def linked(house: House) -> list[CustomerLinked]:
    every = await house.journal.read(0, 999)
    return [item.fact for item in every if isinstance(item.fact, CustomerLinked)]


def match_of(house: House) -> str:
    info = house.callers.get(CALL)
    return "" if info is None else info.match


async def test_one_customer_is_linked_by_a_fact(house: House) -> None:
    zoe = house.directory.with_customer(NUMBER, Customer(name="Zoe"))
    await called(house)
    info = house.callers.get(CALL)
    assert info is not None
    assert (info.match, info.customer) == ("one", zoe)
    assert [(f.customer_id, f.e164, f.how) for f in await linked(house)] == [
        (zoe.id, NUMBER, "number")
    ]
    record = house.ledger.get(CALL)
    assert record is not None
    assert (record.customer_id, record.caller.e164) == (zoe.id, NUMBER)


async def test_several_customers_are_all_shown_and_none_is_chosen(house: House) -> None:
    house.directory.with_customer(NUMBER, Customer(name="Zoe"))
    house.directory.with_customer(NUMBER, Customer(name="Ben"))
    await called(house)
    info = house.callers.get(CALL)
    assert info is not None
    assert (info.match, info.customer) == ("many", None)
    assert [match.customer.name for match in info.matches] == ["Zoe", "Ben"]
    assert [fact.customer_id for fact in await linked(house)] == [None]


async def test_person_chooses_one_of_several(house: House) -> None:
    house.directory.with_customer(NUMBER, Customer(name="Zoe"))
    ben = house.directory.with_customer(NUMBER, Customer(name="Ben"))
    record = await called(house)
    await house.callers.chosen(record, ben, "chosen")
    info = house.callers.get(CALL)
    assert info is not None
    assert (info.match, info.customer, info.matches) == ("one", ben, [])
    assert (await linked(house))[-1].customer_id == ben.id


async def test_nobody_known_is_told_by_his_number(house: House) -> None:
    await called(house)
    assert match_of(house) == "none"
    assert [(f.customer_id, f.e164) for f in await linked(house)] == [(None, NUMBER)]


async def test_withheld_number_is_never_looked_up(house: House) -> None:
    house.book.say(line_in("c", ""), caller_id("c", NUMBER, "", "withheld"))
    await house.hear()
    assert match_of(house) == "withheld"
    assert house.directory.asked == []
    assert await linked(house) == []


async def test_call_without_a_number_is_withheld(house: House) -> None:
    await called(house, "")
    assert match_of(house) == "withheld"


async def test_number_that_turns_out_withheld_is_forgotten(house: House) -> None:
    house.directory.with_customer(NUMBER, Customer(name="Zoe"))
    await called(house)
    house.book.say(caller_id("c", NUMBER, "", "withheld"))
    await house.hear()
    info = house.callers.get(CALL)
    assert info is not None
    assert (info.match, info.customer) == ("withheld", None)


async def test_extension_of_the_house_is_internal(house: House) -> None:
    await called(house, "1006")
    assert match_of(house) == "internal"
    assert house.directory.asked == []


async def test_same_number_is_looked_up_once_per_call(house: House) -> None:
    record = await called(house)
    house.callers.begin(record)
    await house.settle()
    assert house.directory.asked == [NUMBER]


async def test_broken_store_is_said_and_tried_again_at_the_next_word(house: House) -> None:
    house.directory.down = True
    record = await called(house)
    assert match_of(house) == "unavailable"
    assert house.callers.failures == 1
    house.directory.down = False
    house.callers.begin(record)
    await house.settle()
    assert match_of(house) == "none"


async def test_slow_store_makes_the_screen_say_so(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LIMIT_S", 0.01)
    house.directory.delay_s = 5
    await called(house)
    assert match_of(house) == "pending"
    await asyncio.sleep(0.05)
    assert match_of(house) == "unavailable"


async def test_history_that_cannot_be_read_does_not_take_the_customer_away(house: House) -> None:
    house.directory.with_customer(NUMBER, Customer(name="Zoe"))
    house.call_log.down = True
    await called(house)
    assert match_of(house) == "one"
    assert house.callers.failures == 1


async def test_history_and_promises_come_with_the_customer(house: House) -> None:
    zoe = house.directory.with_customer(NUMBER, Customer(name="Zoe"))
    await house.follow_ups.add(
        FollowUp(customer_id=zoe.id, call_id="x", text="call back", due_at=1, by="sara")
    )
    house.book.say(line_in("old", NUMBER)).wait(60)
    await house.hear()
    await house.projector.flush()
    await called(house)
    info = house.callers.get(CALL)
    assert info is not None
    assert [record.id for record in info.history] == ["pbx1:old"]
    assert (info.history_n, info.today) == (1, 2)
    assert [item.text for item in info.follow_ups] == ["call back"]


async def test_what_is_known_is_forgotten_with_the_call(house: House) -> None:
    await called(house)
    house.callers.forget(CALL)
    assert house.callers.get(CALL) is None


async def test_a_call_that_ended_a_moment_ago_is_stored_before_the_history_is_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []

    async def stored() -> None:
        order.append("stored")

    async def history(*_: object) -> list[CallRecord]:
        order.append("read")
        return []

    monkeypatch.setattr(house.callers, "_stored", stored)
    monkeypatch.setattr(house.call_log, "history", history)
    await called(house)
    assert order == ["stored", "read"]


async def test_a_call_is_linked_before_its_history_is_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next call of the same person may come before the history of this one was read."""
    reading = asyncio.Event()

    async def history(*_: object) -> list[CallRecord]:
        await reading.wait()
        return []

    monkeypatch.setattr(house.call_log, "history", history)
    house.directory.with_customer(NUMBER, Customer(name="Zoe"))
    await called(house)
    assert match_of(house) == "one"
    assert len(await linked(house)) == 1
    reading.set()
    await house.settle()


async def test_a_link_that_cannot_be_written_does_not_keep_the_history_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = asyncio.Event()

    async def commit(_: object) -> None:
        await stuck.wait()

    monkeypatch.setattr(module, "LIMIT_S", 0.01)
    house.book.say(line_in("old", NUMBER)).wait(60)
    await house.hear()
    await house.projector.flush()
    monkeypatch.setattr(house.callers, "_commit", commit)
    await called(house)
    await asyncio.sleep(0.05)
    info = house.callers.get(CALL)
    assert info is not None
    assert [record.id for record in info.history] == ["pbx1:old"]
    stuck.set()
    await house.settle()

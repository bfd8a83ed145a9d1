"""What an agent has on his screen: the pop once, withdrawn, kept, restored."""

from __future__ import annotations

import asyncio

import pytest

from callcenter.domain.customer import Customer
from callcenter.domain.facts import DispositionSet
from callcenter.domain.model import Disposition
from callcenter.services.cards import customer_card
from callcenter.services.ledger import LINGER_MS, clone
from callcenter.services.pushes import Push
from tests.playbook import dial_end, gives_up, gone, hangs_up, leaves_queue, missed

from .centre import AGENT, OTHER, House

SARA = AGENT.agent_id or ""
OMID = OTHER.agent_id or ""
CALL = "pbx1:c"


@pytest.fixture
async def house() -> House:
    house = House()
    house.directory.with_customer("+989121234567", Customer(name="Zoe O'Brien"))
    house.book.with_members("support", "1001", "1002").waiting()
    await house.hear()
    house.book.wait(4)
    return house


async def rung(house: House, ext: str = "1001", leg: str = "a") -> None:
    house.book.ringing(ext, leg)
    await house.hear(house.book.now - 12.5)


async def missed_by(house: House, leg: str, ext: str) -> None:
    house.book.wait(6).say(missed("c", leg, ext), dial_end(leg, "NOANSWER"), gone(leg, 0))
    await house.hear()


async def test_pop_comes_with_the_ringing_and_knows_the_customer(house: House) -> None:
    await rung(house)
    [pop] = house.pops()
    assert (pop["id"], pop["attempt"]) == (CALL, 1)
    assert pop["cust"]["name"] == "Zoe O'Brien"
    assert pop["call"]["queue"] == "support"
    assert pop["call"]["number"] == "+989121234567"
    assert pop["call"]["phase"] == "ringing"
    assert house.pops(agent=OMID) == []


async def test_second_offer_of_the_same_call_is_no_second_pop(house: House) -> None:
    house.desks.snapshot(SARA)
    house.book.ringing("1001", "a").ringing("1001", "a2")
    await house.hear()
    assert len(house.pops()) == 1


async def test_offer_after_a_missed_one_pops_again_with_its_count(house: House) -> None:
    await rung(house)
    await missed_by(house, "a", "1001")
    assert [end["why"] for end in house.pops("popend")] == ["missed"]
    await rung(house, "1001", "a2")
    assert [pop["attempt"] for pop in house.pops()] == [1, 2]


async def test_pop_is_withdrawn_when_somebody_else_answers(house: House) -> None:
    house.book.ringing("1001", "a").ringing("1002", "b")
    await house.hear()
    house.book.wait(1).talking("1002", "b").say(dial_end("a", "CANCEL"), gone("a", 26))
    await house.hear()
    assert [(end["id"], end["why"]) for end in house.pops("popend")] == [(CALL, "elsewhere")]
    assert house.pops("popend", OMID) == []
    assert house.desks.snapshot(SARA)["calls"] == {}
    assert house.desks.snapshot(OMID)["calls"][CALL]["phase"] == "talking"


async def test_pop_is_withdrawn_when_the_caller_gives_up(house: House) -> None:
    await rung(house)
    house.book.wait(2).say(hangs_up("c"), dial_end("a", "CANCEL"), gone("a", 0))
    house.book.say(gives_up("c"), leaves_queue("c"), gone("c"))
    await house.hear()
    assert [end["why"] for end in house.pops("popend")] == ["abandoned"]


async def test_call_stays_on_the_desk_until_the_agent_is_done_with_it(house: House) -> None:
    await rung(house)
    house.book.wait(2).talking().wait(30)
    await house.hear()
    assert house.desks.snapshot(SARA)["pops"] == []
    house.book.hangs_up("c", "a", "b-a")
    await house.hear()
    assert house.desks.snapshot(SARA)["calls"][CALL]["phase"] == "done"
    await house.engine.commit(
        [DispositionSet(at=house.clock.now, pbx="pbx1", call=CALL, by="sara", code="sold")]
    )
    # A disposition is chosen in the middle of the work; the card goes when the agent says so.
    assert house.desks.snapshot(SARA)["calls"][CALL]["disposition"] == "sold"
    house.desks.filed(SARA, CALL)
    house.desks.filed(SARA, CALL)
    assert house.desks.snapshot(SARA)["calls"] == {}
    assert house.callers.get(CALL) is None
    assert [line["id"] for line in house.desks.snapshot(SARA)["recent"]] == [CALL]


async def test_call_under_way_cannot_be_filed(house: House) -> None:
    await rung(house)
    house.book.wait(2).talking()
    await house.hear()
    house.desks.filed(SARA, CALL)
    house.desks.filed("pbx1:nobody", CALL)
    assert list(house.desks.snapshot(SARA)["calls"]) == [CALL]


async def test_desk_is_the_same_after_a_restart_of_ours(house: House) -> None:
    await rung(house)
    before = house.desks.snapshot(SARA)["calls"]
    later = House()
    later.directory.by_number = house.directory.by_number
    later.clock.now = house.clock.now
    later.ledger.take_up(house.ledger.open_calls(), [])
    later.desks.rebuild()
    await later.settle()
    after = later.desks.snapshot(SARA)["calls"]
    assert list(after) == list(before) == [CALL]
    assert after[CALL]["phase"] == "ringing"
    assert after[CALL]["cust"]["name"] == "Zoe O'Brien"
    assert later.pops() == []


async def test_a_call_that_nobody_filed_is_back_on_the_desk_after_a_restart(house: House) -> None:
    await rung(house)
    house.book.talking().wait(60).hangs_up("c", "a", "b-a")
    await house.hear()
    before = house.desks.snapshot(SARA)["calls"][CALL]
    ended = house.ledger.get(CALL)
    assert ended is not None
    assert ended.ended_at is not None
    for late_ms, filed, there in ((0, False, True), (LINGER_MS, False, False), (0, True, False)):
        later = House()
        later.directory.by_number = house.directory.by_number
        later.clock.now = ended.ended_at + late_ms
        stored = clone(ended)
        stored.disposition = Disposition(code="resolved") if filed else None
        later.ledger.take_back([stored], later.clock.now)
        later.desks.rebuild()
        await later.settle()
        after = later.desks.snapshot(SARA)["calls"]
        assert list(after) == ([CALL] if there else [])
        if there:
            assert after[CALL]["phase"] in ("done", before["phase"])
            assert after[CALL]["cust"]["name"] == "Zoe O'Brien"
            assert later.pops() == []


async def test_arrival_of_the_pop_is_taken_once(house: House) -> None:
    await rung(house)
    assert house.desks.arrived(SARA, CALL) == house.clock.now - 12.5
    assert house.desks.arrived(SARA, CALL) is None
    assert house.desks.arrived("pbx1:nobody", CALL) is None


async def test_desk_nobody_looks_at_gets_pops_and_no_deltas(house: House) -> None:
    await rung(house)
    assert all(isinstance(change, Push) for _, change in house.pushed)
    house.desks.snapshot(SARA)
    house.pushed.clear()
    house.book.talking()
    await house.hear()
    deltas = [change for who, change in house.pushed if who == SARA and isinstance(change, list)]
    assert ["state", "state", "talking"] in [delta for change in deltas for delta in change]
    assert house.desks.watched() == [SARA]


async def test_state_and_interface_are_the_boards(house: House) -> None:
    assert (house.desks.state(SARA), house.desks.interface(SARA)) == ("ready", "PJSIP/1001")
    assert (house.desks.state("x"), house.desks.interface("x")) == ("unknown", "")
    assert house.desks.knows(SARA)
    assert not house.desks.knows("x")


async def test_customer_found_late_follows_the_pop() -> None:
    house = House()
    house.directory.with_customer("+989121234567", Customer(name="Zoe"))
    house.directory.delay_s = 0.02
    house.book.with_members("support", "1001").waiting().ringing()
    await house.hear()
    [pop] = house.pops()
    assert pop["cust"] is None
    await asyncio.sleep(0.06)
    late = house.pops("pop2")
    assert {frame["cust"]["name"] for frame in late} == {"Zoe"}


async def test_figures_of_the_day_are_the_agents_own(house: House) -> None:
    await rung(house)
    house.book.wait(2).talking().wait(30).hangs_up("c", "a", "b-a")
    await house.hear()
    assert house.desks.snapshot(SARA)["day"]["answered"] == 1
    assert house.desks.snapshot(SARA)["day"]["aht_ms"] == 30_000
    assert house.desks.snapshot(OMID)["day"] == {
        "answered": 0,
        "aht_ms": None,
        "wrap_ms": None,
        "pause_ms": 0,
    }


async def test_call_that_leaves_a_desk_takes_along_when_it_arrived(house: House) -> None:
    """Nobody may ever have looked at this desk: what is kept of its pops must not pile up."""
    await rung(house)
    house.book.wait(2).talking()
    await house.hear()
    house.book.wait(30).hangs_up("a", "c", "b-a")
    await house.hear()
    house.desks.filed(SARA, CALL)
    assert house.desks.arrived(SARA, CALL) is None


@pytest.mark.parametrize(
    ("told", "since", "beside"),
    [
        ("2019-10-05", "2019-10-05", []),
        ("long ago", None, ["customer_since"]),
        (2019, None, ["customer_since"]),
        (None, None, []),
    ],
)
def test_a_card_says_since_when_he_is_a_customer_and_not_since_when_he_is_written_down(
    told: str | int | None, since: str | None, beside: list[str]
) -> None:
    fields = {} if told is None else {"customer_since": told}
    card = customer_card(Customer(name="Sara", fields=fields, created_at=5), [], 9)
    assert card["since"] == since
    # A field whose name nobody wrote down is named by the page, in the reader's language.
    assert [(fact["key"], fact["label"]) for fact in card["facts"]] == [(key, "") for key in beside]

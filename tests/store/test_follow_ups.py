"""Follow-ups: open until done, the most urgent first."""

from __future__ import annotations

from callcenter.domain.customer import FollowUp
from callcenter.store.engine import Database
from callcenter.store.follow_ups import SqlFollowUps


def promise(due_at: int, agent: str | None = "pbx1:a", customer: int | None = 7) -> FollowUp:
    return FollowUp(
        customer_id=customer, call_id="pbx1:1.0", text="زنگ", due_at=due_at, by="x", for_agent=agent
    )


async def test_open_ones_of_a_customer_are_sorted_by_when_due(database: Database) -> None:
    follow_ups = SqlFollowUps(database)
    late, soon = await follow_ups.add(promise(200)), await follow_ups.add(promise(100))
    await follow_ups.add(promise(50, customer=8))
    assert await follow_ups.open_of_customer(7) == [soon, late]
    assert await follow_ups.get(late.id) == late


async def test_an_agent_sees_his_own_due_until_the_end_of_his_day(database: Database) -> None:
    follow_ups = SqlFollowUps(database)
    mine = await follow_ups.add(promise(100))
    await follow_ups.add(promise(101))
    await follow_ups.add(promise(50, agent="pbx1:b"))
    assert await follow_ups.open_of_agent("pbx1:a", 100) == [mine]


async def test_what_is_done_is_not_open_and_cannot_be_done_again(database: Database) -> None:
    follow_ups = SqlFollowUps(database)
    one = await follow_ups.add(promise(100))
    assert await follow_ups.later(one.id, 150)
    assert await follow_ups.done(one.id, 120)
    assert not await follow_ups.done(one.id, 130)
    assert not await follow_ups.later(one.id, 200)
    assert await follow_ups.open_of_customer(7) == []
    kept = await follow_ups.get(one.id)
    assert kept is not None
    assert (kept.done_at, kept.due_at) == (120, 150)

"""What an agent does at his desk: once per ``op``, with his rights, and never losing a text."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from callcenter.domain.customer import Customer
from callcenter.domain.facts import DispositionSet, NoteSaved
from callcenter.domain.model import CallRecord
from callcenter.services.access import SignedIn
from callcenter.services.pushes import Result
from tests.playbook import member

from .centre import AGENT, BOSS, FULL, OTHER, House

CALL = "pbx1:c"
TIED_TO_NOBODY = SignedIn(user_id=9, name="new", role="agent")


@pytest.fixture
async def house() -> House:
    house = House()
    house.book.with_members("support", "1001", "1002").waiting().ringing().wait(2).talking()
    await house.hear()
    return house


def record(house: House) -> CallRecord:
    found = house.ledger.get(CALL)
    assert found is not None
    return found


async def do(
    house: House, what: str, user: SignedIn = AGENT, op: str = "", /, **args: Any
) -> Result:
    return await house.commands.command(user, op or f"op-{what}-{args}", what, args)


async def test_note_is_saved_and_gives_its_revision(house: House) -> None:
    saved = await house.commands.note(CALL, AGENT, 0, "wants a refund", "1")
    assert (saved.ok, saved.data["rev"]) == (True, 1)
    assert (record(house).note, record(house).note_rev) == ("wants a refund", 1)


async def test_same_op_twice_is_done_once_and_answered_twice(house: House) -> None:
    first = await house.commands.note(CALL, AGENT, 0, "one", "same")
    again = await house.commands.note(CALL, AGENT, 0, "one", "same")
    assert first == again
    facts = await house.journal.read(0, 999)
    assert sum(isinstance(item.fact, NoteSaved) for item in facts) == 1


async def test_same_op_of_another_user_is_another(house: House) -> None:
    await house.commands.note(CALL, AGENT, 0, "one", "same")
    await house.commands.note(CALL, BOSS, 1, "two", "same")
    assert record(house).note == "two"


async def test_two_notes_on_the_same_revision_keep_both_texts(house: House) -> None:
    await house.commands.note(CALL, AGENT, 0, "from the first tab", "1")
    late = await house.commands.note(CALL, AGENT, 0, "from the second tab", "2")
    assert late.data["conflict"] is True
    assert "from the first tab" in late.data["text"]
    assert "from the second tab" in late.data["text"]
    assert record(house).note == late.data["text"]
    assert late.data["rev"] == 2


async def test_notes_at_the_same_time_lose_nothing(house: House) -> None:
    texts = [f"text {n}" for n in range(5)]
    await asyncio.gather(*(house.commands.note(CALL, AGENT, 0, text, text) for text in texts))
    assert all(text in record(house).note for text in texts)
    assert record(house).note_rev == 5


async def test_note_that_contains_the_stored_one_is_no_conflict_of_texts(house: House) -> None:
    await house.commands.note(CALL, AGENT, 0, "refund", "1")
    await house.commands.note(CALL, AGENT, 0, "refund tomorrow", "2")
    assert record(house).note == "refund tomorrow"


@pytest.mark.parametrize("user", [OTHER, TIED_TO_NOBODY])
async def test_agent_writes_on_his_own_calls_only(house: House, user: SignedIn) -> None:
    refused = await house.commands.note(CALL, user, 0, "x", "1")
    assert (refused.ok, refused.code) == (False, "forbidden")
    refused = await do(house, "disposition.set", user, call=CALL, disposition="sold")
    assert refused.code == "forbidden"
    assert record(house).note == ""


async def test_supervisor_writes_on_any_call(house: House) -> None:
    assert (await house.commands.note(CALL, BOSS, 0, "x", "1")).ok


async def test_call_that_is_not_there_is_not_found(house: House) -> None:
    assert (await house.commands.note("pbx1:x", AGENT, 0, "x", "1")).code == "not_found"
    assert (await do(house, "disposition.set", call="", disposition="sold")).code == "not_found"


async def test_call_long_over_is_read_from_the_store(house: House) -> None:
    house.book.hangs_up("c", "a", "b-a")
    await house.hear()
    await house.projector.flush()
    later = House()
    later.call_log = house.call_log
    later.commands._call_log = house.call_log
    later.journal.lines = house.journal.lines
    assert (await later.commands.note(CALL, AGENT, 0, "afterwards", "1")).ok
    assert record(later).note == "afterwards"


async def test_disposition_is_filed_with_its_note(house: House) -> None:
    filed = await do(
        house, "disposition.set", call=CALL, disposition="sold", resolved=True, note="n"
    )
    assert filed.ok
    found = record(house).disposition
    assert found is not None
    assert (found.code, found.resolved, found.by, record(house).note) == ("sold", True, "sara", "n")


@pytest.mark.parametrize(
    "args", [{}, {"disposition": ""}, {"disposition": 5}, {"disposition": "a", "resolved": "yes"}]
)
async def test_disposition_of_a_wrong_shape_is_refused_with_a_sentence(
    house: House, args: dict[str, Any]
) -> None:
    refused = await do(house, "disposition.set", call=CALL, **args)
    assert refused.code == "bad_message"
    assert refused.msg.endswith(".")
    assert record(house).disposition is None


async def test_wrap_up_is_done_with_a_promise_and_the_agent_is_ready(house: House) -> None:
    house.book.hangs_up("c", "a", "b-a")
    await house.hear()
    house.book.say(member("1001", paused=True, paused_reason="acw"))
    await house.hear()
    done = await do(
        house,
        "wrapup.done",
        call=CALL,
        disposition="sold",
        ready=True,
        follow_up={"due_at": house.clock.now + 1_000, "text": "call back"},
    )
    assert done.ok
    assert house.pbx.paused == [("PJSIP/1001", False, "")]
    [promise] = house.follow_ups.items.values()
    assert (promise.text, promise.for_agent, promise.call_id) == ("call back", AGENT.agent_id, CALL)


@pytest.mark.parametrize("follow_up", [{}, {"due_at": "x", "text": "t"}, {"due_at": 1, "text": 5}])
async def test_promise_of_a_wrong_shape_files_nothing(
    house: House, follow_up: dict[str, Any]
) -> None:
    refused = await do(
        house, "wrapup.done", call=CALL, disposition="sold", follow_up=follow_up or {"text": "t"}
    )
    assert refused.code == "bad_message"
    assert house.follow_ups.items == {}


async def test_agent_pauses_himself_with_a_reason(house: House) -> None:
    assert (await do(house, "state.set", state="paused", reason="lunch")).ok
    assert house.pbx.paused == [("PJSIP/1001", True, "lunch")]


async def test_agent_does_not_pause_another_but_a_supervisor_does(house: House) -> None:
    other = OTHER.agent_id or ""
    refused = await house.commands.set_state(AGENT, other, "paused", "")
    assert refused.code == "forbidden"
    assert (await house.commands.set_state(BOSS, other, "paused", "meeting")).ok
    assert house.pbx.paused == [("PJSIP/1002", True, "meeting")]


async def test_state_that_cannot_be_set_is_refused(house: House) -> None:
    assert (await do(house, "state.set", state="asleep")).code == "bad_message"
    assert (await do(house, "state.set", state="paused", reason=5)).code == "bad_message"
    assert (await do(house, "state.set", TIED_TO_NOBODY, state="ready")).code == "forbidden"
    assert (await house.commands.set_state(BOSS, "pbx1:x", "ready", "")).code == "not_found"
    assert (await house.commands.set_state(BOSS, "pbx9:x", "ready", "")).code == "not_found"
    assert (await house.commands.set_state(BOSS, AGENT.agent_id or "", "x", "")).code == (
        "bad_message"
    )


async def test_pbx_that_refuses_or_has_no_account_says_why(house: House) -> None:
    house.pbx.refuses = "The PBX does not answer."
    assert (await do(house, "state.set", state="ready")).msg == "The PBX does not answer."
    house.pbx.can_act = False
    assert (await do(house, "state.set", AGENT, "2", state="ready")).code == "no_actions"


async def test_refusal_because_something_is_away_may_be_tried_again(house: House) -> None:
    house.pbx.refuses = "The PBX does not answer."
    assert (await do(house, "state.set", AGENT, "same", state="ready")).code == "offline"
    house.pbx.refuses = ""
    assert (await do(house, "state.set", AGENT, "same", state="ready")).ok


async def test_store_that_is_away_is_a_sentence(house: House) -> None:
    house.directory.down = True
    refused = await do(house, "customer.choose", call=CALL, customer_id=1)
    assert (refused.code, refused.msg) == ("offline", FULL)


async def test_customer_is_chosen_or_created(house: House) -> None:
    zoe = house.directory.with_customer("+1", Customer(name="Zoe"))
    assert (await do(house, "customer.choose", call=CALL, customer_id=zoe.id)).ok
    assert record(house).customer_id == zoe.id
    made = await do(house, "customer.create", call=CALL, name=" Ben ", code="B1")
    assert made.ok
    assert record(house).customer_id == made.data["customer_id"]
    ben = await house.directory.get(made.data["customer_id"])
    assert ben is not None
    assert (ben.name, ben.code) == ("Ben", "B1")


@pytest.mark.parametrize(
    ("name", "args", "code"),
    [
        ("customer.choose", {"call": CALL}, "not_found"),
        ("customer.choose", {"call": CALL, "customer_id": 99}, "not_found"),
        ("customer.create", {"call": "x", "name": "a"}, "not_found"),
        ("customer.create", {"call": CALL, "name": " "}, "bad_message"),
        ("followup.done", {"id": "x"}, "not_found"),
        ("followup.done", {"id": 7}, "not_found"),
        ("followup.later", {"id": None}, "not_found"),
        ("no.such.thing", {}, "bad_message"),
    ],
)
async def test_command_that_makes_no_sense_is_refused_with_a_sentence(
    house: House, name: str, args: dict[str, Any], code: str
) -> None:
    refused = await do(house, name, **args)
    assert (refused.ok, refused.code) == (False, code)
    assert refused.msg


async def test_customers_of_other_agents_calls_are_theirs(house: House) -> None:
    house.directory.with_customer("+1", Customer(name="Zoe"))
    refused = await do(house, "customer.choose", OTHER, call=CALL, customer_id=1)
    assert refused.code == "forbidden"
    assert (await do(house, "customer.create", OTHER, call=CALL, name="x")).code == "forbidden"


async def test_promise_is_done_or_put_off_by_its_owner(house: House) -> None:
    await do(
        house,
        "wrapup.done",
        call=CALL,
        disposition="sold",
        follow_up={"due_at": 5, "text": "call back"},
    )
    assert (await do(house, "followup.done", OTHER, id=1)).code == "not_found"
    assert (await do(house, "followup.later", id=1)).code == "bad_message"
    assert (await do(house, "followup.later", id=1, due_at=9)).ok
    assert house.follow_ups.items[1].due_at == 9
    assert (await do(house, "followup.done", id=1)).ok
    assert house.follow_ups.items[1].done_at == house.clock.now


async def test_pop_that_was_painted_is_measured_once(house: House) -> None:
    house.clock.now += 250
    for tab in ("one", "two"):
        await house.commands.pop_acknowledged(AGENT, CALL, "shown", 5, tab)
    await house.commands.pop_acknowledged(AGENT, CALL, "closed", 5, "one")
    await house.commands.pop_acknowledged(TIED_TO_NOBODY, CALL, "shown", 5, "one")
    assert len(house.pops_painted) == 1
    assert house.pops_painted[0] >= 0.25


async def test_disposition_by_the_api_replaces_the_earlier(house: House) -> None:
    await house.commands.set_disposition(AGENT, CALL, "sold", True, None)
    await house.commands.set_disposition(BOSS, CALL, "callback", None, "later")
    facts = await house.journal.read(0, 999)
    assert sum(isinstance(item.fact, DispositionSet) for item in facts) == 2
    found = record(house).disposition
    assert found is not None
    assert (found.code, found.by) == ("callback", "boss")

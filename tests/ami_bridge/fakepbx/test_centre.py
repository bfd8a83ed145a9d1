"""The invented centre: believable figures, the same day from the same seed, people left alone."""

from __future__ import annotations

from collections import Counter

import phonenumbers
import pytest

from ami_bridge.fakepbx.centre import Centre
from ami_bridge.fakepbx.events import Event
from ami_bridge.fakepbx.exchange import Exchange
from ami_bridge.fakepbx.people import AGENTS
from ami_bridge.fakepbx.simulation import Simulation

START = 1_795_371_286_000


def run(
    seed: int, minutes: float, rate: float = 12.0, attended: tuple[str, ...] = ()
) -> tuple[list[Event], Centre, Exchange]:
    said: list[Event] = []
    sim = Simulation(START)
    ex = Exchange(sim, seed, said.append)
    centre = Centre(ex, rate, attended)
    centre.open()
    sim.run_until(START + int(minutes * 60_000))
    return said, centre, ex


def waits(said: list[Event]) -> list[float]:
    joined: dict[str, int] = {}
    found = []
    for event in said:
        uniqueid = dict(event.body).get("Uniqueid", "")
        if event.name == "QueueCallerJoin":
            joined[uniqueid] = event.at
        elif event.name == "AgentConnect":
            found.append((event.at - joined[uniqueid]) / 1e6)
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_most_callers_are_answered_and_four_of_five_in_time(seed: int) -> None:
    said, _, _ = run(seed, 120)
    names = Counter(event.name for event in said)
    offered = names["QueueCallerJoin"]
    assert 0.80 <= names["AgentConnect"] / offered <= 0.92
    in_time = sum(wait <= 20 for wait in waits(said))
    assert 0.74 <= in_time / offered <= 0.88


def test_all_outcomes_come_in_a_day() -> None:
    said, _, _ = run(1, 240)
    names = Counter(event.name for event in said)
    bodies = [(event.name, dict(event.body)) for event in said]
    statuses = {b["Value"] for n, b in bodies if n == "VarSet" and b["Variable"] == "QUEUESTATUS"}
    assert {"", "TIMEOUT"} <= statuses
    assert {b["Reason"] for n, b in bodies if n == "AgentComplete"} == {
        "agent",
        "caller",
        "transfer",
    }
    for name in (
        "QueueCallerAbandon",
        "AgentRingNoAnswer",
        "BlindTransfer",
        "AttendedTransfer",
        "MessageWaiting",
        "Hold",
        "Unhold",
        "QueueMemberPause",
        "QueueMemberAdded",
        "QueueMemberRemoved",
    ):
        assert names[name] > 0, name
    calls_out = [b for n, b in bodies if n == "DialBegin" and b["DialString"].endswith("@trunk")]
    assert calls_out
    reasons = {b["PausedReason"] for n, b in bodies if n == "QueueMemberPause"}
    assert {"break", "lunch"} <= reasons
    numbers = Counter(
        b["CallerIDNum"] for n, b in bodies if n == "Newchannel" and b["Context"] == "from-trunk"
    )
    assert numbers["<unknown>"] > 0
    assert numbers["anonymous"] > 0


def test_same_seed_same_day_other_seed_another() -> None:
    assert run(7, 20)[0] == run(7, 20)[0]
    assert run(7, 20)[0] != run(8, 20)[0]


def test_something_happens_within_three_seconds_and_all_tiles_fill_in_the_first_minute() -> None:
    early, _, _ = run(1, 0.05)
    assert any(event.name == "AgentCalled" for event in early)
    said, _, _ = run(1, 1)
    names = {event.name for event in said}
    assert {"AgentConnect", "AgentComplete", "QueueCallerAbandon"} <= names


@pytest.mark.parametrize("rate", [1.0, 12.0, 60.0])
def test_nothing_is_left_hanging_when_calls_end(rate: float) -> None:
    _, _, ex = run(3, 60, rate)
    waiting = [entry.channel for queue in ex.pbx.queues.values() for entry in queue.waiting]
    assert set(waiting) <= set(ex.pbx.channels)
    bridged = {uid for bridge in ex.pbx.bridges.values() for uid in bridge.channels}
    assert bridged <= set(ex.pbx.channels)
    for channel in ex.pbx.channels.values():
        assert ex.now - channel.created < 1_800_000, f"{channel.name} lives for ever"


def test_phone_of_a_person_rings_twelve_seconds_and_is_never_paused_by_itself() -> None:
    said, _, _ = run(1, 60, attended=("PJSIP/1001",))
    rang: dict[str, int] = {}
    lengths = []
    for event in said:
        body = dict(event.body)
        if event.name == "AgentCalled" and body["Interface"] == "PJSIP/1001":
            rang[body["DestUniqueid"]] = event.at
        if event.name == "AgentConnect" and body["Interface"] == "PJSIP/1001":
            lengths.append((event.at - rang[body["DestUniqueid"]]) / 1e6)
        if event.name in ("QueueMemberPause", "QueueMemberRemoved"):
            assert body["Interface"] != "PJSIP/1001"
    assert lengths
    assert all(length == pytest.approx(12.0, abs=0.1) for length in lengths)


def test_customers_are_plain_dicts_with_numbers_that_the_world_accepts() -> None:
    _, centre, _ = run(1, 0.01)
    customers = centre.customers()
    assert len(customers) > 50
    assert {customer["language"] for customer in customers} == {"fa", "he", "en"}
    for customer in customers:
        assert set(customer) == {"name", "numbers", "language", "tags", "fields"}
        for number in customer["numbers"]:
            assert phonenumbers.is_possible_number(phonenumbers.parse(number)), number
    every = Counter(number for customer in customers for number in customer["numbers"])
    assert max(every.values()) == 2


def test_twelve_agents_have_names_in_three_scripts() -> None:
    names = " ".join(agent.name for agent in AGENTS)
    assert len(AGENTS) == 12
    assert any("\u0600" <= letter <= "\u06ff" for letter in names)
    assert any("\u0590" <= letter <= "\u05ff" for letter in names)
    assert any("a" <= letter <= "z" for letter in names)

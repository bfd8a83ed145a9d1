"""Every recorded story comes out as what really happened, by the phones' own clocks.

``truth.json`` is written by the lab from its phones, not from Asterisk, and the comparison is the
lab's own (``tests.lab.truth``). Where the house counts otherwise than the truth is written, a
function here says so, with the reason.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from callcenter.domain.calls import Rules
from callcenter.domain.facts import AgentStateChanged, AnyFact
from callcenter.domain.model import CallRecord
from callcenter.domain.switchboard import Switchboard
from tests.expected import ext_of, fold
from tests.lab import spans
from tests.lab.truth import Comparison
from tests.playbook import trunks_are_lines

from .replaying import (
    TRACES,
    WRAPUP_S,
    flat,
    folders,
    heard,
    long_after,
    play,
    shifts_of,
    tell,
    truth_of,
)

EVERY = [pytest.param(folder, id=str(folder.relative_to(TRACES))) for folder in folders()]
GIVEN = [param for param in EVERY if str(param.id).startswith("given/")]
OWN = [param for param in EVERY if param not in GIVEN]
OF_AGENTS = [param for param in OWN if "spans" in truth_of(TRACES / str(param.id))]
CALLED_BACK = {"blonde_dtmf_recalled"}
"""Asterisk itself calls the agent back: that is a call of the house until he has the customer."""
OURS = {"ringing": "offered", "busy": "talking", "wrapup": "wrap_up"}


def as_the_house_counts(truth: dict[str, Any]) -> dict[str, Any]:
    """The truth of a given story in the lab's present words."""
    truth = copy.deepcopy(truth)
    for call in truth["calls"]:
        # What a caller did after he left by key is the dialplan's affair; the visit says "key".
        call["outcome"] = {"voicemail": "exit_key", "empty": "join_empty"}.get(
            call["outcome"], call["outcome"]
        )
        for visit in call["visits"]:
            if visit["result"] == "join_empty":
                # Recorded with no UserEvent and no Newexten: nothing in it names the queue.
                visit["queue"] = ""
        for leg in call.get("legs", []):
            # A conversation is an agent joined with the *customer*. In an attended transfer the
            # second agent's begins when he is joined with the customer; the phone's talk counts
            # the consultation of 3 s as well.
            if leg["agent"] == "1002" and any(t["how"] == "DTMF" for t in call["transfers"]):
                leg["talk"] -= 3
    return truth


def calls_of_agents(truth: dict[str, Any]) -> int:
    """The calls that agents made beside those of the truth: a consultation, a code dialled."""
    made = [
        call
        for agent in truth["agents"].values()
        for call in agent.get("calls", [])
        if not call.get("incoming", True)
    ]
    told = [call for call in truth["calls"] if call["direction"] != "inbound"]
    return len(made) - len(told) + (truth["scenario"] in CALLED_BACK)


def plain(value: Any) -> Any:
    """A record as dictionaries and lists, what has its default too."""
    if isinstance(value, msgspec.Struct):
        return {key: plain(getattr(value, key)) for key in value.__struct_fields__}
    return [plain(item) for item in value] if isinstance(value, list) else value


def customers_calls(truth: dict[str, Any], calls: dict[str, CallRecord]) -> list[dict[str, Any]]:
    """The records of the directions that the truth tells of, as the API gives them."""
    wanted = {call["direction"] for call in truth["calls"]}
    found = [record for record in calls.values() if record.direction in wanted]
    return [plain(record) for record in sorted(found, key=lambda r: r.started_at)]


def test_the_stories_are_there() -> None:
    assert len(OWN) >= 40
    assert len(GIVEN) == 12


@pytest.mark.parametrize("folder", EVERY)
def test_story_is_told_as_it_happened(folder: Path) -> None:
    truth = truth_of(folder)
    if folder.parent.name == "given":
        truth = as_the_house_counts(truth)
    _, calls, _ = play(flat(heard(folder)))
    ours = customers_calls(truth, calls)
    assert len(ours) == len(truth["calls"])
    wrong: list[str] = []
    for call, record in zip(truth["calls"], ours, strict=True):
        assert (record["direction"], record["caller"]["number"]) == (
            call["direction"],
            call["number"],
        )
        wrong += Comparison(call, record, truth["tol"]).texts()
    assert wrong == []


@pytest.mark.parametrize("folder", EVERY)
def test_transfers_are_of_the_right_kind(folder: Path) -> None:
    truth = truth_of(folder)
    _, calls, _ = play(flat(heard(folder)))
    wanted = [
        (transfer["kind"], transfer["by"])
        for call in truth["calls"]
        for transfer in call.get("transfers", [])
    ]
    ours = [
        (talk.transfer.kind, ext_of(talk.agent))
        for record in calls.values()
        for talk in record.conversations
        if talk.transfer is not None
    ]
    assert ours == wanted


@pytest.mark.parametrize("folder", EVERY)
def test_nothing_stays_behind_when_a_story_is_over(folder: Path) -> None:
    _, calls, board = play(flat(heard(folder)))
    scene = board.scene
    truth = truth_of(folder)
    own = truth.get("house_calls", calls_of_agents(truth))
    assert len(calls) == len(truth["calls"]) + own
    customers = sum(call["direction"] == "inbound" for call in truth["calls"])
    assert sum(r.direction == "inbound" for r in calls.values()) == customers
    assert all(record.ended_at is not None for record in calls.values())
    assert (scene.calls, scene.legs.legs, scene.legs.bridges, scene.wakes) == ({}, {}, {}, {})
    assert board.odd == 0
    for agent in scene.agents.all():
        assert (agent.offers, agent.talks, agent.busy_legs, agent.ringing_legs) == ({}, {}, {}, {})


def states(facts: list[AnyFact], ext: str) -> Iterator[AgentStateChanged]:
    """The spans of one agent, those that say nothing new left out."""
    last = ""
    for fact in facts:
        if isinstance(fact, AgentStateChanged) and ext_of(fact.agent) == ext:
            now = "talking" if fact.state == "held" else fact.state
            if now != last:
                yield fact
            last = now


@pytest.mark.parametrize("folder", OWN)
def test_agents_are_in_the_state_that_their_phones_were_in(folder: Path) -> None:
    """Between its own instants (and a tenth of a second around them) each phone's state is ours.

    Not where the PBX could not be heard, and not for a Local member, whose phone is behind it.
    """
    truth = truth_of(folder)
    facts, _, _ = play(flat(heard(folder)))
    for ext, agent in truth["agents"].items():
        told = list(states(facts, ext))
        for call in agent["calls"]:
            if call["t_ring"] is None or any(
                low - 0.2 <= instant <= high + 1
                for low, high in truth["ami_gaps"]
                for instant in (call["t_ring"], call["t_end"])
            ):
                continue
            busy = call["t_answer"] or call["t_end"]
            for began, ended, state in (
                (call["t_ring"], busy, "offered" if call["incoming"] else "talking"),
                (busy, call["t_end"], "talking"),
            ):
                middle = (began + ended) / 2 * 1000
                if ended - began < 0.2:
                    continue
                now = [span for span in told if span.at <= middle][-1]
                wanted = {state, "unknown"} if truth["ami_gaps"] else {state}
                assert now.state.replace("held", "talking") in wanted, (ext, call)


@pytest.mark.parametrize("folder", OF_AGENTS)
def test_shifts_of_agents_are_told_as_they_were(folder: Path) -> None:
    facts, _, _ = play(flat(heard(folder)), WRAPUP_S)
    assert spans.differences(truth_of(folder), shifts_of(facts)) == []


@pytest.mark.parametrize("folder", GIVEN)
def test_agents_went_through_the_given_timeline(folder: Path) -> None:
    truth = truth_of(folder)
    rules = Rules(is_internal=trunks_are_lines, wrapup_s={"support": 5})
    board = Switchboard("pbx1", rules)
    signals = flat(heard(folder))
    facts = tell(board, signals)
    facts += long_after(board, signals[-1].at)
    assert fold(facts)
    for ext, agent in truth["agents"].items():
        wanted = [word.partition(":")[0] for word in agent["expected"].split()]
        wanted = [OURS.get(word, word) for word in wanted if word not in ("login", "idle")]
        ours = [span.state for span in states(facts, ext)]
        # Who is in no queue is "idle" to the lab and signed out here; the recording ends when the
        # agent is taken out of his queue, so that what follows after-call work is not in it.
        assert [state for state in ours if state != "signed_out"] == wanted
        for told in agent["timeline"]:
            if told["state"] in OURS:
                span = next(s for s in states(facts, ext) if s.state == OURS[told["state"]])
                assert abs(span.at / 1000 - told["t"]) < truth["tol"], (ext, told)

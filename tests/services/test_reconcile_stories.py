"""Every recorded story against the queue_log that the real Asterisk wrote meanwhile.

After the replay the ledger says equal, or names the known lie, or has corrected what the cut link
hid; nothing is unexplained. And where the truth of a story says that queue_log lies, the rule that
we name is the one that the story was made for.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from ami_bridge.queue_log_visits import VisitFold
from callcenter.domain import record as records
from callcenter.domain.facts import AgentSeen, AnyFact, CallFact, Fact
from callcenter.domain.heard import Heard, turns
from callcenter.domain.logged import LoggedCall
from callcenter.domain.model import CallRecord
from callcenter.domain.named import AgentNames
from callcenter.domain.reconcile import Judged, holds, judge, paired, unlogged
from tests.ami_bridge.replaying import TRACES, flat, folders, heard, play, truth_of
from tests.ami_bridge.test_partial import crossed
from tests.lab.witness import UNLOGGED

EVERY = [pytest.param(folder, id=str(folder.relative_to(TRACES))) for folder in folders()]
LIES = {
    "ami_redirect": ["redirect"],
    "caller_goes_in_the_announcement": ["gone in the announcement"],
    "hung_up_while_waiting": ["hung up while waiting"],
    "no_such_queue": ["refused at the door"],
    "redirected_to_queue": ["redirected while waiting"],
    "redirected_while_ringing": ["redirected while waiting"],
    "redirected_while_waiting": ["redirected while waiting"],
    "time_limit_while_waiting": ["hung up while waiting"],
    "atxfer_dtmf_queue": ["transfer into a queue"],
    # The log has the talk of the agent's own call right; only by whom it ended is not.
    "atxfer_to_answered_queue": [],
    # Who stays with the customer after three have talked is no transfer to queue_log.
    "atxfer_threeway": ["attended transfer"],
    "atxfer_reversed": ["attended transfer"],
    "atxfer_to_waiting": ["transfer into a queue"],
    "blind_by_the_caller": ["transfer by the caller"],
    "callback_busy": ["call-back"],
    "callback_kept": ["call-back"],
    "forwarded": ["forward"],
    "forwarded_then_atxfer": ["forward", "late completion"],
    "join_empty": ["refused at the door"],
    "given/join_empty": ["refused at the door"],
    "local_n_atxfer": ["local member"],
    "local_n_blind": ["local member"],
    "local_n_forwarded": ["forward"],
    "local_n_park": ["parking"],
    "local_n_picked_up": ["pick-up"],
    "park_ami": ["parking"],
    "park_comes_back": ["parking"],
    "park_comes_back_in_vain": ["parking"],
    "park_given_up": ["parking"],
    "park_same_agent": ["parking"],
    "park_then_blind": ["parking"],
    "park_then_next": ["parking"],
    "redirect_to_queue": ["redirect"],
    "redirect_waiting": ["redirected while waiting"],
    "park_retrieve": ["parking"],
    "bridged_while_talking": ["redirect"],
    "bridged_while_waiting": ["redirected while waiting"],
    "parked_while_waiting": ["redirected while waiting"],
    "pickup": ["pick-up"],
    "pickup_then_blind": ["pick-up"],
    "pool_hands_on": ["local member"],
    "keyed_ask_by_the_caller": ["late completion"],
    "keyed_blind_by_the_caller": ["transfer by the caller"],
    "keyed_handed_over_by_the_caller": ["late completion", "transfer by the caller"],
    "keyed_park_by_the_caller": ["late completion"],
    "queue_full": ["refused at the door"],
    "refused_then_answered": ["refused at the door"],
}
NOT_COMPARED = {"by", "rna"}
"""Who ended a talk queue_log cannot say of Asterisk; rings it has only some of (ASTERISK 12.9)."""
ENDS = {
    "transferred": "answered",
    "timeout": "timed_out",
    "exit_key": "key",
    "leave_empty": "emptied",
}
"""What we call an end that a truth calls otherwise."""
CORRECTED = {"ami_cut_call_ends_unseen"}


def reconciled(folder: Path, facts: list[AnyFact], calls: dict[str, CallRecord]) -> list[Judged]:
    """The verdicts on all calls that queues had, ours and the log's."""
    return judged_by((folder / "queue_log").read_text(encoding="utf-8").splitlines(), facts, calls)


def judged_by(rows: list[str], facts: list[AnyFact], calls: dict[str, CallRecord]) -> list[Judged]:
    """The same by these lines of a queue_log."""
    fold = VisitFold()
    fold.texts(rows)
    agents = AgentNames("pbx1")
    for fact in facts:
        if isinstance(fact, AgentSeen):
            agents.learn(fact.agent)
    ears = Heard(turns(facts))
    logged = {f"pbx1:{call.callid}": call for call in fold.rest()}
    records = {
        name: calls.get(name) or under_another_leg(calls, call) for name, call in logged.items()
    }
    claimed: dict[str, set[int]] = {}
    for name, call in logged.items():
        record = records[name]
        if record is not None and record.id != name:
            both = [o.number for o, theirs in paired(record, call) if o is not None and theirs]
            claimed.setdefault(record.id, set()).update(both)
    found = []
    for name, call in logged.items():
        record = records[name]
        elsewhere = claimed.get(record.id, set()) if record is not None else set()
        found.append(judge("pbx1", record, call, agents, ears, elsewhere))
    seen = set(logged) | set(claimed)
    others = [unlogged(record) for name, record in calls.items() if name not in seen]
    return found + [judged for judged in others if judged is not None]


def under_another_leg(calls: dict[str, CallRecord], call: LoggedCall) -> CallRecord | None:
    """A call of ours for which this leg waited, as the ledger looks for it."""
    return next((record for record in calls.values() if holds(record, call)), None)


def as_logged(truth: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The visits of a story as queue_log groups them: by the leg that entered the queue."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for call in truth["calls"]:
        for visit in call.get("visits", []):
            if visit["result"] not in UNLOGGED:
                number = visit.get("log_number", call.get("log_number", call["number"]))
                groups.setdefault(f"{call['id']} {number}", []).append(visit)
    return list(groups.values())


@pytest.mark.parametrize("folder", EVERY)
def test_a_story_is_equal_or_the_lie_has_its_name(folder: Path) -> None:
    name = str(folder.relative_to(TRACES))
    facts, calls, _ = play(flat(heard(folder)))
    verdicts = reconciled(folder, facts, calls)
    assert [each.why for each in verdicts if each.verdict == "unexplained"] == []
    assert sorted({lie for each in verdicts for lie in each.known}) == LIES.get(name, [])
    corrected = any(each.verdict == "corrected" for each in verdicts)
    assert corrected == (name in CORRECTED)
    in_queues = [call for call in truth_of(folder)["calls"] if call.get("visits")]
    refused = sum(len(call["visits"]) == 1 for call in in_queues if refused_only(call))
    assert len(verdicts) == len(as_logged(truth_of(folder))) + refused


@pytest.mark.parametrize("folder", EVERY)
def test_a_lie_has_its_name_in_whatever_order_the_legs_tell(folder: Path) -> None:
    story = flat(heard(folder))
    facts, calls, _ = play(story)
    told = [(each.call, each.verdict, each.known) for each in reconciled(folder, facts, calls)]
    for seed in range(3):
        facts, calls, _ = play(crossed(story, random.Random(seed)))
        verdicts = reconciled(folder, facts, calls)
        assert [(each.call, each.verdict, each.known) for each in verdicts] == told


def refused_only(call: dict[str, Any]) -> bool:
    """No queue let this caller in."""
    return {visit["result"] for visit in call["visits"]} <= set(UNLOGGED)


def test_every_story_in_which_the_log_is_said_to_lie_has_a_named_lie() -> None:
    said = {
        str(folder.relative_to(TRACES))
        for folder in folders()
        if any(
            v.get("log", {}).keys() - NOT_COMPARED
            for call in truth_of(folder)["calls"]
            for v in call.get("visits", [])
        )
    }
    assert said
    assert said <= set(LIES)


@pytest.mark.parametrize("folder", EVERY)
def test_what_was_corrected_stays_so_and_a_second_run_says_nothing_new(folder: Path) -> None:
    facts, calls, _ = play(flat(heard(folder)))
    first = reconciled(folder, facts, calls)
    apply(calls, [fact for each in first for fact in each.facts])
    second = reconciled(folder, facts, calls)
    assert [fact for each in second for fact in each.facts] == []
    assert [(e.call, e.verdict, e.known) for e in second] == [
        (e.call, e.verdict, e.known) for e in first
    ]


@pytest.mark.parametrize("folder", EVERY)
def test_with_the_link_down_all_along_the_log_alone_gives_the_queues_figures(folder: Path) -> None:
    truth = truth_of(folder)
    calls: dict[str, CallRecord] = {}
    first = reconciled(folder, [], calls)
    apply(calls, [fact for each in first for fact in each.facts])
    tolerance = truth["tol"] * 1000
    by_number = sorted(calls.values(), key=lambda record: record.started_at)
    wanted = as_logged(truth)
    assert [len(record.visits) for record in by_number] == [len(visits) for visits in wanted]
    for record, visits in zip(by_number, wanted, strict=True):
        assert record.settled_by == "queue_log"
        assert record.ended_at is not None
        for visit, told in zip(record.visits, visits, strict=True):
            true = {**told, **told.get("log", {})}
            if true["result"] == "open":
                assert visit.end == "unknown"
                continue
            assert visit.end == ENDS.get(true["result"], true["result"])
            assert abs((visit.wait_ms or 0) - true["wait"] * 1000) <= tolerance
            talk = next((t for t in record.conversations if t.visit == visit.number), None)
            if "agent" in true:
                assert talk is not None
                assert abs((talk.talk_ms or 0) - true["talk"] * 1000) <= tolerance
    again = reconciled(folder, [], calls)
    assert [fact for each in again for fact in each.facts] == []
    assert {each.verdict for each in again} <= {"corrected"}


def apply(calls: dict[str, CallRecord], facts: list[Fact]) -> None:
    """Folds facts into the records, as the ledger does."""
    for fact in facts:
        assert isinstance(fact, CallFact)
        if fact.call not in calls:
            calls[fact.call] = records.begin(fact)  # type: ignore[arg-type]  # the first is CallStarted
        else:
            records.fold(calls[fact.call], fact)  # type: ignore[arg-type]  # all are of AnyFact


def test_a_call_that_ended_unseen_is_corrected_to_what_the_phones_saw() -> None:
    folder = TRACES / "ami_cut_call_ends_unseen"
    (call,) = truth_of(folder)["calls"]
    (visit,) = call["visits"]
    facts, calls, _ = play(flat(heard(folder)))
    apply(calls, [fact for each in reconciled(folder, facts, calls) for fact in each.facts])
    (record,) = calls.values()
    (talk,) = record.conversations
    assert abs((talk.talk_ms or 0) - visit["talk"] * 1000) <= 1_000
    assert (talk.ended_by, record.ended_by) == (visit["by"], call["ended_by"])
    assert (record.outcome, record.settled_by) == ("answered", "queue_log")


HANDED_ON = ("BLINDTRANSFER", "ATTENDEDTRANSFER")
WRITTEN_AS_ENDED = {"attended transfer", "hang-up before the transfer", "parking"}


def transfers_by_agents(folder: Path) -> list[int]:
    """Which lines of its queue_log tell that an agent handed his caller on."""
    if "by_the_caller" in folder.name:
        return []
    rows = (folder / "queue_log").read_text(encoding="utf-8").splitlines()
    return [n for n, row in enumerate(rows) if any(f"|{event}|" in row for event in HANDED_ON)]


@pytest.mark.parametrize("how", ["COMPLETEAGENT", "COMPLETECALLER"])
@pytest.mark.parametrize(
    "folder", [param for param in EVERY if transfers_by_agents(TRACES / str(param.id))]
)
def test_a_transfer_of_which_the_log_has_only_the_hang_up_is_known(folder: Path, how: str) -> None:
    """app_queue hears of hang-ups and of transfers by two ways; either may be first."""
    rows = (folder / "queue_log").read_text(encoding="utf-8").splitlines()
    facts, calls, _ = play(flat(heard(folder)))
    for number in transfers_by_agents(folder):
        fields = rows[number].split("|")
        changed = [*rows[:number], "|".join([*fields[:4], how, *fields[-3:]]), *rows[number + 1 :]]
        verdicts = judged_by(changed, facts, calls)
        assert {each.verdict for each in verdicts} == {"equal"}
        assert {lie for each in verdicts for lie in each.known} & WRITTEN_AS_ENDED


def consultations(folder: Path) -> list[int]:
    """Which lines tell the end of an agent's own talk behind a queue, of which he made a transfer.

    Its caller is exchanged by the customer: by what it hears first, app_queue calls that a transfer
    or a hang-up.
    """
    own = {
        call["uniqueid"]
        for call in truth_of(folder)["calls"]
        for visit in call.get("visits", [])
        if call["direction"] == "internal" and visit.get("by") == "transfer"
    }
    rows = (folder / "queue_log").read_text(encoding="utf-8").splitlines()
    return [n for n, row in enumerate(rows) if row.split("|")[1] in own and "|COMPLETE" in row]


@pytest.mark.parametrize(
    "folder", [param for param in EVERY if consultations(TRACES / str(param.id))]
)
def test_an_agents_own_talk_behind_a_queue_may_be_written_as_his_transfer(folder: Path) -> None:
    rows = (folder / "queue_log").read_text(encoding="utf-8").splitlines()
    facts, calls, _ = play(flat(heard(folder)))
    for number in consultations(folder):
        fields = rows[number].split("|")
        transfer = [*fields[:4], "ATTENDEDTRANSFER", "BRIDGE", "any-bridge", *fields[-3:]]
        changed = [*rows[:number], "|".join(transfer), *rows[number + 1 :]]
        verdicts = judged_by(changed, facts, calls)
        assert {each.verdict for each in verdicts} == {"equal"}
        assert [lie for each in verdicts for lie in each.known] == []

"""Two PBXs with the same ids, phones and names at the same time: nothing of one is in the other's.

A recorded story is heard from both at once, interleaved at random, and each comes out as alone:
calls, spans, desks, ledger. A queue of the same name on both is one queue of the centre: its
figures are the sum.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ami_bridge.queue_log_visits import VisitFold
from callcenter.domain.calls import Rules
from callcenter.domain.facts import AgentSeen, AnyFact
from callcenter.domain.heard import Heard, turns
from callcenter.domain.named import AgentNames
from callcenter.domain.reconcile import judge
from callcenter.domain.switchboard import Switchboard
from tests.ami_bridge.replaying import WRAPUP_S, flat, folders, heard, long_after, tell
from tests.playbook import trunks_are_lines

from .centre import House

STORIES = [
    pytest.param(folder, id=folder.name)
    for folder in folders()
    if folder.parent.name == "traces"
    and folder.name
    in (
        "answered_agent_hangup",
        "atxfer_dtmf",
        "agent_removed_midcall",
        "odd_names",
        "overflow",
        "paused_in_all",
        "ringall_three",
        "wrap_up_by_rule",
    )
]


def facts_of(folder: Path, pbx: str) -> list[AnyFact]:
    """What one PBX's switchboard concludes of the story."""
    board = Switchboard(pbx, Rules(is_internal=trunks_are_lines, wrapup_s=WRAPUP_S))
    signals = flat(heard(folder))
    return tell(board, signals) + long_after(board, signals[-1].at)


async def house_of(*told: list[AnyFact], seed: int = 0) -> House:
    """A house that heard these facts, each list in its order, interleaved."""
    house, dice = House(), random.Random(seed)
    left = [list(facts) for facts in told]
    while any(left):
        facts = dice.choice([facts for facts in left if facts])
        await house.engine.commit([facts.pop(0) for _ in range(min(len(facts), 3))])
    await house.settle()
    return house


def kept(house: House, pbx: str) -> dict[str, Any]:
    """All that a house keeps of one PBX, without the PBX's name and the journal's numbers."""
    found: dict[str, Any] = {
        "calls": [r for r in house.ledger.in_memory() if r.pbx == pbx],
        "spans": [s for agent, s in house.ledger.spans.items() if agent.startswith(f"{pbx}:")],
        "agents": [a for name, a in house.board.agents.items() if name.startswith(f"{pbx}:")],
        "pops": [
            change.body
            for agent, change in house.pushed
            if agent.startswith(f"{pbx}:") and hasattr(change, "body")
        ],
    }
    text = msgspec.json.encode(msgspec.to_builtins(found, enc_hook=str, str_keys=True)).decode()
    plain: dict[str, Any] = msgspec.json.decode(text.replace(f"{pbx}:", "X:"))
    for call in plain["calls"]:
        del call["last_seq"], call["pbx"]
    return plain


@pytest.mark.parametrize("folder", STORIES)
@pytest.mark.parametrize("seed", range(3))
async def test_each_comes_out_as_if_the_other_were_not_there(folder: Path, seed: int) -> None:
    one, two = facts_of(folder, "pbx1"), facts_of(folder, "pbx2")
    both = await house_of(one, two, seed=seed)
    for pbx, facts in (("pbx1", one), ("pbx2", two)):
        alone = await house_of(facts)
        assert kept(alone, pbx)["agents"]
        assert kept(both, pbx) == kept(alone, pbx)
        for scope, queue in (("queue", "support"), ("all", "")):
            total, part = both.figures.today(scope, queue), alone.figures.today(scope, queue)  # type: ignore[arg-type]  # scopes
            assert total.offered == 2 * part.offered
            assert total.answered == 2 * part.answered
            assert total.talk_ms == 2 * part.talk_ms


@pytest.mark.parametrize("folder", STORIES)
def test_the_log_of_one_is_never_compared_with_the_calls_of_the_other(folder: Path) -> None:
    facts = facts_of(folder, "pbx2")
    ears = Heard(turns(facts))
    names = AgentNames("pbx1")
    for fact in facts:
        if isinstance(fact, AgentSeen):
            names.learn(fact.agent)
    fold = VisitFold()
    fold.texts((folder / "queue_log").read_text(encoding="utf-8").splitlines())
    for call in fold.rest():
        judged = judge("pbx1", None, call, names, ears)
        assert judged.call.startswith("pbx1:")
        for told in judged.facts:
            assert told.pbx == "pbx1"
            assert "pbx2" not in msgspec.json.encode(told).decode()

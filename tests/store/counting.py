"""A program that takes calls until it is killed: facts, the journal behind them, the call log.

Each writer begins as the service does after a crash: what lies in the journal behind the call log
is read again, calls under way go on where they were. A line ``end`` lets the calls end and the
writer with them.

What a call is follows from its number, so that everybody can say what the figures must be.
"""

from __future__ import annotations

import asyncio
import random

from callcenter.bus.in_process import InProcessBus
from callcenter.domain.facts import AgentAnswered, AgentStateChanged, AnyFact, ConversationEnded
from callcenter.services.engine import Engine
from callcenter.services.ledger import Ledger
from callcenter.services.ports_call_log import CallFilter
from callcenter.services.projector import READER, Projector, catch_up
from callcenter.store.call_log import SqlCallLog
from callcenter.store.journal import SqlJournal
from callcenter.store.schema import open_database
from callcenter.supervise import Tasks
from kpi.rules import Rules
from tests.services.house import Clock, answered, left
from tests.store.mortal import serve, tell

RULES = Rules()
AT_ONCE = 5


def wait_s(number: int) -> int:
    """How long the caller of this call waited."""
    return 1 + number % 9


def talk_s(number: int) -> int:
    """How long he talked; nothing when nobody answered him."""
    return 0 if number % 3 == 0 else 10 + number % 50


def call_of(number: int) -> str:
    """Its name in the record."""
    return f"pbx1:{number}.0"


def facts_of(number: int) -> list[AnyFact]:
    """Everything that is told of this call."""
    callid, talk = call_of(number).removeprefix("pbx1:"), talk_s(number)
    if talk:
        return answered(callid, at=2 * number, wait=wait_s(number), talk=talk)
    return left(callid, at=2 * number, wait=wait_s(number), end="abandoned")


def with_states(facts: list[AnyFact]) -> list[AnyFact]:
    """The same, and what they say of the agent."""
    told: list[AnyFact] = []
    for fact in facts:
        told.append(fact)
        if isinstance(fact, AgentAnswered | ConversationEnded):
            state = "talking" if isinstance(fact, AgentAnswered) else "ready"
            told.append(AgentStateChanged(at=fact.at, pbx="pbx1", agent=fact.agent, state=state))
    return told


async def write(url: str, line: str) -> None:
    """Takes calls for ever, or ends those that there are."""
    database = await open_database(url)
    journal, call_log = SqlJournal(database), SqlCallLog(database, RULES)
    ledger, projector, tasks = Ledger(RULES), Projector(call_log), Tasks()
    behind = await journal.last_seq() - await call_log.place(READER)
    projector.place = await catch_up(journal, call_log, ledger)
    tell(f"open {behind}")
    engine = Engine(journal, ledger, Clock(), InProcessBus())
    engine.on_stored(projector.take)
    newest = (await call_log.find(CallFilter(limit=1))).items
    number = _number(newest[0].id) if newest else 0
    dice = random.Random(number)
    under_way = {
        _number(record.id): facts_of(_number(record.id))[len(await journal.of_call(record.id)) :]
        for record in ledger.open_calls()
    }
    tasks.eternal("projector", projector.run())
    tasks.eternal("pages", _pages(projector, dice))
    while under_way or line != "end":
        if len(under_way) < AT_ONCE and line != "end":
            number = one = number + 1
            under_way[one] = facts_of(one)
        else:
            one = dice.choice(list(under_way))
        size = dice.randint(1, 3)
        await engine.commit(with_states(under_way[one][:size]))
        under_way[one] = under_way[one][size:]
        assert not engine.waiting, engine.trouble
        if not under_way[one]:
            del under_way[one]
            tell(f"ended {one}")
    await tasks.stop()
    await projector.flush()
    await database.close()


async def _pages(projector: Projector, dice: random.Random) -> None:
    """Somebody looks at calls all the time, which stores them before they are due."""
    while True:
        await projector.flush()
        await asyncio.sleep(dice.random() * 0.02)


def _number(call: str) -> int:
    return int(call.removeprefix("pbx1:").removesuffix(".0"))


if __name__ == "__main__":
    serve(write)

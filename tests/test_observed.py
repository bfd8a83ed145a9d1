"""The distributions that Prometheus shows: each visit, talk and handling counted once."""

from __future__ import annotations

from callcenter.domain.facts import AnyFact, Recorded, WrapUpEnded, WrapUpStarted
from callcenter.observed import Observed
from callcenter.services.ledger import Ledger
from callcenter.web.histograms import ByQueue, Histograms
from kpi.rules import Rules
from tests.playbook import Playbook, gives_up, gone, hangs_up, leaves_queue


class Heard:
    """The histograms after a ledger and they heard the same facts."""

    def __init__(self) -> None:
        self.ledger = Ledger(Rules())
        self.histograms = Histograms()
        self.observed = Observed(self.histograms, self.ledger)
        self.seq = 0

    def hear(self, facts: list[AnyFact]) -> None:
        batch = [Recorded(self.seq + n, fact) for n, fact in enumerate(facts, start=1)]
        self.seq += len(batch)
        self.ledger.apply(batch)
        self.observed.facts(batch)


def counted(by_queue: ByQueue) -> dict[str, tuple[float, float]]:
    """How many cases a queue has, and their sum in seconds."""
    return {name: (h.buckets()[-1][1], h.sum) for name, h in by_queue.histograms.items()}


def a_call() -> list[AnyFact]:
    """Waits 7 s, talks 30 s, without wrap-up."""
    book = Playbook().with_members("support", "1001").waiting().wait(5).ringing().wait(2)
    book.talking().wait(30).hangs_up("a", "c", "b-a")
    return book.facts


def test_a_conversation_without_wrap_up_is_handled_when_it_ends() -> None:
    heard = Heard()
    heard.hear(a_call())
    assert counted(heard.histograms.waiting) == {"support": (1.0, 7.0)}
    assert counted(heard.histograms.talking) == {"support": (1.0, 30.0)}
    assert counted(heard.histograms.handling) == {"support": (1.0, 30.0)}


def test_a_conversation_with_wrap_up_is_handled_when_the_wrap_up_ends() -> None:
    heard = Heard()
    facts = a_call()
    parted = next(fact for fact in facts if type(fact).__name__ == "ConversationEnded")
    same = {"pbx": parted.pbx, "call": parted.call, "conversation": 1, "agent": parted.agent}
    heard.hear([*facts, WrapUpStarted(at=parted.at, **same)])
    assert counted(heard.histograms.talking) == {"support": (1.0, 30.0)}
    assert counted(heard.histograms.handling) == {}
    heard.hear([WrapUpEnded(at=parted.at + 12_000, wrapup_ms=12_000, **same)])
    assert counted(heard.histograms.handling) == {"support": (1.0, 42.0)}


def test_a_wrap_up_of_a_call_nobody_remembers_counts_nothing() -> None:
    heard = Heard()
    facts = a_call()
    parted = next(fact for fact in facts if type(fact).__name__ == "ConversationEnded")
    end = WrapUpEnded(
        at=parted.at, pbx="pbx1", call="pbx1:gone", conversation=1, agent=parted.agent, wrapup_ms=1
    )
    heard.hear([end])
    assert counted(heard.histograms.handling) == {}


def test_a_caller_who_gives_up_waited_and_was_not_talked_with() -> None:
    heard = Heard()
    book = Playbook().with_members("support", "1001").waiting().wait(9)

    book.say(hangs_up("c"), leaves_queue("c"), gives_up("c"), gone("c"))
    heard.hear(book.facts)
    assert counted(heard.histograms.waiting) == {"support": (1.0, 9.0)}
    assert counted(heard.histograms.talking) == {}

"""What a test expects to be concluded: facts by kind and some of their fields; their records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from callcenter.domain import record as records
from callcenter.domain.facts import AnyFact, CallFact, CallStarted
from callcenter.domain.model import AgentRef, CallRecord


class Expected:
    """A fact of this kind with at least these fields."""

    def __init__(self, kind: type, fields: dict[str, Any]) -> None:
        self.kind, self.fields = kind, fields

    def matches(self, fact: AnyFact) -> bool:
        """Whether the fact is one of these."""
        return type(fact) is self.kind and all(
            _plain(getattr(fact, key)) == value for key, value in self.fields.items()
        )

    def __repr__(self) -> str:
        return f"{self.kind.__name__}({self.fields})"


def a(kind: type, **fields: Any) -> Expected:
    """A fact of this kind; fields not named may be anything. Agents by their extension."""
    return Expected(kind, fields)


an = a


def ext_of(agent: AgentRef) -> str:
    """How tests name an agent: ``1001`` of ``PJSIP/1001`` and of ``Local/1001@agents/n``."""
    return agent.interface.partition("/")[2].partition("@")[0]


def _plain(value: Any) -> Any:
    return ext_of(value) if isinstance(value, AgentRef) else value


def fold(facts: Iterable[AnyFact]) -> dict[str, CallRecord]:
    """The records of the calls that these facts are about."""
    found: dict[str, CallRecord] = {}
    for fact in facts:
        if isinstance(fact, CallStarted):
            assert fact.call not in found, f"{fact.call} started twice"
            found[fact.call] = records.begin(fact)
        elif isinstance(fact, CallFact):
            assert fact.call in found, f"{fact} is about a call that never started"
            records.fold(found[fact.call], fact)
    return found

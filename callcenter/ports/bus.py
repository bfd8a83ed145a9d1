"""The bus: what the journal has committed goes to whoever listens, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from callcenter.domain.facts import Recorded

Listener = Callable[[Sequence[Recorded], float], None]
"""(facts in order, wall clock in ms at which the message that led to them arrived)"""


class Bus(Protocol):
    """Hands committed facts on, within the tick in which they are published."""

    def publish(self, batch: Sequence[Recorded], arrived_ms: float) -> None:
        """Gives ``batch`` to every listener, in the order in which they joined."""
        ...

    def listen(self, name: str, listener: Listener) -> Callable[[], None]:
        """Joins ``listener``; the returned function takes it away again."""
        ...

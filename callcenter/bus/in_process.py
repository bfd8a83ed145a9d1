"""The bus inside one process: listeners are called in the tick of the commit, in their order.

A listener that raises is a fault of ours: it is logged and counted, and the others hear the facts
all the same, because one broken page must not silence the rest.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from callcenter.domain.facts import Recorded
from callcenter.ports.bus import Listener

log = logging.getLogger(__name__)


class InProcessBus:
    """The port ``Bus`` for the default set-up."""

    def __init__(self) -> None:
        self._listeners: dict[str, Listener] = {}
        self.faults = 0

    def publish(self, batch: Sequence[Recorded], arrived_ms: float) -> None:
        """Gives ``batch`` to every listener, in the order in which they joined."""
        for name, listener in list(self._listeners.items()):
            try:
                listener(batch, arrived_ms)
            except Exception:  # one broken listener must not silence the others
                self.faults += 1
                log.exception("the listener %s could not take %d facts", name, len(batch))

    def listen(self, name: str, listener: Listener) -> Callable[[], None]:
        """Joins ``listener``; the returned function takes it away again.

        Raises ValueError when the name is taken.
        """
        if name in self._listeners:
            raise ValueError(f"the bus has a listener {name!r} already")
        self._listeners[name] = listener
        return lambda: self._listeners.pop(name, None) and None

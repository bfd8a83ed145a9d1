"""One topic's stream as it goes over the wire: numbered frames, what is pending, who listens.

The hub numbers the frames itself, so that a page sees ``seq`` rise by one whatever was merged
before sending. Merging is safe because deltas carry absolute values: the last one for a path wins.
A snapshot taken while changes are pending contains them already; being told again does no harm.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from .asks import Push
from .connection import Connection
from .frames import Deltas, delta, text_frame

HISTORY_FRAMES = 500
HISTORY_MS = 120_000
"""What a page that was away may catch up with, without a snapshot."""

SNAPSHOT_MS = 1_000

Path = tuple[Any, ...]


class Channel:
    """A topic (for ``queues:mine`` one per set of queues) with its readers."""

    __slots__ = (
        "_pending",
        "_snapshot",
        "_snapshot_at",
        "due_at",
        "empty_since",
        "history",
        "key",
        "pace_ms",
        "queues",
        "readers",
        "seq",
        "topic",
    )

    def __init__(
        self, key: str, topic: str, pace_ms: int, seq: int, queues: frozenset[str] | None = None
    ) -> None:
        self.key = key
        self.topic = topic
        self.pace_ms = pace_ms
        self.seq = seq
        self.queues = queues
        self.readers: dict[Connection, None] = {}
        self.history: deque[tuple[int, int, bytes]] = deque(maxlen=HISTORY_FRAMES)
        self.due_at = 0
        self.empty_since = 0
        self._pending: dict[Path, Any] = {}
        self._snapshot = b""
        self._snapshot_at = 0

    @property
    def pending(self) -> bool:
        """Changes wait for the next frame."""
        return bool(self._pending)

    def take(self, deltas: Iterable[list[Any]]) -> bool:
        """Merges changes into the next frame; False when none of them is for these readers."""
        taken = False
        for change in deltas:
            path = tuple(change[:-1])
            if self._hides(path):
                continue
            taken = True
            value = change[-1]
            if value is None or isinstance(value, dict):
                self._drop_below(path)
            # Later changes go to the end, so that a parent made anew comes before its parts.
            self._pending.pop(path, None)
            self._pending[path] = value
        if taken:
            self._snapshot = b""
        return taken

    def frame(self, at: int) -> bytes:
        """The next numbered frame with all that is pending; ``at`` epoch ms."""
        deltas: Deltas = [[*path, value] for path, value in self._pending.items()]
        self._pending.clear()
        return self._number(delta(self.topic, self.seq + 1, at, deltas), at)

    def skip(self) -> None:
        """Leaves a hole in the numbers: readers notice it and ask for a snapshot."""
        self._pending.clear()
        self._snapshot = b""
        self.seq += 1
        self.history.clear()

    def push(self, push: Push, at: int) -> bytes:
        """The next numbered frame with a pop."""
        body = {"t": push.t, "n": self.topic, "seq": self.seq + 1, "at": at, **push.body}
        self._snapshot = b""
        return self._number(text_frame(body), at)

    def since(self, seq: int, at: int) -> list[bytes] | None:
        """The frames after ``seq``; None when they are not all there any more."""
        if seq == self.seq:
            return []
        if seq > self.seq or not self.history or self.history[0][0] > seq + 1:
            return None
        frames = [frame for number, _, frame in self.history if number > seq]
        oldest = next(told_at for number, told_at, _ in self.history if number > seq)
        return frames if at - oldest <= HISTORY_MS else None

    def snapshot(self, make: Callable[[], bytes], at: int) -> bytes:
        """The snapshot's frame, made by ``make()`` once between two changes (and once a second).

        A thousand pages that come back at once after a restart get the same bytes.
        """
        if not self._snapshot or at - self._snapshot_at >= SNAPSHOT_MS:
            self._snapshot = make()
            self._snapshot_at = at
        return self._snapshot

    def trim(self, at: int) -> None:
        """Forgets frames that are too old to be caught up with."""
        while self.history and at - self.history[0][1] > HISTORY_MS:
            self.history.popleft()

    def _number(self, frame: bytes, at: int) -> bytes:
        self.seq += 1
        self.history.append((self.seq, at, frame))
        return frame

    def _hides(self, path: Path) -> bool:
        return (
            self.queues is not None
            and len(path) > 1
            and path[0] == "queues"
            and path[1] not in self.queues
        )

    def _drop_below(self, path: Path) -> None:
        size = len(path)
        for other in [key for key in self._pending if len(key) > size and key[:size] == path]:
            del self._pending[other]

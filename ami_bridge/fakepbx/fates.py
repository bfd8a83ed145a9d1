"""Chance in the invented centre: how long people wait and talk, and what they do meanwhile.

Drawn from one ``Random``, so a seed gives the same day again. The shares were set so that, at the
default rate, about 85 % of the callers are answered, four of five of them within 20 s.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from .plan import DialFate, Fate, Line, Side, Talk, Transfer

RING_S = 3.6
"""Seconds that an agent lets it ring, the median."""

WRAPUP_S = 8
LOAD = 0.72
"""The share of their time that callers keep the agents busy, wrap-up included."""

LINES = (
    Line("+982191000600", "600", "support", limit_s=50.0),
    Line("+982191000601", "601", "sales", limit_s=50.0),
    Line(
        "+982191000602",
        "602",
        "billing",
        limit_s=25.0,
        overflow="support",
        overflow_limit_s=40.0,
    ),
    Line("+982191000605", "605", "vip", limit_s=60.0),
)
WEIGHTS = (46, 27, 17, 10)


class Chance:
    """Draws what people do. ``talk_s`` is the mean length of a conversation."""

    def __init__(self, random: Random, agents: int, calls_per_minute: float) -> None:
        self._random = random
        per_call_s = LOAD * agents * 60 / max(calls_per_minute, 0.1)
        self.talk_s = min(240.0, max(8.0, per_call_s - RING_S - WRAPUP_S))

    def line(self) -> Line:
        """Which of our numbers is dialled."""
        return self._random.choices(LINES, WEIGHTS)[0]

    def gap_s(self, calls_per_minute: float) -> float:
        """Until the next call comes in."""
        return min(self._random.expovariate(calls_per_minute / 60), 5 * 60 / calls_per_minute)

    def queue_fate(self, colleagues: Sequence[str]) -> Fate:
        """A caller to a queue; ``colleagues`` are the phones an agent might transfer to."""
        random = self._random
        patience_s = 9 + random.expovariate(1 / 75)
        key_s = float("inf")
        draw = random.random()
        if draw < 0.05:
            patience_s = random.uniform(1.0, 4.5)
        elif draw < 0.09:
            patience_s = random.uniform(5.5, 11.0)
        elif draw < 0.115:
            key_s = random.uniform(2.0, 6.0)
        return Fate(self.talk(colleagues), patience_s, key_s, message_s=random.uniform(6, 20))

    def talk(self, colleagues: Sequence[str] = ()) -> Talk:
        """A conversation."""
        random = self._random
        length = max(4.0, random.lognormvariate(0, 0.55) * self.talk_s * 0.86)
        by: Side = "caller" if random.random() < 0.58 else "agent"
        holds: tuple[tuple[float, float], ...] = ()
        if length > 14 and random.random() < 0.14:
            holds = ((length * random.uniform(0.25, 0.5), length * random.uniform(0.1, 0.3)),)
        transfer = None
        if colleagues and length > 10 and random.random() < 0.09:
            transfer = Transfer(
                random.choice(("blind", "attended")),
                random.choice(colleagues),
                length * 0.6,
                random.uniform(2.0, 6.0),
                random.uniform(3.0, 8.0),
                max(5.0, length * 0.6),
                by,
            )
            holds = ()
        return Talk(length, by, holds, transfer)

    def answers_after_s(self) -> float | None:
        """How long an agent's phone rings; None: he is not at his desk, this once."""
        random = self._random
        if random.random() < 0.035:
            return None
        return min(12.0, max(1.2, random.lognormvariate(0, 0.4) * RING_S))

    def dial_fate(self, answered: float) -> DialFate:
        """A call without a queue, answered with the given probability."""
        random = self._random
        ring_s = random.uniform(3.0, 10.0) if random.random() < answered else None
        return DialFate(ring_s, self.talk(), random.uniform(12.0, 19.0))

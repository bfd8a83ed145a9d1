"""The load generator: enough events, in time order, each call a whole and proper one."""

from __future__ import annotations

from collections import Counter

import pytest

from ami_bridge.fakepbx.load import Load, play
from ami_bridge.protocol import Parser

START = 1_795_371_286_000


@pytest.mark.parametrize(("agents", "rate"), [(1_000, 370.0), (10_000, 3_700.0)])
def test_load_has_the_rate_that_was_asked_for_from_the_first_second_on(
    agents: int, rate: float
) -> None:
    messages = list(Load(agents, rate, start=START).schedule(10.0))
    assert len(messages) == pytest.approx(rate * 10, rel=0.15)
    first = sum(message.at_s < 2 for message in messages)
    assert first == pytest.approx(rate * 2, rel=0.35)
    times = [message.at_s for message in messages]
    assert times == sorted(times)
    assert max(times) < 10


def test_every_call_has_its_own_ids_and_says_nothing_of_the_pattern() -> None:
    load = Load(50, 200.0, start=START)
    parser = Parser()
    messages = parser.feed(b"".join(due.data for due in load.schedule(60.0)))
    joins = [m.get("Uniqueid") for m in messages if m.name == "QueueCallerJoin"]
    assert len(joins) == len(set(joins)) > 100
    assert b"77777" not in b"".join(due.data for due in load.schedule(5.0))
    names = Counter(message.name for message in messages)
    assert names["AgentConnect"] == pytest.approx(names["AgentComplete"], rel=0.2)
    connect = next(m for m in messages if m.name == "AgentConnect")
    assert connect.get("DestChannel").startswith(connect.get("Interface") + "-")
    assert connect.get("DestLinkedid") == connect.get("Uniqueid")


def test_more_events_than_the_agents_could_make_are_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="too many for 2 agents"):
        Load(2, 1000.0)


def test_roster_lists_every_membership() -> None:
    assert len(list(Load(100, 10.0).roster("r-1"))) == 1000


class TurnedClock:
    """Time passes only while somebody sleeps, and a little too long each time."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> int:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += int(seconds * 1000) + 3


class Sink:
    """Takes what is written, with the moment."""

    def __init__(self, clock: TurnedClock) -> None:
        self._clock = clock
        self.got: list[tuple[int, bytes]] = []

    def write(self, data: bytes) -> None:
        self.got.append((self._clock.at, data))

    async def drain(self) -> None:
        pass


async def test_messages_are_written_when_due_and_lateness_is_reported() -> None:
    clock = TurnedClock()
    sink = Sink(clock)
    load = Load(1_000, 370.0, start=START)
    sent, worst_s = await play(load, sink, clock, 5.0)
    whole = b"".join(data for _, data in sink.got)
    assert whole == b"".join(due.data for due in Load(1_000, 370.0, start=START).schedule(5.0))
    assert sent == whole.count(b"\r\n\r\n")
    assert 0 < worst_s < 0.01
    assert sink.got[-1][0] - START == pytest.approx(5000, abs=50)

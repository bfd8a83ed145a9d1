"""Generated stories: several callers and agents at once, as a small PBX would tell them."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st
from msgspec.structs import replace

from callcenter.domain.signals import Parked, QueueKnown, QueueNamed, Signal
from tests.playbook import (
    T0,
    blind,
    connects,
    dial_end,
    dials,
    enters,
    gives_up,
    gone,
    hangs_up,
    holds,
    interface,
    is_hung_up,
    joins_queue,
    leaves_queue,
    line_in,
    member,
    missed,
    parts,
    phone,
    rings,
    state,
    trunk_out,
    variable,
)

QUEUES = ("support", "sales")
AGENTS = ("1001", "1002", "1003")
Timed = list[tuple[int, Signal]]
ENDS = ("caller", "agent", "pbx", "blind", "park", "redirect", "nothing")
WAITS = ("answered", "gave_up", "timed_out", "key", "vanished", "refused", "waits")


class Teller:
    """Writes down what one call's legs do, with a clock of its own."""

    def __init__(self, at: int, call: int) -> None:
        self.at = at
        self._call = call
        self._legs = 0
        self.told: Timed = []

    def leg(self) -> str:
        self._legs += 1
        return f"{self._call}.{self._legs}"

    def say(self, *signals: Signal) -> None:
        for signal in signals:
            self.told.append((self.at, replace(signal, at=self.at)))
            self.at += 3

    def wait(self, ms: int) -> None:
        self.at += ms


@st.composite
def one_call(draw: st.DrawFn, number: int) -> Timed:
    """One journey: in or out, waiting or not, rung in vain or not, and one of many ends."""
    ms = st.integers(50, 15_000)
    tell = Teller(T0 + draw(st.integers(0, 20_000)), number)
    agents = draw(st.permutations(AGENTS))
    if draw(st.integers(0, 4)) == 0:
        _outbound(draw, tell, agents[0], ms)
        return tell.told
    c = tell.leg()
    tell.say(line_in(c), state(c, 6))
    for queue in draw(st.lists(st.sampled_from(QUEUES), min_size=1, max_size=2)):
        exten = "600" if queue == "support" else "602"
        how = draw(st.sampled_from(WAITS))
        if how == "refused":
            tell.say(QueueNamed(0, c, queue, "FULL"))
            continue
        tell.say(joins_queue(c, queue, exten))
        tell.wait(draw(ms))
        for ext in agents[: draw(st.integers(0, 2))]:
            a = tell.leg()
            tell.say(phone(a, ext, c), rings(c, a, ext, queue), dials(c, a, interface(ext)))
            tell.say(state(a, 5))
            tell.wait(draw(ms))
            tell.say(missed(c, a, ext, queue), dial_end(a, "NOANSWER"), gone(a, 19))
        if how == "answered":
            _talk(draw, tell, c, agents[2], queue, exten, ms)
            return tell.told
        _leave(tell, c, queue, exten, how)
        if how in ("vanished", "waits", "gave_up"):
            return tell.told
    tell.say(hangs_up(c), gone(c))
    return tell.told


def _leave(tell: Teller, c: str, queue: str, exten: str, how: str) -> None:
    if how == "gave_up":
        tell.say(hangs_up(c), variable(c, "ABANDONED", "TRUE", exten), gives_up(c, queue))
        tell.say(leaves_queue(c, queue, exten), gone(c))
    elif how == "timed_out":
        tell.say(variable(c, "ABANDONED", "TRUE", exten), gives_up(c, queue))
        tell.say(leaves_queue(c, queue, exten), variable(c, "QUEUESTATUS", "TIMEOUT", exten))
    elif how == "key":
        tell.say(leaves_queue(c, queue, "1"))
    elif how == "vanished":
        tell.say(gone(c))


def _talk(
    draw: st.DrawFn,
    tell: Teller,
    c: str,
    ext: str,
    queue: str,
    exten: str,
    ms: st.SearchStrategy[int],
) -> None:
    a, bridge = tell.leg(), f"b{c}"
    tell.say(phone(a, ext, c), rings(c, a, ext, queue), dials(c, a, interface(ext)), state(a, 5))
    tell.wait(draw(ms))
    tell.say(state(a, 6), dial_end(a, "ANSWER"), leaves_queue(c, queue, exten))
    tell.say(connects(c, a, ext, queue), enters(a, bridge), enters(c, bridge))
    tell.wait(draw(ms))
    if draw(st.booleans()):
        tell.say(holds(a))
        tell.wait(draw(ms))
        if draw(st.booleans()):
            tell.say(holds(a, on=False))
    how = draw(st.sampled_from(ENDS))
    if how == "caller":
        tell.say(hangs_up(c), parts(c, bridge), parts(a, bridge), gone(a), gone(c))
    elif how == "agent":
        tell.say(hangs_up(a), parts(a, bridge), gone(a), parts(c, bridge), is_hung_up(c, 16))
        tell.say(gone(c))
    elif how == "pbx":
        tell.say(parts(c, bridge), parts(a, bridge), gone(a), gone(c))
    elif how == "blind":
        tell.say(blind(a, "777", c), parts(a, bridge), gone(a), parts(c, bridge))
        tell.wait(draw(ms))
        tell.say(hangs_up(c), gone(c))
    elif how == "park":
        tell.say(parts(c, bridge), Parked(0, c, "701"), enters(c, "lot", kind="parking"))
        tell.say(parts(a, bridge), gone(a))
        tell.wait(draw(ms))
        tell.say(hangs_up(c), parts(c, "lot"), gone(c))
    elif how == "redirect":
        tell.say(parts(c, bridge), parts(a, bridge), gone(a))
        tell.wait(draw(ms))
        tell.say(hangs_up(c), gone(c))


def _outbound(draw: st.DrawFn, tell: Teller, ext: str, ms: st.SearchStrategy[int]) -> None:
    p, t = tell.leg(), tell.leg()
    tell.say(phone(p, ext, state=4), trunk_out(t, p), dials(p, t, "0912@trunk"), state(t, 5))
    tell.wait(draw(ms))
    status = draw(st.sampled_from(["ANSWER", "BUSY", "NOANSWER"]))
    tell.say(dial_end(t, status))
    if status == "ANSWER":
        tell.say(state(t, 6), state(p, 6), enters(t, f"b{p}"), enters(p, f"b{p}"))
        tell.wait(draw(ms))
        tell.say(hangs_up(draw(st.sampled_from([p, t]))))
    tell.say(gone(t), gone(p))


@st.composite
def stories(draw: st.DrawFn) -> list[Signal]:
    """A few calls at once, told in order of time."""
    centre: list[Signal] = [
        *(QueueKnown(T0, queue, "ringall", 20) for queue in QUEUES),
        *(replace(member(ext, queue), at=T0) for queue in QUEUES for ext in AGENTS),
    ]
    told: Timed = []
    for number in range(draw(st.integers(1, 4))):
        told += draw(one_call(number))
    pauses = draw(st.lists(st.tuples(st.integers(0, 60_000), st.sampled_from(AGENTS)), max_size=4))
    for index, (after, ext) in enumerate(pauses):
        seen = member(ext, paused=bool(index % 2), paused_reason="lunch")
        told.append((T0 + after, replace(seen, at=T0 + after)))
    told.sort(key=lambda item: item[0])
    return centre + [signal for _, signal in told]


Mangle = Callable[[list[Signal]], list[Signal]]


@st.composite
def mangled(draw: st.DrawFn) -> tuple[list[Signal], list[Signal]]:
    """A story as it was, and as it came: some signals lost, doubled, or late."""
    story = draw(stories())
    came: list[Signal] = []
    late: list[tuple[int, Signal]] = []
    for index, signal in enumerate(story):
        came += [held for due, held in late if due == index]
        fate = draw(st.sampled_from(["", "", "", "", "lost", "doubled", "late"]))
        if fate == "late":
            late.append((index + draw(st.integers(1, 5)), signal))
        elif fate != "lost":
            came += [signal] * (2 if fate == "doubled" else 1)
    came += [held for due, held in late if due >= len(story)]
    return story, came

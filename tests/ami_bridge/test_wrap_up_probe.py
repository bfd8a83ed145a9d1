"""Learning a queue's wrap-up time from the PBX's own counts of free and ready members."""

import asyncio
from typing import Any, cast

import pytest

from ami_bridge import wrap_up_probe
from ami_bridge.actions import Headers
from ami_bridge.answers import Answer, LinkLost
from ami_bridge.inbox import Arrived, Inbox
from ami_bridge.link import AmiLink
from ami_bridge.protocol import Message
from ami_bridge.wrap_up_probe import ZEROS, WrapUpProbe
from callcenter.supervise import Tasks

NOW = 1_795_376_177.9


class Pbx:
    """A link that counts members; ``ready_at`` is when the one who wraps up is ready."""

    def __init__(self, ready_at: float | None, *, others: int = 0) -> None:
        self.now = NOW
        self.ready_at = ready_at
        self.others = others
        self.listeners: list[Any] = []
        self.asked: list[str] = []
        self.answers = True
        self.lost = False
        self.leaves = False
        self.answer_s = 0.0
        self.busy_at: float | None = None

    async def ask(self, action: Headers, timeout_s: float = 10.0) -> Answer:
        if self.lost:
            raise LinkLost("gone")
        variable = str(action["Variable"])
        self.now += self.answer_s
        self.asked.append(variable)
        wrapping = self.others + (self.ready_at is not None and self.now < self.ready_at)
        if self.busy_at is not None and self.now >= self.busy_at:
            wrapping = self.others
        value = 3 if "free" in variable else 3 - wrapping
        kind = "Success" if self.answers else "Error"
        return Answer(Message.of([("Response", kind), ("Value", str(value))]))


def status(last_call: int, **more: str) -> Message:
    said = {"Queue": "Support", "Interface": "PJSIP/1001", "Status": "1", "Paused": "0"} | more
    return Message.of([("Event", "QueueMemberStatus"), ("LastCall", str(last_call)), *said.items()])


async def told(
    pbx: Pbx, *messages: Message, step_s: float = 0.5, behind_s: float = 0.0
) -> list[tuple[str, str]]:
    """What the probe put into the inbox: (interface, seconds) each."""
    inbox = Inbox()
    tasks = Tasks()
    link = cast(AmiLink, pbx)
    probe = WrapUpProbe(link, inbox, tasks, lambda: pbx.now, lambda: pbx.now)

    async def pass_time(_: float) -> None:
        pbx.now += step_s
        late = pbx.busy_at is not None and pbx.now >= pbx.busy_at + 0.3
        if pbx.leaves or late:
            probe.moved(status(0))
        await asyncio.sleep(0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wrap_up_probe, "asyncio", type("Time", (), {"sleep": pass_time}))
        for message in messages:
            probe.seen(message, behind_s)
            while tasks.names():
                await asyncio.sleep(0)
    items = [cast(Arrived, item).message for item in inbox.take_now(50)]
    return [(item.get("Interface"), item.get("Seconds")) for item in items]


async def test_the_time_is_from_last_call_to_ready_in_whole_seconds() -> None:
    pbx = Pbx(ready_at=1_795_376_182.0)
    heard = await told(pbx, status(0), status(1_795_376_177))
    assert heard == [("PJSIP/1001", ""), ("PJSIP/1001", "0"), ("PJSIP/1001", "5")]


@pytest.mark.parametrize("behind_s", [-3600.0, -2.0, 7.0])
async def test_a_pbx_whose_clock_differs_is_measured_by_its_own(behind_s: float) -> None:
    pbx = Pbx(ready_at=1_795_376_182.0)
    ended = round(1_795_376_177 - behind_s)
    heard = await told(pbx, status(0), status(ended), behind_s=behind_s)
    assert heard[-1] == ("PJSIP/1001", "5")


@pytest.mark.parametrize("apart_s", [-0.4, 0.3])
async def test_clocks_that_differ_by_less_than_a_second_give_the_nearest(apart_s: float) -> None:
    pbx = Pbx(ready_at=1_795_376_182.0 + apart_s)
    heard = await told(pbx, status(0), status(1_795_376_177), step_s=0.1)
    assert heard[-1] == ("PJSIP/1001", "5")


async def test_answers_too_slow_to_tell_the_second_teach_nothing() -> None:
    pbx = Pbx(ready_at=1_795_376_182.0)
    pbx.answer_s = 0.8
    heard = await told(pbx, status(0), status(1_795_376_177))
    assert heard == [("PJSIP/1001", ""), ("PJSIP/1001", "0")]


async def test_who_is_on_the_phone_before_he_is_ready_teaches_nothing() -> None:
    """The counts know it before the event that says so has come."""
    pbx = Pbx(ready_at=1_795_376_182.0)
    pbx.busy_at = 1_795_376_180.1
    heard = await told(pbx, status(0), status(1_795_376_177))
    assert heard == [("PJSIP/1001", ""), ("PJSIP/1001", "0")]


async def test_a_queue_without_wrap_up_is_known_after_three_calls() -> None:
    pbx = Pbx(ready_at=None)
    calls = [status(1_795_376_177 + number) for number in range(6)]
    assert await told(pbx, status(0), *calls) == []
    assert len(pbx.asked) == 2 * ZEROS


async def test_a_member_who_is_taken_out_at_once_says_nothing_about_his_queue() -> None:
    pbx = Pbx(ready_at=None)
    pbx.leaves = True
    calls = [status(1_795_376_177 + number) for number in range(6)]
    assert await told(pbx, status(0), *calls) == []
    assert len(pbx.asked) == 2 * 6


async def test_what_was_learned_is_not_asked_again() -> None:
    pbx = Pbx(ready_at=1_795_376_182.0)
    await told(pbx, status(0), status(1_795_376_177))
    asked = len(pbx.asked)
    assert asked > 4


async def test_with_several_members_wrapping_up_nothing_is_learned() -> None:
    pbx = Pbx(ready_at=1_795_376_182.0, others=1)
    assert await told(pbx, status(0), status(1_795_376_177)) == []


async def test_an_account_that_may_not_ask_is_not_asked_for_ever() -> None:
    pbx = Pbx(ready_at=1_795_376_182.0)
    pbx.answers = False
    assert await told(pbx, status(0), status(1_795_376_177), status(1_795_376_178)) == []
    assert len(pbx.asked) == 1


async def test_a_lost_link_ends_the_watching() -> None:
    pbx = Pbx(ready_at=1_795_376_182.0)
    pbx.lost = True
    assert await told(pbx, status(0), status(1_795_376_177)) == []


@pytest.mark.parametrize(
    "said",
    [{"Status": "2"}, {"Paused": "1"}, {"Wrapuptime": "8"}],
    ids=["he talks again", "he is paused", "his own time is told"],
)
async def test_nothing_is_asked_when_there_is_nothing_to_learn(said: dict[str, str]) -> None:
    pbx = Pbx(ready_at=1_795_376_182.0)
    assert await told(pbx, status(0), status(1_795_376_177, **said)) == []
    assert pbx.asked == []


async def test_an_old_call_seen_at_the_first_status_is_no_end_of_a_call() -> None:
    pbx = Pbx(ready_at=1_795_376_182.0)
    assert await told(pbx, status(1_795_370_000)) == []
    assert pbx.asked == []

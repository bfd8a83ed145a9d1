"""Asking whether a caller wants his number shown, since Asterisk gives no sign of it."""

import asyncio
from typing import Any, cast

from ami_bridge.actions import Headers
from ami_bridge.answers import Answer, NoAnswer
from ami_bridge.inbox import Arrived, Inbox
from ami_bridge.link import AmiLink
from ami_bridge.presentation import Presentations
from ami_bridge.protocol import Message
from ami_bridge.translate import Translator
from callcenter.domain.signals import LegCallerId, LegSeen
from callcenter.supervise import Tasks


class Pbx:
    """A link that answers ``CALLERID(pres)``."""

    def __init__(self, value: str, kind: str = "Success", message: str = "") -> None:
        self.value, self.kind, self.message = value, kind, message
        self.listeners: list[Any] = []
        self.asked = 0

    async def ask(self, action: Headers, timeout_s: float = 10.0) -> Answer:
        self.asked += 1
        if self.kind == "silent":
            raise NoAnswer("too late")
        return Answer(
            Message.of([("Response", self.kind), ("Value", self.value), ("Message", self.message)])
        )


def came_in(**more: Any) -> LegSeen:
    return LegSeen(
        **(
            {
                "at": 1,
                "leg": "1.1",
                "name": "PJSIP/trunk-00000001",
                "state": 4,
                "linkedid": "1.1",
                "number": "+989121234567",
            }
            | more
        )
    )


async def heard(pbx: Pbx, *legs: LegSeen) -> list[Message]:
    inbox = Inbox()
    tasks = Tasks()
    asker = Presentations(cast(AmiLink, pbx), inbox, tasks, lambda: 1.0, lambda: 1000.0)
    for leg in legs:
        asker.seen(leg)
        while tasks.names():
            await asyncio.sleep(0)
    return [cast(Arrived, item).message for item in inbox.take_now(50)]


async def test_a_hidden_number_becomes_the_event_that_says_so() -> None:
    told: list[Message] = []
    pbx = Pbx("prohib_not_screened")
    pbx.listeners.append(lambda message, wall: told.append(message))
    messages = await heard(pbx, came_in())
    assert [m.get("CID-CallingPres") for m in messages] == ["32 (prohib_not_screened)"]
    assert told == messages
    signals = Translator().translate(messages[0], 1_000_000)
    assert [s.presentation for s in signals if isinstance(s, LegCallerId)] == ["withheld"]


async def test_a_number_that_may_be_shown_says_nothing() -> None:
    assert await heard(Pbx("allowed_not_screened"), came_in()) == []


async def test_a_number_that_is_not_available_says_so() -> None:
    messages = await heard(Pbx("unavailable"), came_in())
    signals = Translator().translate(messages[0], 1_000_000)
    assert [s.presentation for s in signals if isinstance(s, LegCallerId)] == ["unavailable"]


async def test_only_calls_that_come_in_with_a_number_are_asked_about() -> None:
    pbx = Pbx("prohib")
    dialled = came_in(state=0)
    local = came_in(name="Local/600@queues-00000001;1")
    nameless = came_in(number="")
    assert await heard(pbx, dialled, local, nameless, came_in(row=True)) == []
    assert pbx.asked == 0


async def test_an_account_that_may_not_ask_is_asked_once() -> None:
    pbx = Pbx("", "Error", "Permission denied")
    assert await heard(pbx, came_in(), came_in(leg="1.2")) == []
    assert pbx.asked == 1


async def test_a_pbx_that_does_not_answer_is_survived() -> None:
    pbx = Pbx("", "silent")
    assert await heard(pbx, came_in(), came_in(leg="1.2")) == []
    assert pbx.asked == 2

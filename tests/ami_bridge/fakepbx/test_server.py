"""The AMI server: signing in, masks, lists that tell the truth, actions, and slow readers."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from ami_bridge.fakepbx import recorded
from ami_bridge.fakepbx.clock import WallClock
from ami_bridge.fakepbx.names import caller_at
from ami_bridge.fakepbx.server import FakePbx
from ami_bridge.protocol import Message, Parser
from tests.ami_bridge.replaying import TRACES

from .compact import compact
from .playing import START, said


class Client:
    """A bare AMI client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer
        self._parser = Parser()
        self._inbox: list[Message] = []

    async def do(self, **headers: str) -> Message:
        """Sends an action and waits for its response."""
        action_id = headers.setdefault("ActionID", f"a-{id(headers)}")
        text = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
        self.writer.write((text + "\r\n").encode())
        return await self.until(lambda m: m.name == "Response" and m.action_id == action_id)

    async def list(self, **headers: str) -> list[Message]:
        """Sends a list action; returns its items, checked against the end marker."""
        response = await self.do(**headers)
        assert response.get("EventList") == "start"
        items: list[Message] = []
        while True:
            item = await self.until(lambda m: m.action_id == response.action_id)
            if item.get("EventList") == "Complete":
                assert item.get("ListItems") == str(len(items))
                return items
            items.append(item)

    async def until(self, wanted: object) -> Message:
        """The next message that is wanted; the others are dropped."""
        assert callable(wanted)
        while True:
            while self._inbox:
                message = self._inbox.pop(0)
                if wanted(message):
                    return message
            data = await asyncio.wait_for(self._reader.read(65536), 10)
            if not data:
                raise ConnectionResetError
            self._inbox += self._parser.feed(data)


@asynccontextmanager
async def pbx(
    calls_per_minute: float = 12.0, buffer_limit: int = 1 << 22
) -> AsyncIterator[tuple[FakePbx, int]]:
    fake = FakePbx(WallClock(), 1, calls_per_minute, secret="s3cret", buffer_limit=buffer_limit)
    port = await fake.start()
    try:
        yield fake, port
    finally:
        await fake.stop()


async def connect(port: int, **login: str) -> Client:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert await reader.readline() == b"Asterisk Call Manager/11.0.0\r\n"
    client = Client(reader, writer)
    if login.pop("sign_in", "yes") == "yes":
        answer = await client.do(Action="Login", Username="callcenter", Secret="s3cret", **login)
        assert answer.get("Message") == "Authentication accepted"
    return client


class QuickClock:
    """A clock that runs so many times faster than the wall's."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._began = time.monotonic()

    def now(self) -> int:
        return START + int((time.monotonic() - self._began) * 1000 * self._speed)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)


@asynccontextmanager
async def stage(speed: float) -> AsyncIterator[tuple[FakePbx, int]]:
    """A fake PBX on which nothing happens but what is put on."""
    fake = FakePbx(QuickClock(speed), secret="s3cret", day=False)
    port = await fake.start()
    try:
        yield fake, port
    finally:
        await fake.stop()


async def heard_until(client: Client, over: Callable[[], bool]) -> list[Message]:
    """All events until it is over and nothing more comes, or the link is cut."""
    heard: list[Message] = []
    with suppress(ConnectionResetError, TimeoutError):
        while True:
            wanted = client.until(lambda m: True)
            heard.append(await asyncio.wait_for(wanted, 0.3 if over() else 10))
    return [message for message in heard if message.name != "FullyBooted"]


async def test_recorded_story_is_played_over_a_real_connection() -> None:
    folder = TRACES / "blind_refer_agent"
    async with stage(speed=20) as (fake, port):
        playing = fake.play(recorded.read(folder), site=0, after_s=20.0)
        client = await connect(port)
        heard = await heard_until(client, lambda: playing.over)
    assert compact(list(m.items()) for m in heard) == compact(line.h for line in said(folder))


async def test_clients_are_cut_off_where_the_recorder_was_and_let_in_where_he_was() -> None:
    folder = TRACES / "ami_cut_while_waiting"
    story = recorded.read(folder)
    async with stage(speed=4) as (fake, port):
        playing = fake.play(story, site=3, after_s=4.0)
        client = await connect(port)
        first = await heard_until(client, lambda: playing.over)
        assert not playing.over
        reader, _ = await asyncio.open_connection("127.0.0.1", port)
        with suppress(ConnectionResetError):
            assert await reader.read() == b"", "somebody was let in while the link was cut"
        while True:
            with suppress(AssertionError, ConnectionResetError):
                client = await connect(port)
                break
            await asyncio.sleep(0.02)
        waiting = [m for m in await client.list(Action="QueueStatus") if m.name == "QueueEntry"]
        assert [(m.get("Queue"), m.get("CallerIDNum")) for m in waiting] == [
            ("sales3", caller_at(3, "+989121234501"))
        ]
        then = [m.name for m in await heard_until(client, lambda: playing.over)]
    one, two = ([event.name for event in life.events] for life in story.lives)
    assert [m.name for m in first] == one
    # What was said while he was still asking is not among it.
    assert len(then) > 10
    assert then == two[-len(then) :]


async def test_first_ring_is_heard_within_three_seconds() -> None:
    async with pbx() as (_, port):
        client = await connect(port)
        booted = await client.until(lambda m: m.name == "FullyBooted")
        assert booted.get("Status") == "Fully Booted"
        called = await asyncio.wait_for(client.until(lambda m: m.name == "AgentCalled"), 3)
        assert called.get("Interface").startswith("PJSIP/10")


async def test_md5_login_is_accepted_and_wrong_secrets_are_refused_and_cut() -> None:
    async with pbx() as (_, port):
        client = await connect(port, sign_in="no")
        challenge = (await client.do(Action="Challenge", AuthType="MD5")).get("Challenge")
        key = hashlib.md5(f"{challenge}s3cret".encode()).hexdigest()
        login = {"Action": "Login", "AuthType": "MD5", "Username": "callcenter", "Key": key}
        assert (await client.do(**login)).get("Response") == "Success"
        other = await connect(port, sign_in="no")
        answer = await other.do(Action="Login", Username="callcenter", Secret="wrong")
        assert answer.get("Message") == "Authentication failed"
        with pytest.raises(ConnectionResetError):
            await other.until(lambda m: False)


async def test_nothing_is_told_before_the_login() -> None:
    async with pbx() as (_, port):
        client = await connect(port, sign_in="no")
        answer = await client.do(Action="QueueStatus")
        assert answer.get("Message") == "Permission denied"


async def test_event_mask_is_honoured() -> None:
    async with pbx(60.0) as (_, port):
        client = await connect(port, Events="agent")
        message = await client.until(lambda m: m.name != "Response")
        for _ in range(5):
            assert message.get("Privilege") == "agent,all"
            message = await client.until(lambda m: m.name != "Response")
        assert (await client.do(Action="Events", EventMask="off")).get("Events") == "Off"
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.until(lambda m: m.name != "Response"), 1.0)


async def test_lists_tell_what_is_true_now() -> None:
    async with pbx(60.0) as (fake, port):
        client = await connect(port)
        await client.until(lambda m: m.name == "BridgeEnter")
        channels = await client.list(Action="CoreShowChannels")
        assert {m.get("Uniqueid") for m in channels} == set(fake.exchange.pbx.channels)
        bridges = await client.list(Action="BridgeList")
        assert {m.get("BridgeUniqueid") for m in bridges} == set(fake.exchange.pbx.bridges)
        bridge = bridges[0].get("BridgeUniqueid")
        inside = await client.list(Action="BridgeInfo", BridgeUniqueid=bridge)
        assert inside[0].name == "BridgeInfoChannel"
        status = await client.list(Action="QueueStatus")
        kinds = [message.name for message in status]
        assert kinds.count("QueueParams") == 4
        members = sum(len(q.members) for q in fake.exchange.pbx.queues.values())
        assert kinds.count("QueueMember") == members
        one = await client.list(Action="QueueStatus", Queue="support", Member="PJSIP/1001")
        assert [m.name for m in one if m.name != "QueueEntry"] == ["QueueParams", "QueueMember"]
        assert one[1].get("Name") == "سارا احمدی"
        assert len(await client.list(Action="QueueSummary")) == 4
        assert len(await client.list(Action="Status")) == len(fake.exchange.pbx.channels)
        devices = await client.list(Action="DeviceStateList")
        assert "PJSIP/1012" in {m.get("Device") for m in devices}


async def test_member_actions_change_the_queue_and_say_so() -> None:
    async with pbx(1.0) as (_, port):
        client = await connect(port)
        fake = {"Interface": "PJSIP/1012", "Queue": "billing"}
        await client.do(Action="QueuePause", Paused="true", Reason="نماز", **fake)
        shown = await client.list(Action="QueueStatus", Queue="billing", Member="PJSIP/1012")
        assert (shown[1].get("Paused"), shown[1].get("PausedReason")) == ("1", "نماز")
        removed = await client.do(Action="QueueRemove", **fake)
        assert removed.get("Message") == "Removed interface from queue"
        again = await client.do(Action="QueueRemove", **fake)
        assert again.get("Message") == "Unable to remove interface: Not there"
        await client.do(Action="QueueAdd", MemberName="אבי פרץ", **fake)
        shown = await client.list(Action="QueueStatus", Queue="billing", Member="PJSIP/1012")
        assert shown[1].get("Name") == "אבי פרץ"


async def test_click_to_call_rings_the_agent_and_then_the_number() -> None:
    async with pbx(1.0) as (fake, port):
        fake.attended.add("PJSIP/1007")
        client = await connect(port)
        asked = {"Channel": "PJSIP/1007", "Exten": "+972541234567", "Context": "internal"}
        answer = await client.do(Action="Originate", Priority="1", Async="true", **asked)
        assert answer.get("Message") == "Originate successfully queued"
        began = await client.until(lambda m: m.name == "DialBegin" and not m.has("Channel"))
        assert began.get("DestChannel").startswith("PJSIP/1007-")
        told = await client.until(lambda m: m.name == "OriginateResponse")
        assert (told.get("Response"), told.get("Reason")) == ("Success", "4")
        assert told.get("Uniqueid") == began.get("DestUniqueid")
        on = await client.until(lambda m: m.get("DialString") == "+972541234567@trunk")
        assert on.get("Uniqueid") == began.get("DestUniqueid")
        await client.do(Action="Hangup", Channel=on.get("Channel"))
        gone = await client.until(
            lambda m: m.name == "Hangup" and m.get("Uniqueid") == on.get("Uniqueid")
        )
        assert gone.get("Channel") == on.get("Channel")


async def test_what_is_not_known_is_refused_with_a_message() -> None:
    async with pbx() as (_, port):
        client = await connect(port)
        answer = await client.do(Action="CoreShowChannelMap", Channel="PJSIP/1001-00000001")
        assert answer.get("Response") == "Error"
        assert answer.get("Message") == "Invalid/unknown command: CoreShowChannelMap"
        assert (await client.do(Action="Ping")).get("Ping") == "Pong"
        goodbye = await client.do(Action="Logoff")
        assert goodbye.get("Response") == "Goodbye"


async def test_reader_that_is_too_slow_is_cut_and_the_others_go_on() -> None:
    async with pbx(60.0, buffer_limit=100_000) as (fake, port):
        slow = await connect(port)
        quick = await connect(port)
        await asyncio.sleep(0.7)
        for _ in range(4000):
            slow.writer.write(b"Action: CoreShowChannels\r\n\r\nAction: QueueStatus\r\n\r\n")
        for _ in range(200):
            await asyncio.sleep(0.02)
            if len(fake._sessions) == 1:
                break
        assert len(fake._sessions) == 1
        assert (await quick.do(Action="Ping")).get("Ping") == "Pong"
        slow.writer.close()


def test_fake_without_a_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a secret"):
        FakePbx(WallClock())

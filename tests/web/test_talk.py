"""What a tab may say, and each refusal; nothing it says ends its connection."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.ports.errors import StoreUnavailable
from callcenter.web.asks import Result
from callcenter.web.codes import Code
from callcenter.web.connection import Connection
from callcenter.web.talk import Talk

from .conftest import Site
from .fakes import ALI, World


async def test_ping_is_answered_with_its_own_time_and_the_servers(site: Site) -> None:
    async with site.tab("ali") as tab:
        await tab.say({"t": "ping", "c": 123.4})
        assert await tab.next() == {"t": "pong", "c": 123.4, "s": site.world.clock.now}


async def test_a_command_reaches_the_desk_with_its_person_and_is_answered_by_op(site: Site) -> None:
    async with site.tab("ali") as tab:
        snap = await tab.sub("agent:me")
        await tab.say(
            {
                "t": "cmd",
                "op": "01J",
                "do": "state.set",
                "args": {"state": "paused", "reason": "lunch"},
                "base": 882,
            }
        )
        assert await tab.next() == {"t": "res", "op": "01J", "ok": True, "seq": snap["seq"]}
        (asked,) = site.world.desk.asked
        assert (asked.who.name, asked.who.agent_id) == ("ali", ALI)
        assert (asked.op, asked.do) == ("01J", "state.set")
        assert asked.args == {"state": "paused", "reason": "lunch"}


async def test_a_note_is_answered_with_its_new_revision(site: Site) -> None:
    site.world.desk.answers["note"] = Result(ok=True, data={"rev": 5})
    async with site.tab("ali") as tab:
        await tab.say({"t": "note", "op": "o", "call": "pbx1:1.0", "rev": 4, "text": "سلام"})
        assert await tab.next() == {"t": "res", "op": "o", "ok": True, "rev": 5}
        assert site.world.desk.asked[0].args == {"call": "pbx1:1.0", "rev": 4, "text": "سلام"}


async def test_an_acknowledged_pop_is_told_to_the_desk_and_not_answered(site: Site) -> None:
    async with site.tab("ali") as tab:
        await tab.say({"t": "popack", "id": "pbx1:1.0", "tab": "k3", "what": "shown", "ms": 36.6})
        assert await tab.silent()
        assert site.world.desk.acks == [("ali", "pbx1:1.0", "shown", 37, "k3")]


@pytest.mark.parametrize("code", ["on_call", "stale", "no_actions", "not_found", "forbidden"])
async def test_a_refused_command_says_why(site: Site, code: str) -> None:
    site.world.desk.answers["state.set"] = Result(ok=False, code=code, msg="You are on a call.")
    async with site.tab("ali") as tab:
        await tab.say({"t": "cmd", "op": "1", "do": "state.set"})
        assert await tab.next() == {
            "t": "res",
            "op": "1",
            "ok": False,
            "code": code,
            "msg": "You are on a call.",
        }


async def test_a_fault_of_ours_is_logged_and_answered_as_internal(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.world.desk.answers["state.set"] = RuntimeError("secret detail")
    async with site.tab("ali") as tab:
        await tab.say({"t": "cmd", "op": "1", "do": "state.set"})
        answer = await tab.next("res")
        assert answer["code"] == "internal"
        assert "secret" not in answer["msg"]
        await tab.say({"t": "ping", "c": 1})
        await tab.next("pong")
    assert "the command state.set failed" in caplog.text


async def test_a_store_that_is_down_is_offline_with_its_sentence(site: Site) -> None:
    site.world.desk.answers["x"] = StoreUnavailable("The disk is full.")
    async with site.tab("ali") as tab:
        await tab.say({"t": "cmd", "op": "1", "do": "x"})
        answer = await tab.next("res")
        assert (answer["code"], answer["msg"]) == ("offline", "The disk is full.")


async def test_a_command_that_takes_too_long_is_answered_and_still_ended(world: World) -> None:
    from .conftest import running

    async with running(world) as site, site.tab("ali") as tab:
        hub = next(iter(_hub(site).connections))
        talk = Talk(_hub(site), world.desk, world.clock, world.tasks, hub, command_s=0.05)
        world.desk.slow_s = 0.3
        await talk.hear('{"t":"cmd","op":"late","do":"state.set"}')
        assert (await tab.next("res"))["code"] == "too_slow"
        await asyncio.sleep(0.4)
        assert world.desk.finished == 1
        assert await tab.silent(0.05)


def _hub(site: Site):  # type: ignore[no-untyped-def]  # the key is typed where it is made
    from callcenter.web.server import HUB

    return site.server.app[HUB]


WRONG = [
    ("no json", "bad_json"),
    ("", "bad_json"),
    ("{", "bad_json"),
    ("[" * 5000, "bad_message"),
    ("[]", "bad_message"),
    ("null", "bad_message"),
    ("{}", "bad_message"),
    ('{"t":"nonsense"}', "bad_message"),
    ('{"t":5}', "bad_message"),
    ('{"t":"ping"}', "bad_message"),
    ('{"t":"ping","c":"x"}', "bad_message"),
    ('{"t":"sub","topics":"wall:main"}', "bad_message"),
    ('{"t":"sub","topics":[{"n":""}]}', "bad_message"),
    ('{"t":"sub","topics":[{"n":"agent:me","seq":-1}]}', "bad_message"),
    ('{"t":"popack","id":"x","what":"eaten"}', "bad_message"),
    ('{"t":"popack","id":"x","what":"shown","ms":-1}', "bad_message"),
]


@pytest.mark.parametrize(("text", "code"), WRONG)
async def test_what_makes_no_sense_is_answered_and_the_connection_lives(
    site: Site, text: str, code: str
) -> None:
    async with site.tab("ali") as tab:
        await tab.say(text)
        answer = await tab.next("err")
        assert answer["code"] == code
        assert len(answer["msg"]) > 10
        await tab.say({"t": "ping", "c": 1})
        await tab.next("pong")


@pytest.mark.parametrize(
    "message",
    [
        {"t": "cmd", "op": "7"},
        {"t": "cmd", "op": "7", "do": "x", "args": []},
        {"t": "note", "op": "7", "call": "x", "rev": "4", "text": ""},
        {"t": "note", "op": "7", "call": "x", "rev": 4, "text": "x" * 20_001},
    ],
)
async def test_a_wrong_command_is_refused_by_its_op(site: Site, message: object) -> None:
    async with site.tab("ali") as tab:
        await tab.say(message)
        answer = await tab.next("res")
        assert (answer["op"], answer["ok"], answer["code"]) == ("7", False, "bad_message")
        assert site.world.desk.asked == []


async def test_binary_is_refused_and_the_connection_lives(site: Site) -> None:
    async with site.tab("ali") as tab:
        await tab.socket.send(b"\x00\x01")
        assert (await tab.next("err"))["code"] == "bad_message"
        await tab.say({"t": "ping", "c": 1})
        await tab.next("pong")


async def test_a_message_beyond_the_limit_closes_with_1009(site: Site) -> None:
    async with site.tab("ali") as tab:
        await tab.say("x" * 200_000)
        await tab.socket.wait_closed()
        assert tab.socket.close_code == 1009


async def test_a_flood_of_messages_is_slowed_down_and_answered_in_order(site: Site) -> None:
    async with site.tab("ali") as tab:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for n in range(250):
            await tab.say({"t": "ping", "c": n})
        answers = [(await tab.next("pong", within_s=10))["c"] for _ in range(250)]
        assert answers == list(range(250))
        assert loop.time() - began > 0.7


class _Ear(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []

    def write(self, data: object) -> None:
        assert isinstance(data, bytes)
        self.written.append(data)

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
KINDS = st.sampled_from(["sub", "unsub", "ping", "cmd", "note", "popack", "x"])
NAMES = st.sampled_from(
    ["topics", "op", "do", "args", "c", "call", "rev", "text", "id", "what", "ms", "tab", "slow"]
)
MESSAGES = st.builds(
    lambda kind, rest: json.dumps({**rest, "t": kind}), KINDS, st.dictionaries(NAMES, JSON)
)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=200) | JSON.map(json.dumps) | MESSAGES)
def test_no_text_whatever_raises_and_each_answer_has_a_known_code(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async def tried() -> None:
        from callcenter.services.access import Credential, SignedIn
        from callcenter.web.hub import Hub

        world = World(tmp_path_factory.getbasetemp())
        hub = Hub(world.view, world.clock, world.tasks, "e")
        ear = _Ear()
        who = SignedIn(user_id=1, name="ali", role="agent", agent_id=ALI)
        connection = Connection(
            "s", who, Credential("session", "x"), ear, asyncio.get_running_loop()
        )
        hub.join(connection)
        talk = Talk(hub, world.desk, world.clock, world.tasks, connection)
        await talk.hear(text)
        for frame in ear.written:
            # The length in a frame's head may itself be the letter "{".
            head = {126: 4, 127: 10}.get(frame[1], 2)
            told = json.loads(frame[head:])
            if told["t"] in ("err", "gone") or told.get("ok") is False:
                assert Code(told["code"]) is not Code.INTERNAL
        hub.leave(connection)
        await world.tasks.stop()
        assert world.faults == []

    logging.disable(logging.CRITICAL)
    try:
        asyncio.run(tried())
    finally:
        logging.disable(logging.NOTSET)

"""What panoramisk 1.4 does wrong must be right through our link: one test a defect, numbered.

Each speaks to a real TCP server on loopback and says what must hold; nothing is said about
panoramisk itself, so a corrected version of it breaks nothing here.
"""

import asyncio
import logging
import socket
import time
from itertools import pairwise

import pytest

from ami_bridge import actions
from ami_bridge.account import AmiAccount, TlsOptions
from ami_bridge.answers import LinkLost, NoAnswer
from ami_bridge.inbox import Arrived, Inbox
from ami_bridge.trace import Recorder, read

# Data


async def arrivals(link, count):
    """The next events of the link's inbox, markers left out."""
    events = []
    async with asyncio.timeout(4):
        while len(events) < count:
            taken = await link.inbox.take()
            events += [item.message for item in taken if isinstance(item, Arrived)]
    return events


async def came_up(link, until):
    await until(lambda: link.state == "up", "login")
    return link


async def test_01_letter_cut_between_two_tcp_segments_is_whole(pbx, new_link, until):
    link = await came_up(new_link(ping_interval_s=5.0), until)
    data = "Event: NewCallerid\r\nCallerIDName: علی رضا\r\n\r\n".encode()
    cuts = range(data.index("ل".encode()) - 1, len(data) - 5)
    for cut in cuts:
        pbx.peer.send(data[:cut])
        await asyncio.sleep(0.01)
        pbx.peer.send(data[cut:])
    events = await arrivals(link, len(cuts))
    assert {event.get("CallerIDName") for event in events} == {"علی رضا"}
    assert link.counters.damaged == 0


async def test_02_byte_that_is_no_utf8_leaves_a_mark_and_is_counted(pbx, new_link, until):
    link = await came_up(new_link(), until)
    pbx.peer.send(b"Event: X\r\nName: Andr\xe9\r\n\r\n")
    assert (await arrivals(link, 1))[0].get("Name") == "Andr\ufffd"
    assert link.counters.damaged == 1


async def test_03_empty_headers_are_there_with_and_without_space(pbx, new_link, until):
    link = await came_up(new_link(), until)
    pbx.peer.send(b"Event: X\r\nLanguage:\r\nAccountCode: \r\n\r\n")
    (event,) = await arrivals(link, 1)
    assert event.has("Language")
    assert event.has("AccountCode")
    assert event.get("AccountCode", "absent") == ""
    assert event.get("Linkedid", "absent") == "absent"


async def test_04_repeated_header_does_not_change_the_type_and_loses_nothing(pbx, new_link, until):
    link = await came_up(new_link(), until)
    pbx.peer.send(b"Event: X\r\nCHANVAR: a\r\nChanVar: b\r\nChanVar: c\r\n\r\n")
    (event,) = await arrivals(link, 1)
    assert event.get("CHANVAR") == event.get("chanvar") == "a"
    assert event.all("ChanVar") == ["a", "b", "c"]


async def test_05_second_event_header_from_a_dialplan_does_no_harm(pbx, new_link, until):
    link = await came_up(new_link(), until)
    pbx.peer.send(b"Event: UserEvent\r\nUserEvent: Foo\r\nEvent: bar\r\n\r\nEvent: Next\r\n\r\n")
    events = await arrivals(link, 2)
    assert [event.name for event in events] == ["UserEvent", "Next"]
    assert len(pbx.peers) == 1
    assert link.state == "up"


async def test_06_value_of_result_is_as_sent(pbx, new_link, until):
    link = await came_up(new_link(), until)
    pbx.peer.send(b"Event: AsyncAGIExec\r\nResult: 200%20result%3D1%0A\r\n\r\n")
    assert (await arrivals(link, 1))[0].get("Result") == "200%20result%3D1%0A"


async def test_07_old_command_output_is_whole_and_a_failure_ends_its_action(pbx, new_link, until):
    def command(peer, action):
        peer.send(
            f"Response: Follows\r\nPrivilege: Command\r\nActionID: {action['ActionID']}\r\n"
            "first\r\n\r\nsecond\n--END COMMAND--\r\n\r\n"
        )

    def getvar(peer, action):
        peer.send(f"Response: Failure\r\nMessage: no\r\nActionID: {action['ActionID']}\r\n\r\n")

    pbx.answers |= {"Command": command, "Getvar": getvar}
    link = await came_up(new_link(), until)
    answer = await link.ask({"Action": "Command", "Command": "x"}, timeout_s=1)
    assert answer.ok
    assert answer.response.output == ["first", "", "second"]
    failure = await link.ask(actions.getvar("V"), timeout_s=1)
    assert not failure.ok
    assert failure.message == "no"


@pytest.mark.parametrize("lines", [[], ["one"], ["one", "", "two: 2"]])
async def test_08_new_command_output_is_a_list_of_lines_always(pbx, new_link, until, lines):
    def command(peer, action):
        output = "".join(f"Output: {line}\r\n" for line in lines)
        peer.send(
            f"Response: Success\r\nActionID: {action['ActionID']}\r\n"
            f"Message: Command output follows\r\n{output}\r\n"
        )

    pbx.answers["Command"] = command
    link = await came_up(new_link(), until)
    answer = await link.ask({"Action": "Command", "Command": "x"}, timeout_s=1)
    assert answer.response.output == lines


async def test_09_message_without_an_end_is_thrown_away_and_the_link_lives(pbx, new_link, until):
    link = await came_up(new_link(ping_interval_s=2.0), until)
    start_s = time.process_time()
    pbx.peer.send(b"Event: Endless\r\nX: ")
    for _ in range(64):
        pbx.peer.send(b"x" * 65536)
        await asyncio.sleep(0)
    pbx.peer.send(b"\r\n\r\nEvent: Next\r\n\r\n")
    assert [event.name for event in await arrivals(link, 1)] == ["Next"]
    assert link.counters.oversized == 1
    assert len(pbx.peers) == 1
    # 4 MB; quadratic reading took seconds. Generous, for both ends run here.
    assert time.process_time() - start_s < 1.5


# Control


async def test_10_callback_that_raises_loses_no_event_and_no_connection(pbx, new_link, until):
    link = new_link(run=False)
    heard = []

    def fails(manager, event):
        raise RuntimeError("a consumer's bug")

    link.manager.register_event("E*", fails)
    link.manager.register_event("*", lambda manager, event: heard.append(event["N"]))
    running = asyncio.get_running_loop().create_task(link.run())
    await came_up(link, until)
    pbx.peer.send(b"".join(b"Event: E\r\nN: %d\r\n\r\n" % n for n in range(4)))
    assert [event.get("N") for event in await arrivals(link, 4)] == ["0", "1", "2", "3"]
    assert heard == ["0", "1", "2", "3"]
    assert link.counters.faults == 4
    assert len(pbx.peers) == 1
    await link.close()
    await running


@pytest.mark.parametrize(
    "poison",
    ["x\r\n\r\nAction: Command\r\nCommand: core stop now", "x\ny", "x\ry", "x\0y"],
)
async def test_11_line_break_in_an_action_is_refused_before_a_byte_is_written(
    pbx, new_link, until, poison
):
    link = await came_up(new_link(), until)
    with pytest.raises(ValueError, match="line break or NUL"):
        await link.ask(actions.originate("PJSIP/1", "c", "600", caller_name=poison))
    with pytest.raises(ValueError, match="line break or NUL"):
        await link.ask({"Action": "Originate", "Variable": ["a=1", f"b={poison}"]})
    with pytest.raises(ValueError, match="name of an AMI header"):
        await link.ask({"Action": "Ping", poison: "x"})
    with pytest.raises(ValueError, match="line break or NUL"):
        await link.manager.send_action({"Action": "Originate", "CallerID": poison})
    await asyncio.sleep(0.05)
    assert pbx.actions == []
    assert link.state == "up"


async def test_12_refused_login_is_an_error_with_a_growing_back_off(pbx, new_link, until):
    pbx.accepts = False
    link = new_link()
    await until(lambda: link.state == "refused", "refusal")
    assert "refused the AMI login of 'callcenter': Authentication failed" in link.why
    with pytest.raises(LinkLost, match="refused"):
        await link.ask(actions.core_status())
    times = []
    started_s = time.monotonic()
    while time.monotonic() - started_s < 1.0:
        if len(pbx.peers) > len(times):
            times.append(time.monotonic())
        await asyncio.sleep(0.005)
    # 50 ms doubling to 400 ms, shortened by up to half: a loop of the first delay has 20 and more.
    assert 3 <= len(pbx.peers) <= 11
    gaps = [b - a for a, b in pairwise(times[1:])]
    assert gaps[-1] > gaps[0]
    assert link.counters.refused >= len(pbx.peers) - 1
    # The server leaves the socket open: we do not, and we do not ping on it.
    assert all(peer.gone.is_set() for peer in pbx.peers[:-1])
    assert not any(a["Action"] == "Ping" for peer in pbx.peers for a in peer.actions)
    pbx.accepts = True
    await came_up(link, until)


async def test_13_action_without_an_answer_is_never_sent_again(pbx, new_link, until):
    pbx.answers["Originate"] = lambda peer, _: peer.cut()
    pbx.answers["Command"] = lambda peer, _: peer.cut()
    link = await came_up(new_link(), until)
    for action in (
        actions.originate("PJSIP/1001", "agents", "600"),
        {"Action": "Command", "Command": "core show uptime"},
    ):
        with pytest.raises(LinkLost, match="has no answer"):
            await link.ask(action)
        before = link.counters.connects
        await until(lambda before=before: link.counters.connects > before, "reconnect")
        pbx.peer.event("FullyBooted")
        await asyncio.sleep(0.05)
    assert [action["Action"] for action in pbx.actions] == ["Originate", "Command"]


async def test_14_every_action_has_a_time_limit(pbx, new_link, until):
    pbx.answers["Getvar"] = lambda *_: None
    link = await came_up(new_link(), until)
    with pytest.raises(NoAnswer, match=r"not answered within 0.1 s"):
        await link.ask(actions.getvar("X"), timeout_s=0.1)
    assert link.state == "up"
    assert link.counters.timeouts == 1


async def test_15_closed_link_never_comes_back_and_one_link_has_one_connection(
    pbx, new_link, until
):
    early = new_link(run=False)
    with pytest.raises(LinkLost, match="not started"):
        await early.manager.send_action({"Action": "Ping"})
    link = new_link(run=False)
    running = asyncio.get_running_loop().create_task(link.run())
    await came_up(link, until)
    with pytest.raises(RuntimeError, match="running already"):
        await link.run()
    with pytest.raises(RuntimeError, match="belongs to AmiLink"):
        link.manager.connect()
    assert len(pbx.peers) == 1
    pbx.peer.cut()
    await until(lambda: link.state != "up", "loss")
    await link.close()
    await asyncio.wait_for(running, 2)
    count = len(pbx.peers)
    await asyncio.sleep(0.3)
    assert len(pbx.peers) == count
    assert link.state == "closed"


async def test_16_silent_peer_is_noticed_within_three_missed_pings(pbx, new_link, until):
    link = await came_up(new_link(), until)
    pbx.mute = True
    silent_s = time.monotonic()
    await until(lambda: len(pbx.peers) == 2, "new connection")
    # One interval until the next ping and three without an answer, then the first retry.
    assert time.monotonic() - silent_s < 0.05 * 4 + 0.6
    pbx.mute = False
    # What is said during the mute connection's login is lost; the third try or so gets through.
    await until(lambda: link.state == "up", "recovery")
    items = link.inbox.take_now(100)
    downs = [item.why for item in items if hasattr(item, "why")]
    assert "is silent: 3 pings without an answer" in downs[0]


async def test_16b_kernel_watches_the_peer_too(pbx, new_link, until):
    link = await came_up(new_link(ping_interval_s=5.0), until)
    sock = link.manager.protocol._transport.get_extra_info("socket")
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 15_000
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 5


async def test_16c_busy_peer_with_late_pongs_is_not_cut(pbx, new_link, until):
    pbx.answers["Ping"] = lambda *_: None
    link = await came_up(new_link(), until)
    for _ in range(30):
        pbx.peer.event("Busy")
        await asyncio.sleep(0.02)
    assert link.state == "up"
    assert len(pbx.peers) == 1
    assert link.counters.pings_missed >= 5


async def test_17_order_holds_for_thousands_and_coroutine_callbacks_are_refused(
    pbx, new_link, until
):
    link = new_link(ping_interval_s=5.0)

    async def slow(manager, event):
        await asyncio.sleep(1)

    with pytest.raises(TypeError, match="plain function"):
        link.manager.register_event("*", slow)
    link.manager.register_event("E", lambda manager, event: slow(manager, event))
    await came_up(link, until)
    before = len(asyncio.all_tasks())
    pbx.peer.send(b"".join(b"Event: E\r\nN: %d\r\n\r\n" % n for n in range(2000)))
    events = await arrivals(link, 2000)
    assert [int(event.get("N")) for event in events] == list(range(2000))
    assert len(asyncio.all_tasks()) <= before
    assert link.counters.faults == 2000


async def test_18_tls_is_an_option_of_its_own_and_checked(pbx, new_link, until):
    account = AmiAccount("pbx", 5039, "u", "s")
    assert account.tls is None
    context = TlsOptions().context()
    assert context.check_hostname
    with pytest.raises(RuntimeError, match="AmiAccount"):
        new_link(run=False).manager.from_config("ami.ini")
    # A plain port behind a tls setting: survived, said, tried again.
    link = new_link(tls=TlsOptions())
    await until(lambda: link.state in ("down", "refused") and link.why, "sentence")
    await until(lambda: len(pbx.peers) >= 3, "further tries")


async def test_19_recording_the_stream_does_not_disturb_it(pbx, new_link, until, tmp_path):
    recorder = Recorder(tmp_path / "ami.jsonl")
    link = new_link(run=False, ping_interval_s=5.0)
    link.listeners.append(lambda message, wall_s: recorder.record(message, wall_s))
    running = asyncio.get_running_loop().create_task(link.run())
    await came_up(link, until)
    pbx.peer.event("Hangup", Cause="16", CallerIDName="علی")
    (event,) = await arrivals(link, 1)
    await recorder.flush()
    recorded = [line.message for line in read(tmp_path / "ami.jsonl")]
    assert recorded[-1] == event
    assert recorded[0].name == "Response"
    assert len(pbx.peers) == 1
    await link.close()
    await running


async def test_20_channels_of_one_second_stay_apart(pbx, new_link, until):
    link = await came_up(new_link(), until)
    for serial in ("7", "8", "17"):
        pbx.peer.event("Newchannel", Uniqueid=f"1795371313.{serial}", Linkedid="1795371313.7")
    events = await arrivals(link, 3)
    assert [event.get("Uniqueid") for event in events] == [
        "1795371313.7",
        "1795371313.8",
        "1795371313.17",
    ]


async def test_no_setting_of_the_logger_changes_what_arrives(pbx, new_link, until, caplog):
    caplog.set_level(logging.DEBUG)
    inbox = Inbox()
    link = await came_up(new_link(inbox=inbox), until)
    pbx.peer.event("A", Secret="x")
    assert [event.name for event in await arrivals(link, 1)] == ["A"]
    assert pbx.secret not in caplog.text

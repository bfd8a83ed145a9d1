"""The actions we send, and what is refused before it is sent."""

import hashlib

import pytest

from ami_bridge import actions
from ami_bridge.outgoing import encode


def sent(action):
    """The lines that go over the wire, Action and ActionID first."""
    return encode(action, "id-1").decode().split("\r\n")


@pytest.mark.parametrize(
    ("action", "lines"),
    [
        (actions.ping(), ["Action: Ping"]),
        (actions.core_status(), ["Action: CoreStatus"]),
        (actions.core_settings(), ["Action: CoreSettings"]),
        (actions.core_show_channels(), ["Action: CoreShowChannels"]),
        (actions.bridge_list(), ["Action: BridgeList"]),
        (actions.device_state_list(), ["Action: DeviceStateList"]),
        (actions.logoff(), ["Action: Logoff"]),
        (actions.challenge(), ["Action: Challenge", "AuthType: MD5"]),
        (actions.bridge_info("b-1"), ["Action: BridgeInfo", "BridgeUniqueid: b-1"]),
        (actions.queue_status(), ["Action: QueueStatus"]),
        (actions.queue_status("s", "m"), ["Action: QueueStatus", "Queue: s", "Member: m"]),
        (actions.queue_summary("s"), ["Action: QueueSummary", "Queue: s"]),
        (actions.status(), ["Action: Status"]),
        (
            actions.status("PJSIP/1-0", ["A", "CDR(answer)"]),
            ["Action: Status", "Channel: PJSIP/1-0", "Variables: A,CDR(answer)"],
        ),
        (actions.getvar("A"), ["Action: Getvar", "Variable: A"]),
        (actions.getvar("A", "C-1"), ["Action: Getvar", "Variable: A", "Channel: C-1"]),
        (
            actions.queue_pause("PJSIP/1", True, "s", "ناهار"),
            [
                "Action: QueuePause",
                "Interface: PJSIP/1",
                "Paused: true",
                "Queue: s",
                "Reason: ناهار",
            ],
        ),
        (
            actions.queue_pause("PJSIP/1", False),
            ["Action: QueuePause", "Interface: PJSIP/1", "Paused: false"],
        ),
        (
            actions.queue_add("s", "PJSIP/1", "Sara", 2),
            [
                "Action: QueueAdd",
                "Queue: s",
                "Interface: PJSIP/1",
                "Penalty: 2",
                "Paused: false",
                "MemberName: Sara",
            ],
        ),
        (
            actions.queue_remove("s", "PJSIP/1"),
            ["Action: QueueRemove", "Queue: s", "Interface: PJSIP/1"],
        ),
        (
            actions.redirect("C-1", "agents", "600"),
            ["Action: Redirect", "Channel: C-1", "Context: agents", "Exten: 600", "Priority: 1"],
        ),
        (actions.hangup("C-1"), ["Action: Hangup", "Channel: C-1", "Cause: 16"]),
        (
            actions.filter_add("", "action(include),name(Hangup)"),
            [
                "Action: Filter",
                "Operation: Add",
                "Filter: ",
                "MatchCriteria: action(include),name(Hangup)",
            ],
        ),
    ],
)
def test_action_is_written_as_asterisk_reads_it(action, lines):
    assert sent(action) == [lines[0], "ActionID: id-1", *lines[1:], "", ""]


def test_originate_is_asynchronous_and_repeats_its_variables():
    action = actions.originate(
        "PJSIP/1001",
        "agents",
        "600",
        caller_number="+982112345678",
        caller_name="علی",
        variables={"A": "1", "B": "x=y"},
        channel_id="cc-1",
    )
    lines = sent(action)
    assert "Async: true" in lines
    assert 'CallerID: "علی" <+982112345678>' in lines
    assert [line for line in lines if line.startswith("Variable")] == [
        "Variable: A=1",
        "Variable: B=x=y",
    ]
    assert "Timeout: 30000" in lines


def test_login_by_challenge_sends_a_digest_and_no_secret():
    action = actions.login_md5("u", "secret", "123")
    assert action["Key"] == hashlib.md5(b"123secret").hexdigest()
    assert "Secret" not in action
    assert actions.login("u", "secret", "call")["Events"] == "call"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: actions.queue_pause("", True), "interface must not be empty"),
        (lambda: actions.queue_add(" ", "PJSIP/1"), "queue must not be empty"),
        (lambda: actions.queue_add("s", "PJSIP/1", penalty=-1), "penalty is 0 or more"),
        (lambda: actions.originate("c", "x", "1", timeout_ms=0), "timeout_ms"),
        (lambda: actions.originate("c", "x", "1", caller_name='a" <1>'), "caller id"),
        (lambda: actions.originate("c", "x", "1", variables={"A=B": "1"}), "channel variable"),
        (lambda: actions.redirect("c", "x", "1", 0), "priority is 1 or more"),
        (lambda: actions.hangup("/.*/"), "not by a pattern"),
        (lambda: actions.hangup("c", 300), "between 0 and 127"),
        (lambda: actions.status(None, ["A,B"]), "channel variable"),
        (lambda: actions.filter_add(""), "expression or criteria"),
        (lambda: actions.bridge_info(""), "bridge_uniqueid must not be empty"),
    ],
)
def test_action_that_makes_no_sense_is_refused_with_a_sentence(make, says):
    with pytest.raises(ValueError, match=says):
        make()

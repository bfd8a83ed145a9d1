"""A member of a list is read as a whole; it says the same as its headers one by one."""

from __future__ import annotations

import random

import pytest

from ami_bridge.member_rows import member_row
from ami_bridge.message import Message
from ami_bridge.protocol import Parser
from ami_bridge.translate import member_seen

AT = 1_795_400_000_000
WHOLE = {
    "Event": "QueueMember",
    "Queue": "پشتیبانی",
    "Name": "دانا|O'Brien: x",
    "Location": "Local/1001@agents/n",
    "StateInterface": "PJSIP/1001",
    "Membership": "dynamic",
    "Penalty": "3",
    "CallsTaken": "7",
    "LastCall": "1795400001",
    "LastPause": "1795400002",
    "LoginTime": "1795390000",
    "InCall": "0",
    "Status": "6",
    "Paused": "1",
    "PausedReason": "ناهار",
    "Wrapuptime": "5",
    "ActionID": "cc-7",
}
BEFORE_18 = {key: value for key, value in WHOLE.items() if key != "LoginTime"}


def read(headers: dict[str, str]) -> Message:
    """The message as it comes from the wire."""
    text = "".join(f"{key}: {value}\r\n" for key, value in headers.items()) + "\r\n"
    (message,) = Parser(greeting=False).feed(text.encode())
    return message


@pytest.mark.parametrize("headers", [WHOLE, BEFORE_18], ids=["22", "16"])
def test_member_of_a_list_is_read_as_a_whole(headers: dict[str, str]) -> None:
    row = read(headers)
    member = member_row(row, AT)
    assert member == member_seen(row, AT, row=True)
    assert (member.queue, member.member, member.status) == ("پشتیبانی", "دانا|O'Brien: x", 6)
    assert (member.paused, member.paused_reason, member.wrapup_s) == (True, "ناهار", 5)
    assert (member.last_call, member.last_pause) == (1795400001, 1795400002)


@pytest.mark.parametrize("missing", list(WHOLE)[1:])
def test_member_of_a_list_without_a_header(missing: str) -> None:
    row = read({key: value for key, value in WHOLE.items() if key != missing})
    assert member_row(row, AT) == member_seen(row, AT, row=True)


def test_member_of_a_list_in_another_order() -> None:
    dice = random.Random(1)
    for _ in range(200):
        names = list(WHOLE)[1:]
        dice.shuffle(names)
        row = read({"Event": "QueueMember", **{name: WHOLE[name] for name in names}})
        assert member_row(row, AT) == member_seen(row, AT, row=True)


def test_member_of_a_recorded_list() -> None:
    row = Message.of(WHOLE.items())
    assert member_row(row, AT) == member_row(read(WHOLE), AT)


def test_member_of_a_list_with_odd_values() -> None:
    odd = {**WHOLE, "Status": "", "LastCall": "x", "Wrapuptime": "", "Paused": "", "Name": ""}
    row = read(odd)
    assert member_row(row, AT) == member_seen(row, AT, row=True)
    assert member_row(row, AT).status == 0

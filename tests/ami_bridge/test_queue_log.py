"""Lines of queue_log: every form that Asterisk writes, and everything that looks like none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_bridge.queue_log import lines_of, parse, whole


def test_a_line_is_its_five_fields_and_its_parameters() -> None:
    line = parse("1795371288|1795371286.0|support|Agent 1001|CONNECT|2|1795371286.1|2")
    assert line is not None
    assert (line.epoch, line.callid, line.queue, line.agent, line.event) == (
        1795371288,
        "1795371286.0",
        "support",
        "Agent 1001",
        "CONNECT",
    )
    assert line.params == ["2", "1795371286.1", "2"]


def test_an_event_without_parameters_ends_with_a_bar() -> None:
    line = parse("1795371281|NONE|NONE|NONE|QUEUESTART|")
    assert line is not None
    assert (line.event, line.params) == ("QUEUESTART", [])


@pytest.mark.parametrize("name", ["Ali | 2nd floor", "a|b|c", "|", "Leila|", "CONNECT|x"])
def test_a_bar_in_a_members_name_does_not_shift_what_follows(name: str) -> None:
    line = parse(f"1795371288|1795371286.0|support|{name}|COMPLETEAGENT|2|18|1")
    assert line is not None
    assert (line.agent, line.event, line.params) == (name, "COMPLETEAGENT", ["2", "18", "1"])


@pytest.mark.parametrize("name", ["سارا احمدی", "נועה לוי", "O'Brien, Zoe", 'Ann "A" Lee', "李"])
def test_names_of_all_letters_and_with_quotes_come_whole(name: str) -> None:
    line = parse(f"1795371288|1795371286.0|فروش|{name}|CONNECT|2|1795371286.1|2")
    assert line is not None
    assert (line.queue, line.agent) == ("فروش", name)


def test_a_reason_and_a_callers_name_may_hold_bars() -> None:
    pause = parse("1795371288|NONE|support|Agent 1001|PAUSE|lunch|long")
    enter = parse("1795371288|1.0|support|NONE|ENTERQUEUE||0912|1|A|B")
    assert pause is not None
    assert enter is not None
    assert pause.params == ["lunch", "long"]
    assert enter.params == ["", "0912", "1", "A", "B"]


@pytest.mark.parametrize("params", ["1", "1|1|10"])
def test_a_timeout_has_one_parameter_or_three(params: str) -> None:
    line = parse(f"1795371288|1.0|support|NONE|EXITWITHTIMEOUT|{params}")
    assert line is not None
    assert line.params == params.split("|")


def test_what_the_dialplan_writes_is_a_line_too() -> None:
    line = parse("1795371288|1.0|support|NONE|DID|982191001000")
    assert line is not None
    assert line.event == "DID"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "1|2|3",
        "x|1.0|support|NONE|ABANDON|1|1|3",
        "-5|1.0|support|NONE|ABANDON|1|1|3",
        "١٧٩|1.0|support|NONE|ABANDON|1|1|3",
        "99999999999999|1.0|support|NONE|ABANDON|1|1|3",
        "1795371288|1.0|support|NONE|half a line",
        "1795371288|1.0|support|NONE|ABANDON|1",
        "\0\0\0\0",
    ],
)
def test_what_is_no_line_is_none_and_raises_nothing(text: str) -> None:
    assert parse(text) is None


def test_zeros_that_a_power_failure_left_before_a_line_are_taken_off() -> None:
    line = parse("\0\0\0\x001795371288|1.0|support|NONE|ABANDON|1|1|3\r")
    assert line is not None
    assert line.params == ["1", "1", "3"]


@given(st.text())
def test_no_text_whatever_raises(text: str) -> None:
    parse(text)


@given(st.lists(st.text(alphabet="0123456789|NOEABDX \0é"), max_size=9))
def test_no_near_line_raises(parts: list[str]) -> None:
    parse("|".join(["1795371288", *parts]))


def test_bytes_that_are_no_utf8_and_odd_separators_keep_the_line_in_one_piece() -> None:
    data = b"1|1.0|q|Jos\xe9|PAUSE|a\n" + "2|1.0|q|x\u2028y|PAUSE|b\n".encode()
    assert lines_of(data) == ["1|1.0|q|Jos�|PAUSE|a", "2|1.0|q|x\u2028y|PAUSE|b"]


def test_numbers_are_read_and_negative_durations_are_nothing() -> None:
    params = ["7", "-3", "x", ""]
    assert [whole(params, n) for n in range(5)] == [7, 0, None, None, None]
    assert whole(params, -4) == 7

"""One AMI message: headers in order, repeats and empty values kept, case ignored."""

import pytest

from ami_bridge.protocol import Message, Parser


def parse(*chunks: bytes, limit: int = 1 << 20) -> tuple[list[Message], Parser]:
    parser = Parser(limit, greeting=False)
    return [message for chunk in chunks for message in parser.feed(chunk)], parser


def one(data: bytes) -> Message:
    messages, _ = parse(data)
    assert len(messages) == 1
    return messages[0]


def test_access_ignores_case_in_both_directions() -> None:
    message = one(b"Event: Cdr\r\nUniqueID: 1.2\r\nBridgeId: b\r\n\r\n")
    assert message.get("Uniqueid") == "1.2"
    assert message.get("BRIDGEID") == "b"
    assert message.get("event") == "Cdr"


def test_absent_and_empty_headers_are_told_apart() -> None:
    message = one(b"Event: X\r\nAccountCode: \r\nLast:\r\n\r\n")
    assert message.has("accountcode")
    assert message.get("AccountCode", "absent") == ""
    assert message.has("Last")
    assert message.get("Last", "absent") == ""
    assert not message.has("Language")
    assert message.get("Language", "absent") == "absent"


def test_header_without_space_after_the_colon_is_read() -> None:
    message = one(b"Event: X\r\nA:1\r\nB: 2\r\n\r\n")
    assert list(message.items()) == [("Event", "X"), ("A", "1"), ("B", "2")]


def test_value_keeps_its_colons_and_its_own_spaces() -> None:
    message = one(b"Event: X\r\nData: sip:a@b: 5:6 \r\nLead:  two\r\n\r\n")
    assert message.get("Data") == "sip:a@b: 5:6 "
    assert message.get("Lead") == " two"


def test_repeated_headers_are_kept_in_order_and_the_first_is_got() -> None:
    message = one(b"Event: X\r\nChanVariable: a=1\r\nCHANVARIABLE: b=2\r\nChanVariable: c=\r\n\r\n")
    assert message.all("chanvariable") == ["a=1", "b=2", "c="]
    assert message.get("ChanVariable") == "a=1"
    assert message.get("chanvariable") == "a=1"
    assert [key for key, _ in message.items()][1:] == [
        "ChanVariable",
        "CHANVARIABLE",
        "ChanVariable",
    ]
    assert message.all("absent") == []


def test_header_spelled_as_asked_comes_before_one_that_a_dialplan_spells_otherwise() -> None:
    message = one(b"Event: UserEvent\r\nUNIQUEID: forged\r\nUniqueid: 1.2\r\nuniqueid: x\r\n\r\n")
    assert message.get("Uniqueid") == "1.2"
    assert message.get("UniqueID") == "forged"
    assert Message.of(message.items()).get("Uniqueid") == "1.2"


def test_first_header_is_got_even_if_it_comes_again() -> None:
    message = one(b"Privilege: a\r\nEvent: X\r\nPrivilege: b\r\nevent: Y\r\n\r\n")
    assert message.name == "X"
    assert message.get("Privilege") == "a"
    assert message.get("Event") == "X"
    assert message.get("response", "none") == "none"


def test_second_event_header_is_only_a_repeated_header() -> None:
    message = one(b"Event: UserEvent\r\nUserEvent: Foo\r\nEvent: Hangup\r\n\r\n")
    assert message.name == "UserEvent"
    assert message.get("Event") == "UserEvent"
    assert message.all("Event") == ["UserEvent", "Hangup"]


def test_event_with_a_response_header_is_an_event() -> None:
    message = one(b"Event: OriginateResponse\r\nResponse: Failure\r\n\r\n")
    assert message.name == "OriginateResponse"
    assert message.get("Response") == "Failure"


def test_lone_cr_and_unicode_line_separators_do_not_end_a_line() -> None:
    value = "a\rb\u2028c\x0bd\x85e"
    assert one(f"Event: X\r\nV: {value}\r\nW: 1\r\n\r\n".encode()).get("V") == value


def test_failure_keeps_its_last_header_and_its_action_id() -> None:
    message = one(b"Response: Failure\r\nMessage: no\r\nActionID: x-1\r\n\r\n")
    assert message.get("Message") == "no"
    assert message.action_id == "x-1"


def test_result_is_not_url_unquoted() -> None:
    assert one(b"Event: AsyncAGIExec\r\nResult: 200%20a%2Bb\r\n\r\n").get("Result") == "200%20a%2Bb"


def test_message_of_headers_equals_the_message_of_their_bytes() -> None:
    headers = [("Event", "A"), ("X", "1"), ("x", ""), ("Event", "B")]
    data = "".join(f"{key}: {value}\r\n" for key, value in headers) + "\r\n"
    made = Message.of(headers)
    assert made == one(data.encode())
    assert made.all("X") == ["1", ""]
    assert made.get("Event") == "A"
    assert [made.get(key) for key in ("X", "x")] == ["1", ""]
    assert made != Message.of([("Event", "A")])
    with pytest.raises(ValueError, match="neither Event nor Response"):
        Message.of([("Key", "1")])

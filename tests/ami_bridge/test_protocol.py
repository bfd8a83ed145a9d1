"""AMI bytes become messages, whatever the chunks and whatever the bytes."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ami_bridge.protocol import Message, Parser

BANNER = b"Asterisk Call Manager/11.0.0\r\n"


def parse(*chunks: bytes, limit: int = 1 << 20) -> tuple[list[Message], Parser]:
    parser = Parser(limit, greeting=False)
    return [message for chunk in chunks for message in parser.feed(chunk)], parser


def one(data: bytes) -> Message:
    messages, _ = parse(data)
    assert len(messages) == 1
    return messages[0]


def test_event_is_named_by_its_value_and_a_response_by_response() -> None:
    messages, _ = parse(b"Event: Hangup\r\nCause: 16\r\n\r\nResponse: Success\r\n\r\n")
    assert [m.name for m in messages] == ["Hangup", "Response"]


def test_message_whose_first_line_is_another_header_is_read() -> None:
    messages, parser = parse(
        b"ActionID: 7\r\nResponse: Success\r\n\r\nPrivilege: a\r\nevent:Foo\r\n\r\n"
    )
    assert [m.name for m in messages] == ["Response", "Foo"]
    assert messages[0].action_id == "7"
    assert parser.garbage == 0


def test_line_ended_by_a_bare_lf_is_a_line() -> None:
    # Asterisk's list item of Agents.
    message = one(b"Event: Agents\r\nCallStarted: 5\nActionID: a\r\n\r\n")
    assert message.get("CallStarted") == "5"
    assert message.get("ActionID") == "a"


def test_bare_lf_before_the_empty_line_ends_the_message() -> None:
    messages, _ = parse(b"Event: Agents\r\nCallStarted: 5\n\r\nEvent: B\n\nEvent: C\r\n\r\n")
    assert [m.name for m in messages] == ["Agents", "B", "C"]
    assert messages[0].get("CallStarted") == "5"


def test_letter_cut_by_a_chunk_boundary_is_whole() -> None:
    data = "Event: X\r\nCallerIDName: علی رضا\r\n\r\n".encode()
    for cut in range(len(data)):
        messages, parser = parse(data[:cut], data[cut:])
        assert messages[0].get("CallerIDName") == "علی رضا"
        assert parser.damaged == 0


def test_bytes_that_are_no_utf8_are_marked_and_counted() -> None:
    messages, parser = parse(
        b"Event: X\r\nN: Andr\xe9\r\nM: \xef\xbf\xbd\r\n\r\nEvent: Y\r\nN: \xff\r\n\r\n"
    )
    assert messages[0].get("N") == "Andr\ufffd"
    assert messages[0].get("M") == "\ufffd"
    assert messages[1].get("N") == "\ufffd"
    assert parser.damaged == 2


def test_old_command_output_with_empty_lines_is_whole() -> None:
    data = (
        b"Response: Follows\r\nPrivilege: Command\r\nActionID: 9\r\n"
        b"Name: not a header\n\n\r\n\r\nEvent: Hangup\r\n\r\nlast--END COMMAND--\r\n\r\n"
        b"Event: Next\r\n\r\n"
    )
    for size in (1, 2, 3, 7, 50, len(data)):
        messages, parser = parse(*[data[i : i + size] for i in range(0, len(data), size)])
        assert [m.name for m in messages] == ["Response", "Next"]
        assert messages[0].action_id == "9"
        assert messages[0].output == [
            "Name: not a header",
            "",
            "",
            "",
            "Event: Hangup",
            "",
            "last",
        ]
        assert parser.garbage == 0


def test_new_command_output_has_one_line_a_header() -> None:
    data = (
        b"Response: Success\r\nMessage: Command output follows\r\n"
        b"Output: a\r\nOutput: \r\nOutput: b: c\r\n\r\n"
    )
    assert one(data).output == ["a", "", "b: c"]
    assert one(b"Response: Success\r\nOutput: only\r\n\r\n").output == ["only"]


def test_word_follows_inside_a_value_is_no_command() -> None:
    messages, _ = parse(b"Event: A\r\nX: Response: Follows\r\n\r\nEvent: B\r\n\r\n")
    assert [m.name for m in messages] == ["A", "B"]


def test_banner_is_taken_off_whatever_the_chunks() -> None:
    data = BANNER + b"Response: Success\r\n\r\n"
    for cut in range(len(data)):
        parser = Parser()
        messages = parser.feed(data[:cut]) + parser.feed(data[cut:])
        assert parser.banner == "Asterisk Call Manager/11.0.0"
        assert [m.name for m in messages] == ["Response"]


def test_peer_that_is_no_asterisk_has_an_empty_banner() -> None:
    parser = Parser()
    parser.feed(b"SSH-2.0-OpenSSH_9.2\r\n")
    assert parser.banner == ""
    endless = Parser()
    for _ in range(10):
        endless.feed(b"Asterisk Call Manager/" + b"x" * 100)
    assert endless.banner == ""


def test_garbage_between_messages_is_counted_and_passed_over() -> None:
    messages, parser = parse(
        b"nonsense\r\n\r\nEvent: A\r\n\r\n\x00\x01\r\nmore\r\n\r\nEvent: B\r\n\r\n"
    )
    assert [m.name for m in messages] == ["A", "B"]
    assert parser.garbage == 2


def test_stray_line_before_a_message_is_counted_and_the_message_read() -> None:
    messages, parser = parse(b"half a line\r\nEvent: A\r\nB: 1\r\n\r\n")
    assert messages[0].name == "A"
    assert messages[0].get("B") == "1"
    assert parser.garbage == 1


def test_empty_lines_too_many_are_no_messages_and_no_garbage() -> None:
    messages, parser = parse(b"\r\n\r\n\r\nEvent: A\r\n\r\n\r\n\r\n\n\nEvent: B\r\n\r\n\r\n")
    assert [m.name for m in messages] == ["A", "B"]
    assert parser.garbage == 0


@pytest.mark.parametrize("size", [1, 3, 64, 100_000])
def test_message_above_the_limit_is_discarded_and_the_next_one_read(size: int) -> None:
    data = b"Event: A\r\n\r\nEvent: Big\r\nX: " + b"x" * 5000 + b"\r\n\r\nEvent: B\r\n\r\n"
    messages, parser = parse(*[data[i : i + size] for i in range(0, len(data), size)], limit=1000)
    assert [m.name for m in messages] == ["A", "B"]
    assert parser.oversized == 1


def test_message_of_exactly_the_limit_is_read_and_one_byte_more_is_not() -> None:
    data = b"Event: A\r\nX: " + b"x" * 50 + b"\r\n\r\n"
    for size in (1, 10, len(data)):
        chunks = [data[i : i + size] for i in range(0, len(data), size)]
        assert len(parse(*chunks, limit=len(data))[0]) == 1
        assert len(parse(*chunks, limit=len(data) - 1)[0]) == 0


def test_command_above_the_limit_does_not_make_the_link_deaf() -> None:
    data = b"Response: Follows\r\n" + b"line\n" * 1000 + b"\r\n\r\nEvent: B\r\n\r\n"
    messages, parser = parse(data, limit=1000)
    assert [m.name for m in messages] == ["B"]
    assert parser.oversized == 1


def test_memory_stays_at_the_limit_for_a_message_without_an_end() -> None:
    parser = Parser(limit=10_000, greeting=False)
    for _ in range(1000):
        parser.feed(b"x" * 1000)
    assert len(parser._pending) <= 11_000
    assert parser.oversized == 1
    assert [m.name for m in parser.feed(b"\r\n\r\nEvent: A\r\n\r\n")] == ["A"]


def test_message_without_an_end_costs_linear_time() -> None:
    def seconds(megabytes: int) -> float:
        best = 9e9
        for _ in range(3):
            parser = Parser(limit=64 << 20, greeting=False)
            start = time.process_time()
            for _ in range(megabytes * 728):
                parser.feed(b"x" * 1440)
            best = min(best, time.process_time() - start)
        return best

    # Ten times the bytes; a quadratic reader takes a hundred times as long.
    assert seconds(10) <= 25 * seconds(1)


KEYS = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ-()/", min_size=1, max_size=12)
VALUES = st.text(
    st.characters(blacklist_characters="\r\n\0", blacklist_categories=("Cs",)), max_size=30
)
HEADERS = st.lists(st.tuples(KEYS, VALUES), max_size=6)
NAMES = st.text("abcdefghijkLMNOP", min_size=1, max_size=10)
CUTS = st.lists(st.integers(0, 400), max_size=12)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


@given(st.lists(st.tuples(NAMES, HEADERS), max_size=5), CUTS)
def test_well_formed_streams_come_out_as_they_went_in_whatever_the_chunks(
    wanted: list[tuple[str, list[tuple[str, str]]]], places: list[int]
) -> None:
    data = BANNER
    expected = []
    for name, headers in wanted:
        pairs = [("Event", name), *headers]
        expected.append(pairs)
        data += "".join(f"{key}: {value}\r\n" for key, value in pairs).encode() + b"\r\n"
    parser = Parser()
    messages = [m for chunk in cut(data, places) for m in parser.feed(chunk)]
    assert [list(m.items()) for m in messages] == expected
    assert [m.name for m in messages] == [name for name, _ in wanted]
    assert (parser.garbage, parser.damaged, parser.oversized) == (0, 0, 0)
    for message, pairs in zip(messages, expected, strict=True):
        for key, _ in pairs:
            values = [value for other, value in pairs if other.lower() == key.lower()]
            assert message.all(key.upper()) == values
            # Spelled as asked comes before what differs in case.
            assert message.get(key) == next(value for other, value in pairs if other == key)
            asked = key.swapcase()
            spelled = [value for other, value in pairs if other == asked]
            assert message.get(asked) == [*spelled, *values][0]


PIECES = st.lists(
    st.sampled_from(
        [
            b"\r\n",
            b"\n",
            b"\r",
            b"\r\n\r\n",
            b"Event: ",
            b"event:",
            b"A",
            b"Response: ",
            b"Response: Follows",
            b"Follows",
            b"--END COMMAND--",
            b"--END",
            b": ",
            b":",
            b"Key: v",
            b"\xff",
            "علی".encode(),
            b"\xd8",
            b"\x00",
            b"ActionID: 1",
            BANNER,
            b"x" * 40,
        ]
    )
    | st.binary(max_size=8),
    max_size=60,
).map(b"".join)


@settings(max_examples=400)
@given(PIECES, CUTS, st.integers(24, 200))
def test_any_bytes_in_any_chunks_give_the_same_messages_and_counts(
    data: bytes, places: list[int], limit: int
) -> None:
    whole = Parser(limit)
    expected = whole.feed(data) + whole.feed(b"\r\n\r\nEvent: Alive\r\n\r\n")
    parser = Parser(limit)
    messages = [m for chunk in cut(data, places) for m in parser.feed(chunk)]
    messages += parser.feed(b"\r\n\r\nEvent: Alive\r\n\r\n")
    assert messages == expected
    assert [m.get("Key") for m in messages] == [m.get("Key") for m in expected]
    assert parser.banner == whole.banner
    counts = (parser.garbage, parser.damaged, parser.oversized)
    assert counts == (whole.garbage, whole.damaged, whole.oversized)


@given(st.binary(max_size=300))
def test_after_any_garbage_the_parser_hears_again(data: bytes) -> None:
    parser = Parser(limit=4096, greeting=False)
    parser.feed(data)
    # A command of the old form may be open: its mark ends it, the empty line everything else.
    parser.feed(b"\r\n--END COMMAND--\r\n\r\n\r\n\r\n")
    assert [m.name for m in parser.feed(b"Event: Alive\r\n\r\n")] == ["Alive"]


@given(st.lists(st.text("abc \t;", min_size=1, max_size=20), min_size=1, max_size=10))
def test_every_block_without_a_name_is_counted(blocks: list[str]) -> None:
    data = "".join(f"{block}\r\n\r\n" for block in blocks).encode()
    messages, parser = parse(data)
    assert messages == []
    assert parser.garbage == len(blocks)

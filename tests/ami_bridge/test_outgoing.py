"""What is written to Asterisk is one action, within Asterisk's limits, or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_bridge.outgoing import MAX_HEADERS, MAX_LINE, encode


def test_our_action_id_replaces_another_one_whatever_its_case():
    raw = encode({"ACTIONID": "theirs", "action": "Ping"}, "ours")
    assert raw == b"Action: Ping\r\nActionID: ours\r\n\r\n"


def test_line_is_as_long_as_asterisk_reads_and_no_longer():
    room = MAX_LINE - len("X: \r\n")
    assert len(encode({"Action": "A", "X": "x" * room}, "1").split(b"\r\n")[2]) == MAX_LINE - 2
    with pytest.raises(ValueError, match="header X of AMI action A has 1025 bytes"):
        encode({"Action": "A", "X": "x" * (room + 1)}, "1")
    # Bytes count, not letters.
    with pytest.raises(ValueError, match="Asterisk reads 1024"):
        encode({"Action": "A", "X": "ع" * (room // 2 + 1)}, "1")


def test_headers_are_as_many_as_asterisk_reads_and_no_more():
    values = [str(n) for n in range(MAX_HEADERS - 2)]
    encode({"Action": "A", "Variable": values}, "1")
    with pytest.raises(ValueError, match="129 headers"):
        encode({"Action": "A", "Variable": [*values, "x"]}, "1")


@pytest.mark.parametrize("key", ["", "a b", "a:b", "a\r\nb", "ключ", "a\0"])
def test_key_that_is_no_header_name_is_refused(key):
    with pytest.raises(ValueError, match="cannot be the name of an AMI header"):
        encode({"Action": "A", key: "x"}, "1")


def test_action_without_or_with_two_names_is_refused():
    with pytest.raises(ValueError, match="needs the header Action"):
        encode({"Command": "x"}, "1")
    with pytest.raises(ValueError, match="two Action headers"):
        encode({"Action": ["A", "B"]}, "1")


def test_lone_surrogate_is_refused():
    with pytest.raises(ValueError, match="no valid text"):
        encode({"Action": "A", "X": "\ud800"}, "1")


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=5))
def test_whatever_is_asked_one_action_is_written_or_none(headers):
    try:
        raw = encode({"Action": "Ping", **headers}, "1")
    except ValueError:
        return
    assert raw.endswith(b"\r\n\r\n")
    assert raw.count(b"\r\n\r\n") == 1
    lines = raw[:-4].split(b"\r\n")
    assert sum(line.lower().startswith(b"action:") for line in lines) == 1
    assert b"\n" not in b"".join(lines)
    assert b"\r" not in b"".join(lines)

"""People are taken out of a trace; the call stays in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_bridge.scrub import Scrubber

KEY = b"0123456789abcdef"
NUMBER, NAME = "09121234567", "Sara Levi"


def scrub(*headers):
    return dict(Scrubber(KEY).headers(headers))


def test_same_number_becomes_the_same_other_number_wherever_it_stands():
    out = scrub(
        ("CallerIDNum", NUMBER),
        ("DestChannel", f"PJSIP/{NUMBER}-0000001a"),
        ("DialString", f"Local/{NUMBER}@out/n"),
        ("Value", f"call_{NUMBER}.wav"),
        ("ChanVariable", f"FROM={NUMBER}"),
        ("ConnectedLineNum", f"+98{NUMBER[1:]}"),
    )
    new = out["CallerIDNum"]
    assert new != NUMBER
    assert len(new) == len(NUMBER)
    assert new.isdecimal()
    assert new.startswith("0912")
    assert out["DestChannel"] == f"PJSIP/{new}-0000001a"
    assert out["DialString"] == f"Local/{new}@out/n"
    assert out["Value"] == f"call_{new}.wav"
    assert out["ChanVariable"] == f"FROM={new}"
    assert out["ConnectedLineNum"] == f"+98{new[1:]}", "one customer in both forms"


def test_marks_and_scripts_of_a_number_stay():
    out = scrub(("CallerIDNum", "(021) 8765-4321"), ("Exten", "۰۹۱۲۱۲۳۴۵۶۷"))
    assert [c for c in out["CallerIDNum"] if not c.isdecimal()] == list("() -")
    assert out["CallerIDNum"] != "(021) 8765-4321"
    assert out["Exten"].startswith("۰۹۱۲")
    assert out["Exten"] != "۰۹۱۲۱۲۳۴۵۶۷"
    assert all("۰" <= c <= "۹" for c in out["Exten"])


def test_name_keeps_its_shape_and_its_script():
    out = scrub(
        ("CallerIDName", NAME),
        ("ConnectedLineName", "علی رضا"),
        ("DestCallerIDName", "שרה"),
        ("AppData", f"hello {NAME}"),
    )
    name = out["CallerIDName"]
    assert name != NAME
    assert [c.isupper() for c in name] == [c.isupper() for c in NAME]
    assert name[4] == " "
    assert out["AppData"] == f"hello {name}"
    assert out["ConnectedLineName"] != "علی رضا"
    assert all("؀" <= c <= "ۿ" or c == " " for c in out["ConnectedLineName"])
    assert all("֐" <= c <= "׿" for c in out["DestCallerIDName"])


def test_name_with_an_escaped_quote_is_the_same_name():
    out = scrub(("MemberName", "O'Brien, Zoe"), ("CallerIDName", "O\\'Brien, Zoe"))
    assert out["CallerIDName"].replace("\\", "") == out["MemberName"]
    assert out["MemberName"] != "O'Brien, Zoe"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Uniqueid", "1795371313.12"),
        ("DestLinkedid", "1795371313.12"),
        ("BridgeUniqueid", "5f6b1c3e-0000-4111-8222-123456789012"),
        ("Timestamp", "1795371313.261122"),
        ("LoginTime", "1795371313"),
        ("ActionID", "cc-1234567890-1"),
        ("Exten", "600"),
        ("Queue", "sales"),
        ("Channel", "PJSIP/1001-00000001"),
        ("Channel", "Local/1001@agents-00000001;2"),
        ("Interface", "PJSIP/1001"),
        ("CallerIDName", "<unknown>"),
        ("CallerIDName", ""),
        ("CallerIDNum", "<unknown>"),
        ("ChannelStateDesc", "Ringing"),
        ("Value", "1795371313.12"),
        ("Duration", "00:01:12"),
    ],
)
def test_what_a_call_is_followed_by_stays(key, value):
    assert scrub(("MemberName", "Ring"), (key, value))[key] == value


ROW = (
    ("Event", "QueueMember"),
    ("Queue", "support"),
    ("Name", NAME),
    ("Location", "PJSIP/1001"),
    ("StateInterface", "PJSIP/1001"),
)


def test_an_agent_has_one_name_in_the_roster_and_in_every_event_of_one_trace():
    scrubber = Scrubber(KEY)
    scrubber.headers([("CallerIDName", "Sara")])  # a caller whose name begins alike
    row = dict(scrubber.headers(ROW))
    event = dict(
        scrubber.headers(
            [
                ("Event", "AgentConnect"),
                ("MemberName", NAME),
                ("Interface", "PJSIP/1001"),
                ("ChanVariable", f"MEMBERNAME={NAME}"),
            ]
        )
    )
    assert row["Name"] != NAME
    assert row["Name"] == event["MemberName"]
    assert event["ChanVariable"] == f"MEMBERNAME={row['Name']}"
    assert row["Location"] == event["Interface"] == "PJSIP/1001"


def test_the_name_of_a_thing_stays():
    """``Name`` is a person's in a row of QueueStatus only."""
    assert scrub(("Event", "PeerEntry"), ("Name", "trunk"))["Name"] == "trunk"


@pytest.mark.parametrize("header", ["Name", "MemberName"])
def test_a_member_without_a_name_keeps_his_interface(header):
    out = scrub(
        ("Event", "QueueMember"),
        (header, "Local/1001@agents/n"),
        ("Interface", "Local/1001@agents/n"),
        ("Channel", "Local/1001@agents-0000001a;1"),
    )
    assert out[header] == out["Interface"] == "Local/1001@agents/n"
    assert out["Channel"] == "Local/1001@agents-0000001a;1"


def test_another_key_gives_another_number_and_a_short_key_is_refused():
    assert Scrubber(KEY).number(NUMBER) != Scrubber(b"x" * 16).number(NUMBER)
    with pytest.raises(ValueError, match="16 bytes"):
        Scrubber(b"short")


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=40)), max_size=6))
def test_whatever_the_headers_their_names_and_number_stay(headers):
    out = Scrubber(KEY).headers(headers)
    assert [key for key, _ in out] == [key for key, _ in headers]

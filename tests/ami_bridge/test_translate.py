"""Header names, escapes, spellings and versions end here."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from ami_bridge import translate
from ami_bridge.message import Message
from ami_bridge.translate import EVENTS, Translator, number, party, presentation, unescape
from callcenter.domain import signals as s
from callcenter.domain.signals import LegSeen, Signal

NOW = 1_795_375_109_000.0


def event(name: str, **headers: str) -> Message:
    return Message.of([("Event", name), *headers.items()])


def told(name: str, **headers: str) -> list[Signal]:
    """The signals of one event, those left out that only introduce a leg."""
    made = Translator().translate(event(name, **headers), NOW)
    return [signal for signal in made if not isinstance(signal, LegSeen) or not signal.row]


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("plain", "plain"),
        (r"O\'Brien", "O'Brien"),
        (r"ACME \\\"Ltd\\\"", 'ACME \\"Ltd\\"'),
        (r"a\nb\tc", "a\nb\tc"),
        ("مریم", "مریم"),
        ("end\\", "end\\"),
    ],
)
def test_escapes_of_names_are_undone(sent: str, meant: str) -> None:
    assert unescape(sent) == meant


@pytest.mark.parametrize("nobody", ["<unknown>", "unknown", ""])
def test_party_that_asterisk_does_not_know_has_no_name(nobody: str) -> None:
    assert party(nobody) == ""


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("0 (Presentation Allowed, Not Screened)", "shown"),
        ("3 (Presentation Allowed, Network Number)", "shown"),
        ("32 (Presentation Prohibited, Not Screened)", "withheld"),
        ("35 (Presentation Prohibited, Network Number)", "withheld"),
        ("67 (Number Unavailable)", "unavailable"),
        ("", "shown"),
        ("odd", "shown"),
    ],
)
def test_presentation_is_in_the_bits_of_the_number(text: str, meant: str) -> None:
    assert presentation(text) == meant


@pytest.mark.parametrize(("text", "meant"), [("5", 5), ("", 0), ("x", 0), ("-1", -1)])
def test_number_of_a_header(text: str, meant: int) -> None:
    assert number(text) == meant


@pytest.mark.parametrize(
    ("name", "headers", "meant"),
    [
        ("Newstate", {"Uniqueid": "1", "ChannelState": "6"}, s.LegState(0, "1", 6)),
        ("HangupRequest", {"Uniqueid": "1"}, s.LegHangupAsked(0, "1", True)),
        (
            "SoftHangupRequest",
            {"Uniqueid": "1", "Cause": "16"},
            s.LegHangupAsked(0, "1", False, 16),
        ),
        ("Hangup", {"Uniqueid": "1", "Cause": "17"}, s.LegGone(0, "1", 17)),
        (
            "LocalBridge",
            {"LocalOneUniqueid": "1", "LocalTwoUniqueid": "2"},
            s.LocalPaired(0, "1", "2"),
        ),
        (
            "DialBegin",
            {"Uniqueid": "1", "DestUniqueid": "2", "DialString": "x"},
            s.DialBegan(0, "1", "2", "x"),
        ),
        ("DialBegin", {"DestUniqueid": "2"}, s.DialBegan(0, "", "2", "")),
        (
            "DialEnd",
            {"DestUniqueid": "2", "DialStatus": "CANCEL", "Forward": "1002"},
            s.DialEnded(0, "2", "CANCEL", "1002"),
        ),
        (
            "BridgeEnter",
            {"BridgeUniqueid": "b", "Uniqueid": "1", "SwapUniqueid": "2", "BridgeType": "basic"},
            s.BridgeJoined(0, "b", "1", "2", "basic"),
        ),
        (
            "BridgeEnter",
            {
                "BridgeUniqueid": "b",
                "Uniqueid": "1",
                "BridgeType": "base",
                "BridgeTechnology": "holding_bridge",
            },
            s.BridgeJoined(0, "b", "1", "", "holding"),
        ),
        (
            "BridgeEnter",
            {
                "BridgeUniqueid": "b",
                "Uniqueid": "1",
                "BridgeType": "parking",
                "BridgeTechnology": "holding_bridge",
            },
            s.BridgeJoined(0, "b", "1", "", "parking"),
        ),
        ("BridgeLeave", {"BridgeUniqueid": "b", "Uniqueid": "1"}, s.BridgeParted(0, "b", "1")),
        ("Hold", {"Uniqueid": "1"}, s.HoldPressed(0, "1", True)),
        ("Unhold", {"Uniqueid": "1"}, s.HoldPressed(0, "1", False)),
        (
            "QueueCallerJoin",
            {"Uniqueid": "1", "Queue": "q", "Position": "2", "CallerIDNum": "<unknown>"},
            s.CallerJoined(0, "1", "q", 2),
        ),
        ("QueueCallerLeave", {"Uniqueid": "1", "Queue": "q"}, s.CallerLeft(0, "1", "q")),
        ("QueueCallerAbandon", {"Uniqueid": "1", "Queue": "q"}, s.CallerGaveUp(0, "1", "q")),
        (
            "VarSet",
            {"Uniqueid": "1", "Variable": "QUEUESTATUS", "Value": "FULL", "Exten": "600"},
            s.QueueEvidence(0, "1", "QUEUESTATUS", "FULL", "", "600"),
        ),
        (
            "VarSet",
            {"Uniqueid": "1", "Variable": "MIXMONITOR_FILENAME", "Value": "/a.wav"},
            s.RecordingBegan(0, "1", "/a.wav"),
        ),
        (
            "Newexten",
            {"Uniqueid": "1", "Application": "Queue", "AppData": "support,t,,,60"},
            s.QueueNamed(0, "1", "support"),
        ),
        (
            "UserEvent",
            {"UserEvent": "QueueRefused", "Uniqueid": "1", "Queue": "q", "Status": "FULL"},
            s.QueueNamed(0, "1", "q", "FULL"),
        ),
        (
            "UserEvent",
            {"UserEvent": "QueueRefused", "Uniqueid": "1", "Queue": "q"},
            s.QueueNamed(0, "1", "q", "REFUSED"),
        ),
        (
            "AgentCalled",
            {"Uniqueid": "1", "DestUniqueid": "2", "Queue": "q", "Interface": "i"},
            s.MemberCalled(0, "1", "2", "q", "i", ""),
        ),
        (
            "AgentConnect",
            {"Uniqueid": "1", "DestUniqueid": "2", "Queue": "q", "MemberName": "m"},
            s.MemberConnected(0, "1", "2", "q", "", "m"),
        ),
        (
            "AgentRingNoAnswer",
            {"Uniqueid": "1", "DestUniqueid": "2", "Queue": "q", "Interface": "i"},
            s.MemberMissed(0, "1", "2", "q", "i"),
        ),
        (
            "AgentComplete",
            {"Uniqueid": "1", "Queue": "q", "Interface": "i", "Reason": "agent"},
            s.MemberCompleted(0, "1", "", "q", "i", "agent"),
        ),
        ("QueueMemberRemoved", {"Queue": "q", "Interface": "i"}, s.MemberGone(0, "q", "i")),
        (
            "BlindTransfer",
            {"Result": "Success", "TransfererUniqueid": "1", "Extension": "602"},
            s.Transferred(0, "blind", "1", to="602"),
        ),
        (
            "AttendedTransfer",
            {
                "Result": "Success",
                "OrigTransfererUniqueid": "1",
                "SecondTransfererUniqueid": "2",
                "TransfereeUniqueid": "3",
                "TransferTargetUniqueid": "4",
            },
            s.Transferred(0, "attended", "1", "2", "3", "4"),
        ),
        (
            "AttendedTransfer",
            {"Result": "Success", "OrigTransfererUniqueid": "1", "DestType": "Threeway"},
            s.Transferred(0, "attended", "1", stays=True),
        ),
        (
            "AttendedTransfer",
            {"Result": "Success", "OrigTransfererUniqueid": "1", "DestType": "App"},
            s.Transferred(0, "attended", "1", steps_in=True),
        ),
        ("ParkedCall", {"ParkeeUniqueid": "1", "ParkingSpace": "701"}, s.Parked(0, "1", "701")),
        ("Pickup", {"Uniqueid": "1", "TargetUniqueid": "2"}, s.PickedUp(0, "1", "2")),
        ("ChanSpyStart", {"SpyerUniqueid": "1"}, s.SpyBegan(0, "1")),
        ("Shutdown", {}, s.PbxStopping(0)),
    ],
)
def test_event_is_this_signal(name: str, headers: dict[str, str], meant: Signal) -> None:
    [signal] = told(name, **headers)
    assert signal == replace(meant, at=int(NOW))


@pytest.mark.parametrize(
    ("name", "headers"),
    [
        ("BlindTransfer", {"Result": "Fail"}),
        ("AttendedTransfer", {"Result": "Not Permitted"}),
        ("Newexten", {"Application": "Dial"}),
        ("VarSet", {"Variable": "DIALSTATUS", "Value": "x"}),
        ("UserEvent", {"UserEvent": "Something"}),
        ("BridgeDestroy", {}),
        ("", {}),
    ],
)
def test_event_that_tells_us_nothing(name: str, headers: dict[str, str]) -> None:
    assert told(name, **headers) == []


def test_new_channel_is_a_leg_with_everything_it_says() -> None:
    block = {
        "Uniqueid": "9.1",
        "Channel": "PJSIP/trunk-1",
        "ChannelState": "4",
        "Linkedid": "9.1",
        "CallerIDNum": "+98912",
        "CallerIDName": r"O\'Brien",
        "Context": "from-trunk",
        "Exten": "600",
    }
    assert told("Newchannel", **block) == [
        LegSeen(
            int(NOW), "9.1", "PJSIP/trunk-1", 4, "9.1", "+98912", "O'Brien", "from-trunk", "600"
        )
    ]


def test_caller_id_says_who_and_whether_he_may_be_shown() -> None:
    [signal] = told("NewCallerid", **{"Uniqueid": "1", "CallerIDNum": "5", "CID-CallingPres": "32"})
    assert signal == s.LegCallerId(int(NOW), "1", "5", "", "withheld")


@pytest.mark.parametrize("name", ["QueueMemberAdded", "QueueMemberStatus", "QueueMemberPause"])
def test_member_is_told_whole(name: str) -> None:
    [signal] = told(
        name,
        Queue="q",
        Interface="PJSIP/1001",
        MemberName="Sara",
        StateInterface="PJSIP/1001",
        Status="5",
        Paused="1",
        PausedReason="lunch",
        Wrapuptime="5",
        LastCall="7",
        LastPause="8",
    )
    assert signal == s.MemberSeen(
        int(NOW),
        "q",
        "PJSIP/1001",
        "Sara",
        "PJSIP/1001",
        5,
        True,
        "lunch",
        5,
        7,
        8,
        pausing=name == "QueueMemberPause",
    )


def test_event_about_a_leg_never_seen_introduces_it_once() -> None:
    """We came in the middle, or its Newchannel was lost."""
    translator = Translator()
    about = {"Uniqueid": "1", "Channel": "PJSIP/1001-1", "ChannelState": "6", "Linkedid": "1"}
    first = translator.translate(event("Hold", **about), NOW)
    assert [type(signal) for signal in first] == [s.LegSeen, s.HoldPressed]
    assert isinstance(first[0], LegSeen)
    assert first[0].row
    again = translator.translate(event("Unhold", **about), NOW)
    assert [type(signal) for signal in again] == [s.HoldPressed]
    translator.forget()
    assert len(translator.translate(event("Hold", **about), NOW)) == 2


def test_both_ends_of_a_dial_are_introduced() -> None:
    made = Translator().translate(
        event("DialBegin", Uniqueid="1", Channel="a-1", DestUniqueid="2", DestChannel="b-1"), NOW
    )
    assert [getattr(signal, "leg", "") for signal in made] == ["1", "2", ""]


def test_global_variable_is_no_leg() -> None:
    about = {"Uniqueid": "none", "Channel": "none", "Variable": "QUEUESTATUS"}
    made = Translator().translate(event("VarSet", **about), NOW)
    assert not [signal for signal in made if isinstance(signal, LegSeen)]


def test_hangup_introduces_nobody_and_forgets_the_leg() -> None:
    translator = Translator()
    gone = event("Hangup", Uniqueid="1", Channel="x-1", Cause="16")
    assert len(translator.translate(gone, NOW)) == 1
    assert len(translator.translate(event("Hold", Uniqueid="1", Channel="x-1"), NOW)) == 2


def test_memory_of_legs_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translate, "_KNOWN_LIMIT", 2)
    translator = Translator()
    for leg in ("1", "2", "3", "1"):
        made = translator.translate(event("Hold", Uniqueid=leg, Channel="x-1"), NOW)
        assert len(made) == 2


def test_events_that_are_read_are_listed_for_the_filter() -> None:
    assert {"Newchannel", "AgentCalled", "QueueCallerJoin", "VarSet"} <= EVENTS
    assert "RTCPSent" not in EVENTS


def test_signal_is_stamped_by_the_pbxs_clock_on_ours() -> None:
    translator = Translator()
    stamped = {"Uniqueid": "1", "Channel": "x-1", "Timestamp": f"{NOW / 1000 - 5:.6f}"}
    first = translator.translate(event("Hold", **stamped), NOW)
    assert first[-1].at == int(NOW)
    stamped["Timestamp"] = f"{NOW / 1000 - 4:.6f}"
    late = translator.translate(event("Unhold", **stamped), NOW + 3_000)
    assert late[-1].at == int(NOW) + 1_000


def test_sips_own_escapes_of_a_quoted_name_are_undone_too() -> None:
    """Asterisk passes them on, and escapes them once more."""
    assert party(r"ACME \\\"Ltd\\\" | north\\\\new") == 'ACME "Ltd" | north\\new'


def test_agent_of_the_pool_who_signs_in_and_where_a_leg_stood_at_last() -> None:
    translator = Translator()
    login = [("Event", "AgentLogin"), ("Uniqueid", "1.1"), ("Channel", "PJSIP/1001-1")]
    told = translator.translate(Message.of([*login, ("Agent", "1001")]), 1_000.0)
    assert told[-1] == s.PoolJoined(1_000, "1.1", "1001")
    hangup = [("Event", "Hangup"), ("Uniqueid", "1.1"), ("Cause", "16"), ("Context", "q")]
    told = translator.translate(Message.of([*hangup, ("Exten", "2")]), 2_000.0)
    assert told == [s.LegGone(2_000, "1.1", 16, "q", "2")]

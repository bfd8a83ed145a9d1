"""``callcenter check``: a well set up Asterisk passes, each fault is named with its remedy."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Cli
from .pbx import CRITERIA, ScriptedPbx, member

Change = Callable[[ScriptedPbx], object]


def found(
    cli: Cli, pbx: ScriptedPbx, *, code: int = 0, **keys: str
) -> dict[str, list[dict[str, Any]]]:
    """The findings by what they are about."""
    cli.pbx(0, PORT=str(pbx.port), USERNAME="callcenter", SECRET="geheim", **keys)
    told = json.loads(cli("check", "--seconds", "0.3", "--json", code=code).stdout)
    assert told["pbx"][0]["ok"] == (code == 0)
    by_subject: dict[str, list[dict[str, Any]]] = {}
    for finding in told["pbx"][0]["findings"]:
        by_subject.setdefault(finding["about"], []).append(finding)
    return by_subject


def test_a_well_set_up_asterisk_passes(cli: Cli, pbx: ScriptedPbx) -> None:
    all_found = found(cli, pbx)
    assert {f["mark"] for fs in all_found.values() for f in fs} == {"ok"}
    text = cli("check", "--seconds", "0").stdout
    assert "Nothing is missing." in text
    assert "pbx1:PJSIP/1001" in text, "what `user add --agent` takes"
    assert "Leila" in text


def test_check_changes_nothing(cli: Cli, pbx: ScriptedPbx) -> None:
    found(cli, pbx, ACTIONS__USERNAME="callcenter-actions", ACTIONS__SECRET="tat")
    sent = {action["Action"] for action in pbx.asked}
    reading = {"Challenge", "Login", "Logoff", "Ping", "ListCommands", "Getvar"}
    lists = {"CoreSettings", "CoreStatus", "CoreShowChannels", "QueueStatus"}
    assert sent - reading - lists == {"QueuePause"}
    paused = [a for a in pbx.asked if a["Action"] == "QueuePause"]
    assert {a["Interface"] for a in paused} == {"Local/callcenter-check@nowhere"}


def set_config(place: str, value: str) -> Change:
    return lambda pbx: pbx.config.update({place: value})


def set_to(**values: Any) -> Change:
    return lambda pbx: vars(pbx).update(values)


def no_criteria(pbx: ScriptedPbx) -> None:
    for key in CRITERIA:
        del pbx.config[f"manager.conf,callcenter,{key}"]


def old_filters(*filters: str) -> Change:
    def change(pbx: ScriptedPbx) -> None:
        no_criteria(pbx)
        pbx.filters = list(filters)

    return change


FAULTS: list[tuple[str, Change, str, str]] = [
    ("version", set_to(version="13.38.3"), "too old", ""),
    ("rights", set_to(denied={"CoreShowChannels"}), "Permission denied", "write = reporting"),
    (
        "read",
        set_config("manager.conf,callcenter,read", "system,call,user"),
        "agent, dialplan",
        "read = system,call,agent,user,dialplan,reporting",
    ),
    (
        "timestampevents",
        set_config("manager.conf,general,timestampevents", "no"),
        "do not carry",
        "timestampevents = yes",
    ),
    (
        "timestampevents",
        set_to(events=[[("Event", "Newchannel"), ("Uniqueid", "1.0")]]),
        "manager reload",
        "timestampevents = yes",
    ),
    (
        "eventfilter",
        old_filters("Event: Newchannel", "Event: Hangup"),
        "drop Newstate",
        "eventfilter(action(include),header(Privilege),method(regex)) = ",
    ),
    ("eventfilter", old_filters("!Event: (VarSet|Newexten)"), "drop VarSet, Newexten", "eventfil"),
    (
        "eventfilter",
        set_config(
            "manager.conf,callcenter,eventfilter(action(include),header(Privilege),method(regex))",
            "^(system|call|user)",
        ),
        "QueueCallerJoin",
        "eventfilter(",
    ),
    (
        "state_interface",
        set_to(members=[member("Local/1001@agents", "Leila")]),
        "without a state interface",
        "member => Local/1001@agents,0,Leila,PJSIP/...",
    ),
    ("queues", set_to(queues=[], members=[]), "no queue", ""),
]


@pytest.mark.parametrize(("about", "change", "says", "add"), FAULTS)
def test_what_is_missing_is_named_with_the_lines_to_add(
    cli: Cli, pbx: ScriptedPbx, about: str, change: Change, says: str, add: str
) -> None:
    change(pbx)
    finding = found(cli, pbx, code=1)[about][0]
    assert finding["mark"] == "missing"
    assert says in finding["says"]
    assert add in "\n".join(finding["add"])
    text = cli("check", "--seconds", "0.3", code=1).stdout
    assert finding["says"] in text
    assert "1 missing" in text


ADVICE: list[tuple[str, Change, str]] = [
    ("version", set_to(version="16.28.0~dfsg-0+deb11u4"), "nobody repairs"),
    ("rights", set_to(commands=["Command", "Originate", "Ping"]), "Command, Originate"),
    ("eventfilter", no_criteria, "No event filter"),
    (
        "local members",
        set_to(members=[member("Local/1001@agents/n", "Leila", "PJSIP/1001")]),
        "end in /n",
    ),
    ("setinterfacevar", set_config("queues.conf,support,setinterfacevar", "no"), "support"),
    ("clock", set_to(ahead_s=75.0), "75.0 s ahead of"),
    ("clock", set_to(ahead_s=-30.0), "30.0 s behind"),
    ("queues", set_to(members=[]), "no member"),
]


@pytest.mark.parametrize(("about", "change", "says"), ADVICE)
def test_what_could_be_better_is_advice_and_no_failure(
    cli: Cli, pbx: ScriptedPbx, about: str, change: Change, says: str
) -> None:
    change(pbx)
    finding = found(cli, pbx)[about][0]
    assert finding["mark"] == "advice"
    assert says in finding["says"]


def test_old_filters_that_let_everything_through_are_fine(cli: Cli, pbx: ScriptedPbx) -> None:
    old_filters(
        "Privilege: (system|call|agent|user)",
        "Variable: (QUEUESTATUS|ABANDONED)",
        "Application: Queue",
        "!Event: RTCP",
    )(pbx)
    assert found(cli, pbx)["eventfilter"][0]["mark"] == "ok"


def test_an_old_asterisk_is_given_filters_that_it_knows(cli: Cli, pbx: ScriptedPbx) -> None:
    pbx.version = "20.6.0"
    no_criteria(pbx)
    assert "eventfilter = Application: Queue" in found(cli, pbx)["eventfilter"][0]["add"]


def test_a_filter_that_is_no_expression_is_not_guessed_at(cli: Cli, pbx: ScriptedPbx) -> None:
    old_filters("Event: (")(pbx)
    assert found(cli, pbx)["eventfilter"][0]["mark"] == "unknown"


def test_what_cannot_be_read_is_said_to_be_unknown_until_an_event_shows_it(
    cli: Cli, pbx: ScriptedPbx
) -> None:
    pbx.denied = {"Getvar", "ListCommands"}
    seen = found(cli, pbx)
    for about in ("read", "timestampevents", "eventfilter"):
        assert seen[about][0]["mark"] == "unknown"
    text = cli("check", "--seconds", "0.3").stdout
    assert "3 could not be looked at" in text
    pbx.events = [[("Event", "Newchannel"), ("Timestamp", "1795371286.1")]]
    seen = found(cli, pbx)
    assert seen["timestampevents"][0]["mark"] == "ok"
    assert "Newchannel" in seen["read"][0]["says"]


def test_an_account_that_is_in_no_file_we_can_read_is_unknown(cli: Cli, pbx: ScriptedPbx) -> None:
    pbx.config.clear()
    assert found(cli, pbx)["read"][0]["mark"] == "unknown"


def test_a_second_account_that_may_not_act_is_missing(cli: Cli, pbx: ScriptedPbx) -> None:
    account = {"ACTIONS__USERNAME": "callcenter-actions", "ACTIONS__SECRET": "tat"}
    pbx.commands += ["Hangup", "Redirect"]
    seen = found(cli, pbx, code=0, **account)["actions"]
    assert [f["mark"] for f in seen] == ["ok", "advice"]
    assert "may not Originate" in seen[1]["says"]
    pbx.may_pause = False
    seen = found(cli, pbx, code=1, **account)["actions"]
    assert "may not pause agents" in seen[0]["says"]
    assert "write = agent" in seen[0]["add"][0]
    account["ACTIONS__SECRET"] = "wrong"
    assert "refused" in found(cli, pbx, code=1, **account)["actions"][0]["says"]


def test_a_queue_log_that_is_not_there_is_missing(
    cli: Cli, pbx: ScriptedPbx, tmp_path: Path
) -> None:
    path = tmp_path / "queue_log"
    assert "no queue_log" in found(cli, pbx, code=1, QUEUE_LOG=str(path))["queue_log"][0]["says"]
    path.write_text("")
    assert found(cli, pbx, QUEUE_LOG=str(path))["queue_log"][0]["mark"] == "ok"


def test_several_pbxs_want_names_of_their_own(cli: Cli, pbx: ScriptedPbx) -> None:
    cli.pbx(1, NAME="south", PORT=str(pbx.port), USERNAME="callcenter", SECRET="geheim")
    assert found(cli, pbx, NAME="north")["systemname"][0]["mark"] == "advice"
    pbx.system_name = "north"
    assert found(cli, pbx)["systemname"][0]["mark"] == "ok"
    assert "PBX south" not in cli("check", "--pbx", "north", "--seconds", "0").stdout


def test_an_asterisk_outside_the_settings_is_checked_with_its_secret_from_standard_input(
    cli: Cli, pbx: ScriptedPbx
) -> None:
    where = ("--host", "127.0.0.1", "--port", str(pbx.port), "--username", "callcenter")
    done = cli("check", *where, "--seconds", "0", input="geheim\n")
    assert "Asterisk 22.5.0" in done.stdout
    assert "geheim" not in done.output
    wrong = cli("check", *where, "--seconds", "0", input="falsch\n", code=1)
    assert "refused the AMI login" in wrong.stdout
    assert wrong.stderr == ""
    assert "There is no secret" in cli.refused("check", *where, input="")


def test_an_asterisk_that_is_not_there_is_a_sentence(cli: Cli) -> None:
    cli.configure("north")
    done = cli("check", code=1)
    assert "cannot be reached" in done.stdout
    assert done.stderr == ""


def test_wrong_use_of_check_is_told(cli: Cli) -> None:
    assert "No PBX is configured" in cli.refused("check")
    assert "belong together" in cli.refused("check", "--host", "127.0.0.1")
    cli.configure("north", "south")
    assert "there are: north, south" in cli.refused("check", "--pbx", "east")


def test_names_of_agents_cannot_steer_the_terminal(cli: Cli, pbx: ScriptedPbx) -> None:
    pbx.members = [member("PJSIP/1001", "\x1b[2JEvil")]
    found(cli, pbx)
    text = cli("check", "--seconds", "0").stdout
    assert "Evil" in text
    assert "\x1b" not in text

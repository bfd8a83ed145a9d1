"""Users and tokens from the command line."""

from __future__ import annotations

import asyncio

import pytest

from callcenter.app import SystemClock
from callcenter.services.access import Access, Credential, SignedIn, WrongPassword
from callcenter.store.schema import open_database
from callcenter.store.users import SqlUsers

from .conftest import Cli

PASSWORD = "correct horse"


def signs_in(cli: Cli, name: str, password: str) -> SignedIn:
    async def work() -> SignedIn:
        database = await open_database(cli.url)
        try:
            access = Access(SqlUsers(database), SystemClock())
            _, who = await access.sign_in(name, password, "127.0.0.1")
            return who
        finally:
            await database.close()

    return asyncio.run(work())


def opened_by(cli: Cli, token: str) -> SignedIn | None:
    async def work() -> SignedIn | None:
        database = await open_database(cli.url)
        try:
            return await Access(SqlUsers(database), SystemClock()).who(Credential("token", token))
        finally:
            await database.close()

    return asyncio.run(work())


def test_a_user_is_added_with_the_password_from_standard_input_and_can_sign_in(cli: Cli) -> None:
    done = cli(
        *("user", "add", "leila", "--role", "agent", "--agent", "pbx1:PJSIP/1001", "--lang", "fa"),
        input=f"{PASSWORD}\n",
    )
    assert PASSWORD not in done.output
    who = signs_in(cli, "leila", PASSWORD)
    assert (who.role, who.agent_id, who.lang) == ("agent", "pbx1:PJSIP/1001", "fa")


@pytest.mark.parametrize(
    ("given", "agent"),
    [
        ("PJSIP/1001", "north:PJSIP/1001"),
        ("north:PJSIP/1001", "north:PJSIP/1001"),
        ("Local/1001@agents/n", "north:Local/1001@agents"),
        ("SIP/user:with-colon", "north:SIP/user:with-colon"),
    ],
)
def test_an_interface_is_completed_with_the_only_pbx(cli: Cli, given: str, agent: str) -> None:
    cli.configure("north")
    cli("user", "add", "a", "--role", "agent", "--agent", given, input=PASSWORD)
    assert signs_in(cli, "a", PASSWORD).agent_id == agent


def test_with_two_pbxs_or_none_the_agent_must_say_on_which(cli: Cli) -> None:
    said = cli.refused("user", "add", "a", "--role", "agent", "--agent", "PJSIP/1", input=PASSWORD)
    assert "does not say on which PBX" in said
    cli.configure("north", "south")
    said = cli.refused("user", "add", "a", "--role", "agent", "--agent", "PJSIP/1", input=PASSWORD)
    assert "north, south" in said


def test_an_agent_that_is_no_interface_or_on_no_configured_pbx_is_refused(cli: Cli) -> None:
    cli.configure("north")
    add = ("user", "add", "a", "--role", "agent", "--agent")
    assert "no interface" in cli.refused(*add, "1001", input=PASSWORD)
    assert "no interface" in cli.refused(*add, "PJSIP/", input=PASSWORD)
    assert "there is no PBX 'east'" in cli.refused(*add, "east:PJSIP/1001", input=PASSWORD)


def test_an_agent_belongs_to_one_user(cli: Cli) -> None:
    add = ("--role", "agent", "--agent", "pbx1:PJSIP/1001")
    cli("user", "add", "a", *add, input=PASSWORD)
    assert "pbx1:PJSIP/1001" in cli.refused("user", "add", "b", *add, input=PASSWORD, code=1)


def test_a_user_without_a_password_or_with_a_short_one_is_not_added(cli: Cli) -> None:
    add = ("user", "add", "a", "--role", "admin")
    assert "There is no password" in cli.refused(*add, input="")
    assert "at least 8" in cli.refused(*add, input="short", code=1)
    assert "a  " not in cli("user", "list").stdout


def test_no_option_takes_a_password(cli: Cli) -> None:
    said = cli.refused("user", "add", "a", "--role", "admin", "--password", PASSWORD)
    assert "No such option" in said


def test_a_name_that_is_taken_is_refused_whatever_its_capitals(cli: Cli) -> None:
    cli("user", "add", "Leila", "--role", "agent", input=PASSWORD)
    said = cli.refused("user", "add", "leila", "--role", "agent", input=PASSWORD, code=1)
    assert "already a user" in said


def test_a_disabled_user_cannot_sign_in_and_the_list_says_so(cli: Cli) -> None:
    cli("user", "add", "noa", "--role", "supervisor", input=PASSWORD)
    cli("user", "disable", "noa")
    with pytest.raises(WrongPassword):
        signs_in(cli, "noa", PASSWORD)
    assert "disabled" in cli("user", "list").stdout


def test_a_new_password_replaces_the_old_one(cli: Cli) -> None:
    cli("user", "add", "noa", "--role", "admin", input=PASSWORD)
    cli("user", "password", "noa", input="another secret\n")
    assert signs_in(cli, "noa", "another secret").role == "admin"
    with pytest.raises(WrongPassword):
        signs_in(cli, "noa", PASSWORD)


def test_a_user_is_tied_to_an_agent_and_untied(cli: Cli) -> None:
    cli("user", "add", "noa", "--role", "agent", input=PASSWORD)
    cli("user", "tie", "noa", "--agent", "pbx1:PJSIP/1005")
    assert signs_in(cli, "noa", PASSWORD).agent_id == "pbx1:PJSIP/1005"
    cli("user", "tie", "noa", "--none")
    assert signs_in(cli, "noa", PASSWORD).agent_id is None
    assert "either --agent" in cli.refused("user", "tie", "noa")


@pytest.mark.parametrize("command", ["disable", "password", "tie"])
def test_a_user_who_does_not_exist_is_named(cli: Cli, command: str) -> None:
    rest = ("--agent", "pbx1:PJSIP/1") if command == "tie" else ()
    said = cli.refused("user", command, "nobody", *rest, input=PASSWORD, code=1)
    assert "no user named 'nobody'" in said


def test_a_token_is_printed_alone_and_opens_the_door_until_it_is_revoked(cli: Cli) -> None:
    made = cli("token", "create", "prometheus", "--role", "supervisor")
    token = made.stdout.removesuffix("\n")
    assert token.startswith("cc_")
    assert not token.split()[1:]
    assert made.stderr == ""
    who = opened_by(cli, token)
    assert who is not None
    assert who.role == "supervisor"
    listed = cli("token", "list").stdout
    assert "prometheus" in listed
    assert token not in listed
    cli("token", "revoke", "prometheus")
    assert opened_by(cli, token) is None
    assert "revoked 20" in cli("token", "list").stdout


def test_tokens_need_a_known_role_and_a_free_name(cli: Cli) -> None:
    assert "is not one of" in cli.refused("token", "create", "x", "--role", "king")
    cli("token", "create", "x", "--role", "admin")
    assert "x" in cli.refused("token", "create", "x", "--role", "admin", code=1)
    assert "no token in force" in cli.refused("token", "revoke", "y", code=1)


def test_as_a_program_the_token_is_all_of_standard_output(cli: Cli) -> None:
    done = cli.process("token", "create", "p", "--role", "admin")
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.startswith("cc_")
    assert done.stdout.count("\n") == 1

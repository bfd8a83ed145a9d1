"""``callcenter user`` and ``callcenter token``: who may sign in, and which programs may ask.

Passwords come from a prompt, or from the first line of standard input when that is no terminal;
never from an argument, which every process list shows.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar, get_args

import click

from callcenter.app import SystemClock
from callcenter.cli.common import Failed, config_option, database_of, run, sentences, settings_of
from callcenter.cli.tables import aligned, instant
from callcenter.ports.users import ApiToken, Role, User
from callcenter.services.access import Access, AccessError
from callcenter.services.passwords import password_fault
from callcenter.settings import Settings
from callcenter.settings_shape import Language
from callcenter.store.users import SqlUsers

T = TypeVar("T")

role_option = click.option(
    "--role",
    type=click.Choice(get_args(Role)),
    required=True,
    help="What he may do: an agent sees his own calls, a supervisor all, an admin also changes.",
)


@click.group()
def user() -> None:
    """Who may sign in."""


@user.command("add")
@click.argument("name")
@role_option
@click.option("--agent", help="The agent this user is: pbx:interface, such as pbx1:PJSIP/1001.")
@click.option("--lang", type=click.Choice(get_args(Language)), help="Language of his pages.")
@config_option
@sentences
def add_user(
    name: str, role: Role, agent: str | None, lang: str | None, config: Path | None
) -> None:
    """Add a user; the password is asked for, or read from standard input."""
    settings = settings_of(config)
    agent_id = None if agent is None else agent_of(settings, agent)
    password = asked_password()

    async def add(access: Access) -> User:
        return await access.add_user(name, role, password, agent_id, lang or "")

    added = _on_access(settings, add)
    tied = f", tied to {added.agent_id}" if added.agent_id else ""
    click.echo(f"The user {added.name} was added as {added.role}{tied}.")


@user.command("list")
@config_option
@sentences
def list_users(config: Path | None) -> None:
    """All users with role, agent and whether they are disabled."""
    users = _on_access(settings_of(config), lambda access: access.users())
    rows = [
        (u.name, u.role, u.agent_id or "-", u.lang or "-", "disabled" if u.disabled else "active")
        for u in users
    ]
    click.echo(aligned(("name", "role", "agent", "language", "state"), rows))


@user.command("disable")
@click.argument("name")
@config_option
@sentences
def disable_user(name: str, config: Path | None) -> None:
    """End a user's sessions and refuse new ones."""
    _on_access(settings_of(config), lambda access: access.set_disabled(name, True))
    click.echo(f"The user {name} is disabled and signed out.")


@user.command("password")
@click.argument("name")
@config_option
@sentences
def set_password(name: str, config: Path | None) -> None:
    """Set a new password and end the user's sessions."""
    settings = settings_of(config)
    password = asked_password()
    _on_access(settings, lambda access: access.set_password(name, password))
    click.echo(f"The user {name} has a new password and is signed out.")


@user.command("tie")
@click.argument("name")
@click.option("--agent", help="The agent: pbx:interface, or the interface when there is one PBX.")
@click.option("--none", "untie", is_flag=True, help="Ties the user to no agent any more.")
@config_option
@sentences
def tie_user(name: str, agent: str | None, untie: bool, config: Path | None) -> None:
    """Tie a user to the agent whose pops he sees."""
    if (agent is None) != untie:
        raise click.UsageError("Give either --agent with the agent, or --none.")
    settings = settings_of(config)
    agent_id = None if agent is None else agent_of(settings, agent)
    _on_access(settings, lambda access: access.tie(name, agent_id))
    to = agent_id or "no agent"
    click.echo(f"The user {name} is tied to {to}.")


@click.group()
def token() -> None:
    """Tokens of programs that use the API."""


@token.command("create")
@click.argument("name")
@role_option
@config_option
@sentences
def create_token(name: str, role: Role, config: Path | None) -> None:
    """Print a new token, alone and once; it cannot be shown again."""
    click.echo(_on_access(settings_of(config), lambda access: access.create_token(name, role)))


@token.command("list")
@config_option
@sentences
def list_tokens(config: Path | None) -> None:
    """Names, roles, when made and last used; not the tokens."""
    settings = settings_of(config)
    zone = settings.site.timezone
    tokens = _on_access(settings, lambda access: access.tokens())
    rows = [
        (
            t.name,
            t.role,
            instant(t.created_at, zone),
            instant(t.used_at, zone) if t.used_at is not None else "never",
            _state(t, zone),
        )
        for t in tokens
    ]
    click.echo(aligned(("name", "role", "made", "last used", "state"), rows))


@token.command("revoke")
@click.argument("name")
@config_option
@sentences
def revoke_token(name: str, config: Path | None) -> None:
    """Make a token worthless at once."""
    _on_access(settings_of(config), lambda access: access.revoke_token(name))
    click.echo(f"The token {name} is worthless now.")


def agent_of(settings: Settings, given: str) -> str:
    """The agent's id from what a person wrote; raises ``click.BadParameter`` with a sentence.

    A colon before the technology's slash parts the PBX; an id has no ``/n`` of a Local channel.
    """
    names = [pbx.name for pbx in settings.pbx]
    head, colon, rest = given.strip().partition(":")
    if not colon or "/" in head:
        if len(names) != 1:
            known = f"the configured PBXs are {', '.join(names)}" if names else "none is configured"
            raise click.BadParameter(
                f"{given!r} does not say on which PBX; write PBX:INTERFACE, such as "
                f"{names[0] if names else 'pbx1'}:{given.strip() or 'PJSIP/1001'} ({known}).",
                param_hint="'--agent'",
            )
        head, rest = names[0], given.strip()
    technology, slash, address = rest.partition("/")
    if not technology or not slash or not address or any(c.isspace() for c in given.strip()):
        raise click.BadParameter(
            f"{given!r} is no interface; write it as the queue has it, such as PJSIP/1001.",
            param_hint="'--agent'",
        )
    if names and head not in names:
        raise click.BadParameter(
            f"there is no PBX {head!r} in the settings; there are: {', '.join(names)}.",
            param_hint="'--agent'",
        )
    if technology.casefold() == "local":
        rest = rest.removesuffix("/n")
    return f"{head}:{rest}"


def asked_password() -> str:
    """The password: asked for twice at a terminal, else the first line of standard input."""
    if sys.stdin.isatty():
        password = str(
            click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        )
    else:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise click.UsageError(
                "There is no password: standard input is empty. Run this at a terminal to be "
                "asked, or give the password as the first line of standard input."
            )
    fault = password_fault(password)
    if fault:
        raise Failed(fault)
    return password


def _on_access(settings: Settings, work: Callable[[Access], Awaitable[T]]) -> T:
    async def do() -> T:
        async with database_of(settings) as database:
            return await work(Access(SqlUsers(database), SystemClock()))

    try:
        return run(do())
    except AccessError as error:
        raise Failed(str(error)) from error


def _state(token: ApiToken, zone: str) -> str:
    if token.revoked_at is None:
        return "in force"
    return f"revoked {instant(token.revoked_at, zone)}"

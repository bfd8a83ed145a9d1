"""``callcenter check``: is this Asterisk set up so that we can count right?"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from ami_bridge.account import AmiAccount, TlsOptions
from ami_bridge.answers import LinkError
from ami_bridge.inspection import (
    CannotVisit,
    Ear,
    Member,
    commands_of,
    look,
    may_pause,
    visiting,
)
from callcenter.app import SystemClock
from callcenter.cli.check_logs import logs
from callcenter.cli.common import config_option, run, sentences, settings_of
from callcenter.cli.diagnosis import findings
from callcenter.cli.findings import Finding
from callcenter.cli.pbxs import chosen_pbx, quiet_link
from callcenter.cli.tables import aligned, plain
from callcenter.settings import Account, Pbx, Secret

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Checked(Struct, kw_only=True):
    """What is to be said of one PBX. ``agents``: id, name and queues of every member."""

    pbx: str
    address: str
    ok: bool
    findings: list[Finding]
    agents: list[tuple[str, str, list[str]]]


@click.command()
@click.option("--pbx", "name", help="Only this PBX of the settings.")
@click.option("--host", help="Address of an AMI that is not in the settings.")
@click.option("--port", type=click.IntRange(1, 65535), default=5038, help="Its port (5038).")
@click.option("--username", help="Its account; the secret is asked for, or read from input.")
@click.option("--tls", is_flag=True, help="It speaks TLS (with --host).")
@click.option(
    "--seconds",
    type=click.FloatRange(0, 3600),
    default=1.0,
    help="How long to listen for events; make a call meanwhile.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON for programs.")
@config_option
@sentences
def check(
    name: str | None,
    host: str | None,
    port: int,
    username: str | None,
    tls: bool,
    seconds: float,
    as_json: bool,
    config: Path | None,
) -> None:
    """Read a live Asterisk and say what is missing, with the lines to add."""
    if (host is None) != (username is None):
        raise click.UsageError("--host and --username belong together; give both or neither.")
    zone = "UTC"
    if host is not None and username is not None:
        secret = Secret(_asked_secret(username))
        pbxs: tuple[Pbx, ...] = (
            Pbx(name="pbx1", host=host, port=port, username=username, secret=secret, tls=tls),
        )
    else:
        settings = settings_of(config)
        zone = settings.site.timezone
        pbxs = (chosen_pbx(settings, name),) if name or not settings.pbx else settings.pbx
    with quiet_link():
        checked = run(_check_all(pbxs, seconds, zone))
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode({"pbx": checked})).decode())
    else:
        for each in checked:
            click.echo("\n".join(_told(each)))
    if not all(each.ok for each in checked):
        raise click.exceptions.Exit(1)


def _asked_secret(username: str) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(f"Secret of {username}", hide_input=True, err=True))
    secret = sys.stdin.readline().rstrip("\r\n")
    if not secret:
        raise click.UsageError("There is no secret: give it as the first line of standard input.")
    return secret


async def _check_all(pbxs: tuple[Pbx, ...], seconds: float, zone: str) -> list[Checked]:
    return [await _check(pbx, seconds, zone, len(pbxs) > 1) for pbx in pbxs]


async def _check(pbx: Pbx, seconds: float, zone: str, several: bool) -> Checked:
    said: list[Finding] = []
    members: list[Member] = []
    clock = SystemClock()

    def wall() -> float:
        return clock.wall_ms() / 1000

    try:
        ear = Ear()
        async with visiting(_account(pbx, pbx, "on"), clock.monotonic, wall, ear) as link:
            await asyncio.sleep(seconds)
            seen = await look(link, pbx.username, ear, wall)
        members = seen.members
        said += [
            _ok("login", f"{pbx.username} was let in."),
            *findings(seen, pbx.username, several),
        ]
    except (CannotVisit, LinkError, ValueError) as error:
        said.append(Finding(about="login", mark="missing", says=str(error)))
    if pbx.actions is not None:
        try:
            account = _account(pbx, pbx.actions, "off")
            async with visiting(account, clock.monotonic, wall) as link:
                why = await may_pause(link)
                allowed = await commands_of(link)
            said += _actions(pbx.actions, why, allowed)
        except (CannotVisit, LinkError, ValueError) as error:
            said.append(Finding(about="actions", mark="missing", says=str(error)))
    else:
        said.append(_ok("actions", "There is no second account, so the pages only show."))
    said += [*_encryption(pbx), *await logs(pbx, zone)]
    return Checked(
        pbx=pbx.name,
        address=f"{pbx.host}:{pbx.port}",
        ok=not any(each.mark == "missing" for each in said),
        findings=said,
        agents=_agents(pbx.name, members),
    )


def _account(pbx: Pbx, holder: Pbx | Account, events: str) -> AmiAccount:
    tls = pbx.encryption
    return AmiAccount(
        host=pbx.host,
        port=pbx.port,
        username=holder.username,
        secret=holder.secret.reveal() if holder.secret is not None else "",
        tls=None
        if tls is None
        else TlsOptions(tls.ca_file or None, tls.server_name or None, tls.verify),
        events=events,
    )


def _actions(account: Account, why: str, allowed: frozenset[str] | None) -> Iterator[Finding]:
    where = f"manager.conf, [{account.username}]"
    add = ("write = agent,call,originate,reporting",)
    if why:
        says = f"The account {account.username} may not pause agents ({why})."
        yield Finding(about="actions", mark="missing", says=says, where=where, add=add)
        return
    yield _ok("actions", f"{account.username} may pause agents.")
    lacking = [
        name
        for name in ("Hangup", "Redirect", "Originate")
        if allowed is not None and name not in allowed
    ]
    if lacking:
        says = f"The account {account.username} may not {', '.join(lacking)}."
        yield Finding(about="actions", mark="advice", says=says, where=where, add=add)


def _encryption(pbx: Pbx) -> Iterator[Finding]:
    if pbx.encryption is None and pbx.host not in LOOPBACK:
        yield Finding(
            about="tls",
            mark="advice",
            says=f"AMI to {pbx.host} is not encrypted; keep it inside a network that you trust.",
            where="manager.conf, [general]; and tls = true in the settings",
            add=("tlsenable = yes", "tlsbindaddr = ADDRESS:5039", "tlscertfile = FILE"),
        )


def _agents(pbx: str, members: list[Member]) -> list[tuple[str, str, list[str]]]:
    found: dict[str, tuple[str, str, list[str]]] = {}
    for member in members:
        interface = member.interface
        if interface.lower().startswith("local/"):
            interface = interface.removesuffix("/n")
        agent = f"{pbx}:{interface}"
        found.setdefault(agent, (agent, member.name, []))[2].append(member.queue)
    return [found[agent] for agent in sorted(found)]


def _told(checked: Checked) -> Iterator[str]:
    yield f"PBX {checked.pbx} ({checked.address})"
    for each in checked.findings:
        yield f"  {each.mark:<8} {plain(each.says)}"
        if each.add:
            yield f"             {plain(each.where)}:"
            yield from (f"                 {plain(line)}" for line in each.add)
    if checked.agents:
        yield ""
        rows = [
            (plain(a), plain(name), plain(", ".join(queues))) for a, name, queues in checked.agents
        ]
        yield from (f"  {line}" for line in aligned(("agent", "name", "queues"), rows).splitlines())
    missing = sum(each.mark == "missing" for each in checked.findings)
    unknown = sum(each.mark == "unknown" for each in checked.findings)
    yield ""
    if missing:
        yield f"{missing} missing: figures will be wrong until this is put right."
    else:
        yield "Nothing is missing" + (f"; {unknown} could not be looked at." if unknown else ".")


def _ok(about: str, says: str) -> Finding:
    return Finding(about=about, mark="ok", says=says)

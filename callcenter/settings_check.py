"""What types cannot say: that a zone exists, a secret is readable, two PBXs differ in name.

Each check raises at the key it is about. What is allowed but unwise (a secret that others can
read, a password that crosses a network in clear) comes back as sentences for the log.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import stat
import zoneinfo
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import phonenumbers
from msgspec.structs import replace

from .settings_lines import Key
from .settings_read import Places, variable
from .settings_secret import Secret
from .settings_shape import Account, LogTable, Pbx, Settings

TABLE_SCHEMES = ("postgresql", "postgres", "mysql", "mariadb")
_OTHERS = stat.S_IRGRP | stat.S_IROTH


def settle(settings: Settings, folder: Path, places: Places) -> Settings:
    """Checks meanings, and fills in secrets from their files (paths relative to ``folder``)."""
    _site(settings, places)
    settings = _http(settings, places)
    _storage(settings, places)
    _unique([p.name for p in settings.pbx], "pbx", "name", places)
    _unique([q.name for q in settings.queue], "queue", "name", places)
    _unique([r.code for r in settings.desk.pause_reasons], "desk.pause_reasons", "code", places)
    _unique([d.code for d in settings.desk.dispositions], "desk.dispositions", "code", places)
    if not settings.desk.dispositions:
        raise places.error(("desk", "dispositions"), "the list is empty; agents need at least one.")
    return replace(
        settings,
        pbx=tuple(_pbx(pbx, ("pbx", n), folder, places) for n, pbx in enumerate(settings.pbx)),
    )


def remarks(settings: Settings, config: Path | None, folder: Path) -> Iterator[str]:
    """What works but should not stay so, one sentence each."""
    written = any(
        account.secret and not account.secret_file
        for pbx in settings.pbx
        for account in (pbx, pbx.actions, pbx.queue_log, pbx.cel)
        if account is not None and not isinstance(account, str)
    )
    if config is not None and written and _readable_by_others(config):
        yield f"{config}: contains a secret and others can read it: chmod 600 {config}"
    for pbx in settings.pbx:
        for account in (pbx, pbx.actions, pbx.queue_log, pbx.cel):
            if account is not None and not isinstance(account, str) and account.secret_file:
                path = folder / account.secret_file
                if _readable_by_others(path):
                    yield f"{path}: others than its owner can read this secret: chmod 600 {path}"
        if pbx.encryption is None and not _loopback(pbx.host):
            yield (
                f"pbx {pbx.name}: AMI to {pbx.host} is not encrypted; set tls, "
                "or keep it inside a network that you trust."
            )
    if settings.pbx and not settings.site.region:
        yield (
            "site.region is not set: numbers without a country code will match no customer. "
            "Set it to your country, such as IR."
        )
    if not _loopback(settings.http.host) and not settings.http.public_url.startswith("https://"):
        yield (
            f"http.host {settings.http.host} is reachable from other machines without TLS: "
            "put a proxy before it and set http.public_url to its https address."
        )


def _site(settings: Settings, places: Places) -> None:
    site = settings.site
    _zone(site.timezone, ("site", "timezone"), places)
    if not site.languages:
        raise places.error(("site", "languages"), "the list is empty; expected en, fa or he.")
    regions: list[tuple[Key, str]] = [(("site", "region"), site.region)] if site.region else []
    regions += [(("directory", "regions", n), r) for n, r in settings.directory.regions.items()]
    for key, region in regions:
        if region not in phonenumbers.SUPPORTED_REGIONS:
            raise places.error(
                key, f"there is no country {region!r}; expected two capital letters such as IR."
            )
    for line in settings.directory.regions:
        if not line.isdecimal():
            raise places.error(
                ("directory", "regions", line), "expected the digits of a dialled line as the key."
            )


def _zone(name: str, key: Key, places: Places) -> None:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise places.error(
            key, f"there is no time zone {name!r}; expected an IANA name such as Asia/Tehran."
        ) from None


def _http(settings: Settings, places: Places) -> Settings:
    try:
        url = urlsplit(settings.http.public_url)
        # An origin, as browsers send it: it is compared with theirs.
        usable = url.scheme in ("http", "https") and bool(url.hostname) and url.path in ("", "/")
        origin = f"{url.scheme}://{url.netloc.lower()}"
    except ValueError:
        usable = False
    if not settings.http.public_url:
        origin = ""
    elif not usable:
        raise places.error(
            ("http", "public_url"),
            f"expected an address without a path such as https://calls.example.org, "
            f"got {settings.http.public_url!r}.",
        )
    for n, proxy in enumerate(settings.http.trusted_proxies):
        try:
            ipaddress.ip_network(proxy)
        except ValueError:
            raise places.error(
                ("http", "trusted_proxies", n),
                f"expected an address or network such as 127.0.0.1 or 10.0.0.0/8, got {proxy!r}.",
            ) from None
    return replace(settings, http=replace(settings.http, public_url=origin))


def _storage(settings: Settings, places: Places) -> None:
    scheme = settings.database.url.partition("://")[0]
    if scheme not in ("sqlite", "postgresql") or "://" not in settings.database.url:
        raise places.error(
            ("database", "url"),
            "expected sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.",
        )
    if settings.bus.url:
        raise places.error(
            ("bus", "url"), "only the bus inside the process exists yet; leave this key out."
        )


def _unique(names: list[str], table: str, column: str, places: Places) -> None:
    seen: set[str] = set()
    for n, name in enumerate(names):
        if name.casefold() in seen:
            raise places.error(
                (*table.split("."), n, column), f"there is another one called {name!r}."
            )
        seen.add(name.casefold())


def _pbx(pbx: Pbx, key: Key, folder: Path, places: Places) -> Pbx:
    try:
        re.compile(pbx.internal)
    except re.error as why:
        raise places.error((*key, "internal"), f"is no regular expression: {why}.") from None
    if pbx.encryption is not None and pbx.encryption.ca_file:
        path = folder / pbx.encryption.ca_file
        if not path.is_file():
            raise places.error((*key, "tls", "ca_file"), f"there is no file {path}.")
        pbx = replace(pbx, tls=replace(pbx.encryption, ca_file=str(path)))
    actions = pbx.actions
    if actions is not None:
        actions = replace(actions, secret=_secret(actions, (*key, "actions"), folder, places))
    return replace(
        pbx,
        secret=_secret(pbx, key, folder, places),
        actions=actions,
        queue_log=_log(pbx.queue_log, (*key, "queue_log"), folder, places),
        cel=_log(pbx.cel, (*key, "cel"), folder, places),
    )


def _log(log: str | LogTable, key: Key, folder: Path, places: Places) -> str | LogTable:
    """A path as it is; a table with its password and without what its URL says of the table."""
    if isinstance(log, str):
        if "://" not in log:
            return log
        log, at = LogTable(url=log), key
    else:
        at = (*key, "url")
    try:
        url = urlsplit(log.url)
        usable = url.scheme in TABLE_SCHEMES and bool(url.path.strip("/"))
        named = parse_qs(url.query, strict_parsing=bool(url.query)).pop("table", [])
        query = parse_qs(url.query)
        query.pop("table", None)
    except ValueError:
        usable = False
    if not usable:
        raise places.error(
            at,
            "expected a path, or postgresql://USER@HOST/NAME or mysql://USER@HOST/NAME of a table.",
        )
    if url.password is not None:
        raise places.error(
            at,
            "a password does not belong into the address: write it into a file and set "
            f"secret_file, or set the environment variable {variable((*key, 'secret'))}.",
        )
    if log.zone:
        _zone(log.zone, (*key, "zone"), places)
    secret = log.secret
    if secret is not None or log.secret_file:
        secret = _secret(log, key, folder, places)
    return replace(
        log,
        url=urlunsplit(url._replace(query=urlencode(query, doseq=True))),
        table=log.table or (named[0] if named else ""),
        secret=secret,
    )


def _secret(account: Pbx | Account | LogTable, key: Key, folder: Path, places: Places) -> Secret:
    """The account's secret from the settings, the environment or its file."""
    if account.secret is not None and account.secret_file:
        raise places.error((*key, "secret"), "set secret or secret_file, not both.")
    if account.secret_file:
        path = folder / account.secret_file
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            raise places.error((*key, "secret_file"), f"{path} is not UTF-8.") from None
        except (OSError, ValueError) as why:  # ValueError: a NUL in the path
            reason = why.strerror if isinstance(why, OSError) else str(why)
            raise places.error(
                (*key, "secret_file"),
                f"{path} cannot be read ({reason}). It must exist and be readable by the user "
                "the service runs as.",
            ) from None
        if not lines or not lines[0].strip():
            raise places.error((*key, "secret_file"), f"the first line of {path} is empty.")
        return Secret(lines[0].strip())
    if not account.secret:
        whose = (
            "this table" if isinstance(account, LogTable) else f"the account {account.username!r}"
        )
        raise places.error(
            (*key, "secret"),
            f"the secret of {whose} is missing. "
            f"Set secret_file, or the environment variable {variable((*key, 'secret'))}.",
        )
    return account.secret


def _readable_by_others(path: Path) -> bool:
    if path.is_relative_to("/run/credentials"):
        return False  # systemd's: the folder is closed, and the mode's group bit is an ACL's mask
    try:
        return bool(path.stat().st_mode & _OTHERS)
    except OSError:
        return False


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def machine_zone(environ: Mapping[str, str], root: Path) -> str:
    """The machine's zone (``TZ``, ``etc/timezone``, ``etc/localtime`` under ``root``) or UTC."""
    candidates = [environ.get("TZ", "").lstrip(":")]
    with contextlib.suppress(OSError, UnicodeDecodeError):
        candidates.append((root / "etc/timezone").read_text(encoding="utf-8").strip())
    with contextlib.suppress(OSError):
        target = str((root / "etc/localtime").readlink())
        candidates.append(target.partition("zoneinfo/")[2])
    for name in candidates:
        try:
            if name:
                return zoneinfo.ZoneInfo(name).key
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return "UTC"

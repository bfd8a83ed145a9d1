"""Settings: one TOML file, the environment over it, typed values out.

``load`` is the only way in. Order: defaults, then the file, then ``CALLCENTER_…`` variables (two
underscores between a table and its key, lists by number from 0: ``CALLCENTER_PBX__0__SECRET``).
What is wrong stops the start with one sentence: file, line, key, what was expected. ``listing``
names every key for ``callcenter config`` and for the docs' test.
"""

from __future__ import annotations

import re
import tomllib
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from .settings_check import machine_zone, remarks, settle
from .settings_desk import Desk, Disposition, PauseReason
from .settings_lines import Key, lines_of
from .settings_read import (
    Places,
    SettingsError,
    build,
    is_table,
    overlay,
    variable,
    words,
)
from .settings_secret import STARS, Secret
from .settings_shape import (
    Account,
    Bus,
    Database,
    Directory,
    Http,
    Log,
    LogTable,
    Pbx,
    Queue,
    Retention,
    Settings,
    Site,
    Tls,
    Trace,
)

__all__ = [
    "Account",
    "Bus",
    "Database",
    "Desk",
    "Directory",
    "Disposition",
    "Http",
    "Listed",
    "Log",
    "LogTable",
    "PauseReason",
    "Pbx",
    "Queue",
    "Retention",
    "Secret",
    "Settings",
    "SettingsError",
    "Site",
    "Tls",
    "Trace",
    "listing",
    "load",
    "shown",
    "warnings",
]


class Listed(msgspec.Struct, frozen=True):
    """One line of the listing; ``N`` stands for a number in a list, ``LINE`` for a dialled line."""

    key: str
    env: str
    type: str
    default: str
    meaning: str


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings of this machine.

    ``path`` None means no file: defaults and environment only, which is the demo. Raises
    SettingsError with a sentence for whoever wrote the setting.
    """
    raw: dict[str, Any] = {}
    lines: dict[Key, int] = {(): 1}
    if path is not None:
        text = _text(path)
        try:
            raw = tomllib.loads(text)
        except tomllib.TOMLDecodeError as why:
            raise SettingsError(f"{path}: {_syntax(str(why))}") from None
        lines = lines_of(text)
    tables = {
        spec.name: list(get_type_hints(_inner(hint)))
        for spec, hint in zip(
            msgspec.structs.fields(Settings), get_type_hints(Settings).values(), strict=True
        )
    }
    variables = overlay(raw, environ, tables)
    places = Places(None if path is None else str(path), lines, variables)
    if "connector" in raw:
        raise places.error(
            ("connector",),
            "connectors to other customer directories do not exist yet; remove this table and "
            "import customers with `callcenter customers import`.",
        )
    settings: Settings = build(Settings, raw, (), places)
    if "timezone" not in raw.get("site", {}):
        site = msgspec.structs.replace(settings.site, timezone=machine_zone(environ, Path("/")))
        settings = msgspec.structs.replace(settings, site=site)
    return settle(settings, _folder(path), places)


def warnings(settings: Settings, path: Path | None) -> list[str]:
    """What is allowed but should be changed, one sentence each; for the log at the start."""
    return list(remarks(settings, path, _folder(path)))


def listing() -> list[Listed]:
    """Every key: name, environment variable, type, default, meaning."""
    return list(_list(Settings, (), Settings()))


def shown(settings: Settings) -> list[tuple[str, str]]:
    """Every key with its present value as TOML writes it, secrets as stars."""
    return list(_values(settings, ""))


def _folder(path: Path | None) -> Path:
    return Path() if path is None else path.parent


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SettingsError(f"{path}: there is no such file.") from None
    except UnicodeDecodeError as why:
        raise SettingsError(f"{path}: is not UTF-8 (byte {why.start}).") from None
    except OSError as why:
        raise SettingsError(f"{path}: cannot be read ({why.strerror}).") from None


def _syntax(message: str) -> str:
    """tomllib's message with the place first, as in all our sentences."""
    found = re.fullmatch(r"(.*) \(at (line \d+), (column \d+)\)", message)
    if found is None:
        return f"is not valid TOML: {message}."
    return f"{found[2]}, {found[3]}: is not valid TOML: {found[1]}."


def _list(kind: Any, key: Key, defaults: Any) -> Iterator[Listed]:
    hints = get_type_hints(kind, include_extras=True)
    for spec in msgspec.structs.fields(kind):
        hint = hints[spec.name]
        here = (*key, spec.name)
        inner = _inner(hint)
        default = getattr(defaults, spec.name) if defaults is not None else spec.default
        meaning = _meaning(hint)
        if inner is not None and not meaning:
            entries = get_origin(hint) is tuple
            yield from _list(inner, (*here, "N") if entries else here, None if entries else default)
            continue
        entries = get_origin(_bare(hint)) is tuple
        name = (*here, "LINE") if get_origin(_bare(hint)) is dict else here
        env = variable((*name, "N") if entries else name)
        if inner is not None and not {bool, str} & set(get_args(_bare(hint))):
            env += "__…"  # a table is set key by key
        yield Listed(_name(name), env, words(hint), _default(spec, default), meaning)
        if inner is not None:
            yield from _list(inner, (*here, "N") if entries else here, None)


def _bare(hint: Any) -> Any:
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    return hint


def _inner(hint: Any) -> Any:
    """The table type inside a hint, if there is one."""
    bare = _bare(hint)
    options = get_args(bare) if get_origin(bare) in (Union, types.UnionType, tuple) else (bare,)
    return next((option for option in options if is_table(option)), None)


def _meaning(hint: Any) -> str:
    while get_origin(hint) is Annotated:
        for meta in get_args(hint)[1:]:
            if meta.description:
                return str(meta.description)
        hint = get_args(hint)[0]
    return ""


def _name(key: Key) -> str:
    text = ""
    for part in key:
        text += "[]" if part == "N" else f".{part}" if text else str(part)
    return text


def _default(spec: msgspec.structs.FieldInfo, default: Any) -> str:
    if spec.required:
        return "required"
    if spec.name == "timezone":
        return "the machine's, else UTC"
    if isinstance(default, tuple) and default and isinstance(default[0], msgspec.Struct):
        return f"a list of {len(default)}"
    if default is msgspec.NODEFAULT:
        return "{}"
    return _toml(default)


def _toml(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, Secret):
        return f'"{STARS}"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(entry) for entry in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{k}" = {_toml(v)}' for k, v in value.items()) + "}"
    if isinstance(value, str):
        return msgspec.json.encode(value).decode()
    return str(value)


def _values(value: msgspec.Struct, prefix: str) -> Iterator[tuple[str, str]]:
    for spec in msgspec.structs.fields(value):
        name = f"{prefix}{spec.name}"
        held = getattr(value, spec.name)
        if isinstance(held, msgspec.Struct):
            yield from _values(held, f"{name}.")
        elif isinstance(held, tuple) and held and isinstance(held[0], msgspec.Struct):
            for n, entry in enumerate(held):
                yield from _values(entry, f"{name}[{n + 1}].")
        elif name == "database.url":
            yield name, re.sub(r"(://[^:/@]*):[^@]*@", rf"\1:{STARS}@", _toml(held))
        else:
            yield name, _toml(held)

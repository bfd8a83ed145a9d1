"""From raw TOML and environment variables to typed settings, or to one exact sentence.

The file gives a tree of plain values, the environment lays its own over it, and this walks the
tree along the types of ``settings_shape``. The first thing that does not fit raises
``SettingsError`` with the place (file and line, or the name of the variable), the key, what was
expected, and the nearest key that exists.
"""

from __future__ import annotations

import difflib
import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from .settings_lines import Key, line_of
from .settings_secret import Secret

PREFIX = "CALLCENTER_"


class SettingsError(Exception):
    """A setting is wrong; the text is a sentence for the person who wrote it."""


class Places:
    """Where each value came from, for the sentences.

    ``file`` is the name of the TOML file or None, ``lines`` its keys' lines, ``variables`` the
    environment variable by key.
    """

    def __init__(
        self, file: str | None, lines: Mapping[Key, int], variables: Mapping[Key, str]
    ) -> None:
        self._file = file
        self._lines = dict(lines)
        self.variables = dict(variables)

    def error(self, key: Key, sentence: str) -> SettingsError:
        """An error at ``key``: place, key, sentence."""
        return SettingsError(f"{self._where(key)}: {dotted(key)}: {sentence}")

    def _where(self, key: Key) -> str:
        if key in self.variables:
            return f"environment variable {self.variables[key]}"
        for around in (key, key[:-1]):  # what is missing is missed beside its neighbours
            if around and around not in self._lines:
                for set_key, name in self.variables.items():
                    if set_key[: len(around)] == around:
                        return f"environment variable {name}"
        if self._file is None:
            return "settings"
        return f"{self._file}, line {line_of(self._lines, key)}"


def dotted(key: Key) -> str:
    """A key as people write it: ``pbx[0].secret`` counts tables from 1, as ``pbx[1].secret``."""
    text = ""
    for part in key:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def variable(key: Key) -> str:
    """The environment variable of a key: ``CALLCENTER_PBX__0__SECRET``."""
    return PREFIX + "__".join(str(part).upper() for part in key)


def overlay(
    raw: dict[str, Any], environ: Mapping[str, str], tables: Mapping[str, list[str]]
) -> dict[Key, str]:
    """Lays the ``CALLCENTER_…`` variables over ``raw`` in place; returns variable by key.

    ``tables`` names the keys of each table.
    Variables of others that happen to begin alike (a container platform sets such for a service of
    our name) are left alone, unless they look like a key with a lost underscore.
    """
    variables: dict[Key, str] = {}
    for name in sorted(environ, key=_natural):
        if not name.startswith(PREFIX):
            continue
        parts = name.removeprefix(PREFIX).lower().split("__")
        if len(parts) == 1:
            _lost_underscore(name, environ[name], tables)
            continue
        key: Key = tuple(int(part) if part.isdecimal() else part for part in parts)
        if key[0] == "directory":  # its keys are telephone lines: digits are names there
            key = tuple(parts)
        _put(raw, key, environ[name], name)
        variables[key] = name
    return variables


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Sorts ``__2__`` before ``__10__``."""
    return [
        (0, int(part), "") if part.isdecimal() else (1, 0, part)
        for part in name.removeprefix(PREFIX).split("__")
    ]


def _lost_underscore(name: str, value: str, tables: Mapping[str, list[str]]) -> None:
    """Refuses ``CALLCENTER_HTTP_PORT``, but not what a platform sets (``tcp://10.0.0.1:80``)."""
    rest = name.removeprefix(PREFIX).lower()
    for table, keys in tables.items():
        key = rest.removeprefix(f"{table}_") if rest.startswith(f"{table}_") else ""
        if rest == table or (key and (key in keys or key[0].isdecimal()) and "://" not in value):
            raise SettingsError(
                f"environment variable {name}: a table and its key are parted by two underscores. "
                f"Did you mean {PREFIX}{table.upper()}__{(key or 'key').upper()}?"
            )


def _put(raw: dict[str, Any], key: Key, text: str, name: str) -> None:
    here: Any = raw
    for place, part in enumerate(key):
        last = place == len(key) - 1
        fresh: Any = text if last else [] if isinstance(key[place + 1], int) else {}
        if isinstance(part, int):
            if not isinstance(here, list):
                raise SettingsError(
                    f"environment variable {name}: {dotted(key[:place])} is no list, "
                    f"so it has no number {part}."
                )
            if part > len(here):
                raise SettingsError(
                    f"environment variable {name}: the numbers of {dotted(key[:place])} begin with "
                    f"0 and have no gaps; the next one is {len(here)}."
                )
            if part == len(here):
                here.append(fresh)
            elif last:
                here[part] = text
        else:
            if not isinstance(here, dict):
                raise SettingsError(
                    f"environment variable {name}: {dotted(key[:place]) or 'the settings'} "
                    f"has no key {part!r}; lists go by number, as in {PREFIX}PBX__0__HOST."
                )
            if last:
                here[part] = text
            elif part not in here or isinstance(here[part], str | int | float):
                here[part] = fresh
        here = here[part]


def build(kind: Any, value: Any, key: Key, places: Places) -> Any:
    """``value`` as ``kind``, a type of ``settings_shape``; SettingsError where it does not fit."""
    bare = kind
    while get_origin(bare) is Annotated:
        bare = get_args(bare)[0]
    options = get_args(bare) if get_origin(bare) in (Union, types.UnionType) else (bare,)
    for option in options:
        if is_table(option) and (isinstance(value, dict) or len(options) == 1):
            return _table(option, value, key, places)
    if Secret in options and isinstance(value, str):
        return Secret(value)
    if get_origin(bare) is tuple:
        if not isinstance(value, list):
            raise places.error(key, f"expected a list, got {_shown(value, key)}.")
        entry = get_args(bare)[0]
        return tuple(build(entry, v, (*key, n), places) for n, v in enumerate(value))
    if get_origin(bare) is dict:
        if not isinstance(value, dict):
            raise places.error(key, "expected a table.")
        entry = get_args(bare)[1]
        return {name: build(entry, v, (*key, name), places) for name, v in value.items()}
    try:
        return msgspec.convert(value, kind, strict=key not in places.variables)
    except msgspec.ValidationError:
        raise places.error(key, f"expected {words(kind)}, got {_shown(value, key)}.") from None


def _table(kind: Any, value: Any, key: Key, places: Places) -> Any:
    if not isinstance(value, dict):
        raise places.error(key, f"expected a table, got {_shown(value, key)}.")
    hints = get_type_hints(kind, include_extras=True)
    for name in value:
        if name not in hints:
            raise places.error((*key, name), f"there is no such key. {nearest(name, list(hints))}")
    for spec in msgspec.structs.fields(kind):
        if spec.required and spec.name not in value:
            raise places.error((*key, spec.name), "is missing; it has no default.")
    return kind(**{n: build(hints[n], v, (*key, n), places) for n, v in value.items()})


def is_table(kind: Any) -> bool:
    """True for a type that is one table of the file."""
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def nearest(name: str, known: list[str]) -> str:
    """The sentence that helps on: the nearest known key, else all of them."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if close:
        return f"Did you mean {close[0]}?"
    return f"Known here: {', '.join(sorted(known))}."


def _shown(value: Any, key: Key) -> str:
    """The wrong value as it was written, unless it may be a secret."""
    if "secret" in key:
        return "something else"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return repr(value)


def words(kind: Any) -> str:
    """What a type admits, in words: ``a whole number from 1 to 65535``."""
    low = high = None
    title = ""
    while get_origin(kind) is Annotated:
        kind, *metas = get_args(kind)
        for meta in metas:
            low = meta.ge if meta.ge is not None else low
            high = meta.le if meta.le is not None else high
            title = meta.title or title
            low = 1 if meta.min_length and low is None and kind is str else low
    if get_origin(kind) in (Union, types.UnionType):
        options = [o for o in get_args(kind) if o is not type(None)]
        if len(options) > 1:
            return " or ".join(words(option) for option in options)
        return words(options[0])
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(str(choice) for choice in get_args(kind))
    if is_table(kind):
        return "a table"
    if get_origin(kind) is tuple:
        return "a list"
    if get_origin(kind) is dict:
        return "a table of texts"
    if kind is bool:
        return "true or false"
    if kind in (int, float):
        span = f" from {low:g} to {high:g}" if low is not None and high is not None else ""
        return ("a whole number" if kind is int else "a number") + span
    if title:
        return str(title)
    return "text that is not empty" if low else "text"

"""Where in a TOML file a key stands.

``tomllib`` gives values without lines, and an error without a line sends people searching. This
reads the same text once more, only for headers and keys at the start of a line; what it does not
find (a key inside an inline table) is answered with the line of the nearest table around it.
"""

from __future__ import annotations

import re
import tomllib

Key = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_ASSIGN = re.compile(rf"^\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*=")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL
)


def lines_of(text: str) -> dict[Key, int]:
    """The line (from 1) of every table, table of a list and key in valid TOML ``text``."""
    found: dict[Key, int] = {(): 1}
    counts: dict[Key, int] = {}
    table: Key = ()
    for number, line in _statements(text):
        header = _HEADER.match(line)
        if header is not None:
            table = _place(_parts(header[2]), counts, header[1] == "[[")
            found.setdefault(table, number)
            continue
        assign = _ASSIGN.match(line)
        if assign is not None:
            key = table
            for part in _parts(assign[1]):
                key = (*key, part)
                found.setdefault(key, number)
    return found


def line_of(lines: dict[Key, int], key: Key) -> int:
    """The line of ``key``, or of what is nearest around it."""
    while key not in lines:
        key = key[:-1]
    return lines[key]


def _statements(text: str) -> list[tuple[int, str]]:
    """The lines that begin a statement: strings blanked, insides of lists over lines left out."""
    blanked = _STRING.sub(_blank, text)
    original = text.split("\n")
    statements = []
    depth = 0
    inside = False
    for number, line in enumerate(blanked.split("\n"), start=1):
        if depth == 0 and not inside:
            statements.append((number, original[number - 1]))
        code = line.split("#", 1)[0]
        if depth == 0 and _HEADER.match(code):
            continue
        inside = code.endswith("\x00")
        depth = max(0, depth + sum(code.count(c) for c in "[{") - sum(code.count(c) for c in "]}"))
    return statements


def _blank(match: re.Match[str]) -> str:
    """The same number of lines without the text; an open end is marked for the line count."""
    return "\x00\n" * match[0].count("\n") if "\n" in match[0] else "_"


def _parts(dotted: str) -> list[str]:
    """The parts of a dotted key, as TOML itself reads them."""
    parts: list[str] = []
    tree: object = tomllib.loads(f"{dotted} = 0")
    while isinstance(tree, dict):
        part = next(iter(tree))
        parts.append(part)
        tree = tree[part]
    return parts


def _place(parts: list[str], counts: dict[Key, int], new: bool) -> Key:
    """The full key of a header, with the index of the list it is in; ``new`` begins an entry."""
    key: Key = ()
    for depth, part in enumerate(parts):
        key = (*key, part)
        if new and depth == len(parts) - 1:
            counts[key] = counts.get(key, 0) + 1
        if key in counts:
            key = (*key, counts[key] - 1)
    return key

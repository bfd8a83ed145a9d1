"""Writes the generated parts of ``docs/``: settings, facts and figures, from the code itself.

Each part stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``; what is around it is
written by people and left alone. ``python -m tools.docs`` writes, ``--check`` only compares; the
docs' test compares as well.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec

from callcenter.domain import facts
from callcenter.settings import listing
from callcenter.web.codes import STATUS
from kpi.definitions import DEFINITIONS, LETTERS

DOCS = Path(__file__).parent.parent / "docs"
_PART = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def settings() -> str:
    """One table a TOML table: key, environment variable, values, default, meaning."""
    lines: list[str] = []
    table = ""
    for row in listing():
        name, _, key = row.key.rpartition(".")
        if name != table:
            table = name
            title = f"[[{name[:-2]}]]" if name.endswith("[]") else f"[{name}]"
            lines += ["", f"### `{title.replace('[].', '.')}`", ""]
            lines += ["| Key | Values | Default | Meaning |", "|---|---|---|---|"]
        meaning = f"{row.meaning} `{row.env}`"
        lines.append(f"| `{key}` | {row.type} | `{row.default}` | {meaning} |".replace("{}", " "))
    return "\n".join(lines).strip() + "\n"


def every_fact() -> list[type[msgspec.Struct]]:
    """The classes of facts that are stored: those without children, in the order of the file."""
    found = [
        kind
        for kind in vars(facts).values()
        if isinstance(kind, type) and issubclass(kind, facts.Fact) and not kind.__subclasses__()
    ]
    return sorted(found, key=lambda kind: inspect.getsourcelines(kind)[1])


def list_of_facts() -> str:
    """One row a fact: name, meaning, fields with their types."""
    lines = ["| Fact | Meaning | Fields |", "|---|---|---|"]
    for kind in every_fact():
        meaning = " ".join((kind.__doc__ or "").split()).replace("``", "`")
        fields = ", ".join(
            f"`{spec.name}` ({_type(spec.type)})" for spec in msgspec.structs.fields(kind)
        )
        lines.append(f"| `{kind.__name__}` | {meaning} | {fields} |")
    return "\n".join(lines) + "\n"


def _type(kind: Any) -> str:
    if kind is type(None):
        return "null"
    if kind is msgspec.Raw:
        return "JSON"
    options = get_args(kind)
    if options and all(isinstance(option, str) for option in options):
        return " / ".join(options)
    if options and get_origin(kind) is not None and get_origin(kind) not in (list, tuple, dict):
        return " or ".join(_type(option) for option in options)
    if options:
        return f"list of {_type(options[0])}"
    return str(getattr(kind, "__name__", kind))


def figures() -> str:
    """The letters, then one section a figure with its halves, exclusions and ways of counting."""
    lines = ["| Letter | Stands for |", "|---|---|"]
    lines += [f"| `{letter}` | {meaning} |" for letter, meaning in LETTERS.items()]
    for entry in DEFINITIONS.values():
        lines += ["", f"### {entry.name.en}", ""]
        lines += [f"{entry.name.fa} · {entry.name.he}", ""]
        lines += ["| | |", "|---|---|"]
        lines += [f"| {name} | {text} |" for name, text in _facets(entry)]
        lines += ["", "| Way of counting | Formula | Counted from |", "|---|---|---|"]
        for n, way in enumerate(entry.variants):
            default = " (default)" if n == 0 else ""
            source = way.source.replace("_", " ")
            lines.append(f"| `{way.id}`{default} | {way.formula} | {source} |")
    return "\n".join(lines) + "\n"


def _facets(entry: Any) -> Iterator[tuple[str, str]]:
    yield "id", f"`{entry.id}`"
    yield "version", str(entry.version)
    yield "unit", {"share": "share from 0 to 1", "ms": "milliseconds"}.get(entry.unit, entry.unit)
    yield "for", ", ".join(entry.scopes)
    yield "numerator", entry.numerator
    if entry.denominator:
        yield "denominator", entry.denominator
    if entry.exclusions:
        yield "left out", entry.exclusions
    if entry.benchmark:
        yield "benchmark", entry.benchmark


def codes() -> str:
    """Every code of a refusal with its HTTP status."""
    lines = ["| Code | HTTP status |", "|---|---|"]
    lines += [f"| `{code.value}` | {status} |" for code, status in STATUS.items()]
    return "\n".join(lines) + "\n"


PARTS: dict[str, Callable[[], str]] = {
    "codes": codes,
    "settings": settings,
    "facts": list_of_facts,
    "figures": figures,
}


def fresh(text: str) -> str:
    """``text`` with every generated part written anew."""
    return _PART.sub(lambda m: f"{m[1]}\n{PARTS[m[2]]()}\n{m[3]}", text)


def main() -> int:
    """Writes, or with ``--check`` names the files that are not as they would be written."""
    stale = []
    for path in sorted(DOCS.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        if fresh(text) != text:
            stale.append(path.name)
            if "--check" not in sys.argv:
                path.write_text(fresh(text), encoding="utf-8")
    sys.stdout.write("".join(f"{name}\n" for name in stale))
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
